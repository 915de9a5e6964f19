"""No spelling of a forbidden address leads to a connection: they are counted where they would arrive."""

import asyncio

import pytest

from botyard.integrations.outbound import NotSent, Outbound
from tests.integrations.address_corpus import HOSTS, NEVER, PRIVATE, URLS, spellings
from tests.integrations.names import Both, NumbersOnly, Says
from tests.integrations.raw_server import RawServer, http, raw_server, says

pytestmark = pytest.mark.usefixtures("each_loop")

HI = http(b'{"status": true, "response": ["hi"]}')


async def reason_of(outbound: Outbound, url: str) -> str:
    """Call, and tell why it failed; "" if it did not."""
    try:
        await outbound.post(url, b"{}", {}, timeout_s=20.0, max_bytes=1000)
    except NotSent as refused:
        return refused.reason
    return ""


async def reasons(outbound: Outbound, urls: list[str]) -> dict[str, str]:
    """Call them all, some at a time."""
    gate = asyncio.Semaphore(16)

    async def one(url: str) -> tuple[str, str]:
        async with gate:
            return url, await reason_of(outbound, url)

    return dict(await asyncio.gather(*(one(url) for url in urls)))


def test_no_spelling_of_this_machine_or_of_a_metadata_service_is_connected_to() -> None:
    """Hand-written hosts and URLs, and every address of the lists in every spelling, over both schemes."""

    async def run(server: RawServer) -> dict[str, str]:
        made = {host for text in [*NEVER, *PRIVATE] if "." in text and ":" not in text for host in spellings(text)}
        literals = {f"[{text}]" for text in [*NEVER, *PRIVATE] if ":" in text}
        hosts = sorted({*HOSTS, *made, *literals})
        urls = [f"{scheme}://{host}:{server.port}/" for host in hosts for scheme in ("http", "https")]
        urls += [url.format(port=server.port) if "{port}" in url else url for url in URLS]
        async with Outbound(resolver=NumbersOnly()) as outbound:
            return await reasons(outbound, urls)

    async def listening() -> tuple[RawServer, dict[str, str]]:
        async with raw_server(says(HI)) as server:
            return server, await run(server)

    server, found = asyncio.run(listening())
    assert len(found) > 1000
    assert server.connections == 0
    assert set(found.values()) <= {"address_refused", "bad_url", "no_connection"}, found
    assert found[f"http://127.0.0.1:{server.port}/"] == "address_refused"
    assert found[f"http://0x7f000001:{server.port}/"] == "address_refused"
    assert found[f"http://user:pass@127.0.0.1:{server.port}/"] == "bad_url"


def test_the_counter_counts() -> None:
    """The same call arrives as soon as the operator lists the receiver: the test above can fail."""

    async def run() -> tuple[str, int]:
        async with raw_server(says(HI)) as server, Outbound(server.allow) as outbound:
            return await reason_of(outbound, server.url), server.connections

    assert asyncio.run(run()) == ("", 1)


def test_plain_http_is_for_listed_receivers_only() -> None:
    """A public receiver needs a certificate, whatever its port."""

    async def run() -> str:
        async with Outbound(resolver=Says("8.8.8.8")) as outbound:
            return await reason_of(outbound, "http://public.example/")

    assert asyncio.run(run()) == "address_refused"


def test_a_name_is_judged_by_the_address_it_has_when_it_is_called() -> None:
    """What the same name's address was a moment ago (DNS rebinding) does not matter."""

    async def run() -> list[str]:
        resolver = Says("127.0.0.1", "10.0.0.1")
        async with raw_server(says(HI)) as server, Outbound(server.allow, resolver=resolver) as outbound:
            hosts = ("rebind.example", "rebind.example.")  # spelled apart, so that no cache answers
            return [await reason_of(outbound, f"http://{host}:{server.port}/") for host in hosts]

    assert asyncio.run(run()) == ["", "address_refused"]


def test_of_several_addresses_only_those_allowed_are_tried() -> None:
    """A name with a forbidden and an allowed address is called at the allowed one."""

    async def run() -> tuple[str, list[str]]:
        async with raw_server(says(HI)) as server, Outbound(server.allow, resolver=Both()) as outbound:
            reason = await reason_of(outbound, f"http://both.example:{server.port}/")
            return reason, [value for name, value in server.headers() if name == "Host"]

    reason, hosts = asyncio.run(run())
    assert reason == ""
    assert hosts[0].startswith("both.example:")


def test_a_proxy_in_the_environment_is_no_way_round(monkeypatch: pytest.MonkeyPatch) -> None:
    """HTTP_PROXY is not asked."""

    async def run() -> tuple[str, int]:
        async with raw_server(says(HI)) as proxy:
            for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
                monkeypatch.setenv(name, proxy.url)
            async with Outbound(proxy.allow) as outbound:
                return await reason_of(outbound, "http://10.1.1.1/"), proxy.connections

    assert asyncio.run(run()) == ("address_refused", 0)
