"""The contracts in pyproject.toml can turn red: each is broken once, in a copy. Decisions 0004 and 0006."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

HOME = Path(__file__).parent.parent
PROJECT = tomllib.loads((HOME / "pyproject.toml").read_text())
CONTRACTS = {contract["name"] for contract in PROJECT["tool"]["importlinter"]["contracts"]}

# Contract, file, and the lines that must not be there.
VIOLATIONS = [
    ("imports run downhill", "errors.py", "import botyard.settings"),
    ("imports run downhill", "engine/turn.py", "import botyard.conversations.loop"),
    ("imports run downhill", "platform/users.py", "import botyard.studio.deploy"),
    ("imports run downhill", "helpers/__init__.py", ""),
    ("the core touches nothing outside itself", "engine/turn.py", "import random"),
    ("the core touches nothing outside itself", "bot/check.py", "from os import environ"),
    ("a database is opened only where SQL is", "conversations/loop.py", "import botyard.store.database"),
    ("SQL is written only in records.py", "conversations/loop.py", "import sqlite3"),
    ("SQL is written only in records.py", "app/running.py", "import sqlalchemy"),
    ("SQL is written only in records.py", "cli/building.py", "import sqlalchemy"),
    ("SQL is written only in records.py", "demo.py", "import sqlite3"),
    ("SQL is written only in records.py", "observe.py", "import sqlalchemy"),
    ("Redis is spoken to in one room", "app/running.py", "import redis"),
    ("Redis is spoken to in one room", "store/announce.py", "import redis"),
    ("doors open from the room app only", "cli/building.py", "import botyard.platform.http"),
    ("channels do not know each other", "channels/rest/__init__.py", "import botyard.channels.web.frames"),
    ("what runs inside the sandbox knows nothing of us", "integrations/sandbox/jail/box.py", "import botyard.errors"),
    ("no ring of imports inside any package", "hsl/elements.py", "import botyard.hsl.wire"),
    (
        "no ring of imports inside any package",
        "integrations/sandbox/jail/pool.py",
        "import botyard.integrations.sandbox.runner.talk",
    ),
]  # fmt: skip


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Our package and its contracts, in a place where they may be broken."""
    shutil.copytree(HOME / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__", "*.toml"))
    shutil.copy(HOME / "pyproject.toml", tmp_path)
    return tmp_path


def broken(home: Path) -> set[str]:
    """Check the contracts of a copy; the names of those that are broken."""
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-logo", "--no-cache"],
        cwd=home,
        env=os.environ | {"PYTHONPATH": str(home / "src"), "COLUMNS": "200", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    verdicts = dict(re.findall(r"^(.+?) (KEPT|BROKEN)", done.stdout, re.MULTILINE))
    assert verdicts.keys() == CONTRACTS, done.stdout + done.stderr
    return {name for name, verdict in verdicts.items() if verdict == "BROKEN"}


def test_the_copy_keeps_every_contract(copy: Path) -> None:
    """What turns red below does so because of the one line that was added."""
    assert broken(copy) == set()


@pytest.mark.parametrize(("contract", "file", "lines"), VIOLATIONS)
def test_a_contract_turns_red(copy: Path, contract: str, file: str, lines: str) -> None:
    """One import too many, at the end of one file, is found by the contract that forbids it."""
    path = copy / "src" / "botyard" / file
    path.parent.mkdir(exist_ok=True)
    with path.open("a") as end:
        end.write(f"\n{lines}\n")
    assert contract in broken(copy)


def test_every_contract_has_a_violation_here() -> None:
    """A contract that was never seen red cannot be added."""
    assert {contract for contract, _, _ in VIOLATIONS} == CONTRACTS


def test_every_package_that_is_imported_is_named_as_a_dependency() -> None:
    """Nothing is used that only came along with something else: adding a dependency is a line in a review."""
    extras = PROJECT["project"]["optional-dependencies"].values()
    lines = [*PROJECT["project"]["dependencies"], *(line for extra in extras for line in extra)]
    named = {_spelt(re.split(r"[^\w-]", line)[0]) for line in lines}
    distributions = packages_distributions()
    imported = {_spelt(distributions.get(name, [name])[0]) for name in set(_imported())}
    assert imported - named == set()


def _spelt(name: str) -> str:
    return name.lower().replace("_", "-")


def _imported() -> Iterator[str]:
    for path in (HOME / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            yield from {name.split(".")[0] for name in names} - sys.stdlib_module_names - {"botyard"}
