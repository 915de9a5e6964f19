"""The bot that `botyard new` makes: small, working, and explained in its own comments."""

import os
import re
from pathlib import Path

from botyard.bot import layout
from botyard.bot.yaml_text import dump
from botyard.errors import BadRequest
from botyard.releases.folder import write_new_folder

_TEMPLATE = Path(__file__).parent / "starter_bot"
_NAMES = re.compile(rb"^name: .*\nsystem_name: .*$", re.MULTILINE)


class FolderInUse(BadRequest):
    """There is something where the new bot should go."""

    code = "folder_in_use"


def write_starter(folder: Path) -> str:
    """Write the bot into a folder that is new or empty, called as the folder is; its name. Raises FolderInUse."""
    folder = Path(os.path.realpath(folder))  # unlike resolve(), it bears links in a ring
    if folder.exists() and any(folder.iterdir()):
        raise FolderInUse(f"{str(folder)!r} is not empty; a new bot needs a new or an empty folder", folder=str(folder))
    name = name_after(folder.name)
    write_new_folder(folder, starter(name))
    return name


def starter(name: str) -> dict[str, bytes]:
    """Make the files of a new bot of this name."""
    files = {path.relative_to(_TEMPLATE).as_posix(): path.read_bytes() for path in sorted(_TEMPLATE.rglob("*.yaml"))}
    names = dump({"name": name, "system_name": system_name_after(name)}).rstrip()
    return files | {layout.BOT: _NAMES.sub(lambda _: names, files[layout.BOT], count=1)}


def name_after(folder: str) -> str:
    """Name a bot for people after its folder: `book_shop` is "Book shop"."""
    words = " ".join(re.sub(r"[\W_]+", " ", folder).split())
    return words[:1].upper() + words[1:] if words else "My bot"


def system_name_after(name: str) -> str:
    """Name a bot for programs: small letters, digits and underscores, a letter first."""
    plain = "_".join(re.findall(r"[a-z0-9]+", name.lower()))
    if not plain:
        return "my_bot"
    return plain if plain[0].isalpha() else f"bot_{plain}"
