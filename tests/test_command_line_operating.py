"""Commands for whoever runs a server, as processes: settings, migrate, worker; and how quickly help comes."""

import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.processes import SAMPLE, botyard, environment, serving

COMMANDS = [(), ("demo",), ("deploy",), ("nlu", "predict"), ("entities", "detect"), ("webhook", "check"), ("serve",)]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_loads_nothing_heavy(command: tuple[str, ...]) -> None:
    """Neither numpy, the database nor the web server: they come with the command that needs them."""
    program = (
        "import sys; from botyard.cli import main; "
        f"main([*{command!r}, '--help'], standalone_mode=False); "
        "print(*sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("Usage:")
    loaded = set(done.stderr.split())
    assert "click" in loaded
    assert loaded.isdisjoint({"numpy", "sqlalchemy", "asyncio", "aiohttp", "starlette", "uvicorn", "phonenumbers"})


def test_settings_come_with_their_origin_and_without_secrets(tmp_path: Path) -> None:
    """From the default, the file and the environment; a secret, the key or a password is shown nowhere."""
    (tmp_path / "botyard.toml").write_text('port = 9000\nlog_format = "text"\n[secrets]\nFROM_FILE = "hush-file"\n')
    done = botyard(
        tmp_path,
        "settings",
        redis_url="redis://asha:hush-redis@cache:6379/0",
        key="ab" * 32,
        log_format="json",
        secret_from_env="hush-env",
    )
    assert (done.returncode, done.stderr) == (0, "")
    shown = {one["name"]: (one["value"], one["origin"]) for one in json.loads(done.stdout)}
    assert shown["host"] == ("127.0.0.1", "default")
    assert shown["port"] == ("9000", "botyard.toml") or shown["port"][1].endswith("/botyard.toml")
    assert shown["log_format"] == ("json", "BOTYARD_LOG_FORMAT")
    assert shown["redis_url"] == ("redis://cache:6379/0", "BOTYARD_REDIS_URL")
    assert shown["secrets.FROM_ENV"][1] == "BOTYARD_SECRET_FROM_ENV"
    assert shown["secrets.FROM_FILE"][1].endswith("botyard.toml")
    assert "hush" not in done.stdout
    assert "abab" not in done.stdout


def test_settings_that_cannot_be_used_are_explained(tmp_path: Path) -> None:
    """The variable is named, and what it must be."""
    refused = botyard(tmp_path, "settings", port="many")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "BOTYARD_PORT" in refused.stderr


def test_migrate_makes_a_database_that_a_server_can_use_at_once(tmp_path: Path) -> None:
    """Run again, it says the same and changes nothing."""
    for _ in range(2):
        done = botyard(tmp_path, "migrate")
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
        assert "up to date" in done.stderr
    with serving(tmp_path):
        pass


def test_migrate_refuses_a_newer_database(tmp_path: Path) -> None:
    """It was written by a version that knows more; nothing in it is touched."""
    assert botyard(tmp_path, "migrate").returncode == 0
    with closing(sqlite3.connect(tmp_path / "botyard.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()
    refused = botyard(tmp_path, "migrate")
    assert refused.returncode == 1
    assert "9999" in refused.stderr
    assert "newer" in refused.stderr
    assert "Traceback" not in refused.stderr
    with closing(sqlite3.connect(tmp_path / "botyard.db")) as database:
        assert database.execute("SELECT version_num FROM alembic_version").fetchone() == ("9999",)


def test_migrate_leaves_a_running_server_alone(tmp_path: Path) -> None:
    """It says whom to stop."""
    with serving(tmp_path) as server:
        refused = botyard(tmp_path, "migrate")
        assert refused.returncode == 1
        assert str(server.pid) in refused.stderr
        assert "Stop" in refused.stderr


def test_a_worker_on_sqlite_is_told_that_it_is_not_needed(tmp_path: Path) -> None:
    """A sentence and exit code 1, at once; no database is made."""
    done = botyard(tmp_path, "worker")
    assert (done.returncode, done.stdout) == (1, "")
    assert "botyard serve" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_two_commands_at_once_wait_for_each_other(tmp_path: Path) -> None:
    """Both deployments of one moment are done, one version after the other."""
    first, second = tmp_path / "a" / "store", tmp_path / "b" / "store"
    for folder in (first, second):
        shutil.copytree(SAMPLE, folder)
        shutil.copy(SAMPLE.parent / "botyard.toml", folder.parent / "botyard.toml")
    hours = second / "copy.yaml"
    hours.write_text(hours.read_text().replace("10 am", "11 am"))
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "botyard.cli", "deploy", folder, "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
            env=environment(tmp_path),
        )
        for folder in (first, second)
    ]
    told = [json.loads(process.communicate(timeout=90)[0]) for process in running]
    assert [process.returncode for process in running] == [0, 0]
    assert sorted(one["version"] for one in told) == [1, 2]
    assert sum(one["token"] is not None for one in told) == 1


def test_an_unwritable_place_is_named(tmp_path: Path) -> None:
    """What the system refuses is a sentence too, not a stack trace."""
    (tmp_path / "file").write_text("")
    done = botyard(tmp_path, "new", tmp_path / "file" / "bot")
    assert done.returncode == 1
    assert "file" in done.stderr
    assert "Traceback" not in done.stderr
