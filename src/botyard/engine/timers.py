"""What happens when nobody says anything: a follow-up, then a conversation that completes by silence."""

from datetime import datetime

from botyard.engine import respond
from botyard.engine.effects import Complete, WakeLater
from botyard.engine.scene import Scene
from botyard.engine.state import State


def fired(scene: Scene) -> None:
    """Do what is due. An alarm of a chat that moved on meanwhile finds nothing due, and nothing happens."""
    state, now = scene.state, scene.given.now
    if state.calling is not None:
        return
    if state.follow_up_at is not None and now >= state.follow_up_at:
        _follow_up(scene)
    if state.complete_at is not None and now >= state.complete_at:
        scene.notes.decided("timer", "silence completed the conversation; its context is kept for a while")
        scene.change(standing="complete", follow_up_at=None)
        scene.ask_for(Complete("silence"))


def set_timers(scene: Scene, before: State, *, awaits_reply: bool) -> None:
    """Set what silence will do after this turn, and move the alarm if it is another moment than before.

    awaits_reply: somebody spoke in this turn.
    """
    state = scene.state
    complete_at = None
    if state.standing in ("bot", "waiting") and state.last_active is not None:
        complete_at = state.last_active + scene.given.bot.completion
    follow_up_at = _follow_up_at(scene, awaits_reply=awaits_reply) if state.standing == "bot" else None
    scene.change(complete_at=complete_at, follow_up_at=follow_up_at)
    wake_at = scene.state.wake_at
    if wake_at != before.wake_at:
        scene.ask_for(WakeLater(wake_at))


def _follow_up_at(scene: Scene, *, awaits_reply: bool) -> datetime | None:
    """Start the follow-up of the node where the turn ended, once everything there is said."""
    state = scene.state
    silence = scene.given.bot.follow_up_after.get(state.node or "")
    if not awaits_reply or silence is None or state.calling is not None or state.node not in scene.visited:
        return state.follow_up_at
    return scene.given.now + silence


def _follow_up(scene: Scene) -> None:
    node = scene.node()
    scene.change(follow_up_at=None)
    if node is not None and node.bot_says.follow_up is not None:
        scene.notes.decided("timer", f"nobody answered: the follow-up of {node.system_name}")
        respond.say(scene, node.bot_says.follow_up.says, "follow_up", node)
