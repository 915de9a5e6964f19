"""What Rasa sends to its action server: the whole conversation so far, every time."""

import json
from itertools import count
from typing import Any

_INTENTS = (
    "price",
    "find_product",
    "track_order",
    "greet",
    "goodbye",
    "book_visit",
    "complain",
    "human",
    "thanks",
    "stop",
)


def request(turn: int) -> bytes:
    """Write the request of a conversation's turn, the first being 1."""
    clock = count(1_764_000_000)
    events: list[dict[str, Any]] = [
        {
            "event": "action",
            "timestamp": next(clock),
            "name": "action_session_start",
            "policy": None,
            "confidence": 1.0,
        },
        {"event": "session_started", "timestamp": next(clock)},
        _listens(next(clock)),
    ]
    for _ in range(turn - 1):
        events += [*_said(clock), *_answered(clock)]
    events += _said(clock)
    tracker = {
        "sender_id": "user7",
        "slots": {"product": "speaker", "requested_slot": None, "session_started_metadata": None},
        "latest_message": events[-2]["parse_data"],
        "latest_event_time": events[-1]["timestamp"],
        "followup_action": None,
        "paused": False,
        "events": events,
        "latest_input_channel": "rest",
        "active_loop": {},
        "latest_action": {"action_name": "action_listen"},
        "latest_action_name": "action_listen",
    }
    mapping = {"type": "from_entity", "entity": "product"}
    domain = {
        "config": {"store_entities_as_slots": True},
        "session_config": {"session_expiration_time": 60, "carry_over_slots_to_new_session": True},
        "intents": [{intent: {"use_entities": ["product"]}} for intent in _INTENTS],
        "entities": ["product"],
        "slots": {"product": {"type": "rasa.shared.core.slots.TextSlot", "mappings": [mapping]}},
        "responses": {f"utter_{intent}": [{"text": f"What we say to {intent}."}] for intent in _INTENTS},
        "actions": ["action_price"],
        "forms": {},
        "e2e_actions": [],
    }  # fmt: skip
    return json.dumps(
        {"next_action": "action_price", "sender_id": "user7", "tracker": tracker, "domain": domain, "version": "3.6.20"}
    ).encode()


def _said(clock: "count[int]") -> list[dict[str, Any]]:
    entity = {"entity": "product", "start": 19, "end": 26, "value": "speaker", "extractor": "DIETClassifier"}
    parsed = {
        "intent": {"name": "price", "confidence": 0.97},
        "entities": [entity | {"confidence_entity": 0.99}],
        "text": "what does the blue speaker cost",
        "message_id": "0123456789abcdef0123456789abcdef",
        "metadata": {},
        "text_tokens": [[0, 4], [5, 9], [10, 13], [14, 18], [19, 26], [27, 31]],
        "intent_ranking": [{"name": intent, "confidence": 0.97 / (at + 1)} for at, intent in enumerate(_INTENTS)],
    }
    user = {
        "event": "user", "timestamp": next(clock), "text": parsed["text"], "parse_data": parsed,
        "input_channel": "rest", "message_id": parsed["message_id"], "metadata": {},
    }  # fmt: skip
    return [user, {"event": "slot", "timestamp": next(clock), "name": "product", "value": "speaker"}]


def _answered(clock: "count[int]") -> list[dict[str, Any]]:
    how = {"policy": "policy_0_MemoizationPolicy", "confidence": 1.0, "action_text": None, "hide_rule_turn": False}
    bot = {
        "event": "bot", "timestamp": next(clock), "text": "The speaker can be yours only for Rs.1599",
        "data": dict.fromkeys(("elements", "quick_replies", "buttons", "attachment", "image", "custom")),
        "metadata": {},
    }  # fmt: skip
    return [{"event": "action", "timestamp": next(clock), "name": "action_price", **how}, bot, _listens(next(clock))]


def _listens(timestamp: int) -> dict[str, Any]:
    return {"event": "action", "timestamp": timestamp, "name": "action_listen", "policy": None, "confidence": 1.0}
