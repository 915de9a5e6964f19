"""Tokens of programs: `by_<token id>_<secret>`. Shown once, when made; kept as the SHA-256 of the secret.

The secret has 256 random bits, so its hash needs neither salt nor stretching. The id in front finds the row, so that
nothing secret is ever looked up in an index: secrets meet in `is_secret_of` only, in constant time.
"""

import hashlib
import hmac
import re
import secrets
from datetime import datetime

from msgspec import Struct

from botyard.auth import records

PREFIX = "by"  # secret scanners know our tokens by it
SECRET_BYTES = 32
_FORM = re.compile(rf"{PREFIX}_([1-9][0-9]{{0,17}})_([A-Za-z0-9_-]{{43}})")


class Presented(Struct, frozen=True):
    """A token as a caller presents it. token_id: 0 for a text that cannot be one of ours."""

    token_id: int
    secret_hash: bytes

    def __repr__(self) -> str:
        return f"Presented(token_id={self.token_id})"


class NewToken:
    """A token that speaks for a partner once `write`, which returns its id, is committed."""

    def __init__(self, partner_id: int, *, now: datetime, expires_at: datetime | None = None) -> None:
        self._secret = secrets.token_urlsafe(SECRET_BYTES)
        self.write = records.adds_token(partner_id, _hashed(self._secret), now=now, expires_at=expires_at)

    def shown(self, token_id: int) -> str:
        """Write the token out. It can be had from here only, while this lives."""
        return f"{PREFIX}_{token_id}_{self._secret}"


def presented(token: str) -> Presented:
    """Take a token apart. The hash is computed whatever it looks like, so that all take equally long."""
    found = _FORM.fullmatch(token)
    secret_hash = _hashed(found[2] if found else token)
    return Presented(int(found[1]) if found else 0, secret_hash)


def is_secret_of(presented: Presented, secret_hash: bytes) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(presented.secret_hash, secret_hash)


def _hashed(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
