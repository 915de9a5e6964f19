"""Bots in and out of the database as processes: new, export, import; through a running server too."""

import json
import shlex
import shutil
from pathlib import Path

import pytest

from tests.processes import SAMPLE, botyard, serving


def files_in(folder: Path) -> dict[str, bytes]:
    """Everything in a folder, by path."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def sample_in(home: Path) -> Path:
    """The sample with its secrets beside it."""
    folder = home / "bots" / "electronics_store"
    shutil.copytree(SAMPLE, folder)
    shutil.copy(SAMPLE.parent / "botyard.toml", home / "bots" / "botyard.toml")
    return folder


def test_export_import_and_export_again_give_the_same_bytes(tmp_path: Path) -> None:
    """Into the same database and into a fresh one, which knows none of the secrets."""
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    assert botyard(here, "deploy", sample_in(here), "--json").returncode == 0
    assert botyard(here, "export", "electronics_store", here / "first").returncode == 0
    for home in (here, there):
        kept = botyard(home, "import", here / "first")
        assert kept.returncode == 0, kept.stderr
        assert json.loads(kept.stdout)["bot"] == "electronics_store"
        again = botyard(home, "export", "electronics_store", home / "again")
        assert (again.returncode, again.stdout) == (0, ""), again.stderr
        assert files_in(home / "again") == files_in(here / "first")
    assert botyard(here, "check", here / "first", secret_price_webhook="s", secret_order_webhook="s").stderr == ""


def test_an_exported_bot_can_be_deployed_where_its_secrets_are_known(tmp_path: Path) -> None:
    """The database kept them with the first deployment; elsewhere the same folder is refused, secret by secret."""
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    assert botyard(here, "deploy", sample_in(here), "--json").returncode == 0
    assert botyard(here, "export", "electronics_store", tmp_path / "out").returncode == 0
    assert botyard(here, "deploy", tmp_path / "out", "--json").returncode == 0
    assert "PRICE_WEBHOOK" not in botyard(here, "import", tmp_path / "out").stderr
    refused = botyard(there, "deploy", tmp_path / "out", "--json")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "PRICE_WEBHOOK" in refused.stderr
    assert "before it can go live" in botyard(there, "import", tmp_path / "out").stderr


def test_an_import_says_that_comments_are_not_kept_and_makes_nothing_live(tmp_path: Path) -> None:
    """The next version is kept under the next number; what is live, and so exported, stays."""
    folder = sample_in(tmp_path)
    assert botyard(tmp_path, "deploy", folder, "--json").returncode == 0
    hours = folder / "copy.yaml"
    hours.write_text("# winter\n" + hours.read_text().replace("10 am", "11 am"))
    kept = botyard(tmp_path, "import", folder)
    assert "comments are not kept" in kept.stderr
    assert json.loads(kept.stdout)["version"] == 2
    hours.write_text(hours.read_text().replace("# winter\n", "# summer\n"))
    assert json.loads(botyard(tmp_path, "import", folder).stdout) == json.loads(kept.stdout)
    assert "version 1 (is live)" in botyard(tmp_path, "export", "electronics_store", tmp_path / "out").stderr
    assert "10 am" in (tmp_path / "out" / "copy.yaml").read_text()


def test_an_export_does_not_replace_a_bot_that_somebody_wrote(tmp_path: Path) -> None:
    """It is refused with a sentence, before and after; --force does it."""
    folder = sample_in(tmp_path)
    assert botyard(tmp_path, "deploy", folder, "--json").returncode == 0
    before = files_in(folder)
    refused = botyard(tmp_path, "export", "electronics_store", folder)
    assert (refused.returncode, files_in(folder)) == (1, before)
    assert "--force" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert botyard(tmp_path, "export", "electronics_store", folder, "--force").returncode == 0
    assert botyard(tmp_path, "export", "electronics_store", folder).returncode == 0


def test_a_broken_folder_is_not_imported(tmp_path: Path) -> None:
    """It is refused with file and line, and no version is kept."""
    folder = sample_in(tmp_path)
    node = folder / "nodes" / "product_price.yaml"
    node.write_text(node.read_text().replace("to: BUY_PRODUCT", "to: BUY_PRODUCTS"))
    refused = botyard(tmp_path, "import", folder)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "nodes/product_price.yaml:" in refused.stderr
    assert botyard(tmp_path, "export", "electronics_store", tmp_path / "out").returncode == 1


def test_both_go_through_a_running_server(tmp_path: Path) -> None:
    """It holds the database; the commands answer as they do without it, also when they are refused."""
    folder = sample_in(tmp_path)
    assert botyard(tmp_path, "deploy", folder, "--json").returncode == 0
    botyard(tmp_path, "export", "electronics_store", tmp_path / "alone")
    with serving(tmp_path):
        done = botyard(tmp_path, "export", "electronics_store", tmp_path / "served")
        assert done.returncode == 0, done.stderr
        assert files_in(tmp_path / "served") == files_in(tmp_path / "alone")
        assert json.loads(botyard(tmp_path, "import", tmp_path / "served").stdout)["version"] == 2
        refused = botyard(tmp_path, "export", "electronic_store", tmp_path / "nothing")
        assert refused.returncode == 1
        assert "did you mean `electronics_store`?" in refused.stderr
        assert not (tmp_path / "nothing").exists()


def test_an_export_never_replaces_what_is_no_bot(tmp_path: Path) -> None:
    """Somebody's notes, or a repository, would be lost with the folder."""
    assert botyard(tmp_path, "deploy", sample_in(tmp_path), "--json").returncode == 0
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / ".notes").write_text("mine")
    refused = botyard(tmp_path, "export", "electronics_store", tmp_path / "home")
    assert refused.returncode == 1
    assert ".notes" in refused.stderr
    assert files_in(tmp_path / "home") == {".notes": b"mine"}


def test_an_export_from_nowhere_makes_no_database(tmp_path: Path) -> None:
    """There is nothing to take out, and nothing is left behind."""
    refused = botyard(tmp_path, "export", "shop", tmp_path / "out")
    assert refused.returncode == 1
    assert "no database" in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_who_imported_first_still_gets_a_token_with_the_first_deployment(tmp_path: Path) -> None:
    """The import made the client; the token comes when there is something to talk to."""
    folder = sample_in(tmp_path)
    assert botyard(tmp_path, "import", folder).returncode == 0
    assert json.loads(botyard(tmp_path, "deploy", folder, "--json").stdout)["token"] is not None
    assert json.loads(botyard(tmp_path, "deploy", folder, "--json").stdout)["token"] is None


def test_a_new_bot_is_in_order_and_answers(tmp_path: Path) -> None:
    """`check` is silent, `test` passes, `chat` answers; it is called as its folder."""
    made = botyard(tmp_path, "new", "book_shop")
    assert (made.returncode, made.stdout) == (0, "")
    assert "Book shop" in made.stderr
    assert "system_name: book_shop" in (tmp_path / "book_shop" / "bot.yaml").read_text()
    checked = botyard(tmp_path, "check", "book_shop")
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")
    assert "0 failed" in botyard(tmp_path, "test", "book_shop").stderr
    chatted = botyard(tmp_path, "chat", "book_shop", stdin="when do you close\na table please\nthree\n")
    assert chatted.stdout.splitlines() == [
        "Every day from nine to six.",
        "For how many guests?",
        "A table for 3 is yours. See you soon!",
    ]


def test_a_new_bot_never_overwrites_anything(tmp_path: Path) -> None:
    """A folder that is not empty is refused and left as it is; an empty one, here where we stand, is filled."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "bot.yaml").write_text("mine")
    refused = botyard(tmp_path, "new", "mine")
    assert (refused.returncode, files_in(tmp_path / "mine")) == (1, {"bot.yaml": b"mine"})
    assert "not empty" in refused.stderr
    (tmp_path / "42").mkdir()
    stood_in = (tmp_path / "42").stat().st_ino
    assert botyard(tmp_path / "42", "new", ".").returncode == 0
    assert (tmp_path / "42").stat().st_ino == stood_in
    assert "system_name: bot_42" in (tmp_path / "42" / "bot.yaml").read_text()


@pytest.mark.parametrize(
    ("folder", "name", "system_name"),
    [
        ("दुकान", "दुकान", "bot_94178dde"),
        ("Café 2", "Café 2", "cafe_2"),
        ("My Shop 2", "My Shop 2", "my_shop_2"),
        ("__", "My bot", "my_bot"),
    ],
)
def test_a_new_bot_is_called_as_its_folder_in_any_script(
    tmp_path: Path, folder: str, name: str, system_name: str
) -> None:
    """Vowel signs and accents belong to the name; what it says to type next can be typed."""
    made = botyard(tmp_path, "new", folder)
    assert made.returncode == 0
    assert f"“{name}”" in made.stderr
    written = (tmp_path / folder / "bot.yaml").read_text()
    assert f"name: {name}\nsystem_name: {system_name}\n" in written
    [command] = (line for line in made.stderr.splitlines() if line.strip().startswith("botyard chat"))
    assert shlex.split(command) == ["botyard", "chat", folder]
    assert botyard(tmp_path, "check", tmp_path / folder).stderr == ""
