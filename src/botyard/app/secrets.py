"""What `${secret:NAME}` means in a running Botyard: the server's own settings first, then what deployments brought."""

from collections.abc import Callable, Mapping
from time import monotonic

from msgspec import Struct

from botyard.errors import BotyardError
from botyard.integrations.signature import forget_secrets
from botyard.releases import records
from botyard.store.commit import Store
from botyard.store.secrets import SecretsKey, SecretUnreadable

_MOST_NAMED = 5
# As for bots (`live.FRESH_S`): the word that something was deployed may be lost, and nothing may be signed with what a
# partner has replaced, but for so long.
FRESH_S = 1.0


class SecretsLocked(BotyardError):
    """Secrets are kept that the key does not open. Met at the start: else customers would meet it, one turn each."""

    code = "secrets_locked"

    def __init__(self, names: list[str]) -> None:
        named = ", ".join(names[:_MOST_NAMED]) + (", …" if len(names) > _MOST_NAMED else "")
        super().__init__(
            f"secrets are kept that the key of this server does not open: {named}. Bring back the key that they were "
            "kept with (BOTYARD_KEY, else the file beside the database that ends in .key). Where it is lost, deploy "
            "the bots again with these secrets set, or set each as BOTYARD_SECRET_NAME",
            names=tuple(names),
        )


class _Opened(Struct):
    """A partner's secrets, as they were kept and as they are named."""

    fresh_until: float
    sealed: Mapping[str, bytes]
    known: Mapping[str, str]


class KnownSecrets:
    """The secrets of every partner. Opened ones count for a second, or until something is deployed."""

    def __init__(
        self, ours: Mapping[str, str], store: Store, key: SecretsKey, seconds: Callable[[], float] = monotonic
    ) -> None:
        self._ours = ours
        self._store = store
        self._key = key
        self._seconds = seconds
        self._opened: dict[int, _Opened] = {}

    async def try_all(self) -> None:
        """Open everything that a turn could need. Raises SecretsLocked."""
        kept = await records.all_secrets(self._store)
        locked = [name for partner_id, name, sealed in kept if not self._opens(partner_id, name, sealed)]
        if locked:
            raise SecretsLocked(sorted(set(locked)))

    async def of(self, partner_id: int) -> Mapping[str, str]:
        """Gather what a partner's bots may name. Raises SecretUnreadable."""
        opened = self._opened.get(partner_id)
        if opened is not None and self._seconds() < opened.fresh_until:
            return opened.known
        return (await self._read(partner_id, opened)).known

    async def _read(self, partner_id: int, before: _Opened | None) -> _Opened:
        fresh_until = self._seconds() + FRESH_S
        if before is not None:
            before.fresh_until = fresh_until  # who comes meanwhile goes by these: one call a second waits, not all
        sealed = await records.secrets(self._store, partner_id)
        if before is None or before.sealed != sealed:
            self._opened.pop(partner_id, None)  # what was replaced is not used again, also if this cannot be opened
            forget_secrets()
            before = _Opened(fresh_until, sealed, self._open(partner_id, sealed))
        self._opened[partner_id] = before
        return before

    def _open(self, partner_id: int, sealed: Mapping[str, bytes]) -> Mapping[str, str]:
        theirs = {name: text for name, text in sealed.items() if name not in self._ours}
        opened = {name: self._key.decrypt(f"{partner_id}/{name}", text) for name, text in theirs.items()}
        return {**opened, **self._ours}

    def forget(self) -> None:
        """Read them again the next time."""
        self._opened.clear()
        forget_secrets()

    def _opens(self, partner_id: int, name: str, sealed: bytes) -> bool:
        if name in self._ours:
            return True
        try:
            self._key.decrypt(f"{partner_id}/{name}", sealed)
        except SecretUnreadable:
            return False
        return True
