"""What the tests of this room may ask for."""

from tests.integrations.loops import each_loop

__all__ = ["each_loop"]
