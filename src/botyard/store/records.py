"""The processes that share a PostgreSQL database: which there are, and which of them still live.

A process lives while it holds its advisory lock (the session of a killed process is gone in milliseconds) and its
heart beats (one that hangs holds its lock for ever). All times are the database's: no two clocks are compared. The
lock's number holds the table's own (its OID), so that clusters in two schemas of one database do not meet.
"""

import sqlalchemy as sa

from botyard.store.commit import Row, Store, Write
from botyard.store.schema import Id, Moment, metadata

_b = sa.bindparam

# Promised (docs/howto/postgresql.md): another process takes over within 20 s from one that hangs.
SILENT_S = 15.0
# After a crash of the server every process has lost its lock; and none could let its heart beat; each gets so long. It
# gets as long from whoever lost its own lock on a server that is long up (`store/postgres/peers.py`).
COMES_BACK_S = 5.0

process = sa.Table(
    "process",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("cluster", sa.Text, nullable=False),  # whose it is: a fingerprint of the key for secrets
    sa.Column("takes_turns", sa.Boolean, nullable=False),
    sa.Column("started_at", Moment, nullable=False),
    sa.Column("beat_at", Moment, nullable=False),
    sqlite_autoincrement=True,  # an owner that is gone is never mistaken for a later one
)

_NOW = sa.func.clock_timestamp()
_IS_HELD = sa.literal_column(
    "EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1"
    " AND classid = 'process'::regclass::oid AND objid::bigint = process.id"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))",
    sa.Boolean,
)
_HAS_HAD_TIME = sa.literal_column(
    f"clock_timestamp() - pg_postmaster_start_time() > interval '{COMES_BACK_S} s'", sa.Boolean
)
_IS_SILENT = process.c.beat_at < _NOW - sa.literal_column(f"interval '{SILENT_S} s'")
_IS_DEAD = sa.and_(sa.or_(_IS_SILENT, sa.not_(_IS_HELD)), _HAS_HAD_TIME)

_ALL = sa.select(
    process.c.id,
    process.c.cluster,
    process.c.takes_turns,
    sa.type_coerce(_IS_DEAD, sa.Boolean).label("is_dead"),
    sa.type_coerce(_IS_HELD, sa.Boolean).label("is_held"),
    sa.type_coerce(_NOW, Moment).label("now"),
).order_by(process.c.id)
_ENTER = sa.insert(process).values(
    id=_b("id"), name=_b("name"), cluster=_b("cluster"), takes_turns=_b("takes_turns"), started_at=_NOW, beat_at=_NOW
)
_BEAT = sa.update(process).where(process.c.id == _b("id_")).values(beat_at=_NOW)
_BURY = sa.delete(process).where(process.c.id == _b("id_"), _IS_DEAD)
_RETIRE = sa.update(process).where(process.c.id == _b("id_")).values(takes_turns=sa.false())
_LEAVE = sa.delete(process).where(process.c.id == _b("id_"))


async def processes(store: Store) -> list[Row]:
    """Read all processes, the dead among them that nobody has buried yet."""
    return await store.all(_ALL, {})


def enters(process_id: int, *, name: str, cluster: str, takes_turns: bool) -> Write:
    """Note a process that has begun; it holds its lock already."""
    return Write(_ENTER, {"id": process_id, "name": name, "cluster": cluster, "takes_turns": takes_turns})


def beats(process_id: int) -> Write:
    """Note that a process lives. Guard: nobody has buried it."""
    return Write(_BEAT, {"id_": process_id}, must_change=True)


def buries(process_id: int) -> Write:
    """Take out a process that is dead; all that it owned is free. Changes nothing where it lives after all."""
    return Write(_BURY, {"id_": process_id})


def retires(process_id: int) -> Write:
    """Note that a process takes nothing up any more."""
    return Write(_RETIRE, {"id_": process_id})


def leaves(process_id: int) -> Write:
    """Take out a process that ends in order."""
    return Write(_LEAVE, {"id_": process_id})
