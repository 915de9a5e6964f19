"""Why a bot takes a message for a node, in the bot's own sentences, for whoever writes them."""

import asyncio
from collections.abc import Iterator

from msgspec import Struct

from botyard.bot.compiled import CompiledBot
from botyard.engine.hidden import Heard
from botyard.engine.speaks import language_of
from botyard.engine.state import State, User
from botyard.errors import BadRequest, NotFound
from botyard.nlu.intents.explain import Explanation, explain
from botyard.nlu.understanding import CONFIDENT, OPENING, Language, NodeName
from botyard.releases.language_guess_here import guess_for
from botyard.releases.train import Trainer, TrainingOrder, silently, training_order
from botyard.releases.understood import loaded

_OTHERS_SHOWN = 3


class NoSuchNode(NotFound):
    """A node was named that the bot does not have."""

    code = "no_such_node"


class NotSpoken(BadRequest):
    """A language was stated that the bot does not speak."""

    code = "language_not_spoken"


class Asked(Struct, frozen=True, kw_only=True):
    """What somebody wants explained. at: where the conversation stands. node: the one to explain, else the best.

    language: what the user states, "" where nothing.
    """

    text: str
    at: NodeName | None = None
    node: NodeName | None = None
    language: Language = ""


class Told(Struct, frozen=True):
    """The explanation, and the language whose model gave it."""

    language: Language
    explanation: Explanation


async def explained(bot: CompiledBot, asked: Asked, trainer: Trainer) -> Told:
    """Train a bot and explain one message to it. Raises NoSuchNode, NotSpoken."""
    _speaks(bot, asked.language)
    for name in (asked.at, asked.node):
        if name is not None and name not in bot.nodes and name not in bot.faqs:
            raise NoSuchNode(f"this bot has no active node or FAQ {name[:60]!r}", node=name)
    stranger = State(user=User(user_id="1", user_name="explain"))
    guess = await asyncio.to_thread(guess_for, bot.bot.languages)  # it may have to be opened first
    language = language_of(bot, stranger, asked.language, Heard(asked.text), guess.among if guess else None)
    lessons = tuple(taught for taught in training_order(bot).taught if taught.language == language)
    models = await trainer.train(bot.bot.system_name, TrainingOrder(lessons), silently)
    model = await loaded(models[language], trainer.encoder)
    return Told(language, explain(model, asked.text, bot.eligible(asked.at), asked.node))


def _speaks(bot: CompiledBot, language: Language) -> None:
    """A chat would take no notice of a language that the bot has not; whoever types one here meant another."""
    spoken = bot.bot.languages
    if language and language not in spoken:
        raise NotSpoken(f"this bot does not speak {language[:20]!r}; it speaks {', '.join(spoken)}", language=language)


def explanation_lines(told: Told) -> Iterator[str]:
    """Say it for a terminal: each sentence with the points it gives, or takes; together they are the score."""
    why = told.explanation
    if why.exact is not None:
        yield f"{why.exact[1]} is taught exactly this sentence, and answers whatever the scores are"
    if why.explained is None:
        yield f"nothing that is taught in {told.language} speaks for a node here"
        return
    one = why.explained
    scope = "" if one.scope == OPENING else f" after {one.scope}"
    verb = "answers" if one.confidence >= CONFIDENT else "does not answer"
    yield (
        f"{one.node}{scope} {verb} ({told.language}): its score is {one.score:.2f}, and it takes {why.threshold:.2f}; "
        f"confidence {one.confidence:.2f}"
    )
    for tip in why.tips:
        parts = f"letters {tip.by_grams:.2f}" + (f", meaning {tip.by_meaning:.2f}" if tip.by_meaning else "")
        yield f"  {tip.points:+.3f}  “{tip.sentence}” of {tip.node} ({parts})"
    yield f"  {why.rest:+.3f}  all other sentences"
    for other in [r for r in why.ranked if (r.node, r.scope) != (one.node, one.scope)][:_OTHERS_SHOWN]:
        yield f"{other.node}: confidence {other.confidence:.2f}, like “{other.nearest}”"
