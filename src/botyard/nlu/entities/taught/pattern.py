"""A builder's own regular expression. It may be careless: each message gives it 20 ms, and no message is too long.

The 20 ms are processor time of the thread that searches. `regex` itself looks at a clock on which the whole process
counts, so that beside busy threads an innocent search would be cut off after a fraction of its time.
"""

from collections.abc import Iterator
from itertools import islice
from time import thread_time

import regex

from botyard.errors import BotyardError
from botyard.nlu.entities.found import Find, Heard, standing
from botyard.nlu.entities.taught.pattern_size import MOST_WRITTEN_OUT, is_too_large
from botyard.nlu.language import western_digits
from botyard.nlu.understanding import EntityFound, EntitySpec

MOST_PATTERN_CHARS = 1_000
TIMEOUT_S = 0.02

# Messages that make a careless pattern slow: long, uniform, and wrong at the end.
_UNITS, _ENDS = ("a", "1", " ", "a1", "a ", "ab", "-"), ("", "!", "\u2603")
_LENGTH, _MOST_OWN = 40, 8
_ESCAPED = regex.compile(r"\\.|[^\p{L}\p{N}@#_/:-]+")  # leaves what a pattern writes out: its letters and figures
# A search is over when it had nearly its time: the two clocks do not agree to the last microsecond.
_NEARLY, _LEAST_SHARE, _TRIES = 0.8, 0.25, 5
_HARD_TIMEOUT_S = 0.5  # far above the 20 ms: a busy machine must not make a good pattern look careless


class PatternUnusable(BotyardError):
    """An entity's regular expression cannot be used. `botyard check` says so before it comes to this."""

    code = "pattern_unusable"


def prepare(spec: EntitySpec) -> Find:
    """Find everything the pattern matches: whole matches, upper and lower case told apart unless it says (?i).

    The value is what was typed. Where so nothing matches, figures of any script count as 0-9: [0-9] finds them too.
    """
    pattern = _compiled(spec.name, spec.regex or "")

    def find(text: str, heard: Heard) -> list[EntityFound]:
        del heard  # the same in every language and at any time
        searched = text
        spans = _spans(pattern, searched, TIMEOUT_S)
        if not spans and spans is not None and (plain := western_digits(searched)) != searched:
            searched = plain
            spans = _spans(pattern, searched, TIMEOUT_S)
        return [standing(text, start, end, searched[start:end]) for start, end in spans or () if start < end]

    return find


def check_regex(pattern: str) -> str | None:
    """Say in a builder's words why a pattern cannot be used, or None if it can."""
    if not pattern:
        return "the regular expression is empty"
    if len(pattern) > MOST_PATTERN_CHARS:
        return f"the regular expression has {len(pattern)} characters, at most {MOST_PATTERN_CHARS} are allowed"
    if is_too_large(pattern):  # before it is compiled: that alone could take all memory
        return (
            f"the regular expression is too large: with its repeats written out it has over {MOST_WRITTEN_OUT} "
            "characters; lower the numbers in {…}, and write them without spaces"
        )
    try:
        compiled = regex.compile(pattern)
    except (regex.error, ValueError, OverflowError, RecursionError) as error:
        return f"the regular expression cannot be read: {error}"
    if any(_is_slow(compiled, message) for message in _hard_for(pattern)):
        return "the regular expression takes far too long on some messages; avoid repeats inside repeats, as in (a+)+"
    return None


def _hard_for(pattern: str) -> Iterator[str]:
    """Make messages of what any pattern may repeat, and of what this one names: (x+x+)+y is slow on x alone."""
    named = _ESCAPED.sub(" ", pattern).split()
    own = dict.fromkeys(unit for word in named for unit in (word, *word))
    all_own = "!" + " ".join(own)  # where what a pattern ends with is nowhere, it has not even to be tried
    for unit in (*_UNITS, *islice(own, _MOST_OWN)):
        for end in (*_ENDS, all_own):
            yield unit * (_LENGTH // len(unit) + 1) + end


def _compiled(entity: str, pattern: str) -> "regex.Pattern[str]":
    why = check_regex(pattern)
    if why is not None:
        raise PatternUnusable(f"entity {entity!r} cannot be looked for: {why}", entity=entity)
    return regex.compile(pattern)


def _is_slow(compiled: "regex.Pattern[str]", message: str) -> bool:
    return _spans(compiled, message, _HARD_TIMEOUT_S) is None


def _spans(pattern: "regex.Pattern[str]", text: str, limit_s: float) -> list[tuple[int, int]] | None:
    """List where a pattern matches; None: this thread has worked on it for its time.

    Cut off earlier, for what others did meanwhile, it is tried again with as much more as they took.
    """
    allowed_s = limit_s
    for _ in range(_TRIES):
        began = thread_time()
        try:
            return [found.span() for found in pattern.finditer(text, timeout=allowed_s)]
        except TimeoutError:
            worked = (thread_time() - began) / limit_s
        if worked >= _NEARLY:
            return None
        allowed_s /= max(worked, _LEAST_SHARE)
    return None
