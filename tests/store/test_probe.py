"""Whether a database that refuses messages says so, though it still takes what is small."""

import asyncio

import pytest
import sqlalchemy as sa

from botyard.store.blobs import blob
from botyard.store.commit import OpenStore, StorageFailed, Write
from botyard.store.database import Database
from botyard.store.probe import FULL_FOR_S, Probe

pytestmark = pytest.mark.usefixtures("each_store")

_PUT = sa.insert(blob).values(sha256="large", content=sa.bindparam("content"))
_FULL = sa.text("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'disk_full'; END $$")


def test_a_disk_that_is_full_for_messages_is_full_though_a_small_row_fits(store: OpenStore) -> None:
    """Asked just after somebody met it: refused in the words for it; some seconds after the last who did: well."""

    async def test() -> None:
        at_once = Probe(store, lambda: store.no_room.at_s if store.no_room else 0.0)
        later = Probe(store, lambda: store.no_room.at_s + FULL_FOR_S if store.no_room else 0.0)
        await at_once.try_writing()
        with pytest.raises(StorageFailed):
            await store.commit([_too_much_for(store)])
        with pytest.raises(StorageFailed, match="disk is full: free some space"):
            await at_once.try_writing()
        await later.try_writing()

    asyncio.run(test())


def _too_much_for(store: OpenStore) -> Write:
    """Take the room away until the database is connected anew, and ask for some; PostgreSQL is told to say so."""
    if not isinstance(store, Database):
        return Write(_FULL, {})
    [pages] = store._writing.execute("PRAGMA page_count").fetchone()
    store._writing.execute(f"PRAGMA max_page_count={pages}")
    return Write(_PUT, {"content": bytes(100_000)})
