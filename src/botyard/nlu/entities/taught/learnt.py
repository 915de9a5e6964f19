"""Values that no dictionary has, recognised by the words around them, as a bot's patterns show.

An averaged perceptron (Collins 2002) marks each word as outside, first of a value, or inside one. Each pattern is
learnt as it stands; with values of the dictionary in its place; with its value unknown, so that what stands around it
counts; and with every other word unknown, so that not every unknown word is a value. The order is fixed: the same
patterns make the same model.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import cycle, islice

from msgspec import Struct

from botyard.nlu.entities.taught.listed import Token, tokens_of
from botyard.nlu.entities.taught.tagged import tagged

MOST_PATTERNS = 500  # some milliseconds each
_ROUNDS = 6
_SWAPPED = 2  # values of the dictionary that take a pattern's place
_OUTSIDE, _FIRST, _INSIDE = 0, 1, 2
_UNKNOWN, _EDGE = "?", "|"
_REACH = 2  # words on each side that a feature looks at


class Lesson(Struct, frozen=True):
    """A sentence's words, unknown ones as ?, and what each is."""

    words: tuple[str, ...]
    marks: tuple[int, ...]


@lru_cache(maxsize=64)  # a bot that is loaded again with the same patterns has learnt them
def learnt(patterns: tuple[str, ...], values: tuple[str, ...]) -> "Learnt":
    """Learn patterns. values: what the dictionary has, with its variants."""
    return Learnt(patterns, values)


class Learnt:
    """What patterns taught. meant: the value of what was marked, by its words."""

    def __init__(self, patterns: Sequence[str], values: Sequence[str]) -> None:
        lessons = list(_lessons(patterns[:MOST_PATTERNS], values))
        self._known = frozenset(word for lesson in lessons for word in lesson.words) - {_UNKNOWN}
        self._beside = frozenset(
            lesson.words[i] for lesson in lessons for i, mark in enumerate(lesson.marks) if mark == _OUTSIDE
        ) - {_UNKNOWN}
        self._inside = frozenset(
            lesson.words[i] for lesson in lessons for i, mark in enumerate(lesson.marks) if mark != _OUTSIDE
        )
        self._weights = _trained(lessons)
        self._meant = {
            " ".join(token.key for token in tokens_of(sentence.text[start:end])): value
            for sentence in map(tagged, patterns)
            for start, end, value in sentence.spans
        }

    def spans(self, tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
        """Find values: the first token of each and the one behind it."""
        words = [token.key if token.key in self._known else _UNKNOWN for token in tokens]
        marks = _marked(words, self._weights)
        first = 0
        for i in range(1, len(marks) + 1):
            if i == len(marks) or marks[i] != _INSIDE:
                if marks[first] != _OUTSIDE and self._is_shown(words, first, i):
                    yield first, i
                first = i

    def meant(self, tokens: Sequence[Token]) -> str | None:
        """Tell the value that these words were marked with."""
        return self._meant.get(" ".join(token.key for token in tokens))

    def _is_shown(self, words: Sequence[str], first: int, end: int) -> bool:
        """Whether the patterns have a word beside it, and it begins and ends with none that only stood outside.

        Of foreign surroundings nothing was learnt.
        """
        if any(word in self._beside and word not in self._inside for word in (words[first], words[end - 1])):
            return False
        return any(word in self._beside for word in (*words[max(0, first - 1) : first], *words[end : end + 1]))


def _lessons(patterns: Sequence[str], values: Sequence[str]) -> Iterator[Lesson]:
    turn = cycle(values or ("",))
    for pattern in patterns:
        sentence = tagged(pattern)
        lesson = _lesson(sentence.text, [(start, end) for start, end, _ in sentence.spans])
        yield lesson
        if sentence.spans:
            yield _unknown(lesson, [i for i, mark in enumerate(lesson.marks) if mark != _OUTSIDE])
            for value in islice(turn, _SWAPPED if values else 0):
                yield _with_value(sentence.text, sentence.spans[0][:2], value)
        for odd in (0, 1):
            yield _unknown(lesson, [i for i, mark in enumerate(lesson.marks) if mark == _OUTSIDE and i % 2 == odd])


def _lesson(text: str, spans: Sequence[tuple[int, int]]) -> Lesson:
    tokens = tokens_of(text)
    marks = [_OUTSIDE] * len(tokens)
    for start, end in spans:
        inside = [i for i, token in enumerate(tokens) if start <= token.start and token.end <= end]
        for i in inside:
            marks[i] = _FIRST if i == inside[0] else _INSIDE
    return Lesson(tuple(token.key for token in tokens), tuple(marks))


def _with_value(text: str, span: tuple[int, int], value: str) -> Lesson:
    """Put another value in the place of a pattern's first; the others then stand for words like any."""
    start, end = span
    return _lesson(text[:start] + value + text[end:], [(start, start + len(value))])


def _unknown(lesson: Lesson, places: Sequence[int]) -> Lesson:
    return Lesson(tuple(_UNKNOWN if i in places else word for i, word in enumerate(lesson.words)), lesson.marks)


# ── the perceptron ───────────────────────────────────────────────────────────────────────────────


class _Weights:
    """Weights of a feature for each of the three marks, summed over all steps so that they can be averaged."""

    def __init__(self) -> None:
        self.now: dict[str, list[float]] = {}
        self.summed: dict[str, list[float]] = {}
        self.step = 1

    def learn(self, features: Sequence[str], right: int, guessed: int) -> None:
        for feature in features:
            now = self.now.setdefault(feature, [0.0, 0.0, 0.0])
            summed = self.summed.setdefault(feature, [0.0, 0.0, 0.0])
            for mark, by in ((right, 1.0), (guessed, -1.0)):
                now[mark] += by
                summed[mark] += by * self.step

    def averaged(self) -> dict[str, list[float]]:
        return {
            feature: [now - summed / self.step for now, summed in zip(weights, self.summed[feature], strict=True)]
            for feature, weights in self.now.items()
        }


def _trained(lessons: Sequence[Lesson]) -> dict[str, list[float]]:
    weights = _Weights()
    for _ in range(_ROUNDS):
        mistakes = 0
        for lesson in lessons:
            before = _OUTSIDE
            for i, right in enumerate(lesson.marks):
                features = _features(lesson.words, i, before)
                guessed = _best(features, weights.now, before)
                if guessed != right:
                    weights.learn(features, right, guessed)
                    mistakes += 1
                weights.step += 1
                before = right
        if not mistakes:
            break
    return weights.averaged()


def _marked(words: Sequence[str], weights: dict[str, list[float]]) -> list[int]:
    marks: list[int] = []
    told: dict[tuple[object, ...], int] = {}  # a message of two thousand unknown words asks the same again and again
    edged = (*[_EDGE] * _REACH, *words, *[_EDGE] * _REACH)
    before = _OUTSIDE
    for i in range(len(words)):
        asked = (before, *edged[i : i + 2 * _REACH + 1])
        if asked not in told:
            told[asked] = _best(_features(words, i, before), weights, before)
        before = told[asked]
        marks.append(before)
    return marks


def _best(features: Sequence[str], weights: dict[str, list[float]], before: int) -> int:
    scores = [0.0, 0.0, 0.0]
    for feature in features:
        weight = weights.get(feature)
        if weight is not None:
            scores = [score + by for score, by in zip(scores, weight, strict=True)]
    marks = (_OUTSIDE, _FIRST, _INSIDE) if before != _OUTSIDE else (_OUTSIDE, _FIRST)
    return max(marks, key=lambda mark: scores[mark])  # the first of equals: outside


def _features(words: Sequence[str], i: int, before: int) -> list[str]:
    a, b = (words[i - 2] if i > 1 else _EDGE), (words[i - 1] if i else _EDGE)
    y, z = (words[i + 1] if i + 1 < len(words) else _EDGE), (words[i + 2] if i + 2 < len(words) else _EDGE)
    word = words[i]
    return [
        "", f"w {word}", f"b {b}", f"y {y}", f"ab {a} {b}", f"yz {y} {z}", f"by {b} {y}", f"m {before}",
        f"mb {before} {b}", f"wb {word} {b}", f"wy {word} {y}", f"e {word[-3:]}", f"s {_shape(word)} {before}",
    ]  # fmt: skip


def _shape(word: str) -> str:
    return "figures" if word.isdigit() else "mixed" if any(map(str.isdigit, word)) else "word"
