"""The one runner that all attacks of this process are let loose on."""

from collections.abc import Iterator

import pytest

from tests.attacks.hostile import Yard


@pytest.fixture(scope="session")
def yard() -> Iterator[Yard]:
    """A real runner. Where the kernel refuses jails, attacks are skipped, and say why; a wall that fails is red."""
    yard = Yard()
    try:
        if not yard.health.is_ok:
            assert "got through" not in yard.health.sentence, yard.health.sentence
            pytest.skip(f"NO ATTACK WAS TRIED: {yard.health.sentence} ({yard.health.fix})")
        yield yard
    finally:
        yard.close()
