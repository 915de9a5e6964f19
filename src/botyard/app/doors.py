"""Opens every door of a running platform."""

from collections.abc import Callable
from time import monotonic

from msgspec.structs import replace
from starlette.types import ASGIApp

from botyard import __version__
from botyard.app import server
from botyard.app.chat_limits import ChatLimits
from botyard.app.chats import WebChats
from botyard.app.running import Platform, running
from botyard.channels.web.http import chat_routes
from botyard.platform.http import platform_endpoints
from botyard.serving.application import application
from botyard.serving.endpoint import House
from botyard.serving.operators import operators
from botyard.serving.rates import Rates
from botyard.settings import Settings


async def serve(
    settings: Settings, *, host: str | None, port: int | None, ready: Callable[[str], None], takes_turns: bool = True
) -> None:
    """Run a server until it is told to stop. host, port: instead of the settings' own."""
    settings = replace(settings, host=host or settings.host, port=settings.port if port is None else port)
    async with running(settings, takes_turns=takes_turns) as platform:
        await serve_doors(platform, ready=ready)


async def serve_doors(platform: Platform, *, ready: Callable[[str], None]) -> None:
    """Take requests until told to stop. ready: told the address once they are taken."""
    where = platform.settings.host, platform.settings.port
    await server.run(
        doors(platform),
        *where,
        ready=ready,
        stopping=platform.stopping,
        trusted_proxies=platform.settings.trusted_proxies,
        connections=platform.settings.connections,
        connections_per_address=platform.settings.connections_per_address,
    )


def doors(platform: Platform) -> ASGIApp:
    """Join the public API, the chat page and the operators' addresses."""

    def is_stopping() -> bool:
        return platform.is_stopping

    talks = platform.conversations
    rates = limits = None
    if platform.settings.rate_limit:
        counts = platform.redis.counts if platform.redis else None
        rates, limits = Rates(monotonic, shared=counts), ChatLimits(monotonic, shared=counts)
    endpoints = platform_endpoints(
        store=platform.store, talks=talks, callers=platform.callers, clock=platform.clock, seconds=monotonic
    )
    chats = WebChats(talks, platform.live, platform.callers, platform.announcements, limits)
    return application(
        [*endpoints, *operators(platform.ready, measure=platform.measure, is_stopping=is_stopping)],
        house=House(rates=rates, is_stopping=is_stopping),
        routes=chat_routes(chats, origins=platform.settings.chat_origins),
        version=__version__,
    )
