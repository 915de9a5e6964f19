"""uv, which resolves and installs packages: without our secrets, for a limited time."""

import asyncio
import importlib
import os
import re
import shutil
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from botyard.errors import BotyardError
from botyard.integrations.sandbox.packages.unusable import PackagesUnavailable

SECONDS = 300.0
_LEAST_FREE_BYTES = 512 << 20
_LOOK_EVERY_S = 0.5
# What uv is told of our environment: how to reach the index that the operator chose. Whatever holds an index's password
# is meant for it; nothing else is.
_TOLD = (
    *("HOME", "PATH", "XDG_CONFIG_HOME", "XDG_CONFIG_DIRS", "SSL_CERT_FILE", "SSL_CERT_DIR"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy"),
    *("UV_DEFAULT_INDEX", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS", "UV_INSECURE_HOST", "UV_NATIVE_TLS", "UV_OFFLINE"),
    *("UV_SYSTEM_CERTS", "UV_HTTP_TIMEOUT", "UV_HTTP_RETRIES", "UV_CONFIG_FILE", "NETRC"),
)
# The runner is another user, and must be able to read what is installed. (uvloop starts no process with a umask.)
_READABLE = 'umask 022 && exec "$@"'
_PASSWORD = re.compile(r"(?<=://)[^/\s@]+@")


class UvFailed(BotyardError):
    """uv could not do it. The sentence is what it said."""

    code = "uv_failed"


async def run_uv(*arguments: str | Path, cache: Path, given: str = "", seconds: float = SECONDS) -> str:
    """Run `uv pip …`; what it prints. cache: a folder that is there. given: its standard input.

    Raises UvFailed, and PackagesUnavailable where neither the packages nor their names are the reason.
    """
    process = await asyncio.create_subprocess_exec(
        *(
            "sh",
            "-c",
            _READABLE,
            "sh",
            find_uv(),
            "pip",
            *map(str, arguments),
            "--cache-dir",
            str(cache),
            "--color",
            "never",
            "--quiet",
        ),
        *("--no-python-downloads", "--no-progress"),
        cwd="/",  # a configuration of whatever folder we stand in is not meant for this
        env=told(os.environ),
        start_new_session=True,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    talking = asyncio.ensure_future(process.communicate(given.encode()))
    try:
        trouble = await _watched(talking, cache, seconds)
    finally:
        if not talking.done():
            os.killpg(process.pid, signal.SIGKILL)
        printed, said = await talking
    if trouble:
        raise PackagesUnavailable(trouble)
    if process.returncode:
        raise UvFailed(_PASSWORD.sub("", said.decode("utf-8", "replace")).strip())
    return printed.decode()


def told(environ: Mapping[str, str]) -> dict[str, str]:
    """Choose what uv may know of an environment; an index that was chosen for pip is taken where uv has none."""
    passed = {name: environ[name] for name in environ if name in _TOLD or name.startswith("UV_INDEX")}
    for ours, pips in (("UV_DEFAULT_INDEX", "PIP_INDEX_URL"), ("SSL_CERT_FILE", "PIP_CERT")):
        if pips in environ and ours not in passed and "UV_INDEX_URL" not in passed:
            passed[ours] = environ[pips]
    return passed


def find_uv() -> str:
    """Find uv: it comes with Botyard. Raises PackagesUnavailable."""
    with suppress(ImportError, FileNotFoundError):
        uv: Any = importlib.import_module("uv")
        return str(uv.find_uv_bin())
    found = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    if found is None:
        raise PackagesUnavailable("packages cannot be installed: there is no uv; `pip install uv` brings it")
    return found


async def _watched(talking: asyncio.Future[tuple[bytes, bytes]], cache: Path, seconds: float) -> str:
    """Wait for it, but not for ever, and not until the disk is full; why it has to end before its time."""
    loop = asyncio.get_running_loop()
    ends_at = loop.time() + seconds
    while not talking.done():
        await asyncio.wait((talking,), timeout=min(_LOOK_EVERY_S, seconds))
        if not talking.done() and loop.time() > ends_at:
            return f"the packages were not there after {seconds:g} s; try again later"
        if shutil.disk_usage(cache).free < _LEAST_FREE_BYTES:
            return f"the disk with {cache.parent} is full: packages need {_LEAST_FREE_BYTES >> 20} MB free"
    return ""
