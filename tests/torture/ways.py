"""Ways to a server that a toxic proxy can stand in, and how whoever asks is told to go by the proxy instead."""

import asyncio
from collections.abc import Callable

from psycopg.conninfo import conninfo_to_dict

from tests.torture.toxic_proxy import ToxicProxy, Way


def to_database(url: str) -> Way:
    """Connect to the PostgreSQL that a URL names."""
    named = conninfo_to_dict(url)
    host, port = str(named["host"]), int(named.get("port") or 5432)
    if host.startswith("/"):
        return lambda: asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}")
    return lambda: asyncio.open_connection(host, port)


def database_by(url: str, proxy: ToxicProxy) -> str:
    """Say how to get to the database `url` by the proxy: of what is said twice the later counts."""
    return f"{url}{'&' if '?' in url else '?'}host=127.0.0.1&port={proxy.port}"


def to_redis(url: str) -> Way:
    """Connect to the Redis of ours that a URL names: a socket in the file system."""
    return lambda: asyncio.open_unix_connection(url.removeprefix("unix://"))


def redis_by(proxy: ToxicProxy) -> str:
    """Say how to get to Redis by the proxy."""
    return f"redis://127.0.0.1:{proxy.port}/0"


def to_port(port: Callable[[], int]) -> Way:
    """Connect to who listens here. port: asked for at each connection, as it is not known before."""
    return lambda: asyncio.open_connection("127.0.0.1", port())
