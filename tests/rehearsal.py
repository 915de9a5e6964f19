"""A bot on stage without a platform: real engine, real understanding, and a clock in the test's hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

from botyard.bot.business import Business
from botyard.bot.compiled import Bots, CompiledBot, entity_specs, training_set
from botyard.bot.model import Bot, Node, NodeEntity, Says, Variant
from botyard.engine.dice import First
from botyard.engine.effects import Call, Say
from botyard.engine.happenings import Answered, CallReturned, Happening, IntegrationAnswer, UserSaid
from botyard.engine.small_talk import SmallTalk
from botyard.engine.state import State, User
from botyard.engine.turn import Turn, turn
from botyard.hsl.elements import Text
from botyard.hsl.plain import text_of
from botyard.nlu.intents.rank import load
from botyard.nlu.intents.train import train
from botyard.nlu.understand import Understanding
from botyard.nlu.understanding import Understand
from botyard.releases.zones import zone_named

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def says(text: str, language: str = "en") -> Says:
    """One way to say one thing."""
    return {language: (Variant(messages=(text,)),)}


def asks(entity: str, question: str, **more: Any) -> NodeEntity:
    """A mandatory entity with its question."""
    return NodeEntity(entity=entity, mandatory=True, ask=says(question), **more)


def start_node(name: str, *sentences: str, **more: Any) -> Node:
    """A node that can begin a conversation, taught these English sentences."""
    return Node(name=name.title(), system_name=name, start=True, user_says={"en": sentences}, **more)


def bot_of(*nodes: Node, **more: Any) -> Bot:
    """A bot in English with these nodes."""
    return Bot(botyard=1, name="Café", system_name="cafe", **{"languages": ("en",), "nodes": nodes, **more})


class Rehearsal:
    """One user talking to one bot. said: everything the bot said, as text."""

    def __init__(
        self,
        bot: Bot,
        business: Business | None = None,
        user: User | None = None,
        small_talk: SmallTalk | None = None,
    ) -> None:
        compiled = CompiledBot(bot, "v1", zone=zone_named(bot.timezone))
        models = {language: load(train(training_set(compiled, language))) for language in bot.languages}
        self.understand: dict[str, Understand] = {bot.system_name: Understanding(models, entity_specs(compiled))}
        self.bots = Bots(business or Business(name="Café"), {bot.system_name: compiled}, bot.system_name)
        self.state = State(user=user or User(user_id="1", user_name="u1"))
        self.small_talk = small_talk
        self.now = NOON
        self.said: list[str] = []

    def user(self, text: str, language: str = "") -> Turn:
        """Let the user say something, one second later."""
        self.now += timedelta(seconds=1)
        return self.happens(UserSaid(text, language))

    def answers(self, *messages: str, status: bool = True, **more: Any) -> Turn:
        """Let the integration that was called answer."""
        return self.returns(Answered(tuple(map(Text, messages)), status, **more))

    def returns(self, answer: IntegrationAnswer) -> Turn:
        """Let the call that is out come back with this."""
        return self.happens(CallReturned(self.state.calls, answer))

    def happens(self, happening: Happening) -> Turn:
        """Let anything happen."""
        taken = turn(
            self.bots,
            self.state,
            happening,
            now=self.now,
            dice=First(),
            understand=self.understand,
            small_talk={} if self.small_talk is None else {self.bots.default: self.small_talk},
        )
        self.state = taken.state
        for effect in taken.effects:
            if isinstance(effect, Say):
                self.said.extend(map(text_of, effect.messages))
        return taken

    def wait(self, **length: int) -> None:
        """Let time pass."""
        self.now += timedelta(**length)


def calls(taken: Turn) -> list[Call]:
    """The calls that a turn asks for."""
    return [effect for effect in taken.effects if isinstance(effect, Call)]
