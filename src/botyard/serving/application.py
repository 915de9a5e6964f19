"""All doors as one ASGI application: routing, request ids, metrics, and an answer whatever happens."""

import re
import secrets
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute, Route, Router
from starlette.types import ASGIApp, Lifespan, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from botyard.errors import BotyardError, NotFound
from botyard.observe import count_request, log, request_begins
from botyard.serving.answers import BROKEN, JsonAnswer, MethodNotAllowed, Refusal, json_answer, refusal
from botyard.serving.asking import headers_of
from botyard.serving.at_once import at_once, forget
from botyard.serving.endpoint import ROUTE, Asked, Endpoint, House, NoBody, addresses_of, anybody
from botyard.serving.openapi import document


def application(
    endpoints: Sequence[Endpoint[Any, Any]],
    *,
    house: House | None = None,
    routes: Sequence[BaseRoute] = (),
    title: str = "Botyard",
    version: str = "",
    lifespan: Lifespan[Any] | None = None,
) -> ASGIApp:
    """Open these doors. routes: pages, files and sockets that are no typed endpoints; they come after those."""
    described = _described(endpoints, title, version)
    addresses = addresses_of([*endpoints, described], house or House())
    all_routes = [*(Route(path, address) for path, address in addresses.items()), *routes]
    return _Front(addresses, Router(all_routes, redirect_slashes=False, default=_nothing_here, lifespan=lifespan))


class _Front:
    """Around everything: a request id in every log line and answer, one count, one answer.

    addresses: those without variables need no search among the doors, where each is a pattern.
    """

    def __init__(self, addresses: Mapping[str, ASGIApp], doors: ASGIApp) -> None:
        self._addresses = {path: address for path, address in addresses.items() if "{" not in path}
        self._doors = doors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._doors(scope, receive, send)
            return
        scope["app"] = self  # without it, Starlette words its own refusals instead of raising them
        request_id = _request_id(scope)
        whole = at_once(scope)
        if whole is not None:
            whole.request_id = request_id.encode()
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", request_id.encode())]
            await send(message)

        request_begins(request_id)
        try:
            await self._addresses.get(scope["path"], self._doors)(scope, receive, sending)
        except ClientDisconnect:
            return
        except Exception as error:
            answer = _last_word(error, scope)
            if status or (whole is not None and whole.status):
                raise  # half an answer is out: the server closes the connection
            await answer(scope, receive, sending)
        finally:
            forget(scope)
            count_request(_template(scope), status if whole is None else whole.status or status)


def _last_word(error: Exception, scope: Scope) -> JsonAnswer:
    """Answer with whatever stopped a request; what is our fault is logged."""
    if isinstance(error, HTTPException) and error.status_code == MethodNotAllowed.http_status:
        error = MethodNotAllowed(", ".join(sorted((error.headers or {}).get("Allow", "").split(", "))))
    if isinstance(error, BotyardError):
        if error.http_status >= _OURS:
            log.error("request_refused", route=_template(scope), exc_info=error)
        return refusal(error)
    log.error("request_failed", route=_template(scope), exc_info=error)
    return json_answer(Refusal(BROKEN), _OURS)


_OURS = 500
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


def _request_id(scope: Scope) -> str:
    """Take the id that a proxy gave, or make one."""
    given = headers_of(scope, b"x-request-id")
    return given[0] if given and _REQUEST_ID.fullmatch(given[0]) else f"{_process}-{next(_requests):x}"


# Asking for random bytes costs a system call; once a process is enough to keep the ids of all processes apart.
_process = secrets.token_hex(6)
_requests = count(1)


def _template(scope: Scope) -> str:
    """The address as it was declared; never what somebody asked for."""
    return str(scope.get(ROUTE) or getattr(scope.get("route"), "path", "(none)"))


async def _nothing_here(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await WebSocketClose()(scope, receive, send)
        return
    raise NotFound("there is nothing at this address")


def _described(endpoints: Sequence[Endpoint[Any, Any]], title: str, version: str) -> Endpoint[None, NoBody]:
    made: list[JsonAnswer] = []

    async def openapi(_asked: Asked[None, NoBody]) -> JsonAnswer:
        """Describe this API."""
        if not made:
            made.append(json_answer(document(endpoints, title=title, version=version)))
        return made[0]

    return Endpoint(
        path="/openapi.json",
        methods=("GET",),
        identify=anybody,
        body=NoBody,
        answer=None,
        handle=openapi,
        is_limited=False,
    )
