"""`botyard chat` and `botyard demo` while somebody changes the bot: what is saved counts, what is broken is told."""

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import IO

import pytest

from tests.processes import SAMPLE, botyard, environment

PATIENCE_S = 60


class Talk:
    """A running command that one can talk to, and everything it wrote."""

    def __init__(self, home: Path, *arguments: str | Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "botyard.cli", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=home,
            env=environment(home),
        )
        self._lines: Queue[str] = Queue()
        self._readers = [Thread(target=self._read, args=(one,)) for one in (self.process.stdout, self.process.stderr)]
        for reader in self._readers:
            reader.start()

    def _read(self, stream: IO[str] | None) -> None:
        assert stream is not None
        with stream:
            for line in stream:
                self._lines.put(line.rstrip("\n"))

    def until(self, wanted: str) -> str:
        """Wait for a line that holds these words."""
        deadline = time.monotonic() + PATIENCE_S
        seen = []
        while time.monotonic() < deadline:
            try:
                seen.append(self._lines.get(timeout=0.2))
            except Empty:
                continue
            if wanted in seen[-1]:
                return seen[-1]
        raise AssertionError(f"{wanted!r} never came, but {seen}")

    def says(self, text: str) -> None:
        """Type a line."""
        assert self.process.stdin is not None
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()

    def rest(self) -> list[str]:
        """What it wrote that nobody waited for, once it has ended."""
        for reader in self._readers:
            reader.join()
        return [self._lines.get() for _ in range(self._lines.qsize())]

    def end(self) -> None:
        """End it if it has not ended."""
        self.process.terminate()
        self.process.wait(timeout=PATIENCE_S)
        self.rest()
        assert self.process.stdin is not None
        self.process.stdin.close()


@contextmanager
def talking(folder: Path) -> Iterator[Talk]:
    """Talk to the bot in a folder for as long as the block runs."""
    talk = Talk(folder.parent, "chat", folder)
    try:
        talk.until("Ctrl-D ends")
        yield talk
    finally:
        talk.end()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The sample, to be changed."""
    shutil.copytree(SAMPLE, tmp_path / "store")
    shutil.copy(SAMPLE.parent / "botyard.toml", tmp_path / "botyard.toml")
    return tmp_path / "store"


def changed(file: Path, old: str, new: str) -> None:
    """Save a file with other words in it."""
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_chat_goes_on_with_what_is_saved_and_stays_where_it_stood(folder: Path) -> None:
    """Half way through a price other words are saved: they are said, and the price still needs a product."""
    with talking(folder) as talk:
        talk.says("how much is it?")
        talk.until("Which product")
        changed(folder / "copy.yaml", "10 am", "7 am")
        changed(folder / "entities" / "product_name.yaml", "I know the speaker", "We only have the speaker")
        talk.until("The bot has changed")
        talk.says("bananas")
        talk.until("We only have the speaker and the powerbank")
        talk.says("when do you open?")
        talk.until("7 am")


def test_chat_says_what_is_wrong_with_a_save_and_goes_on_with_the_last_good_version(folder: Path) -> None:
    """File and line are named; once mended, the new words count."""
    node = folder / "nodes" / "store_hours.yaml"
    with talking(folder) as talk:
        node.write_text(node.read_text() + "nonsense: 1\n")
        talk.until("nodes/store_hours.yaml:")
        talk.until("The last good version goes on")
        talk.says("when do you open?")
        talk.until("10 am")
        changed(node, "nonsense: 1\n", "")
        talk.until("The bot has changed")


def test_chat_forgets_where_it_stood_when_that_node_is_gone(tmp_path: Path) -> None:
    """Its question is not waited for any more: the number that would have answered it is nothing special."""
    folder = tmp_path / "cafe"
    assert botyard(tmp_path, "new", folder).returncode == 0
    with talking(folder) as talk:
        talk.says("a table please")
        talk.until("For how many guests?")
        shutil.rmtree(folder / "dialogues")
        (folder / "nodes" / "table.yaml").unlink()
        talk.until("The bot has changed")
        talk.says("4")
        talk.until("Sorry, I did not get that")


def test_ctrl_c_ends_chat_while_it_waits_for_a_line(folder: Path) -> None:
    """At once, with 130, as every interrupted program; without a stack trace or a complaint of Python's."""
    with talking(folder) as talk:
        talk.process.send_signal(signal.SIGINT)
        assert talk.process.wait(timeout=PATIENCE_S) == 130
        assert talk.rest() == []


def test_the_demo_makes_live_what_is_saved(folder: Path) -> None:
    """Its bot folder may be changed while it runs; a broken save is told, and the last good version goes on."""
    talk = Talk(folder.parent, "demo", "--port", "0", "--bot", folder)
    try:
        talk.until("sync_message_from_user")
        changed(folder / "copy.yaml", "10 am", "7 am")
        talk.until("What you saved is live")
        changed(folder / "copy.yaml", "opening_hours:", "closing_hours:")
        talk.until("%copy_opening_hours")
        talk.until("The last good version goes on")
    finally:
        talk.end()
