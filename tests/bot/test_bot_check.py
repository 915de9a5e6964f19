"""What is wrong with a bot is said in a builder's words, with file and line."""

from typing import Any, cast, get_args

import pytest

from botyard.bot.check import check, is_usable
from botyard.bot.checks.entities import OPTIONS
from botyard.bot.exchange import read
from botyard.bot.problems import Problem
from botyard.engine.respond import PLATFORMS
from botyard.hsl.elements import Text
from botyard.integrations.functions import known_functions
from botyard.nlu.entities.registry import prepare
from botyard.nlu.understanding import EntitySpec, EntityType

BOT = """\
botyard: 1
name: Store
system_name: store
languages: [en, hi]
environments:
  test: {base_url: "http://127.0.0.1:9009"}
  production: {base_url: "https://hooks.example.com"}
bot_break: {en: [Sorry.], hi: [माफ़ कीजिए।]}
"""
PRICE = """\
name: Price
system_name: PRICE
start: true
user_says:
  en: [what is the price, how much is it, tell me the price]
  hi: [दाम क्या है, कितने का है, दाम बताइए]
entities:
  - entity: thing
    mandatory: true
    ask: {en: [Which one?], hi: [कौन सा?]}
bot_says: {}
integration:
  webhook:
    path: /price
    secret: ${secret:PRICE}
connections:
  - to: BUY
    user_says: {en: [buy it], hi: [खरीदना है]}
"""
BUY = """\
name: Buy
system_name: BUY
bot_says:
  initial: {en: [Bought.], hi: [खरीद लिया।]}
"""
THING = """\
name: thing
type: text
dictionary:
  speaker: [radio]
  lamp: []
reprompt: {en: [Speaker or lamp?], hi: [स्पीकर या लैंप?]}
"""
FAQS = """\
- system_name: DELIVERY
  user_says: {en: [how long does delivery take], hi: [डिलीवरी कब होगी]}
  bot_says: {en: [Two days.], hi: [दो दिन।]}
"""
COPY = """\
hours: {en: 10 to 8, hi: 10 से 8}
"""
DIALOGUE = """\
name: a price
webhooks:
  PRICE: {status: true, response: [Ten.]}
turns:
  - user: how much is it
    node: PRICE
  - user: the lamp
    entities: {thing: lamp}
    bot: [Ten.]
"""
BUSINESS = """\
name: Store
default_team: Support
teams: [Support, Sales]
"""
FILES = {
    "bot.yaml": BOT,
    "nodes/price.yaml": PRICE,
    "nodes/buy.yaml": BUY,
    "entities/thing.yaml": THING,
    "faqs.yaml": FAQS,
    "copy.yaml": COPY,
    "dialogues/price.yaml": DIALOGUE,
    "business.yaml": BUSINESS,
}


def problems_of(**changed: str) -> tuple[Problem, ...]:
    """Check the bot above with some files changed; names are paths, as nodes__price."""
    files = FILES | {name.replace("__", "/") + ".yaml": text for name, text in changed.items()}
    found = read({path: text.encode() for path, text in files.items()})
    return check(found, {"PRICE"}, known_functions(), lambda: ("Asia/Kolkata",))


def test_nothing_is_said_about_a_good_bot() -> None:
    """Check is silent when there is nothing to mend."""
    assert problems_of() == ()


SAYS = "user_says: {en: [buy it], hi: [खरीदना है]}"
ASK = "    ask: {en: [Which one?], hi: [कौन सा?]}\n"
HANDS_OVER = "integration:\n  function:\n    name: chat_force_pending\n    arguments:\n      %s\nbot_says:"
HSL = "[[a,\n      {type: %s}]]"
FLUSHES = HANDS_OVER.replace("chat_force_pending", "entity_flusher")

CASES = [
    # what a file says, a part of it, what is written instead, the line, what is said about it
    (BOT, "name: Store", "nome: Store", 1, "`name` is missing"),
    (BOT, "name: Store", "nome: Store", 2, "no key is called `nome`; did you mean `name`?"),
    (BOT, "name: Store\n", "name: 7\n", 2, "`name` must be a text, not a number; put it in quotes"),
    (BOT, "botyard: 1", "botyard: 2", 1, "format 2 is not one that this Botyard reads"),
    (BOT, "system_name: store", "system_name: My Store", 3, "small letters"),
    (BOT, "[en, hi]", "en", 4, "`languages` must be a list, not a text; put it in [ ]"),
    (BOT, "[en, hi]", "[en, hindi]", 4, "`hindi` is no ISO 639-1 language code"),
    (BOT, "http://127.0.0.1:9009", "127.0.0.1", 6, "the base URL of test is no address"),
    (BOT, "https://hooks", "https://me:pw@hooks", 7, "must not hold a user name or password"),
    (BOT, '  production: {base_url: "https://hooks.example.com"}\n', "", 14, "production has no base URL"),
    (BOT, ", hi: [माफ़ कीजिए।]", "", 8, "the bot has no reply in hi"),
    (BOT, "bot_break:", "timing: {context: 90}\nbot_break:", 8, "a time such as 30s, 8m or 2h, not a number"),
    (BOT, "bot_break:", "timezone: Asia/Kalkata\nbot_break:", 8, "is no time zone; write one as Asia/Kolkata"),
    (BOT, "bot_break:", "timezone: Kalkata\nbot_break:", 8, "did you mean `Asia/Kolkata`?"),
    (BOT, "bot_break:", "timing: {context: 72h}\nbot_break:", 8, "between 1m and 48h"),
    (BOT, "bot_break:", "small_talk: {off: [Share_Jok]}\nbot_break:", 8, "courtesy `Share_Jok`; did you mean"),
    (BOT, "bot_break:", "small_talk: {replies: {Hi: [a]}}\nbot_break:", 8, "there is no courtesy `Hi`"),
    (BOT, "bot_break:", "small_talk: {replies: {Okay: []}}\nbot_break:", 8, "write a reply for `Okay`"),
    (BOT, "bot_break:", "test_uses: staging\nbot_break:", 8, "one of production, test, not `staging`"),
    (PRICE, "start: true", "start: yes", 3, "`start` must be true or false, not a text"),
    (PRICE, "start: true", "strat: true", 3, "did you mean `start`?"),
    (PRICE, "how much is it", "how long does DELIVERY take?", 2, "DELIVERY and PRICE are both taught"),
    (PRICE, "thing\n", "thign\n", 8, "`thign` is not defined; add entities/thign.yaml; did you mean `thing`?"),
    (PRICE, ASK, "", 8, "mandatory, but there is no `ask`"),
    (PRICE, ", hi: [कौन सा?]", "", 10, "PRICE has no reply in hi: `ask` lacks it"),
    (PRICE, "bot_says: {}", "bot_says: {follow_up: {after: 5s, says: {}}}", 11, "between 20s and 20m"),
    (PRICE, "path: /price", "path: price", 14, "begins with one /"),
    (PRICE, "path: /price", "url: nowhere", 14, "the webhook's url is no address"),
    (PRICE, "path: /price", "path: '/x?key=${secret:PRICE}'", 14, "webhook's path must not hold ${secret:…}"),
    (PRICE, "path: /price", "url: 'https://x/y?key=${secret:PRICE}'", 14, "webhook's url must not hold ${secret:…}"),
    (PRICE, "path: /price", "url: 'https://${secret:PRICE}.example/y'", 14, "write `secret: ${secret:NAME}` in"),
    (BOT, "http://127.0.0.1:9009", "http://127.0.0.1/${secret:PRICE}", 6, "base URL of test must not hold ${secret:…}"),
    (PRICE, "path: /price", "timeout: 30s", 13, "either a `path` below the base URL or a whole `url`"),
    (PRICE, "path: /price", "path: /price\n    timeout: 31s", 15, "between 1s and 30s"),
    (PRICE, "secret:PRICE", "secret:PRIZE", 15, "secret PRIZE is not set; set BOTYARD_SECRET_PRIZE"),
    (PRICE, "${secret:PRICE}", "hunter2", 15, "a secret is never written into a bot"),
    (PRICE, "webhook:", "function: {name: chat_force_pendin}\n  webhook:", 13, "mean `chat_force_pending`?"),
    (PRICE, "  webhook:", "  function: {name: chat_force_pending}\n  webhook:", 12, "exactly one of"),
    (BUY, "bot_says:", HANDS_OVER % "team: Suport", 7, "there is no team `Suport`; did you mean `Support`?"),
    (BUY, "bot_says:", HANDS_OVER % "team: 7", 7, "chat_force_pending: `team` must be a text, not a number"),
    (BUY, "bot_says:", HANDS_OVER % "tem: Support", 7, "no key is called `tem`; did you mean `team`?"),
    (BUY, "bot_says:", FLUSHES % "keep: [email, thign]", 7, "`thign` is not defined; did you mean `thing`?"),
    (BUY, "bot_says:", FLUSHES % "keep: thing", 7, "`keep` must be a list, not a text; put it in [ ]"),
    (PRICE, "  webhook:", "  code: {file: code/price.py}\n  webhook:", 13, "there is no file `code/price.py`"),
    (PRICE, "to: BUY", "to: BYU", 17, "leads to `BYU`, and there is no such node; did you mean `BUY`?"),
    (PRICE, SAYS, "values: [lamp]", 17, "`values` and `present` go with `entity`"),
    (PRICE, SAYS, "did_you_mean: {}", 17, "nothing makes this connection"),
    (PRICE, SAYS, "entity: thing\n    values: [lump]\n    " + SAYS, 19, "`lump` is no value of `thing`"),
    (PRICE, SAYS, "entity: thing\n    " + SAYS, 18, "either `values: […]` or `present: true`"),
    (PRICE, SAYS, "entity: email\n    present: true\n    " + SAYS, 18, "not among the entities that PRICE collects"),
    (PRICE, SAYS, "result: {all: [{path: stock, is: less_then, value: 1}]}\n    " + SAYS, 18, "mean `less_than`?"),
    (PRICE, SAYS, "result: {all: [{path: stock, is: less_than}]}\n    " + SAYS, 18, "needs a `value`"),
    (PRICE, "start: true", "start: true\ndid_you_mean: {en: " + "long" * 11 + "}", 4, "has room for 40 characters"),
    (PRICE, "[buy it]", "['buy {thign}']", 18, "`{thign}` stands for an entity, and none is called so"),
    (PRICE, "how much is it", "' '", 5, "this sentence is empty"),
    (PRICE, "start: true", "start: true\nnever_says: {en: [What is the price?]}", 4, "never for it"),
    (BUY, "system_name: BUY", "system_name: Buy", 2, "must be capital letters"),
    (BUY, "system_name: BUY", "system_name: PURCHASE", 2, "must be called nodes/purchase.yaml"),
    (BUY, "[Bought.]", "[Bought %entitytag_thingy]", 4, "names an entity that nobody defines; did you mean `thing`?"),
    (BUY, "[Bought.]", "['%copy_hour']", 4, "a text that copy.yaml does not have; did you mean `hours`?"),
    (BUY, "[Bought.]", "['']", 4, "a message is empty"),
    (BUY, "[Bought.]", "[[{type: BUTTON, text: a, data: {items: [3]}}]]", 4, "not an HSL element: $.data.items[0]"),
    (BUY, "[Bought.]", "Bought.", 4, "`bot_says.initial.en` must be a list, not a text"),
    (BUY, "[Bought.]", "[{messages: [a], platforms: [web, whatsap]}, b]", 4, "`whatsap`; did you mean `whatsapp`?"),
    (BUY, "[Bought.]", "[{messages: [a], platforms: [Web]}, b]", 4, "there is no platform `Web`; did you mean `web`?"),
    (BUY, "[Bought.]", HSL % "TEXT, text: a, dat: {}", 5, "no key is called `dat`; did you mean `data`?"),
    (BUY, "[Bought.]", HSL % "TEXT, text: a, data: {quick_replys: []}", 5, "mean `quick_replies`?"),
    (BUY, "[Bought.]", HSL % "TEXT, text: a, quick_replies: []", 5, "`quick_replies`; write it under `data`"),
    (BUY, "[Bought.]", HSL % "BUTTON, text: a, data: {items: [{actionable_text: a, palyoad: {}}]}", 5, "`payload`?"),
    (BUY, "[Bought.]", HSL % "CAROUSEL, data: {width: THIN, items: [{titel: a}]}", 5, "`titel`; did you mean `title`?"),
    (BUY, "[Bought.]", HSL % "CAROUSEL, data: {width: THIN, items: [{thumbnail: {img: a}}]}", 5, "`image`?"),
    (BUY, "[Bought.]", HSL % "FORM, titel: a, data: {fields: [{key: a}]}", 5, "did you mean `title`?"),
    (BUY, "[Bought.]", HSL % "FORM, data: {fields: [{key: a, hnit: b}]}", 5, "`hnit`; did you mean `hint`?"),
    (BUY, "en: [Bought.], ", "fr: [Acheté.], ", 4, "`fr` is not a language of this bot"),
    (BUY, ", hi: [खरीद लिया।]", "", 4, "BUY has no reply in hi"),
    (BUY, "bot_says:\n  initial: {en: [Bought.], hi: [खरीद लिया।]}\n", "", 1, "BUY has nothing to say"),
    (THING, "type: text", "type: txt", 2, "did you mean `text`?"),
    (THING, "lamp: []", "lamp: [Radio]", 5, "`Radio` stands for `speaker` and for `lamp`"),
    (THING, "type: text", "type: regex", 1, "it has no regex"),
    (THING, "type: text", "type: regex\nregex: '('", 3, "this regex cannot be used"),
    (THING, "type: text", "type: number\ndigits: {min: 3, max: 2}", 3, "(3) is more than digits.max (2)"),
    (THING, "dictionary:\n  speaker: [radio]\n  lamp: []\n", "", 1, "it has no dictionary"),
    (THING, "type: text", "type: phone_number\nlocale: xx-YY", 3, "`xx-YY` names no country; write one as in en-IN"),
    (THING, "type: text", "type: phone_number\nlocale: en", 3, "`en` names no country"),
    (THING, "type: text", "type: date\nlocale: en-UK", 3, "`en-UK` names no country"),
    (THING, "type: text", "type: date\nlocale: US", 3, "`US` alone is not read as American dates; write en-US"),
    (THING, "name: thing", "name: thingy", 1, "must be called entities/thingy.yaml"),
    (THING, "type: text", "type: text\npatterns: {en: ['the [lamp please']}", 3, "must look like [what is said]"),
    (FAQS, "system_name: DELIVERY", "system_name: BUY", 1, "`BUY` is a node too"),
    (FAQS, "how long does delivery take", "tell me the PRICE!", 2, "DELIVERY and PRICE are both taught"),
    (FAQS, ", hi: [दो दिन।]", "", 3, "DELIVERY has no reply in hi"),
    (COPY, ", hi: 10 से 8", "", 1, "text `hours` is missing in hi"),
    (BUSINESS, "default_team: Support", "default_team: Suport", 2, "not one of the teams; did you mean `Support`?"),
    (BUSINESS, "default_team: Support", "human_assistance: true", 2, "no default_team"),
    (DIALOGUE, "node: PRICE", "node: PRICES", 6, "there is no node `PRICES`; did you mean `PRICE`?"),
    (DIALOGUE, "  PRICE:", "  BUY:", 3, "BUY has no integration that could answer"),
    (DIALOGUE, "thing: lamp", "thnig: lamp", 8, "entity `thnig` is not defined; did you mean `thing`?"),
    (DIALOGUE, "user: how", "usr: how", 5, "did you mean `user`?"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "line", "words"), CASES)
def test_each_mistake_is_said_where_it_is(file: str, old: str, new: str, line: int, words: str) -> None:
    """One mistake, in an otherwise good bot, is named with file and line, and refuses the bot."""
    [path] = [path for path, text in FILES.items() if text == file]
    assert old in file
    found = problems_of(**{path.removesuffix(".yaml").replace("/", "__"): file.replace(old, new, 1)})
    assert not is_usable(found)
    said = [str(problem) for problem in found if words in problem.sentence]
    assert said, "\n".join(map(str, found))
    assert any(f":{line}: " in one for one in said), said


HANDS_ON = "integration:\n  webhook: {path: /x}\n  on_failure: agent\nbot_says:"
SALES_OFF = BUSINESS.replace("Sales", "{name: Sales, active: false}")
TO_NOBODY = [
    # what a node does, what business.yaml says, in which line that is told, whether it refuses the bot, and how
    (HANDS_OVER % "{}", "name: Store\n", 6, False, "there is none; write `default_team` in business.yaml"),
    (HANDS_OVER % "team: ''", "name: Store\nteams: [Sales]\n", 7, False, "to the default team, and there is none"),
    (HANDS_OVER % "team: Support", "name: Store\n", 7, False, "no team `Support`; write it under `teams` in business"),
    (HANDS_OVER % "team: Support", "name: Store\nteams: [Sales]\n", 7, True, "no team `Support`; write it"),
    (HANDS_OVER % "team: Sales", SALES_OFF, 7, True, "`Sales`, which is switched off"),
    (HANDS_ON, "name: Store\n", 5, False, "to the default team, and there is none"),
]  # fmt: skip


@pytest.mark.parametrize(("does", "business", "line", "is_refused", "words"), TO_NOBODY)
def test_no_chat_is_handed_to_nobody(does: str, business: str, line: int, is_refused: bool, words: str) -> None:  # noqa: FBT001 - a column of the table
    """Users would wait for ever, and the bot says nothing meanwhile."""
    found = problems_of(nodes__buy=BUY.replace("bot_says:", does), business=business)
    [said] = [problem for problem in found if problem.file == "nodes/buy.yaml"]
    assert words in said.sentence
    assert said.is_error is is_refused
    assert said.line == line


@pytest.mark.parametrize(
    ("does", "business"),
    [
        (HANDS_OVER % "team: Sales", BUSINESS),
        (HANDS_OVER % "team: Support", "name: Store\ndefault_team: Support\n"),
        (HANDS_OVER % "{}", "name: Store\ndefault_team: Support\n"),
        (FLUSHES % "keep: [thing, email]", "name: Store\n"),
        (HANDS_OVER % "team: Nobody", "a: [\n"),
        (HANDS_OVER % "team: Nobody", "name: Store\nteams: 7\n"),
        (HANDS_OVER % "team: Nobody", None),
        (HANDS_OVER % "{}", None),
    ],
)
def test_a_team_that_is_there_or_that_nobody_can_know_of_is_no_problem(does: str, business: str | None) -> None:
    """Without a business.yaml that can be read, deploy says which teams there are; check does not guess."""
    files = FILES | {"nodes/buy.yaml": BUY.replace("bot_says:", does), "business.yaml": business or ""}
    found = read({path: text.encode() for path, text in files.items() if text})
    said = check(found, {"PRICE"}, known_functions())
    assert [problem for problem in said if problem.file == "nodes/buy.yaml"] == []


WARNED = [
    (THING, "type: text", "type: text\nlocale: en-US", 3, "`locale` means nothing for an entity of type text"),
    (BOT, "bot_break:", "code: {max_calls: 5}\nbot_break:", 8, "`code` is for custom code, and no node has any"),
    (BOT, "bot_break:", "env_variables: {test: {A: b}}\nbot_break:", 8, "`env_variables` is for custom code"),
    (BUY, "[Bought.]", "['%city']", 4, "`%city` is read and kept, but this release does not use it yet"),
    (BUY, "[Bought.]", "['%entitytag_thing@long']", 4, "the format in `%entitytag_thing@long` is read and kept"),
    (BUY, "[Bought.]", "['{feedback}']", 4, "`{feedback}` does nothing here: it is said as it is written"),
    (BUY, "[Bought.]", "[[Bought., ' {taskbox}']]", 4, "`{taskbox}` does nothing here"),
    (BUY, "[Bought.]", HSL % "TEXT, text: a, isNew: true", 5, "`isNew` means nothing here and is left out"),
    (BUY, "[Bought.]", HSL % "TEXT, text: a, voice_text: b", 5, "`voice_text` means nothing here and is left out"),
    (THING, "type: text", "type: text\npatterns: {en: ['the [lamp](lamp) please']}", 3, "are few to learn from"),
    (BUSINESS, "name: Store", "name: Store\nfallback_bot: other", 2, "`fallback_bot` is read and kept"),
]


@pytest.mark.parametrize(("file", "old", "new", "line", "words"), WARNED)
def test_what_has_no_effect_is_warned_about(file: str, old: str, new: str, line: int, words: str) -> None:
    """Once, where it stands, and the bot may still be used."""
    [path] = [path for path, text in FILES.items() if text == file]
    assert old in file
    found = problems_of(**{path.removesuffix(".yaml").replace("/", "__"): file.replace(old, new, 1)})
    [said] = found
    assert is_usable(found)
    assert words in said.sentence
    assert f":{line}: " in str(said)


@pytest.mark.parametrize(
    "text",
    [
        "%cityscape",
        "%entitytag_thing@full_name",
        "%entitytag_thing@short",
        "%entitytag_thing@mm/dd/yyyy",
        "{feedback} please",
        "me@short.example",
    ],
)
def test_what_only_looks_like_it_is_left_alone(text: str) -> None:
    """No warning for words that are said as they were meant."""
    assert problems_of(nodes__buy=BUY.replace("[Bought.]", f"['{text}']")) == ()


def test_a_secret_written_into_a_bot_is_not_repeated() -> None:
    """The sentence about a secret in plain text does not show it to everybody who reads the log."""
    found = problems_of(nodes__price=PRICE.replace("${secret:PRICE}", "hunter2"))
    assert found
    assert "hunter2" not in "".join(map(str, found))


def test_a_node_that_no_conversation_comes_to_is_named() -> None:
    """A node nobody leads to, a ring of nodes that lead to each other, and a start node without sentences."""
    ring = BUY.replace("BUY", "%s") + "connections:\n  - {to: %s, user_says: {en: [go], hi: [चलो]}}\n"
    lonely = BUY.replace("BUY", "LONELY").replace("bot_says", "start: true\nbot_says")
    found = problems_of(nodes__a=ring % ("A", "B"), nodes__b=ring % ("B", "A"), nodes__lonely=lonely)
    assert [(p.file, p.line) for p in found] == [("nodes/a.yaml", 1), ("nodes/b.yaml", 1), ("nodes/lonely.yaml", 3)]
    assert all("cannot be reached" in p.sentence for p in found)


def test_two_connections_that_want_the_same_value_cannot_both_exist() -> None:
    """Only one of them could ever fire, so the builder is told which two."""
    pair = "  - {to: BUY, entity: thing, values: [lamp]}\n  - {to: PRICE, entity: thing, values: [speaker, lamp]}\n"
    found = problems_of(nodes__price=PRICE + pair)
    words = "the connections to BUY (line 19) and to PRICE cannot both exist: both fire when `thing` is `lamp`"
    assert [str(problem) for problem in found] == [f"nodes/price.yaml:20: {words}"]


def test_an_end_node_cannot_lead_on_by_an_entity() -> None:
    """Completing the chat forgets the entity before the connection could fire."""
    node = PRICE.replace("start: true", "start: true\nend: true") + "  - {to: BUY, entity: thing, present: true}\n"
    [found] = problems_of(nodes__price=node)
    assert "end node" in found.sentence
    assert found.line == 20


def test_everything_wrong_is_found_at_once() -> None:
    """A broken file, a broken value and a broken reference are all in one answer."""
    found = problems_of(
        nodes__price=PRICE.replace("to: BUY", "to: NOWHERE").replace("start: true", "start: true\npriority: high"),
        nodes__buy="name: [",
        entities__thing=THING.replace("type: text", "type: txt"),
        faqs=FAQS.replace("bot_says", "bot_say"),
    )
    assert {p.file for p in found if p.is_error} == {
        "nodes/price.yaml", "nodes/buy.yaml", "entities/thing.yaml", "faqs.yaml",
    }  # fmt: skip
    words = " ".join(p.sentence for p in found)
    assert all(part in words for part in ("NOWHERE", "priority", "not YAML", "`txt`", "bot_say"))


def test_an_unreadable_file_causes_no_other_problem() -> None:
    """What a broken file defines is unknown, not missing: nobody is sent looking for mistakes that are none."""
    for name in ("nodes__buy", "entities__thing", "copy", "bot", "business", "dialogues__price", "faqs"):
        found = problems_of(**{name: "a: [\n"})
        assert [p.file for p in found] == [name.replace("__", "/") + ".yaml"], found


def test_a_connection_that_cannot_be_read_causes_no_other_problem() -> None:
    """Where it leads is unknown; the node that it may lead to is not called unreachable."""
    found = problems_of(nodes__price=PRICE.replace("  - to: BUY\n    user_says", "  - user_says"))
    assert [str(problem) for problem in found] == ["nodes/price.yaml:17: in `connections[0]` `to` is missing"]


def test_a_broken_folder_is_refused_whole() -> None:
    """There is no bot, not even a part of one, while anything cannot be read."""
    files = {path: text.encode() for path, text in FILES.items()} | {"copy.yaml": b"a: 1\n"}
    found = read(files)
    assert found.bot is None
    assert found.business is None


def test_warnings_do_not_refuse_a_bot() -> None:
    """Few sentences are worth a word, and no more."""
    found = problems_of(
        nodes__price=PRICE.replace(", how much is it, tell me the price", "").replace("how much", "what")
    )
    assert is_usable(found)
    assert [(p.severity, p.line) for p in found] == [("warning", 5)]
    assert str(found[0]).startswith("nodes/price.yaml:5: warning: PRICE is taught too little in en: 1 of")


def test_a_language_that_a_node_is_not_taught_is_worth_a_word() -> None:
    """A user who speaks Hindi does not come to an English question; the bot's first language answers if they do."""
    found = problems_of(faqs=FAQS.replace(", hi: [डिलीवरी कब होगी]", "").replace(", hi: [दो दिन।]", ""))
    assert [(p.severity, p.line) for p in found] == [("warning", 3)]
    assert "DELIVERY has no reply in hi" in found[0].sentence


def test_a_language_without_a_single_reply_is_refused() -> None:
    """A bot speaks the languages it says it speaks."""
    found = problems_of(bot=BOT.replace("[en, hi]", "[en, hi, mr]"))
    assert not is_usable(found)
    assert Problem("bot.yaml", 4, "the bot has not one reply in mr") in found


def test_files_that_would_be_left_out_are_named() -> None:
    """A node whose file has the wrong ending is no node, and its builder must hear of it."""
    files = {path: text.encode() for path, text in FILES.items()}
    found = read(files | {"nodes/x.yml": b"", "node/y.yaml": b"", "README.md": b"", ".gitignore": b""})
    assert [(p.file, p.severity) for p in found.problems] == [
        ("README.md", "warning"), ("node/y.yaml", "error"), ("nodes/x.yml", "error"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "words", "is_error"),
    [
        ("botyard.toml", "settings and secrets are no part of a bot; put this file beside the folder", True),
        ("bots.yaml", "this file is not part of a bot; did you mean `bot.yaml`?", True),
        ("README.md", "this file is not part of a bot and is left out", False),
    ],
)
def test_a_file_is_either_left_out_or_a_reason_to_refuse(path: str, words: str, *, is_error: bool) -> None:
    """Never both; and no file is taken for another whose place is elsewhere."""
    files = {name: text.encode() for name, text in FILES.items()}
    assert read(files | {path: b""}).problems == (Problem(path, 1, words, "error" if is_error else "warning"),)


def test_dictionary_lines_are_checked() -> None:
    """A spreadsheet's mistakes have lines too."""
    files = {path: text.encode() for path, text in FILES.items()}
    files["entities/thing.yaml"] = b"name: thing\ntype: text\n"
    files["entities/thing.csv"] = b"speaker,radio\nlamp,a,b\n,x\nspeaker\n"
    files["entities/other.csv"] = b"a\n"
    found = [(p.file, p.line) for p in read(files).problems]
    assert found == [
        ("entities/other.csv", 1),
        ("entities/thing.csv", 2),
        ("entities/thing.csv", 3),
        ("entities/thing.csv", 4),
    ]


def problems_of_dictionary(lines: str) -> list[str]:
    """Check the bot above with its dictionary in a file beside it."""
    files = {path: text.encode() for path, text in FILES.items()}
    files["entities/thing.yaml"] = THING[: THING.index("dictionary")].encode()
    files["entities/thing.csv"] = lines.encode()
    found = check(read(files), {"PRICE"}, known_functions())
    return [str(problem) for problem in found if problem.is_error and problem.file == "entities/thing.csv"]


@pytest.mark.parametrize(
    ("lines", "line", "words"),
    [
        ('lamp\napple,"fruit\nspeaker,radio\npower,bank\n', 2, "a quote that begins in this line is not closed"),
        ('lamp\napple,"fruit\nspeaker,"radio\n', 2, "a quote that begins in this line is not closed"),
        ('lamp\napple,"fruit\nspeaker,radio"\n', 2, "a quote that begins in this line is not closed"),
        ('lamp\napple, "fruit|red"\n', 2, "a space stands before a quote"),
        ("lamp\nspeaker;radio\n", 2, "write `speaker,radio`; or, if the value has it, put a comma at the end"),
        ("lamp\nspeaker;radio;box|case\n", 2, "write `speaker,radio|box|case`"),
        ("lamp\nspeaker\tradio\n", 2, "write `speaker,radio`"),
        ("lamp\nspeaker|radio,box\n", 2, "write `speaker,radio|box`"),
        ("lamp\nspeaker|radio\n", 2, "write `speaker,radio`"),
        ("lamp\nspeaker|radio,box,case\n", 2, "write `speaker,radio|box|case`"),
    ],
)
def test_a_dictionary_that_would_lose_values_is_refused(lines: str, line: int, words: str) -> None:
    """What another program wrote can be read as CSV, and would stand for other values than its author sees."""
    found = problems_of_dictionary(lines)
    assert found
    assert any(one.startswith(f"entities/thing.csv:{line}: ") and words in one for one in found), found


@pytest.mark.parametrize(
    "lines",
    [
        'lamp,"a, b|c"\r\n"speaker, small",radio|box\r\n',
        'tv,24" screen\n',
        '"""big"" one",large\n',
        "a;b,\n",
        "a;b,c\n",
    ],
)
def test_a_dictionary_that_says_what_it_seems_to_is_fine(lines: str) -> None:
    """Commas and quotes are quoted; a ; may belong to a value."""
    assert problems_of_dictionary(lines) == []


def test_a_version_with_such_a_dictionary_was_kept_and_goes_on() -> None:
    """Its bot was live when this was no error: it is read as it always was, and refused only when it comes anew."""
    files = {path: text.encode() for path, text in FILES.items()}
    files["entities/thing.yaml"] = b"name: thing\ntype: text\n"
    files["entities/thing.csv"] = b'speaker;radio\nlamp,"a\nlight'
    bot = read(files).bot
    assert bot is not None
    assert bot.entities[0].dictionary == {"speaker;radio": (), "lamp": ("a\nlight",)}


@pytest.mark.parametrize("type_", OPTIONS["locale"])
@pytest.mark.parametrize("locale", ["en-IN", "en_GB", "hi-IN", "en-us", "zh-Hans-CN"])
def test_a_locale_that_names_a_country_is_fine(type_: str, locale: str) -> None:
    """However it is spelt."""
    changed = THING.replace("type: text", f"type: {type_}\nlocale: {locale}")
    assert is_usable(problems_of(entities__thing=changed[: changed.index("dictionary")]))


@pytest.mark.parametrize("name", PLATFORMS.values())
def test_a_variant_may_be_for_any_platform_there_will_be(name: str) -> None:
    """Bots can be written for the channels to come."""
    assert problems_of(nodes__buy=BUY.replace("[Bought.]", f"[{{messages: [a], platforms: [{name}]}}, b]")) == ()


def test_a_version_with_keys_that_hsl_does_not_have_was_kept_and_goes_on() -> None:
    """It was live when they were passed over, and is read as it always was."""
    old = BUY.replace("[Bought.]", HSL % "TEXT, text: a, data: {quick_replys: []}")
    found = read({path: text.encode() for path, text in (FILES | {"nodes/buy.yaml": old}).items()})
    assert found.bot is not None
    [variant] = found.bot.nodes[0].bot_says.initial["en"]
    assert variant.messages == ("a", Text("a"))


class Noting:
    """An entity that notes which of its options somebody looks at."""

    def __init__(self, type_: EntityType) -> None:
        self.looked_at: set[str] = set()
        self._spec = EntitySpec(name="x", type=type_, regex="x")

    def __getattr__(self, option: str) -> Any:
        """Give an option, and note it."""
        self.looked_at.add(option)
        return getattr(self._spec, option)


@pytest.mark.parametrize("type_", get_args(EntityType))
def test_an_option_means_something_just_where_the_detector_looks_at_it(type_: EntityType) -> None:
    """So nobody is warned of what works, and everybody of what does not."""
    noting = Noting(type_)
    prepare(cast("EntitySpec", noting))("between 5 and 7 rupees", "en")
    assert noting.looked_at & OPTIONS.keys() == {option for option, types in OPTIONS.items() if type_ in types}


@pytest.mark.parametrize(("said", "is_twice"), [("TELL me the price!", True), ("दाम क्या है", False)])
def test_a_sentence_taught_twice_is_warned_about_in_one_language_only(said: str, *, is_twice: bool) -> None:
    """Two languages have models of their own, and may share a "no"."""
    taught = PRICE.replace("tell me the price]", f"tell me the price, '{said}']", 1)
    assert any("is taught twice" in problem.sentence for problem in problems_of(nodes__price=taught)) is is_twice
