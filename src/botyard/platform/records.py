"""All the SQL of the public API: which requests were made under a name of the client's, and what was answered."""

from contextlib import suppress
from datetime import datetime

import sqlalchemy as sa

from botyard.store.commit import Conflict, Row, Store, Write
from botyard.store.schema import Id, Moment, metadata

_b = sa.bindparam

idempotency_key = sa.Table(
    "idempotency_key",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("partner_id", sa.BigInteger, sa.ForeignKey("partner.id"), nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("route", sa.Text, nullable=False),
    sa.Column("whom_hash", sa.LargeBinary),  # of whom; NULL: the key names nobody, or a release kept none, before 0005
    sa.Column("response", sa.LargeBinary),
    sa.Column("created_at", Moment, nullable=False, index=True),
    sa.UniqueConstraint("partner_id", "key", "route"),
    sqlite_autoincrement=True,  # messages are stored under the id: no later request may inherit it
)

_CLAIMED = sa.select(idempotency_key).where(
    idempotency_key.c.partner_id == _b("partner_id"),
    idempotency_key.c.key == _b("key"),
    idempotency_key.c.route == _b("route"),
    idempotency_key.c.created_at > _b("expired", type_=Moment),
)
_FORGET_EXPIRED = sa.delete(idempotency_key).where(idempotency_key.c.created_at <= _b("expired", type_=Moment))
_CLAIM = sa.insert(idempotency_key).values(
    partner_id=_b("partner_id"),
    key=_b("key"),
    route=_b("route"),
    whom_hash=_b("whom_hash"),
    created_at=_b("created_at"),
)
_UNANSWERED = (idempotency_key.c.id == _b("id_"), idempotency_key.c.response.is_(None))
_IS_FOR_THEM = idempotency_key.c.whom_hash == _b("whom")
_NAME = (
    sa.update(idempotency_key).where(*_UNANSWERED, idempotency_key.c.whom_hash.is_(None)).values(whom_hash=_b("whom"))
)
_RELEASE = sa.update(idempotency_key).where(*_UNANSWERED, _IS_FOR_THEM).values(whom_hash=sa.null())
_ANSWER = sa.update(idempotency_key).where(*_UNANSWERED, _IS_FOR_THEM).values(response=_b("response"))
_ANSWERED = sa.select(idempotency_key.c.response).where(idempotency_key.c.id == _b("id_"), _IS_FOR_THEM)


async def claimed(store: Store, partner_id: int, key: str, route: str, *, expired: datetime) -> Row | None:
    """Find a request made under this name after `expired`: its id, and its response if it was answered."""
    return await store.first(_CLAIMED, {"partner_id": partner_id, "key": key, "route": route, "expired": expired})


async def claim(
    store: Store, partner_id: int, key: str, route: str, whom: bytes, *, now: datetime, expired: datetime
) -> Row | None:
    """Note that a request under this name begins, unless one did already; forget all that are older than `expired`."""
    parameters = {"partner_id": partner_id, "key": key, "route": route, "whom_hash": whom, "created_at": now}
    with suppress(Conflict):  # somebody began it at the same moment: it is one request
        await store.commit([Write(_FORGET_EXPIRED, {"expired": expired}), Write(_CLAIM, parameters)])
    return await claimed(store, partner_id, key, route, expired=expired)


async def name(store: Store, claim_id: int, whom: bytes) -> None:
    """Let a claim that names nobody, and has no answer, name them."""
    await store.commit([Write(_NAME, {"id_": claim_id, "whom": whom})])


async def release(store: Store, claim_id: int, whom: bytes) -> None:
    """Let the claim name nobody, unless it was answered."""
    await store.commit([Write(_RELEASE, {"id_": claim_id, "whom": whom})])


async def answer(store: Store, claim_id: int, whom: bytes, response: bytes) -> bytes:
    """Keep what was answered, unless an answer is kept already; the one that is kept."""
    this = {"id_": claim_id, "whom": whom}
    await store.commit([Write(_ANSWER, this | {"response": response})])
    row = await store.first(_ANSWERED, this)
    return response if row is None or row["response"] is None else bytes(row["response"])
