"""Train Bot prepares the code: every file that a node names is loaded in the sandbox, and nothing is called.

What an author would else meet in a conversation is found here: a package that is not there, a line at the top of the
file that raises. A worker of each file is ready afterwards.
"""

import re

import msgspec

from botyard.bot import layout
from botyard.bot.compiled import CompiledBot
from botyard.bot.model import Code
from botyard.bot.problems import Problem
from botyard.errors import BotyardError
from botyard.integrations.sandbox.jail.doctor import Health
from botyard.integrations.sandbox.jail.jails import Source
from botyard.integrations.sandbox.jail.pool import Wanted
from botyard.integrations.sandbox.ports import RunsCode
from botyard.integrations.sandbox.said import CodeError

_FRAME = re.compile(r'File "/var/task/([^"]+)", line (\d+)')
_MOST_CHARS = 300
# The machine's doing, not the author's: the same code may load a moment later.
_PASSING = ("busy", "no_sandbox", "stopped")


class CodeCannotRun(BotyardError):
    """There is custom code, and no sandbox that would run it."""

    code = "code_cannot_run"
    http_status = 503


def refusal(health: Health) -> str:
    """Say why custom code cannot run here, and what to do about it."""
    return f"custom code cannot run here: {health.sentence}. {health.fix}".strip()


async def load_each(sandbox: RunsCode, source: Source, bot: CompiledBot) -> tuple[Problem, ...]:
    """Load what the nodes name; what is wrong with it. Raises CodeCannotRun."""
    problems = []
    for code in code_of(bot):
        answer = await sandbox.run(source, _wanted(code))
        if answer.error is not None and answer.error.reason in _PASSING:
            raise CodeCannotRun(f"the code could not be loaded: {answer.error.message}")
        if answer.error is not None:
            problems.append(_problem(code, answer.error, bot.bot.code.packages))
    return tuple(problems)


def code_of(bot: CompiledBot) -> tuple[Code, ...]:
    """List what a bot's nodes run, each file once, with the most memory that a node gives it."""
    found: dict[str, Code] = {}
    for node in bot.nodes.values():
        code = node.integration.code if node.integration else None
        if code is not None and (code.file not in found or code.memory > found[code.file].memory):
            found[code.file] = code
    return tuple(found.values())


def _wanted(code: Code) -> Wanted:
    return Wanted(
        file=code.file.removeprefix(layout.CODE),
        event=msgspec.Raw(b"{}"),
        request_id="training",
        function_name="training",
        function_version="0",
        log_stream="training",
        memory_mb=code.memory,
        only_loads=True,
    )


def _problem(code: Code, error: CodeError, packages: str) -> Problem:
    file, line = _place(error.traceback) or (code.file.removeprefix(layout.CODE), 1)
    return Problem(layout.CODE + file, line, _sentence(error, packages))


def _place(traceback: str) -> tuple[str, int] | None:
    """Find the author's last line in a traceback: what is below it are packages."""
    frames = _FRAME.findall(traceback)
    return (frames[-1][0], int(frames[-1][1])) if frames else None


def _sentence(error: CodeError, packages: str) -> str:
    if error.type == "ModuleNotFoundError":
        return f"{error.message}: it is neither in {packages} nor in the bot's {layout.REQUIREMENTS}"
    if error.type == "MemoryError":
        return "loading this file takes more memory than the node gives it"
    told = error.message.partition("\n")[0][:_MOST_CHARS]
    if error.type == "NoMain":
        return told
    raised = f"{error.type}: " if error.reason == "exception" else ""
    return f"this file cannot be loaded: {raised}{told}"
