"""Whether a database takes writes: the only way to know is to write."""

from collections.abc import Callable

import sqlalchemy as sa

from botyard.store.blobs import blob
from botyard.store.commit import OpenStore, StorageFailed, Write

# Whoever asks often, or many who ask, cost one write a second.
REMEMBERED_S = 1.0
# A full disk that anybody met is believed for longer: the row here may fit where messages do not. PostgreSQL refuses
# what needs a new page of a file, and takes what fits into those that it has.
FULL_FOR_S = 3.0

_NAME = "probe"  # no content's hash
_PUT = sa.insert(blob).values(sha256=sa.bindparam("sha256"), content=sa.bindparam("content"))
_REMOVE = sa.delete(blob).where(blob.c.sha256 == sa.bindparam("sha256"))


class Probe:
    """Tries one database. seconds: `time.monotonic`, or what a test takes for it."""

    def __init__(self, store: OpenStore, seconds: Callable[[], float]) -> None:
        self._store = store
        self._seconds = seconds
        self._tried_at = float("-inf")
        self._failed: StorageFailed | None = None

    async def try_writing(self) -> None:
        """Write a row and remove it in one commit: nothing stays, and yet the disk takes it. Raises StorageFailed."""
        now = self._seconds()
        if now - self._tried_at >= REMEMBERED_S:
            self._tried_at = now
            self._failed = await self._outcome()
        if self._failed is not None:
            raise StorageFailed(self._failed.sentence)
        full = self._store.no_room
        if full is not None and now - full.at_s < FULL_FOR_S:
            raise StorageFailed(full.sentence)

    async def _outcome(self) -> StorageFailed | None:
        put = Write(_PUT, {"sha256": _NAME, "content": b"probe"})
        try:
            await self._store.commit([put, Write(_REMOVE, {"sha256": _NAME})])
        except StorageFailed as error:
            return error
        return None
