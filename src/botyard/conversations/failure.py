"""What may be logged of a failure: its kind and where it happened, never its text, which may hold a user's words."""

import traceback
from pathlib import Path


def failure_of(error: BaseException) -> str:
    """Say what an error is and where it was raised: "KeyError at dialogue.py:41"."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return type(error).__name__ + where
