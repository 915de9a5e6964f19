"""What a tap does: answer, open a link, share a place, upload a file."""

from typing import Any

from msgspec import Struct


class Actionable(Struct, frozen=True, kw_only=True):
    """A button, a quick reply, or a card's action.

    type, uri: as the builder wrote them; unknown ones degrade to sending `message`, else to nothing.
    payload: what the action needs: message, gogo_message, url, …; kept whole, so that nothing is lost on the way.
    """

    actionable_text: str
    type: str = "TEXT_ONLY"
    uri: str = ""
    is_default: int = 0
    location_required: bool = False
    payload: dict[str, Any] = {}
    emoji: str | None = None

    @property
    def message(self) -> str:
        """What the chat shows as the user's words when this is tapped; "" if a tap says nothing."""
        said = self.payload.get("message")
        return said if isinstance(said, str) else ""
