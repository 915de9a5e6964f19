"""The processes that share a database, as the domains see them. `store.postgres.peers` is there for PostgreSQL."""

from typing import Protocol

from msgspec import Struct

from botyard.errors import BotyardError


class OtherCluster(BotyardError):
    """The database is in use by another installation: the two would read each other's users and open no secret."""

    code = "other_cluster"
    http_status = 409

    def __init__(self) -> None:
        super().__init__(
            "this database is in use by another installation of Botyard, whose BOTYARD_KEY is another one: give every "
            "process of one installation the same key, and each installation a database of its own"
        )


class Seen(Struct, frozen=True):
    """What a look around found. was_buried: the others took this process for dead. somebody_died: its work is free."""

    was_buried: bool = False
    somebody_died: bool = False


class Peers(Protocol):
    """This process among the others.

    id: its number, never used again. workers: all that take turns, in order. is_alone: nobody else was there, at the
    last look.
    """

    id: int
    workers: tuple[int, ...]
    is_alone: bool
    takes_turns: bool

    async def join(self) -> None:
        """Become one of them, under a new number. Raises OtherCluster, StorageFailed."""
        ...

    async def make_sure_it_is_ours(self) -> None:
        """Look whether processes of another installation run, without being one of them. Raises OtherCluster."""
        ...

    async def look(self) -> Seen:
        """Let the heart beat when it is time, and see who is there; bury the dead. Raises StorageFailed."""
        ...

    def is_sure(self) -> bool:
        """Tell whether no other process can have taken this one for dead yet."""
        ...

    async def retire(self) -> None:
        """Tell the others that this process takes nothing up any more. Raises nothing."""
        ...

    async def leave(self) -> None:
        """End: all that this process owned is free. Raises nothing."""
        ...
