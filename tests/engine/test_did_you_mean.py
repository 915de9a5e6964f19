"""Did you mean, and smart assist: line by line what platform §3.8 and §3.9 promise."""

from typing import Any

import pytest

from botyard.bot.business import Business
from botyard.bot.model import Bot, BotSays, Connection, Detection, Entity, Faq, Node, NodeEntity
from botyard.engine import assist_texts, texts
from botyard.engine.assist_texts import OUT_OF_SCOPE, SOMETHING_ELSE, TOO_LONG, TOO_SHORT, WHAT_ABOUT_IT
from botyard.engine.disambiguate import close_ones
from botyard.engine.effects import HandOver, Say
from botyard.engine.state import User
from botyard.engine.texts import DID_YOU_MEAN
from botyard.engine.turn import Turn
from botyard.hsl.elements import Buttons, Text
from botyard.nlu.understanding import OPENING, Ranked, Scope
from tests.rehearsal import Rehearsal, asks, bot_of, says, start_node

WHATSAPP = User(user_id="1", user_name="u1", device_platform=14)
BOTH = "a table for lunch and dinner"
LANGUAGES = ("en", "hi", "mr", "gu", "bn", "ta", "te", "kn", "ml", "ar", "id", "es", "fr", "de")
EASY, HARD = Detection(margin=1.0, threshold=0.01), Detection(threshold=0.5)
LABELLED = {"lunch": "Two", "dinner": "Three"}
COLOUR = Entity(name="colour", type="text", dictionary={"red": (), "blue": ()})


def table(meal: str, label: str | None = None, **more: Any) -> Node:
    """A node that is taught one sentence, nearly the other's."""
    said = {"did_you_mean": {"en": label or meal.title()}, "bot_says": BotSays(final=says(f"{meal.title()}!")), **more}
    return start_node(meal.upper(), f"book a table for {meal}", **said)


def cafe(*nodes: Node, **more: Any) -> Bot:
    """Two nodes that are alike, and one that is not."""
    who = start_node("WHO", "who are you", bot_says=BotSays(final=says("Me.")))
    return bot_of(*(nodes or (table("lunch"), table("dinner"))), who, **{"bot_break": says("Sorry?"), **more})


def labels(taken: Turn) -> list[str]:
    """The buttons of a turn's only message."""
    [say] = [effect for effect in taken.effects if isinstance(effect, Say)]
    [shown] = say.messages
    return [item.actionable_text for item in shown.items] if isinstance(shown, Buttons) else []


@pytest.mark.parametrize("answer", ["2", " 2. ", "(2)", "२", "٢", "DINNER", "dinner!", "Dinner"])
def test_an_offer_is_taken_by_label_or_number_in_any_script(answer: str) -> None:
    """And however it is written."""
    chat = Rehearsal(cafe())
    offered = labels(chat.user(BOTH))
    assert sorted(offered) == ["Dinner", "Lunch"]
    chat.user(answer)
    assert chat.said[-1] == (f"{offered[1]}!" if any(c.isdecimal() for c in answer) else "Dinner!")


def test_an_offer_is_taken_by_its_number_in_words() -> None:
    """As people answer a list that was read out to them."""
    chat = Rehearsal(cafe())
    offered = labels(chat.user(BOTH))
    chat.user("the second one, please")
    assert chat.said[-1] == f"{offered[1]}!"


def test_a_label_that_is_a_number_is_a_label() -> None:
    """Whoever says it has chosen by it, and what it says counts."""
    guests = Entity(name="guests", type="number")
    nodes = [table(meal, label, entities=(asks("guests", "How many?"),)) for meal, label in LABELLED.items()]
    chat = Rehearsal(cafe(*nodes, entities=(guests,)))
    assert sorted(labels(chat.user(BOTH))) == ["Three", "Two"]
    chat.user("two")
    assert chat.said[-1] == "Lunch!"


@pytest.mark.parametrize("number", ["2", "two"])
def test_the_number_of_an_offer_is_no_quantity(number: str) -> None:
    """Whoever answers 2 has chosen, and is still asked how many."""
    guests = Entity(name="guests", type="number")
    nodes = [table(meal, entities=(asks("guests", "How many?"),)) for meal in ("lunch", "dinner")]
    chat = Rehearsal(cafe(*nodes, entities=(guests,)))
    chat.user(BOTH)
    chat.user(number)
    assert chat.said[-1] == "How many?"
    chat.user("2")
    assert chat.said[-1] in ("Lunch!", "Dinner!")


@pytest.mark.parametrize("number", ["3", "0", "22", "9" * 5_000])
def test_a_number_that_was_not_offered_chooses_nothing(number: str) -> None:
    """However many figures it has; nor does one that comes a message late."""
    chat = Rehearsal(cafe())
    chat.user(BOTH)
    chat.user(number)
    chat.user("2")
    assert chat.said[-2:] == ["Sorry?", "Sorry?"]


@pytest.mark.parametrize(
    ("scope", "score", "confidence", "close"),
    [
        (OPENING, 0.45, 0.6, 2),
        (OPENING, 0.3, 0.85, 1),
        ("MENU", 0.3, 0.85, 2),
        ("MENU", 0.45, 0.6, 1),
    ],
)
def test_scores_are_compared_within_a_scope_and_confidences_between_scopes(
    scope: Scope, score: float, confidence: float, close: int
) -> None:
    """Each scope has a threshold of its own, so a score says nothing beside one of another scope."""
    best, other = Ranked("A", OPENING, 0.5, 0.9, "a"), Ranked("B", scope, score, confidence, "b")
    assert close_ones([best, other], 0.1) == [best, other][:close]


def test_never_in_reply_to_the_message_after_one() -> None:
    """Then the best node answers, though another is as near; the next message may be asked about again."""
    chat = Rehearsal(cafe())
    assert labels(chat.user(BOTH))
    chat.user(BOTH)
    assert chat.said[-1] in ("Lunch!", "Dinner!")
    assert labels(chat.user(BOTH))


def test_below_the_threshold_the_message_after_one_is_a_bot_break() -> None:
    """Whether or not nodes are near."""
    chat = Rehearsal(cafe(smart_assist=True))
    chat.user(BOTH)
    chat.user("xyzzy")
    assert chat.said[-1] == "Sorry?"


def test_labels_have_room_on_a_button_and_differ() -> None:
    """A node without a label is offered by its name, which may be long; two that read the same are numbered."""
    long = "The very long story of how you get a table for a meal in the middle of the day"
    chat = Rehearsal(
        cafe(table("lunch", long), table("dinner", long), table("supper", long + " again"), detection=EASY)
    )
    offered = labels(chat.user("a table for lunch, dinner and supper"))
    assert len(offered) == 3
    assert all(len(label) <= 40 for label in offered)
    assert len(set(offered)) == 3
    chat.user(offered[2])
    assert chat.said[-1] in ("Lunch!", "Dinner!", "Supper!")


def test_an_faq_is_offered_by_a_sentence_it_is_taught_in_the_users_language() -> None:
    """It has no label; one that is too long for a button is passed over, and without any its name must do."""
    long = "and now tell me whatever there is to be told about the warranty please"
    faqs = (
        Faq(
            system_name="WARRANTY",
            user_says={"en": (long, "is there a warranty"), "hi": ("क्या वारंटी है",)},
            bot_says={**says("A year."), **says("एक साल।", "hi")},
        ),
        Faq(system_name="LATE_RETURNS", user_says={"hi": ("क्या वारंटी में वापसी है " * 3,)}, bot_says=says("14 days.")),
    )
    chat = Rehearsal(bot_of(faqs=faqs, languages=("en", "hi"), detection=EASY))
    assert labels(chat.user("वारंटी वापसी")) in (["क्या वारंटी है", "Late returns"], ["Late returns", "क्या वारंटी है"])
    chat.user("क्या वारंटी है")
    assert chat.said[-1] == "एक साल।"


def test_at_most_three_are_offered() -> None:
    """However many are near."""
    chat = Rehearsal(cafe(*(table(meal) for meal in ("lunch", "dinner", "supper", "brunch")), detection=EASY))
    assert len(labels(chat.user("a table for lunch, dinner, supper and brunch"))) == 3


def test_where_there_are_no_buttons_it_is_a_numbered_text_with_something_else() -> None:
    """On WhatsApp; whoever wants something else by number or word meets the bot break, or an agent."""
    for answer in ("3", "something else"):
        chat = Rehearsal(cafe(), user=WHATSAPP)
        [say] = [effect for effect in chat.user(BOTH).effects if isinstance(effect, Say)]
        [shown] = say.messages
        assert isinstance(shown, Text)
        asking, *lines, last = shown.text.splitlines()
        assert asking == DID_YOU_MEAN["en"]
        assert sorted(line[4:] for line in lines) == ["Dinner", "Lunch"]
        assert [line[:4] for line in [*lines, last]] == ["1 - ", "2 - ", "3 - "]
        assert last[4:] == SOMETHING_ELSE["en"]
        chat.user(answer)
        assert chat.said[-1] == "Sorry?"
    helped = Rehearsal(cafe(), Business(name="Café", human_assistance=True, default_team="Desk"), WHATSAPP)
    helped.user(BOTH)
    assert [effect for effect in helped.user("3").effects if isinstance(effect, HandOver)]


def test_only_what_is_eligible_is_offered() -> None:
    """Dependent nodes and FAQs mid-conversation, mixed; no dependent one at the beginning."""
    yes = Node(name="Yes", system_name="YES", bot_says=BotSays(final=says("Yes!")))
    no = Node(name="No", system_name="NO", bot_says=BotSays(final=says("No!")))
    start = start_node(
        "MENU",
        "show me the menu",
        bot_says=BotSays(final=says("Here.")),
        connections=(
            Connection(to="YES", user_says={"en": ("i want the soup please",)}, did_you_mean={"en": "Soup"}),
            Connection(to="NO", user_says={"en": ("i want the stew please",)}, did_you_mean={"en": "Stew"}),
        ),
    )
    faq = Faq(system_name="SALAD", user_says={"en": ("i want the salad please",)}, bot_says=says("Salad."))
    chat = Rehearsal(cafe(start, yes, no, faqs=(faq,)))
    chat.user("i want the soup or the stew please")
    assert chat.state.choices == ()
    chat.user("show me the menu")
    offered = labels(chat.user("i want the soup or the stew please"))
    assert {"Soup", "Stew"} <= set(offered)
    assert set(offered) <= {"Soup", "Stew", "Salad"}


def test_what_was_near_is_in_the_trace() -> None:
    """Each with the sentence it resembles and its score."""
    taken = Rehearsal(cafe()).user(BOTH)
    seen = {one.node: one for one in taken.trace.candidates}
    assert {"LUNCH", "DINNER"} <= seen.keys()
    assert seen["LUNCH"].nearest == "book a table for lunch"


def test_smart_assist_is_off_unless_somebody_switches_it_on() -> None:
    """It stands before the bot break, which the seed wants at once."""
    chat = Rehearsal(cafe())
    chat.user("colourless green ideas sleep furiously")
    assert chat.said == ["Sorry?"]


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("hm", TOO_SHORT),
        ("?", TOO_SHORT),
        ("q z", TOO_SHORT),
        ("zzzz", TOO_SHORT),
        ("q zz", OUT_OF_SCOPE),
        (" ".join(["blah"] * 40), OUT_OF_SCOPE),
        (" ".join(["blah"] * 41), TOO_LONG),
        ("colourless green ideas sleep furiously", OUT_OF_SCOPE),
    ],
)
def test_smart_assist_answers_by_situation_and_never_twice_running(said: str, answer: dict[str, str]) -> None:
    """A second message that nothing answers is a bot break, a third too; after an answer it may help again."""
    chat = Rehearsal(cafe(smart_assist=True))
    taken = chat.user(said)
    assert [effect.role for effect in taken.effects if isinstance(effect, Say)] == ["smart_assist"]
    chat.user(said)
    chat.user(said)
    chat.user("who are you")
    chat.user(said)
    assert chat.said == [answer["en"], "Sorry?", "Sorry?", "Me.", answer["en"]]


def test_smart_assist_offers_what_is_near() -> None:
    """By buttons, taken as any offer is; also beside the request to be brief."""
    chat = Rehearsal(cafe(smart_assist=True, detection=HARD))
    offered = labels(chat.user(BOTH))
    assert sorted(offered) == ["Dinner", "Lunch"]
    chat.user("1")
    assert chat.said[-1] == f"{offered[0]}!"
    chat = Rehearsal(cafe(smart_assist=True, detection=HARD))
    assert sorted(labels(chat.user(BOTH + " zz" * 45))) == ["Dinner", "Lunch"]
    assert chat.said[-1].startswith(TOO_LONG["en"])


def test_smart_assist_asks_what_about_a_value_and_keeps_it() -> None:
    """Only an entity was understood: what can be done with it is offered, and whatever is chosen knows it."""
    paint = start_node(
        "PAINT",
        "paint my wall",
        did_you_mean={"en": "Paint a wall"},
        entities=(asks("colour", "Which colour?"),),
        bot_says=BotSays(final=says("In %entitytag_colour.")),
    )
    chat = Rehearsal(cafe(paint, entities=(COLOUR,), smart_assist=True))
    assert labels(chat.user("blue")) == ["Paint a wall"]
    assert chat.said[-1].startswith(WHAT_ABOUT_IT["en"])
    chat.user("1")
    assert chat.said[-1] == "In blue."


def test_smart_assist_offers_no_node_that_filters_the_value_out() -> None:
    """What cannot be done with a value is not offered for it."""
    paint = start_node(
        "PAINT",
        "paint my wall",
        did_you_mean={"en": "Paint a wall"},
        entities=(NodeEntity(entity="colour", filter=("red",)),),
        bot_says=BotSays(final=says("In %entitytag_colour.")),
    )
    chat = Rehearsal(cafe(paint, entities=(COLOUR,), smart_assist=True))
    assert labels(chat.user("red")) == ["Paint a wall"]
    chat = Rehearsal(cafe(paint, entities=(COLOUR,), smart_assist=True))
    chat.user("blue")
    assert chat.said == [TOO_SHORT["en"]]


def test_with_agents_smart_assist_helps_once_and_then_an_agent_does() -> None:
    """The second message that nothing answers is handed over."""
    chat = Rehearsal(cafe(smart_assist=True), Business(name="Café", human_assistance=True, default_team="Desk"))
    assert not [e for e in chat.user("hm").effects if isinstance(e, HandOver)]
    assert [e for e in chat.user("hm").effects if isinstance(e, HandOver)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_all_words(language: str) -> None:
    """The fourteen that Botyard speaks; none is left in English."""
    every = (
        texts.BOT_BREAK,
        texts.DID_YOU_MEAN,
        *(value for name, value in vars(assist_texts).items() if name.isupper() and isinstance(value, dict)),
    )
    assert len(every) == 7
    assert all(one[language].strip() for one in every)
    assert language == "en" or all(one[language] != one["en"] for one in every)
