"""Packages of custom code: built from the index by their hashes, whole or not there, and importable in a jail."""

import asyncio
import re
import shutil
import socket
import tempfile
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botyard.bot.model import CodeSettings
from botyard.integrations.sandbox.jail.launch import find_python
from botyard.integrations.sandbox.packages.building import Interpreter, Recipe, build, id_of, interpreter, is_built
from botyard.integrations.sandbox.packages.environments import SETS, Environment, environment_for, recipe_of
from botyard.integrations.sandbox.packages.unusable import PackagesUnavailable, PackagesUnusable
from botyard.integrations.sandbox.packages.uv import run_uv, told
from tests.attacks.hostile import Yard

T = TypeVar("T")
# The seed's list: what is imported, the distribution, its version. mysqlclient 1.4.2 is stood in for.
SEED = (
    *(("chardet", "chardet", "3.0.4"), ("gspread", "gspread", "3.1.0"), ("httplib2", "httplib2", "0.13.1")),
    *(("idna", "idna", "2.8"), ("MySQLdb", "PyMySQL", ""), ("oauth2client", "oauth2client", "4.1.3")),
    *(("pyasn1", "pyasn1", "0.4.6"), ("pyasn1_modules", "pyasn1-modules", "0.2.6"), ("pytz", "pytz", "2019.2")),
    *(("redis", "redis", "3.2.1"), ("requests", "requests", "2.22.0"), ("rsa", "rsa", "4.0"), ("six", "six", "1.12.0")),
    *(("unicodecsv", "unicodecsv", "0.14.1"), ("urllib3", "urllib3", "1.25.3")),
)
TINY = "iniconfig==2.0.0\n"


def do(work: Coroutine[Any, Any, T]) -> T:
    """Run something to its end."""
    return asyncio.run(work)


def wanted(requirements: str | None, root: Path, *, packages: str = "compat-2019", lock: str = "") -> Environment:
    """Find, or build, what a bot asks for."""
    return do(told_by(requirements, root, [], packages=packages, lock=lock))


async def told_by(
    requirements: str | None, root: Path, told_of: list[str], *, packages: str = "compat-2019", lock: str = ""
) -> Environment:
    """Find, or build, and collect what whoever trains is told."""

    async def progress(sentence: str) -> None:
        told_of.append(sentence)

    return await environment_for(CodeSettings(packages=packages), requirements, progress=progress, root=root, lock=lock)


def open_folder() -> Iterator[Path]:
    """A folder that the runner, another user, may go to: pytest's own are shut whenever another pytest starts."""
    with tempfile.TemporaryDirectory(prefix="botyard-packages-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


folder = pytest.fixture(open_folder)
root = pytest.fixture(open_folder, scope="session")


@pytest.fixture(scope="session")
def python() -> Interpreter:
    """The Python of jails."""
    return do(interpreter(find_python().executable))


@pytest.mark.parametrize(("module", "distribution", "version"), SEED)
def test_the_seeds_packages_import_in_the_jail(
    yard: Yard, root: Path, module: str, distribution: str, version: str
) -> None:
    """Pin for pin, each alone."""
    code = f"""
        import importlib.metadata
        import {module}
        def attack():
            return importlib.metadata.version({distribution!r})
    """
    assert yard.got(code, packages=wanted(None, root).folders) == (version or installed("pymysql"))


def installed(name: str) -> str:
    """Say which version the lock names."""
    found = re.search(rf"^{name}==(\S+)", recipe_of("compat-2019").lock, re.MULTILINE)
    assert found
    return found[1]


def test_pymysql_stands_in_for_mysqlclient(yard: Yard, root: Path) -> None:
    """Its modules are there under the old name, and arguments may come in order, as they did in 2019."""
    code = """
        import MySQLdb, MySQLdb.cursors, pymysql
        def attack():
            try:
                MySQLdb.connect("127.0.0.1", "user", "password", "shop", 1, cursorclass=MySQLdb.cursors.DictCursor)
            except MySQLdb.OperationalError as error:
                return [error.args[0], MySQLdb.cursors.DictCursor is pymysql.cursors.DictCursor]
    """
    assert yard.got(code, packages=wanted(None, root).folders) == [2003, True]


def test_requests_goes_as_far_as_the_network_lets_it(yard: Yard, root: Path) -> None:
    """An address of the host is refused like every private one, and requests says so in its own words."""
    code = """
        import requests
        def attack():
            try:
                requests.get("http://10.0.2.2:9/", timeout=2)
            except requests.exceptions.ConnectionError as error:
                return "refused"
    """
    assert yard.got(code, packages=wanted(None, root).folders) == "refused"


def test_the_newest_of_the_same_packages_are_a_set_too(yard: Yard, root: Path) -> None:
    """`current` imports in the same Python."""
    code = f"""
        import {", ".join(module for module, _, _ in SEED)}
        def attack():
            return int(requests.__version__.split(".")[1]) >= 32
    """
    folders = wanted(None, root, packages="current").folders
    assert yard.got(code, packages=folders, timeout_s=10.0) is True


def test_a_bots_own_requirements_come_before_the_set(yard: Yard, root: Path) -> None:
    """They are locked, built, told of, and found first; what they do not name comes from the set."""
    heard: list[str] = []
    found = do(told_by("six==1.17.0\n", root, heard))
    assert not found.trusted
    assert re.fullmatch(r"six==1\.17\.0(?: \\\n    --hash=sha256:[0-9a-f]{64})+\n", found.lock)
    assert heard[-2:] == ["locking requirements.txt", "building 1 packages of requirements.txt"]
    code = "import six, pytz\ndef attack():\n    return [six.__version__, pytz.__version__]"
    assert yard.got(code, packages=found.folders) == ["1.17.0", "2019.2"]


def test_the_same_requirements_are_the_same_packages_tomorrow(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was locked once needs no index again, nor does a lock that came with a version."""
    before = wanted(TINY, root)
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:1/simple")
    assert wanted(TINY, root) == before
    assert wanted("# the same\n" + TINY, root, lock=before.lock) == before


@pytest.mark.parametrize(
    ("requirements", "sentence"),
    [
        (
            "# ours\nno-such-package-of-botyard==1\n",
            "line 2 of requirements.txt: there is no package no-such-package-of-botyard on the package index",
        ),
        ("six\nidna==99.1\n", "line 2 of requirements.txt: there is no version of idna that is ==99.1"),
        ("mysqlclient==1.4.2\n", "line 1 of requirements.txt: mysqlclient==1.4.2 has no wheel for Python 3"),
        ("numpy==1.20.0\n", "line 1 of requirements.txt: numpy==1.20.0 has no wheel for Python 3"),
        ("urllib3==1.25.3\nrequests==2.34.2\n", "line 2 of requirements.txt: no versions fit together: "),
    ],
)
def test_what_the_index_does_not_have_is_said_with_its_line(root: Path, requirements: str, sentence: str) -> None:
    """Whoever trains reads which package, which line and why."""
    with pytest.raises(PackagesUnusable) as refused:
        wanted(requirements, root)
    assert refused.value.sentence.startswith(sentence)
    assert refused.value.code == "packages_unusable"


def test_an_index_that_cannot_be_reached_is_not_the_bots_fault(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence names the index, without what opens it, and the request may be made again."""
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://somebody:secret@127.0.0.1:1/simple")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    with pytest.raises(PackagesUnavailable) as refused:
        wanted("tomli==2.0.1\n", root)
    assert refused.value.sentence == "the package index http://127.0.0.1:1 cannot be reached; try again later"


def test_an_index_that_does_not_answer_is_waited_for_only_so_long(tmp_path: Path) -> None:
    """It is ended with all that it started."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        index = f"http://127.0.0.1:{silent.getsockname()[1]}/simple"
        with pytest.raises(PackagesUnavailable, match=r"not there after 0\.5 s"):
            do(run_uv("compile", "-", "--default-index", index, cache=tmp_path, given="six", seconds=0.5))


def test_uv_is_told_no_secret_of_ours() -> None:
    """Only how to reach the index; one that was chosen for pip counts where uv has none."""
    ours = {"BOTYARD_KEY": "k", "BOTYARD_SECRET_X": "s", "AWS_SECRET_ACCESS_KEY": "a", "UV_PUBLISH_TOKEN": "t"}
    useful = {"PATH": "/usr/bin", "HTTPS_PROXY": "http://proxy:1", "PIP_INDEX_URL": "https://index.example/simple"}
    assert told(ours | useful) == {
        "PATH": "/usr/bin",
        "HTTPS_PROXY": "http://proxy:1",
        "UV_DEFAULT_INDEX": "https://index.example/simple",
    }
    chosen = {"UV_INDEX_URL": "https://own.example/simple", "PIP_INDEX_URL": "https://index.example/simple"}
    assert told(chosen) == {"UV_INDEX_URL": "https://own.example/simple"}


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """The operator reads which, why, and which setting names another."""
    (tmp_path / "file").touch()
    with pytest.raises(PackagesUnavailable, match=r"cannot be kept in .*file/below: .*BOTYARD_CODE_PACKAGES"):
        wanted(None, tmp_path / "file" / "below")


def test_two_who_build_the_same_at_once_both_have_it(root: Path, python: Interpreter) -> None:
    """Whoever is second finds it there; nothing unfinished stays."""
    recipe = Recipe(lock=wanted(TINY, root).lock)
    shutil.rmtree(root / id_of(recipe, python))

    async def twice() -> list[Path]:
        return await asyncio.gather(*(build(recipe, python, root) for _ in range(4)))

    folders = do(twice())
    assert set(folders) == {root / id_of(recipe, python)}
    assert is_built(folders[0])
    assert not list(root.glob(".unfinished*"))


@pytest.mark.parametrize("damage", ["emptied", "gone", "unfinished"])
def test_what_is_not_whole_is_built_again(root: Path, damage: str) -> None:
    """After a power cut or a hand that slipped, nobody imports half a package."""
    [own, _] = map(Path, wanted(TINY, root).folders)
    module = own / "iniconfig" / "__init__.py"
    if damage == "emptied":
        module.unlink()
        module.touch()
    elif damage == "gone":
        module.unlink()
    else:
        (own / ".whole").unlink()
    assert not is_built(own)
    assert wanted(TINY, root).folders[0] == str(own)
    assert is_built(own)
    assert module.read_text()


def test_what_could_not_be_built_leaves_nothing(root: Path, python: Interpreter) -> None:
    """A file that is not the one of the lock is refused, and there is no environment."""
    recipe = Recipe(lock=f"iniconfig==2.0.0 --hash=sha256:{'0' * 64}\n")
    with pytest.raises(Exception, match=r"(?i)hash mismatch"):
        do(build(recipe, python, root))
    assert not (root / id_of(recipe, python)).exists()
    assert not list(root.glob(".unfinished*"))


texts = st.text(alphabet="abc=\n", max_size=12)
recipes = st.builds(Recipe, lock=texts, builders=texts, modules=st.dictionaries(texts, texts, max_size=2))


@given(recipes, recipes, st.sampled_from(["3.11", "3.13"]), st.sampled_from(["3.11", "3.13"]))
def test_a_lock_and_a_python_give_one_id(one: Recipe, other: Recipe, python: str, another: str) -> None:
    """The same makes the same name, anything else another one."""
    first, second = Interpreter("/usr/bin/python3", python), Interpreter("/usr/local/bin/python3", another)
    assert (id_of(one, first) == id_of(other, second)) == (one == other and python == another)


@pytest.mark.parametrize("name", SETS)
def test_approved_sets_are_locked_by_hashes(name: str) -> None:
    """Every package with its version, every version with the hashes of its files."""
    entries = re.split(r"\n(?=\S)", recipe_of(name).lock.strip())
    assert len(entries) >= len(SEED)
    for entry in entries:
        assert re.match(r"[a-z0-9-]+==\S+", entry), entry
        assert "--hash=sha256:" in entry


def test_process_1_imports_only_what_the_operator_approved(yard: Yard, folder: Path) -> None:
    """A trusted package is imported there once for all workers, any other by each worker, behind its filter."""
    (folder / "botyard_test_where.py").write_text("import os\nPID = os.getpid()\n")
    code = "import botyard_test_where\ndef attack():\n    return botyard_test_where.PID"
    for trusted in (True, False):
        answer = yard.run(yard.bot(code, packages=(str(folder),), trusted=trusted))
        assert (answer.body == '{"got": 1}') is trusted


def test_a_package_does_not_take_the_place_of_pythons_own_modules(yard: Yard, folder: Path) -> None:
    """Process 1 imports some of them late: a package called like one would run there, without a worker's filter."""
    (folder / "colorsys.py").write_text("")
    code = "import colorsys\ndef attack():\n    return colorsys.__file__.startswith('/usr/')"
    assert yard.got(code, packages=(str(folder),)) is True
