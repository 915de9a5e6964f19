"""The layer between HTTP and a function: what it lets through, what it refuses and how it says so."""

import io
import json
from collections.abc import Awaitable, Callable, Iterator
from ipaddress import ip_network
from typing import Any

import pytest
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Scope

from botyard import observe
from botyard.errors import BotyardError, NotAllowed, TooMuch
from botyard.serving.application import application
from botyard.serving.asking import MAX_BODY_BYTES, STILL_READ_BYTES, headers_of
from botyard.serving.endpoint import Asked, Endpoint, House, NoBody, anybody
from botyard.serving.operators import Ready, operators
from botyard.serving.rates import Rates
from tests.serving.served import Served, serving

CANARY = "canary-77b2"


class Order(Struct, frozen=True):
    """An order."""

    item: str
    count: int = 1


class Receipt(Struct, frozen=True):
    """What was ordered, and how often this function ran."""

    item: str
    count: int
    runs: int


class Unknown(BotyardError):
    """Nobody we know."""

    http_status = 401


class Broken(BotyardError):
    """The disk, in a sentence that names it."""

    http_status = 503


async def _named(scope: Scope) -> str:
    for name in headers_of(scope, b"x-name"):
        return name
    raise Unknown("who are you?")


def _shop() -> tuple[Endpoint[Any, Any], ...]:
    runs: list[str] = []
    remembered: dict[tuple[str, str, str, bytes], bytes] = {}

    async def order(asked: Asked[str, Order]) -> Receipt:
        """Order something."""
        runs.append(asked.body.item)
        return Receipt(asked.body.item, asked.body.count, len(runs))

    async def look(asked: Asked[None, NoBody]) -> Response:
        """Look at one item."""
        return PlainTextResponse(f"{asked.path['item']} {sorted(asked.query.items())}")

    async def fails(asked: Asked[None, NoBody]) -> Response:
        """Fail in one of many ways."""
        match asked.path["how"]:
            case "crash":
                raise RuntimeError(CANARY)
            case "disk":
                raise Broken(f"/var/lib/{CANARY} is full", path=CANARY)
            case "often":
                raise TooMuch("too often", retry_after_s=7)
            case _:
                raise NotAllowed("not yours")

    async def once(caller: str, key: str, route: str, whom: bytes, do: Callable[[str], Awaitable[bytes]]) -> bytes:
        where = (caller, key, route, whom)
        if where not in remembered:
            remembered[where] = await do(f"{caller}/{key}")
        return remembered[where]

    return (
        Endpoint(
            path="/order/", methods=("POST",), identify=_named, body=Order, answer=Receipt, handle=order, once=once
        ),
        Endpoint(path="/order/", methods=("DELETE",), identify=anybody, body=NoBody, answer=None, handle=look),
        Endpoint(path="/items/{item}", methods=("GET",), identify=anybody, body=NoBody, answer=None, handle=look),
        Endpoint(path="/fails/{how}", methods=("GET",), identify=anybody, body=NoBody, answer=None, handle=fails),
    )


async def _page(_request: Request) -> Response:
    return PlainTextResponse("a page")


async def _ready() -> Ready:
    return Ready(ready=True, checks={"database": "ok"})


@pytest.fixture(scope="module")
def shop() -> Iterator[Served]:
    """A shop with four addresses, and a page that is no endpoint."""
    doors = (*_shop(), *operators(_ready))
    with serving(application(doors, routes=[Route("/page", _page)], version="7")) as served:
        yield served


NAMED = {"x-name": "asha"}


@pytest.mark.parametrize("path", ["/order/", "/order"])
def test_an_address_is_the_same_with_and_without_its_slash(shop: Served, path: str) -> None:
    """No redirect: a redirected POST loses its body."""
    answer = shop.ask("POST", path, {"item": "tea", "count": 2}, NAMED)
    assert answer.status == 200
    assert (answer.json["item"], answer.json["count"]) == ("tea", 2)
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"item": "tea", "item": "tea"}',
        b'{"item": NaN}',
        b'{"item": "tea", "count": 1.0}',
        b'{"item": "tea", "count": true}',
        b'{"item": "tea", "count": "1"}',
        b'{"item": null}',
        b'{"count": 1}',
        b'{"item": "\\ud800"}',
        b'{"item": "\\u0000"}',
        b"\xff\xfe{}",
        b'{"a":' * 5000,
        b'{"item": "tea", "count": ' + b"9" * 5000 + b"}",
    ],
)
def test_a_body_that_is_not_what_it_must_be_is_refused(shop: Served, body: bytes) -> None:
    """Strictly, and with a sentence."""
    answer = shop.ask("POST", "/order/", body, NAMED)
    assert answer.status == 400
    assert answer.error


def test_callers_are_asked_before_bodies_are_looked_at(shop: Served) -> None:
    """Who may not come in learns nothing about what would fit."""
    answer = shop.ask("POST", "/order/", b"no json")
    assert (answer.status, answer.error) == (401, "who are you?")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_page_refuses_other_methods_in_the_form_of_every_refusal() -> None:
    """Addresses that are no typed endpoints have no words of a library either."""

    async def page(_request: Request) -> Response:
        return Response("a page")

    with serving(application([], routes=[Route("/page", page, methods=["GET"])])) as served:
        answer = served.ask("DELETE", "/page")
        assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")
        assert answer.error == "this address takes GET, HEAD"


def test_an_unknown_address_and_an_unknown_method_say_so(shop: Served) -> None:
    """404, and 405 with all the methods this address takes."""
    assert shop.ask("GET", f"/{CANARY}").status == 404
    assert CANARY not in shop.ask("GET", f"/{CANARY}").error
    answer = shop.ask("PATCH", "/order")
    assert (answer.status, answer.headers["allow"]) == (405, "DELETE, POST")
    assert shop.ask("GET", "/page").content == b"a page"
    assert shop.ask("HEAD", "/items/tea").status == 200


def _chunks(size: int) -> Iterator[bytes]:
    for _ in range(0, size, 8192):
        yield b" " * min(8192, size)


@pytest.mark.parametrize("size", [MAX_BODY_BYTES + 1, 300_000])
def test_a_body_over_the_limit_is_refused_declared_or_chunked(shop: Served, size: int) -> None:
    """Bytes are counted while they are read: a length that nobody declared is counted too."""
    assert shop.ask("POST", "/order/", b" " * size, NAMED).status == 413
    chunked = shop.ask("POST", "/order/", _chunks(size), NAMED)  # a generator is sent in chunks
    assert chunked.status == 413
    assert chunked.error


def test_a_body_of_exactly_the_limit_is_read(shop: Served) -> None:
    """64 KiB are allowed."""
    body = b'{"item": "tea"}'.ljust(MAX_BODY_BYTES)
    assert shop.ask("POST", "/order/", body, NAMED).status == 200


def test_a_huge_body_is_not_read_to_its_end(shop: Served) -> None:
    """Beyond patience the connection is closed."""
    head = b"POST /order/ HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999999\r\n\r\n"
    got = shop.raw(head + b" " * (MAX_BODY_BYTES + STILL_READ_BYTES + 1))
    assert got.startswith(b"HTTP/1.1 413 ")


def test_a_query_says_everything_once(shop: Served) -> None:
    """Twice, not UTF-8 and NUL are refused; plus is a space."""
    assert (
        shop.ask("GET", "/items/tea?a=1+2&b=%C3%A9&c").content == "tea [('a', '1 2'), ('b', 'é'), ('c', '')]".encode()
    )
    for query in ("a=1&a=1", "a=1&%61=2", "a=%ff", "a=%00"):
        assert shop.ask("GET", f"/items/tea?{query}").status == 400


def test_a_repeated_key_is_done_once(shop: Served) -> None:
    """The answer is that of the first time, even for another body; another caller's key is another key."""
    headers = NAMED | {"idempotency-key": "k-1"}
    first = shop.ask("POST", "/order/", {"item": "tea"}, headers)
    again = shop.ask("POST", "/order", {"item": "coffee"}, headers)
    assert again.content == first.content
    assert shop.ask("POST", "/order/", {"item": "tea"}, headers | {"x-name": "other"}).content != first.content
    for key in ("x" * 256, "schlüssel"):
        assert shop.ask("POST", "/order/", {"item": "tea"}, NAMED | {"idempotency-key": key}).status == 400


@pytest.mark.parametrize(
    ("how", "status", "header"),
    [
        ("crash", 500, None),
        ("disk", 503, ("retry-after", "1")),
        ("often", 429, ("retry-after", "7")),
        ("no", 403, None),
    ],
)
def test_every_failure_is_answered_in_the_same_form(
    shop: Served, how: str, status: int, header: tuple[str, str] | None
) -> None:
    """Our own failures say nothing about us; the request's id leads to the log."""
    answer = shop.ask("GET", f"/fails/{how}", headers={"x-request-id": "r-42"})
    assert answer.status == status
    assert answer.error
    assert CANARY not in answer.error
    assert answer.headers["x-request-id"] == "r-42"
    assert header is None or answer.headers[header[0]] == header[1]


def test_a_crash_is_logged_with_its_request_and_without_its_words(shop: Served) -> None:
    """The log has the exception's kind, the route's template and the id."""
    stream = io.StringIO()
    observe.set_up_logs("json", stream)
    shop.ask("GET", "/fails/crash", headers={"x-request-id": "r-43"})
    [line] = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert (line["event"], line["error"], line["request_id"]) == ("request_failed", "RuntimeError", "r-43")
    assert line["route"] == "/fails/{how}"
    assert CANARY not in stream.getvalue()


def test_a_request_id_that_could_be_anything_is_replaced(shop: Served) -> None:
    """Only a short plain word is taken from outside."""
    assert shop.ask("GET", "/healthz", headers={"x-request-id": "a b"}).headers["x-request-id"] != "a b"


def test_operators_get_their_three_addresses(shop: Served) -> None:
    """Alive, ready, and counts by template."""
    assert shop.ask("GET", "/healthz").json == {"status": "ok"}
    assert shop.ask("GET", "/readyz").json == {"ready": True, "checks": {"database": "ok"}}
    shop.ask("GET", "/items/tea")
    assert b'botyard_http_requests_total{route="/items/{item}",status="200"}' in shop.ask("GET", "/metrics").content


def test_the_document_describes_every_endpoint_from_its_types(shop: Served) -> None:
    """OpenAPI 3.1: bodies, answers, who may call."""
    found = shop.ask("GET", "/openapi.json").json
    assert (found["openapi"], found["info"]["version"]) == ("3.1.0", "7")
    order = found["paths"]["/order/"]["post"]
    assert order["summary"] == "Order something."
    assert order["requestBody"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Order"}
    assert order["security"]
    assert set(found["paths"]["/order/"]) == {"post", "delete"}
    assert found["components"]["schemas"]["Order"]["required"] == ["item"]


def test_a_stopping_server_turns_requests_away_and_still_lives() -> None:
    """503 with Retry-After at the doors, /readyz not ready, /healthz alive."""
    stopped = House(is_stopping=lambda: True)
    doors = (*_shop(), *operators(_ready, is_stopping=lambda: True))
    with serving(application(doors, house=stopped)) as served:
        answer = served.ask("POST", "/order/", {"item": "tea"}, NAMED)
        assert (answer.status, answer.headers["retry-after"]) == (503, "1")
        assert served.ask("GET", "/readyz").status == 503
        assert served.ask("GET", "/healthz").status == 200


def test_who_asks_too_often_is_told_when_to_come_back() -> None:
    """Failed and good requests have limits of their own; guesses count against the address."""
    clock = [1000.0]
    house = House(rates=Rates(lambda: clock[0], good=5, failed=3))
    with serving(application(_shop(), house=house)) as served:
        good = [served.ask("POST", "/order/", {"item": "tea"}, NAMED | {"client-id": "a"}).status for _ in range(6)]
        assert good == [200] * 5 + [429]
        failed = [served.ask("POST", "/order/", b"", NAMED | {"client-id": "b"}).status for _ in range(4)]
        assert failed == [400] * 3 + [429]
        guessed = [served.ask("POST", "/order/", b"", {"client-id": f"c{n}"}).status for n in range(4)]
        assert guessed == [401] * 3 + [429]
        again = [served.ask("POST", "/order/", b"", {"client-id": "one"}).status for _ in range(5)]
        assert again == [429] * 5
        assert served.ask("POST", "/order/", {"item": "tea"}, NAMED | {"client-id": "one"}).status == 429
        still = served.ask("POST", "/order/", {"item": "tea"}, NAMED | {"client-id": "honest"})
        assert still.status == 200  # whoever guesses beside them
        answer = served.ask("POST", "/order/", b"", {"client-id": "d"})
        assert 55 <= int(answer.headers["retry-after"]) <= 65
        clock[0] += int(answer.headers["retry-after"])
        assert served.ask("POST", "/order/", {"item": "tea"}, NAMED | {"client-id": "a"}).status == 200


@pytest.mark.parametrize(
    ("trusted", "header", "statuses"),
    [
        ((), "10.0.0.{n}", [400, 400, 429]),
        (("127.0.0.1/32",), "10.0.0.{n}", [400, 400, 400]),
        (("127.0.0.1/32",), "10.0.0.{n}, 10.9.9.9", [400, 400, 429]),
        (("127.0.0.1/32", "10.9.0.0/16"), "10.0.0.{n}, 10.9.9.9", [400, 400, 400]),
        (("10.0.0.0/8",), "10.0.0.{n}", [400, 400, 429]),
        (("127.0.0.1/32",), "2001:4860:0:1::{n}", [400, 400, 429]),
        (("127.0.0.1/32",), "2001:4860:0:{n}::1", [400, 400, 400]),
    ],
    ids=[
        "nobody is trusted",
        "a proxy",
        "what a caller wrote before it",
        "two proxies",
        "another proxy",
        "IPv6",
        "nets",
    ],
)
def test_only_a_trusted_proxy_says_who_calls(trusted: tuple[str, ...], header: str, statuses: list[int]) -> None:
    """Else anybody would have as many addresses as they can write into X-Forwarded-For."""
    house = House(rates=Rates(lambda: 1000.0, failed=2))
    with serving(application(_shop(), house=house), [ip_network(one) for one in trusted]) as served:
        got = [
            served.ask("POST", "/order/", b"", NAMED | {"X-Forwarded-For": header.format(n=n)}).status for n in range(3)
        ]
    assert got == statuses
