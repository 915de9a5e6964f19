"""Which sandbox the settings ask for, and which packages a bot's code does."""

from pathlib import Path

from msgspec import Struct

from botyard.bot.model import CodeSettings
from botyard.integrations.sandbox.client import Sandbox
from botyard.integrations.sandbox.ports import RunsCode
from botyard.integrations.sandbox.sources import Packages, Progress
from botyard.settings import Settings


def sandbox_of(settings: Settings, *, has_network: bool = True) -> RunsCode:
    """Choose who runs custom code: the runner at the path that is set, else one of our own."""
    path = Path(settings.runner) if settings.runner else None
    return Sandbox(path, is_unsafe=settings.unsafe_no_sandbox, has_network=has_network)


async def packages_named(_code: CodeSettings, _requirements: str | None, _progress: Progress) -> Packages:
    """Find, or build, the packages that code asks for."""
    return _StandardLibrary()


class _StandardLibrary(Struct, frozen=True):
    id: str = "standard library"
    folders: tuple[str, ...] = ()
    trusted: bool = True
