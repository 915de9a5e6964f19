"""A builder's regular expression has its time, whatever else the process is doing."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import thread_time

from botyard.nlu.entities.found import Detect
from botyard.nlu.entities.registry import prepare
from botyard.nlu.entities.taught.pattern import TIMEOUT_S
from botyard.nlu.understanding import EntitySpec

QUADRATIC = r"[a-z]+[!?]"  # `botyard check` takes it: on no message of usual length is it slow
CUBIC = r"[a-z]+[a-z0-9]+[!?]"


def looks_for(pattern: str) -> Detect:
    """Make the detector of a pattern, once: that checks it."""
    return prepare(EntitySpec(name="order", type="regex", regex=pattern))


def spent(look: Detect, text: str) -> float:
    """Say how much of this thread's processor time one look takes."""
    began = thread_time()
    look(text, "en")
    return thread_time() - began


@contextmanager
def others_at_work() -> Iterator[None]:
    """Let threads beside this one burn the processors, as a model's matrices do, without the interpreter's lock."""
    is_over, block = threading.Event(), bytes(1 << 20)

    def burn() -> None:
        while not is_over.is_set():
            hashlib.sha256(block).digest()

    threads = [threading.Thread(target=burn) for _ in range(6)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        is_over.set()
        for thread in threads:
            thread.join()


def test_a_busy_process_does_not_cut_an_innocent_search_off() -> None:
    """A search that needs a third of its time finds what there is, each time, beside threads that take the rest."""
    look, chars = looks_for(QUADRATIC), 100
    while spent(look, "a" * chars) < TIMEOUT_S / 3 and chars < 1900:
        chars += 50
    with others_at_work():
        found = [look("a" * chars + " wow!", "en") for _ in range(10)]
    assert [[one.value for one in each] for each in found] == [["wow!"]] * 10


def test_a_catastrophic_search_ends_also_where_the_process_is_busy() -> None:
    """It costs its thread little more than its time, and it finds nothing."""
    look, text = looks_for(CUBIC), "a" * 2000
    assert look(text, "en") == []
    assert spent(look, text) < 2 * TIMEOUT_S
    with others_at_work():
        times = sorted(spent(look, text) for _ in range(11))
    assert times[5] < 3 * TIMEOUT_S
    assert times[-1] < 6 * TIMEOUT_S  # where the others rest just when more time was given because of them
