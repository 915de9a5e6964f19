"""A bot folder on disk: read within limits, replaced whole."""

import os
from pathlib import Path

import pytest

from botyard.errors import BadRequest, NotFound
from botyard.releases import folder as folders
from botyard.releases.folder import read_folder, write_folder
from botyard.releases.watch import look

FILES = {"bot.yaml": b"botyard: 1\n", "nodes/a.yaml": b"name: A\n", "entities/b.csv": b"x,y\n"}


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    """A folder is its files."""
    write_folder(tmp_path / "deep" / "store", FILES)
    found = read_folder(tmp_path / "deep" / "store")
    assert found.files == FILES
    assert found.problems == ()


def test_a_folder_is_replaced_whole(tmp_path: Path) -> None:
    """Nothing of the old bot stays, and nothing is left beside the new one."""
    write_folder(tmp_path / "store", FILES | {"nodes/old.yaml": b"name: Old\n"})
    write_folder(tmp_path / "store", FILES)
    assert read_folder(tmp_path / "store").files == FILES
    assert [path.name for path in tmp_path.iterdir()] == ["store"]


def test_a_failed_write_leaves_the_old_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk half way: the old bot is still there, to the byte, and no debris."""
    write_folder(tmp_path / "store", FILES)

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_folder(tmp_path / "store", {"bot.yaml": b"botyard: 1\nname: new\n"})
    assert read_folder(tmp_path / "store").files == FILES
    assert [path.name for path in tmp_path.iterdir()] == ["store"]


@pytest.mark.parametrize("path", ["../bot.yaml", "/etc/passwd", "nodes/../../x.yaml", "nodes/a/b.yaml", "code/../a.py"])
def test_nothing_is_written_outside_the_folder(tmp_path: Path, path: str) -> None:
    """An import from elsewhere cannot choose where its files land."""
    with pytest.raises(BadRequest):
        write_folder(tmp_path / "store", {path: b""})
    assert list(tmp_path.iterdir()) == []


def test_links_that_lead_out_are_refused(tmp_path: Path) -> None:
    """A bot from a stranger cannot make us read our own files; links within the folder are fine."""
    write_folder(tmp_path / "store", FILES)
    (tmp_path / "secret").write_text("s3cret")
    (tmp_path / "outside").mkdir()
    (tmp_path / "store" / "copy.yaml").symlink_to(tmp_path / "secret")
    (tmp_path / "store" / "dialogues").symlink_to(tmp_path / "outside")
    (tmp_path / "store" / "nodes" / "b.yaml").symlink_to("a.yaml")
    found = read_folder(tmp_path / "store")
    assert found.files == FILES | {"nodes/b.yaml": b"name: A\n"}
    assert [problem.file for problem in found.problems] == ["copy.yaml", "dialogues"]


def test_strangers_are_named_and_not_opened(tmp_path: Path) -> None:
    """A file that is no part of a bot is a problem; hidden ones are nobody's business."""
    write_folder(tmp_path / "store", FILES)
    for name in ("README.md", "nodes/a.yml", ".env"):
        (tmp_path / "store" / name).write_text("x")
    (tmp_path / "store" / ".git").mkdir()
    (tmp_path / "store" / ".git" / "config").write_text("x")
    os.mkfifo(tmp_path / "store" / "faqs.yaml")
    found = read_folder(tmp_path / "store")
    assert found.files == FILES
    assert [problem.file for problem in found.problems] == ["README.md", "faqs.yaml", "nodes/a.yml"]


LEFT_BEHIND = (
    "bot.yaml~",
    "#a.yaml#",
    "4913",
    "a.yaml.bak",
    "a.yaml.orig",
    "a.swp",
    ".a.yaml.swp",
    ".DS_Store",
    "a.tmp",
)


def test_what_editors_leave_behind_is_passed_over(tmp_path: Path) -> None:
    """Beside the bot and in its folders, without a word: it comes and goes while somebody writes."""
    write_folder(tmp_path / "store", FILES)
    for name in LEFT_BEHIND:
        (tmp_path / "store" / name).write_text("x")
        (tmp_path / "store" / "nodes" / name).write_text("x")
    found = read_folder(tmp_path / "store")
    assert (found.files, found.problems) == (FILES, ())


def test_links_in_a_ring_are_named(tmp_path: Path) -> None:
    """As other files that cannot be read; nothing is raised."""
    write_folder(tmp_path / "store", FILES)
    (tmp_path / "store" / "nodes" / "loop.yaml").symlink_to("loop.yaml")
    (tmp_path / "store" / "nodes" / "x.yaml").symlink_to("y.yaml")
    (tmp_path / "store" / "nodes" / "y.yaml").symlink_to("x.yaml")
    found = read_folder(tmp_path / "store")
    assert found.files == FILES
    assert [problem.file for problem in found.problems] == ["nodes/loop.yaml", "nodes/x.yaml", "nodes/y.yaml"]


def test_a_look_sees_what_a_reading_would_trip_over(tmp_path: Path) -> None:
    """Files of no bot and links to nowhere come and go like others; what editors leave behind is not looked at."""
    write_folder(tmp_path / "store", FILES)
    first = look(tmp_path / "store")
    (tmp_path / "store" / "nodes" / "a.yaml~").write_text("x")
    assert look(tmp_path / "store") == first
    for name in ("nodes/a.txt", "nodes/a.yaml.copy"):
        (tmp_path / "store" / name).write_text("x")
        assert look(tmp_path / "store") != first
        (tmp_path / "store" / name).unlink()
        assert look(tmp_path / "store") == first
    (tmp_path / "store" / "nodes" / "loop.yaml").symlink_to("loop.yaml")
    (tmp_path / "store" / "faqs").symlink_to("nodes")
    assert {name for name, _, _ in look(tmp_path / "store") - first} == {"nodes/loop.yaml", "faqs"}


def test_size_is_capped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One file too large is a problem; a folder too large is refused."""
    write_folder(tmp_path / "store", FILES)
    monkeypatch.setattr(folders, "MAX_FILE_BYTES", 9)
    assert [problem.file for problem in read_folder(tmp_path / "store").problems] == ["bot.yaml"]
    monkeypatch.setattr(folders, "MAX_BYTES", 9)
    with pytest.raises(BadRequest, match="larger than a bot may be"):
        read_folder(tmp_path / "store")


def test_there_must_be_a_folder(tmp_path: Path) -> None:
    """A wrong path is said as such; a file is not replaced by a folder."""
    with pytest.raises(NotFound):
        read_folder(tmp_path / "nowhere")
    (tmp_path / "file").write_text("x")
    with pytest.raises(BadRequest):
        write_folder(tmp_path / "file", FILES)
