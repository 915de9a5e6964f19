"""How much the chat page takes from one address and from one visitor."""

from collections.abc import Callable

from botyard.serving.rates import Rates, Shared

# Whoever shares an address, in an office or behind a mobile network's gateway, shares these.
NEWCOMERS_A_MINUTE = 120
MESSAGES_A_MINUTE_AN_ADDRESS = 1_200
# A person writes a few; one a second is no person.
MESSAGES_A_MINUTE = 60


class ChatLimits:
    """Counts. seconds: a clock that only goes forward. shared: the processes that count with this one."""

    def __init__(self, seconds: Callable[[], float], shared: Shared | None = None) -> None:
        self._newcomers = Rates(
            seconds,
            good=NEWCOMERS_A_MINUTE,
            why="too many new visitors come from this address: wait a moment",
            shared=shared,
            name="newcomers",
        )
        self._of_address = Rates(
            seconds,
            good=MESSAGES_A_MINUTE_AN_ADDRESS,
            why="too many messages come from this address: wait a moment",
            shared=shared,
            name="messages from an address",
        )
        self._of_visitor = Rates(
            seconds,
            good=MESSAGES_A_MINUTE,
            why="you have written very much in a short time: wait a moment",
            shared=shared,
            name="messages of a visitor",
        )

    def newcomer(self, address: str) -> None:
        """Let somebody new in. Raises TooMuch."""
        self._newcomers.admit(address, "")

    def message(self, address: str, user_id: int) -> None:
        """Let a message in, or whatever else a visitor makes us keep. Raises TooMuch."""
        self._of_visitor.admit(str(user_id), "")
        self._of_address.admit(address, "")
