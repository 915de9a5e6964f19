"""Named places where a test may kill the process, as a power cut would. Nothing is armed in a real server."""

import os
import signal

_armed: dict[str, int] = {}


def arm(names: str) -> None:
    """Arm the kill points named in `names`: "after_accept" dies at the first pass, "before_call:3" at the third."""
    _armed.clear()
    for one in filter(None, names.split(",")):
        name, _, passes = one.partition(":")
        _armed[name] = int(passes or 1)


def kill_point(name: str) -> None:
    """Die here by SIGKILL, if a test asked for it."""
    if _armed and name in _armed:
        _armed[name] -= 1
        if _armed[name] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
