"""Smart assist: what a bot that has it says before it gives up, by situation (platform §3.8)."""

from collections.abc import Callable, Sequence

from botyard.engine import collect, disambiguate, respond
from botyard.engine.assist_texts import OUT_OF_SCOPE, TOO_LONG, TOO_SHORT, WHAT_ABOUT_IT
from botyard.engine.collect import Brought
from botyard.engine.scene import Scene
from botyard.engine.texts import DID_YOU_MEAN, in_language
from botyard.hsl.elements import Text
from botyard.nlu.language import count_letters, words
from botyard.nlu.understanding import OPENING, NodeName, Ranked, Scope

MOST_WORDS = 40
_FEWEST_WORDS = 2
_FEWEST_LETTERS = 3


def assist(scene: Scene, near: Sequence[Ranked]) -> tuple[str, Callable[[], None]]:
    """Choose what helps with this message: why, and how to say it. near: nodes that it nearly reached, best first."""
    said = scene.heard.visible
    options = tuple((one.scope, one.node) for one in near)
    if len(words(said)) > MOST_WORDS:
        return "the message is too long", lambda: _say(scene, TOO_LONG, options)
    if options:
        return "nothing is sure, but some nodes are near", lambda: _say(scene, DID_YOU_MEAN, options)
    nodes, found = _takers(scene)
    if nodes:
        return f"only {', '.join(found)} was understood", lambda: _about(scene, nodes, found)
    if len(words(said)) < _FEWEST_WORDS or count_letters(said) < _FEWEST_LETTERS:
        return "the message is too short", lambda: _say(scene, TOO_SHORT, ())
    return "the message is out of scope", lambda: _say(scene, OUT_OF_SCOPE, ())


def _say(scene: Scene, texts: dict[str, str], options: Sequence[tuple[Scope, NodeName]]) -> None:
    asking = in_language(texts, scene.language)
    if options:
        disambiguate.offer(scene, options, asking, "smart_assist")
        return
    respond.spoken(scene, (Text(asking),), "smart_assist", None)
    scene.change(last_dialogue="smart_assist")


def _about(scene: Scene, nodes: Sequence[NodeName], found: Brought) -> None:
    """Offer what can be done with a value, and keep it for whatever is chosen."""
    for name in nodes:
        collect.keep(scene, scene.given.bot.nodes[name], found)
    _say(scene, WHAT_ABOUT_IT, [(OPENING, name) for name in nodes])


def _takers(scene: Scene) -> tuple[list[NodeName], Brought]:
    """Find the eligible nodes that collect a value which the message gives."""
    bot = scene.given.bot
    among = bot.eligible(scene.state.node)
    eligible = [bot.nodes[name] for names in among.values() for name in sorted(names) if name in bot.nodes]
    found = collect.look_for(scene, [wanted.entity for node in eligible for wanted in node.entities])
    takers = dict.fromkeys(n.system_name for n in eligible if any(wanted.entity in found for wanted in n.entities))
    return [name for name in takers if not collect.is_filtered_out(scene, name)][: disambiguate.MOST], found
