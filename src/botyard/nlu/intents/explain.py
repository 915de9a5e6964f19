"""Why a model ranks a message as it does, in a builder's own sentences.

A score is a sum over the training sentences: how alike the message is to each, squared, times what the solve made of
that sentence for the node. Nothing is estimated afterwards: what is shown adds up to the score.
"""

import numpy as np
from msgspec import Struct

from botyard.nlu.intents.rank import IntentModel
from botyard.nlu.understanding import OPENING, Among, NodeName, Ranked, Scope

MOST_TIPS = 10


class Tip(Struct, frozen=True):
    """One training sentence, and how many points of the score it gives; below zero it takes some away.

    node: which one it is taught to; points: for the node that is explained. by_grams, by_meaning: of how alike it is to
    the message, 0-1 together, what its letters say and what the encoder says.
    """

    sentence: str
    node: NodeName
    points: float
    by_grams: float
    by_meaning: float

    @property
    def alike(self) -> float:
        """How alike the sentence and the message are, 0-1."""
        return max(0.0, self.by_grams + self.by_meaning)


class Explanation(Struct, frozen=True):
    """Why a node scores what it scores. tips: those that weigh most come first; rest: points of all other sentences.

    exact: the node that is taught exactly this sentence; it answers whatever the scores are.
    """

    ranked: tuple[Ranked, ...]
    explained: Ranked | None
    threshold: float
    tips: tuple[Tip, ...]
    rest: float
    exact: tuple[Scope, NodeName] | None


def explain(
    model: IntentModel, text: str, among: Among, node: NodeName | None = None, most: int = MOST_TIPS
) -> Explanation:
    """Say which training sentences tipped a message towards its best node, or towards the one that is named."""
    ranked = model.rank(text, among)
    exact = model.exact(text, among)
    explained = next((one for one in ranked if node in (None, one.node)), None)
    if explained is None:
        return Explanation(ranked, None, model.threshold(OPENING), (), 0.0, exact)
    seen = model.seen(text, explained.scope, explained.node)
    order = np.argsort(-np.abs(seen.points), kind="stable")[:most].tolist()
    tips = tuple(
        Tip(seen.says[i], seen.nodes[i], *(float(part[i]) for part in (seen.points, seen.by_grams, seen.by_meaning)))
        for i in order
        if seen.points[i]
    )
    rest = float(seen.points.sum()) - sum(tip.points for tip in tips)
    return Explanation(ranked, explained, model.threshold(explained.scope), tips, rest, exact)
