"""A bot and its files are the same thing."""

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from botyard.bot.business import Business
from botyard.bot.dictionary_csv import read_dictionary, write_dictionary
from botyard.bot.exchange import read, write
from botyard.bot.model import Bot, Entity
from botyard.bot.yaml_core import is_text
from botyard.bot.yaml_lines import parse
from botyard.bot.yaml_text import dump
from tests.bot.bots import TRICKY, bots, businesses, json_values, texts

slow_to_draw = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)


@slow_to_draw
@given(bots, st.none() | businesses)
def test_what_is_written_reads_back_as_the_same_bot(bot: Bot, business: Business | None) -> None:
    """Import after export changes nothing, whatever a builder typed."""
    found = read(write(bot, business))
    assert found.problems == ()
    assert found.bot == bot
    assert found.business == business


@slow_to_draw
@given(bots, st.none() | businesses)
def test_what_is_read_is_written_as_the_same_bytes(bot: Bot, business: Business | None) -> None:
    """Export, import, export: the two exports are equal to the byte."""
    files = write(bot, business)
    found = read(files)
    assert found.bot is not None
    assert write(found.bot, found.business, dialogues=found.dialogues, kept=found.kept) == files


@settings(deadline=None)
@given(st.dictionaries(texts, json_values, max_size=4) | st.lists(json_values, max_size=4))
@example({text: [text, {text: text}] for text in TRICKY})
def test_any_value_survives_yaml(value: object) -> None:
    """Keys and texts that look like numbers, marks or nothing stay what they are; so do numbers."""
    assert isinstance(value, dict | list)
    document, problems = parse("x.yaml", dump(value))
    assert problems == ()
    assert document is not None
    assert document.value == value
    assert repr(document.value) == repr(value)  # 1 is not true, and 1.0 is not 1


@given(texts)
def test_readable_text_stays_readable(text: str) -> None:
    """Letters of any script are written as they are; only what cannot be seen is escaped."""
    written = dump([text]).decode()
    for letter in text:
        if letter.isalpha():
            assert letter in written


def test_plain_words_are_not_quoted() -> None:
    """Reviewers read sentences, not quotation marks."""
    assert dump({"says": ["no price today", "स्पीकर की कीमत", "it's 5 o'clock"]}).decode() == (
        "says:\n  - no price today\n  - स्पीकर की कीमत\n  - it's 5 o'clock\n"
    )
    assert is_text("no")


def test_what_is_not_modelled_survives_byte_for_byte() -> None:
    """Dialogues, code, requirements and a dictionary beside its entity stay as their author wrote them."""
    bot = Bot(
        botyard=1,
        name="Store",
        system_name="store",
        languages=("en",),
        entities=(Entity(name="colour", type="text", dictionary={"red": ("crimson", "ruby"), "blue, dark": ()}),),
    )
    dictionary = b'red,crimson|ruby\r\n"blue, dark"\r\n'
    kept = {"entities/colour.csv": dictionary, "code/price.py": b"x  =1\n", "requirements.txt": b"six==1.12.0"}
    dialogues = {"dialogues/a.yaml": b"name: a # comment\nturns: [{user: hi}]"}
    files = write(bot, dialogues=dialogues, kept=kept)
    assert b"dictionary" not in files["entities/colour.yaml"]
    found = read(files)
    assert found.problems == ()
    assert found.bot == bot
    assert found.kept == kept
    assert found.dialogues == dialogues
    assert write(bot, dialogues=found.dialogues, kept=found.kept) == files


def test_a_dictionary_beside_its_entity_follows_the_bot() -> None:
    """When the builder changed the dictionary, the file beside it says the new one."""
    entity = Entity(name="colour", type="text", dictionary={"green": ("lime",)})
    bot = Bot(botyard=1, name="Store", system_name="store", languages=("en",), entities=(entity,))
    files = write(bot, kept={"entities/colour.csv": b"red,crimson\n"})
    assert files["entities/colour.csv"] == b"green,lime\n"
    assert read(files).bot == bot


def test_a_value_with_a_semicolon_is_written_so_that_nobody_takes_it_for_two() -> None:
    """A line without a comma is what spreadsheets write that part by semicolons, and is refused."""
    assert write_dictionary({"a;b": (), "c": ()}) == b"a;b,\nc\n"
    assert read_dictionary("x.csv", b"a;b,\nc\n") == ({"a;b": (), "c": ()}, ())
