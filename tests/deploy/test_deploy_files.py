"""Dockerfile, compose file and systemd units: each linter finds nothing, and they name what is really there."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from botyard.cli import main
from tests.processes import ROOT

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
HADOLINT = Path(sys.executable).with_name("hadolint")
HOWTOS = [ROOT / "docs" / "howto" / f"{page}.md" for page in ("one-machine", "compose", "kubernetes", "backup")]

needs_hadolint = pytest.mark.skipif(not HADOLINT.exists(), reason="hadolint comes for Linux on x86-64 only")
needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")


def texts() -> dict[str, str]:
    """Every file below deploy/, and the pages that tell how to use them."""
    files = [*(path for path in DEPLOY.rglob("*") if path.is_file()), *HOWTOS]
    return {str(path.relative_to(ROOT)): path.read_text() for path in files}


def hadolint(text: str) -> list[str]:
    """What hadolint says of a Dockerfile."""
    done = subprocess.run([HADOLINT, "--no-color", "-"], input=text, capture_output=True, text=True, check=False)
    return done.stdout.splitlines()


@needs_hadolint
def test_hadolint_finds_nothing_in_the_dockerfile() -> None:
    """And it would: an image without a tag is one of its rules."""
    text = (DEPLOY / "Dockerfile").read_text()
    assert hadolint(text) == []
    assert hadolint(text.replace("FROM base AS runner", "FROM debian AS runner")) != []


def stages() -> dict[str, str]:
    """The Dockerfile's stages by name, each with those it is made from."""
    parts = re.split(r"^FROM (\S+) AS (\w+)$", (DEPLOY / "Dockerfile").read_text(), flags=re.MULTILINE)[1:]
    made: dict[str, str] = {}
    for parent, name, text in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        made[name] = made.get(parent, "") + text
    return made


@pytest.mark.parametrize("image", ["botyard", "runner"])
def test_an_image_is_nobodys_root_and_has_no_compiler(image: str) -> None:
    """Its last user is a number that is not root's, it says how it is, and nothing that builds was installed."""
    text = stages()[image]
    assert re.findall(r"^USER (\d+):\d+$", text, re.MULTILINE)[-1] not in {"", "0"}
    assert "HEALTHCHECK" in text
    assert "pip uninstall" in text
    assert not re.search(r"\b(gcc|g\+\+|build-essential|make|cargo|pip install)\b", text)


def test_what_the_dockerfile_copies_is_there_and_reaches_the_builder() -> None:
    """A file that .dockerignore keeps back would be missed in the middle of a build."""
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    wanted = {source for line in copied for source in line.split()}
    let_in = re.findall(r"^!(\S+)$", (DEPLOY / "Dockerfile.dockerignore").read_text(), re.MULTILINE)
    assert all((ROOT / source).exists() for source in wanted)
    assert wanted == {pattern.removesuffix("*.txt") for pattern in let_in}


def composed() -> dict[str, Any]:
    """The compose file with its variables filled in."""
    text = (DEPLOY / "compose.yaml").read_text()
    text = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text)
    filled: dict[str, Any] = yaml.safe_load(re.sub(r"\$\{\w+:\?[^}]*\}", "filled", text))
    return filled


def test_the_compose_file_is_what_its_specification_asks_for() -> None:
    """And a word that the specification does not know is a mistake."""
    specification = pytest.importorskip("compose_spec", reason="it comes as a program for Linux on x86-64 only")
    whole = composed()
    read = specification.PyCompose.from_json(json.dumps(whole))
    assert sorted(read.service_names()) == ["api", "postgres", "redis", "runner", "worker"]
    whole["services"]["api"]["port"] = ["8000"]
    with pytest.raises(ValueError, match="port"):
        specification.PyCompose.from_json(json.dumps(whole))


def test_the_runner_of_the_compose_file_reaches_no_database_and_has_no_secret() -> None:
    """It shares no network with PostgreSQL and Redis, no variable with the API, and can write no package."""
    services = composed()["services"]
    runner = services["runner"]
    assert "environment" not in runner
    assert "env_file" not in runner
    assert runner["networks"] == ["outside"]
    assert {name for name, one in services.items() if "outside" in one["networks"]} == {"api", "worker", "runner"}
    assert runner["volumes"] == ["runner-socket:/run/botyard-runner", "packages:/var/cache/botyard/packages:ro"]


def test_all_processes_of_the_compose_file_are_told_the_same() -> None:
    """One that is given no Redis hears nothing of what those say that have one: the same database, key and Redis."""
    services = composed()["services"]
    assert services["api"]["environment"] == services["worker"]["environment"]
    assert {"BOTYARD_DATABASE_URL", "BOTYARD_KEY", "BOTYARD_REDIS_URL"} <= set(services["api"]["environment"])


def test_every_variable_that_compose_asks_for_is_in_the_example() -> None:
    """Whoever copies the example is asked for nothing more."""
    asked = set(re.findall(r"\$\{(\w+):", (DEPLOY / "compose.yaml").read_text()))
    given = set(re.findall(r"^(\w+)=", (DEPLOY / "compose.env.example").read_text(), re.MULTILINE))
    assert asked == given


@needs_systemd
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_finds_nothing_in_the_units(unit: Path, tmp_path: Path) -> None:
    """`systemd-analyze verify`, with a program that is there in the place of ours."""
    copy = tmp_path / unit.name
    copy.write_text(unit.read_text().replace("/opt/botyard/bin/botyard", "/bin/true"))
    assert verified(copy) == ""
    copy.write_text(copy.read_text().replace("Restart=always", "Restart=perhaps"))
    assert "perhaps" in verified(copy)


def verified(unit: Path) -> str:
    """What systemd says of a unit; other units of this machine, and those that are not there, are not ours to mend."""
    command = ["systemd-analyze", "verify", "--recursive-errors=no", str(unit)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return "".join(line + "\n" for line in done.stderr.splitlines() if unit.name in line)


@needs_systemd
@pytest.mark.parametrize(("unit", "most"), [("botyard.service", 20), ("botyard-runner.service", 40)])
def test_systemd_thinks_little_of_the_units_is_exposed(unit: str, most: int) -> None:
    """In tenths of its scale from 0 to 10. The runner must leave open what jails are made of."""
    command = ["systemd-analyze", "security", "--offline=yes", f"--threshold={most}", f"{DEPLOY}/systemd/{unit}"]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    assert subprocess.run([*command[:3], "--threshold=5", command[4]], capture_output=True, check=False).returncode == 1


def test_the_runners_unit_is_handed_no_setting_of_the_servers() -> None:
    """Nobody gives it a file of secrets, or the server's user or folder."""
    text = (DEPLOY / "systemd" / "botyard-runner.service").read_text()
    assert not re.search(r"^(EnvironmentFile|LoadCredential|StateDirectory|PassEnvironment)", text, re.MULTILINE)
    assert re.findall(r"^(?:User|WorkingDirectory)=(.*)$", text, re.MULTILINE) == ["botyard-runner", "/"]
    assert not re.search(r"^Environment=BOTYARD", text, re.MULTILINE)


STARTED = re.compile(r"(?:/bin/botyard |-- botyard |`botyard |RUN botyard |\b(?:args|command): \[|CMD \[\")([a-z]+)")
CODE = re.compile(r"^ *```.*?^ *```|`[^`\n]+`", re.MULTILINE | re.DOTALL)


def commands_in(where: str, text: str) -> set[str]:
    """The words that follow `botyard` where a file starts it, and in a guide's code."""
    if not where.endswith(".md"):
        return set(STARTED.findall(text))
    return {word for code in CODE.findall(text) for word in re.findall(r"(?<!-)\bbotyard ([a-z]+)", code)}


def test_every_command_that_is_named_exists() -> None:
    """In the deployment's files and the guides."""
    named = {(where, word) for where, text in texts().items() for word in commands_in(where, text)}
    assert {"serve", "worker", "runner", "backup", "restore", "migrate", "deploy"} <= {word for _, word in named}
    others = {"python", "redis", "sleep"}  # programs of the images
    assert {one for one in named if one[1] not in {*main.commands, *others}} == set()


def test_every_setting_that_is_named_exists() -> None:
    """Each stands in docs/reference/settings.md, or is what compose alone reads."""
    page = (ROOT / "docs" / "reference" / "settings.md").read_text()
    named = {word for text in texts().values() for word in re.findall(r"\bBOTYARD_[A-Z]+(?:_[A-Z]+)*\b", text)}
    assert {"BOTYARD_DATABASE_URL", "BOTYARD_KEY", "BOTYARD_RUNNER_HOSTS"} <= named
    ours = {"BOTYARD_PUBLISH"}
    assert {one for one in named if one not in page and not one.startswith("BOTYARD_SECRET")} == ours


def test_every_file_that_the_guides_name_exists() -> None:
    """Under deploy/, in every guide."""
    for page in HOWTOS:
        for named in re.findall(r"\bdeploy/[\w./-]*\w", page.read_text()):
            if named not in {
                "deploy/compose.env",
                "deploy/botyard-api",
            }:  # the reader makes it; a Deployment of the cluster
                assert (ROOT / named).exists(), f"{page.name} names {named}"
