"""Check what the house agreed on and no other tool sees: reasons, links, fragments, decisions, names.

    python tools/check_house.py [RULE …]      # all rules, or only those named: see RULES

Prints `path:line: sentence` for everything that is wrong and exits 1, or says nothing.
"""

import re
import sys
import tokenize
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

HOME = Path(__file__).resolve().parent.parent
NOT_OURS = {".git", ".venv", "node_modules", "build", "dist", "__pycache__"}
TEXT = {".py", ".md", ".toml", ".yaml", ".yml", ".html", ".css", ".js", ".ts", ".tsx"}


class Problem(NamedTuple):
    """One thing to put right. line: from 1; 0 is the file as a whole."""

    path: Path
    line: int
    sentence: str


def main(names: list[str]) -> int:
    """Run the rules and print what they found; tell how the process should exit."""
    unknown = set(names) - set(RULES)
    if unknown:
        print(f"no such rule: {', '.join(sorted(unknown))}; there are {', '.join(RULES)}")
        return 2
    found = list(problems(HOME, names or list(RULES)))
    for problem in found:
        print(f"{problem.path.relative_to(HOME)}:{problem.line}: {problem.sentence}")
    return 1 if found else 0


def problems(home: Path, names: list[str]) -> Iterator[Problem]:
    """Find everything wrong below `home`, rule by rule."""
    for name in names:
        yield from RULES[name](home)


# ── reasons: every exception to a rule says why, in its own line ─────────────────────────────────

NOQA = re.compile(r"#\s*noqa\b(?P<rest>.*)")
NOQA_WITH_REASON = re.compile(r": [A-Z]+[0-9]+(, ?[A-Z]+[0-9]+)* - \S+")
TYPE_IGNORE = re.compile(r"#\s*type:\s*ignore\b(?P<rest>.*)")
TYPE_IGNORE_WITH_REASON = re.compile(r"\[[a-z, -]+\]\s+# \S+")


def reasons(home: Path) -> Iterator[Problem]:
    """`noqa` and `type: ignore` name their code and say why; so does every rule that pyproject.toml switches off."""
    for path, number, comment in _comments(home):
        noqa, ignore = NOQA.search(comment), TYPE_IGNORE.search(comment)
        if noqa and not NOQA_WITH_REASON.match(noqa["rest"]):
            yield Problem(path, number, "write `# noqa: CODE - why`")
        if ignore and not TYPE_IGNORE_WITH_REASON.match(ignore["rest"]):
            yield Problem(path, number, "write `# type: ignore[code]  # why`")
    yield from _switched_off_without_reason(home / "pyproject.toml")


def _switched_off_without_reason(path: Path) -> Iterator[Problem]:
    if not path.exists():
        return
    inside = False
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if line.startswith(("ignore = [", "[tool.ruff.lint.per-file-ignores]")):
            inside = True
        elif line.startswith("[") or line == "]":
            inside = False
        elif inside and line.strip() and "#" not in line:
            yield Problem(path, number, "say in this line why the rule is switched off")


# ── promises: a note to do something later is an issue, not a comment ────────────────────────────

LATER = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X")) + r")\b")


def promises(home: Path) -> Iterator[Problem]:
    """No file carries a note to do something later."""
    for path, number, line in _lines(home, TEXT):
        if later := LATER.search(line):
            yield Problem(path, number, f"file an issue instead of writing {later[1]}")


# ── names: a file says what has been understood ──────────────────────────────────────────────────

SAYS_NOTHING = {"util", "helper", "manager", "data", "process", "common", "misc"}


def names(home: Path) -> Iterator[Problem]:
    """No module or package has a name that says nothing."""
    for path in _files(home, {".py"}):
        parts = {path.stem, path.parent.name} if path.name == "__init__.py" else {path.stem}
        words = {word.rstrip("s") for part in parts for word in part.split("_")} | parts
        if nothing := words & SAYS_NOTHING:
            yield Problem(path, 0, f"{min(nothing)!r} says nothing; name the file for what it is about")


# ── docs: every link leads somewhere ─────────────────────────────────────────────────────────────

MENTION = re.compile(r"\bdocs/[\w/-]+\.md\b")
LINK = re.compile(r"(?<!`)\[[^\]\[]*\]\((?P<to>[^)\s]+)\)")
HEADING = re.compile(r"#{1,6} (?P<title>.+?)\s*$")


def docs(home: Path) -> Iterator[Problem]:
    """A relative link in Markdown leads to a file, and to a heading where it names one; a page named in code exists."""
    for path, number, line in _lines(home / "src", {".py"}):
        for page in MENTION.findall(line):
            if not (home / page).exists():
                yield Problem(path, number, f"there is no {page}")
    for path, number, line in _lines(home, {".md"}):
        for link in LINK.finditer(line):
            if not re.match(r"[a-z]+:", link["to"]):
                yield from _dangling(path, number, link["to"])


def _dangling(path: Path, number: int, to: str) -> Iterator[Problem]:
    where, _, heading = to.partition("#")
    target = path if not where else path.parent / where
    if not target.exists():
        yield Problem(path, number, f"the link to {to} leads nowhere")
    elif heading and target.suffix == ".md" and heading not in _anchors(target):
        yield Problem(path, number, f"{target.name} has no heading #{heading}")


def _anchors(path: Path) -> set[str]:
    """List the anchors that a forge makes out of headings: small letters, no punctuation, hyphens for spaces."""
    titles = [match["title"] for line in path.read_text().splitlines() if (match := HEADING.match(line))]
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


# ── fragments: what changed, for those who use Botyard ───────────────────────────────────────────

KINDS = ("added", "changed", "fixed", "removed", "security")
FRAGMENT_CHARS = 400


def fragments(home: Path) -> Iterator[Problem]:
    """A file in changes/ is called WORDS.KIND.md and holds one paragraph of whole sentences."""
    for path in sorted((home / "changes").glob("*")):
        if path.name == "README.md":
            continue
        words, _, kind = path.name.removesuffix(".md").rpartition(".")
        if path.suffix != ".md" or kind not in KINDS or not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", words):
            yield Problem(path, 0, f"call it words-with-hyphens.KIND.md, KIND one of {', '.join(KINDS)}")
            continue
        text = path.read_text().strip()
        if not text or text[0].islower() or not text.endswith(".") or "\n\n" in text:
            yield Problem(path, 1, "write one paragraph of whole sentences")
        if len(text) > FRAGMENT_CHARS:
            yield Problem(path, 1, f"say it in {FRAGMENT_CHARS} characters; what is longer belongs in docs/")


# ── decisions: numbered, and each answers the same five questions ────────────────────────────────

QUESTIONS = ("What pressed us", "What we chose", "What it costs", "What we left", "What keeps it")


KEEPER = re.compile(r"`([\w.-]+(?:/[\w.-]*)*)`")


def decisions(home: Path) -> Iterator[Problem]:
    """Decision records count up without a gap, answer the five questions in order, and what keeps them is there."""
    records = sorted((home / "docs" / "decisions").glob("[0-9]*.md"))
    for expected, path in enumerate(records, 1):
        if not path.name.startswith(f"{expected:04d}-"):
            yield Problem(path, 0, f"this is record {expected:04d}: numbers have no gaps and are used once")
        asked = [line.removeprefix("## ") for line in path.read_text().splitlines() if line.startswith("## ")]
        if tuple(asked) != QUESTIONS:
            yield Problem(path, 0, "its headings are: " + "; ".join(QUESTIONS))
        yield from _keepers_gone(home, path)


def _keepers_gone(home: Path, path: Path) -> Iterator[Problem]:
    """Find the files and folders that are said to keep a decision and do not exist; a bare name may stand anywhere."""
    inside = False
    for number, line in enumerate(path.read_text().splitlines(), 1):
        inside = line == f"## {QUESTIONS[-1]}" if line.startswith("## ") else inside
        for named in KEEPER.findall(line) if inside else ():
            is_path = "/" in named or Path(named).suffix in TEXT
            if is_path and not (home / named).exists() and ("/" in named or not _stands_somewhere(home, named)):
                yield Problem(path, number, f"there is no {named} to keep this decision")


def _stands_somewhere(home: Path, name: str) -> bool:
    return any(found.name == name for found in _files(home, {Path(name).suffix}))


# ── settings: whoever reads one has written it down ──────────────────────────────────────────────

SETTING = re.compile(r"\bBOTYARD_[A-Z]+(?:_[A-Z]+)*\b")
SETTINGS_PAGE = Path("docs/reference/settings.md")


def settings(home: Path) -> Iterator[Problem]:
    """Every BOTYARD_… that the program names is on the page of settings."""
    page = home / SETTINGS_PAGE
    written_down = set(SETTING.findall(page.read_text())) if page.exists() else set()
    for path, number, line in _lines(home / "src", {".py"}):
        for name in SETTING.findall(line):
            if name not in written_down:
                yield Problem(path, number, f"{name} is not in {SETTINGS_PAGE}")


RULES: dict[str, Callable[[Path], Iterator[Problem]]] = {
    "reasons": reasons,
    "promises": promises,
    "names": names,
    "docs": docs,
    "fragments": fragments,
    "decisions": decisions,
    "settings": settings,
}


def _files(home: Path, suffixes: set[str]) -> Iterator[Path]:
    for path in sorted(home.rglob("*")):
        within = path.relative_to(home).parts
        if path.suffix in suffixes and not any(part in NOT_OURS or part.endswith("_cache") for part in within):
            yield path


def _comments(home: Path) -> Iterator[tuple[Path, int, str]]:
    for path in _files(home, {".py"}):
        with tokenize.open(path) as source:
            for token in tokenize.generate_tokens(source.readline):
                if token.type == tokenize.COMMENT:
                    yield path, token.start[0], token.string


def _lines(home: Path, suffixes: set[str]) -> Iterator[tuple[Path, int, str]]:
    for path in _files(home, suffixes):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            yield path, number, line


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
