"""Environments for what we measure beside, made once from PyPI below the machine's temporary folder."""

import shutil
import subprocess
import sys
import tempfile
from hashlib import sha256
from pathlib import Path

WANTED = {
    "plain": (
        "fastapi==0.165.0", "uvicorn[standard]==0.54.0", "httpx==0.28.1", "sqlalchemy[asyncio]==2.1.9",
        "aiosqlite==0.22.1",
    ),
    "rasa": ("rasa-sdk==3.21.1",),
    "botbuilder": ("botbuilder-integration-aiohttp==4.17.1", "botbuilder-dialogs==4.17.1"),
    "limit-postgresql": ("uvloop==0.23.0", "msgspec==0.22.0", "asyncpg==0.31.0"),
}  # fmt: skip


class CannotInstall(Exception):
    """A rival does not install here; the message is the installer's last line."""


def python_of(name: str) -> Path:
    """Find a rival's Python, with all it needs. Raises CannotInstall."""
    wanted = WANTED[name]
    home = (
        Path(tempfile.gettempdir()) / "botyard-bench-rivals" / f"{name}-{sha256(repr(wanted).encode()).hexdigest()[:8]}"
    )
    python = home / "bin" / "python"
    if (home / "ready").exists():
        return python
    shutil.rmtree(home, ignore_errors=True)
    uv = str(Path(sys.executable).with_name("uv"))
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(home)], check=True)
    command = [uv, "pip", "install", "--quiet", "--python", str(python), *wanted]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotInstall((done.stderr.strip().splitlines() or ["it says nothing"])[-1])
    (home / "ready").touch()
    return python
