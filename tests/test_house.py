"""The house's own rules find what they are for, and leave alone what is in order."""

from pathlib import Path

import pytest

from tools.check_house import QUESTIONS, RULES, problems

LATER = "TO" + "DO"  # spelled so that the rule does not find it here


def write(home: Path, name: str, text: str) -> None:
    path = home / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def found(home: Path, rule: str) -> list[str]:
    return [f"{p.path.relative_to(home)}:{p.line}: {p.sentence}" for p in problems(home, [rule])]


ANSWERED = "".join(f"## {question}\n\nText.\n" for question in QUESTIONS)

WRONG = {
    "reasons": [
        ("src/a.py", "x = 1  # noqa\n"),
        ("src/a.py", "x = 1  # noqa: E501\n"),
        ("src/a.py", "x = 1  # type: ignore\n"),
        ("src/a.py", "x = 1  # type: ignore[misc]\n"),
        ("pyproject.toml", 'ignore = [\n  "E501",\n]\n'),
        ("pyproject.toml", '[tool.ruff.lint.per-file-ignores]\n"tests/**" = ["S101"]\n'),
    ],
    "promises": [("src/a.py", f"# {LATER} later\n"), ("docs/a.md", f"{LATER}: write\n")],
    "names": [("src/utils.py", ""), ("src/order_helpers.py", ""), ("src/manager/__init__.py", "")],
    "docs": [
        ("docs/a.md", "[b](b.md)\n"),
        ("src/a.py", '"""See docs/none.md."""\n'),
        ("docs/a.md", "[here](#nowhere)\n"),
        ("README.md", "![picture](docs/images/none.png)\n"),
    ],
    "fragments": [
        ("changes/thing.md", "Botyard does a thing.\n"),
        ("changes/thing.news.md", "Botyard does a thing.\n"),
        ("changes/Thing.added.md", "Botyard does a thing.\n"),
        ("changes/thing.added.md", "a thing\n"),
        ("changes/thing.added.md", "One.\n\nTwo.\n"),
        ("changes/thing.added.md", "Botyard does " + "very " * 100 + "much.\n"),
    ],
    "decisions": [
        ("docs/decisions/0002-second.md", ANSWERED),
        ("docs/decisions/0001-first.md", "## What we chose\n"),
        ("docs/decisions/0001-first.md", ANSWERED + "`tests/none/` does.\n"),
        ("docs/decisions/0001-first.md", ANSWERED + "The tests in\n`test_none.py` do.\n"),
    ],
    "settings": [("src/a.py", 'environ["BOTYARD_SECRET_SAUCE"]\n')],
}


@pytest.mark.parametrize(("rule", "name", "text"), [(rule, *case) for rule, cases in WRONG.items() for case in cases])
def test_every_rule_finds_what_it_is_for(tmp_path: Path, rule: str, name: str, text: str) -> None:
    """A deliberate violation is found once, in its file."""
    write(tmp_path, name, text)
    [problem] = found(tmp_path, rule)
    assert problem.startswith(f"{name}:")


def test_every_rule_has_a_violation_here() -> None:
    """A rule without a test of its own cannot be added."""
    assert WRONG.keys() == RULES.keys()


def test_what_is_in_order_is_left_alone(tmp_path: Path) -> None:
    """Exceptions with reasons, links with targets, fragments and decisions in form: no rule has anything to say."""
    write(tmp_path, "src/order.py", "x = 1  # noqa: E501 - a table\ny = 2  # type: ignore[misc]  # theirs is untyped\n")
    write(tmp_path, "src/settings.py", 'KEY = "BOTYARD_KEY"\n')
    write(tmp_path, "docs/reference/settings.md", "# Settings: all of them\n\n`BOTYARD_KEY` encrypts.\n")
    write(tmp_path, "README.md", "[all](docs/reference/settings.md#settings-all-of-them) [web](https://example.com)\n")
    write(tmp_path, "changes/order.added.md", "Bots take orders.\n")
    kept_by = "`make test`, `pyproject.toml`, `src/order.py`, `order.py`, `datetime.now` and `src/`.\n"
    write(tmp_path, "docs/decisions/0001-first.md", "`src/gone.py` was tried.\n" + ANSWERED + kept_by)
    write(tmp_path, "pyproject.toml", 'ignore = [\n  "E501",  # the formatter decides\n]\n')
    write(tmp_path, ".venv/lib/utils.py", "x = 1  # noqa\n")
    assert list(problems(tmp_path, list(RULES))) == []
