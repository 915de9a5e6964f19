"""Request headers -> who is calling, or which of the five things is wrong with them. What every door uses.

Partners and tokens are remembered for a second: a revoked token stops within it, in every process. Nothing is
remembered of callers that were refused.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import Enum

from msgspec import Struct

from botyard.auth import records
from botyard.auth.tokens import Presented, is_secret_of, presented
from botyard.errors import BotyardError
from botyard.store.commit import Row, Store

# Promised (docs/reference/limits.md): a revoked token is refused after this long at the latest.
REMEMBERED_S = 1.0
REMEMBERED = 1_000
_NO_HASH = bytes(32)
_UNKNOWN = (float("-inf"), None)


class Caller(Struct, frozen=True):
    """A partner's system that proved who it is."""

    partner_id: int
    client_id: str


class Fault(Enum):
    """What may be wrong with a caller's headers, in the order in which it is found."""

    NO_CLIENT = "client_id missing in headers"
    UNKNOWN_CLIENT = "invalid client_id in headers"
    NO_BEARER = "invalid authorization in headers"
    NO_TOKEN = "token missing in headers"  # noqa: S105 - a sentence
    WRONG_TOKEN = "invalid token provided"  # noqa: S105 - a sentence


class NotIdentified(BotyardError):
    """The headers do not say who is calling. Sentences to the letter: wire.md §3."""

    code = "not_identified"
    http_status = 401

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value, fault=fault.name)
        self.fault = fault


class Callers:
    """Tells callers apart. now: aware, UTC, for tokens that expire; seconds: a clock that only goes forward."""

    def __init__(self, store: Store, *, now: Callable[[], datetime], seconds: Callable[[], float]) -> None:
        self._store = store
        self._now = now
        self._seconds = seconds
        self._remembered: dict[str | int, tuple[float, Row | None]] = {}  # partners by client id, tokens by id

    async def identify(self, client_ids: Sequence[str], authorizations: Sequence[str]) -> Caller:
        """Say who sent these headers, each as often as it was sent. Raises NotIdentified with the first fault.

        An unknown client is told only after its token was hashed, looked up and compared: a known one takes as long.
        """
        client_id = _only(client_ids)
        if client_id == "":
            raise NotIdentified(Fault.NO_CLIENT)
        token, fault = _bearer(authorizations)
        shown = presented(token)
        partner = None if client_id is None else self._recall(client_id) or await self._partner(client_id)
        row = self._recall(shown.token_id) or await self._token(shown.token_id)
        owner = self._owner_of(shown, row)
        if partner is None:
            raise NotIdentified(Fault.UNKNOWN_CLIENT)
        if fault is not None:
            raise NotIdentified(fault)
        if owner != partner["id"]:
            raise NotIdentified(Fault.WRONG_TOKEN)
        return Caller(partner["id"], partner["client_id"])

    async def partner_of(self, token: str) -> int | None:
        """Tell whose token this is; None for one that is nobody's, revoked or expired."""
        shown = presented(token)
        return self._owner_of(shown, self._recall(shown.token_id) or await self._token(shown.token_id))

    async def _partner(self, client_id: str) -> Row | None:
        asked = self._seconds()
        return self._remember(client_id, await records.partner_by_client_id(self._store, client_id), asked)

    async def _token(self, token_id: int) -> Row | None:
        asked = self._seconds()
        return self._remember(token_id, await records.token_by_id(self._store, token_id), asked)

    def _owner_of(self, shown: Presented, row: Row | None) -> int | None:
        is_secret = is_secret_of(shown, _NO_HASH if row is None else row["secret_hash"])
        return int(row["partner_id"]) if row is not None and is_secret and self._is_live(row) else None

    def _is_live(self, row: Row) -> bool:
        return row["revoked_at"] is None and (row["expires_at"] is None or self._now() < row["expires_at"])

    def _recall(self, key: str | int) -> Row | None:
        until, row = self._remembered.get(key, _UNKNOWN)
        return row if self._seconds() < until else None

    def _remember(self, key: str | int, row: Row | None, asked: float) -> Row | None:
        if row is not None:
            if len(self._remembered) >= REMEMBERED:
                self._remembered.clear()
            self._remembered[key] = (asked + REMEMBERED_S, row)  # the row may have changed while it was on its way
        return row


def _only(headers: Sequence[str]) -> str | None:
    """The header's value; "" where it is missing or blank, None where it cannot be one client's."""
    values = {header.strip() for header in headers} or {""}
    value = values.pop()
    return None if values or not value.isascii() else value


def _bearer(headers: Sequence[str]) -> tuple[str, Fault | None]:
    """Take the token out of `Bearer <token>`; "" and what is wrong where there is none."""
    value = _only(headers)
    if value is None:
        return "", Fault.NO_BEARER
    scheme, *tokens = value.split() or [""]
    if not scheme:
        return "", Fault.NO_TOKEN
    if scheme.lower() != "bearer" or len(tokens) > 1:
        return "", Fault.NO_BEARER
    return (tokens[0], None) if tokens else ("", Fault.NO_TOKEN)
