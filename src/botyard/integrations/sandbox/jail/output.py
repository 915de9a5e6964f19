"""What a worker writes: as much as is kept, and how much it was."""

import os

_READ = 1 << 16
_CUT = "\n… cut: {kept} KB of {all} KB are kept\n"


class Output:
    """One pipe that a worker writes to. Never read further than what a limit allows: then the worker is killed."""

    def __init__(self, *, kept_kb: int, most_kb: int) -> None:
        self.read_fd, self.write_fd = os.pipe()
        os.set_blocking(self.read_fd, False)
        self._kept_kb = kept_kb
        self._most = most_kb * 1024
        self._text = bytearray()
        self._count = 0
        self._is_open = True
        self.has_ended = False  # nobody holds the other end any more

    def read(self) -> bool:
        """Take what is there; tell whether it is still within the limit."""
        while self._is_open and self._count <= self._most:
            try:
                more = os.read(self.read_fd, _READ)
            except BlockingIOError:
                break
            if not more:
                self.has_ended = True
                break
            self._count += len(more)
            self._text += more[: max(0, self._kept_kb * 1024 - len(self._text))]
        return self._count <= self._most

    def take(self) -> str:
        """Hand over what was kept, and begin anew."""
        if not self._count:
            return ""
        text = bytes(self._text).decode("utf-8", "replace")
        if self._count > len(self._text):
            text += _CUT.format(kept=self._kept_kb, all=self._count // 1024)
        self._text.clear()
        self._count = 0
        return text

    def close_write(self) -> None:
        """Close our copy of the end that the worker holds."""
        os.close(self.write_fd)

    def close(self) -> None:
        """Close the reading end."""
        if self._is_open:
            self._is_open = False
            os.close(self.read_fd)
