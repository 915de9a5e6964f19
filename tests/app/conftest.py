"""The same runner that the attacks are let loose on."""

from tests.attacks.conftest import yard

__all__ = ["yard"]
