"""A client of Redis, made from a URL, without a word of what the URL holds in any error."""

from typing import Any
from urllib.parse import urlsplit

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from botyard.errors import BadRequest

ANSWERS_WITHIN_S = 2.0
BROKEN = (RedisError, OSError)


class Client:
    """Says commands as they are written in Redis's own manual. Connects when it is first asked."""

    def __init__(self, url: str) -> None:
        self._redis = _client(url)

    async def ask(self, *command: str | bytes | int) -> Any:
        """Say one command and wait for its answer. Raises what is in BROKEN."""
        return await self._redis.execute_command(*command)  # type: ignore[no-untyped-call]  # redis-py gives it no types

    async def close(self) -> None:
        """End every connection."""
        await self._redis.aclose()


def _must_number_its_database(url: str) -> None:
    """Raise ValueError for a name where a number should be: redis-py would take the first database instead."""
    parts = urlsplit(url)
    number = parts.path.strip("/")
    if parts.scheme != "unix" and number and not number.isdecimal():
        raise ValueError(parts.scheme)


def _client(url: str) -> Redis:
    try:
        _must_number_its_database(url)
        return Redis.from_url(
            url,
            protocol=2,
            client_name="botyard",
            socket_timeout=ANSWERS_WITHIN_S,
            socket_connect_timeout=ANSWERS_WITHIN_S,
            retry=Retry(NoBackoff(), 0),  # to try again is our business: words go the other way meanwhile
        )
    except ValueError:
        # From None: its words would quote the part of a password that it took for a port.
        raise BadRequest(
            "BOTYARD_REDIS_URL cannot be read; write redis://user:password@host:6379/0, with %40 for @, %2F for /, %3A "
            "for : and %25 for % in the password"
        ) from None
