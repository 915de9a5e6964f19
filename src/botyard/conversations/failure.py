"""What failures have in common: how long the database is left alone, and what may be logged.

That is their kind and where they happened; their text only where it is made of our own words, for others may hold a
user's.
"""

import traceback
from pathlib import Path

from botyard.errors import BotyardError

# A full disk, a server that restarts: nothing is lost by waiting, and nothing gained by asking oftener.
STORAGE_PAUSE_S = 1.0


def failure_of(error: BaseException) -> str:
    """Say what an error is and where it was raised, "KeyError at dialogue.py:41", or what operators have to mend."""
    if isinstance(error, BotyardError) and error.is_for_logs:
        return error.sentence
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return type(error).__name__ + where
