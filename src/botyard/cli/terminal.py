"""What every command shares: how it speaks, how it ends, and the settings it runs with."""

# ruff: noqa: PLC0415 - a command imports what it needs when it runs, so that `--help` stays quick

import io
import os
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from errno import EPIPE
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import click

from botyard.errors import BadRequest, BotyardError

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

    from botyard.settings import Settings

P = ParamSpec("P")
R = TypeVar("R")

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
NEW_FOLDER = click.Path(file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
NEW_FILE = click.Path(dir_okay=False, path_type=Path)
PORT = click.IntRange(0, 65535)


class NotText(BadRequest):
    """An argument has bytes that are no text. Paths may; names, secrets and words may not."""

    code = "not_text"


class Words(click.ParamType[str]):
    """An argument that goes into a bot, a header or a database: text in UTF-8."""

    name = "text"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Refuse what the shell passed on as bytes. Raises NotText."""
        del ctx
        try:
            value.encode()
        except UnicodeEncodeError:
            named = param.opts[0] if param is not None else "an argument"
            raise NotText(f"{named}: this is no text in UTF-8") from None  # the error underneath quotes it
        return value


WORDS = Words()


def explained(command: Callable[P, R]) -> Callable[P, R]:
    """End a command that was refused with its sentence and exit code 1, never with a stack trace."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except BotyardError as error:
            tell(error.sentence)
        except OSError as error:
            if error.errno == EPIPE:
                raise  # a pipe that was closed is click's to answer
            tell(f"{error.filename or 'the output'}: {error.strerror or type(error).__name__}")
        sys.exit(1)

    return run


@contextmanager
def writing(file: Path) -> Iterator[None]:
    """Name the file where it cannot be written: a full disk does not say which one."""
    try:
        yield
    except OSError as error:
        if error.filename is None:
            error.filename = str(file)
        raise


def tell(sentence: str) -> None:
    """Say something to the person at the terminal."""
    click.echo(sentence, err=True)


async def tell_softly(sentence: str) -> None:
    """Report progress of a long command."""
    tell(f"· {sentence}")


def print_json(value: Any) -> None:
    """Print a result for programs."""
    from msgspec import json

    click.echo(json.encode(value))


def our_settings() -> "Settings":
    """Read the settings of this process."""
    from botyard.settings import load

    return load(os.environ, Path.cwd())


def warn_of_no_sandbox(settings: "Settings") -> None:
    """Say it wherever it is so: code without walls is for machines where all code is the operator's own."""
    from botyard.settings import UNSAFE

    if settings.unsafe_no_sandbox:
        tell(UNSAFE)


def finished(work: Coroutine[Any, Any, R], *, stopped: str = "") -> R:
    """Run a command's work on the quickest event loop there is. Ctrl-C, or being told to end, ends it.

    stopped: what to say then of what was under way.
    """
    import asyncio

    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            return runner.run(work)
    except (KeyboardInterrupt, asyncio.CancelledError):
        if stopped:
            tell(stopped)
        sys.exit(130)


def _loop_factory() -> "Callable[[], AbstractEventLoop]":
    import asyncio

    try:
        from uvloop import new_event_loop
    except ImportError:
        return asyncio.new_event_loop
    return new_event_loop


class Terminal:
    """The person at this terminal."""

    def __init__(self) -> None:
        # Without a buffer: a thread that waits in a buffered read holds a lock that Python wants when it ends.
        self._keys = io.FileIO(sys.stdin.fileno(), closefd=False)

    def hear(self) -> str | None:
        """Wait for a line; None when there are no more."""
        if self._keys.isatty():
            click.echo("> ", nl=False)
        line = self._keys.readline()
        return line.decode("utf-8", "replace").rstrip("\r\n") if line else None

    def say(self, text: str) -> None:
        """Show what the bot says."""
        click.echo(text)

    def tell(self, sentence: str) -> None:
        """Show what is not the bot's."""
        tell(sentence)
