"""What is known of end users, and who may speak as one."""

import asyncio
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.sql import Executable

from botyard.conversations.users.known import Profile, Users
from botyard.errors import NotFound
from botyard.store.commit import Row
from botyard.store.opening import bring_up_to_date, open_store
from tests.conversations.small_shell import clock
from tests.stores import read_up, url_for

pytestmark = pytest.mark.usefixtures("each_store")


def users(path: Path) -> Users:
    bring_up_to_date(url_for(path))
    return Users(open_store(url_for(path)), clock)


def test_a_user_is_made_once_and_then_updated(tmp_path: Path) -> None:
    """However often and however many at once: one user of that name; what is not said stays as it was."""

    async def test() -> None:
        known = users(tmp_path / "b.db")
        made = await asyncio.gather(
            *(known.create_or_update(1, "a-77", Profile(full_name="Asha", email="a@b.c")) for _ in range(5))
        )
        assert len({user.id for user, _ in made}) == 1
        assert sum(is_new for _, is_new in made) == 1
        updated, is_new = await known.create_or_update(1, "a-77", Profile(full_name="Asha R", custom_data={"n": 1}))
        assert (is_new, updated.user.full_name, updated.user.email, updated.custom_data) == (
            False, "Asha R", "a@b.c", {"n": 1},
        )  # fmt: skip
        assert await known.by_auth_id(1, "a-77") == updated
        assert await known.by_user_name(1, updated.user.user_name) == updated
        assert await known.by_auth_id(2, "a-77") is None
        assert await known.by_user_name(2, updated.user.user_name) is None
        with pytest.raises(NotFound):
            await known.by_id(999)

    asyncio.run(test())


def test_a_user_that_is_forgotten_while_it_is_read_is_read_again(tmp_path: Path) -> None:
    """Another process's word of a change may come before the row that was asked for earlier: that one is not kept."""

    async def test() -> None:
        here, there = users(tmp_path / "b.db"), users(tmp_path / "b.db")
        user, _ = await there.create_or_update(1, "a", Profile(language_code="en"))
        read = here._store.first

        async def slowly(statement: Executable, parameters: Mapping[str, Any]) -> Row | None:
            row = await read(statement, parameters)
            await there.update(user.id, Profile(language_code="hi"))
            here.forget(user.id)
            return row

        here._store.first = slowly  # type: ignore[method-assign]  # the answer of a database that is busy
        await here.by_id(user.id)
        here._store.first = read  # type: ignore[method-assign]  # as it was
        assert (await here.by_id(user.id)).user.language_code == "hi"

    asyncio.run(test())


def test_what_another_process_changed_is_read_again_and_kept(tmp_path: Path) -> None:
    """Two that remember the same user each change a field of their own: both changes are there, in whatever order."""

    async def test() -> None:
        here, there = users(tmp_path / "b.db"), users(tmp_path / "b.db")
        user, _ = await here.create_or_update(1, "a", Profile())
        await there.by_auth_id(1, "a")
        await here.update(user.id, Profile(full_name="Asha"))
        by_name, is_new = await there.create_or_update(1, "a", Profile(email="a@b.c"))
        by_number = await here.update(user.id, Profile(mobile_no="+91"))
        assert not is_new
        assert (by_name.user.full_name, by_name.user.email) == ("Asha", "a@b.c")
        assert (by_number.user.full_name, by_number.user.email, by_number.user.mobile_no) == ("Asha", "a@b.c", "+91")

    asyncio.run(test())


def test_a_visitors_token_speaks_as_one_user_to_one_business(tmp_path: Path) -> None:
    """The token is found again, a guessed one is not, and the database does not have it."""

    async def test() -> str:
        known = users(tmp_path / "b.db")
        token, user = await known.welcome(1, 7, Profile(language_code="hi"))
        visitor = await known.visitor(token)
        assert visitor is not None
        assert (visitor.user_id, visitor.business_id) == (user.id, 7)
        assert (await known.by_id(user.id)).user.language_code == "hi"
        assert await known.visitor(token + "x") is None
        return token

    token = asyncio.run(test())
    with closing(read_up(tmp_path / "b.db")) as database:
        kept = "\n".join(database.iterdump())
    assert "hi" in kept
    assert token not in kept
