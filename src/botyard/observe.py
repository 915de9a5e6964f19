"""Logs and metrics: bound here once, used by the shell; the core counts nothing, it returns its trace.

A log line is one JSON object on standard error: a constant event name, the request it belongs to, facts as fields.
What must never stand in a log is kept out by a guard, whoever wrote the line: fields named like a secret or like
something a user wrote, and the messages of exceptions (they quote what they choked on).
"""

import logging
import re
import sys
from bisect import bisect_left
from collections import Counter as Tally
from collections.abc import Iterator, Mapping, MutableMapping
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from traceback import extract_tb
from typing import Any, TextIO

import msgspec
import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Metric, generate_latest
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

from botyard.errors import BotyardError
from botyard.setting_values import LogFormat

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


def set_up_logs(form: LogFormat, stream: TextIO | None = None) -> None:
    """Send every line, our own and the libraries', to one stream (standard error) in one form."""
    render = _json if form == "json" else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[_circumstances, _exception, _guard, render],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(stream or sys.stderr),
        cache_logger_on_first_use=stream is None,  # only a test, which hands in a stream, sets logs up more than once
    )
    root = logging.getLogger()
    root.handlers[:] = [_Libraries(logging.WARNING)]
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "asyncio"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True


_request_id: ContextVar[str] = ContextVar("request_id")


def request_begins(request_id: str) -> None:
    """Every line that this task writes from here on, or a task that it starts, carries the request's id."""
    _request_id.set(request_id)


def _circumstances(_logger: Any, level: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Say for which request a line is, how much it matters, and when it was."""
    request_id = _request_id.get(None)
    if request_id is not None:
        line["request_id"] = request_id
    line["level"] = level
    line["at"] = msgspec.to_builtins(datetime.now(UTC))  # noqa: TID251 - a line says when it was written
    return line


# ── what a line may hold ────────────────────────────────────────────────────────────────────────────────────────────

NOT_LOGGED = "(not logged)"
UNNAMED = "unnamed_event"
_EVENT = re.compile(r"[a-z][a-z0-9_]{0,63}")
# Whole words of a field's name, so that `token_id` and `text_chars` may be logged and `bot_token` may not.
_SECRET_ENDINGS = re.compile(
    r"(?:^|_)(?:secrets?|tokens?|passwords?|passwd|authorization|cookies?|credentials?|auth_code|api_key|key|signature"
    r"|text|texts|message|messages|message_body|body|original_text|said|utterance|sentence_of_user|query|url|headers"
    r"|email|mobile_no|phone|full_name|custom_data|conversation_data|permanent_user_data)$"
)


_PLAIN = frozenset({str, int, float, bool, type(None)})  # holds nothing that has a name of its own


def _guard(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blank what must not be logged, and every event name that is no constant word."""
    if not _is_constant_word(str(line.get("event", ""))):
        line["event"] = UNNAMED
    if _name_a_secret(tuple(line)) or not _PLAIN.issuperset(map(type, line.values())):
        for name, value in line.items():
            line[name] = _may_be_logged(name, value)
    return line


# Names and events are constants of the program, a few dozen: each is judged once. A line costs a turn less for it.
@lru_cache(maxsize=1024)
def _name_a_secret(names: tuple[str, ...]) -> bool:
    return any(map(_is_secret, names))


@lru_cache(maxsize=1024)
def _is_constant_word(event: str) -> bool:
    return _EVENT.fullmatch(event) is not None


@lru_cache(maxsize=1024)
def _is_secret(name: str) -> bool:
    return _SECRET_ENDINGS.search(name.lower()) is not None


def _may_be_logged(name: str, value: Any) -> Any:
    if _is_secret(name):
        return NOT_LOGGED
    if isinstance(value, Mapping):
        return {str(key): _may_be_logged(str(key), inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_may_be_logged(name, inner) for inner in value]
    return value


def _exception(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Say which exception it was and where it rose. Its message stays out, except what a refusal has for logs."""
    if "exc_info" not in line:
        return line
    error = line.pop("exc_info")
    if error is True:
        error = sys.exc_info()[1]
    if isinstance(error, tuple):
        error = error[1]
    if not isinstance(error, BaseException):
        return line
    line["error"] = type(error).__name__
    line["raised_in"] = [
        f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in extract_tb(error.__traceback__)[-8:]
    ]
    if isinstance(error, BotyardError):
        line["code"] = error.code
        line["facts"] = error.facts
        if error.is_for_logs:
            line["why"] = error.sentence
    return line


# What some readers of logs take for the end of a line, and JSON does not escape.
_LINE_ENDS = {mark: f"\\u{mark:04x}" for mark in (0x85, 0x2028, 0x2029)}


def _json(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> str:
    text = _encode(line).decode()
    return text if text.isascii() else text.translate(_LINE_ENDS)  # which takes longer than all the rest


_encode = msgspec.json.Encoder(enc_hook=lambda value: type(value).__name__).encode


class _Libraries(logging.Handler):
    """What libraries say: which one and its template. Never the arguments, they may be anybody's words."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line for it."""
        template = record.msg if isinstance(record.msg, str) and record.args else ""
        log.log(record.levelno, "library_said", library=record.name, template=template, exc_info=record.exc_info)


# ── metrics ─────────────────────────────────────────────────────────────────────────────────────────────────────────

_registry = CollectorRegistry()
_queue_age = Gauge(
    "botyard_queue_age_seconds",
    "How long the oldest message has waited for its turn, in all processes",
    registry=_registry,
)

_breakers_open = Gauge("botyard_breakers_open", "Endpoints of webhooks that are left alone now", registry=_registry)
_breaker_trips = Counter("botyard_breaker_trips", "Times that a breaker opened", registry=_registry)

_connections = Gauge(
    "botyard_connections", "Connections of clients that are open, sockets included", registry=_registry
)

_sandbox = Gauge(
    "botyard_sandbox", "1 where it is so: custom code runs, has a network, is unsafe", ["is"], registry=_registry
)


class _Tallies(Collector):
    """What every message raises, as plain numbers: a library's counter locks and checks each time it is raised.

    Only the event loop's thread counts. Routes are templates and outcomes constant words, so there are few of either.
    """

    def __init__(self) -> None:
        self.requests: Tally[tuple[str, int]] = Tally()
        self.calls: Tally[str] = Tally()
        self.turns_s = 0.0
        self.turns_within = [0] * len(_WITHIN_S)

    def collect(self) -> Iterator[Metric]:
        """Tell them, when somebody asks."""
        requests = CounterMetricFamily("botyard_http_requests", "HTTP requests answered", labels=["route", "status"])
        for (route, status), times in self.requests.items():
            requests.add_metric([route, str(status)], times)
        calls = CounterMetricFamily("botyard_calls", "Calls of integrations returned", labels=["outcome"])
        for outcome, times in self.calls.items():
            calls.add_metric([outcome], times)
        within = list(zip(map(floatToGoString, _WITHIN_S), accumulate(self.turns_within), strict=True))
        seconds = HistogramMetricFamily("botyard_turn_seconds", "From a message in to its turn committed")
        seconds.add_metric([], buckets=within, sum_value=self.turns_s)
        yield from (requests, CounterMetricFamily("botyard_turns", "Turns committed", within[-1][1]), seconds, calls)


# Bounds of a histogram's buckets.
_WITHIN_S = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0, float("inf"))
_tallies = _Tallies()
_registry.register(_tallies)


def count_request(route: str, status: int) -> None:
    """Count an HTTP request. route: its template, never the path somebody asked for."""
    _tallies.requests[route, status] += 1


def count_turn(seconds: float) -> None:
    """Count a committed turn and how long it took."""
    _tallies.turns_within[bisect_left(_WITHIN_S, seconds)] += 1
    _tallies.turns_s += seconds


def count_call(outcome: str) -> None:
    """Count a call of an integration. outcome: one of a few constant words."""
    _tallies.calls[outcome] += 1


def queue_age_is(seconds: float) -> None:
    """Note how long the oldest message has waited, whichever process has it."""
    _queue_age.set(seconds)


def connections_are(count: int) -> None:
    """Note how many connections are open."""
    _connections.set(count)


def breaker_turned(*, is_open: bool) -> None:
    """Count a breaker that opened or closed. The log says which: hosts are no labels, their number has no bound."""
    if is_open:
        _breaker_trips.inc()
        _breakers_open.inc()
    else:
        _breakers_open.dec()


def sandbox_is(*, ok: bool, unsafe: bool, network: bool) -> None:
    """Note how the sandbox of custom code is. Nothing is shown until somebody looked."""
    for name, holds in (("ok", ok), ("unsafe", unsafe), ("network", network)):
        _sandbox.labels(name).set(holds)


def metrics() -> tuple[bytes, str]:
    """All metrics in Prometheus' text form, and its content type."""
    return generate_latest(_registry), CONTENT_TYPE_PLAIN_0_0_4
