"""A node runs custom code (docs/reference/wire.md §2): the webhook's body and a little more, in a jail of its own."""

import re
from collections.abc import Collection, Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from botyard import __version__
from botyard.bot import layout
from botyard.bot.business import EnvironmentName
from botyard.bot.compiled import CompiledBot
from botyard.bot.model import Bot, Code
from botyard.engine.effects import Call
from botyard.engine.happenings import Answered, Timing, Unusable
from botyard.engine.state import User
from botyard.errors import BotyardError
from botyard.integrations.answer import judge
from botyard.integrations.performed import Performed
from botyard.integrations.record import MASK, beginning, call_seen, json_seen, masked_piece
from botyard.integrations.sandbox.jail.pool import Wanted
from botyard.integrations.sandbox.ports import RunsCode
from botyard.integrations.sandbox.said import CodeAnswer, CodeError
from botyard.integrations.sandbox.sources import Sources
from botyard.integrations.webhook import Secret, payload_of

_OK = 200
_SECRET = re.compile(r"\$\{secret:([A-Z0-9_]+)\}")


async def run_code(
    code: Code,
    call: Call,
    *,
    call_id: str,
    bot: CompiledBot,
    environment: EnvironmentName,
    user: User,
    sandbox: RunsCode,
    sources: Sources,
    secret: Secret,
    tenant: str,
) -> Performed:
    """Run a node's code, once; with its last four arguments bound it is a `perform.RunCode`. tenant: whose code it is.

    What goes wrong is an `Unusable` answer, its `why` with the traceback.
    """
    used: set[str] = set()
    variables, missing = _variables(bot.bot, environment, secret, used)
    if missing:
        why = f"the secret {missing}, which env_variables name, is not set; the code was not run"
        return Performed(answer=Unusable("no_secret", why))
    try:
        source = await sources.of(bot, environment, tenant)
    except BotyardError as unusable:
        return Performed(answer=Unusable("no_packages", unusable.sentence))
    event = event_of(call, user, bot.bot, variables, call_id)
    answer = await sandbox.run(source, _wanted(code, event, call_id, bot, environment))
    hidden = {*used, user.auth_code}
    shown_user = replace(user, auth_code=MASK if user.auth_code else "")
    shown_call = call_seen(call, bot.personal)
    shown = event_of(shown_call, shown_user, bot.bot, dict.fromkeys(variables, MASK), call_id)
    body_seen = msgspec.json.encode(json_seen(shown["body"].encode(), hidden)).decode()
    seen = _seen(answer, hidden)
    return Performed(
        answer=judged(answer, hidden),
        timings=(Timing("code", answer.duration_ms),),
        request={"file": code.file, "event": {**shown, "body": body_seen}},
        response=seen,
        printed="\n".join(text.rstrip("\n") for text in (seen["stdout"], seen["stderr"]) if text),
    )


def event_of(call: Call, user: User, bot: Bot, variables: Mapping[str, str], call_id: str) -> dict[str, Any]:
    """Write what `main` is given: the shape of AWS Lambda behind an HTTP address."""
    language = call.language or user.language_code
    copy = {key: _in(language, texts, bot.languages) for key, texts in bot.copy.items()}
    body = {**payload_of(call, user), "env_variables": dict(variables), "copy": copy}
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"Botyard/{__version__}",
        "X-Request-Id": call_id,
    }
    text = msgspec.json.encode(body).decode()
    return {"body": text, "headers": headers, "httpMethod": "POST", "isBase64Encoded": False}


def judged(answer: CodeAnswer, hidden: Collection[str] = ()) -> Answered | Unusable:
    """Decide what an answer means for the turn: the table of answers, where there is one to look up."""
    if answer.error is not None:
        return Unusable(_reason(answer.error), _sentence(_shown(answer.error, hidden)))
    if answer.status_code != _OK:
        return Unusable("status_not_200", f"main returned statusCode {answer.status_code}; only 200 counts")
    return judge(_OK, (answer.body or "").encode())


# What an author's mistake is called by its type. An author may raise these too, and is told what Python tells.
_BY_TYPE = {
    "SyntaxError": "syntax_error",
    "IndentationError": "syntax_error",
    "TabError": "syntax_error",
    "NoMain": "no_main",
    "BadReturn": "bad_return",
    "ResultTooLarge": "too_large",
    "MemoryError": "memory",
    "ModuleNotFoundError": "no_package",
}


def _reason(error: CodeError) -> str:
    return "wrong_signature" if _is_signature(error) else _BY_TYPE.get(error.type, error.reason)


def _is_signature(error: CodeError) -> bool:
    """Whether the call of `main` itself failed: then no line of the author's was reached."""
    return error.type == "TypeError" and "argument" in error.message and 'File "' not in error.traceback


def _shown(error: CodeError, hidden: Collection[str]) -> CodeError:
    """Mask the parts one by one: a worker has cut each, the message at its end, the traceback at its beginning."""
    return replace(error, message=masked_piece(error.message, hidden), traceback=masked_piece(error.traceback, hidden))


def _sentence(error: CodeError) -> str:
    if _is_signature(error):
        return f"main is called with two arguments, as in main(event, context): {error.message}"
    if error.traceback:
        wanted = "it wanted more memory than it is given: " if error.type == "MemoryError" else ""
        told = f"{error.type}: {error.message}" if error.message else error.type
        return f"{wanted}the code raised {told}\n{error.traceback}"
    return error.message


def _variables(
    bot: Bot, environment: EnvironmentName, secret: Secret, used: set[str]
) -> tuple[dict[str, str], str | None]:
    """Look up the variables of the environment. Then: the name of a secret that is not set. used: secrets met."""
    which = "production" if environment == "production" else bot.test_uses
    written = bot.env_variables.production if which == "production" else bot.env_variables.test
    names = {name for text in written.values() for name in _SECRET.findall(text)}
    values = {name: secret(name) for name in names}
    used.update(value for value in values.values() if value)
    if missing := sorted(name for name, value in values.items() if not value):
        return {}, missing[0]
    return {key: _SECRET.sub(lambda found: values[found[1]] or "", text) for key, text in written.items()}, None


def _wanted(code: Code, event: dict[str, Any], call_id: str, bot: CompiledBot, environment: str) -> Wanted:
    file = code.file.removeprefix(layout.CODE)
    return Wanted(
        file=file,
        event=msgspec.Raw(msgspec.json.encode(event)),
        request_id=call_id,
        function_name=f"{bot.bot.system_name}-{file.removesuffix('.py').replace('/', '-')}",
        function_version=bot.version[:12],
        log_stream=environment,
        timeout_s=float(code.timeout),
        memory_mb=code.memory,
    )


def _in(language: str, texts: Mapping[str, str], languages: tuple[str, ...]) -> str:
    return next((texts[code] for code in (language, *languages) if code in texts), "")


def _seen(answer: CodeAnswer, hidden: Collection[str]) -> dict[str, Any]:
    """Show a builder what came of it, the beginning of what is long."""
    texts = {"body": answer.body or "", "stdout": answer.stdout, "stderr": answer.stderr}
    seen: dict[str, Any] = {name: beginning(text, hidden) for name, text in texts.items()}
    return {"status": answer.status_code, **seen, "ms": answer.duration_ms, "max_rss_mb": answer.max_rss_mb}
