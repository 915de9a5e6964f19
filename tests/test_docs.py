"""What the reference pages state is what the code does."""

import re
from datetime import timedelta
from functools import reduce
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import Any, get_args

import pytest

from botyard.cli import main
from botyard.engine.respond import PLATFORMS
from botyard.integrations.functions import known_functions
from botyard.integrations.webhook import MAX_TIMEOUT_S
from botyard.nlu.understanding import EntityType
from botyard.settings import Settings

HOME = Path(__file__).parent.parent
REFERENCE = HOME / "docs" / "reference"
SRC = HOME / "src" / "botyard"


def rows(page: str) -> list[list[str]]:
    """The cells of every table row of a page, heads left out."""
    lines = (REFERENCE / page).read_text().splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    return [row for row in cells if not row[0].startswith("---") and row[1] not in ("figure", "platform", "default")]


def constant(path: str) -> object:
    """The value of a constant, an item of one, or what a class's argument is by default, by its dotted name."""
    path, _, item = path.removesuffix("]").partition("[")
    parts = path.split(".")
    modules = [n for n in range(1, len(parts)) if _exists(".".join(parts[:n]))]
    module = import_module(".".join(parts[: modules[-1]]))
    found: Any = reduce(getattr, parts[modules[-1] : -1], module)
    if isinstance(found, type):
        return signature(found).parameters[parts[-1]].default
    value = getattr(found, parts[-1])
    return value[int(item)] if item else value


def _exists(name: str) -> bool:
    try:
        import_module(name)
    except ModuleNotFoundError:
        return False
    return True


@pytest.mark.parametrize("row", rows("limits.md"), ids=lambda row: row[2].strip("`"))
def test_every_limit_is_as_documented(row: list[str]) -> None:
    """The figure in the table is the constant that its row names."""
    _, figure, kept_by = row
    value = constant(kept_by.strip("`"))
    if isinstance(value, timedelta):
        value = value.total_seconds()
    assert value == float(figure.replace(",", ""))


def test_a_webhook_gets_the_time_that_check_allows_it() -> None:
    """Nobody may write more into a node than the caller gives, nor less than it could."""
    assert constant("botyard.bot.checks.integrations._MAX_TIMEOUT_S") == MAX_TIMEOUT_S


def test_every_command_is_documented() -> None:
    """A command that `botyard --help` names has its heading, and a heading has its command."""
    headings = re.findall(r"^## botyard ([a-z]+)", (REFERENCE / "command-line.md").read_text(), re.MULTILINE)
    assert sorted(set(headings)) == sorted(main.commands)


def test_every_option_is_documented() -> None:
    """Each option of each command stands in that command's section."""
    sections = (REFERENCE / "command-line.md").read_text().split("\n## botyard ")
    by_command = {section.split()[0]: section for section in sections[1:]}
    missing = [
        f"{name} {option}"
        for name, command in main.commands.items()
        for parameter in command.params
        for option in parameter.opts
        if option.startswith("--") and option not in by_command.get(name, "")
    ]
    assert missing == []


def test_every_setting_is_documented_with_its_default() -> None:
    """The page of settings lists each setting once, with the default that it has."""
    documented = {row[0].strip("`"): row[1].strip("`") for row in rows("settings.md")}
    settings = Settings()
    shown = {f"BOTYARD_{one.name.upper()}": one.value for one in settings.shown()}
    empty = {"none", "empty"}
    assert {name: "" if said in empty else said for name, said in documented.items()} == shown


def test_every_function_is_documented() -> None:
    """The bot format names each function that a node may call, and its arguments."""
    page = (REFERENCE / "bot-format.md").read_text()
    documented = dict(re.findall(r"^\| `([a-z_]+)` \| [^|]+ \| ([^|]+) \|$", page, re.MULTILINE))
    for name, function in known_functions().items():
        assert [field for field in function.__struct_fields__ if f"`{field}`" not in documented[name]] == []


def test_every_type_of_entity_is_documented() -> None:
    """The table of values has a row for each type of entity, and for no other."""
    values = (REFERENCE / "webhook.md").read_text().partition("## Values of entities")[2]
    rows_of_types = re.findall(r"^\| (`[^|]+) \|", values, re.MULTILINE)
    documented = {name for row in rows_of_types for name in re.findall(r"`([a-z_]+)`", row)} - {"entity_value"}
    assert documented == set(get_args(EntityType))


def test_every_address_is_documented() -> None:
    """Each path of the public API and of the operators' door stands on the page of the Bot API."""
    page = (REFERENCE / "bot-api.md").read_text()
    doors = [*(SRC / "platform").glob("*.py"), SRC / "serving" / "operators.py"]
    paths = {
        path for door in doors for path in re.findall(r'"(/(?:v1|integration|[a-z]+z|metrics)[^"]*)"', door.read_text())
    }
    assert len(paths) >= 8
    assert [path for path in sorted(paths) if path not in page] == []


def test_every_platform_is_documented() -> None:
    """The table of device platforms is the one that responses are chosen by."""
    documented = {int(number): name.strip("`") for number, _, name in rows("device-platforms.md")}
    assert documented == PLATFORMS
