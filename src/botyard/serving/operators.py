"""What operators and their machines ask: does it live, can it work, what does it count."""

from collections.abc import Awaitable, Callable
from typing import Any

from msgspec import Struct
from starlette.responses import Response

from botyard.errors import BotyardError
from botyard.observe import log, metrics
from botyard.serving.answers import Answer, JsonAnswer, json_answer
from botyard.serving.endpoint import Asked, Endpoint, NoBody, anybody


class Healthy(Struct, frozen=True):
    """The process lives."""

    status: str = "ok"


class Ready(Struct, frozen=True):
    """Whether this process can do its work. checks: "ok", or a sentence on what is wrong, by what was checked."""

    ready: bool
    checks: dict[str, str] = {}


async def _nothing() -> None:
    """Measure nothing."""


def operators(
    ready: Callable[[], Awaitable[Ready]],
    *,
    measure: Callable[[], Awaitable[None]] = _nothing,
    is_stopping: Callable[[], bool] = lambda: False,
) -> tuple[Endpoint[Any, Any], ...]:
    """Make /healthz, /readyz and /metrics. ready: looks at the database and whatever else the process needs.

    measure: takes the measures that are taken only when somebody asks; where it fails, the others are handed out.
    """

    async def healthz(_asked: Asked[None, NoBody]) -> Healthy:
        """Say that the process lives."""
        return Healthy()

    async def readyz(_asked: Asked[None, NoBody]) -> JsonAnswer:
        """Say whether this process takes work."""
        found = Ready(ready=False, checks={"server": "stopping"}) if is_stopping() else await _checked(ready)
        return json_answer(found, 200 if found.ready else 503)

    async def metrics_(_asked: Asked[None, NoBody]) -> Response:
        """Hand out the counts, in Prometheus' form."""
        try:
            await measure()
        except BotyardError as error:
            log.warning("not_measured", error=error.sentence)
        text, content_type = metrics()
        return Response(text, media_type=content_type)

    return (
        _public("/healthz", healthz, Healthy),
        _public("/readyz", readyz, Ready),
        _public("/metrics", metrics_, None),
    )


async def _checked(ready: Callable[[], Awaitable[Ready]]) -> Ready:
    try:
        return await ready()
    except Exception:  # noqa: BLE001 - whatever a check raises, this process is not ready
        log.exception("check_failed")
        return Ready(ready=False, checks={"server": "a check failed; the log says which"})


def _public(
    path: str, handle: Callable[[Asked[None, NoBody]], Awaitable[Struct | Answer]], answer: type[Struct] | None
) -> Endpoint[None, NoBody]:
    return Endpoint(
        path=path,
        methods=("GET",),
        identify=anybody,
        body=NoBody,
        answer=answer,
        handle=handle,
        is_limited=False,
    )
