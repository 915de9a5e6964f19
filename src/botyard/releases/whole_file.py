"""A file that is there whole or not at all, whoever reads while it is written."""

import tempfile
from pathlib import Path


def write_whole(target: Path, content: bytes) -> None:
    """Write under another name first, so that nobody reads half of it. Raises OSError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as unfinished:
        unfinished.write(content)
    Path(unfinished.name).chmod(0o644)  # a temporary file is private; others may use what is kept here
    Path(unfinished.name).replace(target)
