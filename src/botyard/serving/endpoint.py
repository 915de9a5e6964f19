"""A typed endpoint: who may call it, what it takes, what it answers. The rest of HTTP happens here, once.

In this order: is the server open, does this address ask too often, does the body fit, who is calling, does the query
say everything once, is the body what it must be. The first thing wrong is the answer.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from inspect import getdoc
from types import MappingProxyType
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import Struct, structs
from starlette.types import ASGIApp, Receive, Scope, Send

from botyard.errors import BadRequest, BotyardError, Stopping
from botyard.serving.answers import Answer, JsonAnswer, MethodNotAllowed, json_answer
from botyard.serving.asking import MAX_BODY_BYTES, body_of, headers_of, query_of
from botyard.serving.misfits import misfit
from botyard.serving.neighbours import neighbourhood
from botyard.serving.once import Once, hash_of_whom, key_of
from botyard.serving.rates import Rates
from botyard.strict_json import parse_object

C = TypeVar("C")
B = TypeVar("B", bound=Struct)

_NO_VARIABLES: Mapping[str, str] = MappingProxyType({})
# Where a scope says which endpoint's address was asked for: its template, for metrics.
ROUTE = "botyard.route"


class NoBody(Struct, frozen=True):
    """The endpoint takes no JSON; what came is in `Asked.raw`."""


class Asked(Struct, Generic[C, B], frozen=True):
    """One request, taken apart. path: the variables of the address.

    key: a name for it that is the same when the client sends it again; None where the client gave it none.
    """

    caller: C
    body: B
    raw: bytes
    query: Mapping[str, str]
    path: Mapping[str, str]
    key: str | None


async def anybody(_scope: Scope) -> None:
    """Let everybody in."""


@dataclass(frozen=True, kw_only=True)
class Endpoint(Generic[C, B]):
    """One address and what it does. With and without a slash at the end it is the same address.

    identify: finds out from a request's scope who calls.
    handle: its first docstring line is the summary in the OpenAPI document. answer: what it returns on success,
    for that document; so is takes, where the body is read by handle itself. once: remembers answers by
    `idempotency-key`. is_limited: counts against the caller's rate.
    """

    path: str
    methods: tuple[str, ...]
    identify: Callable[[Scope], Awaitable[C]]
    body: type[B]
    answer: type[Struct] | None
    handle: Callable[[Asked[C, B]], Awaitable[Struct | Answer]]
    query: Mapping[str, str] | None = None
    takes: type[Struct] | None = None
    once: Once[C] | None = None
    is_limited: bool = True

    @property
    def summary(self) -> str:
        """One line on what it does."""
        return (getdoc(self.handle) or "").partition("\n")[0]

    async def answered(
        self, scope: Scope, receive: Receive, gate: AbstractAsyncContextManager[object] | None = None
    ) -> Answer:
        """Answer one request. gate: passed through while it is found out who calls. Raises BotyardError."""
        raw = await body_of(scope, receive)
        if gate is None:
            caller = await self.identify(scope)
        else:
            async with gate:
                caller = await self.identify(scope)
        query = query_of(scope["query_string"])
        key = None if self.once is None else key_of(headers_of(scope, b"idempotency-key"))
        asked = Asked(caller, self._decoded(raw), raw, query, scope.get("path_params", _NO_VARIABLES), None)
        if self.once is None or key is None:
            answer = await self.handle(asked)
            return json_answer(answer) if isinstance(answer, Struct) else answer
        return JsonAnswer(await self._answered_once(self.once, asked, key, scope["method"]))

    async def _answered_once(self, once: Once[C], asked: Asked[C, B], key: str, method: str) -> bytes:
        async def do(name: str) -> bytes:
            return msgspec.json.encode(await self.handle(structs.replace(asked, key=name)))

        whom = hash_of_whom(asked.path, asked.raw)
        return await once(asked.caller, key, f"{method} {self.path}", whom, do)

    def _decoded(self, raw: bytes) -> B:
        if self.body is NoBody:
            return self.body()
        value = parse_object(raw, max_bytes=MAX_BODY_BYTES)
        try:
            return msgspec.convert(value, self.body)
        except msgspec.ValidationError as error:
            raise BadRequest(misfit(error, self.body, value)) from None


@dataclass(frozen=True, kw_only=True)
class House:
    """What all endpoints share. rates: None counts nothing."""

    rates: Rates | None = None
    is_stopping: Callable[[], bool] = lambda: False


def addresses_of(endpoints: Iterable[Endpoint[Any, Any]], house: House) -> dict[str, ASGIApp]:
    """Join the endpoints of each address, under its path with and without a slash at the end."""
    by_path: dict[str, list[Endpoint[Any, Any]]] = {}
    for endpoint in endpoints:
        by_path.setdefault(endpoint.path, []).append(endpoint)
    return {
        path: _Address(template, found, house)
        for template, found in by_path.items()
        for path in (template, template[:-1] if template.endswith("/") else f"{template}/")
    }


class _Address:
    """All methods of one address, as an ASGI application."""

    def __init__(self, path: str, endpoints: Sequence[Endpoint[Any, Any]], house: House) -> None:
        self._path = path
        self._by_method = {method: endpoint for endpoint in endpoints for method in endpoint.methods}
        if "GET" in self._by_method:
            self._by_method.setdefault("HEAD", self._by_method["GET"])
        self._allowed = ", ".join(sorted(self._by_method))
        self._house = house

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope[ROUTE] = self._path
        endpoint = self._by_method.get(scope["method"])
        if endpoint is None:
            raise MethodNotAllowed(self._allowed)
        rates = self._house.rates
        if not endpoint.is_limited:
            answer = await endpoint.answered(scope, receive)
        elif self._house.is_stopping():
            raise Stopping
        elif rates is None:
            answer = await endpoint.answered(scope, receive)
        else:
            answer = await _counted(endpoint, scope, receive, rates)
        await answer(scope, receive, send)


async def _counted(endpoint: Endpoint[Any, Any], scope: Scope, receive: Receive, rates: Rates) -> Answer:
    address = neighbourhood(scope["client"][0]) if scope.get("client") else ""
    client = next(iter(headers_of(scope, b"client-id")), "")[:64]
    admitted = rates.admit(address, client)
    try:
        answer = await endpoint.answered(scope, receive, rates.gate(address))
    except BotyardError as error:
        rates.answered(address, client, error.http_status, admitted)
        raise
    rates.answered(address, client, answer.status_code, admitted)
    return answer
