"""What a turn costs as things grow: the turns of one conversation, and the conversations that are open.

    python -m bench.growth [--turns N] [--open N] [--dry]

Beside the first, Rasa's action server gets what Rasa sends it at that turn: the whole conversation, every time.
Writes docs/reference/benchmarks.md between marks of its own, and the pictures beside it.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from statistics import median

from msgspec import Struct

from bench.drawing import Axis, decades, lines, steps
from bench.filled import fill
from bench.machine import BESIDE, HOME, PYTHON, UNDER_TEST, free_port, running, table, wait_until_ready
from bench.ours import BOTYARD, Business, deployed
from bench.rivals import tracker
from bench.rivals.environments import CannotInstall, python_of
from bench.talking import Client

PAGE = HOME / "docs" / "reference" / "benchmarks.md"
PICTURES = HOME / "docs" / "images"
BEGIN, END = "<!-- written by bench.growth -->\n", "<!-- until here: growth -->\n"
LOOKED_AT = (1, 20, 200, 1_000, 10_000)
AROUND = 50  # turns whose median is taken
RASA_TURNS, RASA_CALLS = (1, 20, 200, 1_000), 40
SIZES = (10, 1_000, 10_000, 100_000)
ASKED, TURNS_ASKED = 300, 600  # of so many conversations at most, and so many turns in all


class Open(Struct, frozen=True):
    """Milliseconds of a turn while so many conversations are open: the first since a start, and any that follows."""

    first: float
    later: float


@contextmanager
def webhook() -> Iterator[tuple[Path, dict[str, str], Business]]:
    """Deploy the sample bot against the bench's webhook."""
    hook = free_port()
    target = running([PYTHON, "-m", "bench.target", str(hook)], core=BESIDE, port=hook)
    with target, deployed(hook) as live:
        yield live


@contextmanager
def served(home: Path, environment: dict[str, str], business: Business) -> Iterator[Client]:
    """Serve what is deployed."""
    port = free_port()
    command: list[str | Path] = [BOTYARD, "serve", "--port", str(port)]
    with running(command, core=UNDER_TEST, port=port, environment=environment, cwd=home):
        wait_until_ready(f"http://127.0.0.1:{port}/readyz")
        yield Client(port, business)


def of_one_conversation(turns: int) -> list[float]:
    """Milliseconds of every turn of one conversation."""
    with webhook() as live, served(*live) as client:
        client.meet(1)
        for number in range(20):
            client.turn(1, number)  # what is loaded once is not the first turn's cost; the user then starts anew
        client.meet(2)
        return [client.turn(2, number) for number in range(turns)]


def of_a_crowd(sizes: Iterable[int]) -> dict[int, Open]:
    """What a turn takes with so many conversations open, each having had one."""
    found: dict[int, Open] = {}
    with webhook() as (home, environment, business):
        have = 0
        for size in sizes:
            if have:
                fill(home / "botyard.db", have, size)
            else:
                with served(home, environment, business) as client:
                    _greet(client, range(size))
            with served(home, environment, business) as client:
                found[size] = _asked(client, size)
                _greet(client, [size])  # whose conversation the next ones are copies of
            have = size + 1
    return found


def _greet(client: Client, users: Iterable[int]) -> None:
    for user in users:
        client.meet(user)
        client.turn(user, 0)


def _asked(client: Client, size: int) -> Open:
    """Take a turn of many conversations, and then more of each. The last user loads the bot and is not counted."""
    for number in range(20):
        client.turn(size - 1, number)
    users = [number * 7919 % (size - 1) for number in range(min(ASKED, size - 1))]
    first = [client.turn(user, 1) for user in users]
    later = [client.turn(user, 2 + n) for n in range((TURNS_ASKED - len(first)) // len(users)) for user in users]
    return Open(median(first), median(later))


def of_rasa() -> dict[int, float]:
    """Milliseconds of the action server's round trip at a turn of a conversation. Raises CannotInstall."""
    found: dict[int, float] = {}
    port = free_port()
    command = [str(python_of("rasa")), *f"-m rasa_sdk --port {port} --actions actions --quiet".split()]
    apart = HOME / "bench" / "rivals" / "apart"
    with running(command, core=UNDER_TEST, port=port, cwd=apart):
        http = HTTPConnection("127.0.0.1", port, timeout=60)
        for turn in RASA_TURNS:
            body = tracker.request(turn)
            took = [_round_trip(http, body) for _ in range(RASA_CALLS)]
            found[turn] = median(took[5:])
    return found


def _round_trip(http: HTTPConnection, body: bytes) -> float:
    started = time.perf_counter()
    http.request("POST", "/webhook", body, {"Content-Type": "application/json"})
    answer = http.getresponse().read()
    if b"Rs.1599" not in answer:
        sys.exit(f"the action server answered {answer[:300]!r}")
    return (time.perf_counter() - started) * 1000


def around(took: Sequence[float], turn: int) -> float:
    """Take the median of the turns around one."""
    first = max(0, min(turn - 1, len(took) - 1) - AROUND // 2)
    return median(took[first : first + AROUND])


def report(turns: int, most_open: int) -> tuple[str, dict[str, str]]:
    """Measure all of it and lay it out; the pictures, by name, come along."""
    load = os.getloadavg()[0]
    took = of_one_conversation(turns)
    try:
        rasa = of_rasa()
        note = ""
    except CannotInstall as why:
        rasa, note = {}, f"\nrasa-sdk is not to be installed here: {why}\n"
    rows = [
        [f"{turn:,}", f"{around(took, turn):.2f}", f"{rasa[turn]:.2f}" if turn in rasa else ""]
        for turn in LOOKED_AT
        if turn <= turns
    ]
    grown = around(took, turns) / around(took, 1)
    crowd = of_a_crowd(size for size in SIZES if size <= most_open)
    crowds = [[f"{size:,}", f"{ms.first:.2f}", f"{ms.later:.2f}"] for size, ms in crowd.items()]
    said = f"\nTurn {turns:,} of a conversation takes **{grown:.2f} times** what its first turns take."
    if rasa:
        said += f" Rasa's action server takes {rasa[1_000] / rasa[1]:.0f} times as long at turn 1,000 as at turn 1."
    how = (
        "On SQLite; one user after the other, 300 of them at most, drawn from all. The server has just started: the "
        "first turn of each conversation finds it on disk, later ones in memory."
    )
    text = (
        f"Load beforehand {load:.1f}.\n\n"
        "### As a conversation grows\n\nOne user, one turn after the other, a webhook call in each; the median of "
        f"{AROUND} turns around it.\n\n"
        + table(["turn", "Botyard, the whole turn, ms", "rasa-sdk, an action's round trip, ms"], rows)
        + said + "\n" + note
        + "\n![Milliseconds of a turn, from the first of a conversation to the last](../images/growth.svg)\n"
        + f"\n### As more conversations are open\n\n{how}\n\n"
        + table(["open conversations", "the first turn, ms", "later turns, ms"], crowds)
        + "\n![Milliseconds of a turn, with more and more conversations open](../images/open.svg)\n"
    )  # fmt: skip
    return text, {"growth": of_turns(took, rasa), "open": of_open(crowd)}


def of_turns(took: Sequence[float], rasa: Mapping[int, float]) -> str:
    """Draw what the turns of a conversation take."""
    ours = [(float(turn), around(took, turn)) for turn in _spread(len(took))]
    theirs = [(float(turn), ms) for turn, ms in rasa.items()]
    return lines(
        "A turn, as its conversation grows",
        Axis("turn of one conversation", decades([1, len(took) - 1]), is_log=True),
        Axis("milliseconds", decades([ms for _, ms in [*ours, *theirs]]), is_log=True),
        {"Botyard, the whole turn": ours, "rasa-sdk, an action's round trip": theirs},
    )


def of_open(crowd: Mapping[int, Open]) -> str:
    """Draw what a turn takes with so many conversations open."""
    first = [(float(size), ms.first) for size, ms in crowd.items()]
    later = [(float(size), ms.later) for size, ms in crowd.items()]
    return lines(
        "A turn, as more conversations are open",
        Axis("open conversations", decades([10, max(crowd) - 1]), is_log=True),
        Axis("milliseconds", steps(max(ms for _, ms in [*first, *later]))),
        {"the first since the server started": first, "later ones": later},
    )


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(prog="python -m bench.growth")
    parser.add_argument("--turns", type=int, default=10_000)
    parser.add_argument("--open", type=int, default=100_000, help="at most so many open conversations")
    parser.add_argument("--dry", action="store_true", help="leave the documentation as it is")
    asked = parser.parse_args()
    text, pictures = report(asked.turns, asked.open)
    sys.stdout.write(text)
    if not asked.dry:
        page = PAGE.read_text()
        PAGE.write_text(page[: page.index(BEGIN)] + BEGIN + "\n" + text + "\n" + page[page.index(END) :])
        for name, picture in pictures.items():
            (PICTURES / f"{name}.svg").write_text(picture)


def _spread(turns: int) -> list[int]:
    """Pick turns as far apart on a logarithmic scale as on the picture."""
    return sorted({min(turns, round(10 ** (step / 8))) for step in range(8 * len(str(turns)) + 1)})


if __name__ == "__main__":
    main()
