"""What a bot's understanding is taught, and what its detectors look for."""

from msgspec.structs import replace

from botyard.bot.compiled import CompiledBot, entity_specs, training_set
from botyard.bot.model import Bot, BotSays, Connection, Detection, Entity, Faq, Node, NodeEntity, Variant
from botyard.bot.placeholders import MAX_SENTENCES
from botyard.nlu.understanding import OPENING, Digits, Sentences

DONE = BotSays(initial={"en": (Variant(("Done.",)),)})
THING = Entity(name="thing", type="text", dictionary={"speaker": ("radio", "स्पीकर"), "lamp": ("लैंप",), "fan": ()})
PRICE = Node(
    name="Price",
    system_name="PRICE",
    start=True,
    did_you_mean={"en": "Price of a thing"},
    user_says={"en": ("how much", "price of a {thing}"), "hi": ("{thing} का दाम",)},
    never_says={"en": ("price match",)},
    entities=(NodeEntity(entity="thing"), NodeEntity(entity="email"), NodeEntity(entity="pincode")),
    connections=(
        Connection(to="BUY", user_says={"en": ("buy it",)}, did_you_mean={"en": "Buy"}),
        Connection(to="BUY", user_says={"en": ("take it", "buy it"), "hi": ("ले लो",)}),
        Connection(to="BUY", entity="thing", present=True),
        Connection(to="GONE", user_says={"en": ("go",)}),
    ),
)
BUY = Node(name="Buy", system_name="BUY", bot_says=DONE, user_says={"en": ("unused",)})
GONE = Node(name="Gone", system_name="GONE", active=False)
FAQ = Faq(system_name="DELIVERY", user_says={"en": ("how long",)}, bot_says=DONE.initial)


def store(*nodes: Node, detection: Detection | None = None) -> CompiledBot:
    """Compile a bot of these nodes."""
    bot = Bot(
        botyard=1,
        name="Store",
        system_name="store",
        languages=("en", "hi"),
        nodes=nodes,
        faqs=(FAQ,),
        entities=(THING,),
        detection=detection or Detection(),
    )
    return CompiledBot(bot, "1")


def test_a_placeholder_stands_for_the_values_that_its_node_may_have() -> None:
    """A sentence with a value that the node filters out would reach it exactly, against the filter."""
    filtered = replace(PRICE, entities=(NodeEntity(entity="thing", filter=("lamp", "unknown")),))
    assert training_set(store(filtered, BUY, GONE), "en").scopes[OPENING][0].says == (
        "how much", "price of a lamp", "Price of a thing",
    )  # fmt: skip


def test_each_scope_is_taught_what_can_be_said_there() -> None:
    """Start nodes and FAQs open; what leads on from a node is a scope of its own; a button's text is a sentence too."""
    taught = training_set(store(PRICE, BUY, GONE), "en")
    assert taught.scopes == {
        OPENING: (
            Sentences(
                "PRICE",
                ("how much", "price of a speaker", "price of a lamp", "price of a fan", "Price of a thing"),
                ("price match",),
            ),
            Sentences("DELIVERY", ("how long",)),
        ),
        "PRICE": (Sentences("BUY", ("buy it", "take it", "Buy")),),
    }


def test_a_language_is_taught_only_its_own_sentences() -> None:
    """What has nothing to teach in a language is not in its training; values stand in the sentence's own script."""
    taught = training_set(store(PRICE, BUY), "hi")
    assert taught.scopes == {
        OPENING: (Sentences("PRICE", ("स्पीकर का दाम", "लैंप का दाम", "fan का दाम")),),
        "PRICE": (Sentences("BUY", ("ले लो",)),),
    }


def test_a_sentence_with_many_values_stays_bounded() -> None:
    """A dictionary of a thousand products must not drown what else a node is taught."""
    node = Node(name="A", system_name="A", start=True, user_says={"en": ("{thing} or {thing} with {colour}",)})
    bot = store(node)
    bot = CompiledBot(
        Bot(
            botyard=1,
            name="Store",
            system_name="store",
            languages=("en",),
            nodes=bot.bot.nodes,
            entities=(Entity(name="thing", type="text", dictionary={f"v{n}": () for n in range(1000)}),),
        ),
        "1",
    )
    [taught] = training_set(bot, "en").scopes[OPENING]
    assert len(taught.says) == MAX_SENTENCES
    assert taught.says[1] == "v0 or v1 with colour"


def test_how_sure_the_bot_must_be_goes_along() -> None:
    """The builder's detection settings reach the training."""
    taught = training_set(store(PRICE, BUY, detection=Detection(strictness=0.2, threshold=0.3)), "en")
    assert (taught.language, taught.strictness, taught.threshold) == ("en", 0.2, 0.3)


def test_system_entities_need_no_file() -> None:
    """A node may name email or pincode; they come with what recognises them, after the bot's own."""
    found = {spec.name: spec for spec in entity_specs(store(PRICE, BUY))}
    assert list(found) == ["thing", "email", "pincode"]
    assert found["thing"].dictionary == THING.dictionary
    assert found["email"].type == "email"
    assert (found["pincode"].type, found["pincode"].digits) == ("otp", Digits(6, 6))


def test_an_own_entity_takes_the_place_of_the_system_entity() -> None:
    """A file called email.yaml decides what an email is in this bot."""
    own = Entity(name="email", type="number", digits=Digits(1, 2), unit="kg", past=True, fuzzy=False)
    node = Node(name="A", system_name="A", start=True, entities=(NodeEntity(entity="email"),))
    bot = Bot(botyard=1, name="S", system_name="s", languages=("en",), nodes=(node,), entities=(own,))
    [spec] = entity_specs(CompiledBot(bot, "1"))
    assert (spec.type, spec.digits, spec.unit, spec.past, spec.fuzzy) == ("number", Digits(1, 2), "kg", True, False)
