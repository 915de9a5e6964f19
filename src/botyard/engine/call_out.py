"""Asking for a call to a node's integration. A turn never waits for one: its answer is a happening of its own."""

from botyard.bot.model import Node
from botyard.engine import collect, respond
from botyard.engine.effects import Call
from botyard.engine.scene import Scene
from botyard.engine.state import Calling
from botyard.engine.trace import CallSeen

FLUSHER = "entity_flusher"


def call(scene: Scene, node: Node, *, pending_text: str = "") -> None:
    """Ask the shell to call what this node names, with everything the call must carry.

    pending_text: the raw message to take up again when the call says to go on.
    """
    if node.integration is not None and node.integration.webhook is not None:
        respond.say(scene, node.integration.webhook.says_before, "before", node)
    state = scene.state
    call_no = state.calls + 1
    bot = scene.given.bot.bot.system_name
    scene.change(calls=call_no, calling=Calling(call_no, node.system_name), pending_text=pending_text)
    scene.notes.calls.append(CallSeen(node.system_name, "asked"))
    scene.ask_for(
        Call(
            call_no=call_no,
            bot=bot,
            node=node.system_name,
            language=scene.language,
            conversation_no=state.conversation_no,
            conversation_data=state.conversation_data,
            permanent_user_data=state.user.permanent_user_data,
            entities=collect.of_node(scene, node),
            begun_at=scene.given.now,
        )
    )


def flushes_first(node: Node) -> bool:
    """Whether this node forgets entities on being entered, before it collects any."""
    function = node.integration.function if node.integration else None
    return function is not None and function.name == FLUSHER
