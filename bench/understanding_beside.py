"""Understanding beside other work: turns while a bot is trained, messages of any length, and a server's first one.

python -m bench.understanding_beside     # prints its part of the report
"""

import asyncio
import json
import os
import subprocess
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from bench.machine import ended, free_port, resident_mb, wait_until_ready
from bench.made_up_bots import everything, made_up, said
from bench.ours import BOTYARD, Business, deployed, register
from botyard.nlu.intents.rank import load
from botyard.nlu.intents.train import train
from botyard.nlu.understand import Understanding
from botyard.nlu.understanding import MOST_CHARS, OPENING, Among, TrainingSet
from botyard.releases.encoder_here import OFF, EncoderHere
from botyard.releases.train import TrainerHere, TrainingOrder, silently
from botyard.releases.training_jobs import TrainingJobs

_BIG = 10_000
_EVERY_S = 0.01


# ── turns while a bot is trained ─────────────────────────────────────────────────────────────────


def beside() -> str:
    """Ask a message every 10 ms while 10,000 sentences are trained: in a process, as servers do, and on a thread."""
    return asyncio.run(_beside())


async def _beside() -> str:
    order = TrainingOrder((TrainingSet("en", {OPENING: made_up(_BIG)}),))
    model = load(train(TrainingSet("en", {OPENING: made_up(2_000)})))
    understanding, among = Understanding({"en": model}, ()), everything(model)
    messages = said(300)

    async def asked(until: Callable[[], bool]) -> list[float]:
        took: list[float] = []
        while not until():
            due = time.perf_counter() + _EVERY_S
            await asyncio.sleep(_EVERY_S)
            understanding.rank(messages[len(took) % len(messages)], "en", among)
            took.append((time.perf_counter() - due) * 1000)
        return took

    ends = time.perf_counter() + 3
    rows = [("nothing else", await asked(lambda: time.perf_counter() > ends), 0.0)]
    for name, trainer in (
        ("training in a process", TrainingJobs(EncoderHere(OFF))),
        ("training on a thread", TrainerHere(EncoderHere(OFF))),
    ):
        begun = time.perf_counter()
        work = asyncio.create_task(trainer.train("bench", order, silently))
        rows.append((name, await asked(work.done), time.perf_counter() - begun))
    lines = [
        "| a message every 10 ms, beside | p50 / p99 / longest, ms late and answered | training, s |",
        "|---|---|---|",
    ]
    for name, took, seconds in rows:
        cuts = quantiles(took, n=100)
        lines.append(f"| {name} | {median(took):.1f} / {cuts[98]:.1f} / {max(took):.1f} | {seconds:.1f} |")
    return "\n".join([*lines, ""])


# ── messages of any length ───────────────────────────────────────────────────────────────────────

_LONG = {
    "a message of everyday words": "where is my red order and when will you send the late parcel to delhi ",
    "one word": "pneumonoultramicroscopicsilicovolcanoconiosis",
    "no letters": "9820334455 12/03/2024 ?!,. ",
    "Devanagari": "मेरा ऑर्डर कब आएगा और कितना समय लगेगा ",
    "Arabic": "أين طلبي ومتى سيصل ",
    "emoji and zero-width": "👩‍👩‍👧‍👦\u200b\u200d\u2066 👍🏽 ",
}


def long_messages() -> str:
    """Ask a bot of 2,000 sentences for each kind of message of 2,000 characters, and the longest of ten takes."""
    lines = [f"| {MOST_CHARS:,} characters | without encoder, CPU ms | with |", "|---|---|---|"]
    taught = made_up(2_000)
    models = [load(train(TrainingSet("en", {OPENING: taught}), one), one) for one in (None, EncoderHere().opened())]
    for name, piece in _LONG.items():
        times = []
        for model in models:
            understanding, among = Understanding({"en": model}, ()), everything(model)
            texts = [f"{n} {piece * MOST_CHARS}"[:MOST_CHARS] for n in range(10)]
            times.append(max(_spent(understanding, text, among) for text in texts))
        lines.append(f"| {name} | {times[0]:.1f} | {times[1]:.1f} |")
    return "\n".join([*lines, ""])


def _spent(understanding: Understanding, text: str, among: Among) -> float:
    begun = time.process_time()
    understanding.exact(text, among)
    understanding.rank(text, "en", among)
    return (time.process_time() - begun) * 1000


# ── a server ─────────────────────────────────────────────────────────────────────────────────────


def server() -> str:
    """Serve the sample bot, trained with an encoder and without: start, memory, and its first message."""
    lines = [
        "| the sample bot served | start to ready, s | memory idle, MB | first message, ms | memory then, MB |",
        "|---|---|---|---|---|",
    ]
    for chosen in (OFF, "auto"):
        with deployed(free_port(), {"BOTYARD_ENCODER": chosen}) as (home, environment, business):
            figures = _served(home, environment, business)
        lines.append(f"| {'with MiniLM' if chosen != OFF else 'without encoder'} | {figures} |")
    return "\n".join([*lines, ""])


def _served(home: Path, environment: dict[str, str], business: Business) -> str:
    port = free_port()
    begun = time.perf_counter()
    process = subprocess.Popen(
        [str(BOTYARD), "serve", "--port", str(port)],
        cwd=home,
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with ended(process):
        wait_until_ready(f"http://127.0.0.1:{port}/readyz")
        ready_s = time.perf_counter() - begun
        time.sleep(2)
        idle = resident_mb(process.pid)
        register(port, business)
        took_ms = _first_message(port, business)
        return f"{ready_s:.2f} | {idle:.0f} | {took_ms:.0f} | {resident_mb(process.pid):.0f}"


def _first_message(port: int, business: Business) -> float:
    body = {
        "user": {"auth_id": "user0"},
        "message_body": "might you be open this sunday perhaps",
        "message_type": 0,
        "business_id": business.business_id,
    }
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/v1.0/sync_message_from_user/",
        json.dumps(body).encode(),
        {
            "client-id": business.client_id,
            "Authorization": f"Bearer {business.token}",
            "Content-Type": "application/json",
        },
    )
    begun = time.perf_counter()
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - an address of this machine
        answer.read()
    return (time.perf_counter() - begun) * 1000


if __name__ == "__main__":
    print("\n".join(part() for part in (beside, long_messages, server)))
