"""A BERT as an ONNX network in 8-bit integers, straight from its weights: neither torch nor transformers is needed.

Sentences of equal length go together, without padding and its mask. A sentence has the same vector, to the bit, on its
own in a turn and among others in training: each token is rounded by itself.
"""

from collections.abc import Mapping

import numpy as np
from msgspec import Struct

from botyard.nlu.encoder import words
from botyard.nlu.encoder.onnx import Graph
from botyard.nlu.encoder.rounding import quantised_for_pairs
from botyard.nlu.encoder.tensors import EncoderUnusable, Floats

VERSION = 3  # raised by whoever changes what is written, so that what was built before is built anew
_NOTHING = 128
MOST_TOKENS = 64  # about fifty words: what a longer message means was said by then, and a turn has 50 ms for it


class Shape(Struct, frozen=True, kw_only=True):
    """What `config.json` says about a network."""

    model_type: str
    num_hidden_layers: int
    num_attention_heads: int
    hidden_size: int
    layer_norm_eps: float = 1e-12
    hidden_act: str = "gelu"


class Written(Struct, frozen=True):
    """A network: what words mean in (words.py), what they mean in their sentence out; and the rows of all words."""

    network: bytes
    words: bytes


def written(weights: Mapping[str, Floats], shape: Shape) -> Written:
    """Write a network down. The same weights give the same bytes."""
    if shape.model_type != "bert" or shape.hidden_act != "gelu":
        raise EncoderUnusable(
            f"a network of type {shape.model_type!r} with {shape.hidden_act!r} cannot be built; "
            "a BERT can, and any network is used as it is where its folder has a `model.onnx`"
        )
    try:
        return _Bert({name.removeprefix("bert."): tensor for name, tensor in weights.items()}, shape).written()
    except KeyError as error:
        raise EncoderUnusable(
            f"these weights have no {error}: they are not of the BERT that config.json is of"
        ) from error


class _Bert:
    """The network while it is written. Between its ends, tokens of all sentences are rows of one matrix.

    rows, apart: the shape of that matrix, and the one in which its sentences are apart. zeros: each row's nothing.
    """

    def __init__(self, weights: Mapping[str, Floats], shape: Shape) -> None:
        self.weights = weights
        self.shape = shape
        self.graph = g = Graph()
        many = g.add("Shape", "words", start=0, end=2)
        self.rows = self.constant([-1, shape.hidden_size], np.int64)
        self.apart = g.add("Concat", many, self.constant([shape.hidden_size], np.int64), axis=0)
        self.zeros = g.add("Expand", self.constant([_NOTHING], np.uint8), g.add("ReduceProd", many))

    def written(self) -> Written:
        g = self.graph
        words_ = words.written(self.weights["embeddings.word_embeddings.weight"])
        x = g.add("Reshape", self.embedded("words"), self.rows)
        for layer in range(self.shape.num_hidden_layers):
            x = self.layer(x, f"encoder.layer.{layer}")
        meant = g.add("Reshape", x, self.apart)
        return Written(g.written(words="words", output=meant, size=self.shape.hidden_size), words_)

    def embedded(self, said: str) -> str:
        g, weights = self.graph, self.weights
        kinds = weights["embeddings.token_type_embeddings.weight"]
        places = weights["embeddings.position_embeddings.weight"][:MOST_TOKENS] + kinds[0]
        here = g.add("Slice", g.constant(places), self.constant([0], np.int64), g.add("Shape", said, start=1, end=2))
        x = g.add("Add", said, here)
        return g.add("LayerNormalization", x, *self.norm("embeddings.LayerNorm"), axis=-1, epsilon=self.epsilon)

    def layer(self, x: str, name: str) -> str:
        g = self.graph
        mixed = self.rounded(self.attention(x, f"{name}.attention.self"))
        x = self.added(self.product(mixed, f"{name}.attention.output.dense"), x, f"{name}.attention.output")
        wide = self.product(self.rounded(x), f"{name}.intermediate.dense")
        wide = g.add("BiasGelu", wide, self.bias(f"{name}.intermediate.dense"))
        return self.added(self.product(self.rounded(wide), f"{name}.output.dense"), x, f"{name}.output")

    def attention(self, x: str, name: str) -> str:
        """Let every token look at every other of its sentence, in each head on its own."""
        g, parts = self.graph, [f"{name}.{part}" for part in ("query", "key", "value")]
        seen = self.rounded(x)
        looks = [g.add("Reshape", self.product(seen, part), self.apart) for part in parts]
        bias = g.constant(np.concatenate([self.weights[f"{part}.bias"] for part in parts]))
        mixed = g.add("MultiHeadAttention", *looks, bias, num_heads=self.shape.num_attention_heads)
        return g.add("Reshape", mixed, self.rows)

    def rounded(self, x: str) -> tuple[str, str]:
        """Round each row to bytes, 128 its nothing, by a scale of its own: no matter who its neighbours are."""
        g, across = self.graph, self.constant([1], np.int64)
        largest = g.add("ReduceMax", g.add("Abs", x), across, keepdims=0)
        scale = g.add("Mul", largest, self.constant(1 / 127, np.float32))
        return g.add("QuantizeLinear", x, scale, self.zeros, axis=0), g.add("Unsqueeze", scale, across)

    def product(self, x: tuple[str, str], name: str) -> str:
        """Multiply rounded rows by a kernel in integers, each of whose columns has a scale of its own.

        The weights are rounded so that sums are exact on every processor: vectors would depend on the machine.
        """
        rows, their_scale = x
        kernel = np.ascontiguousarray(self.weights[f"{name}.weight"].T)
        weights, scale = (self.graph.constant(part) for part in quantised_for_pairs(kernel))
        one, nothing = self.constant(1, np.float32), self.constant(0, np.int8)
        zero = self.constant(_NOTHING, np.uint8)
        whole = self.graph.add("MatMulIntegerToFloat", rows, weights, one, scale, zero, nothing)
        return self.graph.add("Mul", whole, their_scale)

    def added(self, x: str, to: str, name: str) -> str:
        """Add what a kernel made, and its bias, to what it was made of."""
        bias = self.bias(f"{name}.dense")
        norm = self.norm(f"{name}.LayerNorm")
        return self.graph.add("SkipLayerNormalization", x, to, *norm, bias, epsilon=self.epsilon)

    def norm(self, name: str) -> tuple[str, str]:
        return self.graph.constant(self.weights[f"{name}.weight"]), self.bias(name)

    def bias(self, name: str) -> str:
        return self.graph.constant(self.weights[f"{name}.bias"])

    def constant(self, value: float | list[int], kind: type[np.generic]) -> str:
        return self.graph.constant(np.array(value, dtype=kind))

    @property
    def epsilon(self) -> float:
        return float(self.shape.layer_norm_eps)
