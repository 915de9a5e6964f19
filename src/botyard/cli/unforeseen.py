"""What no command foresaw: it ends with a sentence as well, which says that the fault is ours and where it lies."""

import sys
import traceback
from pathlib import Path
from typing import Any

import click

import botyard
from botyard.cli.terminal import tell
from botyard.errors import BotyardError

SHOW = "--traceback"


class Commands(click.Group):
    """All commands. `--traceback` lets through what came of a fault, for whoever mends it."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run the command that the process was started for, and end the process."""
        try:
            return super().main(*args, **extra)
        except BotyardError as error:
            tell(error.sentence)
        except OSError as error:
            tell(f"{error.filename or 'the output'}: {error.strerror or type(error).__name__}")
        except Exception as error:  # whatever it is: a person at a terminal reads it
            if SHOW in sys.argv:
                raise
            tell(said_of(error))
        sys.exit(1)


def said_of(error: Exception) -> str:
    """Say what happened without the error's own words: they may hold what a user said, or a secret."""
    if isinstance(error, MemoryError):
        return "there is not enough memory for this"
    return (
        f"this is a fault of Botyard, not yours: {type(error).__name__} in {_place(error)}. "
        f"`botyard {SHOW} …` with the same command shows more; please report it"
    )


def _place(error: Exception) -> str:
    home = Path(botyard.__file__).parent
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(home)]
    if not ours:
        return "no file of ours"
    return f"{Path(ours[-1].filename).relative_to(home)}:{ours[-1].lineno}"
