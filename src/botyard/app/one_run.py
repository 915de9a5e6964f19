"""`botyard code run`: one file of custom code, run once in a runner of its own."""

from pathlib import Path

import msgspec
from msgspec import Struct, field

from botyard import __version__
from botyard.app.sandbox import on_this_machine, packages_named, sandbox_of
from botyard.bot.model import CodeSettings
from botyard.errors import BotyardError
from botyard.integrations.sandbox.imports import needs_packages
from botyard.integrations.sandbox.jail.jails import Source
from botyard.integrations.sandbox.jail.pool import Wanted
from botyard.integrations.sandbox.said import CodeAnswer, CodeError
from botyard.integrations.sandbox.sources import NO_PACKAGES, Packages, Progress
from botyard.settings import Settings

_PACKAGES = "compat-2019"
_MOST_CODE_KB = 8192  # far more than a bot may have: what is tried may still be cut
_MOST_EVENT_KB = 8192  # likewise; the runner takes less, and says so
_BODY = {
    "node": "NODE",
    "event": "API_INTEGRATION",
    "user": {
        "user_id": "1",
        "user_name": "code-run",
        "full_name": "",
        "device_platform": 0,
        "language_code": "en",
        "auth_id": "",
        "auth_code": "",
    },
    "conversation_no": 1,
    "conversation_data": {},
    "permanent_user_data": {},
    "entities": {},
    "env_variables": {},
    "copy": {},
}


class Error(Struct, frozen=True):
    """Why there is no result."""

    type: str
    message: str
    traceback: str


class Ran(Struct, frozen=True, kw_only=True):
    """What came of it (docs/reference/wire.md §5). body: the text that `main` returned."""

    ok: bool
    status_code: int | None = field(name="statusCode")
    body: str | None
    stdout: str
    stderr: str
    error: Error | None
    duration_ms: float
    max_rss_mb: float


async def run_once(
    settings: Settings, file: Path, event: Path | None, timeout_s: float | None, progress: Progress
) -> Ran:
    """Run it. Raises nothing that the file, or the event, could be the reason of."""
    sandbox = sandbox_of(on_this_machine(settings))
    try:
        source = await _source(settings, file, progress)
        return _ran(await sandbox.run(source, _wanted(next(iter(source.files)), _event(event), timeout_s)))
    except BotyardError as error:
        return _ran(CodeAnswer(error=CodeError(type(error).__name__, error.sentence)))
    finally:
        await sandbox.close()


class FileTooLarge(BotyardError):
    """A file is larger than is taken; some, such as /dev/zero, have no end."""

    code = "file_too_large"


class BadEvent(BotyardError):
    """What the code should be given is no JSON."""

    code = "bad_event"


async def _source(settings: Settings, file: Path, progress: Progress) -> Source:
    files = _laid_out(file)
    packages: Packages = NO_PACKAGES
    if needs_packages(files):
        packages = await packages_named(settings, CodeSettings(packages=_PACKAGES), None, progress)
    return Source(
        key="code run",
        files=files,
        packages=packages.folders,
        trusted=packages.trusted,
    )


def _laid_out(file: Path) -> dict[str, str]:
    """Lay the file out as on AWS Lambda, under its own name where that is a module's."""
    name = file.name if file.suffix == ".py" and file.stem.isidentifier() else "main.py"
    return {name: _content(file, _MOST_CODE_KB).decode("utf-8", "replace")}


def _content(file: Path, most_kb: int) -> bytes:
    """Read a file, and no further than it may reach. Raises FileTooLarge."""
    with file.open("rb") as opened:
        content = opened.read(most_kb * 1024 + 1)
    if len(content) > most_kb * 1024:
        raise FileTooLarge(f"{file} is larger than the {most_kb:,} KB that are taken")
    return content


def _event(file: Path | None) -> msgspec.Raw:
    if file is None:
        headers = {"Content-Type": "application/json", "User-Agent": f"Botyard/{__version__}", "X-Request-Id": "1"}
        text = msgspec.json.encode(_BODY).decode()
        event = {"body": text, "headers": headers, "httpMethod": "POST", "isBase64Encoded": False}
        return msgspec.Raw(msgspec.json.encode(event))
    text_given = _content(file, _MOST_EVENT_KB)
    try:
        msgspec.json.decode(text_given)
    except (msgspec.DecodeError, RecursionError) as error:
        raise BadEvent(f"{file} is no JSON: {error}") from error
    return msgspec.Raw(text_given)


def _wanted(file: str, event: msgspec.Raw, timeout_s: float | None) -> Wanted:
    return Wanted(
        file=file,
        event=event,
        request_id="1",
        function_name=file.removesuffix(".py"),
        function_version="1",
        log_stream="code-run",
        timeout_s=timeout_s,
    )


def _ran(answer: CodeAnswer) -> Ran:
    error = answer.error
    return Ran(
        ok=answer.ok,
        status_code=answer.status_code,
        body=answer.body,
        stdout=answer.stdout,
        stderr=answer.stderr,
        error=Error(error.type, error.message, error.traceback) if error else None,
        duration_ms=answer.duration_ms,
        max_rss_mb=answer.max_rss_mb,
    )
