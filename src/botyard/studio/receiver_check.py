"""What a webhook's receiver does wrong, found out by calling it as a node would, and as a stranger would."""

import ipaddress
import secrets as chance
import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Literal, TypeAlias, assert_never
from urllib.parse import urlsplit

from msgspec import Struct

from botyard.engine.happenings import Unusable
from botyard.integrations.answer import MAX_ANSWER_BYTES, judge
from botyard.integrations.outbound import NotSent, Outbound, Received
from botyard.integrations.webhook import MAX_TIMEOUT_S
from botyard.studio.receiver_calls import Sample, samples

# A user waits for the answer; from here on it is worth a word.
SLOW_S = 5.0

Verdict: TypeAlias = Literal["ok", "note", "wrong"]


class Finding(Struct, frozen=True):
    """What came of one call. status: None where no whole answer came. ms: until the last byte."""

    call: str
    verdict: Verdict
    sentence: str
    status: int | None
    ms: float

    def __str__(self) -> str:
        return f"{self.verdict:<5}  {self.call}: {self.sentence}"


class Report(Struct, frozen=True):
    """Everything that was found out about one receiver. ok: nothing is wrong."""

    url: str
    ok: bool
    findings: tuple[Finding, ...]


async def look_at(outbound: Outbound, url: str, secret: str, *, node: str, entities: Mapping[str, str]) -> Report:
    """Call a receiver, one sample after the other. Where the first cannot reach it, it is the last."""
    findings: list[Finding] = []
    for sample in samples(node, entities, secret, run=chance.token_hex(4), now=int(time.time())):
        findings.append(await _called(outbound, url, sample))
        if len(findings) == 1 and findings[0].status is None:
            break
    return Report(url, all(one.verdict != "wrong" for one in findings), tuple(findings))


async def _called(outbound: Outbound, url: str, sample: Sample) -> Finding:
    started = time.perf_counter()
    try:
        got = await outbound.post(url, sample.body, sample.headers, timeout_s=MAX_TIMEOUT_S, max_bytes=MAX_ANSWER_BYTES)
    except NotSent as failed:
        verdict, sentence = _unanswered(sample, failed, url)
        return Finding(sample.name, verdict, sentence, None, _ms_since(started))
    ms = _ms_since(started)
    verdict, sentence = _answered(sample, got, ms)
    return Finding(sample.name, verdict, sentence, got.status, ms)


def _answered(sample: Sample, got: Received, ms: float) -> tuple[Verdict, str]:
    match sample.wanted:
        case "usable":
            return _usable(got, ms)
        case "refused":
            return _refused(got)
        case "survived":
            return _survived(got, ms)
        case _:
            assert_never(sample.wanted)


def _usable(got: Received, ms: float) -> tuple[Verdict, str]:
    answer = judge(got.status, got.body)
    if isinstance(answer, Unusable):
        return "wrong", answer.why
    if answer.warnings:
        return "wrong", "; ".join(answer.warnings)
    if answer.silent:
        return "note", 'it says nothing on purpose (response: ["{}"])'
    if not answer.messages:
        return "wrong", "`response` has no message; users are told that the bot did not understand"
    said = "1 message" if len(answer.messages) == 1 else f"{len(answer.messages)} messages"
    if ms > SLOW_S * 1000:
        return (
            "note",
            f"answered with {said}, but only after {ms / 1000:.1f} s; after {MAX_TIMEOUT_S:.0f} s it is too late",
        )
    return "ok", f"answered with {said} in {ms:.0f} ms"


def _refused(got: Received) -> tuple[Verdict, str]:
    if got.status < HTTPStatus.BAD_REQUEST:
        return "wrong", f"answered with {got.status}: anybody who knows the address can call it; refuse it with 401"
    if got.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return "note", f"refused with {got.status}, as if the receiver had broken; 401 says what it is"
    return "ok", f"refused with {got.status}"


def _survived(got: Received, ms: float) -> tuple[Verdict, str]:
    if got.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return (
            "wrong",
            f"the receiver broke ({got.status}); answer with `status: false` and a message that helps the user",
        )
    if got.status != HTTPStatus.OK:
        return "note", f"refused with {got.status}: users are told that the bot did not understand"
    return _usable(got, ms)


def _unanswered(sample: Sample, failed: NotSent, url: str) -> tuple[Verdict, str]:
    if failed.reason == "address_refused" and "operator" in failed.sentence:
        return "wrong", (
            f"{failed.sentence}. Private addresses and plain http are called only if BOTYARD_EGRESS_ALLOW "
            f"lists them, as in BOTYARD_EGRESS_ALLOW={_as_listed(url)}"
        )
    if sample.wanted == "refused" and failed.reason == "interrupted":
        return "note", "refused by closing the connection; 401 says what it is"
    return "wrong", failed.sentence


def _as_listed(url: str) -> str:
    """Write what the operator would list for a URL; an example where its host is a name."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        return f"{ipaddress.ip_network(parts.hostname or '')}:{port}"
    except ValueError:
        return f"127.0.0.1/32:{port}"


def _ms_since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)
