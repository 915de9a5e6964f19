"""A trace as lines for a terminal: why the bot said what it said."""

from collections.abc import Iterator

from botyard.engine.trace import Trace

_BAR = 20


def trace_lines(trace: Trace, printed: str = "") -> Iterator[str]:
    """Tell a whole turn, in the order in which it was decided. printed: what the code that it called wrote."""
    yield f"  ┌ turn {trace.turn} · {trace.happening} · {trace.language} · {trace.dialogue}: {trace.why}"
    for one in trace.candidates:
        bar = "█" * round(one.confidence * _BAR)
        yield f"  │ {one.node:<24} {one.confidence:4.2f} {bar:<{_BAR}} like “{one.nearest}”"
    for seen in trace.entities:
        yield f"  │ {seen.entity} = {seen.value!r}, from {seen.detection} “{seen.original_text}”"
    for step in trace.steps:
        yield f"  │ {step.part}: {step.what}"
    for call in trace.calls:
        yield f"  │ call of {call.node}: {call.outcome}{f': {call.why}' if call.why else ''}"
    for line in printed.splitlines():
        yield f"  │ printed: {line}"
    for warning in trace.warnings:
        yield f"  │ warning: {warning}"
    if trace.timings:
        yield "  │ " + ", ".join(f"{timing.name} {timing.ms:.1f} ms" for timing in trace.timings)
    yield f"  └ {_place(trace.before.standing, trace.before.node)} → {_place(trace.after.standing, trace.after.node)}"


def failures(trace: Trace) -> Iterator[str]:
    """Tell only what went wrong with a call: a builder wants to know that in any case."""
    for call in trace.calls:
        if call.why:
            yield f"  (call of {call.node} failed: {call.why})"


def _place(standing: str, node: str | None) -> str:
    return f"{standing}/{node}" if node else standing
