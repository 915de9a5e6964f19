"""Tokens as an operator sees them: listed without their secrets, revoked for good."""

import asyncio
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from botyard.auth import people
from botyard.auth.caller import Callers
from botyard.store.commit import OpenStore
from botyard.studio.tokens import KnownToken, NoSuchToken, Revoked, RevokeOrder, Tokens, revoked, tokens
from tests.auth.partners import made_token

pytestmark = pytest.mark.usefixtures("each_store")

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def test_tokens_of_all_clients_are_listed_without_their_secrets(store: OpenStore) -> None:
    """For whom each is, when it was made, and whether it was revoked."""

    async def test() -> None:
        assert await tokens(store) == Tokens(())
        mine = await people.ensure_partner(store, "mine", now=NOW)
        other = await people.ensure_partner(store, "other", now=NOW)
        made = [await made_token(store, mine.id, now=NOW), await made_token(store, other.id, now=LATER)]
        await revoked(store, RevokeOrder((1,)), now=LATER)
        found = await tokens(store)
        assert found.tokens == (KnownToken(1, mine.client_id, NOW, LATER), KnownToken(2, other.client_id, LATER, None))
        assert not any(token.split("_", 2)[2] in repr(msgspec.json.encode(found)) for token in made)

    asyncio.run(test())


def test_a_token_is_revoked_once_and_for_good(store: OpenStore) -> None:
    """That it was before is told, and its first moment stays; others are taken as before."""

    async def test() -> None:
        mine = await people.ensure_partner(store, "mine", now=NOW)
        made = [await made_token(store, mine.id, now=NOW) for _ in range(3)]
        assert await revoked(store, RevokeOrder((2,)), now=NOW) == Revoked((2,), before=())
        assert await revoked(store, RevokeOrder((3, 2, 3)), now=LATER) == Revoked((3, 2), before=(2,))
        assert [one.revoked_at for one in (await tokens(store)).tokens] == [None, NOW, LATER]
        callers = Callers(store, now=lambda: LATER, seconds=lambda: 0.0)
        assert [await callers.partner_of(token) for token in made] == [mine.id, None, None]

    asyncio.run(test())


def test_where_one_is_unknown_none_is_revoked(store: OpenStore) -> None:
    """A slip of the finger is found out, and not half done."""

    async def test() -> None:
        mine = await people.ensure_partner(store, "mine", now=NOW)
        await made_token(store, mine.id, now=NOW)
        with pytest.raises(NoSuchToken, match="there is no token 7 or 999999999999999999; nothing was revoked"):
            await revoked(store, RevokeOrder((1, 7, 10**18 - 1)), now=NOW)
        assert [one.revoked_at for one in (await tokens(store)).tokens] == [None]

    asyncio.run(test())
