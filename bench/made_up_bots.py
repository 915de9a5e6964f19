"""Bots and messages made up for measuring: sentences of a shop, of which each node's are alike."""

import random
from collections.abc import Iterable

from botyard.nlu.intents.rank import IntentModel
from botyard.nlu.understanding import Among, Sentences

NODES = 100


def made_up(size: int) -> tuple[Sentences, ...]:
    """Make a bot of so many different sentences, of which each node's are alike."""
    chance = random.Random(size)  # noqa: S311 - data, no secret
    nodes = min(NODES, size)
    each = size // nodes if nodes else 0
    return tuple(Sentences(f"NODE_{n}", tuple(_sentences(chance, each, _OBJECTS[n]))) for n in range(nodes))


def said(count: int, seed: int = 7) -> list[str]:
    """Make messages of four words, the usual length, that nobody taught; another seed, other messages."""
    chance = random.Random(seed)  # noqa: S311 - data, no secret
    return [f"{chance.choice(_VERBS)} {chance.choice(_OBJECTS)} {seed}{number}" for number in range(count)]


def everything(model: IntentModel) -> Among:
    """Let every node be eligible."""
    return {scope.scope: frozenset(node.node for node in scope.nodes) for scope in model.header.scopes}


def _sentences(chance: random.Random, count: int, about: str = "") -> Iterable[str]:
    found: dict[str, None] = {}
    while len(found) < count:
        what = about or chance.choice(_OBJECTS)
        words = (chance.choice(_BEGIN), chance.choice(_VERBS), "my", what, chance.choice(_END), chance.choice(_MORE))
        found[" ".join(word for word in words if word)] = None
    return found


_BEGIN = ("", "please", "how do i", "can you", "i want to", "when will you", "why did you", "is it possible to")
_VERBS = ("cancel", "change", "find", "send", "return", "repair", "pay for", "track", "stop", "open", "check", "buy")
_OBJECTS = [f"{a} {b}" for a in ("red", "old", "new", "last", "paid", "lost", "big", "late", "free", "wrong") for b in (
    "order", "invoice", "phone", "account", "ticket", "parcel", "card", "booking", "policy", "plan")]  # fmt: skip
_END = ("", "today", "for my friend", "before monday", "at the shop", "by mail", "without a fee", "again")
_MORE = ("", "thanks", "if you can", "it is urgent", "in delhi", "from last week")
