"""Which files make a bot, and what each is for."""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

from botyard.bot.problems import Problem, suggestion

BOT = "bot.yaml"
FAQS = "faqs.yaml"
COPY = "copy.yaml"
BUSINESS = "business.yaml"
REQUIREMENTS = "requirements.txt"
CODE = "code/"

_FOLDERS = {"nodes": ("yaml",), "entities": ("yaml", "csv"), "code": ("py",), "dialogues": ("yaml",)}
_SINGLE = (BOT, FAQS, COPY, BUSINESS, REQUIREMENTS)
_BESIDE = "botyard.toml"  # it holds secrets, and is read where it lies beside a bot (settings.py)
_NAME = re.compile(r"[^/\\\x00-\x1f]+")
# Back-ups and unfinished saves: they come and go while somebody writes. 4913 is how Vim tries whether it may write.
_LEFT_BEHIND = re.compile(
    r"__pycache__|.*~|#.*#|4913|.*\.(?:bak|orig|rej|sw[a-p]|tmp)|Thumbs\.db|desktop\.ini", re.IGNORECASE | re.DOTALL
)


def is_known(path: str) -> bool:
    """Whether a file of this path, relative to the bot's folder, is part of a bot."""
    folder, slash, name = path.rpartition("/")
    if not slash:
        return path in _SINGLE
    stem, _, suffix = name.rpartition(".")
    return bool(stem) and suffix in _FOLDERS.get(folder, ()) and bool(_NAME.fullmatch(stem))


def is_hidden(path: str) -> bool:
    """Whether a file is left alone without a word: dot files, and what Python, editors and systems leave behind."""
    return any(part.startswith(".") or _LEFT_BEHIND.fullmatch(part) for part in path.split("/"))


def unknown(path: str) -> Problem:
    """Say what a file that is part of no bot should perhaps be called.

    In a folder that we read it is an error: it would be left out without anybody noticing.
    """
    folder, _, name = path.rpartition("/")
    if folder in _FOLDERS:
        wanted = " or ".join(f".{suffix}" for suffix in _FOLDERS[folder])
        return Problem(path, 1, f"{folder}/ holds files that end in {wanted}; this one would be left out")
    if path == _BESIDE:
        return Problem(path, 1, "settings and secrets are no part of a bot; put this file beside the folder")
    near = suggestion(name, _SINGLE) if not folder else suggestion(folder, _FOLDERS)
    if near:
        return Problem(path, 1, f"this file is not part of a bot{near}")
    return Problem(path, 1, "this file is not part of a bot and is left out", "warning")


def code_in(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Take out of a bot's files what its custom code is made of; whatever else lies below code/ is no part of a bot."""
    ours = (path for path in files if is_known(path) and (path.startswith(CODE) or path == REQUIREMENTS))
    return {path: files[path] for path in ours}


def stem(path: str) -> str:
    """Name a file without folder and ending."""
    return PurePosixPath(path).stem


def node_file(system_name: str) -> str:
    """Name the file of a node."""
    return f"nodes/{system_name.lower()}.yaml"


def entity_file(name: str) -> str:
    """Name the file of an entity."""
    return f"entities/{name}.yaml"


def dictionary_file(name: str) -> str:
    """Name the file that may hold an entity's dictionary."""
    return f"entities/{name}.csv"
