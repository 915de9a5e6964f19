"""What training found in a bot's sentences, for the person who writes them.

Everything is read from the trained models: each sentence was scored as if it, and its near copies, had not been taught
(solve.py). A sentence that its node gets only because it is taught stands for all the ways users will vary it.
"""

from collections.abc import Sequence
from statistics import median
from typing import TypeAlias, assert_never

from msgspec import Struct

from botyard.nlu.intents.artifact import Header, TaughtNode, TaughtScope
from botyard.nlu.language import exact_key
from botyard.nlu.understanding import Language, NodeName, Scope

# The advice of platform §2.3: ten sentences or more for a node, about as many for each, fewer negative ones.
FEWEST_SENTENCES = 10
_LOPSIDED = 4  # times as many as the node in the middle has
_LAGGING = 0.10  # of its sentences that a language recognises less than the best one does
_FEWEST_TO_COMPARE = 20  # sentences, below which a share is chance


class Lesson(Struct, frozen=True):
    """Where something is taught. sentence: as it was trained; None where the node as a whole is meant."""

    language: Language
    scope: Scope
    node: NodeName
    sentence: str | None = None


class TaughtTwice(Struct, frozen=True, tag="taught_twice"):
    """One sentence, taught to several nodes of one scope: only chance decides between them."""

    lessons: tuple[Lesson, ...]


class Confused(Struct, frozen=True, tag="confused"):
    """Two nodes, and the sentences of either that the other would have got."""

    nodes: tuple[NodeName, NodeName]
    lessons: tuple[Lesson, ...]


class WouldMiss(Struct, frozen=True, tag="would_miss"):
    """A sentence whose variations no node would get. score: its node's without it, below threshold."""

    lesson: Lesson
    score: float
    threshold: float


class TooFew(Struct, frozen=True, tag="too_few"):
    """A node with fewer than FEWEST_SENTENCES different sentences."""

    lesson: Lesson
    sentences: int


class Lopsided(Struct, frozen=True, tag="lopsided"):
    """A node with many more sentences than the one in the middle (usual): it draws messages to itself."""

    lesson: Lesson
    sentences: int
    usual: int


class TooNegative(Struct, frozen=True, tag="too_negative"):
    """A node with more than half as many negative sentences as sentences."""

    lesson: Lesson
    sentences: int
    negative: int


class Untaught(Struct, frozen=True, tag="untaught"):
    """A node that knows sentences in the bot's first language and none in this one."""

    lesson: Lesson


class Lagging(Struct, frozen=True, tag="lagging"):
    """A language that is recognised less often than the best one. Shares are of sentences tried, 0-1."""

    language: Language
    recognised: float
    leading: Language
    leading_recognised: float


Finding: TypeAlias = TaughtTwice | Confused | WouldMiss | TooFew | Lopsided | TooNegative | Untaught | Lagging


def report(models: Sequence[Header]) -> tuple[Finding, ...]:
    """List what training found, the gravest kind first. models: one per language, the bot's first language first."""
    each = [(header.language, scope) for header in models for scope in header.scopes]
    return (
        *(finding for language, scope in each for finding in _taught_twice(language, scope)),
        *(finding for language, scope in each for finding in _confused(language, scope)),
        *_lagging(models),
        *(finding for other in models[1:] for finding in _untaught(models[0], other)),
        *(finding for language, scope in each for finding in _missed(language, scope)),
        *(finding for language, scope in each for finding in _counts(language, scope)),
    )


def lessons_of(finding: Finding) -> tuple[Lesson, ...]:
    """Say where a finding can be mended."""
    match finding:
        case TaughtTwice(lessons=lessons) | Confused(lessons=lessons):
            return lessons
        case Lagging():
            return ()
        case WouldMiss() | TooFew() | Lopsided() | TooNegative() | Untaught():
            return (finding.lesson,)
        case _:
            assert_never(finding)


def in_words(finding: Finding) -> str:  # noqa: PLR0911 - one sentence for each kind of finding
    """Say a finding in a builder's words."""
    match finding:
        case TaughtTwice(lessons=lessons):
            return f"“{lessons[0].sentence}” is taught to {_listed([lesson.node for lesson in lessons])}: keep one"
        case Confused(nodes=(one, other), lessons=lessons):
            said = _listed([f"“{lesson.sentence}”" for lesson in lessons[:3]])
            return (
                f"{one} and {other} are confused, {'once' if len(lessons) == 1 else f'{len(lessons)} times'}: by {said}"
            )
        case WouldMiss(lesson=lesson, score=score, threshold=threshold):
            return (
                f"variations of “{lesson.sentence}” would not reach {lesson.node} "
                f"({score:.2f}, and it takes {threshold:.2f}): teach it more that are like it"
            )
        case TooFew(lesson=lesson, sentences=sentences):
            return f"{lesson.node} has {sentences} sentences in {lesson.language}; {FEWEST_SENTENCES} or more do better"
        case Lopsided(lesson=lesson, sentences=sentences, usual=usual):
            return f"{lesson.node} has {sentences} sentences in {lesson.language} where others have {usual}"
        case TooNegative(lesson=lesson, sentences=sentences, negative=negative):
            return (
                f"{lesson.node} has {negative} negative sentences beside {sentences}; two sentences for each do better"
            )
        case Untaught(lesson=lesson):
            return f"{lesson.node} knows no sentence in {lesson.language}"
        case Lagging():
            return (
                f"{finding.language} lags behind: {finding.recognised:.0%} of its sentences would be recognised, "
                f"of {finding.leading}'s {finding.leading_recognised:.0%}"
            )
        case _:
            assert_never(finding)


def _taught_twice(language: Language, scope: TaughtScope) -> list[TaughtTwice]:
    by_key: dict[str, dict[NodeName, str]] = {}
    for node in scope.nodes:
        for sentence in node.says:
            by_key.setdefault(exact_key(sentence), {}).setdefault(node.node, sentence)
    return [
        TaughtTwice(tuple(Lesson(language, scope.scope, node, sentence) for node, sentence in taught.items()))
        for taught in by_key.values()
        if len(taught) > 1
    ]


def _confused(language: Language, scope: TaughtScope) -> list[Confused]:
    """Gather by pair what went to another node; a sentence that is taught to both is named above, and only there."""
    keys = {(node.node, exact_key(sentence)) for node in scope.nodes for sentence in node.says}
    pairs: dict[tuple[NodeName, NodeName], list[Lesson]] = {}
    for missed in scope.missed:
        other = missed.taken_for
        if other is None or (other, exact_key(missed.sentence)) in keys:
            continue
        pair = (missed.node, other) if missed.node < other else (other, missed.node)
        pairs.setdefault(pair, []).append(Lesson(language, scope.scope, missed.node, missed.sentence))
    ordered = sorted(pairs.items(), key=lambda found: (-len(found[1]), found[0]))
    return [Confused(pair, tuple(lessons)) for pair, lessons in ordered]


def _missed(language: Language, scope: TaughtScope) -> list[WouldMiss]:
    return [
        WouldMiss(Lesson(language, scope.scope, missed.node, missed.sentence), missed.score, scope.threshold)
        for missed in sorted(scope.missed, key=lambda missed: missed.score)
        if missed.taken_for is None
    ]


def _counts(language: Language, scope: TaughtScope) -> list[Finding]:
    sizes = [_different(node) for node in scope.nodes]
    usual = int(median(sizes)) if sizes else 0
    found: list[Finding] = []
    for node, size in zip(scope.nodes, sizes, strict=True):
        lesson = Lesson(language, scope.scope, node.node)
        if size < FEWEST_SENTENCES:
            found.append(TooFew(lesson, size))
        elif size > _LOPSIDED * max(usual, FEWEST_SENTENCES / 2):
            found.append(Lopsided(lesson, size, usual))
        if len(node.negative) * 2 > size:
            found.append(TooNegative(lesson, size, len(node.negative)))
    return found


def _untaught(first: Header, other: Header) -> list[Untaught]:
    known = {(scope.scope, node.node) for scope in other.scopes for node in scope.nodes}
    return [
        Untaught(Lesson(other.language, scope.scope, node.node))
        for scope in first.scopes
        for node in scope.nodes
        if (scope.scope, node.node) not in known
    ]


def _lagging(models: Sequence[Header]) -> list[Lagging]:
    shares: dict[Language, float] = {}
    for header in models:
        tried = sum(scope.held_out for scope in header.scopes)
        missed = sum(len(scope.missed) for scope in header.scopes)
        if tried >= _FEWEST_TO_COMPARE:
            shares[header.language] = (tried - missed) / tried
    leading = max(shares, key=shares.__getitem__, default="")
    return [
        Lagging(language, share, leading, shares[leading])
        for language, share in shares.items()
        if share < shares[leading] - _LAGGING
    ]


def _different(node: TaughtNode) -> int:
    return len({exact_key(sentence) for sentence in node.says})


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
