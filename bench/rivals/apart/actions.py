"""An action for Rasa's action server: it reads a slot and says a sentence; no webhook, no database."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher


class Price(Action):
    """Say the price."""

    def name(self) -> str:
        """Say what stories call it."""
        return "action_price"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Answer."""
        dispatcher.utter_message(text=f"The {tracker.get_slot('product')} can be yours only for Rs.1599")
        return []
