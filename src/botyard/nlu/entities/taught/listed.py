"""Values of a dictionary, or their variants, also where a longer word is off by one letter.

A message is cut into tokens; every run of tokens that is a variant is a candidate. Longest first, exact before
fuzzy. A fuzzy token is looked up by what is left of it with one letter taken away (symmetric deletion), so that tens
of thousands of values cost no more than a few.
"""

import re
from collections.abc import Sequence

import regex
from msgspec import Struct
from rapidfuzz.distance import OSA, JaroWinkler

from botyard.nlu.entities.found import Find, Heard, standing
from botyard.nlu.language import as_seen, folded
from botyard.nlu.understanding import EntityFound, EntitySpec

# As words, but an apostrophe stays inside: "Domino's" is one token, equal to "dominos".
_TOKEN = regex.compile(r"[\p{L}\p{M}\p{N}\u200c\u200d]+(?:['’][\p{L}\p{M}\p{N}]+)*(?:[+#]+(?![\p{L}\p{N}]))?|\p{So}")
_ASCII_TOKEN = re.compile(r"[A-Za-z0-9]+(?:'[A-Za-z0-9]+)*(?:[+#]+(?![A-Za-z0-9]))?")  # the same of ASCII
_INSIDE = str.maketrans("", "", "'’\u200c\u200d")
_FUZZY_CHARS = 4  # shorter tokens have too many neighbours (platform.md §4.2)
# Longer ones are no words, and cost the square of their length: 2,000 × ﷺ, without a space, are 36,000 letters folded.
_MOST_FUZZY_CHARS = 100
# Everyday words that are one letter from a name ("than" and Thane); they are never a slip for one.
_EVERYDAY_WORDS = (
    "about after also been before best can cannot come could does done down each find from give good have help here "
    "home into just kind know last like list long look made make many more most much must name need next nothing only "
    "order other over please same send show some such sure take tell than thank thanks that them then there these they "
    "thing this those time under very want well were what when where which while will with work would year your late"
)
EVERYDAY = frozenset(_EVERYDAY_WORDS.split())


class Token(Struct, frozen=True):
    """A word, folded, and where it stands."""

    key: str
    start: int
    end: int


class _Match(Struct, frozen=True):
    first: int
    last: int  # exclusive, in tokens
    value: str
    likeness: float  # 1 where exact


def prepare(spec: EntitySpec) -> Find:
    """Index a dictionary once; a value stands for itself too, and the first value named wins a shared variant."""
    dictionary = _Dictionary(spec)

    def find(text: str, heard: Heard) -> list[EntityFound]:
        del heard  # the same in every language and at any time
        tokens = tokens_of(text)
        return [
            standing(text, tokens[match.first].start, tokens[match.last - 1].end, match.value)
            for match in dictionary.matches(tokens)
        ]

    return find


class _Dictionary:
    def __init__(self, spec: EntitySpec) -> None:
        self._values: dict[str, str] = {}
        self._beginnings: set[str] = set()
        self._neighbours: dict[str, tuple[str, ...]] = {}  # no lists: of a million, each weighs more
        for value in spec.dictionary:
            self._learn(value, value)
        for value, variants in spec.dictionary.items():
            for variant in variants:
                self._learn(variant, value)
        if spec.fuzzy:
            self._learn_neighbours()

    def matches(self, tokens: Sequence[Token]) -> list[_Match]:
        """Choose what does not overlap: exact before fuzzy, longest, likest, first; in order of place."""
        keys = [token.key for token in tokens]
        chosen = _chosen(self._typed(keys), [])
        if self._neighbours:
            taken = {i for match in chosen for i in range(match.first, match.last)}
            near = {i: found for i, key in enumerate(keys) if i not in taken and (found := self._near(key))}
            if near:  # else it finds again what it has found
                meant = [[key, *near.get(i, ())] for i, key in enumerate(keys)]
                chosen = _chosen(self._runs(meant, keys), chosen)
        if len(chosen) > 1:
            chosen.sort(key=lambda match: match.first)
        return chosen

    def _learn(self, text: str, value: str) -> None:
        keys = [token.key for token in tokens_of(as_seen(text))]
        if keys:
            self._values.setdefault(" ".join(keys), value)
            self._beginnings.update(" ".join(keys[:n]) for n in range(1, len(keys)))

    def _learn_neighbours(self) -> None:
        for token in {token for text in self._values for token in text.split(" ") if _may_slip(token)}:
            for shorter in _one_less(token):
                self._neighbours[shorter] = (*self._neighbours.get(shorter, ()), token)

    def _near(self, key: str) -> list[str]:
        if key in EVERYDAY or not _may_slip(key):
            return []
        beside = [self._neighbours[shorter] for shorter in _one_less(key) if shorter in self._neighbours]
        if not beside:
            return []
        candidates = {token for tokens in beside for token in tokens}
        return sorted([token for token in candidates if OSA.distance(key, token, score_cutoff=1) == 1])

    def _typed(self, keys: Sequence[str]) -> list[_Match]:
        """Every run of tokens that is a variant as it was typed."""
        found: list[_Match] = []
        for first, key in enumerate(keys):
            run, end = key, first + 1
            while True:
                if run in self._values:
                    found.append(_Match(first, end, self._values[run], 1.0))
                if run not in self._beginnings or end == len(keys):
                    break
                run = f"{run} {keys[end]}"
                end += 1
        return found

    def _runs(self, near: Sequence[Sequence[str]], keys: Sequence[str]) -> list[_Match]:
        """Every run of tokens, each as typed or as a near one, that is a variant."""
        found: list[_Match] = []
        for first, words in enumerate(near):
            runs, end = words, first + 1
            while True:
                begun: list[str] = []
                for run in runs:
                    if run in self._values:
                        found.append(self._match(run, first, end, keys))
                    if run in self._beginnings:
                        begun.append(run)
                if not begun or end == len(near):
                    break
                runs = [f"{run} {token}" for run in begun for token in near[end]]
                end += 1
        return found

    def _match(self, run: str, first: int, end: int, keys: Sequence[str]) -> _Match:
        typed = " ".join(keys[first:end])
        return _Match(first, end, self._values[run], 1.0 if run == typed else JaroWinkler.similarity(run, typed))


def _chosen(candidates: list[_Match], already: list[_Match]) -> list[_Match]:
    if len(candidates) <= 1 and not already:
        return candidates
    chosen = list(already)
    taken = {i for match in already for i in range(match.first, match.last)}
    for match in sorted(candidates, key=lambda m: (m.first - m.last, -m.likeness, m.first)):
        if taken.isdisjoint(range(match.first, match.last)):
            chosen.append(match)
            taken.update(range(match.first, match.last))
    return chosen


def tokens_of(text: str) -> list[Token]:
    """Cut a message into words."""
    if text.isascii():
        found = _ASCII_TOKEN.finditer(text.lower())
        return [Token(one[0].replace("'", ""), one.start(), one.end()) for one in found]
    return [Token(folded(one[0]).translate(_INSIDE), one.start(), one.end()) for one in _TOKEN.finditer(text)]


def _may_slip(token: str) -> bool:
    # iphone12 and iphone13 are two things, not one misspelt.
    if not _FUZZY_CHARS <= len(token) <= _MOST_FUZZY_CHARS:
        return False
    return token.isalpha() or not any(c.isdigit() for c in token)


def _one_less(token: str) -> set[str]:
    """The token itself and all that is left of it with one character taken away."""
    return {token, *[token[:i] + token[i + 1 :] for i in range(len(token))]}
