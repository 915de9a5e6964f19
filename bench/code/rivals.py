"""What we measure beside comes from PyPI into an environment of its own, so that nothing of it is in our locks."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

WANTED = ("functions-framework==3.10.2", "awslambdaric==4.2.2", "requests==2.34.2")
LIBRARIES = ("requests==2.34.2",)


def make(python: str) -> tuple[Path, Path]:
    """Make an environment of the rivals, and a folder of packages as jails are given. python: that of the jails."""
    home = Path(tempfile.gettempdir()) / "botyard-bench-code"
    venv, packages = home / "venv", home / "packages"
    if (home / "ready").exists():
        return venv, packages
    shutil.rmtree(home, ignore_errors=True)
    uv = str(Path(sys.executable).with_name("uv"))
    how = ("--quiet", "--only-binary", ":all:", "--compile-bytecode")
    subprocess.run([uv, "venv", "--quiet", "--python", python, str(venv)], check=True)
    subprocess.run([uv, "pip", "install", *how, "--python", str(venv / "bin" / "python"), *WANTED], check=True)
    subprocess.run([uv, "pip", "install", *how, "--python", python, "--target", str(packages), *LIBRARIES], check=True)
    home.chmod(0o755)
    (home / "ready").touch()
    return venv, packages
