"""Secrets that deployments brought, and the key that opens them."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from botyard.app.running import running
from botyard.app.secrets import SecretsLocked
from botyard.auth.people import ensure_partner
from botyard.releases.records import keeps_secret
from botyard.settings import Secrets, Settings
from botyard.store.database import open_database
from botyard.store.secrets import SecretsKey
from botyard.store.up_to_date import bring_up_to_date

KEY, OTHER = "ab" * 32, "cd" * 32


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A database that keeps the secret PRICE under KEY."""
    url = f"sqlite:///{tmp_path}/b.db"
    bring_up_to_date(url)

    async def keep() -> None:
        database = open_database(url)
        partner = await ensure_partner(database, "us", now=datetime(2026, 1, 1, tzinfo=UTC))
        sealed = SecretsKey.from_hex(KEY).encrypt(f"{partner.id}/PRICE", "hush-7")
        await database.commit(keeps_secret(partner.id, "PRICE", sealed))
        database.close()

    asyncio.run(keep())
    return url


async def start(settings: Settings) -> None:
    """Start and stop."""
    async with running(settings):
        pass


def test_a_start_on_secrets_that_do_not_open_is_refused_by_name(url: str) -> None:
    """A lost key file or another key is met by the operator, not by a customer; the sentence says what to do."""
    for settings in (Settings(database_url=url, key=OTHER), Settings(database_url=url)):
        with pytest.raises(SecretsLocked, match=r"PRICE.*BOTYARD_KEY.*deploy") as refused:
            asyncio.run(start(settings))
        assert "hush" not in refused.value.sentence


def test_a_start_goes_on_where_every_secret_is_known(url: str, tmp_path: Path) -> None:
    """By the right key, or because the server's own settings say what the secret is; and where none is kept."""
    asyncio.run(start(Settings(database_url=url, key=KEY)))
    asyncio.run(start(Settings(database_url=url, key=OTHER, secrets=Secrets({"PRICE": "hush-8"}))))
    asyncio.run(start(Settings(database_url=f"sqlite:///{tmp_path}/new.db", key=OTHER)))
