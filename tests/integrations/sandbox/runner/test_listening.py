"""`botyard runner --listen` is a runner host: started as an operator starts it, called as a server calls it."""

import asyncio
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from botyard.integrations.sandbox.elsewhere.hosts import Hosts
from botyard.integrations.sandbox.runner.door import Tls
from tests.attacks.hostile import Yard
from tests.integrations.sandbox.elsewhere.authority import Authority
from tests.integrations.sandbox.elsewhere.test_runner_hosts import _ECHO, _ready, wanted
from tests.processes import botyard, environment, free_port


@pytest.fixture
def authority() -> Iterator[Authority]:
    """One whose folder another user may enter."""
    with tempfile.TemporaryDirectory() as folder:
        yield Authority(Path(folder) / "ours")


def settings_of(files: Tls) -> dict[str, str]:
    """Name a runner host's certificates."""
    return {"runner_cert": files.cert, "runner_key": files.key, "runner_ca": files.ca}


@contextmanager
def listening(home: Path, files: Tls) -> Iterator["subprocess.Popen[str]"]:
    """Run the command."""
    process = subprocess.Popen(
        [sys.executable, "-m", "botyard.cli", "runner", "--no-network", "--listen", f"{files.host}:{files.port}"],
        stderr=subprocess.PIPE,
        text=True,
        cwd="/",
        env=environment(home, **settings_of(files)),
    )
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=30)


def test_a_runner_that_listens_serves_servers_with_a_certificate(
    yard: Yard, authority: Authority, tmp_path: Path
) -> None:
    """It says where it listens and as whom, is not root, answers calls, and ends when it is asked to."""
    assert yard.health.is_ok
    files = authority.host(free_port())
    with listening(tmp_path, files) as process:
        name = f"{files.host}:{files.port}"
        asyncio.run(_ready([name], authority.client()))
        assert process.stderr is not None
        assert process.stderr.readline() == f"The runner listens at {files.host}, port {files.port}\n"
        assert process.stderr.readline().startswith("Custom code runs here in a sandbox, as user ")
        status = Path(f"/proc/{process.pid}/status").read_text()
        assert "Uid:\t0" not in status

        async def called() -> str | None:
            hosts = Hosts([name], authority.client())
            try:
                return (await hosts.run(_ECHO, wanted("hello"))).body
            finally:
                await hosts.close()

        assert asyncio.run(called()) == "hello"
    assert process.returncode == 0


def test_a_runner_that_cannot_listen_says_why_in_one_sentence(authority: Authority, tmp_path: Path) -> None:
    """No certificate, no port: exit code 1, and the setting's name."""
    files = settings_of(authority.host(8443))
    for arguments, settings, sentence in (
        (("--listen", "127.0.0.1:8443"), {}, "BOTYARD_RUNNER_CERT"),
        (("--listen", "8443"), files, "--listen"),
        ((), {}, "say where to listen"),
        (("--socket", tmp_path / "no" / "where"), {}, "there is no folder"),
        (("--socket", tmp_path / "r.sock", "--caller", "no-such-user"), {}, "there is no user 'no-such-user'"),
    ):
        done = botyard(tmp_path, "runner", *arguments, **settings)
        assert done.returncode == 1
        assert sentence in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1
    assert not any(tmp_path.iterdir())
