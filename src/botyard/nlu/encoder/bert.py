"""A BERT as an ONNX network in 8-bit integers, straight from its weights: neither torch nor transformers is needed.

One sentence at a time: what dynamic quantisation rounds to depends on all that is in the batch, and a sentence must
have the same vector in training and in a turn. Batch size one also does without padding and its mask.
"""

from collections.abc import Mapping
from math import sqrt

import numpy as np
from msgspec import Struct

from botyard.nlu.encoder import words
from botyard.nlu.encoder.onnx import Graph
from botyard.nlu.encoder.rounding import quantised
from botyard.nlu.encoder.tensors import EncoderUnusable, Floats

VERSION = 2  # raised by whoever changes what is written, so that what was built before is built anew
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
    """A network: what words mean in (words.py), the mean of the last layer out; and the rows of all words."""

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
    """The network while it is written."""

    def __init__(self, weights: Mapping[str, Floats], shape: Shape) -> None:
        self.weights = weights
        self.shape = shape
        self.graph = Graph()

    def written(self) -> Written:
        rows = words.written(self.weights["embeddings.word_embeddings.weight"])
        x = self.embedded("words")
        for layer in range(self.shape.num_hidden_layers):
            x = self.layer(x, f"encoder.layer.{layer}")
        axis = self.graph.constant(np.array([0], dtype=np.int64))
        mean = self.graph.add("ReduceMean", x, axis, keepdims=0)
        return Written(self.graph.written(words="words", output=mean, size=self.shape.hidden_size), rows)

    def embedded(self, said: str) -> str:
        g, weights = self.graph, self.weights
        kinds = weights["embeddings.token_type_embeddings.weight"]
        places = weights["embeddings.position_embeddings.weight"][:MOST_TOKENS] + kinds[0]
        first = g.constant(np.array([0], dtype=np.int64))
        here = g.add("Slice", g.constant(places), first, g.add("Shape", said, start=0, end=1))
        return self.normed(g.add("Add", said, here), "embeddings.LayerNorm")

    def layer(self, x: str, name: str) -> str:
        g = self.graph
        mixed = self.dense(self.attention(x, f"{name}.attention.self"), f"{name}.attention.output.dense")
        x = self.normed(g.add("Add", mixed, x), f"{name}.attention.output.LayerNorm")
        wide = g.add("Gelu", self.dense(x, f"{name}.intermediate.dense"))
        return self.normed(g.add("Add", self.dense(wide, f"{name}.output.dense"), x), f"{name}.output.LayerNorm")

    def attention(self, x: str, name: str) -> str:
        """Let every token look at every other, in each head on its own."""
        g, heads = self.graph, self.shape.num_attention_heads
        size = self.shape.hidden_size // heads
        kernels = [self.weights[f"{name}.{part}.weight"] for part in ("query", "key", "value")]
        biases = [self.weights[f"{name}.{part}.bias"] for part in ("query", "key", "value")]
        kernels[0], biases[0] = kernels[0] / sqrt(size), biases[0] / sqrt(size)  # the softmax's scale, once for all
        together = self.product(x, np.concatenate(kernels), np.concatenate(biases))
        apart = g.add("Reshape", together, g.constant(np.array([-1, 3, heads, size], dtype=np.int64)))
        apart = g.add("Transpose", apart, perm=(1, 2, 0, 3))
        query, key, value = (g.add("Gather", apart, g.constant(np.array(i, dtype=np.int64)), axis=0) for i in range(3))
        alike = g.add("Softmax", g.add("MatMul", query, g.add("Transpose", key, perm=(0, 2, 1))), axis=-1)
        seen = g.add("Transpose", g.add("MatMul", alike, value), perm=(1, 0, 2))
        return g.add("Reshape", seen, g.constant(np.array([-1, heads * size], dtype=np.int64)))

    def dense(self, x: str, name: str) -> str:
        return self.product(x, self.weights[f"{name}.weight"], self.weights[f"{name}.bias"])

    def product(self, x: str, kernel: Floats, bias: Floats) -> str:
        """Multiply in integers: x by a scale found as it comes, each column of the kernel by its own.

        Weights have no sign, 128 is their nothing. Of a byte with and one without, processors that lack VNNI add two
        products in sixteen bits and cut off what is more: vectors would depend on the machine.
        """
        g = self.graph
        rounded, scale = quantised(np.ascontiguousarray(kernel.T), axis=0)
        unsigned, nothing = (rounded.astype(np.int16) + _NOTHING).astype(np.uint8), np.array(_NOTHING, dtype=np.uint8)
        seen, its_scale, zero = g.add_many("DynamicQuantizeLinear", [x], 3)
        whole = g.add("Cast", g.add("MatMulInteger", seen, g.constant(unsigned), zero, g.constant(nothing)), to=1)
        scaled = g.add("Mul", whole, g.add("Mul", its_scale, g.constant(scale[0])))
        return g.add("Add", scaled, g.constant(bias))

    def normed(self, x: str, name: str) -> str:
        g, weights = self.graph, self.weights
        scale, bias = g.constant(weights[f"{name}.weight"]), g.constant(weights[f"{name}.bias"])
        return g.add("LayerNormalization", x, scale, bias, axis=-1, epsilon=float(self.shape.layer_norm_eps))
