"""Measure entity detection: share of held-out messages wholly right, and time; writes docs/reference/entities.md.

    python -m bench.entities [--dry] [--wrong] [FILE.txt]     # --dry: print only; --wrong: print what failed, too

The messages lie in bench/nlu_entities: written from the specification and the languages before the detectors were
asked, and apart from the tables in tests/nlu/entities, which the detectors are made with. Times are processor time.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import cycle, islice, product, repeat
from statistics import mean, median, quantiles
from time import process_time
from typing import Any, get_args

import msgspec
import regex
from msgspec import Struct

from bench.machine import HOME
from bench.surroundings import surroundings
from botyard.nlu.entities.found import Detect
from botyard.nlu.entities.registry import prepare
from botyard.nlu.understanding import EntityFound, EntitySpec, EntityType

PAGE = HOME / "docs" / "reference" / "entities.md"
BEGIN, END = "<!-- written by bench.entities -->\n", "<!-- until here -->\n"
NOW = datetime(2026, 11, 25, 10, 0)  # noqa: DTZ001 - a Wednesday, on the user's own wall clock
INDIC = frozenset(("hi", "mr", "gu", "bn", "ta", "te", "kn", "ml"))
GOALS = {
    "number": 0.95, "number_range": 0.90, "budget": 0.90, "date": 0.95, "time": 0.90, "phone_number": 0.98,
    "email": 0.98, "text": 0.98, "regex": 0.98, "currency": 0.95, "person_name": 0.90, "city": 0.90, "url": 0.98,
    "pan": 0.98, "aadhaar": 0.98, "pnr": 0.98, "otp": 0.98,
}  # fmt: skip
_SECTION = regex.compile(r"\[(\w+) (\w+)(?: (\{.*\}))?\]")  # [type language {settings}]
_PARTED = regex.compile(r"[: ](?!\d{2}(?:am|pm|hrs|df|ndf|ev))")  # a value from what is said of it, not 4:30pm
_ROUNDS = 1_000
_FILES = next((word for word in sys.argv[1:] if word.endswith(".txt")), "*.txt")


class Case(Struct, frozen=True):
    """A message, and what it holds, as `shown` writes it. asked: what the bot had said before."""

    spec: EntitySpec
    language: str
    asked: str
    message: str
    expected: tuple[str, ...]


def main() -> None:
    """Measure and report."""
    asked = list(cases())
    report = "\n".join((surroundings(), quality(asked), cost(asked)))
    print(report)
    if "--dry" not in sys.argv:
        page = PAGE.read_text()
        before, after = page[: page.index(BEGIN)], page[page.index(END) :]
        PAGE.write_text(before + BEGIN + "\n" + report + "\n" + after)


# ── how well ─────────────────────────────────────────────────────────────────────────────────────


def quality(asked: list[Case]) -> str:
    """Count the messages that are wholly right: every value, and no other."""
    right = [(case, _is_right(case)) for case in asked]
    if "--wrong" in sys.argv:
        for case in (case for case, is_right in right if not is_right):
            found = " ; ".join(map(shown, _found(case)))
            wanted = " ; ".join(case.expected)
            print(f"{case.spec.type} {case.language}: {case.message} -> {found} (wanted: {wanted})", file=sys.stderr)
    lines = [
        "| type | messages | goal | wholly right | English | Indic languages | others |",
        "|---|---|---|---|---|---|---|",
    ]
    for type_, goal in GOALS.items():
        of_type = [(case.language, is_right) for case, is_right in right if case.spec.type == type_]
        groups = (
            _share(of_type, lambda _: True),
            _share(of_type, lambda language: language == "en"),
            _share(of_type, lambda language: language in INDIC),
            _share(of_type, lambda language: language != "en" and language not in INDIC),
        )
        lines.append(f"| `{type_}` | {len(of_type)} | {goal:.2f} | " + " | ".join(groups) + " |")
    return "\n".join(lines) + "\n"


def _share(of_type: list[tuple[str, bool]], is_meant: Callable[[str], bool]) -> str:
    meant = [is_right for language, is_right in of_type if is_meant(language)]
    return f"{sum(meant) / len(meant):.3f}" if meant else ""


def cases() -> Iterator[Case]:
    """Read the messages."""
    for file in sorted((HOME / "bench" / "nlu_entities").glob(_FILES)):
        spec, language, asked = EntitySpec(name="none", type="any"), "", ""
        for line in file.read_text().splitlines():
            section = _SECTION.fullmatch(line)
            if section is not None:
                settings = msgspec.json.decode(section[3] or "{}")
                asked, language = settings.pop("asked", ""), section[2]
                spec = msgspec.convert({"name": section[1], "type": section[1], **settings}, EntitySpec)
            elif "=>" in line and not line.startswith("#"):
                message, _, values = line.rpartition("=>")
                expected = tuple(value.strip() for value in values.split(" ; ") if value.strip())
                yield Case(spec, language, asked, message.strip(), expected)


def _found(case: Case) -> list[EntityFound]:
    return prepare(case.spec)(case.message, case.language, case.asked, now=NOW)


def _is_right(case: Case) -> bool:
    found = [shown(one) for one in _found(case)]
    return len(found) == len(case.expected) and all(
        _agree(wanted, got) for wanted, got in zip(case.expected, found, strict=True)
    )


def _agree(wanted: str, got: str) -> bool:
    """Whether every part that is wanted is there: a date's kind and a unit only where the case names one."""
    first, *others = _PARTED.split(wanted)
    got_first, *got_others = _PARTED.split(got)
    roles = {"start", "end"}
    return first == got_first and set(others) <= set(got_others) and roles & set(others) == roles & set(got_others)


def shown(one: EntityFound) -> str:  # noqa: PLR0911 - one shape, one line
    """Write a value in short."""
    match one.value:
        case {"dd": day, "mm": month, "yy": year, **others}:
            kinds = "".join(f":{others[key]}" for key in ("type", "role") if others.get(key))
            return f"{year}-{month:02}-{day:02}{kinds}"
        case {"hh": hour, "mm": minute, "nn": half, **others}:
            return f"{hour}:{minute:02}{half or ''}" + (f":{others['range']}" if others.get("range") else "")
        case {"min_budget": low, "max_budget": high}:
            return f"{low}..{'' if high is None else high}"
        case {"min_value": low, "max_value": high, "unit": unit}:
            return f"{low or ''}..{high or ''}" + (f" {unit}" if unit else "")
        case {"first_name": first, "middle_name": middle, "last_name": last}:
            return f"{first}/{middle or ''}/{last or ''}"
        case {"value": value, "unit": unit}:
            return f"{value} {unit}" if unit else str(value)
        case {"value": value, **others}:
            return ":".join((str(value), *(role for role in ("from", "to", "via") if others.get(role))))
        case str(value):
            return value
        case other:
            return repr(other)


# ── in what time ─────────────────────────────────────────────────────────────────────────────────

_CROWDED = "book a table for two on friday at 7 pm, my number is 9820334455 and my budget is 2000 to 3000"
_LONGEST = (
    ("words", "I would like to order seven of them and then go home again tomorrow. " * 40),
    ("figures", "12/3, 4.5 10:30 9820334455 2-3 lakh " * 70),
    ("Hindi", "मुझे कल शाम पाँच बजे दो हज़ार रुपये तक के सात जूते चाहिए और परसों भी। " * 40),
    ("one word", "a" * 2_000),
    ("no spaces", "1,2-3.4:5/6@a.b" * 140),
    ("points between Gujarati words", "ચુંવાળીસ." * 300),
    ("phone numbers", "9820334455." * 200),
    ("Gujarati without a space", "અઠ્ઠાણું" * 300),
)


def cost(asked: list[Case]) -> str:
    """Time each detector alone with the messages of the cases and with a long one, and all of them with the longest."""
    detectors = {type_: prepare(_timed(type_)) for type_ in get_args(EntityType)}
    english = [case.message for case in asked if case.language == "en"]
    usual = _each_alone(detectors, cycle(english))
    crowded = _each_alone(detectors, repeat(_CROWDED))
    words = round(mean(len(message.split()) for message in english))
    many = f"the {len(english)} English messages above, {words} words on average"
    one = f"one of {len(_CROWDED.split())} words with four values"
    lines = [f"| one detector, CPU ms | {many}: median | p95 | {one}: median | p95 |", "|---|---|---|---|---|"]
    for type_ in detectors:
        times = (f"{figure:.3f}" for took in (usual[type_], crowded[type_]) for figure in (median(took), _p95(took)))
        lines.append(f"| `{type_}` | " + " | ".join(times) + " |")
    lines += ["", "| all detectors, 2,000 characters of | CPU ms |", "|---|---|"]
    for name, text in _LONGEST:
        messages = [f"{n} {text}"[:2_000] for n in range(9)]
        took = median(_ms(detectors.values(), message, "hi") for message in messages)
        lines.append(f"| {name} | {took:.0f} |")
    return "\n".join(lines) + "\n"


def _each_alone(detectors: Mapping[str, Detect], messages: Iterator[str]) -> Mapping[str, list[float]]:
    """Time them in turns, so that what the machine does for a second it does to all of them.

    Each time with another last word: of a message that was just read something is remembered, whoever read it.
    """
    last_words = map("".join, product("bcdfghjkl", repeat=5))
    times: dict[str, list[float]] = {type_: [] for type_ in detectors}
    for message in islice(messages, _ROUNDS):
        for type_, detect in detectors.items():
            times[type_].append(_ms([detect], f"{message} {next(last_words)}", "en"))
    return times


def _p95(took: list[float]) -> float:
    return quantiles(took, n=20)[-1]


def _timed(type_: Any) -> EntitySpec:
    dictionary: dict[str, tuple[str, ...]] = {"power bank": ("powerbank",), "speaker": (), "headphones": ("earphones",)}
    return EntitySpec(name=type_, type=type_, dictionary=dictionary if type_ == "text" else {}, regex=r"[A-Z]{2}-\d{4}")


def _ms(detectors: Iterable[Detect], message: str, language: str) -> float:
    before = process_time()
    for detect in detectors:
        detect(message, language, now=NOW)
    return (process_time() - before) * 1_000


if __name__ == "__main__":
    main()
