"""Being at a node: collect what it needs, then say, call or move on (platform §3.7)."""

from botyard.bot.model import Faq, Node
from botyard.engine import breaks, call_out, collect, connections, context, respond
from botyard.engine.collect import Brought
from botyard.engine.effects import Complete
from botyard.engine.scene import Scene
from botyard.nlu.understanding import NodeName


def enter(scene: Scene, name: NodeName, brought: Brought | None = None) -> None:
    """Go to a node, or answer an FAQ.

    brought: values already found; None looks for the node's entities in the message.
    """
    faq = scene.given.bot.faqs.get(name)
    if faq is not None:
        _answer(scene, faq)
        return
    node = scene.given.bot.nodes[name]
    scene.visited.add(name)
    if scene.state.node == name:
        scene.change(bot=scene.given.bot.bot.system_name)
    else:
        scene.change(node=name, bot=scene.given.bot.bot.system_name, awaiting=None, is_answered=False, reprompts=0)
        if call_out.flushes_first(node):
            call_out.call(scene, node, pending_text=scene.raw)
            return
    found = collect.look_for(scene, [wanted.entity for wanted in node.entities]) if brought is None else brought
    stay(scene, node, found)


def stay(scene: Scene, node: Node, brought: Brought) -> None:
    """Go on at a node with what the message brought."""
    changed = collect.keep(scene, node, brought | scene.structured)
    if scene.state.is_answered and node.entities and not changed and not _connects_to_itself(node):
        breaks.no_response(scene, f"{node.system_name} was already answered, and nothing new was said")
        return
    if _moves_on(scene, node, changed):
        return
    known = scene.state.entities
    collect.fill_in(scene, node)
    wanted = collect.missing(scene, node)
    if wanted is None:
        _complete(scene, node)
    elif respond.ask(scene, node, wanted, nothing_known=not any(e.entity in known for e in node.entities)):
        scene.change(awaiting=wanted.entity, reprompts=0, is_answered=False)
        scene.notes.step("collect", f"{wanted.entity} is mandatory and unknown: asked for it")
    else:
        breaks.no_response(scene, f"{node.system_name} has no words to ask for {wanted.entity}")


def finish(scene: Scene, node: Node) -> None:
    """Say the node's own last response. An end node completes, unless it still leads somewhere (platform §2.2)."""
    if not respond.finish(scene, node):
        breaks.no_response(scene, f"{node.system_name} has no response to say")
        return
    scene.change(is_answered=True, awaiting=None, reprompts=0)
    if node.end and not node.connections:
        end(scene, node.system_name)


def end(scene: Scene, name: NodeName) -> None:
    """Complete the conversation for good."""
    scene.notes.step("context", f"{name} is an end: the conversation is complete and its context forgotten")
    scene.state = context.completed(scene.state)
    scene.ask_for(Complete("bot"))


def _answer(scene: Scene, faq: Faq) -> None:
    """An FAQ leaves the context where it was, so that a question in between does not lose the thread."""
    if not respond.say(scene, faq.bot_says, "final", None):
        breaks.no_response(scene, f"{faq.system_name} has nothing to say")
        return
    scene.change(reprompts=0)  # a question that was answered is a successful turn
    if faq.end:
        end(scene, faq.system_name)


def _moves_on(scene: Scene, node: Node, brought: Brought) -> bool:
    """Follow a connection that entity values fire, but never in a circle within one turn."""
    connection = connections.by_entities(scene.given.bot, node, brought)
    if connection is None or connection.to in scene.visited:
        return False
    scene.notes.step("connections", f"{connection.entity} leads from {node.system_name} to {connection.to}")
    enter(scene, connection.to)
    return True


def _complete(scene: Scene, node: Node) -> None:
    """All mandatory entities are known: what is known may lead on; else the integration; else the final response."""
    scene.change(awaiting=None, reprompts=0)
    if _moves_on(scene, node, collect.of_node(scene, node)):
        return
    if node.integration is not None and not call_out.flushes_first(node):
        call_out.call(scene, node)
    else:
        finish(scene, node)


def _connects_to_itself(node: Node) -> bool:
    return any(connection.to == node.system_name for connection in node.connections)
