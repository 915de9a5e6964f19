"""The verdict over a ledger notices each way in which a promise can be broken."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.torture.bot import BREAK
from tests.torture.ledger import Ledger, verdict

NOTE, CALL = "please note n1", "please call c2"


def _line(sender: str, text: str) -> dict[str, str]:
    return {"sender": sender, "text": text}


KEPT = [_line("user", NOTE), _line("user", CALL), _line("bot", "noted n1"), _line("bot", "done c2")]
CALLED = [{"path": "/call", "id": "a", "number": "u c2"}]


def judged(path: Path, lines: list[dict[str, str]], calls: list[dict[str, str]], **more: Any) -> Counter[str]:
    """Write a ledger of two messages, and judge it."""
    (path / "ledger").unlink(missing_ok=True)
    ledger = Ledger(path / "ledger")
    for text in (NOTE, CALL):
        ledger.write("accepted", user="u", text=text, message=1)
    for call in calls:
        ledger.write("called", **call)
    for kind, facts in more.items():
        ledger.write(kind, **facts)
    ledger.write("transcript", user="u", lines=lines)
    ledger.close()
    return verdict(ledger.path)


def test_a_kept_promise_is_no_crime(tmp_path: Path) -> None:
    """Answered in order, called once; a call that a death cut off may be a bot break."""
    assert not judged(tmp_path, KEPT, CALLED)
    assert not judged(tmp_path, [*KEPT[:3], _line("bot", BREAK)], CALLED)


@pytest.mark.parametrize(
    ("lines", "calls", "crime"),
    [
        (KEPT[1:], CALLED, "lost"),
        ([], [], "lost"),
        ([KEPT[1], KEPT[0], *KEPT[2:]], CALLED, "reordered"),
        ([KEPT[0], *KEPT], CALLED, "heard twice"),
        (KEPT[:3], CALLED, "unanswered"),
        ([*KEPT, KEPT[2]], CALLED, "answered twice"),
        ([*KEPT, _line("bot", BREAK)], CALLED, "answered too often"),
        ([*KEPT[:2], KEPT[3], KEPT[2]], CALLED, "answers in another order"),
        ([*KEPT[:2], _line("bot", BREAK), KEPT[3]], CALLED, "answers in another order"),
        (KEPT, [*CALLED, *CALLED], "called twice"),
        (KEPT, [*CALLED, CALLED[0] | {"id": "b", "path": "/repeat"}], "repeated under another name"),
    ],
)
def test_each_crime_is_named(
    tmp_path: Path, lines: list[dict[str, str]], calls: list[dict[str, str]], crime: str
) -> None:
    """What was taken out, doubled or moved is found."""
    assert judged(tmp_path, lines, calls)[crime]


def test_receipts_and_hand_overs_count_too(tmp_path: Path) -> None:
    """The same key has the same receipt; who was handed over stays so; nothing is refused."""
    assert judged(tmp_path, KEPT, CALLED, repeated={"is_same": False}, refused={"what": "x"}) == {
        "refused": 1,
        "another receipt for the same key": 1,
    }


def test_a_hand_over_that_is_forgotten_is_found(tmp_path: Path) -> None:
    """Acknowledged, but the bot has the chat in the end."""
    handed = {"handed": {"user": "u"}, "standing": {"user": "u", "now": "bot"}}
    assert judged(tmp_path, KEPT, CALLED, **handed) == {"hand-over lost": 1}
