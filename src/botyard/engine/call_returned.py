"""What the answer of a call decides: messages, memory, completion, or a break (wire.md §1)."""

from typing import assert_never

from botyard.bot.model import Node
from botyard.engine import breaks, connections, context, respond, visit
from botyard.engine.effects import RememberUser
from botyard.engine.happenings import Answered, CallReturned, Continues, Flushes, HandsOver, Unusable, outcome_of
from botyard.engine.hidden import hear
from botyard.engine.scene import Scene
from botyard.engine.trace import CallSeen


def returned(scene: Scene, happening: CallReturned) -> None:
    """Take the answer of the call that is out; one that nobody waits for any more is only noted."""
    calling = scene.state.calling
    if calling is None or calling.call_no != happening.call_no:
        scene.notes.decided("late answer", "nobody waits for this call any more; nothing of it is said")
        return
    scene.change(calling=None)
    is_answered = not isinstance(happening.answer, Unusable)
    scene.notes.decided("integration", f"{calling.node} was {'answered' if is_answered else 'called in vain'}")
    scene.visited.add(calling.node)
    node = scene.given.bot.nodes.get(calling.node)
    if node is None:
        breaks.no_response(scene, f"{calling.node} is gone from this version of the bot")
        return
    scene.notes.calls.append(CallSeen(node.system_name, *outcome_of(happening.answer)))
    match happening.answer:
        case Answered() as answer:
            _answered(scene, node, answer)
        case Unusable(why=why):
            breaks.failed(scene, node, why)
        case HandsOver(team=team):
            breaks.hand_over(scene, team, f"{node.system_name} asks for an agent")
        case Flushes(keep=keep):
            _flush(scene, node, keep)
        case Continues():
            visit.finish(scene, node)
        case _:
            assert_never(happening.answer)


def _answered(scene: Scene, node: Node, answer: Answered) -> None:
    scene.notes.warnings.extend(answer.warnings)
    permanent = context.remember(scene, answer.conversation_data, answer.permanent_user_data)
    if permanent is not None:
        scene.ask_for(RememberUser(permanent))
    respond.spoken(scene, answer.messages, "integration_success" if answer.status else "integration_failure", node)
    if not answer.messages and not answer.silent:
        breaks.no_response(scene, f"the integration of {node.system_name} answered without a message")
    elif answer.status and node.end:
        visit.end(scene, node.system_name)
    else:
        scene.change(is_answered=True)
        _follow(scene, node, answer)


def _follow(scene: Scene, node: Node, answer: Answered) -> None:
    connection = connections.by_result(scene.given.bot, node, answer.body)
    if connection is not None:
        scene.notes.step("connections", f"the result leads from {node.system_name} to {connection.to}")
        visit.enter(scene, connection.to, {})


def _flush(scene: Scene, node: Node, keep: tuple[str, ...]) -> None:
    kept = {name: values for name, values in scene.state.entities.items() if name in keep}
    scene.notes.step("collect", f"forgot every entity but {', '.join(kept) or 'none'}")
    scene.change(entities=kept)
    scene.listen(scene.state.pending_text, hear(scene.state.pending_text))
    scene.change(pending_text="")
    visit.enter(scene, node.system_name)
