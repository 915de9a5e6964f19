"""Which node answers: connections, FAQs, disambiguation, filters, hidden values."""

import msgspec
from msgspec.structs import replace

from botyard.bot.business import Business
from botyard.bot.model import (
    BotSays,
    Connection,
    Entity,
    Faq,
    Function,
    Integration,
    Node,
    NodeEntity,
    ResultRules,
    Rule,
    Variant,
    Webhook,
)
from botyard.bot.model import (
    SmallTalk as SmallTalkOf,
)
from botyard.engine.effects import Call, HandOver, Say
from botyard.engine.happenings import Continues, Flushes, HandOverAsked, HandsOver
from botyard.engine.state import User
from botyard.hsl.elements import Buttons, Field, Form, Text
from tests.rehearsal import Rehearsal, asks, bot_of, calls, says, start_node

COLOUR = Entity(
    name="colour",
    type="text",
    dictionary={"red": ("crimson",), "blue": ()},
    payload_keys=("pick",),
    context_keys=("colour_key",),
)


def final(text: str) -> BotSays:
    """Only a final response."""
    return BotSays(final=says(text))


def plain(name: str, text: str, **more: object) -> Node:
    """A node reached from another one only."""
    return Node(name=name.title(), system_name=name, bot_says=final(text), **more)  # type: ignore[arg-type]  # a table of fields


def paint(**more: object) -> Node:
    """A start node that collects a colour without insisting on one."""
    fields: dict[str, object] = {"entities": (NodeEntity(entity="colour"),), "bot_says": final("We paint.")}
    return start_node("PAINT", "paint my wall", "i want a wall painted", **{**fields, **more})


def test_a_dependent_node_answers_only_below_its_parent() -> None:
    """What is taught on a connection counts while the conversation stands at the parent, and nowhere else."""
    node = paint(connections=(Connection(to="BUY", user_says={"en": ("i will take it", "buy it")}),))
    chat = Rehearsal(bot_of(node, plain("BUY", "Bought."), bot_break=says("Sorry?"), entities=(COLOUR,)))
    chat.user("buy it")
    chat.user("paint my wall")
    chat.user("buy it")
    assert chat.said == ["Sorry?", "We paint.", "Bought."]


def test_an_entitys_value_leads_on_before_its_mere_presence() -> None:
    """Value, then presence; both before the node's own response."""
    ways = (Connection(to="ANY", entity="colour", present=True), Connection(to="RED", entity="colour", values=("red",)))
    bot = bot_of(paint(connections=ways), plain("RED", "Red it is."), plain("ANY", "Nice."), entities=(COLOUR,))
    chat = Rehearsal(bot)
    chat.user("paint my wall")
    chat.user("crimson")
    assert chat.said == ["We paint.", "Red it is."]
    other = Rehearsal(bot)
    other.user("paint my wall")
    other.user("blue")
    assert other.said == ["We paint.", "Nice."]


def test_of_several_ways_the_targets_priority_decides_and_then_the_authors_order() -> None:
    """An inactive target is none, whatever its priority."""

    def led_to(*names: str) -> str:
        ways = tuple(Connection(to=name, entity="colour", present=True) for name in names)
        targets = (
            plain("LOW", "Low."), plain("HIGH", "High.", priority=2), plain("EVEN", "Even.", priority=2),
            plain("OFF", "Off.", priority=3, active=False),
        )  # fmt: skip
        chat = Rehearsal(bot_of(paint(connections=ways), *targets, entities=(COLOUR,)))
        chat.user("paint my wall")
        chat.user("blue")
        return chat.said[-1]

    assert led_to("OFF", "LOW", "HIGH", "EVEN") == "High."
    assert led_to("LOW", "EVEN", "HIGH") == "Even."


def test_the_integrations_result_leads_on() -> None:
    """The rules are put to the JSON that came back, after its messages were said."""
    ways = (
        Connection(to="OUT", result=ResultRules(all=(Rule(path="stock.left", is_="less_than", value=1),))),
        Connection(to="IN", result=ResultRules(any=(Rule(path="stock.left", is_="at_least", value=1),))),
    )
    node = paint(integration=Integration(webhook=Webhook(path="/x")), connections=ways)
    chat = Rehearsal(bot_of(node, plain("OUT", "Sold out."), plain("IN", "There is some."), entities=(COLOUR,)))
    chat.user("paint my wall")
    chat.answers("Looking…", body={"stock": {"left": 0}})
    assert chat.said == ["Looking…", "Sold out."]


def test_a_question_in_between_does_not_lose_the_thread() -> None:
    """An FAQ answers without a re-prompt and leaves the awaited entity awaited."""
    faq = Faq(system_name="HOURS", user_says={"en": ("when are you open",)}, bot_says=says("Ten to eight."))
    node = paint(entities=(asks("colour", "Which colour?"),))
    chat = Rehearsal(bot_of(node, faqs=(faq,), entities=(COLOUR,)))
    chat.user("paint my wall")
    chat.user("When are you open?")
    chat.user("red")
    assert chat.said == ["Which colour?", "Ten to eight.", "We paint."]


def test_two_nodes_about_as_likely_are_asked_about_and_a_number_chooses() -> None:
    """Two buttons with the nodes' own labels; never twice running; the label or its number takes one."""
    lunch = Node(
        name="Lunch",
        system_name="LUNCH",
        start=True,
        user_says={"en": ("book a table for lunch",)},
        bot_says=final("Lunch!"),
        did_you_mean={"en": "Lunch"},
    )
    dinner = Node(
        name="Dinner",
        system_name="DINNER",
        start=True,
        user_says={"en": ("book a table for dinner",)},
        bot_says=final("Dinner!"),
        did_you_mean={"en": "Dinner"},
    )
    other = Node(
        name="Other", system_name="OTHER", start=True, user_says={"en": ("who are you",)}, bot_says=final("Me.")
    )
    chat = Rehearsal(bot_of(lunch, dinner, other))
    taken = chat.user("a table for lunch and dinner")
    [say] = [effect for effect in taken.effects if isinstance(effect, Say)]
    assert isinstance(say.messages[0], Buttons)
    assert {item.actionable_text for item in say.messages[0].items} == {"Lunch", "Dinner"}
    chat.user("2")
    assert chat.said[-1] == f"{say.messages[0].items[1].actionable_text}!"


def test_a_filter_removes_a_node_and_gives_its_value_where_none_was_said() -> None:
    """A value that is not listed removes the node; none at all becomes the listed one, by default."""
    node = paint(entities=(NodeEntity(entity="colour", filter=("red",)),), bot_says=final("In %entitytag_colour."))
    chat = Rehearsal(bot_of(node, entities=(COLOUR,), bot_break=says("Sorry?")))
    chat.user("i want a wall painted in blue")
    chat.user("i want a wall painted please")
    assert chat.said == ["Sorry?", "In red."]


def test_of_two_filtered_entities_a_message_gives_none_or_both() -> None:
    """One alone is another question than the node is for, though its value is listed."""
    finish = Entity(name="finish", type="text", dictionary={"matt": (), "gloss": ()})
    wanted = (NodeEntity(entity="colour", filter=("red",)), NodeEntity(entity="finish", filter=("matt",)))
    for said, answer in (
        ("i want a wall painted please", "Red and matt."),
        ("i want a wall painted in red and matt", "Red and matt."),
        ("i want a wall painted in red", "Sorry?"),
        ("i want a wall painted in matt", "Sorry?"),
        ("i want a wall painted in red and gloss", "Sorry?"),
    ):
        node = paint(entities=wanted, bot_says=final("Red and matt."))
        chat = Rehearsal(bot_of(node, entities=(COLOUR, finish), bot_break=says("Sorry?")))
        chat.user(said)
        assert chat.said == [answer], said


def test_a_tap_gives_a_value_that_nobody_has_to_understand() -> None:
    """The hidden part of a button's message fills the entity; what is visible is not searched."""
    node = paint(entities=(asks("colour", "Which colour?"),), bot_says=final("In %entitytag_colour."))
    chat = Rehearsal(bot_of(node, entities=(COLOUR,)))
    chat.user("paint my wall")
    chat.user("The first one{api_name:pick, colour_key:blue}")
    assert chat.said[-1] == "In blue."
    assert chat.state.entities["colour"][0].detection == "structure_value_verified"


def test_a_form_fills_the_entities_that_name_its_keys() -> None:
    """Its lines are values, not sentences; a key that was not asked for counts for nothing."""
    form = Form("Order", "", (Field(key="Colour"), Field(key="Town")))
    shade = Entity(name="shade", type="any", form_keys=("Colour",))
    node = start_node(
        "ORDER",
        "order paint",
        entities=(NodeEntity(entity="shade", mandatory=True, ask={"en": (Variant(messages=(form,)),)}),),
        bot_says=final("In %entitytag_shade."),
    )
    chat = Rehearsal(bot_of(node, entities=(shade,)))
    chat.user("order paint")
    chat.user("Colour: sea green\nTown: Pune\nsize: 3")
    assert chat.said[-1] == "In sea green."


def test_small_talk_answers_only_what_nothing_else_does_and_only_where_it_is_switched_on() -> None:
    """After nodes and re-prompts, before the bot break; the context stays."""
    taught = paint(entities=(asks("colour", "Which colour?"),))
    for enabled, last in ((True, "How kind!"), (False, "Sorry?")):
        bot = bot_of(taught, entities=(COLOUR,), bot_break=says("Sorry?"), small_talk=SmallTalkOf(enabled=enabled))
        chat = Rehearsal(bot, small_talk=Kind())
        chat.user("paint my wall")
        chat.user("thank you so much")
        chat.user("thank you so much")
        assert chat.said == ["Which colour?", "Which colour?", last]
        chat.user("red")
        assert chat.said[-1] == "We paint."


class Kind:
    """Small talk that knows one courtesy."""

    def reply(self, text: str, language: str, personality: str, dice: object) -> tuple[Text, ...]:
        """Answer thanks."""
        assert (language, personality) == ("en", "generic")
        assert dice is not None
        return (Text("How kind!"),) if "thank" in text else ()


def test_a_start_node_that_connects_to_itself_is_reached_by_its_entity_alone() -> None:
    """A value as the first message opens the node that waits for it."""
    node = paint(
        connections=(Connection(to="PAINT", entity="colour", present=True),), bot_says=final("In %entitytag_colour.")
    )
    chat = Rehearsal(bot_of(node, entities=(COLOUR,)))
    chat.user("red")
    assert chat.said == ["In red."]


def test_a_gateway_takes_every_message_that_nothing_else_answers() -> None:
    """A start node that connects to itself by `feedback_regex` forwards each message to its webhook (platform §5.8)."""
    gate = start_node(
        "GATE",
        entities=(NodeEntity(entity="feedback_regex", mandatory=True),),
        integration=Integration(webhook=Webhook(path="/x")),
        connections=(Connection(to="GATE", entity="feedback_regex", present=True),),
    )
    chat = Rehearsal(bot_of(gate, start_node("HOURS", "when are you open", bot_says=final("Ten to eight."))))
    for text in ("my cat likes your chairs", "so does my dog"):
        [call] = calls(chat.user(text))
        assert call.entities["feedback_regex"][0].entity_value == text
        chat.answers("Noted.")
    assert calls(chat.user("when are you open")) == []
    assert chat.said == ["Noted.", "Noted.", "Ten to eight."]


def test_a_gateway_leaves_an_open_question_its_answer_and_its_re_prompt() -> None:
    """What was asked for comes first, also when anything will do; the gateway takes what is left after that."""
    gate = start_node(
        "GATE",
        entities=(NodeEntity(entity="feedback_regex", mandatory=True),),
        integration=Integration(webhook=Webhook(path="/x")),
        connections=(Connection(to="GATE", entity="feedback_regex", present=True),),
    )
    note = start_node("NOTE", "leave a note", entities=(asks("note", "What is it?"),), bot_says=final("Noted."))
    colour = paint(entities=(asks("colour", "Which colour?"),))
    chat = Rehearsal(bot_of(gate, note, colour, entities=(COLOUR, Entity(name="note", type="any"))))
    chat.user("leave a note")
    assert calls(chat.user("my cat likes your chairs")) == []
    chat.user("paint my wall")
    assert calls(chat.user("my cat likes your chairs")) == []
    assert len(calls(chat.user("my dog does too"))) == 1
    assert chat.said == ["What is it?", "Noted.", "Which colour?", "Which colour?"]


def test_an_answered_question_in_between_lets_the_bot_ask_again_once_more() -> None:
    """The count of re-prompts is of consecutive ones."""
    faq = Faq(system_name="HOURS", user_says={"en": ("when are you open",)}, bot_says=says("Ten to eight."))
    chat = Rehearsal(bot_of(paint(entities=(asks("colour", "Which colour?"),)), faqs=(faq,), entities=(COLOUR,)))
    for text in ("paint my wall", "purplish", "when are you open", "purplish"):
        chat.user(text)
    assert chat.said == ["Which colour?", "Which colour?", "Ten to eight.", "Which colour?"]


def test_a_tap_that_leads_on_keeps_its_value_and_one_that_opens_opens() -> None:
    """A value behind a button does all that the same value in words does."""
    red = Node(
        name="Red",
        system_name="RED",
        entities=(NodeEntity(entity="colour"),),
        bot_says=final("In %entitytag_colour."),
    )
    chat = Rehearsal(
        bot_of(paint(connections=(Connection(to="RED", entity="colour", values=("red",)),)), red, entities=(COLOUR,))
    )
    chat.user("paint my wall")
    chat.user("That{api_name:pick, colour_key:red}")
    assert chat.said[-1] == "In red."
    opens = paint(
        connections=(Connection(to="PAINT", entity="colour", present=True),), bot_says=final("%entitytag_colour")
    )
    other = Rehearsal(bot_of(opens, entities=(COLOUR,)))
    other.user("This{api_name:pick, colour_key:blue}")
    assert other.said == ["blue"]


def test_priority_breaks_a_tie_and_nothing_else() -> None:
    """After a question that was just asked the better score wins, whatever the priorities."""
    lunch = start_node("LUNCH", "book a table for lunch", bot_says=final("Lunch!"), priority=9)
    dinner = start_node("DINNER", "book a table for dinner", bot_says=final("Dinner!"))
    chat = Rehearsal(bot_of(lunch, dinner, start_node("OTHER", "who are you", bot_says=final("Me."))))
    chat.user("a table for lunch and dinner")
    chat.user("a table for dinner or a late lunch")
    assert chat.said[-1] == "Dinner!"


def test_a_profile_gives_its_number_as_a_message_would() -> None:
    """One form on the wire, wherever a value came from."""
    node = start_node("CALL", "call me", entities=(asks("phone_number", "Your number?"),), bot_says=final("Soon."))
    chat = Rehearsal(bot_of(node), user=User(user_id="1", user_name="u", mobile_no="+91 98203 34455"))
    chat.user("call me")
    [value] = chat.state.entities["phone_number"]
    assert (value.entity_value, value.detection) == ("919820334455", "user_profile")


def test_a_personal_value_is_masked_in_the_trace_and_nowhere_else() -> None:
    """The integration gets it, the test console does not."""
    secret = Entity(name="colour", type="text", dictionary={"red": ()}, personal=True)
    node = paint(entities=(asks("colour", "Which?"),), integration=Integration(webhook=Webhook(path="/x")))
    taken = (chat := Rehearsal(bot_of(node, entities=(secret,)))).user("i want a wall painted red")
    assert "red" not in str(taken.trace.entities) + str(taken.trace.after)
    assert calls(taken)[0].entities["colour"][0].entity_value == "red"
    assert chat.state.entities["colour"][0].original_text == "red"


def test_a_personal_value_is_masked_where_the_trace_shows_the_message() -> None:
    """Where it is given, where it is said once more, and where a tap or a form gives it; the rest stays readable."""
    secret = Entity(name="account", type="regex", regex="acct[0-9]{6}", form_keys=("account",), personal=True)
    node = start_node("BALANCE", "my balance", entities=(asks("account", "Of which?"),), bot_says=final("Rs. 7"))
    chat = Rehearsal(bot_of(node, start_node("HI", "hello", bot_says=final("Hi.")), entities=(secret,)))
    chat.user("my balance")
    assert chat.user("it is acct445566, please").trace.heard == "it is ******, please"
    again = chat.user("hello, I said acct445566 and acct445566")
    assert again.trace.heard == "hello, I said ****** and ******"
    assert "445566" not in str(again.trace)
    other = Rehearsal(bot_of(node, entities=(secret,)))
    other.user("my balance")
    other.state = replace(other.state, form=("account",))
    assert other.user("account: of my own").trace.heard == "account: ******"
    assert other.state.entities["account"][0].original_text == "of my own"


def test_a_message_that_is_a_personal_value_whole_is_not_shown_at_all() -> None:
    """Also one that repeats itself, or is made of what masks are made of."""
    note = start_node("NOTE", "leave a note", entities=(asks("note", "What?"),), bot_says=final("Noted."))
    for said, shown in (("my cat is ill", "******"), ("* * *", "******"), ("***", "***")):
        chat = Rehearsal(bot_of(note, entities=(Entity(name="note", type="any", personal=True),)))
        chat.user("leave a note")
        assert chat.user(said).trace.heard == shown


def test_a_call_carries_when_it_began() -> None:
    """Its name is made of that, and is the same wherever what was stored of it is read."""
    chat = Rehearsal(bot_of(start_node("HI", "hello", integration=Integration(webhook=Webhook(path="/x")))))
    [call] = calls(chat.user("hello"))
    assert call.begun_at == chat.now
    assert call.moment == "66118910e3240"
    assert msgspec.json.decode(msgspec.json.encode(call), type=Call) == call


def test_a_hand_over_asked_for_twice_happens_once() -> None:
    """The second is only noted; another team is another hand-over."""
    chat = Rehearsal(bot_of(start_node("HI", "hello", bot_says=final("Hi."))))
    chat.user("hello")
    assert HandOver("Sales", "asked for from outside") in chat.happens(HandOverAsked("Sales")).effects
    assert chat.happens(HandOverAsked("Sales")).effects == ()
    assert HandOver("Support", "asked for from outside") in chat.happens(HandOverAsked("Support")).effects


def test_an_entity_that_takes_anything_takes_the_message_after_everything_else() -> None:
    """A taught sentence still reaches its node; whatever else is said is the value."""
    note = start_node(
        "NOTE", "leave a note", entities=(asks("note", "What is it?"),), bot_says=final("Noted: %entitytag_note")
    )
    hours = start_node("HOURS", "when are you open", bot_says=final("Ten to eight."))
    chat = Rehearsal(bot_of(note, hours, entities=(Entity(name="note", type="any"),)))
    chat.user("leave a note")
    chat.user("my cat likes your chairs")
    assert chat.said == ["What is it?", "Noted: my cat likes your chairs"]


def test_functions_hand_over_forget_and_go_on() -> None:
    """Their results need no messages: an agent, a clean slate before collection, or the node's own words."""
    human = start_node(
        "HUMAN", "a person please", integration=Integration(function=Function(name="chat_force_pending"))
    )
    fresh = paint(
        entities=(asks("colour", "Which colour?"),),
        integration=Integration(function=Function(name="entity_flusher", arguments={"keep": ["city"]})),
    )
    chat = Rehearsal(bot_of(human, fresh, entities=(COLOUR,)), Business(name="x", default_team="Support"))
    assert len(calls(chat.user("i want a wall painted red"))) == 1
    chat.returns(Flushes(("city",)))
    assert chat.said == ["We paint."]
    chat.user("a person please")
    assert HandOver("Sales", "HUMAN asks for an agent") in chat.returns(HandsOver("Sales")).effects
    other = Rehearsal(bot_of(human, bot_break=says("Sorry?")))
    other.user("a person please")
    other.returns(Continues())
    assert other.said == ["Sorry?"]


def test_variants_fit_the_platform_and_the_language() -> None:
    """A variant for another platform is never said; a language without words falls back to the bot's first."""
    variants = (Variant(messages=("On WhatsApp",), platforms=("whatsapp",)), Variant(messages=("Elsewhere",)))
    node = start_node("HI", "hello there", bot_says=BotSays(final={"en": variants}))
    bot = bot_of(node, languages=("en", "hi"))
    web, phone = Rehearsal(bot), Rehearsal(bot, user=User(user_id="1", user_name="u", device_platform=14))
    web.user("hello there", language="hi")
    phone.user("hello there")
    assert (web.said, phone.said) == (["Elsewhere"], ["On WhatsApp"])


def test_devanagari_decides_the_language_of_the_reply() -> None:
    """An unambiguous script wins over what the user once stated."""
    node = start_node("HI", "hello", bot_says=BotSays(final=says("Hi!") | says("नमस्ते!", "hi")))
    taught = Node(
        name="Hi", system_name="HI", start=True, user_says={"en": ("hello",), "hi": ("नमस्ते",)}, bot_says=node.bot_says
    )
    chat = Rehearsal(bot_of(taught, languages=("en", "hi")), user=User(user_id="1", user_name="u", language_code="en"))
    chat.user("नमस्ते")
    assert chat.said == ["नमस्ते!"]


def test_a_number_stays_in_the_language_of_the_conversation() -> None:
    """What decides nothing changes nothing, where nobody stated a language."""
    ask = says("How many?") | says("कितने?", "hi")
    node = Node(
        name="Buy",
        system_name="BUY",
        start=True,
        user_says={"en": ("buy",), "hi": ("खरीदना है",)},
        entities=(NodeEntity(entity="number", mandatory=True, ask=ask),),
        bot_says=BotSays(final=says("Done.") | says("हो गया।", "hi")),
    )
    chat = Rehearsal(bot_of(node, languages=("en", "hi")))
    chat.user("खरीदना है")
    chat.user("2")
    assert chat.said == ["कितने?", "हो गया।"]


def test_an_end_completes_and_the_next_message_opens_a_new_conversation() -> None:
    """An end node without a call completes as soon as it has spoken."""
    chat = Rehearsal(bot_of(start_node("BYE", "good bye", bot_says=final("Bye."), end=True)))
    chat.user("good bye")
    assert (chat.state.standing, chat.state.node) == ("complete", None)
    chat.user("good bye")
    assert chat.state.conversation_no == 2
    assert chat.state.last_active == chat.now
