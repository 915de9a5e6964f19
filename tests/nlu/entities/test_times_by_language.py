"""Times as people write them in fifteen languages: what is found at ten in the morning."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botyard.nlu.entities.registry import detect
from botyard.nlu.understanding import EntitySpec, EntityValue

NOW = datetime(2026, 11, 25, 10, 0)  # noqa: DTZ001 - a Wednesday, on the user's own wall clock
# What is found: hour:minute and nn, then range and zone where there are any.
TIMES: dict[str, list[tuple[str, str]]] = {
    "en": [
        ("20 to 8 pm", "7:40pm"),
        ("5pm", "5:00pm"),
        ("5 pm", "5:00pm"),
        ("18h30", "18:30hrs"),
        ("morning 8 am", "8:00am"),
        ("5:30 p.m.", "5:30pm"),
        ("17:30", "17:30hrs"),
        ("10.30 am", "10:30am"),
        ("at 5", "5:00pm"),
        ("5 o'clock", "5:00pm"),
        ("05:30", "5:30hrs"),
        ("half past five", "5:30pm"),
        ("quarter to six", "5:45pm"),
        ("ten past 5", "5:10pm"),
        ("10 minutes to 5", "4:50pm"),
        ("5 in the morning", "5:00am"),
        ("9 at night", "9:00pm"),
        ("12 noon", "12:00pm"),
        ("noon", "12:00pm"),
        ("midnight", "12:00am"),
        ("in 15 mins", "0:15df"),
        ("after 2 hours", "2:00df"),
        ("2 hours later", "2:00df"),
        ("half an hour", ""),
        ("in half an hour", "0:30df"),
        ("in an hour", "1:00df"),
        ("an hour ago", "1:00ndf"),
        ("15 minutes ago", "0:15ndf"),
        ("every 3 hrs", "3:00ev"),
        ("every 30 minutes", "0:30ev"),
        ("every hour", "1:00ev"),
        ("5 to 7 pm", "5:00pm:start 7:00pm:end"),
        ("from 5pm to 7pm", "5:00pm:start 7:00pm:end"),
        ("between 5 and 7 pm", "5:00pm:start 7:00pm:end"),
        ("5-7pm", "5:00pm:start 7:00pm:end"),
        ("9:30 - 17:00", "9:30hrs:start 17:00hrs:end"),
        ("9am to 5", "9:00am:start 5:00pm:end"),
        ("11 to 1 pm", "11:00am:start 1:00pm:end"),
        ("from 5 to 7", "5:00pm:start 7:00pm:end"),
        ("1700 hrs", "17:00hrs"),
        ("17 hrs", "17:00hrs"),
        ("5 hours", ""),
        ("5pm IST", "5:00pm:IST"),
        ("10:00 GMT+5:30", "10:00pm:GMT+5:30"),
        ("now", "0:00df"),
        ("good morning", ""),
        ("in the morning", "6:00am:start 12:00pm:end"),
        ("tomorrow morning at 9", "9:00am"),
        ("tonight at 9", "9:00pm"),
        ("5:30", "5:30pm"),
        ("at 5 30", "5:30pm"),
        ("at 12", "12:00pm"),
        ("meet at 5 people", ""),
        ("2 kids", ""),
        ("book a table for 2 at 7pm", "7:00pm"),
        ("7 pm tomorrow", "7:00pm"),
        ("by 6", "6:00pm"),
        ("12 am", "12:00am"),
        ("12:15 pm", "12:15pm"),
        ("1hr30min", ""),
        ("in 1hr 30 min", "1:30df"),
        ("in an hour and a half", "1:30df"),
        ("in 1.5 hours", "1:30df"),
        ("between 10 am and 12 pm", "10:00am:start 12:00pm:end"),
        ("10am-11:30am", "10:00am:start 11:30am:end"),
        ("two thirty pm", "2:30pm"),
        ("five thirty", ""),
        ("5ish", "5:00pm"),
        ("six in the evening", "6:00pm"),
        ("5 june 2020 at 10 am", "10:00am"),
        ("28/02/2021", ""),
        ("3", ""),
        ("on 5th at 6:45pm", "6:45pm"),
    ],
    "hi": [
        ("6 बजने में 10 मिनट", "5:50pm"),
        ("सुबह 5 बजे", "5:00am"),
        ("शाम को 6 बजे", "6:00pm"),
        ("रात 9 बजे", "9:00pm"),
        ("रात 2 बजे", "2:00am"),
        ("दोपहर 2 बजे", "2:00pm"),
        ("साढ़े पाँच बजे", "5:30pm"),
        ("सवा 5 बजे", "5:15pm"),
        ("पौने छह बजे", "5:45pm"),
        ("5 बजकर 10 मिनट", "5:10pm"),
        ("शाम साढ़े सात बजे", "7:30pm"),
        ("5 बजे से 7 बजे तक", "5:00pm:start 7:00pm:end"),
        ("2 घंटे बाद", "2:00df"),
        ("15 मिनट में", "0:15df"),
        ("आधे घंटे में", "0:30df"),
        ("डेढ़ घंटे बाद", "1:30df"),
        ("हर 3 घंटे", "3:00ev"),
        ("5 बजे शाम", "5:00pm"),
        ("अभी", "0:00df"),
        ("subah 5 baje", "5:00am"),
        ("shaam 6 baje", "6:00pm"),
        ("raat ko 9 baje", "9:00pm"),
        ("saade 5 baje", "5:30pm"),
        ("kal subah 10 baje", "10:00am"),
        ("2 ghante baad", "2:00df"),
        ("5 se 7 baje", "5:00pm:start 7:00pm:end"),
        ("शुभ प्रभात", ""),
        ("10:30 बजे", "10:30am"),
        ("सुबह में", "6:00am:start 12:00pm:end"),
        ("dopahar 12 baje", "12:00pm"),
    ],
    "mr": [
        ("2 तासांपूर्वी", "2:00ndf"),
        ("5 मिनिटांमध्ये", "0:05df"),
        ("सकाळी 5 वाजता", "5:00am"),
        ("साडेपाच वाजता", "5:30pm"),
        ("संध्याकाळी 6 वाजता", "6:00pm"),
        ("2 तासांनी", "2:00df"),
        ("15 मिनिटांत", "0:15df"),
        ("5 ते 7 वाजता", "5:00pm:start 7:00pm:end"),
        ("रात्री ९ वाजता", "9:00pm"),
        ("आता", "0:00df"),
    ],
    "gu": [
        ("સવારે 5 વાગ્યે", "5:00am"),
        ("સાડા પાંચ વાગ્યે", "5:30pm"),
        ("સાંજે 6 વાગ્યે", "6:00pm"),
        ("2 કલાક પછી", "2:00df"),
        ("15 મિનિટમાં", "0:15df"),
        ("5 થી 7 વાગ્યે", "5:00pm:start 7:00pm:end"),
        ("રાત્રે 9 વાગ્યે", "9:00pm"),
    ],
    "bn": [
        ("2 ঘন্টায়", "2:00df"),
        ("সকাল ৫টায়", "5:00am"),
        ("সাড়ে পাঁচটায়", "5:30pm"),
        ("সন্ধ্যা ৬টা", "6:00pm"),
        ("২ ঘন্টা পরে", "2:00df"),
        ("১৫ মিনিট পরে", "0:15df"),
        ("বিকাল ৫টা থেকে ৭টা", "5:00pm:start 7:00pm:end"),
        ("রাত ৯টায়", "9:00pm"),
        ("এখন", "0:00df"),
    ],
    "ta": [
        ("1 நிமிடத்திற்கு முன்", "0:01ndf"),
        ("காலை 5 மணி", "5:00am"),
        ("மாலை 6 மணிக்கு", "6:00pm"),
        ("ஐந்தரை மணிக்கு", "5:30pm"),
        ("2 மணி நேரத்தில்", "2:00df"),
        ("15 நிமிடங்களில்", "0:15df"),
        ("இரவு 9 மணி", "9:00pm"),
        ("5 மணி முதல் 7 மணி வரை", "5:00pm:start 7:00pm:end"),
        ("2 மணி நேரம் கழித்து", "2:00df"),
    ],
    "te": [
        ("ఉదయం 5 గంటలకు", "5:00am"),
        ("సాయంత్రం 6 గంటలకు", "6:00pm"),
        ("ఐదున్నర గంటలకు", "5:30pm"),
        ("2 గంటల తర్వాత", "2:00df"),
        ("15 నిమిషాల్లో", "0:15df"),
        ("రాత్రి 9 గంటలకు", "9:00pm"),
        ("5 గంటల నుండి 7 గంటల వరకు", "5:00pm:start 7:00pm:end"),
        ("అరగంటలో", "0:30df"),
    ],
    "kn": [
        ("ಬೆಳಿಗ್ಗೆ 5 ಗಂಟೆಗೆ", "5:00am"),
        ("ಸಂಜೆ 6 ಗಂಟೆ", "6:00pm"),
        ("ಐದೂವರೆ ಗಂಟೆಗೆ", "5:30pm"),
        ("2 ಗಂಟೆಗಳ ನಂತರ", "2:00df"),
        ("15 ನಿಮಿಷಗಳಲ್ಲಿ", "0:15df"),
        ("ರಾತ್ರಿ 9 ಗಂಟೆಗೆ", "9:00pm"),
        ("5 ಗಂಟೆಯಿಂದ 7 ಗಂಟೆವರೆಗೆ", "5:00pm:start 7:00pm:end"),
    ],
    "ml": [
        ("രാവിലെ 5 മണിക്ക്", "5:00am"),
        ("വൈകുന്നേരം 6 മണിക്ക്", "6:00pm"),
        ("അഞ്ചര മണിക്ക്", "5:30pm"),
        ("2 മണിക്കൂർ കഴിഞ്ഞ്", "2:00df"),
        ("15 മിനിറ്റിനുള്ളിൽ", "0:15df"),
        ("രാത്രി 9 മണിക്ക്", "9:00pm"),
        ("5 മണി മുതൽ 7 മണി വരെ", "5:00pm:start 7:00pm:end"),
    ],
    "ar": [
        ("قبل ساعة واحدة", "1:00ndf"),
        ("الساعة 5", "5:00pm"),
        ("الساعة الخامسة", "5:00pm"),
        ("الساعة 5 مساء", "5:00pm"),
        ("الساعة الخامسة والنصف", "5:30pm"),
        ("5 صباحا", "5:00am"),
        ("بعد ساعتين", "2:00df"),
        ("بعد 15 دقيقة", "0:15df"),
        ("كل 3 ساعات", "3:00ev"),
        ("من 5 إلى 7 مساء", "5:00pm:start 7:00pm:end"),
        ("منتصف الليل", "12:00am"),
        ("قبل ساعة", "1:00ndf"),
    ],
    "id": [
        ("jam 5", "5:00pm"),
        ("jam 5 sore", "5:00pm"),
        ("pukul 17.30", "17:30hrs"),
        ("setengah enam", "5:30pm"),
        ("jam 5 lewat 10", "5:10pm"),
        ("jam 6 kurang 10", "5:50pm"),
        ("2 jam lagi", "2:00df"),
        ("dalam 15 menit", "0:15df"),
        ("jam 5 sampai jam 7 malam", "5:00pm:start 7:00pm:end"),
        ("setiap 3 jam", "3:00ev"),
        ("jam 9 malam", "9:00pm"),
        ("setengah jam lagi", "0:30df"),
    ],
    "es": [
        ("a las 5", "5:00pm"),
        ("a las 5 de la tarde", "5:00pm"),
        ("a las cinco y media", "5:30pm"),
        ("a las 5 menos cuarto", "4:45pm"),
        ("a las 17:30", "17:30hrs"),
        ("en 15 minutos", "0:15df"),
        ("dentro de 2 horas", "2:00df"),
        ("de 5 a 7 de la tarde", "5:00pm:start 7:00pm:end"),
        ("cada 3 horas", "3:00ev"),
        ("al mediodía", "12:00pm"),
        ("a las 10 de la mañana", "10:00am"),
        ("hace una hora", "1:00ndf"),
    ],
    "fr": [
        ("à 5h", "5:00pm"),
        ("17h30", "17:30hrs"),
        ("à 5 heures et demie", "5:30pm"),
        ("à 5 heures moins le quart", "4:45pm"),
        ("à 5 heures du soir", "5:00pm"),
        ("dans 15 minutes", "0:15df"),
        ("dans une heure", "1:00df"),
        ("de 14h à 16h", "14:00hrs:start 16:00hrs:end"),
        ("toutes les 3 heures", "3:00ev"),
        ("midi", "12:00pm"),
        ("il y a 2 heures", "2:00ndf"),
        ("à 9h du matin", "9:00am"),
    ],
    "de": [
        ("um 5 Uhr", "5:00pm"),
        ("17:30 Uhr", "17:30hrs"),
        ("halb sechs", "5:30pm"),
        ("Viertel nach fünf", "5:15pm"),
        ("Viertel vor sechs", "5:45pm"),
        ("um 5 Uhr nachmittags", "5:00pm"),
        ("in 15 Minuten", "0:15df"),
        ("in einer Stunde", "1:00df"),
        ("von 14 bis 16 Uhr", "14:00hrs:start 16:00hrs:end"),
        ("alle 3 Stunden", "3:00ev"),
        ("Mitternacht", "12:00am"),
        ("vor 2 Stunden", "2:00ndf"),
        ("um 9 Uhr morgens", "9:00am"),
    ],
}


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [(language, text, found) for language, cases in TIMES.items() for text, found in cases],
)
def test_times_are_read_in_each_language(language: str, text: str, found: str) -> None:
    """On the clock, parts of the day, from now, again and again, ranges; what is none is left alone."""
    assert written(text, language) == found


@pytest.mark.parametrize(
    ("text", "found"), [("3", "3:00pm"), ("five", "5:00pm"), ("5 30", "5:30pm"), ("14", "14:00hrs")]
)
def test_a_bare_hour_is_a_time_where_one_was_asked_for(text: str, found: str) -> None:
    """What the bot said decides."""
    assert written(text, "en", "What time works for you?") == found
    assert written(text, "en", "How many?") == ""


def test_morning_or_evening_is_whichever_comes_next() -> None:
    """Where nobody says; and as it stands where nobody knows what time it is."""
    spec = EntitySpec(name="at", type="time")
    evening = NOW.replace(hour=19)
    [now, later, unknown] = [detect("at 5:30", spec, "en", now=when)[0].value for when in (NOW, evening, None)]
    assert [now, later, unknown] == [{"hh": 5, "mm": 30, "nn": nn} for nn in ("pm", "am", "hrs")]


@given(hour=st.integers(0, 23), minute=st.integers(0, 59))
def test_a_time_that_is_written_out_is_read_back(hour: int, minute: int) -> None:
    """On a clock of 24 hours and on one of twelve."""
    half, nn = (hour - 1) % 12 + 1, "am" if hour < 12 else "pm"
    for text, value in (
        (f"at {hour:02}:{minute:02} hrs", (hour, minute, "hrs")),
        (f"{half}:{minute:02} {nn}", (half, minute, nn)),
        (f"{half}.{minute:02}{nn}", (half, minute, nn)),
    ):
        [one] = detect(text, EntitySpec(name="at", type="time"), "en", now=NOW)
        assert isinstance(one.value, dict)
        is_24 = value[2] == "hrs" and (hour == 0 or hour > 12 or text.startswith("at 0"))
        assert (one.value["hh"], one.value["mm"]) == value[:2]
        assert one.value["nn"] == value[2] or (value[2] == "hrs" and not is_24)


def written(text: str, language: str, bot_message: str = "") -> str:
    """What is found, in short."""
    found = detect(text, EntitySpec(name="at", type="time"), language, bot_message, now=NOW)
    assert all(text[one.start : one.end] == one.original_text for one in found)
    return " ".join(_short(one.value) for one in found)


def _short(value: EntityValue) -> str:
    assert isinstance(value, dict)
    marks = [str(value[key]) for key in ("range", "tz") if key in value]
    return ":".join([f"{value['hh']}:{value['mm']:02}{value['nn']}", *marks])
