"""What a running process takes a secret for, when another process has deployed a new one."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from botyard.app.secrets import FRESH_S, KnownSecrets
from botyard.auth import people
from botyard.releases import records
from botyard.store.commit import OpenStore
from botyard.store.secrets import SecretsKey, SecretUnreadable

pytestmark = pytest.mark.usefixtures("each_store")

KEY = SecretsKey(bytes(32))
# docs/howto/postgresql.md
PROMISED_S = 2.0


async def kept(store: OpenStore, key: SecretsKey = KEY, **secrets: str) -> int:
    """Keep secrets, as a deployment by another process does. The partner whose they are."""
    partner = await people.ensure_partner(store, "shop", now=datetime(2026, 11, 25, 12, tzinfo=UTC))
    for name, value in secrets.items():
        sealed = key.encrypt(f"{partner.id}/{name}", value)
        await store.commit(records.keeps_secret(partner.id, name, sealed))
    return partner.id


def test_another_processs_secret_is_taken_within_the_promise(store: OpenStore) -> None:
    """Also where the word of its deployment was lost: what was opened counts for a second. Whoever heard it forgets."""
    seconds = 0.0

    async def test() -> None:
        nonlocal seconds
        known = KnownSecrets({"OURS": "o"}, store, KEY, lambda: seconds)
        partner_id = await kept(store, HOOK="first")
        assert await known.of(partner_id) == {"HOOK": "first", "OURS": "o"}
        await kept(store, HOOK="second")
        assert (await known.of(partner_id))["HOOK"] == "first"
        seconds = FRESH_S
        assert await known.of(partner_id) == {"HOOK": "second", "OURS": "o"}
        await kept(store, HOOK="third")
        known.forget()
        assert (await known.of(partner_id))["HOOK"] == "third"

    assert FRESH_S < PROMISED_S
    asyncio.run(test())


def test_many_calls_read_a_partners_secrets_once_a_second(store: OpenStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that finds them old reads them, those beside it go by the old ones; nothing new is nothing to decrypt."""
    seconds, read, opened = 0.0, list[int](), list[str]()
    really_read, really_open = records.secrets, SecretsKey.decrypt

    async def noted(store: OpenStore, partner_id: int) -> Mapping[str, bytes]:
        read.append(partner_id)
        return await really_read(store, partner_id)

    def noted_too(key: SecretsKey, name: str, text: bytes) -> str:
        opened.append(name)
        return really_open(key, name, text)

    async def test() -> None:
        nonlocal seconds
        known = KnownSecrets({}, store, KEY, lambda: seconds)
        partner_id = await kept(store, HOOK="first", CRM="c")
        await known.of(partner_id)
        monkeypatch.setattr(records, "secrets", noted)
        monkeypatch.setattr(SecretsKey, "decrypt", noted_too)
        seconds = FRESH_S
        assert await asyncio.gather(*(known.of(partner_id) for _ in range(20))) == [{"HOOK": "first", "CRM": "c"}] * 20
        assert (read, opened) == ([partner_id], [])
        await kept(store, HOOK="second")
        seconds = 2 * FRESH_S
        assert (await known.of(partner_id))["HOOK"] == "second"
        assert read == [partner_id] * 2

    asyncio.run(test())


def test_a_new_secret_that_cannot_be_opened_is_no_reason_to_use_the_old_one(store: OpenStore) -> None:
    """Every call is told, not only the one that read it."""
    seconds = 0.0

    async def test() -> None:
        nonlocal seconds
        known = KnownSecrets({}, store, KEY, lambda: seconds)
        partner_id = await kept(store, HOOK="first")
        await known.of(partner_id)
        await kept(store, SecretsKey(b"k" * 32), HOOK="second")
        seconds = FRESH_S
        for _ in range(2):
            with pytest.raises(SecretUnreadable):
                await known.of(partner_id)

    asyncio.run(test())
