"""Custom code in one process: the sandbox it runs in, started when first needed, and the code of each version."""

from functools import partial
from pathlib import Path

from msgspec import Struct

from botyard.bot.compiled import CompiledBot
from botyard.integrations.perform import RunCode
from botyard.integrations.sandbox.client import Sandbox
from botyard.integrations.sandbox.code import run_code
from botyard.integrations.sandbox.ports import RunsCode
from botyard.integrations.sandbox.sources import Sources
from botyard.integrations.webhook import Secret
from botyard.settings import Settings


class CustomCode:
    """Whoever makes it closes it; until code runs, it costs nothing."""

    def __init__(self, settings: Settings, *, has_network: bool = True) -> None:
        self.sandbox = sandbox_of(settings, has_network=has_network)
        self.sources = Sources(_packages_of)

    def runner_for(self, tenant: str, secret: Secret) -> RunCode:
        """Bind who asks. tenant: whose code it is, so that nobody meets what another's code remembers."""
        return partial(run_code, sandbox=self.sandbox, sources=self.sources, secret=secret, tenant=tenant)

    async def close(self) -> None:
        """End the sandbox, and all that runs in it."""
        await self.sandbox.close()


def sandbox_of(settings: Settings, *, has_network: bool = True) -> RunsCode:
    """Choose who runs custom code: the runner at the path that is set, else one of our own."""
    path = Path(settings.runner) if settings.runner else None
    return Sandbox(path, is_unsafe=settings.unsafe_no_sandbox, has_network=has_network)


class _StandardLibrary(Struct, frozen=True):
    id: str = "standard library"
    folders: tuple[str, ...] = ()
    trusted: bool = True


async def _packages_of(_: CompiledBot) -> _StandardLibrary:
    return _StandardLibrary()
