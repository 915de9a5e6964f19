"""When the bot has no answer: it says so, or a human takes over (platform §3.8)."""

from botyard.bot.model import Node
from botyard.engine import respond
from botyard.engine.effects import HandOver
from botyard.engine.scene import Scene
from botyard.engine.texts import BOT_BREAK, in_language
from botyard.hsl.elements import Text


def no_response(scene: Scene, why: str) -> None:
    """Nothing to say at a stage that must say something: an agent where the business has them, else a bot break."""
    if scene.given.business.human_assistance:
        hand_over(scene, None, why)
    else:
        bot_break(scene, why)


def bot_break(scene: Scene, why: str) -> None:
    """Say that the bot cannot answer, in the bot's own words where it has some."""
    scene.notes.step("bot break", why)
    scene.change(last_dialogue="bot_break")
    if not respond.say(scene, scene.given.bot.bot.bot_break, "bot_break", None):
        respond.spoken(scene, (Text(in_language(BOT_BREAK, scene.language)),), "bot_break", None)


def failed(scene: Scene, node: Node, why: str) -> None:
    """An integration failed: what its author chose for that (wire.md §1), whatever the business's assistance flag."""
    if node.integration is not None and node.integration.on_failure == "agent":
        hand_over(scene, None, why)
    else:
        bot_break(scene, why)


def hand_over(scene: Scene, team: str | None, why: str) -> None:
    """Make the chat pending. From here on the bot is silent; what it knew is kept for the agent to see."""
    chosen = team or scene.given.business.default_team
    scene.notes.step("hand-over", f"to {chosen or 'the default team'}: {why}")
    scene.change(standing="pending", team=chosen, calling=None, awaiting=None, last_dialogue="hand_over")
    scene.ask_for(HandOver(chosen, why))
