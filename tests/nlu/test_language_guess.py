"""A guess where small words are silent: what is believed, what is not asked, and what it never changes."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from botyard.nlu.language_guess import LanguageGuess
from botyard.nlu.language_said import language_to_answer
from botyard.releases import language_guess_here
from botyard.releases.language_guess_here import guess_for, opened

ALL = ("en", "hi", "mr", "ar", "id", "es", "fr", "de")


class Sure:
    """A model that answers each text alike."""

    def __init__(self, language: str, likelihood: float) -> None:
        self.language, self.likelihood = language, likelihood

    def predict(self, text: str, k: int) -> tuple[Sequence[str], Sequence[float]]:
        """Answer."""
        assert k == 1
        assert "\n" not in text
        return (f"__label__{self.language}",), (self.likelihood,)


def test_a_sure_guess_among_the_bots_languages_is_believed() -> None:
    """Sure among all that the model knows; a language that the bot has not is none of its others."""
    said = "kostenlose\nLieferung"
    assert LanguageGuess(Sure("de", 0.7)).among(said, ALL) == "de"
    assert LanguageGuess(Sure("de", 0.69)).among(said, ALL) == ""
    assert LanguageGuess(Sure("nl", 0.99)).among(said, ALL) == ""


@pytest.mark.parametrize("text", ["", "Lieferung", "Rajesh Kumar", "Ambrane Powerbank", "dukaan kab khulti hai"])
def test_one_word_names_and_hinglish_are_not_guessed_about(text: str) -> None:
    """Whatever a model would make of them."""
    assert LanguageGuess(Sure("de", 1.0)).among(text, ALL) == ""


def test_a_guess_chooses_a_language_and_never_changes_one() -> None:
    """Not in a conversation that has one, not against what is stated, small words or a script, not for an answer."""
    guess = LanguageGuess(Sure("de", 1.0)).among
    assert language_to_answer("kostenlose lieferung", ALL, guess=guess) == "de"
    assert language_to_answer("kostenlose lieferung", ALL) == "en"
    assert language_to_answer("kostenlose lieferung", ALL, current="es", guess=guess) == "es"
    assert language_to_answer("kostenlose lieferung", ALL, stated=("fr",), guess=guess) == "fr"
    assert language_to_answer("kostenlose lieferung", ALL, is_answer=True, guess=guess) == "en"
    assert language_to_answer("where is my order", ALL, guess=guess) == "en"
    assert language_to_answer("ऑर्डर रद्द", ("en", "hi", "de"), guess=guess) == "hi"
    marathi = LanguageGuess(Sure("mr", 0.9)).among
    assert language_to_answer("मोफत डिलिव्हरी", ALL, guess=marathi) == "mr"
    assert language_to_answer("मोफत डिलिव्हरी", ALL, current="hi", guess=marathi) == "hi"
    assert language_to_answer("मोफत डिलिव्हरी", ALL, current="en", guess=marathi) == "mr"


def test_the_model_is_opened_for_bots_whose_languages_share_letters() -> None:
    """English and Hindi share none: their script tells."""
    assert guess_for(("en",)) is None
    assert guess_for(("en", "hi")) is None
    if opened() is None:
        pytest.skip("fastText's model is not installed")
    guess = guess_for(("en", "de", "es", "fr"))
    assert guess is not None
    for language, text in (("de", "kostenlose lieferung"), ("es", "olvidé contraseña"), ("fr", "livraison gratuite")):
        assert language_to_answer(text, ("en", "de", "es", "fr"), guess=guess.among) == language


@pytest.mark.parametrize("content", [b"", b"no model", None])
def test_a_model_that_is_damaged_or_missing_is_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    """Nobody is told a guess of it, and nothing fails."""
    (tmp_path / "__init__.py").touch()
    if content is not None:
        (tmp_path / "resources").mkdir()
        (tmp_path / "resources" / "lid.176.ftz").write_bytes(content)
    carrier = type("Carrier", (), {"submodule_search_locations": [str(tmp_path)]})
    monkeypatch.setattr(language_guess_here, "find_spec", lambda _: carrier)
    opened.cache_clear()
    try:
        assert guess_for(("en", "de")) is None
    finally:
        opened.cache_clear()
