"""The bot that `botyard new` makes: small, working, and explained in its own comments."""

import os
import re
import unicodedata
from hashlib import sha256
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
    shown = "".join(mark if _is_of_a_word(mark) else " " for mark in unicodedata.normalize("NFC", folder))
    words = " ".join(shown.split())
    return words[:1].upper() + words[1:] if any(map(str.isalnum, words)) else "My bot"


def system_name_after(name: str) -> str:
    """Name a bot for programs: small letters, digits and underscores, a letter first.

    Letters lose their accents. A name in another script is told by its hash, so that two bots are called by two names.
    """
    bare = unicodedata.normalize("NFKD", name)
    plain = "_".join(
        re.findall(r"[a-z0-9]+", "".join(mark for mark in bare if not unicodedata.combining(mark)).lower())
    )
    if not any(map(str.isalpha, plain)) and any(mark.isalpha() for mark in name):
        return f"bot_{sha256(name.encode('utf-8', 'replace')).hexdigest()[:8]}"
    if not plain:
        return "my_bot"
    return plain if plain[0].isalpha() else f"bot_{plain}"


def _is_of_a_word(mark: str) -> bool:
    """Whether a character belongs to words: letters, digits, and what stands above, below or between letters."""
    return unicodedata.category(mark)[0] in "LNM" or mark in "\u200c\u200d"
