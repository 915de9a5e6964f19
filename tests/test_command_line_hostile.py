"""What people and shells pass on by mistake: one sentence and exit code 1, never a stack trace."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import SAMPLE, botyard, environment

NO_TEXT = os.fsdecode(b"x\xff")

WORDS: list[tuple[str, ...]] = [
    ("deploy", str(SAMPLE), "--team", NO_TEXT),
    ("deploy", str(SAMPLE), "--team", ""),
    ("deploy", str(SAMPLE), "--team", "a\nb"),
    ("export", NO_TEXT, "out"),
    ("chat", str(SAMPLE), "--language", NO_TEXT),
    ("webhook", "check", "http://127.0.0.1:1/", "--secret", NO_TEXT),
    ("webhook", "check", "http://127.0.0.1:1/", "--secret", "s", "--node", NO_TEXT),
    ("webhook", "check", "http://127.0.0.1:1/", "--secret", "s", "--entity", f"a={NO_TEXT}"),
    ("webhook", "check", f"http://{NO_TEXT}/", "--secret", "s"),
    ("nlu", "explain", NO_TEXT, "--bot", str(SAMPLE)),
    ("serve", "--port", "0", "--host", "é..x"),
    ("serve", "--port", "0", "--host", NO_TEXT),
    ("serve", "--port", "0", "--host", "no such host"),
]


def refused(home: Path, *arguments: str | Path, **settings: str) -> str:
    """Run a command that must end with one sentence and exit code 1; the sentence."""
    done = botyard(home, *arguments, **settings)
    assert (done.returncode, done.stdout) == (1, ""), done
    assert "Traceback" not in done.stderr
    *progress, sentence = done.stderr.splitlines()
    assert all(line.startswith(("·", "passed")) for line in progress), done.stderr
    return sentence


@pytest.mark.parametrize("command", WORDS, ids=ascii)
def test_words_that_are_none_are_refused(tmp_path: Path, command: tuple[str, ...]) -> None:
    """Bytes that are no text, names without a letter, hosts that cannot be."""
    assert refused(tmp_path, *command)
    assert not (tmp_path / "out").exists()


def test_the_settings_file_may_be_anything(tmp_path: Path) -> None:
    """Nested without end, a pipe, a folder: the file is named, and nothing waits for it."""
    file = tmp_path / "botyard.toml"
    file.write_text("a = " + "[" * 100_000)
    assert "botyard.toml: expected TOML" in refused(tmp_path, "settings")
    file.unlink()
    os.mkfifo(file)
    assert "botyard.toml: expected a plain file" in refused(tmp_path, "settings")
    file.unlink()
    file.mkdir()
    assert "botyard.toml: expected a plain file" in refused(tmp_path, "settings")


def test_a_secret_that_is_no_text_is_refused_and_not_shown(tmp_path: Path) -> None:
    """In the environment, where the variable is named."""
    said = refused(tmp_path, "settings", secret_price="hush-7" + NO_TEXT)
    assert "BOTYARD_SECRET_PRICE" in said
    assert "hush" not in said


def test_a_full_disk_is_named(tmp_path: Path) -> None:
    """The report's file, the predictions' file, and standard output."""
    assert refused(tmp_path, "test", SAMPLE, "--junit", "/dev/full").startswith("/dev/full: ")
    (tmp_path / "T.csv").write_text("sentence,label\nhello,HI\n")
    predict = ("nlu", "predict", "--no-encoder", "--train", "T.csv", "--test", "T.csv")
    assert refused(tmp_path, *predict, "--out", "/dev/full").startswith("/dev/full: ")
    for command in ("settings", "--help"):
        with Path("/dev/full").open("w") as full:
            done = subprocess.run(
                [sys.executable, "-m", "botyard.cli", command],
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                cwd=tmp_path,
                env=environment(tmp_path),
                check=False,
            )
        assert (done.returncode, done.stderr) == (1, "the output: No space left on device\n")


def test_links_in_a_ring_are_a_problem_of_the_bot(tmp_path: Path) -> None:
    """Named by `check`, and refused where a folder should be made."""
    shutil.copytree(SAMPLE, tmp_path / "bot")
    (tmp_path / "bot" / "nodes" / "loop.yaml").symlink_to("loop.yaml")
    done = botyard(tmp_path, "check", "bot", secret_price_webhook="s", secret_order_webhook="s")
    assert done.returncode == 1
    assert done.stderr.startswith("nodes/loop.yaml:1: ")
    (tmp_path / "ring").symlink_to("ring")
    assert "ring" in refused(tmp_path, "new", "ring")


FAULT = """
import sys
import click
from botyard.cli import main
from botyard.strict_json import parse

@main.command()
def broken() -> None:
    parse(7, max_bytes="hush-7")

main()
"""


def test_what_nobody_foresaw_is_our_fault_and_says_where(tmp_path: Path) -> None:
    """One sentence without the error's own words; the stack trace is there for whoever asks for it."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", FAULT, *arguments]
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)

    done = run("broken")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "fault of Botyard" in done.stderr
    assert "TypeError in strict_json.py:" in done.stderr
    shown = run("--traceback", "broken")
    assert shown.returncode == 1
    assert shown.stderr.startswith("Traceback")
