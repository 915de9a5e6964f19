"""Dates as people write them in fifteen languages: what is found on Wednesday, 25 November 2026."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botyard.nlu.entities.registry import detect
from botyard.nlu.understanding import EntitySpec, EntityValue

NOW = datetime(2026, 11, 25, 10, 0)  # noqa: DTZ001 - a Wednesday, on the user's own wall clock
WAYS = (
    "%d/%m/%Y",
    "%Y-%m-%d",
    "%d %B %Y",
    "%d %b, %Y",
    "%B %d, %Y",
    "%d-%b-%Y",
    "%d.%m.%Y",
    "%A, %d %B %Y",
    "%dth of %B %Y",
)
# What is found: year-month-day, then type and role where there are any.
DATES: dict[str, list[tuple[str, str]]] = {
    "en": [
        ("the last day of the month", "2026-11-30"),
        ("23 dec 2019", "2019-12-23"),
        ("23rd of December, 2019", "2019-12-23"),
        ("Dec 23", "2026-12-23"),
        ("this month end", "2026-11-30"),
        ("2morrow", "2026-11-26:tomorrow"),
        ("next week friday", "2026-12-04:day_in_next_week"),
        ("last week of december", "2026-12-25:start 2026-12-31:end"),
        ("second week of next month", "2026-12-08:start 2026-12-14:end"),
        ("flight on 31st feb", ""),
        ("31st of june", ""),
        ("29 february 2027", ""),
        ("february 29, 2027", ""),
        ("june 31st", ""),
        ("june 30th", "2027-06-30"),
        ("29 february 2028", "2028-02-29"),
        ("good for the day", ""),
        ("December 23rd 2019", "2019-12-23"),
        ("23-Dec-19", "2019-12-23"),
        ("23/12/2019", "2019-12-23"),
        ("12/25/2019", "2019-12-25"),
        ("2019-12-23", "2019-12-23"),
        ("2019-12-23T10:30:00Z", "2019-12-23"),
        ("23.12.19", "2019-12-23"),
        ("28/02", "2027-02-28"),
        ("23 12 2019", "2019-12-23"),
        ("2019 Dec 23", "2019-12-23"),
        ("dec23", "2026-12-23"),
        ("today", "2026-11-25:today"),
        ("tomorrow", "2026-11-26:tomorrow"),
        ("day after tomorrow", "2026-11-27:day_after"),
        ("yesterday", "2026-11-24:yesterday"),
        ("in 3 days", "2026-11-28:after_n_days"),
        ("3 days from now", "2026-11-28:after_n_days"),
        ("after 2 weeks", "2026-12-09:after_n_days"),
        ("3 days ago", "2026-11-22:past"),
        ("a week from monday", "2026-12-07:after_n_days"),
        ("2 days after tomorrow", "2026-11-28:after_n_days"),
        ("next monday", "2026-11-30:day_in_next_week"),
        ("monday", "2026-11-30:day_within_one_week"),
        ("this friday", "2026-11-27:day_within_one_week"),
        ("last friday", "2026-11-20:past"),
        ("monday next week", "2026-11-30:day_in_next_week"),
        ("every monday", "2026-11-30:repeat_day"),
        ("every day", "2026-11-25:everyday"),
        ("weekend", "2026-11-28:weekends:start 2026-11-29:weekends:end"),
        ("next weekend", "2026-12-05:weekends:start 2026-12-06:weekends:end"),
        ("weekdays", "2026-11-25:weekdays:start 2026-11-27:weekdays:end"),
        ("next week", "2026-11-30:start 2026-12-06:end"),
        ("this month", "2026-11-25:start 2026-11-30:end"),
        ("next month", "2026-12-01:start 2026-12-31:end"),
        ("june 2021", "2021-06-01:start 2021-06-30:end"),
        ("in june", "2027-06-01:start 2027-06-30:end"),
        ("the 15th", "2026-12-15:possible_day"),
        ("15th", "2026-12-15:possible_day"),
        ("on 15", "2026-12-15:possible_day"),
        ("5th of next month", "2026-12-05"),
        ("end of the month", "2026-11-30"),
        ("5 to 7 june", "2027-06-05:start 2027-06-07:end"),
        ("5th to 7th june", "2027-06-05:start 2027-06-07:end"),
        ("june 5-7", "2027-06-05:start 2027-06-07:end"),
        ("from 5 june to 7 june", "2027-06-05:start 2027-06-07:end"),
        ("between 5 and 7 june", "2027-06-05:start 2027-06-07:end"),
        ("28 dec to 3 jan", "2026-12-28:start 2027-01-03:end"),
        ("monday to wednesday", "2026-11-30:day_within_one_week:start 2026-12-02:day_within_one_week:end"),
        ("friday to monday", "2026-11-27:day_within_one_week:start 2026-11-30:day_within_one_week:end"),
        ("today to friday", "2026-11-25:today:start 2026-11-27:day_within_one_week:end"),
        ("15th to 20th", "2026-12-15:possible_day:start 2026-12-20:possible_day:end"),
        ("monday, 23 dec", "2026-12-23"),
        ("twenty third of december two thousand nineteen", "2019-12-23"),
        ("first of may", "2027-05-01"),
        ("march fifth", "2027-03-05"),
        ("29 feb", "2028-02-29"),
        ("31/02/2021", ""),
        ("I have 2 kids and 3 bags", ""),
        ("5 june 5 pm", "2027-06-05"),
        ("may I know", ""),
        ("i'll come on 3rd and 5th june", "2027-06-03 2027-06-05"),
        ("1/2/26-3/2/26", "2026-02-01:start 2026-02-03:end"),
        ("12/5", "2027-05-12"),
        ("wed", "2026-11-25:day_within_one_week"),
        ("5 june, 20 people", "2027-06-05"),
        ("june 5 2020 to june 7 2020", "2020-06-05:start 2020-06-07:end"),
        ("5 dec 26", "2026-12-05"),
        ("second of june", "2027-06-02"),
        ("next year", "2027-01-01:start 2027-12-31:end"),
        ("the day after tomorrow at 5pm", "2026-11-27:day_after"),
        ("5/6/2020 10:30 pm", "2020-06-05"),
        ("coming weekend", "2026-11-28:weekends:start 2026-11-29:weekends:end"),
        ("coming saturday", "2026-11-28:day_within_one_week"),
        ("next saturday", "2026-12-05:day_in_next_week"),
    ],
    "hi": [
        ("3 दिस॰ 2027", "2027-12-03"),
        ("कल", "2026-11-26:tomorrow"),
        ("आज", "2026-11-25:today"),
        ("परसों", "2026-11-27:day_after"),
        ("5 जून", "2027-06-05"),
        ("5 जून से 7 जून तक", "2027-06-05:start 2027-06-07:end"),
        ("अगले सोमवार", "2026-11-30:day_in_next_week"),
        ("सोमवार को", "2026-11-30:day_within_one_week"),
        ("अगले महीने की 5 तारीख", "2026-12-05"),
        ("15 तारीख", "2026-12-15:possible_day"),
        ("15 तारीख को", "2026-12-15:possible_day"),
        ("3 दिन बाद", "2026-11-28:after_n_days"),
        ("दो हफ्ते बाद", "2026-12-09:after_n_days"),
        ("2 दिन पहले", "2026-11-23:past"),
        ("२३ दिसंबर २०१९", "2019-12-23"),
        ("हर सोमवार", "2026-11-30:repeat_day"),
        ("इस शनिवार", "2026-11-28:day_within_one_week"),
        ("अगले हफ्ते", "2026-11-30:start 2026-12-06:end"),
        ("kal", "2026-11-26:tomorrow"),
        ("parso", "2026-11-27:day_after"),
        ("agle mahine", "2026-12-01:start 2026-12-31:end"),
        ("3 din baad", "2026-11-28:after_n_days"),
        ("5 tarikh", "2026-12-05:possible_day"),
        ("agle shukravar", "2026-12-04:day_in_next_week"),
        ("is hafte", "2026-11-25:start 2026-11-29:end"),
        ("5 se 7 june", "2027-06-05:start 2027-06-07:end"),
        ("पच्चीस दिसंबर", "2026-12-25"),
        ("रोज़", "2026-11-25:everyday"),
        ("बीस तारीख को", "2026-12-20:possible_day"),
        ("आने वाले शनिवार को", "2026-11-28:day_within_one_week"),
    ],
    "mr": [
        ("2 दिवसांपूर्वी", "2026-11-23:past"),
        ("उद्या", "2026-11-26:tomorrow"),
        ("५ जून", "2027-06-05"),
        ("सोमवारी", "2026-11-30:day_within_one_week"),
        ("पुढच्या सोमवारी", "2026-11-30:day_in_next_week"),
        ("३ दिवसांनी", "2026-11-28:after_n_days"),
        ("५ जून ते ७ जून", "2027-06-05:start 2027-06-07:end"),
        ("5 जूनपासून 7 जूनपर्यंत", "2027-06-05:start 2027-06-07:end"),
        ("परवा", "2026-11-27:day_after"),
        ("दोन आठवड्यांनंतर", "2026-12-09:after_n_days"),
    ],
    "gu": [
        ("આવતીકાલે", "2026-11-26:tomorrow"),
        ("5 જૂન", "2027-06-05"),
        ("સોમવારે", "2026-11-30:day_within_one_week"),
        ("આવતા સોમવારે", "2026-11-30:day_in_next_week"),
        ("3 દિવસ પછી", "2026-11-28:after_n_days"),
        ("5 જૂનથી 7 જૂન સુધી", "2027-06-05:start 2027-06-07:end"),
        ("ગઈકાલે", "2026-11-24:yesterday"),
        ("15 તારીખે", "2026-12-15:possible_day"),
    ],
    "bn": [
        ("2 সপ্তাহে", "2026-12-09:after_n_days"),
        ("আগামীকাল", "2026-11-26:tomorrow"),
        ("৫ জুন", "2027-06-05"),
        ("সোমবার", "2026-11-30:day_within_one_week"),
        ("আগামী সোমবার", "2026-11-30:day_in_next_week"),
        ("৩ দিন পরে", "2026-11-28:after_n_days"),
        ("৫ জুন থেকে ৭ জুন", "2027-06-05:start 2027-06-07:end"),
        ("গতকাল", "2026-11-24:yesterday"),
        ("৫ই জুন", "2027-06-05"),
        ("১৫ তারিখে", "2026-12-15:possible_day"),
    ],
    "ta": [
        ("3 டிச., 2027", "2027-12-03"),
        ("நாளை", "2026-11-26:tomorrow"),
        ("ஜூன் 5", "2027-06-05"),
        ("5 ஜூன்", "2027-06-05"),
        ("திங்கட்கிழமை", "2026-11-30:day_within_one_week"),
        ("அடுத்த திங்கட்கிழமை", "2026-11-30:day_in_next_week"),
        ("3 நாட்களுக்கு பிறகு", "2026-11-28:after_n_days"),
        ("5 ஜூன் முதல் 7 ஜூன் வரை", "2027-06-05:start 2027-06-07:end"),
        ("நேற்று", "2026-11-24:yesterday"),
        ("15ஆம் தேதி", "2026-12-15:possible_day"),
    ],
    "te": [
        ("రేపు", "2026-11-26:tomorrow"),
        ("జూన్ 5", "2027-06-05"),
        ("5 జూన్", "2027-06-05"),
        ("సోమవారం", "2026-11-30:day_within_one_week"),
        ("వచ్చే సోమవారం", "2026-11-30:day_in_next_week"),
        ("3 రోజుల తర్వాత", "2026-11-28:after_n_days"),
        ("జూన్ 5 నుండి జూన్ 7 వరకు", "2027-06-05:start 2027-06-07:end"),
        ("నిన్న", "2026-11-24:yesterday"),
        ("15వ తేదీ", "2026-12-15:possible_day"),
    ],
    "kn": [
        ("ನಾಳೆ", "2026-11-26:tomorrow"),
        ("ಜೂನ್ 5", "2027-06-05"),
        ("5 ಜೂನ್", "2027-06-05"),
        ("ಸೋಮವಾರ", "2026-11-30:day_within_one_week"),
        ("ಮುಂದಿನ ಸೋಮವಾರ", "2026-11-30:day_in_next_week"),
        ("3 ದಿನಗಳ ನಂತರ", "2026-11-28:after_n_days"),
        ("ಜೂನ್ 5 ರಿಂದ ಜೂನ್ 7", "2027-06-05:start 2027-06-07:end"),
        ("ನಿನ್ನೆ", "2026-11-24:yesterday"),
        ("15ನೇ ತಾರೀಖು", "2026-12-15:possible_day"),
    ],
    "ml": [
        ("നാളെ", "2026-11-26:tomorrow"),
        ("ജൂൺ 5", "2027-06-05"),
        ("5 ജൂൺ", "2027-06-05"),
        ("തിങ്കളാഴ്ച", "2026-11-30:day_within_one_week"),
        ("അടുത്ത തിങ്കളാഴ്ച", "2026-11-30:day_in_next_week"),
        ("3 ദിവസം കഴിഞ്ഞ്", "2026-11-28:after_n_days"),
        ("ജൂൺ 5 മുതൽ ജൂൺ 7 വരെ", "2027-06-05:start 2027-06-07:end"),
        ("ഇന്നലെ", "2026-11-24:yesterday"),
        ("15ാം തീയതി", "2026-12-15:possible_day"),
    ],
    "ar": [
        ("الخميس، 1 أبريل 2027", "2027-04-01"),
        ("01\u200f/04\u200f/2027", "2027-04-01"),
        ("غدا", "2026-11-26:tomorrow"),
        ("بعد غد", "2026-11-27:day_after"),
        ("5 يونيو", "2027-06-05"),
        ("5 يونيو 2027", "2027-06-05"),
        ("الاثنين القادم", "2026-11-30:day_in_next_week"),
        ("يوم الجمعة", "2026-11-27:day_within_one_week"),
        ("بعد 3 أيام", "2026-11-28:after_n_days"),
        ("قبل 3 أيام", "2026-11-22:past"),
        ("بعد أسبوعين", "2026-12-09:after_n_days"),
        ("من 5 يونيو إلى 7 يونيو", "2027-06-05:start 2027-06-07:end"),
        ("من 5 إلى 7 يونيو", "2027-06-05:start 2027-06-07:end"),
        ("أمس", "2026-11-24:yesterday"),
        ("٥ يونيو", "2027-06-05"),
    ],
    "id": [
        ("besok", "2026-11-26:tomorrow"),
        ("lusa", "2026-11-27:day_after"),
        ("5 Juni", "2027-06-05"),
        ("5 Juni 2027", "2027-06-05"),
        ("Senin depan", "2026-11-30:day_in_next_week"),
        ("hari Senin", "2026-11-30:day_within_one_week"),
        ("3 hari lagi", "2026-11-28:after_n_days"),
        ("3 hari yang lalu", "2026-11-22:past"),
        ("dalam 3 hari", "2026-11-28:after_n_days"),
        ("5 sampai 7 Juni", "2027-06-05:start 2027-06-07:end"),
        ("kemarin", "2026-11-24:yesterday"),
        ("tanggal 15", "2026-12-15:possible_day"),
        ("minggu depan", "2026-11-30:start 2026-12-06:end"),
    ],
    "es": [
        ("mañana", "2026-11-26:tomorrow"),
        ("pasado mañana", "2026-11-27:day_after"),
        ("5 de junio", "2027-06-05"),
        ("5 de junio de 2027", "2027-06-05"),
        ("el próximo lunes", "2026-11-30:day_in_next_week"),
        ("el lunes que viene", "2026-11-30:day_in_next_week"),
        ("en 3 días", "2026-11-28:after_n_days"),
        ("hace 3 días", "2026-11-22:past"),
        ("del 5 al 7 de junio", "2027-06-05:start 2027-06-07:end"),
        ("ayer", "2026-11-24:yesterday"),
        ("el 15", "2026-12-15:possible_day"),
        ("la próxima semana", "2026-11-30:start 2026-12-06:end"),
        ("viernes", "2026-11-27:day_within_one_week"),
    ],
    "fr": [
        ("demain", "2026-11-26:tomorrow"),
        ("après-demain", "2026-11-27:day_after"),
        ("5 juin", "2027-06-05"),
        ("le 5 juin 2027", "2027-06-05"),
        ("lundi prochain", "2026-11-30:day_in_next_week"),
        ("dans 3 jours", "2026-11-28:after_n_days"),
        ("il y a 3 jours", "2026-11-22:past"),
        ("du 5 au 7 juin", "2027-06-05:start 2027-06-07:end"),
        ("hier", "2026-11-24:yesterday"),
        ("le 15", "2026-12-15:possible_day"),
        ("1er mai", "2027-05-01"),
        ("la semaine prochaine", "2026-11-30:start 2026-12-06:end"),
        ("aujourd'hui", "2026-11-25:today"),
        ("vendredi", "2026-11-27:day_within_one_week"),
    ],
    "de": [
        ("morgen", "2026-11-26:tomorrow"),
        ("übermorgen", "2026-11-27:day_after"),
        ("5. Juni", "2027-06-05"),
        ("am 5. Juni 2027", "2027-06-05"),
        ("nächsten Montag", "2026-11-30:day_in_next_week"),
        ("in 3 Tagen", "2026-11-28:after_n_days"),
        ("vor 3 Tagen", "2026-11-22:past"),
        ("vom 5. bis 7. Juni", "2027-06-05:start 2027-06-07:end"),
        ("gestern", "2026-11-24:yesterday"),
        ("am 15.", "2026-12-15:possible_day"),
        ("nächste Woche", "2026-11-30:start 2026-12-06:end"),
        ("Freitag", "2026-11-27:day_within_one_week"),
        ("ersten Mai", "2027-05-01"),
        ("05.06.2027", "2027-06-05"),
    ],
}


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [(language, text, found) for language, cases in DATES.items() for text, found in cases],
)
def test_dates_are_read_in_each_language(language: str, text: str, found: str) -> None:
    """Absolute, relative, ranges, weekdays, in words; what is none is left alone."""
    assert written(text, language) == found


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("hi", "कल", "2026-11-24:yesterday"),
        ("hi", "परसों", "2026-11-23:day_before"),
        ("en", "monday", "2026-11-23:past"),
        ("en", "5 june", "2026-06-05"),
        ("en", "30 nov", "2025-11-30"),
        ("en", "02/03/17", "2017-03-02"),
        ("en", "15/08/47", "1947-08-15"),
        ("en", "12.01.30", "1930-01-12"),
    ],
)
def test_what_is_left_out_lies_behind_today_where_the_past_is_asked_about(language: str, text: str, found: str) -> None:
    """A birthday is never to come; yesterday and tomorrow share a word in Hindi."""
    assert written(text, language, EntitySpec(name="born", type="date", past=True)) == found


def test_a_locale_may_write_the_month_first() -> None:
    """en-US does; a day that cannot be a month decides by itself."""
    american = EntitySpec(name="day", type="date", locale="en-US")
    assert written("2/3/2027 and 25/12/2027", "en", american) == "2027-02-03 2027-12-25"
    assert written("2/3/2027", "en") == "2027-03-02"


def test_without_a_clock_only_what_needs_none_is_found() -> None:
    """Nothing is guessed."""
    found = detect("tomorrow, monday, 5 june or 5 june 2027", EntitySpec(name="day", type="date"), "en")
    assert [one.value for one in found] == [{"dd": 5, "mm": 6, "yy": 2027}]


def test_a_bare_day_is_a_date_where_one_was_asked_for() -> None:
    """What the bot said decides."""
    spec = EntitySpec(name="day", type="date")
    assert detect("15", spec, "en", "How many?", now=NOW) == []
    [one] = detect("15", spec, "en", "On which date?", now=NOW)
    assert one.value == {"dd": 15, "mm": 12, "yy": 2026, "type": "possible_day"}


def test_the_users_own_zone_decides_what_today_is() -> None:
    """Late in London it is tomorrow in Mumbai."""
    late = datetime(2026, 11, 25, 22, 0, tzinfo=UTC)
    mumbai = timezone(timedelta(hours=5, minutes=30))
    [here] = detect("today", EntitySpec(name="day", type="date"), "en", now=late)
    [there] = detect("today", EntitySpec(name="day", type="date"), "en", now=late, timezone=mumbai)
    assert (here.value, there.value) == (
        {"dd": 25, "mm": 11, "yy": 2026, "type": "today"},
        {"dd": 26, "mm": 11, "yy": 2026, "type": "today"},
    )


@given(day=st.dates(min_value=date(1950, 1, 1), max_value=date(2099, 12, 31)), way=st.sampled_from(WAYS))
def test_a_date_that_is_written_out_is_read_back(day: date, way: str) -> None:
    """In every usual way to write it."""
    [one] = detect(f"on {day.strftime(way)} please", EntitySpec(name="day", type="date"), "en", now=NOW)
    assert one.value == {"dd": day.day, "mm": day.month, "yy": day.year}


@given(days=st.integers(1, 500))
def test_days_from_now_are_counted(days: int) -> None:
    """So many days ahead and back."""
    for text, sign in ((f"in {days} days", 1), (f"{days} days ago", -1), (f"{days} दिन बाद", 1)):
        [one] = detect(text, EntitySpec(name="day", type="date"), "hi", now=NOW)
        assert isinstance(one.value, dict)
        expected = NOW.date() + timedelta(days=sign * days)
        assert (one.value["dd"], one.value["mm"], one.value["yy"]) == (expected.day, expected.month, expected.year)


def written(text: str, language: str, spec: EntitySpec | None = None) -> str:
    """What is found, in short."""
    found = detect(text, spec or EntitySpec(name="day", type="date"), language, now=NOW)
    assert all(text[one.start : one.end] == one.original_text for one in found)
    return " ".join(_short(one.value) for one in found)


def _short(value: EntityValue) -> str:
    assert isinstance(value, dict)
    marks = [str(value[key]) for key in ("type", "role") if key in value]
    return ":".join([f"{value['yy']}-{value['mm']:02}-{value['dd']:02}", *marks])
