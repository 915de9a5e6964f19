"""The addresses of the public API, versioned. The two of `integrations` come from integration_api.py."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, TypeAlias

from starlette.types import Scope

from botyard.auth.caller import Caller, Callers, NotIdentified
from botyard.auth.people import KnownBusinesses
from botyard.errors import BotyardError
from botyard.platform.integration_api import integration_endpoints
from botyard.platform.messages import MessageFromUser, MessageLogged, Messages, Replies
from botyard.platform.ports import Talks, Users
from botyard.platform.repeats import Repeats
from botyard.platform.users import UserKept, UserProfile, keep_user, registered
from botyard.serving.asking import headers_of
from botyard.serving.endpoint import Asked, Endpoint
from botyard.store.commit import Store


def platform_endpoints(
    *,
    store: Store,
    talks: Talks,
    callers: Callers,
    clock: Callable[[], datetime],
    seconds: Callable[[], float],
) -> tuple[Endpoint[Any, Any], ...]:
    """Open the public API. clock: aware, UTC. seconds: a clock that only goes forward."""
    once = Repeats(store, clock)

    async def identify(scope: Scope) -> Caller:
        try:
            return await callers.identify(headers_of(scope, b"client-id"), headers_of(scope, b"authorization"))
        except NotIdentified as refused:
            raise NotAuthorised(refused.fault.name) from None

    def at(path: str, method: str, handle: Any, body: Any, answer: Any) -> Endpoint[Any, Any]:
        return Endpoint(
            path=path, methods=(method,), identify=identify, body=body, answer=answer, handle=handle, once=once
        )

    return (
        *_about_users(at, talks.users),
        *_about_messages(at, Messages(KnownBusinesses(store, seconds), talks, clock)),
        *integration_endpoints(store=store, talks=talks, callers=callers),
    )


# (path, method, handle, body, answer) -> an endpoint for this API's callers
_At: TypeAlias = Callable[[str, str, Any, Any, Any], Endpoint[Any, Any]]


def _about_users(at: _At, users: Users) -> Iterator[Endpoint[Any, Any]]:
    async def create_user(asked: Asked[Caller, UserProfile]) -> UserKept:
        """Create a user, or change what is known of one."""
        return await keep_user(users, asked.caller, asked.body)

    async def update_user(asked: Asked[Caller, UserProfile]) -> UserKept:
        """Change what is known of a user."""
        await registered(users, asked.caller, asked.body.auth_id)
        return await keep_user(users, asked.caller, asked.body)

    yield at("/v1.0/user/", "POST", create_user, UserProfile, UserKept)
    yield at("/v1.0/user/", "PUT", update_user, UserProfile, UserKept)


def _about_messages(at: _At, messages: Messages) -> Iterator[Endpoint[Any, Any]]:
    yield at("/v1.0/log_message_from_user/", "POST", messages.log, MessageFromUser, MessageLogged)
    yield at("/v1.0/sync_message_from_user/", "POST", messages.answered, MessageFromUser, Replies)


class NotAuthorised(BotyardError):
    """The caller is nobody we know; this family of addresses does not say why."""

    code = "not_authorised"
    http_status = 401

    def __init__(self, fault: str) -> None:
        super().__init__("invalid authorization details", fault=fault)
