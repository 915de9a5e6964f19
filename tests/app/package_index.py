"""A package index of our own on this machine, with as many versions of one package as a test publishes."""

import base64
import hashlib
import http.server
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

PACKAGE = "botyard_test_greeting"


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve what is published in a folder; the address of the index."""
    (folder / "botyard-test-greeting").mkdir()
    handler = partial(_Silent, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()
            thread.join()


class _Silent(http.server.SimpleHTTPRequestHandler):
    """A listing of a folder is all that an index must be."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def publish(folder: Path, version: str) -> None:
    """Put a version of the package into the index."""
    metadata = f"{PACKAGE}-{version}.dist-info"
    files = {
        f"{PACKAGE}.py": f"VERSION = {version!r}\n",
        f"{metadata}/METADATA": f"Metadata-Version: 2.1\nName: botyard-test-greeting\nVersion: {version}\n",
        f"{metadata}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{name},sha256={_digest(text)},{len(text)}\n" for name, text in files.items())
    files[f"{metadata}/RECORD"] = record + f"{metadata}/RECORD,,\n"
    wheel = folder / "botyard-test-greeting" / f"{PACKAGE}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as packed:
        for name, text in files.items():
            packed.writestr(name, text)


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
