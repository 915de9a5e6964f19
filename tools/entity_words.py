"""Make the word tables of the entity detectors.

    python tools/entity_words.py             # lang/*.toml -> lang/words_*.py, what the detectors import
    python tools/entity_words.py --generate  # first the *.made.toml, out of CLDR and number spellers

A language is up to three files: `<code>.toml`, written by hand; `<code>.latin.toml`, how it is typed with Latin
letters; and `<code>.made.toml`, number words and names of months and days that libraries know better. --generate needs
babel and indic-numtowords, which nothing else does: `pip install babel indic-numtowords` elsewhere.
"""

import json
import sys
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

LANG = Path(__file__).resolve().parent.parent / "src/botyard/nlu/entities/lang"
INDIC = ("hi", "mr", "gu", "bn", "ta", "te", "kn", "ml")
OTHERS = ("ar", "id", "es", "fr", "de")
Spelt = dict[int, list[str]]


def main(arguments: list[str]) -> int:
    """Write the files; prints nothing."""
    if "--generate" in arguments:
        for code in (*INDIC, *OTHERS):
            (LANG / f"{code}.made.toml").write_text(_toml(made(code)))
    for code in codes():
        (LANG / f"words_{code}.py").write_text(module(code))
    (LANG / "__init__.py").write_text(_all_modules(codes()))
    return 0


def codes() -> list[str]:
    """List the languages that have a file."""
    return sorted(path.stem for path in LANG.glob("??.toml"))


def module(code: str) -> str:
    """Write a language's module: its table as JSON, so that reading it needs no disk."""
    table = json.dumps(merged(code), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    escaped = table.replace("\\", "\\\\").replace('"""', '\\"""')
    head = f'"""Words of {code}; made from {code}.toml by tools/entity_words.py: change that file, then run it."""\n\n'
    return f'{head}TABLE = """{escaped}"""  # noqa: E501 - a table that nobody reads\n'


def merged(code: str) -> dict[str, Any]:
    """Join what was written by hand with what was made: the words of both, by hand first."""
    table = tomllib.loads((LANG / f"{code}.toml").read_text())
    for kind in ("latin", "made"):
        file = LANG / f"{code}.{kind}.toml"
        if file.exists():
            _join(table, tomllib.loads(file.read_text()))
    return table


def _join(table: dict[str, Any], more: dict[str, Any]) -> None:
    for section, words in more.items():
        if isinstance(words, list):
            mine = table.get(section, [""] * len(words))
            table[section] = ["|".join(filter(None, pair)) for pair in zip(mine, words, strict=True)]
            continue
        by_value = table.setdefault(section, {})
        for value, spellings in words.items():
            by_value[value] = f"{by_value[value]}|{spellings}" if value in by_value else spellings


def _all_modules(languages: list[str]) -> str:
    names = "".join(f"    words_{code},\n" for code in languages)
    rows = "\n".join(f'    "{code}": words_{code}.TABLE,' for code in languages)
    return (
        '"""The words of each language, as JSON by its code; made by tools/entity_words.py."""\n\n'
        f"from botyard.nlu.entities.lang import (\n{names})\n\nTABLES = {{\n{rows}\n}}\n"
    )


def made(code: str) -> dict[str, Any]:
    """Spell what a library or a rule can spell."""
    numbers = _indic(code) if code in INDIC else _RULES[code]()
    count = {str(n): "|".join(dict.fromkeys(words)) for n, words in sorted(numbers.items()) if words}
    return {"months": _months(code), "weekdays": _weekdays(code), "count": count}


# ── names out of CLDR ────────────────────────────────────────────────────────────────────────────


def _locale(code: str) -> Any:
    return import_module("babel").Locale(code)


def _months(code: str) -> list[str]:
    months = _locale(code).months
    widths = [months[use][width] for use in ("format", "stand-alone") for width in ("wide", "abbreviated")]
    return [_once([names[n] for names in widths]) for n in range(1, 13)]


def _weekdays(code: str) -> list[str]:
    days = _locale(code).days
    # Two letters are as often another word: German "so" and "do", French "mer".
    widths = ("wide", "abbreviated") if code in INDIC else ("wide",)
    return [_once([days["format"][width][n] for width in widths]) for n in range(7)]


def _once(names: list[str]) -> str:
    return "|".join(dict.fromkeys(name.strip(".॰ ") for name in names if len(name.strip(".॰ ")) > 1))


# ── numbers ──────────────────────────────────────────────────────────────────────────────────────


def _indic(code: str) -> Spelt:
    """Spell 0-99, and what languages that join words have for more: hundreds and thousands in one word."""
    spell = import_module("indic_numtowords").num2words

    def words(n: int) -> list[str]:
        return [" ".join(phrase.replace("\u200c", "").split()) for phrase in spell(n, lang=code, variations=True)]

    spelt = {n: words(n) for n in range(100)}
    ones = set(spelt[1])
    known = {word for below in range(100) for phrase in spelt[below] for word in phrase.split()}
    hundreds = {p.split()[0] for n in range(100, 1_000, 100) for p in (*words(n), *words(n + 1)) if " " in p}
    for n in range(100, 1_000):
        spelt[n] = [
            p for p in words(n) if " " not in p or p.split()[0] not in known | hundreds | _SCALES.get(code, set())
        ]
    if code == "kn":
        spelt = {n: [p for p in phrases if not p.endswith("ನೂ")] for n, phrases in spelt.items()}
        _round_hundreds(spelt)
    for n in (*range(100, 1_000, 100), *range(1_000, 100_000, 1_000)):
        joined = [p.removesuffix(f" {one}") for p in words(n + 1) for one in ones if p.endswith(f" {one}")]
        fused = [
            p
            for p in (*words(n), *joined)
            if p.split()[-1] not in _SCALES.get(code, set()) and p.split()[-1] not in known
        ]
        spelt[n] = [*spelt.get(n, []), *fused]
    return {n: phrases for n, phrases in _unambiguous(spelt).items() if phrases}


def _round_hundreds(spelt: Spelt) -> None:
    """Spell 120, 130 … as their neighbours 121, 131 … are: the library cuts them short."""
    for n in (h + t for h in range(100, 1_000, 100) for t in range(20, 100, 10)):
        one, ten = spelt[n % 100 + 1][0], spelt[n % 100][0]
        same = next((i for i, (a, b) in enumerate(zip(one, ten, strict=False)) if a != b), 0)
        spelt[n] = [p.removesuffix(one[same:]) + ten[same:] for p in spelt[n + 1] if p.endswith(one[same:])]


# What stands apart and multiplies: their language's file has them as scales.
_SCALES = {
    "hi": {"हज़ार", "सौ"}, "mr": {"हज़ार", "हजार"}, "gu": {"હજાર", "સો"}, "bn": {"হাজার"},
    "te": {"వంద", "వందలు", "వందల", "వేలు", "వేల", "వెయ్యి", "నూట", "నూరు"}, "kn": {"ಸಾವಿರದ", "ಸಾವಿರ"},
    "ta": {"ஆயிரம்", "ஆயிரத்து", "ஆயிரத்தி"}, "ml": {"ആയിരം", "ആയിരത്തി"},
}  # fmt: skip


def _unambiguous(spelt: Spelt) -> Spelt:
    """Drop a spelling that stands for two numbers, as a library's slip."""
    times: dict[str, int] = {}
    for phrases in spelt.values():
        for phrase in set(phrases):
            times[phrase] = times.get(phrase, 0) + 1
    return {n: [p for p in dict.fromkeys(phrases) if times[p] == 1] for n, phrases in spelt.items()}


def _words(text: str) -> list[str]:
    return text.split()


def _spanish() -> Spelt:
    ones = _words(
        "cero un|uno|una dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis "
        "diecisiete dieciocho diecinueve veinte veintiuno|veintiún|veintiuna veintidós veintitrés veinticuatro "
        "veinticinco veintiséis veintisiete veintiocho veintinueve"
    )
    tens = _words("treinta cuarenta cincuenta sesenta setenta ochenta noventa")
    spelt: Spelt = {n: word.split("|") for n, word in enumerate(ones)}
    for t, ten in enumerate(tens, 3):
        spelt[t * 10] = [ten]
        for n in range(1, 10):
            spelt[t * 10 + n] = [f"{ten} y {one}" for one in spelt[n]]
    hundreds = _words("doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos")
    for n, word in enumerate(hundreds, 2):
        spelt[n * 100] = [word, f"{word[:-2]}as"]
    return spelt


def _french() -> Spelt:
    ones = _words("zéro un|une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize "
            "dix-sept dix-huit dix-neuf")  # fmt: skip
    spelt: Spelt = {n: word.split("|") for n, word in enumerate(ones)}
    for t, ten in enumerate(_words("vingt trente quarante cinquante soixante"), 2):
        spelt[t * 10] = [ten]
        for n in range(1, 20 if ten == "soixante" else 10):
            spelt[t * 10 + n] = [f"{ten} {'et ' if n in (1, 11) else ''}{one}" for one in spelt[n]]
    spelt[80] = ["quatre vingts", "quatre vingt", "octante", "huitante"]
    for n in range(1, 20):
        spelt[80 + n] = [f"quatre vingt {one}" for one in spelt[n]]
    for t, ten in ((70, "septante"), (90, "nonante")):
        spelt[t].append(ten)
        for n in range(1, 10):
            spelt[t + n] += [f"{ten} {'et ' if n == 1 else ''}{one}" for one in spelt[n]]
    return spelt


def _german() -> Spelt:
    ones = _words("null ein|eins|eine zwei|zwo drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn "
            "fünfzehn sechzehn siebzehn achtzehn neunzehn")  # fmt: skip
    tens = _words("zwanzig dreißig|dreissig vierzig fünfzig sechzig siebzig achtzig neunzig")
    spelt: Spelt = {n: word.split("|") for n, word in enumerate(ones)}
    for t, ten in enumerate(tens, 2):
        spelt[t * 10] = ten.split("|")
        for n in range(1, 10):
            spelt[t * 10 + n] = [f"{spelt[n][0]}und{word}" for word in ten.split("|")]
    for h in range(1, 10):
        heads = [f"{spelt[h][0]}hundert", *(["hundert"] if h == 1 else [])]
        spelt[h * 100] = heads if h > 1 else heads[:1]
        for n in range(1, 100):
            spelt[h * 100 + n] = [
                f"{head}{joint}{one}" for head in heads for one in spelt[n][:2] for joint in ("", "und")
            ]
    for n in range(1_000, 10_000, 100):
        thousand, rest = divmod(n, 1_000)
        spelt[n] = [f"{spelt[thousand][0]}tausend{spelt[rest][0] if rest else ''}"]
    for n in range(10_000, 100_000, 1_000):
        spelt[n] = [f"{spelt[n // 1_000][0]}tausend"]
    return spelt


def _indonesian() -> Spelt:
    ones = _words("nol satu dua tiga empat lima enam tujuh delapan sembilan")
    spelt: Spelt = {n: [word] for n, word in enumerate(ones)}
    spelt |= {10: ["sepuluh"], 11: ["sebelas"]}
    for n in range(2, 10):
        spelt[10 + n] = [f"{ones[n]} belas"]
        spelt[n * 10] = [f"{ones[n]} puluh"]
        for one in range(1, 10):
            spelt[n * 10 + one] = [f"{ones[n]} puluh {ones[one]}"]
    return spelt


def _arabic() -> Spelt:
    ones = {1: "واحد|واحدة", 2: "اثنان|اثنين|اثنتان|اثنتين", 3: "ثلاثة|ثلاث", 4: "أربعة|أربع", 5: "خمسة|خمس",
            6: "ستة|ست", 7: "سبعة|سبع", 8: "ثمانية|ثماني|ثمان", 9: "تسعة|تسع"}  # fmt: skip
    tens = _words("عشر ثلاث أربع خمس ست سبع ثمان تسع")
    spelt: Spelt = {}
    for t, stem in enumerate(tens, 2):
        for n, names in ones.items():
            # The "and" hangs on the ten, which has two endings: خمسة وعشرون.
            ends = [f"{joint}{stem}{end}" for end in ("ون", "ين") for joint in ("و", "و ")]
            spelt[t * 10 + n] = [f"{one} {end}" for one in names.split("|") for end in ends]
    return spelt


_RULES = {"es": _spanish, "fr": _french, "de": _german, "id": _indonesian, "ar": _arabic}


# ── TOML ─────────────────────────────────────────────────────────────────────────────────────────


def _toml(table: dict[str, Any]) -> str:
    return "\n".join(_lines(table)) + "\n"


def _lines(table: dict[str, Any]) -> Iterator[str]:
    yield "# Made by tools/entity_words.py --generate: CLDR (Unicode), indic-numtowords (MIT), own rules."
    for section in ("months", "weekdays"):
        yield f"{section} = {json.dumps(table[section], ensure_ascii=False)}"
    yield "\n[count]"
    for value, words in table["count"].items():
        yield f"{value} = {json.dumps(words, ensure_ascii=False)}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
