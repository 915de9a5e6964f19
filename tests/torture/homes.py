"""Where a portion of torture that runs in every `make test` keeps its files: in memory, on SQLite unless it says so."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.stores import KIND


@contextmanager
def a_home() -> Iterator[Path]:
    """Make a folder in memory where there is such a thing: killing tests no disk, it only waits for it."""
    with TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as made:  # noqa: S108 - private
        yield Path(made)


@contextmanager
def on(store: str) -> Iterator[Path]:
    """Make one on this kind of database, whatever the tests before have left standing."""
    with pytest.MonkeyPatch.context() as patched, a_home() as home:
        patched.setenv(KIND, store)
        yield home
