"""A client's own users: created and updated under the client's own names for them. Source: platform.md §8.2."""

from typing import Annotated

from msgspec import Meta, Struct

from botyard.auth.caller import Caller
from botyard.conversations.users.known import KnownUser, Profile
from botyard.errors import NotAllowed
from botyard.platform.ports import Users

# platform.md §1.3: messages that come in through this API.
BOT_API = 13

# A description ends the sentence "FIELD must be …" (serving/misfits.py).
AuthId = Annotated[str, Meta(pattern=r"\S", max_length=255, description="your own name for the user, not blank")]
Word = Annotated[str, Meta(max_length=255)]
# `$` alone would let a last line feed through; `\Z` is not known to those who read the pattern in our OpenAPI document.
Language = Annotated[str, Meta(pattern=r"^([a-z]{2})?$(?!\n)", description="two small letters of ISO 639-1, as in hi")]


class UserProfile(Struct, frozen=True, kw_only=True):
    """What a client says of its user. What is left out stays as it is. auth_code is kept and never given back."""

    auth_id: AuthId
    mobile_no: Word | None = None
    email: Word | None = None
    name: Word | None = None
    language_code: Language | None = None
    auth_code: Annotated[str, Meta(max_length=4096)] | None = None
    custom_data: dict[str, str | int | float | bool | None] | None = None
    phone_model: Word | None = None
    os_version: Word | None = None
    package_name: Word | None = None


class UserKept(Struct, frozen=True, kw_only=True):
    """The user as it is now. What is not known is "". user_name: our handle, which integrations get."""

    auth_id: str
    mobile_no: str
    email: str
    name: str
    user_name: str
    language_code: str


class NotRegistered(NotAllowed):
    """The client never told us of this user."""

    code = "user_not_registered"

    def __init__(self) -> None:
        super().__init__("user is not registered")


async def keep_user(users: Users, caller: Caller, said: UserProfile) -> UserKept:
    """Create the user, or change what was said of it."""
    profile = Profile(
        full_name=said.name,
        email=said.email,
        mobile_no=said.mobile_no,
        language_code=said.language_code,
        device_platform=BOT_API,
        auth_code=said.auth_code,
        custom_data=said.custom_data,
    )
    known, _ = await users.create_or_update(caller.partner_id, said.auth_id, profile)
    return UserKept(
        auth_id=known.user.auth_id,
        mobile_no=known.user.mobile_no,
        email=known.user.email,
        name=known.user.full_name,
        user_name=known.user.user_name,
        language_code=known.user.language_code,
    )


async def registered(users: Users, caller: Caller, auth_id: str) -> KnownUser:
    """Find the client's user. Raises NotRegistered: nobody's, or another client's."""
    known = await users.by_auth_id(caller.partner_id, auth_id)
    if known is None:
        raise NotRegistered
    return known
