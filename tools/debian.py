"""Install Debian packages that Python cannot bring: a browser, walls, databases, clocks that are wrong.

    python3 tools/debian.py

Does nothing where they are there. Where they cannot be installed it says so and exits 0: the tests that need them
then skip themselves with the same sentence, benchmarks say what they miss, and everything else still runs.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

# What must be there, and the package that brings it. The letters: Hindi is one of the sample bot's languages.
NEEDED = {
    "chromium": ("/usr/bin/chromium",),
    "fonts-dejavu-core": ("/usr/share/fonts/truetype/dejavu",),
    "bubblewrap": ("/usr/bin/bwrap",),
    "slirp4netns": ("/usr/bin/slirp4netns",),
    "nftables": ("/usr/sbin/nft",),
    "python3": ("/usr/bin/python3",),
    "postgresql": tuple(f"/usr/lib/postgresql/{major}/bin/initdb" for major in range(13, 30)),
    "redis-server": ("/usr/bin/redis-server",),
    "faketime": ("/usr/bin/faketime",),
    "fonts-lohit-deva": ("/usr/share/fonts/truetype/lohit-devanagari", "/usr/share/fonts/truetype/noto"),
}


def main() -> None:
    """Install what is missing, or say why not."""
    missing = [package for package, places in NEEDED.items() if not any(Path(place).exists() for place in places)]
    if not missing:
        return
    names = " ".join(missing)
    apt_get = as_root()
    if apt_get is None:
        say(f"some tests and benchmarks need Debian's {names}, which cannot be installed from here")
        return
    say(f"installing {names}")
    run([*apt_get, "update", "-qq"])
    if not run([*apt_get, "install", "-y", "-qq", "--no-install-recommends", *missing]):
        say(f"apt-get could not install {names}; the tests that need them will be skipped")


def as_root() -> list[str] | None:
    """Find how to call apt-get with the right to install: directly as root, or through a sudo that asks nothing."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return ["apt-get"]
    if (
        shutil.which("sudo")
        and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    ):
        return ["sudo", "-n", "apt-get"]
    return None


def run(command: Sequence[str]) -> bool:
    """Run a command that asks nothing; tell whether it did its work, and show what it said only where it did not."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        say((done.stderr or done.stdout).strip()[-2000:])
    return done.returncode == 0


def say(sentence: str) -> None:
    """Tell the person at the terminal."""
    print(f"set-up: {sentence}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
