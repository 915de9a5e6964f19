"""What a turn costs as things grow: the turns of one conversation, and the conversations that are open.

    python -m bench.growth [--turns N] [--open N] [--dry]

Beside the first, Rasa's action server gets what Rasa sends it at that turn: the whole conversation, every time.
Writes docs/reference/benchmarks.md between marks of its own, and the picture beside it.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from statistics import median

from bench.driven import SENTENCES
from bench.machine import BESIDE, HOME, PYTHON, UNDER_TEST, cores, free_port, pinned, running, table, wait_until_ready
from bench.ours import BOTYARD, Business, deployed
from bench.rivals import tracker
from bench.rivals.environments import CannotInstall, python_of
from bench.target import SENTENCE

PAGE = HOME / "docs" / "reference" / "benchmarks.md"
BEGIN, END = "<!-- written by bench.growth -->\n", "<!-- until here: growth -->\n"
LOOKED_AT = (1, 20, 200, 1_000, 10_000)
AROUND = 50  # turns whose median is taken
RASA_TURNS, RASA_CALLS = (1, 20, 200, 1_000), 40


class Client:
    """One user agent with a kept connection. business: whose partner it is."""

    def __init__(self, port: int, business: Business) -> None:
        self._http = HTTPConnection("127.0.0.1", port, timeout=60)
        self._business = business
        self._headers = {
            "client-id": business.client_id,
            "Authorization": f"Bearer {business.token}",
            "Content-Type": "application/json",
        }

    def meet(self, user: int) -> None:
        """Make a user known."""
        self._post("/v1.0/user/", {"auth_id": f"user{user}", "name": f"User {user}"})

    def turn(self, user: int, number: int) -> float:
        """Take one turn; milliseconds."""
        said = {"message_body": SENTENCES[number % len(SENTENCES)], "message_type": 0}
        whole = {"user": {"auth_id": f"user{user}"}, "business_id": self._business.business_id, **said}
        started = time.perf_counter()
        answer = self._post("/v1.0/sync_message_from_user/", whole)
        took = (time.perf_counter() - started) * 1000
        if SENTENCE.encode() not in answer:
            sys.exit(f"turn {number} of user {user} was not answered by the webhook: {answer[:300]!r}")
        return took

    def _post(self, path: str, body: object) -> bytes:
        self._http.request("POST", path, json.dumps(body), self._headers)
        return self._http.getresponse().read()


@contextmanager
def served() -> Iterator[Client]:
    """Serve the sample bot against the bench's webhook."""
    hook, port = free_port(), free_port()
    with ExitStack() as stack:
        stack.enter_context(running([PYTHON, "-m", "bench.target", str(hook)], core=BESIDE, port=hook))
        home, environment, business = stack.enter_context(deployed(hook))
        command: list[str | Path] = [BOTYARD, "serve", "--port", str(port)]
        stack.enter_context(running(command, core=UNDER_TEST, port=port, environment=environment, cwd=home))
        wait_until_ready(f"http://127.0.0.1:{port}/readyz")
        yield Client(port, business)


def of_one_conversation(turns: int) -> list[float]:
    """Milliseconds of every turn of one conversation."""
    with served() as client:
        client.meet(1)
        for number in range(20):
            client.turn(1, number)  # what is loaded once is not the first turn's cost; the user then starts anew
        client.meet(2)
        return [client.turn(2, number) for number in range(turns)]


def of_a_crowd(sizes: Iterable[int]) -> dict[int, float]:
    """Milliseconds of a turn, the median of 300, with so many conversations open."""
    found: dict[int, float] = {}
    with served() as client:
        have = 0
        for size in sizes:
            for user in range(have, size):
                client.meet(user)
                client.turn(user, 0)
            have = size
            took = [client.turn(user * 7919 % size, number) for number in (1, 2) for user in range(150)]
            found[size] = median(took)
    return found


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


def report(turns: int, most_open: int) -> tuple[str, list[float], dict[int, float]]:
    """Measure all of it and lay it out; what the picture is drawn of comes along."""
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
    crowd = of_a_crowd(size for size in (10, 1_000, 10_000, 100_000) if size <= most_open)
    crowds = [[f"{size:,}", f"{ms:.2f}"] for size, ms in crowd.items()]
    said = f"\nTurn {turns:,} of a conversation takes **{grown:.2f} times** what its first turns take."
    if rasa:
        said += f" Rasa's action server takes {rasa[1_000] / rasa[1]:.0f} times as long at turn 1,000 as at turn 1."
    text = (
        "### As a conversation grows\n\nOne user, one turn after the other, a webhook call in each; the median of "
        f"{AROUND} turns around it.\n\n"
        + table(["turn", "Botyard, the whole turn, ms", "rasa-sdk, an action's round trip, ms"], rows)
        + said + "\n" + note
        + "\n### As more conversations are open\n\n"
        + table(["open conversations", "a turn, ms"], crowds)
    )  # fmt: skip
    return text, took, rasa


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(prog="python -m bench.growth")
    parser.add_argument("--turns", type=int, default=10_000)
    parser.add_argument("--open", type=int, default=10_000, help="at most so many open conversations")
    parser.add_argument("--dry", action="store_true", help="leave the documentation as it is")
    asked = parser.parse_args()
    text, took, rasa = report(asked.turns, asked.open)
    sys.stdout.write(text)
    if not asked.dry:
        page = PAGE.read_text()
        PAGE.write_text(page[: page.index(BEGIN)] + BEGIN + "\n" + text + "\n" + page[page.index(END) :])
        draw(took, rasa)


def draw(took: Sequence[float], rasa: dict[int, float]) -> None:
    """Draw both curves where there is matplotlib to be had; it is no dependency of ours."""
    points = {"ours": [(turn, around(took, turn)) for turn in _spread(len(took))], "rasa": list(rasa.items())}
    command = [python_of("plots"), HOME / "bench" / "rivals" / "apart" / "draw_growth.py"]
    to = HOME / "docs" / "images" / "growth.svg"
    subprocess.run([*pinned(cores() - 1), *map(str, command), str(to)], input=json.dumps(points).encode(), check=True)


def _spread(turns: int) -> list[int]:
    """Pick turns as far apart on a logarithmic scale as on the picture."""
    return sorted({min(turns, round(10 ** (step / 8))) for step in range(8 * len(str(turns)) + 1)})


if __name__ == "__main__":
    main()
