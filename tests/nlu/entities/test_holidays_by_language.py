"""Days that have a name and fall on the same date each year: said on Wednesday, 25 November 2026."""

from datetime import datetime

import pytest

from botyard.nlu.entities.registry import detect
from botyard.nlu.understanding import EntitySpec

NOW = datetime(2026, 11, 25, 10, 0)  # noqa: DTZ001 - on the user's own wall clock
DAY = EntitySpec(name="day", type="date")

# Christmas in a sentence; another day, and its date; and a wish, which is no date.
HOLIDAYS = {
    "en": ("can i come on Christmas", "new year's eve", (31, 12, 2026), "merry christmas"),
    "hi": ("क्रिसमस के दिन आऊँगा", "गणतंत्र दिवस को", (26, 1, 2027), "नए साल की शुभकामनाएँ"),
    "mr": ("नाताळला येतो", "स्वातंत्र्य दिनी", (15, 8, 2027), "नाताळच्या शुभेच्छा"),
    "gu": ("નાતાલ પર આવીશ", "સ્વતંત્રતા દિવસ", (15, 8, 2027), "નાતાલની શુભેચ્છા"),
    "bn": ("বড়দিনে আসব", "ভ্যালেন্টাইনস ডে", (14, 2, 2027), "শুভ বড়দিন"),
    "ta": ("கிறிஸ்துமஸ் அன்று வருகிறேன்", "சுதந்திர தினத்தன்று", (15, 8, 2027), "புத்தாண்டு வாழ்த்துகள்"),
    "te": ("క్రిస్మస్ రోజు వస్తాను", "గణతంత్ర దినోత్సవం", (26, 1, 2027), "క్రిస్మస్ శుభాకాంక్షలు"),
    "kn": ("ಕ್ರಿಸ್‌ಮಸ್ ದಿನ ಬರುತ್ತೇನೆ", "ಸ್ವಾತಂತ್ರ್ಯ ದಿನದಂದು", (15, 8, 2027), "ಹೊಸ ವರ್ಷದ ಶುಭಾಶಯಗಳು"),
    "ml": ("ക്രിസ്മസിന് വരാം", "റിപ്പബ്ലിക് ദിനത്തിൽ", (26, 1, 2027), "ക്രിസ്മസ് ആശംസകൾ"),
    "ar": ("سآتي في عيد الميلاد", "ليلة رأس السنة", (31, 12, 2026), "عيد الميلاد سعيد"),
    "id": ("saya datang hari natal", "malam tahun baru", (31, 12, 2026), "selamat natal"),
    "es": ("vengo en Navidad", "nochevieja", (31, 12, 2026), "feliz navidad"),
    "fr": ("je viens à Noël", "le jour de l'an", (1, 1, 2027), "joyeux noël"),
    "de": ("ich komme an Weihnachten", "zu Silvester", (31, 12, 2026), "frohe Weihnachten"),
}


def days(text: str, language: str, spec: EntitySpec = DAY) -> list[tuple[object, ...]]:
    """Day, month, year, and the role where there is one."""
    found = detect(text, spec, language, now=NOW)
    values = [one.value for one in found if isinstance(one.value, dict)]
    return [tuple(value[key] for key in ("dd", "mm", "yy", "role") if key in value) for value in values]


@pytest.mark.parametrize("language", HOLIDAYS)
def test_a_day_that_has_a_name_is_a_date(language: str) -> None:
    """The next one; a wish is none."""
    christmas, other, on, wish = HOLIDAYS[language]
    assert days(christmas, language) == [(25, 12, 2026)]
    assert days(other, language) == [on]
    assert days(wish, language) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("christmas 2027", [(25, 12, 2027)]),
        ("last christmas", [(25, 12, 2025)]),
        ("next xmas", [(25, 12, 2026)]),
        ("christmas to new year's", [(25, 12, 2026, "start"), (1, 1, 2027, "end")]),
        ("christmas eve or valentine's day", [(24, 12, 2026), (14, 2, 2027)]),
        ("plans for the new year", []),
        ("I'd be happy to come on halloween", [(31, 10, 2027)]),
    ],
)
def test_its_year_and_its_range_are_read_as_of_other_dates(text: str, found: list[tuple[object, ...]]) -> None:
    """Named, pointed at, or the next."""
    assert days(text, "en") == found


def test_it_lies_behind_today_where_the_past_is_asked_about() -> None:
    """As a date without a year does."""
    assert days("christmas", "en", EntitySpec(name="day", type="date", past=True)) == [(25, 12, 2025)]
