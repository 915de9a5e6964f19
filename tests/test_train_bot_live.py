"""Train Bot through a running server: the old model answers meanwhile, and Ctrl-C ends it."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.processes import Client, Server, botyard, environment, serving

BOT = "botyard: 1\nname: Shop\nsystem_name: shop\nlanguages: [en]\nbot_break: {en: [Sorry?]}\n"
HOURS = """\
name: Hours
system_name: HOURS
start: true
did_you_mean: {en: Opening hours}
user_says:
  en: [when are you open, opening hours]
bot_says: {initial: {en: [Ten to eight.]}}
"""
ENOUGH, MANY = 300, 6_000
ENDS_WITHIN_S = 10


def deployed(home: Path) -> Client:
    """The small bot, live."""
    (home / "shop" / "nodes").mkdir(parents=True)
    (home / "shop" / "bot.yaml").write_text(BOT)
    (home / "shop" / "nodes" / "hours.yaml").write_text(HOURS)
    done = botyard(home, "deploy", "shop", "--json", encoder="off")
    assert done.returncode == 0, done.stderr
    return Client(json.loads(done.stdout))


def grown(home: Path, sentences: int) -> None:
    """Give it another answer and a node that takes its time to be learnt."""
    (home / "shop" / "nodes" / "hours.yaml").write_text(HOURS.replace("Ten to eight.", "Nine to nine."))
    said = "".join(f"    - where is parcel {n} of order {n * 7} for street {n * 13}\n" for n in range(sentences))
    big = (
        HOURS.replace("Hours", "Parcel")
        .replace("HOURS", "PARCEL")
        .replace("Opening hours", "Parcel")
        .partition("  en:")[0]
        + f"  en:\n{said}"
    )
    (home / "shop" / "nodes" / "parcel.yaml").write_text(big + "bot_says: {initial: {en: [On its way.]}}\n")


def deploying(home: Path) -> "subprocess.Popen[str]":
    """A deployment of what is in the folder now."""
    command = [sys.executable, "-m", "botyard.cli", "deploy", "shop"]
    surroundings = environment(home, encoder="off")
    return subprocess.Popen(command, cwd=home, env=surroundings, stderr=subprocess.PIPE, text=True)


def trainings_of(server: Server) -> list[str]:
    """The processes that the server trains in."""
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    lines = [Path(f"/proc/{child}/cmdline") for child in children]
    return [line.read_bytes().decode() for line in lines if line.exists() and b"training_child" in line.read_bytes()]


def test_the_old_model_answers_until_the_new_one_is_in_place(tmp_path: Path) -> None:
    """And the new one from the moment the deployment says so."""
    client = deployed(tmp_path)
    with serving(tmp_path, encoder="off") as server:
        client.knows(server, "asha")
        grown(tmp_path, ENOUGH)
        with deploying(tmp_path) as deployment:
            answers = []
            while deployment.poll() is None:
                answers += client.says(server, "asha", "when are you open")
            assert deployment.returncode == 0
        assert answers[0] == "Ten to eight."
        assert set(answers) <= {"Ten to eight.", "Nine to nine."}
        assert client.says(server, "asha", "when are you open") == ["Nine to nine."]
        assert client.says(server, "asha", "where is my parcel of order 77") == ["On its way."]


def test_ctrl_c_ends_a_training_in_the_server(tmp_path: Path) -> None:
    """Its process is gone soon, nothing has changed, and the next deployment is trained."""
    client = deployed(tmp_path)
    with serving(tmp_path, encoder="off") as server:
        client.knows(server, "asha")
        grown(tmp_path, MANY)
        with deploying(tmp_path) as deployment:
            assert deployment.stderr is not None
            while "training en" not in deployment.stderr.readline():
                assert deployment.poll() is None
            assert trainings_of(server)
            deployment.send_signal(signal.SIGINT)
            assert deployment.wait(ENDS_WITHIN_S) == 130
            assert "what was live stays live" in deployment.stderr.read()
        give_up = time.monotonic() + ENDS_WITHIN_S
        while trainings_of(server):
            assert time.monotonic() < give_up
            time.sleep(0.05)
        assert client.says(server, "asha", "when are you open") == ["Ten to eight."]
        grown(tmp_path, 1)
        assert botyard(tmp_path, "deploy", "shop", encoder="off").returncode == 0
        assert client.says(server, "asha", "when are you open") == ["Nine to nine."]


def test_an_encoder_that_cannot_be_had_refuses_a_deployment(tmp_path: Path) -> None:
    """With a sentence that names the folder; nothing has changed."""
    client = deployed(tmp_path)
    refused = botyard(tmp_path, "deploy", "shop", encoder=str(tmp_path / "nowhere"))
    assert refused.returncode == 1
    assert str(tmp_path / "nowhere") in refused.stderr
    assert "Traceback" not in refused.stderr
    with serving(tmp_path, encoder=str(tmp_path / "nowhere")) as server:
        client.knows(server, "asha")
        assert client.says(server, "asha", "when are you open") == ["Ten to eight."]
