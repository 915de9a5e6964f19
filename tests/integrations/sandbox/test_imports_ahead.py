"""What process 1 imports before it forks: what the code's lines name, and nothing of the bot's own."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botyard.integrations.sandbox.imports import imported, needs_packages

_CODE = """
import json, urllib.request as web
from email.message import EmailMessage
import shared
    import late
text = "import nothing"
# import neither
from . import sibling
"""


def test_the_modules_that_lines_name() -> None:
    """Dotted names whole, own files not, in order of their first mention."""
    assert imported({"bot.py": _CODE, "shared.py": "import shared, csv"}) == [
        *("json", "urllib.request", "email.message", "late", "csv")
    ]


@given(st.text(), st.text())
def test_any_text_is_looked_at(one: str, other: str) -> None:
    """Whatever it is: names come out, that could be modules."""
    assert all(part.isidentifier() for name in imported({"a.py": one, "b.py": other}) for part in name.split("."))


def test_a_hostile_text_is_looked_at_quickly() -> None:
    """No text of a megabyte takes long."""
    started = time.perf_counter()
    for text in ("import " * 150_000, "from " * 200_000, "import a," * 100_000, " " * 10**6, "\n \t" * 300_000):
        imported({"bot.py": text})
    assert time.perf_counter() - started < 5


ENOUGH = [
    "import json, os.path",
    "from email.message import EmailMessage",
    "import shared",
    "from . import shared",
    "x = (",
    "",
]
MORE = [
    "import requests",
    "import json, requests",
    "from requests.auth import X",
    "if x: import requests",
    "def main():\n    import requests",
    "import importlib\nimportlib.import_module('re' + 'quests')",
    "from importlib import import_module",
    "__import__('requests')",
    "exec('import requests')",
    "-" * 9000 + "1",
    "#" * 70_000,
]


@pytest.mark.parametrize("text", ENOUGH)
def test_python_and_the_bots_own_files_need_no_packages(text: str) -> None:
    """Nothing is built for such code."""
    assert not needs_packages({"bot.py": text, "shared.py": "import csv"})


@pytest.mark.parametrize("text", MORE)
def test_whatever_else_may_be_imported_needs_them(text: str) -> None:
    """Wherever the import stands, and where nobody can tell."""
    assert needs_packages({"bot.py": text, "shared.py": "import csv"})
