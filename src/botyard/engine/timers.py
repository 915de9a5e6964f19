"""What happens when nobody says anything: a follow-up, then a conversation that completes by silence."""

from datetime import timedelta

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


def set_timers(scene: Scene, before: State) -> None:
    """Set what silence will do after this turn, and move the alarm if it is another moment than before."""
    state = scene.state
    is_counting = state.standing in ("bot", "waiting") and state.last_active is not None
    completion = timedelta(seconds=scene.given.bot.bot.timing.completion)
    complete_at = state.last_active + completion if is_counting and state.last_active is not None else None
    follow_up_at = state.follow_up_at if state.standing == "bot" else None
    scene.change(complete_at=complete_at, follow_up_at=follow_up_at)
    if scene.state.wake_at != before.wake_at:
        scene.ask_for(WakeLater(scene.state.wake_at))


def await_reply(scene: Scene) -> None:
    """Start the follow-up of the node where the turn ended, once everything there is said."""
    node = scene.node()
    if node is None or node.bot_says.follow_up is None or scene.state.standing != "bot":
        return
    if scene.state.calling is None and node.system_name in scene.visited:
        scene.change(follow_up_at=scene.given.now + timedelta(seconds=node.bot_says.follow_up.after))


def _follow_up(scene: Scene) -> None:
    node = scene.node()
    scene.change(follow_up_at=None)
    if node is not None and node.bot_says.follow_up is not None:
        scene.notes.decided("timer", f"nobody answered: the follow-up of {node.system_name}")
        respond.say(scene, node.bot_says.follow_up.says, "follow_up", node)
