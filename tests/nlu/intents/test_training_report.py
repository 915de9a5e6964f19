"""What training tells a builder: each kind of finding, where it lies, and nothing where nothing is wrong."""

from botyard.nlu.intents.rank import load
from botyard.nlu.intents.report import (
    Confused,
    Finding,
    Lagging,
    Lesson,
    Lopsided,
    TaughtTwice,
    TooFew,
    TooNegative,
    Untaught,
    WouldMiss,
    in_words,
    lessons_of,
    report,
)
from botyard.nlu.intents.train import train
from botyard.nlu.understanding import OPENING, Sentences, TrainingSet

THINGS = ("phone", "lamp", "book", "shoe", "bag", "tea", "hat", "pen")
ORDER = Sentences("ORDER", tuple(f"where is my {thing} order" for thing in THINGS))
BILL = Sentences("BILL", tuple(f"send me the {thing} bill" for thing in THINGS))


def found(*languages: tuple[str, tuple[Sentences, ...]]) -> tuple[Finding, ...]:
    """The report on a bot, by language."""
    return report([load(train(TrainingSet(code, {OPENING: nodes}))).header for code, nodes in languages])


def of(kind: type, findings: tuple[Finding, ...]) -> list[Finding]:
    """Those of one kind."""
    return [one for one in findings if isinstance(one, kind)]


def test_a_sentence_under_two_nodes_is_named_with_both() -> None:
    """As each node's builder wrote it; and it is not told a second time as a confusion."""
    pay = Sentences("PAY", ("Send me the phone bill!", "how can i pay"))
    findings = found(("en", (BILL, pay)))
    lessons = (
        Lesson("en", OPENING, "BILL", "send me the phone bill"),
        Lesson("en", OPENING, "PAY", "Send me the phone bill!"),
    )
    assert of(TaughtTwice, findings) == [TaughtTwice(lessons)]
    assert not [one for one in of(Confused, findings) if lessons[1] in lessons_of(one)]


def test_nodes_that_are_confused_are_named_with_the_sentences_that_do_it() -> None:
    """A sentence that would have gone to another node, had it not been taught; it is told so once."""
    odd = Sentences("REFUND", ("where is my plate order", "give my money back", "money back please", "refund my money"))
    findings = found(("en", (ORDER, odd)))
    lesson = Lesson("en", OPENING, "REFUND", "where is my plate order")
    assert Confused(("ORDER", "REFUND"), (lesson,)) in findings
    assert not [one for one in of(WouldMiss, findings) if lesson in lessons_of(one)]


def test_a_sentence_unlike_all_others_would_miss() -> None:
    """Its variations would reach nobody, and it says how far they are from it."""
    odd = Sentences(ORDER.node, (*ORDER.says, "quantum flux"))
    [miss] = [one for one in found(("en", (odd, BILL))) if isinstance(one, WouldMiss)]
    assert miss.lesson == Lesson("en", OPENING, "ORDER", "quantum flux")
    assert miss.score < miss.threshold


def test_too_few_too_many_and_too_negative() -> None:
    """Ten different sentences are enough, whatever their punctuation; more than four times the usual is too much."""
    few = Sentences("FEW", ("hello", "Hello!", "hi there"))
    ten = [Sentences(f"N{i}", tuple(f"topic{i} word{j}" for j in range(10))) for i in range(3)]
    four = Sentences("FOUR", tuple(f"the {i} of them" for i in range(100, 140)))
    many = Sentences(
        "MANY", tuple(f"much of {i}" for i in "abcdefghijklmnopqrstuvwxyz") + tuple(f"x{i} y" for i in range(20))
    )
    no = Sentences("NO", tuple(f"never say word{j}" for j in range(10)), negative=tuple(f"bad{j}" for j in range(6)))
    findings = found(("en", (few, *ten, four, many, no)))
    assert of(TooFew, findings) == [TooFew(Lesson("en", OPENING, "FEW"), 2)]
    assert of(Lopsided, findings) == [Lopsided(Lesson("en", OPENING, "MANY"), len(many.says), 10)]
    assert of(TooNegative, findings) == [TooNegative(Lesson("en", OPENING, "NO"), 10, 6)]


def test_a_language_that_lags_behind_and_nodes_it_was_not_taught() -> None:
    """Compared with the language that is recognised best; a node missing in a language is named."""
    scattered = Sentences(
        "ORDER", ("abc", "qqq www", "zzz", "vvv uuu", "iii ooo", "ppp jjj", "kkk", "mmm nnn", "lll", "rr ttt")
    )
    other = Sentences("BILL", ("a1b2", "c3d4", "e5f6", "g7h8", "i9j0", "k1l2", "m3n4", "o5p6", "q7r8", "s9t0"))
    more = Sentences("ORDER", (*ORDER.says, "where is my cup order", "where is my fan order"))
    bills = Sentences("BILL", (*BILL.says, "send me the cup bill", "send me the fan bill"))
    findings = found(("en", (more, bills)), ("de", (more,)), ("id", (scattered, other)))
    [lagging] = [one for one in findings if isinstance(one, Lagging)]
    assert (lagging.language, lagging.leading) == ("id", "en")
    assert 0 <= lagging.recognised < lagging.leading_recognised <= 1
    assert of(Untaught, findings) == [Untaught(Lesson("de", OPENING, "BILL"))]


def test_a_bot_well_taught_has_an_empty_report() -> None:
    """And so has a bot that was taught nothing."""
    more = tuple(
        Sentences(n.node, (*n.says, *(s.replace("phone", x) for s in n.says[:1] for x in ("cup", "fan", "sofa"))))
        for n in (ORDER, BILL)
    )
    assert found(("en", more)) == ()
    assert found(("en", ())) == ()
    assert report([]) == ()


def test_every_finding_is_said_in_words() -> None:
    """With the names and figures a builder knows; each but the last leads to the line where it can be mended."""
    where = Lesson("hi", OPENING, "ORDER", "abc")
    said: dict[Finding, tuple[str, ...]] = {
        TaughtTwice((where, where)): ("“abc”", "ORDER and ORDER"),
        Confused(("BILL", "ORDER"), (where,)): ("BILL and ORDER", "once", "“abc”"),
        Confused(("BILL", "ORDER"), (where,) * 4): ("4 times", "“abc”, “abc” and “abc”"),
        WouldMiss(where, 0.1, 0.2): ("“abc”", "ORDER", "0.10", "0.20"),
        TooFew(where, 3): ("ORDER", "3 sentences in hi", "10 or more"),
        Lopsided(where, 90, 11): ("ORDER", "90 sentences in hi", "others have 11"),
        TooNegative(where, 12, 9): ("ORDER", "9 negative sentences beside 12"),
        Untaught(where): ("ORDER", "in hi"),
        Lagging("hi", 0.5, "en", 0.8): ("hi lags behind", "50%", "en's 80%"),
    }
    for finding, parts in said.items():
        assert [part for part in parts if part not in in_words(finding)] == []
        assert set(lessons_of(finding)) == (set() if isinstance(finding, Lagging) else {where})
