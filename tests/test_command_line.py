"""Each command as a process: exit codes, what goes where, and words a person can act on."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.processes import SAMPLE, botyard


def broken(tmp_path: Path) -> Path:
    """The sample with a connection to nowhere."""
    folder = tmp_path / "broken"
    shutil.copytree(SAMPLE, folder)
    node = folder / "nodes" / "product_price.yaml"
    node.write_text(node.read_text().replace("to: BUY_PRODUCT", "to: BUY_PRODUCTS"))
    return folder


def test_check_is_silent_about_the_sample(tmp_path: Path) -> None:
    """Nothing to say, exit 0."""
    done = botyard(tmp_path, "check", SAMPLE)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_check_names_file_and_line_and_exits_1(tmp_path: Path) -> None:
    """For people on standard error; for programs as JSON on standard output."""
    folder = broken(tmp_path)
    done = botyard(tmp_path, "check", folder)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "nodes/product_price.yaml:" in done.stderr
    assert "BUY_PRODUCTS" in done.stderr
    problems = json.loads(botyard(tmp_path, "check", folder, "--json").stdout)
    assert {"nodes/product_price.yaml"} <= {problem["file"] for problem in problems}


@pytest.mark.parametrize("encoder", ["auto", "off"])
def test_test_plays_the_samples_dialogues(tmp_path: Path, encoder: str) -> None:
    """All hold, with a sentence encoder and without; the JUnit report counts them."""
    done = botyard(tmp_path, "test", SAMPLE, "--junit", tmp_path / "report.xml", encoder=encoder)
    assert done.returncode == 0, done.stderr
    suite = ET.parse(tmp_path / "report.xml").getroot()  # noqa: S314 - we wrote it ourselves
    assert int(suite.get("tests", "0")) >= 10
    assert suite.get("failures") == "0"


def test_test_shows_a_diff_for_what_does_not_hold(tmp_path: Path) -> None:
    """Expected and found, one under the other; exit 1."""
    folder = tmp_path / "other"
    shutil.copytree(SAMPLE, folder)
    hours = folder / "copy.yaml"
    hours.write_text(hours.read_text().replace("10 am", "11 am"))
    done = botyard(tmp_path, "test", folder)
    assert done.returncode == 1
    assert "- bot:" in done.stderr
    assert "11 am" in done.stderr


def test_chat_answers_line_by_line(tmp_path: Path) -> None:
    """The bot's words on standard output, the trace beside them."""
    done = botyard(tmp_path, "chat", SAMPLE, "--trace", stdin="when are you open\n")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("We are open")
    assert "exact sentence" in done.stderr


def test_wrong_usage_exits_2_and_a_refusal_1(tmp_path: Path) -> None:
    """Neither ever shows a stack trace."""
    assert botyard(tmp_path, "deploy").returncode == 2
    assert botyard(tmp_path, "check", tmp_path / "nowhere").returncode == 2
    refused = botyard(tmp_path, "deploy", SAMPLE, database_url="mysql://x")
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
    assert "sqlite:///" in refused.stderr


def test_python_runs_it_as_a_module_too(tmp_path: Path) -> None:
    """Where the command is on nobody's path; its usage names the command all the same."""
    done = subprocess.run(
        [sys.executable, "-m", "botyard", "check", str(SAMPLE)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
