"""The encoder that the settings choose, opened when it is first needed.

Not at the start: it takes a third of a second and 70 MB, and a server that has no bot trained with one needs neither.
"""

import asyncio
from pathlib import Path
from threading import Lock

from botyard.nlu.encoder.sentences import SentenceEncoder
from botyard.releases.encoder import load_encoder

AUTO, OFF = "auto", "off"


class EncoderHere:
    """One process's encoder. chosen: "auto" takes the installed one, "off" none; anything else is a folder."""

    def __init__(self, chosen: str = AUTO) -> None:
        self.chosen = chosen
        self._lock = Lock()
        self._opened: SentenceEncoder | None = None
        self._is_open = chosen == OFF

    def opened(self) -> SentenceEncoder | None:
        """Open it, or take the one that is open; None where there is none. Blocks. Raises EncoderUnusable."""
        with self._lock:
            if not self._is_open:
                self._opened = load_encoder(None if self.chosen == AUTO else Path(self.chosen))
                self._is_open = True
            return self._opened

    async def soon(self) -> SentenceEncoder | None:
        """Open it while others go on. Raises EncoderUnusable."""
        return self._opened if self._is_open else await asyncio.to_thread(self.opened)
