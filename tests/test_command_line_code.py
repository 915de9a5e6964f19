"""`botyard code run` and `botyard runner`, as processes."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from botyard.integrations.sandbox.jail.doctor import ATTACKS
from botyard.integrations.sandbox.jail.jails import Source
from botyard.integrations.sandbox.jail.policy import policy
from botyard.integrations.sandbox.jail.pool import Wanted
from botyard.integrations.sandbox.runner.client import Sandbox
from botyard.integrations.sandbox.said import CodeAnswer
from tests.attacks.conftest import yard
from tests.attacks.hostile import Yard
from tests.processes import ROOT, botyard, environment

__all__ = ["yard"]

KEYS = ["ok", "statusCode", "body", "stdout", "stderr", "error", "duration_ms", "max_rss_mb"]
GREETS = """\
import json, sys
def main(event, context):
    print("out")
    print("err", file=sys.stderr)
    return {"statusCode": 200, "body": json.dumps({"status": True, "response": [context.function_name]}), "headers": {}}
"""


def run(folder: Path, text: str | bytes, *options: str | Path, name: str = "greets.py") -> tuple[int, dict[str, Any]]:
    """Run a file once; the exit code, and what was printed."""
    (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)
    done = botyard(folder, "code", "run", folder / name, "--json", *options)
    [line] = done.stdout.splitlines()
    found: dict[str, Any] = json.loads(line)
    assert list(found) == KEYS
    assert (done.returncode == 0) == found["ok"] == (found["error"] is None)
    assert found["error"] is None or list(found["error"]) == ["type", "message", "traceback"]
    return done.returncode, found


def test_code_that_answers_is_run_once(yard: Yard, tmp_path: Path) -> None:
    """With the text that `main` returned, what it wrote, how long it took and what it used; no database is made."""
    del yard
    code, found = run(tmp_path, GREETS)
    assert code == 0
    assert (found["statusCode"], json.loads(found["body"])) == (200, {"status": True, "response": ["greets"]})
    assert (found["stdout"], found["stderr"]) == ("out\n", "err\n")
    assert found["duration_ms"] > 0
    assert 5 < found["max_rss_mb"] < 100
    assert [path.name for path in tmp_path.iterdir()] == ["greets.py"]


def test_the_event_is_the_file_that_was_given_or_one_of_ours(yard: Yard, tmp_path: Path) -> None:
    """Any JSON is handed over as it is; ours has the keys that a node's code is given."""
    del yard
    echoes = "import json\ndef main(event, context): return {'statusCode': 200, 'body': json.dumps(event)}"
    (tmp_path / "event.json").write_text('{"body": "नमस्ते", "more": [1, null]}')
    assert json.loads(run(tmp_path, echoes, "--event", tmp_path / "event.json")[1]["body"]) == {
        "body": "नमस्ते",
        "more": [1, None],
    }
    event = json.loads(run(tmp_path, echoes)[1]["body"])
    assert sorted(event) == ["body", "headers", "httpMethod", "isBase64Encoded"]
    assert list(json.loads(event["body"])) == [
        *("node", "event", "user", "conversation_no", "conversation_data", "permanent_user_data", "entities"),
        *("env_variables", "copy"),
    ]


WRONG = [
    ("def main(:", "SyntaxError", "", 'File "/var/task/greets.py", line 1'),
    ("", "NoMain", "greets.py has no function main(event, context)", ""),
    ("def main(event, context):\n    return {}['x']", "KeyError", "'x'", 'File "/var/task/greets.py", line 2, in main'),
    ("def main(event): pass", "TypeError", "takes 1 positional argument but 2 were given", ""),
    ("def main(event, context): return 7", "BadReturn", "main must return", ""),
    ("import nothing_at_all", "ModuleNotFoundError", "nothing_at_all", 'File "/var/task/greets.py", line 1'),
    ("def main(event, context): return {'statusCode': 200, 'body': 'x' * (9 << 20)}", "ResultTooLarge", "taken", ""),
    ("import os\ndef main(event, context): os._exit(3)", "Crashed", "exit status 3", ""),
    ("def main(event, context): return bytes(9 << 30)", "MemoryError", "", ""),
]


@pytest.mark.parametrize("case", WRONG, ids=[case[1] for case in WRONG])
def test_whatever_happens_is_printed(yard: Yard, tmp_path: Path, case: tuple[str, str, str, str]) -> None:
    """The same keys, an error of its own, exit code 1."""
    del yard
    text, kind, message, traceback = case
    code, found = run(tmp_path, text)
    assert code == 1
    assert found["error"]["type"] == kind
    assert message in found["error"]["message"]
    assert traceback in found["error"]["traceback"]


def test_a_file_that_is_no_text_is_still_run(yard: Yard, tmp_path: Path) -> None:
    """What is no UTF-8 is no reason to print nothing."""
    del yard
    code, found = run(tmp_path, b"x = '\xff'")
    assert (code, found["error"]["type"]) == (1, "NoMain")


def test_a_call_takes_no_longer_than_it_may(yard: Yard, tmp_path: Path) -> None:
    """--timeout, in seconds; fractions too."""
    del yard
    found = run(tmp_path, "def main(event, context):\n    while True: pass", "--timeout", "0.5")[1]
    assert found["error"] == {"type": "Timeout", "message": "the call took longer than 0.5 s", "traceback": ""}
    assert botyard(tmp_path, "code", "run", tmp_path / "greets.py", "--timeout", "0").returncode == 2


def test_who_asks_for_more_time_than_the_sandbox_gives_is_told(yard: Yard, tmp_path: Path) -> None:
    """It would end sooner than was asked for, and nobody would know why."""
    del yard
    most = policy().limits.timeout_s.most
    (tmp_path / "greets.py").write_text(GREETS)
    done = botyard(tmp_path, "code", "run", tmp_path / "greets.py", "--timeout", f"{most}.1")
    assert done.returncode == 0
    assert f"{most} s at most" in done.stderr


def test_an_event_that_is_no_json_is_an_error_like_others(yard: Yard, tmp_path: Path) -> None:
    """Also one that is nested too deep."""
    del yard
    for text in ("{", "[" * 100_000, "NaN", ""):
        (tmp_path / "event.json").write_text(text)
        assert run(tmp_path, GREETS, "--event", tmp_path / "event.json")[1]["error"]["type"] == "BadEvent"


def test_a_file_without_an_end_is_an_error_like_others(yard: Yard, tmp_path: Path) -> None:
    """Neither the code nor its event is read further than it may reach."""
    del yard
    for arguments in (("/dev/zero",), (tmp_path / "greets.py", "--event", "/dev/zero")):
        (tmp_path / "greets.py").write_text(GREETS)
        done = botyard(tmp_path, "code", "run", *arguments, "--json")
        found = json.loads(done.stdout)
        assert (done.returncode, found["ok"], list(found)) == (1, False, KEYS)
        assert found["error"]["message"] == "/dev/zero is larger than the 8,192 KB that are taken"


def test_without_json_a_person_reads_the_body_and_the_traceback(yard: Yard, tmp_path: Path) -> None:
    """The body on standard output, all else on standard error."""
    del yard
    (tmp_path / "a.py").write_text(GREETS)
    done = botyard(tmp_path, "code", "run", tmp_path / "a.py")
    assert json.loads(done.stdout) == {"status": True, "response": ["a"]}
    assert done.stderr == "out\nerr\n"
    (tmp_path / "a.py").write_text("def main(event, context):\n    raise ValueError('seven')\n")
    done = botyard(tmp_path, "code", "run", tmp_path / "a.py")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith("ValueError: seven\n")


def test_what_sees_the_code_is_no_root_and_no_secret(yard: Yard, tmp_path: Path) -> None:
    """Neither this process's variables nor its files."""
    del yard
    looks = """
import json, os
def main(event, context):
    return {"statusCode": 200, "body": json.dumps([os.getuid(), sorted(os.environ), os.path.exists(event["body"])])}
"""
    (tmp_path / "event.json").write_text(json.dumps({"body": str(tmp_path)}))
    uid, variables, sees = json.loads(run(tmp_path, looks, "--event", tmp_path / "event.json")[1]["body"])
    assert uid != 0
    assert not [name for name in variables if name.startswith("BOTYARD")]
    assert sees is False


def without_namespaces(folder: Path, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    """Run a command where the kernel gives no user namespaces."""
    script = ROOT / "tests" / "without_namespaces.py"
    return subprocess.run(
        [sys.executable, script, *arguments],
        capture_output=True,
        text=True,
        cwd="/",
        env=environment(folder),
        timeout=90,
        check=False,
    )


def open_to_all(folder: Path) -> None:
    """Let another user read a folder of pytest's."""
    for one in (folder, *folder.parents[:-2]):
        one.chmod(0o755)


@pytest.mark.skipif(os.getuid() != 0, reason="the machine without namespaces is simulated by root")
def test_where_the_kernel_gives_no_namespaces_nothing_runs(yard: Yard, tmp_path: Path) -> None:
    """The reason and the fix are told; the code is not run, not even without walls."""
    del yard
    open_to_all(tmp_path)
    (tmp_path / "a.py").write_text(GREETS)
    done = without_namespaces(tmp_path, "code", "run", tmp_path / "a.py", "--json")
    found = json.loads(done.stdout)
    assert (done.returncode, list(found), found["stdout"]) == (1, KEYS, "")
    assert found["error"]["type"] == "NoSandbox"
    assert "No space left on device" in found["error"]["message"]
    assert "raise the limit: sysctl user.max_user_namespaces=10000" in found["error"]["message"]
    done = without_namespaces(tmp_path, "runner", "doctor")
    assert done.returncode == 1
    assert "Custom code cannot run here: the test of the sandbox failed" in done.stderr
    assert "What would help: raise the limit: sysctl user.max_user_namespaces=10000." in done.stderr


def test_the_doctor_tells_of_every_attack(yard: Yard, tmp_path: Path) -> None:
    """For a person, and as JSON; exit code 0 where all were stopped."""
    del yard
    done = botyard(tmp_path, "runner", "doctor")
    assert (done.returncode, done.stdout) == (0, "")
    lines = done.stderr.splitlines()
    assert [line.split() for line in lines[: len(ATTACKS)]] == [[attack, "stopped"] for attack in ATTACKS]
    assert lines[len(ATTACKS)].startswith("Custom code runs here in a sandbox, as user ")
    found = json.loads(botyard(tmp_path, "runner", "doctor", "--json").stdout)
    assert found["health"]["is_ok"] is True
    assert [attempt["attack"] for attempt in found["attempts"]] == list(ATTACKS)
    assert found["user"] != 0


def test_without_walls_the_doctor_says_so(tmp_path: Path) -> None:
    """It does not pretend to have tried anything."""
    done = botyard(tmp_path, "runner", "doctor", unsafe_no_sandbox="1")
    assert "WITHOUT A SANDBOX" in done.stderr
    assert "stopped" not in done.stderr


@contextmanager
def a_runner(path: Path, home: Path, *options: str) -> Iterator["subprocess.Popen[str]"]:
    """A `botyard runner` that listens."""
    process = subprocess.Popen(
        [sys.executable, "-m", "botyard.cli", "runner", "--socket", str(path), *options],
        stderr=subprocess.PIPE,
        text=True,
        env=environment(home, secret_shop="hush"),
    )
    assert process.stderr is not None
    try:
        assert process.stderr.readline() == f"The runner listens at {path}\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def asked(path: Path, text: str) -> CodeAnswer:
    """Have a runner at a path run something."""

    async def ask() -> CodeAnswer:
        sandbox = Sandbox(path)
        try:
            event = msgspec.Raw(b'{"body": "hi"}')
            return await sandbox.run(Source(text, {"a.py": text}), Wanted("a.py", event, "r", "f", "1", "l", 5.0))
        finally:
            await sandbox.close()

    return asyncio.run(ask())


def test_a_runner_serves_a_socket_and_knows_nothing_of_ours(yard: Yard, tmp_path: Path) -> None:
    """Not root, without our variables; it ends when it is told to, and what it ran ends with it."""
    del yard
    path = tmp_path / "runner.sock"
    open_to_all(tmp_path)
    with a_runner(path, tmp_path) as process:
        answer = asked(path, "def main(event, context): return {'statusCode': 200, 'body': event['body']}")
        assert (answer.error, answer.body) == (None, "hi")
        assert b"BOTYARD" not in Path(f"/proc/{process.pid}/environ").read_bytes()
        assert "\nUid:\t0" not in Path(f"/proc/{process.pid}/status").read_text()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0


def test_a_runner_that_cannot_be_started_says_why(tmp_path: Path) -> None:
    """Nowhere to listen, no such folder, no such user."""
    for options, sentence in (
        ((), "say where to listen: --socket PATH, or BOTYARD_RUNNER"),
        (("--socket", "/nowhere/at/all.sock"), "there is no folder '/nowhere/at'"),
        (("--socket", str(tmp_path / "a.sock"), "--caller", "nobody-of-this-name"), "there is no user"),
    ):
        refused = botyard(tmp_path, "runner", *options)
        assert refused.returncode == 1
        assert sentence in refused.stderr


def test_only_the_caller_that_was_named_is_served(yard: Yard, tmp_path: Path) -> None:
    """Root and the runner itself may always call; anybody else must have been named."""
    del yard
    if os.getuid() != 0:
        pytest.skip("only root can call as somebody else")
    open_to_all(tmp_path)
    program = """
import os, socket, sys
os.setuid(60911)
try:
    with socket.socket(socket.AF_UNIX) as runner:
        runner.connect(sys.argv[1])
        body = b'{"type":"examine","number":1}'
        runner.sendall(len(body).to_bytes(4, "big") + body)
        print(len(runner.recv(100)) > 0, end="")
except OSError:
    print(False, end="")
"""
    for options, served in (((), "False"), (("--caller", "60911"), "True")):
        path = tmp_path / f"{served}.sock"
        with a_runner(path, tmp_path, *options):
            done = subprocess.run(
                [sys.executable, "-c", program, path], capture_output=True, text=True, timeout=20, check=False
            )
            assert done.stdout == served, done.stderr


def test_ctrl_c_is_for_the_server_not_for_its_runner(yard: Yard) -> None:
    """A turn that is being taken when the server is asked to end still gets its code's answer."""
    del yard

    async def both_told() -> CodeAnswer:
        sandbox = Sandbox()
        try:
            slow = (
                "import time\ndef main(event, context):\n    time.sleep(1)\n    return {'statusCode': 200, 'body': 'x'}"
            )
            call = asyncio.create_task(
                sandbox.run(Source("s", {"a.py": slow}), Wanted("a.py", msgspec.Raw(b"{}"), "r", "f", "1", "l", 5.0))
            )
            await sandbox.health()
            assert sandbox._process is not None
            assert os.getsid(sandbox._process.pid) != os.getsid(0)
            sandbox._process.send_signal(signal.SIGTERM)
            return await call
        finally:
            started = time.monotonic()
            await sandbox.close()
            assert time.monotonic() - started < 4  # it ended by itself

    assert asyncio.run(both_told()).body == "x"
