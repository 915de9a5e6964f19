"""A bot's folder as its builder has it: the files, and what lies beside them in botyard.toml."""

from collections.abc import Mapping
from pathlib import Path

from botyard.releases.folder import read_folder
from botyard.setting_values import PrivateReceiver
from botyard.settings import Settings, load
from botyard.studio.checked import BotRefused


def files_of(folder: Path) -> dict[str, bytes]:
    """Read a folder that must be a bot and nothing else. Raises BotRefused."""
    found = read_folder(folder)
    errors = tuple(problem for problem in found.problems if problem.is_error)
    if errors:
        raise BotRefused(errors)
    return found.files


def secrets_for(settings: Settings, folder: Path) -> Mapping[str, str]:
    """Gather the secrets a bot folder may name: the process's own, and under them those that lie beside the folder."""
    return {**beside(folder).secrets, **settings.secrets}


def reachable(settings: Settings, folder: Path) -> tuple[PrivateReceiver, ...]:
    """List the private receivers a builder on this machine may call from the terminal."""
    return (*settings.egress_allow, *beside(folder).egress_allow)


def beside(folder: Path) -> Settings:
    """Read the botyard.toml that lies beside a bot's folder."""
    return load({}, folder.resolve().parent)
