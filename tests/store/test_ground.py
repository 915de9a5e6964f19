"""The lock, announcements, blobs and secrets."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botyard.errors import NotFound
from botyard.store import blobs
from botyard.store.announce import MISSED, WAITING, Announcements
from botyard.store.database import open_database
from botyard.store.lock import HeldByAnother, NoDatabaseFile, hold
from botyard.store.secrets import KeyUnusable, SecretsKey, SecretUnreadable
from botyard.store.up_to_date import bring_up_to_date

HOLDER = """
import sys, time
from botyard.store.lock import hold
lock = hold(sys.argv[1], control_socket="/run/b.sock")
print("held", flush=True)
time.sleep(60)
"""


def test_one_process_writes_and_names_itself_to_the_next(tmp_path: Path) -> None:
    """The second is told who and where; when the first is killed, the lock is free, with nothing to clean up."""
    url = f"sqlite:///{tmp_path}/b.db"
    with subprocess.Popen([sys.executable, "-c", HOLDER, url], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(HeldByAnother) as refused:
            hold(url)
        assert (refused.value.holder.pid, refused.value.holder.control_socket) == (holder.pid, "/run/b.sock")
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()
    with hold(url), pytest.raises(HeldByAnother):
        hold(url)
    hold(url).release()


def test_a_link_leads_to_the_same_lock(tmp_path: Path) -> None:
    """Whoever comes by a symlink, to the file or to its folder, meets whoever came by its own name."""
    (tmp_path / "real").mkdir()
    (tmp_path / "folder").symlink_to("real")
    (tmp_path / "link.db").symlink_to("real/b.db")
    with hold(f"sqlite:///{tmp_path}/real/b.db"):
        for name in ("link.db", "folder/b.db", "folder/../real/b.db"):
            with pytest.raises(HeldByAnother):
                hold(f"sqlite:///{tmp_path}/{name}")
    assert not list(tmp_path.glob("*.lock"))


def test_a_database_with_two_names_is_refused(tmp_path: Path) -> None:
    """A hard link cannot be locked by name: neither name is taken until one of them is gone."""
    (tmp_path / "a.db").touch()
    (tmp_path / "b.db").hardlink_to(tmp_path / "a.db")
    for name in ("a.db", "b.db"):
        with pytest.raises(NoDatabaseFile, match="hard link"):
            hold(f"sqlite:///{tmp_path}/{name}")
    (tmp_path / "b.db").unlink()
    hold(f"sqlite:///{tmp_path}/a.db").release()


def test_what_is_no_plain_file_is_no_database(tmp_path: Path) -> None:
    """A device or a folder gets a sentence, and nothing is made beside it."""
    for path in ("/dev/null", "/dev/full", str(tmp_path)):
        with pytest.raises(NoDatabaseFile, match="no plain file"):
            hold(f"sqlite:///{path}")
    assert not Path("/dev/null.lock").exists()


def test_a_folder_that_cannot_be_written_is_a_sentence_with_its_cure(tmp_path: Path) -> None:
    """Not the errno of a file that nobody knows of; also where the folder has to be made first."""
    (tmp_path / "b.db.lock").mkdir()  # as unopenable as what others own, to root as well
    (tmp_path / "file").touch()
    for name in ("b.db", "file/b.db"):
        with pytest.raises(NoDatabaseFile, match="name another folder in BOTYARD_DATABASE_URL"):
            hold(f"sqlite:///{tmp_path}/{name}")


def test_who_is_alone_tells_nobody_and_whoever_comes_that_some_was_missed() -> None:
    """Listeners here hear everything all the while."""
    told, heard = list[tuple[str, str]](), list[str]()

    async def test() -> None:
        announcements = Announcements()
        announcements.tell_others = lambda topic, what: told.append((topic, what))
        with announcements.listen("t") as listener:
            for word, is_alone in (("first", True), ("second", False), ("third", False), ("fourth", True)):
                announcements.note_others(is_alone=is_alone)
                announcements.publish("t", word)
                heard.append(await listener.next())
            announcements.heard("other", "a word")  # who says something is there
            announcements.publish("t", "fifth")

    asyncio.run(test())
    assert heard == ["first", "second", "third", "fourth"]
    assert told == [("", MISSED), ("t", "second"), ("t", "third"), ("", MISSED), ("t", "fifth")]


def test_a_slow_listener_hears_each_word_once_and_the_latest_last() -> None:
    """Nobody who announces waits, and no listener falls behind by more than the words there are."""

    async def test() -> None:
        announcements = Announcements()
        announcements.publish("t", "before anybody listened")
        with announcements.listen("t") as listener, announcements.listen("other") as other:
            for word in ("messages", "typing_on", "messages", "typing_off", "typing_on"):
                announcements.publish("t", word)
            assert [await listener.next() for _ in range(3)] == ["messages", "typing_off", "typing_on"]
            for number in range(WAITING + 1):
                announcements.publish("t", str(number))
            assert await listener.next() == MISSED
            waiting = asyncio.create_task(other.next())
            await asyncio.sleep(0)
            assert not waiting.done()
            announcements.publish("other", "now")
            assert await waiting == "now"
        assert announcements._listening == {}

    asyncio.run(test())


def test_the_same_bytes_are_kept_once_under_their_hash(tmp_path: Path) -> None:
    """Putting twice, or twice at once, keeps one copy; what was never put is not found."""
    url = f"sqlite:///{tmp_path}/b.db"
    bring_up_to_date(url)
    database = open_database(url)

    async def test() -> None:
        content = os.urandom(3_000_000)
        name, again = await asyncio.gather(blobs.put(database, content), blobs.put(database, content))
        assert name == again
        assert await blobs.get(database, name) == content
        assert len(await database.all(blobs.blob.select(), {})) == 1
        with pytest.raises(NotFound):
            await blobs.get(database, "0" * 64)

    asyncio.run(test())
    database.close()


KEY = SecretsKey.from_hex("ab" * 32)


@given(st.text(), st.text())
def test_a_secret_opens_under_its_own_name_only(name: str, text: str) -> None:
    """What is sealed comes back; under another name, another key, or with one bit changed it does not."""
    sealed = KEY.encrypt(name, text)
    assert KEY.decrypt(name, sealed) == text
    assert sealed != KEY.encrypt(name, text)
    for wrong, what in ((KEY, name + "x"), (SecretsKey.from_hex("cd" * 32), name)):
        with pytest.raises(SecretUnreadable):
            wrong.decrypt(what, sealed)
    for place in (0, 1, 13, len(sealed) - 1):  # version, nonce, ciphertext or tag, tag
        with pytest.raises(SecretUnreadable):
            KEY.decrypt(name, sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :])
    with pytest.raises(SecretUnreadable):
        KEY.decrypt(name, b"")


def test_a_key_file_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    """The second start reads what the first one made; nobody else may."""
    path = tmp_path / "key"
    sealed = SecretsKey.from_file(path).encrypt("n", "text")
    assert path.stat().st_mode & 0o777 == 0o600
    assert SecretsKey.from_file(path).decrypt("n", sealed) == "text"
    for digits in ("", "zz", "ab" * 31):
        with pytest.raises(KeyUnusable):
            SecretsKey.from_hex(digits)
