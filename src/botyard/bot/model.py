"""A bot as its builder sees it. These values have the shape of the files (docs/reference/bot-format.md).

Durations are whole seconds. Texts per language are `{language: …}`; the bot's first language is the default.
"""

from typing import Annotated, Any, Literal, TypeAlias

from msgspec import Meta, Struct, field

from botyard.hsl.elements import Element
from botyard.nlu.understanding import Digits, EntityName, EntityType, Language, NodeName

FORMAT_VERSION = 1

# Files write these with their unit: 60s, 8m, 2h; 256MB.
Seconds: TypeAlias = Annotated[int, Meta(extra={"unit": "seconds"})]
Megabytes: TypeAlias = Annotated[int, Meta(extra={"unit": "megabytes"})]
Bubble: TypeAlias = str | Element


class Variant(Struct, frozen=True):
    """One way to say a response: bubbles in order. platforms: where it may be said, empty is everywhere."""

    messages: tuple[Bubble, ...]
    quick_replies: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()


Says: TypeAlias = dict[Language, tuple[Variant, ...]]
Sentences: TypeAlias = dict[Language, tuple[str, ...]]
Labels: TypeAlias = dict[Language, str]


class FollowUp(Struct, frozen=True, kw_only=True):
    """Said when the user is silent for `after` (20 s to 20 min) and the bot still owns the chat."""

    after: Seconds
    says: Says


class BotSays(Struct, frozen=True, kw_only=True):
    """A node's response slots (platform §2.4)."""

    initial: Says = {}
    final: Says = {}
    follow_up: FollowUp | None = None


class NodeEntity(Struct, frozen=True, kw_only=True):
    """An entity that a node collects. ask: said while it is mandatory and unknown. filter: values it may have here."""

    entity: EntityName
    mandatory: bool = False
    ask: Says = {}
    filter: tuple[str, ...] = ()
    default: str | None = None


class Webhook(Struct, frozen=True, kw_only=True):
    """A call to the builder's own server: `path` below the environment's base URL, or `url` whole.

    secret: `${secret:NAME}`, signs the request. timeout: at most 30 s.
    repeatable: the receiver drops what it has seen by webhook-id, so a crash may repeat the call.
    """

    path: str | None = None
    url: str | None = None
    secret: str | None = None
    timeout: Seconds = 30
    repeatable: bool = False
    says_before: Says = {}


class Code(Struct, frozen=True, kw_only=True):
    """Custom code in a sandbox."""

    file: str
    timeout: Seconds = 20
    memory: Megabytes = 256


class Function(Struct, frozen=True, kw_only=True):
    """An API function that runs in process."""

    name: str
    arguments: dict[str, Any] = {}


class Integration(Struct, frozen=True, kw_only=True):
    """What a node calls once its mandatory entities are known: exactly one of webhook, code, function."""

    webhook: Webhook | None = None
    code: Code | None = None
    function: Function | None = None
    on_failure: Literal["bot_break", "agent"] = "bot_break"


Operator: TypeAlias = Literal[
    "equals", "not_equals", "greater_than", "less_than", "at_least", "at_most",
    "contains", "not_contains", "exists", "empty",
]  # fmt: skip


class Rule(Struct, frozen=True, kw_only=True):
    """One condition on the integration's JSON answer. path: dotted, e.g. order.items.0.stock."""

    path: str
    is_: Operator = field(name="is")
    value: Any = None


class ResultRules(Struct, frozen=True, kw_only=True):
    """Exactly one of the two: every rule holds, or any does."""

    all: tuple[Rule, ...] = ()
    any: tuple[Rule, ...] = ()


class Connection(Struct, frozen=True, kw_only=True):
    """A way from one node to another: by user says, an entity's value or presence, or the integration's result."""

    to: NodeName
    user_says: Sentences = {}
    did_you_mean: Labels = {}
    entity: EntityName | None = None
    values: tuple[str, ...] = ()
    present: bool = False
    result: ResultRules | None = None


class Node(Struct, frozen=True, kw_only=True):
    """One intent, its replies, what it collects and what it calls. priority: breaks ties only, higher wins."""

    name: str
    system_name: NodeName
    story: str | None = None
    sub_story: str | None = None
    start: bool = False
    end: bool = False
    active: bool = True
    priority: int = 0
    did_you_mean: Labels = {}
    user_says: Sentences = {}
    never_says: Sentences = {}
    entities: tuple[NodeEntity, ...] = ()
    bot_says: BotSays = BotSays()
    integration: Integration | None = None
    connections: tuple[Connection, ...] = ()


class Faq(Struct, frozen=True, kw_only=True):
    """A question with a static answer; it does not move the context unless it is an end."""

    system_name: NodeName
    user_says: Sentences
    bot_says: Says
    end: bool = False
    active: bool = True


class Entity(Struct, frozen=True, kw_only=True):
    """What kind of value, and how it is recognised. personal: masked in logs, analytics and the test console."""

    name: EntityName
    type: EntityType
    personal: bool = False
    dictionary: dict[str, tuple[str, ...]] = {}
    patterns: Sentences = {}
    regex: str | None = None
    digits: Digits = Digits()
    unit: str | None = None
    locale: str | None = None
    past: bool = False
    fuzzy: bool = True
    reprompt: Says = {}
    payload_keys: tuple[str, ...] = ()
    context_keys: tuple[str, ...] = ()
    form_keys: tuple[str, ...] = ()
    previous_context_tags: tuple[str, ...] = ()


class Environment(Struct, frozen=True, kw_only=True):
    """Where relative webhook paths of one environment go."""

    base_url: str | None = None


class Environments(Struct, frozen=True, kw_only=True):
    """The two environments. Production chats only ever call the production one."""

    test: Environment = Environment()
    production: Environment = Environment()


class Detection(Struct, frozen=True, kw_only=True):
    """How sure the bot must be. threshold: by hand, on the raw score, instead of the learnt one."""

    strictness: float = 0.10
    margin: float = 0.10
    threshold: float | None = None


class Timing(Struct, frozen=True, kw_only=True):
    """How long the context lives, and after how much silence a conversation is complete."""

    context: Seconds = 2 * 60 * 60
    completion: Seconds = 8 * 60


class SmallTalk(Struct, frozen=True, kw_only=True):
    """Courtesies that need no node. replies: by courtesy, instead of ours. off: courtesies that are not answered."""

    enabled: bool = False
    personality: Literal["generic", "formal", "casual", "funny"] = "generic"
    replies: dict[str, tuple[str, ...]] = {}
    off: tuple[str, ...] = ()


class CodeSettings(Struct, frozen=True, kw_only=True):
    """How custom code runs."""

    packages: str = "compat-2019"
    max_calls: int = 1000


class Variables(Struct, frozen=True, kw_only=True):
    """What custom code gets as env_variables, by environment."""

    test: dict[str, str] = {}
    production: dict[str, str] = {}


class Bot(Struct, frozen=True, kw_only=True):
    """The whole bot.

    timezone: where its users are, as Asia/Kolkata. copy: texts that people without code may change, by key and
    language.
    """

    botyard: int
    name: str
    system_name: str
    languages: tuple[Language, ...]
    environments: Environments = Environments()
    test_uses: Literal["test", "production"] = "test"
    detection: Detection = Detection()
    timing: Timing = Timing()
    timezone: str = "UTC"
    small_talk: SmallTalk = SmallTalk()
    smart_assist: bool = False
    bot_break: Says = {}
    code: CodeSettings = CodeSettings()
    env_variables: Variables = Variables()
    nodes: tuple[Node, ...] = ()
    faqs: tuple[Faq, ...] = ()
    entities: tuple[Entity, ...] = ()
    copy: dict[str, Labels] = {}
