"""Which sandbox the settings ask for, and which packages a bot's code does."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from pathlib import Path

from msgspec.structs import replace

from botyard.bot.model import CodeSettings
from botyard.integrations.sandbox.elsewhere.choose import runner_of
from botyard.integrations.sandbox.packages.environments import Environment, environment_for
from botyard.integrations.sandbox.packages.tidying import tidy
from botyard.integrations.sandbox.packages.unusable import PackagesUnusable
from botyard.integrations.sandbox.ports import RunsCode
from botyard.integrations.sandbox.sources import Progress
from botyard.observe import log
from botyard.settings import Settings


def sandbox_of(settings: Settings, *, has_network: bool = True) -> RunsCode:
    """Choose who runs custom code. has_network: of a runner of our own. Raises SettingUnusable, NoBoto."""
    return runner_of(settings, has_network=has_network)


def is_elsewhere(settings: Settings) -> bool:
    """Whether code is run by somebody whom we did not start."""
    return bool(settings.runner or settings.runner_hosts or settings.lambda_role)


def on_this_machine(settings: Settings) -> Settings:
    """Take the settings that have code run here, in a runner of our own: for what is only tried."""
    return replace(settings, runner=None, runner_hosts=(), lambda_role=None)


async def packages_named(
    settings: Settings, code: CodeSettings, requirements: str | None, progress: Progress, *, lock: str = ""
) -> Environment:
    """Find, or build, the packages that code asks for; lock: what they came to before. Raises PackagesUnusable."""
    return await environment_for(code, requirements, progress=progress, root=packages_root(settings), lock=lock)


async def tidy_packages(settings: Settings, locks: Collection[str]) -> None:
    """Remove the packages that nobody wants any more, locks apart: those of versions that are kept."""
    with suppress(PackagesUnusable):  # whoever runs code is told why
        if removed := await tidy(locks, root=packages_root(settings)):
            log.info("packages_tidied", removed=removed)


def packages_root(settings: Settings) -> Path | None:
    """Say where the settings keep packages; None where they leave it to us."""
    return Path(settings.code_packages).absolute() if settings.code_packages else None


async def build_sets(settings: Settings, names: Sequence[str], progress: Progress) -> list[str]:
    """Build approved sets, the default one where none is named; the folders they are in. Raises PackagesUnusable."""
    chosen = [CodeSettings(packages=name) for name in names] or [CodeSettings()]
    found = [await packages_named(settings, code, None, progress) for code in chosen]
    return [folder for environment in found for folder in environment.folders]
