"""The code of each version of a bot as a runner wants it: texts by path, and the packages they import."""

import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Protocol, TypeAlias

import msgspec
from msgspec import Struct

from botyard.bot import layout
from botyard.bot.business import EnvironmentName
from botyard.bot.compiled import CompiledBot
from botyard.integrations.sandbox.imports import needs_packages
from botyard.integrations.sandbox.jail.jails import Source

_KEPT = 256
_FOUND_S = 3600.0  # looked for again after that: packages that are used are not tidied away


class Packages(Protocol):
    """Packages that code may import. id: changes with what is in them. folders, trusted: as `Source` has them.

    lock: what the bot's own requirements came to, "" where it has none.
    """

    @property
    def id(self) -> str: ...  # noqa: D102 - the class says it
    @property
    def folders(self) -> tuple[str, ...]: ...  # noqa: D102 - the class says it
    @property
    def trusted(self) -> bool: ...  # noqa: D102 - the class says it
    @property
    def lock(self) -> str: ...  # noqa: D102 - the class says it


Progress: TypeAlias = Callable[[str], Awaitable[None]]
PackagesOf: TypeAlias = Callable[[CompiledBot, Progress], Awaitable[Packages]]


async def silently(_sentence: str) -> None:
    """Report progress to nobody."""


class StandardLibrary(Struct, frozen=True):
    """Python's own, and nothing else."""

    id: str = "standard library"
    folders: tuple[str, ...] = ()
    trusted: bool = True
    lock: str = ""


NO_PACKAGES = StandardLibrary()


class Sources:
    """Makes each source once an hour. packages_of: finds, or builds, what code imports; raises PackagesUnusable."""

    def __init__(self, packages_of: PackagesOf, *, clock: Callable[[], float] = monotonic) -> None:
        self._packages_of = packages_of
        self._clock = clock
        self._made: OrderedDict[tuple[str, ...], tuple[float, Source]] = OrderedDict()

    async def packages_of(self, bot: CompiledBot, progress: Progress) -> Packages:
        """Find, or build, what a version imports; nothing is built for code that Python's own library is enough for."""
        if layout.REQUIREMENTS not in bot.code and not needs_packages(_texts(bot)):
            return NO_PACKAGES
        return await self._packages_of(bot, progress)

    async def of(self, bot: CompiledBot, environment: EnvironmentName, tenant: str) -> Source:
        """Make, or find, what runs for a tenant.

        Workers keep what their code remembers, so tenants and environments never share one.
        """
        key = tenant, environment, bot.bot.system_name, bot.version, bot.lock
        made_at, source = self._made.get(key, (0.0, None))
        if source is None or self._clock() - made_at > _FOUND_S:
            source = _source(bot, key, await self.packages_of(bot, silently))
            self._made[key] = self._clock(), source
            while len(self._made) > _KEPT:
                self._made.popitem(last=False)
        self._made.move_to_end(key)
        return source


def _source(bot: CompiledBot, key: tuple[str, ...], packages: Packages) -> Source:
    texts = _texts(bot)
    whole = msgspec.json.encode((key, packages.id, bot.bot.code, texts))
    return Source(
        key=hashlib.sha256(whole).hexdigest(),
        files=texts,
        max_calls=bot.bot.code.max_calls,
        packages=packages.folders,
        trusted=packages.trusted,
        bot=hashlib.sha256(msgspec.json.encode(key[:3])).hexdigest(),
        tenant=hashlib.sha256(key[0].encode()).hexdigest(),
    )


def _texts(bot: CompiledBot) -> dict[str, str]:
    """Lay the files out as on AWS Lambda: `code/price.py` is price.py there."""
    ours = sorted((path, text) for path, text in bot.code.items() if path.startswith(layout.CODE))
    return {path.removeprefix(layout.CODE): text.decode("utf-8", "replace") for path, text in ours}
