"""What `${secret:NAME}` means in a running Botyard: the server's own settings first, then what deployments brought."""

from collections.abc import Mapping

from botyard.releases import records
from botyard.store.commit import Store
from botyard.store.secrets import SecretsKey


class KnownSecrets:
    """The secrets of every partner. Opened ones stay in this process's memory until something is deployed."""

    def __init__(self, ours: Mapping[str, str], store: Store, key: SecretsKey) -> None:
        self._ours = ours
        self._store = store
        self._key = key
        self._opened: dict[int, dict[str, str]] = {}

    async def of(self, partner_id: int) -> Mapping[str, str]:
        """Gather what a partner's bots may name. Raises SecretUnreadable."""
        if partner_id not in self._opened:
            sealed = await records.secrets(self._store, partner_id)
            opened = {name: self._key.decrypt(f"{partner_id}/{name}", text) for name, text in sealed.items()}
            self._opened[partner_id] = {**opened, **self._ours}
        return self._opened[partner_id]

    def forget(self) -> None:
        """Read them again the next time."""
        self._opened.clear()
