"""What is remembered, and when it is forgotten (platform §3.10)."""

from datetime import datetime, timedelta
from typing import Any

from msgspec import json
from msgspec.structs import replace

from botyard.bot.model import Timing
from botyard.engine.scene import Scene
from botyard.engine.state import State

# Both are promises of the seed, to people who write webhooks (docs/reference/limits.md).
DATA_LIFETIME = timedelta(hours=3)
DATA_LIMIT_CHARS = 500


def forgotten(state: State) -> State:
    """Lose the context: where the conversation stood and what it had collected."""
    return replace(
        state,
        node=None,
        is_answered=False,
        awaiting=None,
        reprompts=0,
        entities={},
        choices=(),
        form=(),
        last_dialogue="",
        pending_text="",
    )


def completed(state: State) -> State:
    """Complete for good (end node, agent): context and conversation data go at once."""
    return replace(
        forgotten(state), standing="complete", conversation_data={}, data_until=None, calling=None, team=None
    )


def awoken(state: State, timing: Timing, now: datetime) -> State:
    """Let go of what has outlived its time since the user was last active."""
    if state.data_until is not None and now >= state.data_until:
        state = replace(state, conversation_data={}, data_until=None)
    spoken_at, heard_at = state.last_active, state.heard_at
    if spoken_at is None or heard_at is None:
        return state
    if state.standing in ("bot", "waiting") and now - spoken_at >= timedelta(seconds=timing.completion):
        state = replace(state, standing="complete")
    if state.standing == "complete" and now - heard_at >= timedelta(seconds=timing.context):
        state = forgotten(state)
    return state


def opened(state: State) -> State:
    """Open a new conversation if the last one is complete; a context that survived comes along."""
    if state.standing != "complete":
        return state
    return replace(state, standing="bot", conversation_no=state.conversation_no + 1, team=None)


def remember(
    scene: Scene, conversation_patch: dict[str, Any] | None, permanent_patch: dict[str, Any] | None
) -> dict[str, Any] | None:
    """Merge what an integration wants remembered, both stores or neither; returns the new permanent data if it changed.

    Over 500 characters together, neither store changes and the trace says so (wire.md §1).
    """
    if not conversation_patch and not permanent_patch:
        return None
    state = scene.state
    conversation = _merged(state.conversation_data, conversation_patch)
    permanent = _merged(state.user.permanent_user_data, permanent_patch)
    chars = len(json.encode(conversation).decode()) + len(json.encode(permanent).decode())
    if chars > DATA_LIMIT_CHARS:
        scene.notes.warnings.append(
            f"conversation_data and permanent_user_data would have {chars} characters together; "
            f"{DATA_LIMIT_CHARS} are allowed, so neither was changed"
        )
        return None
    if conversation_patch:
        scene.change(conversation_data=conversation, data_until=scene.given.now + DATA_LIFETIME)
    if not permanent_patch or permanent == state.user.permanent_user_data:
        return None
    scene.change(user=replace(state.user, permanent_user_data=permanent))
    return permanent


def _merged(old: dict[str, Any], patch: dict[str, Any] | None) -> dict[str, Any]:
    merged = {**old, **(patch or {})}
    return {key: value for key, value in merged.items() if value is not None}
