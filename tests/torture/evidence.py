"""What a run that went wrong leaves for whoever has to find out why: the ledger, the servers' log, the tables."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.stores import read_up

KEPT_IN = Path("build") / "torture" / "wrong"


def keep(home: Path, name: str, part: str) -> Path:
    """Copy it out of a place's folder, which goes when the run ends; the folder it is in now."""
    folder = KEPT_IN / f"{part}-{name}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for file in (home / f"{name}.ledger", home / "server.log"):
        shutil.copy(file, folder)
    with closing(read_up(home / "botyard.db")) as tables, closing(sqlite3.connect(folder / "tables.db")) as copy:
        tables.backup(copy)
    return folder
