"""Which sandbox the settings ask for, and which packages a bot's code does."""

from collections.abc import Sequence
from pathlib import Path

from botyard.bot.model import CodeSettings
from botyard.integrations.sandbox.client import Sandbox
from botyard.integrations.sandbox.packages.environments import Environment, environment_for
from botyard.integrations.sandbox.ports import RunsCode
from botyard.integrations.sandbox.sources import Progress
from botyard.settings import Settings


def sandbox_of(settings: Settings, *, has_network: bool = True) -> RunsCode:
    """Choose who runs custom code: the runner at the path that is set, else one of our own."""
    path = Path(settings.runner) if settings.runner else None
    return Sandbox(path, is_unsafe=settings.unsafe_no_sandbox, has_network=has_network)


async def packages_named(
    settings: Settings, code: CodeSettings, requirements: str | None, progress: Progress
) -> Environment:
    """Find, or build, the packages that code asks for. Raises PackagesUnusable."""
    return await environment_for(code, requirements, progress=progress, root=packages_root(settings))


def packages_root(settings: Settings) -> Path | None:
    """Say where the settings keep packages; None where they leave it to us."""
    return Path(settings.code_packages).absolute() if settings.code_packages else None


async def build_sets(settings: Settings, names: Sequence[str], progress: Progress) -> list[str]:
    """Build approved sets, the default one where none is named; the folders they are in. Raises PackagesUnusable."""
    chosen = [CodeSettings(packages=name) for name in names] or [CodeSettings()]
    found = [await packages_named(settings, code, None, progress) for code in chosen]
    return [folder for environment in found for folder in environment.folders]
