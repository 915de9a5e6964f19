"""Runs a command of ours on a machine that lacks a part: a program, or a device.

python tests/without_part.py PATH ARGUMENTS… is `botyard ARGUMENTS…` where nothing is at PATH. Only root can make it so,
for this process and what it starts.
"""

import ctypes
import os
import subprocess
import sys
from pathlib import Path

NEW_MOUNTS = 0x00020000


def main(path: Path) -> None:
    """Hide what is at a path from ourselves, and become the command."""
    if ctypes.CDLL(None).unshare(NEW_MOUNTS):
        sys.exit("only root can hide something")
    _mount("--make-rprivate", "/")
    work = Path("/mnt")
    _mount("-t", "tmpfs", "tmpfs", str(work))  # for us alone, and gone with us
    for name in ("upper", "work"):
        (work / name).mkdir()
    if path.is_relative_to("/dev"):
        _mount("-t", "tmpfs", "tmpfs", str(path.parent))
    else:
        layers = f"lowerdir={path.parent},upperdir={work}/upper,workdir={work}/work"
        _mount("-t", "overlay", "overlay", "-o", layers, str(path.parent))
        path.unlink()
    os.execv(sys.executable, [sys.executable, "-m", "botyard.cli", *sys.argv[2:]])  # noqa: S606 - ourselves


def _mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
