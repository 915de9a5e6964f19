"""The same runner that the attacks are let loose on, and a shop on a fresh database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from botyard.store.database import open_database
from botyard.store.up_to_date import bring_up_to_date
from tests.app.shop import Shop
from tests.attacks.conftest import yard

__all__ = ["shop", "yard"]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A fresh database on disk."""
    url = f"sqlite:///{tmp_path / 'b.db'}"
    bring_up_to_date(url)
    database = open_database(url)
    yield Shop(database)
    database.close()
