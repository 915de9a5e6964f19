"""What an export may replace: its own earlier work, never somebody's."""

from collections.abc import Callable
from pathlib import Path

import pytest

from botyard.releases.exported import NOTE, WouldBeLost, write_export
from botyard.releases.folder import read_folder, write_folder

OLD = {"bot.yaml": b"botyard: 1\n", "nodes/a.yaml": b"name: A\n"}
NEW = {"bot.yaml": b"botyard: 1\nname: New\n"}


def test_an_export_replaces_an_export(tmp_path: Path) -> None:
    """Also into an empty folder, and where it is; the note is hidden from whoever reads the bot."""
    folder = tmp_path / "shop"
    folder.mkdir()
    for files in (OLD, NEW, NEW, OLD):
        write_export(folder, files)
        found = read_folder(folder)
        assert (found.files, found.problems) == (files, ())


@pytest.mark.parametrize("note", [b"", b"{}", b'{"files": {"bot.yaml": "00"}}', b'{"files": 7}'])
def test_what_somebody_wrote_is_kept(tmp_path: Path, note: bytes) -> None:
    """By hand without a note, or with one that says something else; forced, it goes."""
    folder = tmp_path / "shop"
    write_folder(folder, OLD)
    if note:
        (folder / NOTE).write_bytes(note)
    with pytest.raises(WouldBeLost, match="--force"):
        write_export(folder, NEW)
    assert read_folder(folder).files == OLD
    write_export(folder, NEW, is_forced=True)
    assert read_folder(folder).files == NEW


def edited(folder: Path) -> None:
    """A line of somebody's own."""
    (folder / "bot.yaml").write_bytes(b"botyard: 1 # mine\n")


def added(folder: Path) -> None:
    """A file more."""
    (folder / "faqs.yaml").write_bytes(b"[]\n")


def deleted(folder: Path) -> None:
    """A file less."""
    (folder / "nodes" / "a.yaml").unlink()


def linked(folder: Path) -> None:
    """The same bytes, but elsewhere."""
    (folder / "bot.yaml").rename(folder.parent / "bot.yaml")
    (folder / "bot.yaml").symlink_to("../bot.yaml")


@pytest.mark.parametrize("change", [edited, added, deleted, linked])
def test_what_somebody_changed_since_is_kept(tmp_path: Path, change: Callable[[Path], None]) -> None:
    """The next export says so, and leaves the folder as it is."""
    write_export(tmp_path / "shop", OLD)
    change(tmp_path / "shop")
    with pytest.raises(WouldBeLost):
        write_export(tmp_path / "shop", NEW)
    assert (tmp_path / "shop" / "bot.yaml").read_bytes() != NEW["bot.yaml"]


def test_the_same_files_may_be_written_again(tmp_path: Path) -> None:
    """A copy without its note, as version control may keep it, loses nothing by the same bytes."""
    write_folder(tmp_path / "shop", OLD)
    write_export(tmp_path / "shop", OLD)
    assert (tmp_path / "shop" / NOTE).exists()
