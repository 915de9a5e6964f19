"""What `${secret:NAME}` means in a running Botyard: the server's own settings first, then what deployments brought."""

from collections.abc import Mapping

from botyard.errors import BotyardError
from botyard.integrations.signature import forget_secrets
from botyard.releases import records
from botyard.store.commit import Store
from botyard.store.secrets import SecretsKey, SecretUnreadable

_MOST_NAMED = 5


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


class KnownSecrets:
    """The secrets of every partner. Opened ones stay in this process's memory until something is deployed."""

    def __init__(self, ours: Mapping[str, str], store: Store, key: SecretsKey) -> None:
        self._ours = ours
        self._store = store
        self._key = key
        self._opened: dict[int, dict[str, str]] = {}

    async def try_all(self) -> None:
        """Open everything that a turn could need. Raises SecretsLocked."""
        kept = await records.all_secrets(self._store)
        locked = [name for partner_id, name, sealed in kept if not self._opens(partner_id, name, sealed)]
        if locked:
            raise SecretsLocked(sorted(set(locked)))

    async def of(self, partner_id: int) -> Mapping[str, str]:
        """Gather what a partner's bots may name. Raises SecretUnreadable."""
        if partner_id not in self._opened:
            sealed = await records.secrets(self._store, partner_id)
            opened = {
                name: self._key.decrypt(f"{partner_id}/{name}", text)
                for name, text in sealed.items()
                if name not in self._ours
            }
            self._opened[partner_id] = {**opened, **self._ours}
        return self._opened[partner_id]

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
