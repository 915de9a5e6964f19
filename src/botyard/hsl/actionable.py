"""What a tap does: answer, open a link, share a place, upload a file."""

from typing import Any

from msgspec import Struct

from botyard.hsl.links import safe_href

# Screens that are nothing but a web address; every other one is the host app's own.
_WEB_SCREENS = ("LINK", "SELF_SERVE_WEB")


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

    @property
    def sent(self) -> str:
        """What the bot receives when this is tapped: the hidden words where there are some, else what is shown."""
        hidden = self.payload.get("gogo_message")
        return hidden if isinstance(hidden, str) and hidden.strip() else self.message

    @property
    def href(self) -> str | None:
        """The address a tap opens; None where it speaks instead, or its address is none that may be opened."""
        url = self.payload.get("url") or self.payload.get("link")
        if not isinstance(url, str) or self.uri not in _WEB_SCREENS or (self.type == "TEXT_ONLY" and self.message):
            return None
        return safe_href(url)
