"""What is kept together: a unit of writes is committed whole or not at all.

Domains write their statements in `records.py` and hand them over as values; units of many conversations are
committed in groups, one fsync for all of them. A unit that turns out stale is refused alone, its group goes on.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

import structlog
from msgspec import Struct
from sqlalchemy.sql import Executable

from botyard.errors import BotyardError

log = structlog.get_logger()

Row = Mapping[str, Any]
# The rows that each write of a unit returned, or why nothing of it is kept.
Outcome: TypeAlias = list[list[Row]] | BaseException


class Write(Struct, frozen=True):
    """One statement of a unit and its parameters. Statements are module constants, compiled once.

    must_change: the statement is a guard; where it changes or returns no row, the unit is refused as `Stale`.
    is_heavy: megabytes travel with it, so it is kept away from the event loop.
    """

    statement: Executable
    parameters: dict[str, Any]
    must_change: bool = False
    is_heavy: bool = False


class Stale(BotyardError):
    """Somebody else was faster: what this unit was decided on is no longer true. Load again, decide again."""

    code = "stale"
    http_status = 409


class Conflict(BotyardError):
    """A constraint of the database refused the unit: a row like this exists already, or what it points to does not."""

    code = "conflict"
    http_status = 409


class StorageFailed(BotyardError):
    """The database could not do its work: disk full, locked, unreadable. What was committed before is safe."""

    code = "storage_failed"
    http_status = 503
    is_for_logs = True


class NoRoom(Struct, frozen=True):
    """What a group met on a full disk. at_s: when, by `time.monotonic`."""

    at_s: float
    sentence: str


def tell(then: Callable[[Outcome], None] | None, outcome: Outcome) -> None:
    """Tell how a unit ended. Whatever that raises is for the log: the other units of its group wait for their word."""
    if then is None:
        return
    try:
        then(outcome)
    except Exception:
        log.exception("unit_told_in_vain")


class Store(Protocol):
    """A database as the domains see it; `store.opening` opens one."""

    async def commit(self, unit: Sequence[Write], *, then: Callable[[Outcome], None] | None = None) -> list[list[Row]]:
        """Commit one unit, durable on return: the rows each write returned, in order (empty where it returns none).

        then: is told how a unit that was handed in ended, on the event loop, just before whoever waits, and also where
        that one was cancelled: the unit is written all the same.
        Raises Stale when a guard changed nothing, Conflict when a constraint refused: nothing of the unit is kept then.
        Raises StorageFailed when the database cannot write.
        """
        ...

    async def all(self, statement: Executable, parameters: Mapping[str, Any]) -> list[Row]:
        """Read rows."""
        ...

    async def first(self, statement: Executable, parameters: Mapping[str, Any]) -> Row | None:
        """Read the first row, or None."""
        ...


class OpenStore(Store, Protocol):
    """A database that whoever opened it closes again. no_room: what the newest group met that found no room."""

    no_room: NoRoom | None

    def close(self) -> None:
        """Take nothing more; what was handed in is written."""
        ...
