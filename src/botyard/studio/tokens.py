"""Which tokens there are, and which shall speak for nobody any more. None can be shown: only hashes are kept."""

from datetime import datetime

from msgspec import Struct

from botyard.auth import records
from botyard.errors import NotFound
from botyard.store.commit import Store


class TokensOrder(Struct, frozen=True, tag="tokens"):
    """Somebody wants to know which tokens there are."""


class KnownToken(Struct, frozen=True):
    """A token without its secret. id: the number that stands in it, as in by_ID_SECRET. client_id: for whom it is."""

    id: int
    client_id: str
    created_at: datetime
    revoked_at: datetime | None


class Tokens(Struct, frozen=True):
    """All tokens of this installation, the oldest first."""

    tokens: tuple[KnownToken, ...]


class RevokeOrder(Struct, frozen=True, tag="revoke"):
    """Somebody wants tokens to be refused from now on."""

    ids: tuple[int, ...]


class Revoked(Struct, frozen=True):
    """Each token that was named is revoked now. before: those of them that were already."""

    ids: tuple[int, ...]
    before: tuple[int, ...]


class NoSuchToken(NotFound):
    """No token with this number was ever made."""

    code = "no_such_token"


async def tokens(store: Store) -> Tokens:
    """List them."""
    return Tokens(tuple(KnownToken(**row) for row in await records.tokens(store)))


async def revoked(store: Store, order: RevokeOrder, *, now: datetime) -> Revoked:
    """Revoke tokens, all that are named or none. Raises NoSuchToken."""
    ids = tuple(dict.fromkeys(order.ids))
    unknown = [str(one) for one in ids if await records.token_by_id(store, one) is None]
    if unknown:
        raise NoSuchToken(
            f"there is no token {' or '.join(unknown)}; nothing was revoked. `botyard token list` lists all"
        )
    changed = await store.commit([records.revokes_token(one, now) for one in ids])
    return Revoked(ids, tuple(one for one, rows in zip(ids, changed, strict=True) if not rows))
