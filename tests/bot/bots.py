"""Bots of any shape that a builder could make, for the laws that hold for all of them."""

from typing import Any, get_args

from hypothesis import strategies as st
from msgspec import Struct

from botyard.bot.business import Business, Team
from botyard.bot.model import (
    Bot,
    BotSays,
    Code,
    CodeSettings,
    Connection,
    Detection,
    Entity,
    Environment,
    Environments,
    Faq,
    FollowUp,
    Function,
    Integration,
    Node,
    NodeEntity,
    Operator,
    ResultRules,
    Rule,
    SmallTalk,
    Timing,
    Variables,
    Variant,
    Webhook,
)
from botyard.hsl.actionable import Actionable
from botyard.hsl.elements import Buttons
from botyard.nlu.understanding import Digits, EntityType

# Texts that careless YAML would read as something else, or not at all.
TRICKY = (
    "no", "yes", "on", "true", "null", "~", "", " ", "0012", "12:30", "1_000", "1.5", "-3", "1e5", ".inf", "0x1F",
    "2026-01-15", "- x", ": ", "a: b", "a:", "#a", "a #b", "? a", "! a", "& a", "* a", "@a", "`a`", "%a",
    "%entitytag_x", "{a}", "[a]", "'a'", '"a"', "|", ">", "---", "...", "<<", "=", "\\n", "trailing ", " leading",
    "two\nlines", "end\n", "end\n\n", "\nbegin", " a\nb", "\n", "\n\n", "a\n b\n\nc", "a \nb", "tab\there", "cr\rhere",
    "crlf\r\n", "\x00", "\x07", "\x85", "\u2028", "\ufeffbom", "\u202eturned", "👩\u200d💻 🙂", "पावर बैंक", "क्\u200dष",
    "x" * 1200, "y" * 1100 + ": ",
)  # fmt: skip

texts = st.one_of(st.sampled_from(TRICKY), st.text(st.characters(exclude_categories=["Cs"]), max_size=12))
languages = st.sampled_from(["en", "hi", "no"])
numbers = st.floats(allow_nan=False, allow_infinity=False)
seconds = st.integers(0, 9_999_999)
system_names = st.text("ABC019_", min_size=1, max_size=6)
entity_names = st.from_regex(r"[a-z][a-z0-9_]{0,5}", fullmatch=True)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)


def many(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    """Up to two of them."""
    return st.lists(inner, max_size=2).map(tuple)


def some(cls: type[Struct], **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Build values of a type; every field that may be left out sometimes is."""
    required = {name: fields[name] for name in cls.__struct_fields__ if name in fields and name in _required(cls)}
    optional = {name: strategy for name, strategy in fields.items() if name not in required}
    given = st.fixed_dictionaries(required, optional=optional)

    @st.composite  # for its short name: hypothesis writes out what it draws from, and bots are large
    def value(draw: st.DrawFn) -> Any:
        return cls(**draw(given))

    return value()


def _required(cls: type[Struct]) -> set[str]:
    config = cls.__struct_fields__
    return set(config[: len(config) - len(cls.__struct_defaults__)]) | {
        name
        for name, default in zip(config[::-1], cls.__struct_defaults__[::-1], strict=False)
        if repr(default) == "NODEFAULT"
    }


buttons = st.builds(
    Buttons,
    text=texts,
    items=st.lists(
        st.builds(Actionable, actionable_text=texts, payload=st.dictionaries(texts, texts, max_size=2)),
        min_size=1,
        max_size=2,
    ).map(tuple),
)
variants = some(Variant, messages=many(texts | buttons), quick_replies=many(texts), platforms=many(texts))
says = st.dictionaries(languages, many(variants), max_size=2)
sentences = st.dictionaries(languages, many(texts), max_size=2)
labels = st.dictionaries(languages, texts, max_size=2)

webhooks = some(
    Webhook, path=texts, url=texts, secret=texts, timeout=seconds, repeatable=st.booleans(), says_before=says
)
integrations = some(
    Integration,
    webhook=webhooks,
    code=some(Code, file=texts, timeout=seconds, memory=st.integers(0, 9999)),
    function=some(Function, name=texts, arguments=st.dictionaries(texts, json_values, max_size=2)),
    on_failure=st.sampled_from(["bot_break", "agent"]),
)
rules = many(some(Rule, path=texts, is_=st.sampled_from(get_args(Operator)), value=json_values))
connections = some(
    Connection,
    to=system_names,
    user_says=sentences,
    did_you_mean=labels,
    entity=entity_names,
    values=many(texts),
    present=st.booleans(),
    result=some(ResultRules, all=rules, any=rules),
)
nodes = some(
    Node,
    name=texts,
    system_name=system_names,
    story=texts,
    sub_story=texts,
    start=st.booleans(),
    end=st.booleans(),
    active=st.booleans(),
    priority=st.integers(-9, 9),
    did_you_mean=labels,
    user_says=sentences,
    never_says=sentences,
    entities=many(
        some(NodeEntity, entity=entity_names, mandatory=st.booleans(), ask=says, filter=many(texts), default=texts)
    ),
    bot_says=some(BotSays, initial=says, final=says, follow_up=st.builds(FollowUp, after=seconds, says=says)),
    integration=integrations,
    connections=many(connections),
)
faqs = some(Faq, system_name=system_names, user_says=sentences, bot_says=says, end=st.booleans(), active=st.booleans())
entities = some(
    Entity,
    name=entity_names,
    type=st.sampled_from(get_args(EntityType)),
    personal=st.booleans(),
    dictionary=st.dictionaries(texts, many(texts), max_size=3),
    patterns=sentences,
    regex=texts,
    digits=st.builds(Digits, st.none() | st.integers(0, 9), st.none() | st.integers(0, 9)),
    unit=texts,
    fuzzy=st.booleans(),
    reprompt=says,
    payload_keys=many(texts),
)
environments = some(Environment, base_url=texts)
variables = st.dictionaries(texts, texts, max_size=2)


def _sorted_by(key: str, inner: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    named = st.lists(inner, max_size=3, unique_by=lambda value: getattr(value, key))
    return named.map(lambda found: tuple(sorted(found, key=lambda value: str(getattr(value, key)))))


bots: st.SearchStrategy[Bot] = some(
    Bot,
    botyard=st.just(1),
    name=texts,
    system_name=texts,
    languages=st.lists(languages, unique=True).map(tuple),
    environments=some(Environments, test=environments, production=environments),
    test_uses=st.sampled_from(["test", "production"]),
    detection=some(Detection, strictness=numbers, margin=numbers, threshold=numbers),
    timezone=st.sampled_from(["UTC", "Asia/Kolkata"]),
    timing=some(Timing, context=seconds, completion=seconds),
    small_talk=some(
        SmallTalk,
        enabled=st.booleans(),
        personality=st.sampled_from(["generic", "funny"]),
        replies=st.dictionaries(texts, st.lists(texts, max_size=2).map(tuple), max_size=2),
        off=st.lists(texts, max_size=2).map(tuple),
    ),
    smart_assist=st.booleans(),
    bot_break=says,
    code=some(CodeSettings, packages=texts, max_calls=st.integers(0, 9)),
    env_variables=some(Variables, test=variables, production=variables),
    nodes=_sorted_by("system_name", nodes),
    faqs=many(faqs),
    entities=_sorted_by("name", entities),
    copy=st.dictionaries(texts, labels, max_size=2),
)
businesses: st.SearchStrategy[Business] = some(
    Business,
    name=texts,
    environment=st.sampled_from(["test", "production"]),
    human_assistance=st.booleans(),
    default_team=texts,
    teams=many(some(Team, name=texts, active=st.booleans())),
    active=st.booleans(),
    fallback_bot=texts,
)
