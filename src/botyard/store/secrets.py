"""What is encrypted at rest: AES-256-GCM, one key per installation, each value bound to its name.

A sealed value is one version byte, a nonce of 12 random bytes, and the ciphertext with its tag. The name goes in as
associated data, so that a sealed value copied to another row does not open there.
"""

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from botyard.errors import BotyardError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_VERSION = b"\x01"
_NONCE_BYTES = 12
_KEY_BYTES = 32


class SecretsKey:
    """The key of this installation. It never shows itself."""

    def __init__(self, key: bytes) -> None:
        if len(key) != _KEY_BYTES:
            raise KeyUnusable(f"the key for secrets has {len(key)} bytes; it must have {_KEY_BYTES} (64 hex digits)")
        self._key = key
        self._cipher: AESGCM | None = None

    @classmethod
    def from_hex(cls, digits: str) -> "SecretsKey":
        """Take the key as 64 hex digits (BOTYARD_KEY). Raises KeyUnusable."""
        try:
            key = bytes.fromhex(digits)
        except ValueError:
            raise KeyUnusable("the key for secrets is not written in hex digits") from None
        return cls(key)

    @classmethod
    def from_file(cls, path: Path) -> "SecretsKey":
        """Take the key from a file; where there is none, make one that only its owner may read."""
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return cls.from_hex(path.read_text().strip())
        with os.fdopen(descriptor, "w") as file:
            file.write(os.urandom(_KEY_BYTES).hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
        return cls.from_hex(path.read_text().strip())

    def fingerprint(self) -> str:
        """Tell two keys apart without telling what they are."""
        return hashlib.sha256(b"whose database this is " + self._key).hexdigest()[:16]

    def encrypt(self, name: str, text: str) -> bytes:
        """Seal a text under its name."""
        nonce = os.urandom(_NONCE_BYTES)
        return _VERSION + nonce + self._aes().encrypt(nonce, text.encode(), name.encode())

    def decrypt(self, name: str, sealed: bytes) -> str:
        """Open what `encrypt` sealed under the same name. Raises SecretUnreadable."""
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - costs start-up time; most processes open no secret

        version, nonce, ciphertext = sealed[:1], sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        if version != _VERSION:
            raise SecretUnreadable(name)
        try:
            return self._aes().decrypt(nonce, ciphertext, name.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise SecretUnreadable(name) from error

    def _aes(self) -> "AESGCM":
        if self._cipher is None:
            from cryptography.hazmat.primitives.ciphers.aead import (  # noqa: PLC0415 - costs start-up time
                AESGCM,
            )

            self._cipher = AESGCM(self._key)
        return self._cipher


class KeyUnusable(BotyardError):
    """The key that secrets are encrypted with is not one. The operator set it, the operator can mend it."""

    code = "key_unusable"


class SecretUnreadable(BotyardError):
    """A secret does not open: it was sealed with another key or under another name, or it was changed."""

    code = "secret_unreadable"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"secret {name!r} cannot be read with this key; set it again, or bring back the old key", name=name
        )
