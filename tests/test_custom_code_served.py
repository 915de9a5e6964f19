"""Custom code from one end to the other: deployed, served, chatted with, and where no sandbox is to be had."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import connect

from tests.attacks.conftest import yard
from tests.attacks.hostile import Yard
from tests.processes import ROOT, SAMPLE, Client, Server, botyard, environment, free_port, serving

__all__ = ["yard"]

OFFER = "Today the radio alarm clock speaker comes with a free charging cable."
BREAK = "Sorry, I did not get that. You can ask me for a price, our opening hours or how delivery works."
ASKS = "is there an offer today"
SECRETS = {"secret_price_webhook": "test", "secret_order_webhook": "test"}


def get(server: Server, path: str) -> tuple[int, str]:
    """Ask an address of the operators'."""
    try:
        with urllib.request.urlopen(server.address + path, timeout=30) as answer:  # noqa: S310 - our own server
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


def told_to_builders(server: Server, client: Client) -> str:
    """Be a builder at the chat page whose message the bot's code answers; what stands above the trace by then."""
    told: str = ""
    key = client.headers["Authorization"].removeprefix("Bearer ")
    with connect(f"{server.address.replace('http', 'ws', 1)}/chat/{client.business_id}/socket") as page:
        page.send(json.dumps({"hello": {"builder": key}}))
        page.send(json.dumps({"say": {"key": "one", "text": ASKS}}))
        while True:
            frame = json.loads(page.recv(timeout=20))
            told = frame.get("trouble", told)
            if any(call["ended_at"] for call in frame.get("trace", {}).get("calls", ())):
                return told


def deployed(home: Path, bot: Path = SAMPLE, **settings: str) -> Client:
    """Make the sample live."""
    done = botyard(home, "deploy", bot, "--json", **SECRETS, **settings)
    assert done.returncode == 0, done.stderr
    assert "· preparing the code" in done.stderr
    return Client(json.loads(done.stdout))


def sample(home: Path) -> Path:
    """Make a sample of one's own."""
    folder: Path = shutil.copytree(SAMPLE, home / "bot")
    return folder


def open_to_all(folder: Path) -> None:
    """Let another user work in a folder of pytest's."""
    for one in (folder, *folder.parents[:-2]):
        one.chmod(0o777)
    for inner in folder.rglob("*"):
        inner.chmod(0o777)


def test_a_served_bot_answers_with_its_code_and_the_operator_sees_the_sandbox(yard: Yard, tmp_path: Path) -> None:
    """The copy in the user's language, the state in readyz and in the metrics."""
    del yard
    client = deployed(tmp_path)
    with serving(tmp_path) as server:
        client.knows(server, "asha")
        assert client.says(server, "asha", ASKS) == [OFFER]
        status, ready = get(server, "/readyz")
        assert (status, json.loads(ready)["checks"]["sandbox"].partition(";")[0]) == (200, "ok")
        assert 'botyard_sandbox{is="ok"} 1.0' in get(server, "/metrics")[1]
        assert 'botyard_calls_total{outcome="answered"} 1.0' in get(server, "/metrics")[1]
        assert server.stop() == 0


def test_a_server_without_code_starts_no_sandbox(tmp_path: Path) -> None:
    """And is ready."""
    assert botyard(tmp_path, "new", "shop").returncode == 0
    assert botyard(tmp_path, "deploy", "shop").returncode == 0
    with serving(tmp_path, runner="/nowhere") as elsewhere:
        status, ready = get(elsewhere, "/readyz")
        assert (status, "cannot be reached" in json.loads(ready)["checks"]["sandbox"]) == (200, True)
    with serving(tmp_path) as server:
        assert json.loads(get(server, "/readyz")[1])["checks"]["sandbox"] == "not needed: no live bot has custom code"
        children = subprocess.run(["ps", "--ppid", str(server.pid), "-o", "args="], capture_output=True, check=False)
        assert b"sandbox.runner.runner" not in children.stdout


def test_a_server_uses_the_runner_that_its_operator_started(yard: Yard, tmp_path: Path) -> None:
    """While it is gone, the bot is not ready and its node fails; when it is back, all is well again."""
    del yard
    client = deployed(tmp_path)
    path = tmp_path / "runner.sock"
    with serving(tmp_path, runner=str(path)) as server:
        status, ready = get(server, "/readyz")
        assert status == 503
        assert "the sandbox's runner cannot be reached" in json.loads(ready)["checks"]["sandbox"]
        client.knows(server, "asha")
        assert client.says(server, "asha", ASKS) == [BREAK]
        runner = subprocess.Popen(
            [sys.executable, "-m", "botyard.cli", "runner", "--socket", str(path)],
            stderr=subprocess.PIPE,
            text=True,
            env=environment(tmp_path),
        )
        assert runner.stderr is not None
        try:
            assert "listens" in runner.stderr.readline()
            assert eventually(lambda: client.says(server, "asha", ASKS) == [OFFER])
        finally:
            runner.send_signal(signal.SIGTERM)
            runner.wait(10)
            runner.stderr.close()


def eventually(holds: Any) -> bool:
    """What a server was told of its sandbox counts for five seconds."""
    give_up = time.monotonic() + 15
    while not holds():
        if time.monotonic() > give_up:
            return False
        time.sleep(0.5)
    return True


def test_chat_takes_over_code_as_it_is_saved(yard: Yard, tmp_path: Path) -> None:
    """Good code counts from the next line on; broken code is told with its line, and the last good version goes on."""
    del yard
    bot = sample(tmp_path)
    code = bot / "code" / "todays_offer.py"
    shutil.copy(SAMPLE.parent / "botyard.toml", tmp_path)
    with talking(tmp_path, "chat", bot) as talk:
        talk.says(ASKS)
        talk.until(OFFER)
        code.write_text(code.read_text().replace('"status": True, "response"', '"status": True, "x": 1, "response"'))
        code.write_text(code.read_text().replace('body["copy"]["todays_offer"]', '"Half price!"'))
        talk.until("The bot has changed")
        talk.says(ASKS)
        talk.until("Half price!")
        code.write_text("def main(:\n")
        talk.until("code/todays_offer.py:1: Python cannot read this")
        talk.says(ASKS)
        talk.until("Half price!")
        code.write_text("\n\ndef main(event, context):\n    return {}['nothing']\n")
        talk.until("The bot has changed")
        talk.says(ASKS)
        talk.until("call of TODAYS_OFFER failed: the code raised KeyError: 'nothing'")
        talk.until('File "/var/task/todays_offer.py", line 4, in main')


def test_chat_shows_what_the_code_of_a_turn_wrote(yard: Yard, tmp_path: Path) -> None:
    """`print` and `logging`, with the turn that called it; not a word of it where nobody asked for the trace."""
    del yard
    bot = sample(tmp_path)
    code = bot / "code" / "todays_offer.py"
    words = 'import logging\n    print("looked up\\ntwo offers")\n    logging.warning("it is late")\n    body ='
    code.write_text(code.read_text().replace("body =", words, 1))
    talked = botyard(tmp_path, "chat", bot, "--trace", stdin=f"{ASKS}\nwhen do you close?\n", **SECRETS)
    told = talked.stderr
    assert [line.strip("│ ") for line in told.splitlines() if "printed: " in line] == [
        "printed: looked up",
        "printed: two offers",
        "printed: [WARNING] root: it is late",
    ]
    assert told.index("TODAYS_OFFER: asked") < told.index("printed: looked up") < told.index("TODAYS_OFFER: answered")
    assert "printed" not in botyard(tmp_path, "chat", bot, stdin=f"{ASKS}\n", **SECRETS).stderr


@contextmanager
def talking(home: Path, *arguments: str | Path) -> Iterator[Any]:
    """A command that one can talk to."""
    from tests.test_command_line_reload import Talk  # noqa: PLC0415 - its tests are not ours

    talk = Talk(home, *arguments)
    try:
        yield talk
    finally:
        talk.end()


def test_code_that_does_not_load_is_not_deployed(yard: Yard, tmp_path: Path) -> None:
    """The author reads file and line; what was live stays live."""
    del yard
    client = deployed(tmp_path)
    bot = sample(tmp_path)
    (bot / "code" / "todays_offer.py").write_text(
        "import json\nimport no_such_package\ndef main(event, context): pass\n"
    )
    refused = botyard(tmp_path, "deploy", bot, **SECRETS)
    assert refused.returncode == 1
    assert "code/todays_offer.py:2: No module named 'no_such_package': it is neither in compat-2019" in refused.stderr
    with serving(tmp_path) as server:
        client.knows(server, "asha")
        assert client.says(server, "asha", ASKS) == [OFFER]


def test_production_runs_what_was_deployed_whatever_was_saved_since(yard: Yard, tmp_path: Path) -> None:
    """A save and an import change what `chat` and `test` run at once; customers meet it when it is deployed."""
    del yard
    bot = sample(tmp_path)
    client = deployed(tmp_path, bot)
    code = bot / "code" / "todays_offer.py"
    with serving(tmp_path) as server:
        client.knows(server, "asha")
        assert client.says(server, "asha", ASKS) == [OFFER]
        code.write_text(code.read_text().replace('body["copy"]["todays_offer"]', '"Half price!"'))
        assert "Half price!" in botyard(tmp_path, "chat", bot, stdin=f"{ASKS}\n", **SECRETS).stdout
        assert botyard(tmp_path, "import", bot, **SECRETS).returncode == 0
        time.sleep(2)  # so long a version that is live may take until it is served
        assert client.says(server, "asha", ASKS) == [OFFER]
        deployed(tmp_path, bot)
        assert eventually(lambda: client.says(server, "asha", ASKS) == ["Half price!"])


def test_without_walls_everybody_is_told(yard: Yard, tmp_path: Path) -> None:
    """check, settings, deploy, serve and readyz: nobody runs code unsafely without reading it."""
    del yard
    unsafe = {"unsafe_no_sandbox": "1"}
    warning = "custom code runs WITHOUT A SANDBOX"
    checked = botyard(tmp_path, "check", SAMPLE, **SECRETS, **unsafe)
    assert (
        checked.returncode,
        f"bot.yaml:1: warning: BOTYARD_UNSAFE_NO_SANDBOX is set: {warning}" in checked.stderr,
    ) == (
        0,
        True,
    )
    assert warning in botyard(tmp_path, "settings", **unsafe).stderr
    done = botyard(tmp_path, "deploy", SAMPLE, "--json", **SECRETS, **unsafe)
    assert warning in done.stderr
    client = Client(json.loads(done.stdout))
    with serving(tmp_path, **unsafe) as server:
        client.knows(server, "asha")
        assert client.says(server, "asha", ASKS) == [OFFER]
        assert warning in json.loads(get(server, "/readyz")[1])["checks"]["sandbox"]
        assert warning in told_to_builders(server, client)
        assert 'botyard_sandbox{is="unsafe"} 1.0' in get(server, "/metrics")[1]
        server.stop()
        assert any(warning in line for line in server.log if not line.startswith("{"))
        assert any("sandbox_unsafe" in line for line in server.log)


by_root = pytest.mark.skipif(os.getuid() != 0, reason="the machine without namespaces is simulated by root")


def without_namespaces(home: Path, *arguments: str | Path, stdin: str = "") -> "subprocess.CompletedProcess[str]":
    """Run a command where the kernel gives no user namespaces."""
    return subprocess.run(
        [sys.executable, ROOT / "tests" / "without_namespaces.py", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        cwd="/",
        env=environment(home, **SECRETS),
        timeout=90,
        check=False,
    )


@by_root
def test_a_machine_without_namespaces_refuses_to_deploy_and_skips_dialogues(yard: Yard, tmp_path: Path) -> None:
    """With the doctor's reason and fix; what needs no code is played all the same."""
    del yard
    bot = sample(tmp_path)
    open_to_all(tmp_path)
    refused = without_namespaces(tmp_path, "deploy", bot)
    assert refused.returncode == 1
    assert "custom code cannot run here: " in refused.stderr
    assert "raise the limit: sysctl user.max_user_namespaces=10000" in refused.stderr
    played = without_namespaces(tmp_path, "test", bot)
    assert played.returncode == 0
    assert "skipped dialogues/todays_offer.yaml" in played.stderr
    assert "TODAYS_OFFER has custom code, and it cannot run here: " in played.stderr
    assert "0 failed, 2 skipped" in played.stderr
    talked = without_namespaces(tmp_path, "chat", bot, stdin=f"{ASKS}\nwhen do you close?\n")
    assert talked.stdout.splitlines()[0] == BREAK
    assert "We are open" in talked.stdout
    assert "call of TODAYS_OFFER failed: " in talked.stderr
    assert "user.max_user_namespaces" in talked.stderr


@by_root
def test_a_demo_starts_where_no_code_can_run(yard: Yard, tmp_path: Path) -> None:
    """It says so, and the other nodes answer."""
    del yard
    open_to_all(tmp_path)
    process = subprocess.Popen(
        [sys.executable, ROOT / "tests" / "without_namespaces.py", "demo", "--port", str(free_port())],
        stderr=subprocess.PIPE,
        text=True,
        cwd="/",
        env=environment(tmp_path),
    )
    assert process.stderr is not None
    try:
        told = []
        for line in process.stderr:
            told.append(line)
            if "sync_message_from_user" in line:
                break
        assert any("custom code cannot run here: " in line for line in told), told
        assert any("Botyard is running" in line for line in told)
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode == 0
