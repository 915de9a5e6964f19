"""Who runs custom code, as its callers see them: a runner on this machine, on others, or AWS Lambda."""

from typing import Protocol

from botyard.integrations.sandbox.jail.doctor import Health
from botyard.integrations.sandbox.jail.jails import Source
from botyard.integrations.sandbox.jail.pool import Wanted
from botyard.integrations.sandbox.said import CodeAnswer


class RunsCode(Protocol):
    """Runs one call after the other. None of these raises anything but cancellation."""

    async def run(self, source: Source, wanted: Wanted) -> CodeAnswer:
        """Make one call, at most once; what goes wrong is the answer's `error`."""
        ...

    async def health(self) -> Health:
        """Tell whether custom code can run, and what to do where it cannot."""
        ...

    async def close(self) -> None:
        """Let go of everything; no call comes after this."""
        ...
