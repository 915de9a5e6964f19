"""End users and what is known of them. One `Users` serves the whole process, so nobody reads what is out of date."""

import asyncio
import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any
from weakref import WeakValueDictionary

from msgspec import Struct, structs

from botyard.conversations.users import records
from botyard.engine.state import User
from botyard.errors import NotFound
from botyard.store.commit import Conflict, Row, Stale, Store

# A row of a user is some 2 kB in memory: all that were active within minutes, even on a busy server.
CACHED = 10_000
# A change is decided anew when somebody was faster; with one process that is rare, 20 times in a row unheard of.
RETRIES = 20
# 256 bits: nobody guesses a visitor's token, so its hash needs no salt.
TOKEN_BYTES = 32


class KnownUser(Struct, frozen=True, kw_only=True):
    """One user of a partner, as stored. version: rises with every change."""

    id: int
    partner_id: int
    version: int
    user: User
    custom_data: dict[str, Any]
    created_at: datetime


class Profile(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What somebody says of a user; None says nothing. device_platform: docs/reference/device-platforms.md."""

    full_name: str | None = None
    email: str | None = None
    mobile_no: str | None = None
    language_code: str | None = None
    device_platform: int | None = None
    auth_code: str | None = None
    custom_data: dict[str, Any] | None = None


class Visitor(Struct, frozen=True):
    """Whom a widget's token speaks as, and to which business."""

    user_id: int
    business_id: int


class Users:
    """The users of all partners, those lately active kept in memory. All changes in this process go through here."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._cached: OrderedDict[int, KnownUser] = OrderedDict()
        self._ids: dict[tuple[int, str], int] = {}
        self._forgotten = 0  # how often; a row that was read before the last time may be old
        # Changes of one user take turns here; the version guards against turns and other processes.
        self._changing: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        # Told the id of every user that is changed here; processes beside this one have it cached too.
        self.changed: Callable[[int], None] | None = None

    async def by_id(self, user_id: int) -> KnownUser:
        """Find a user. Raises NotFound."""
        found = self._cached.get(user_id)
        if found is not None:
            self._cached.move_to_end(user_id)
            return found
        forgotten = self._forgotten
        row = await records.user_by_id(self._store, user_id)
        if row is None:
            raise NotFound(f"no user {user_id}", user_id=user_id)
        return self._cache_unless_old(_known(row), forgotten)

    async def by_auth_id(self, partner_id: int, auth_id: str) -> KnownUser | None:
        """Find a partner's user by the partner's own name for it."""
        user_id = self._ids.get((partner_id, auth_id))
        if user_id is not None:
            return await self.by_id(user_id)
        forgotten = self._forgotten
        row = await records.user_by_auth_id(self._store, partner_id, auth_id)
        if row is None:
            return None
        if len(self._ids) >= CACHED:
            self._ids.clear()
        self._ids[partner_id, auth_id] = row["id"]  # a user keeps its name for ever
        return self._cache_unless_old(_known(row), forgotten)

    async def by_user_name(self, partner_id: int, user_name: str) -> KnownUser | None:
        """Find a partner's user by our handle."""
        row = await records.user_by_user_name(self._store, partner_id, user_name)
        return None if row is None else _known(row)

    async def create_or_update(self, partner_id: int, auth_id: str, said: Profile) -> tuple[KnownUser, bool]:
        """Make the partner's user of this name, or change what was said of it. True: it is new."""
        known = await self.by_auth_id(partner_id, auth_id)
        if known is None:
            with suppress(Conflict):  # somebody made it meanwhile
                return await self._add(partner_id, auth_id, said), True
            known = await self.by_auth_id(partner_id, auth_id)
        if known is None:
            raise _too_many_at_once(partner_id)
        return await self.update(known.id, said), False

    async def update(self, user_id: int, said: Profile) -> KnownUser:
        """Change what was said of a user. Raises NotFound."""
        async with self._turn_of(user_id):
            for _ in range(RETRIES):
                known = await self.by_id(user_id)
                try:
                    return await self._change(known, said)
                except Stale:
                    self.forget(user_id)
        raise _too_many_at_once(user_id)

    def remembered(self, known: KnownUser, permanent_user_data: dict[str, Any]) -> KnownUser:
        """Note that a unit is committed that replaces a user's permanent data: `records.remembers`."""
        self._tell(known.id)
        user = structs.replace(known.user, permanent_user_data=permanent_user_data)
        return self._cache(structs.replace(known, user=user, version=known.version + 1))

    def forget(self, user_id: int) -> None:
        """Read a user again next time: what is cached turned out to be old."""
        self._cached.pop(user_id, None)
        self._forgotten += 1

    def forget_all(self) -> None:
        """Read every user again next time: who was changed elsewhere is not known."""
        self._cached.clear()
        self._forgotten += 1

    async def welcome(self, partner_id: int, business_id: int, said: Profile) -> tuple[str, KnownUser]:
        """Make a user for a new visitor of a business's widget, and the token that speaks as it."""
        known = await self._add(partner_id, None, said)
        return await self._admit(known.id, business_id), known

    async def visitor(self, token: str) -> Visitor | None:
        """Find whom a token speaks as; None for one we never gave."""
        row = await records.visitor_by(self._store, _hashed(token))
        return None if row is None else Visitor(row["user_id"], row["business_id"])

    async def _admit(self, user_id: int, business_id: int) -> str:
        """Make a token that speaks as this user, to this business only."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        await self._store.commit(
            [records.admits(_hashed(token), user_id=user_id, business_id=business_id, now=self._clock())]
        )
        return token

    def _turn_of(self, user_id: int) -> asyncio.Lock:
        return self._changing.setdefault(user_id, asyncio.Lock())

    async def _add(self, partner_id: int, auth_id: str | None, said: Profile) -> KnownUser:
        user_name = secrets.token_hex(16)  # given to webhooks and agents; knowing one must not lead to another
        write = records.adds_user(
            partner_id=partner_id,
            user_name=user_name,
            auth_id=auth_id,
            profile=_NOTHING_KNOWN | _said(said),
            now=self._clock(),
        )
        [[row]] = await self._store.commit([write])
        return await self.by_id(row["id"])

    async def _change(self, known: KnownUser, said: Profile) -> KnownUser:
        changed = _said(said)
        old = {name: getattr(known.user, name) for name in records.PROFILE if name != "custom_data"}
        old["custom_data"] = known.custom_data
        if old | changed == old:
            return known
        await self._store.commit([records.changes_user(known.id, known.version, old | changed)])
        self.forget(known.id)
        self._tell(known.id)
        return await self.by_id(known.id)

    def _tell(self, user_id: int) -> None:
        if self.changed is not None:
            self.changed(user_id)

    def _cache_unless_old(self, known: KnownUser, forgotten: int) -> KnownUser:
        """Keep what was read, unless something was forgotten meanwhile: then it is good for this once."""
        return self._cache(known) if forgotten == self._forgotten else known

    def _cache(self, known: KnownUser) -> KnownUser:
        self._cached[known.id] = known
        self._cached.move_to_end(known.id)
        if len(self._cached) > CACHED:
            self._cached.popitem(last=False)
        return known


_NOTHING_KNOWN: dict[str, Any] = {
    "full_name": "",
    "email": "",
    "mobile_no": "",
    "language_code": "",
    "device_platform": 5,
    "auth_code": "",
    "custom_data": {},
}


def _said(said: Profile) -> dict[str, Any]:
    return {name: value for name, value in structs.asdict(said).items() if value is not None}


def _hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _too_many_at_once(whom: int) -> Stale:
    return Stale(f"user {whom} is being changed by too many at once; try again", user_id=whom)


def _known(row: Row) -> KnownUser:
    user = User(
        user_id=str(row["id"]),
        user_name=row["user_name"],
        full_name=row["full_name"],
        email=row["email"],
        mobile_no=row["mobile_no"],
        language_code=row["language_code"],
        device_platform=row["device_platform"],
        auth_id=row["auth_id"] or "",
        auth_code=row["auth_code"],
        permanent_user_data=row["permanent_user_data"],
    )
    return KnownUser(
        id=row["id"],
        partner_id=row["partner_id"],
        version=row["version"],
        user=user,
        custom_data=row["custom_data"],
        created_at=row["created_at"],
    )
