"""What is wrong with custom code is said before anybody runs it, with file and line."""

import pytest

from botyard.bot.check import check, is_usable
from botyard.bot.exchange import read
from botyard.bot.layout import code_in
from botyard.bot.problems import Problem
from botyard.integrations.sandbox.jail.policy import policy
from botyard.integrations.sandbox.packages.requirements import not_packages

BOT = b"botyard: 1\nname: S\nsystem_name: s\nlanguages: [en]\nbot_break: {en: [Sorry.]}\n"
NODE = """\
name: Price
system_name: PRICE
start: true
user_says: {en: [price of a lamp, how much is it, what does it cost]}
integration:
  code: {file: code/price.py, timeout: 20s, memory: 256MB}
"""
GOOD = b"import json\n\ndef main(event, context):\n    return {}\n"


def problems(
    code: bytes | None = GOOD, node: str = NODE, bot: bytes = BOT, others: dict[str, bytes] | None = None
) -> tuple[Problem, ...]:
    """Check a bot whose node runs this code."""
    files = {"bot.yaml": bot, "nodes/price.yaml": node.encode(), **(others or {})}
    if code is not None:
        files["code/price.py"] = code
    return check(read(files), (), {}, not_packages=not_packages)


def test_requirements_that_training_would_refuse_are_told_with_their_lines() -> None:
    """All of them, and before anything is trained; addresses may hold passwords, and are not repeated."""
    asked = (
        b"six==1.17.0\n-r other.txt\ngit+https://me:hunter2pw@x.example/y\n--index-url https://me:hunter2pw@x.example\n"
    )
    found = problems(others={"requirements.txt": asked})
    assert [(one.file, one.line, one.is_error) for one in found] == [("requirements.txt", n, True) for n in (2, 3, 4)]
    words = ("names another file", "is an address", "is an option")
    assert all(word in one.sentence for one, word in zip(found, words, strict=True))
    assert "hunter2pw" not in "".join(map(str, found))
    assert problems(others={"requirements.txt": b"six==1.17.0\n"}) == ()
    assert len(problems(others={"requirements.txt": b"six\n" * 101})) == 1


def test_requirements_of_nobodys_code_are_left_alone() -> None:
    """Nothing is built from them; they may be those of a receiver that lies in the same folder."""
    bot = {
        "bot.yaml": BOT,
        "nodes/price.yaml": NODE[: NODE.index("integration")].encode() + b"bot_says: {initial: {en: [a]}}\n",
    }
    assert check(read(bot | {"requirements.txt": b"-r other.txt\n"}), (), {}, not_packages=not_packages) == ()


FINE = {
    "plain": GOOD,
    "other names": b"def main(a, b): pass",
    "any number": b"def main(*all): pass",
    "a default": b"def main(event, context=None): pass",
    "a third with a default": b"def main(event, context, more=1): pass",
    "decorated": b"@wraps\ndef main(): pass",
    "a lambda": b"main = lambda event, context: {}",
    "imported": b"from shared import main",
    "imported as": b"import shared as main",
    "everything imported": b"from shared import *",
    "under a condition": b"try:\n    import x\nexcept ImportError:\n    def main(event, context): pass\n",
    "made at run time": b"globals()['main'] = print",
    "a class": b"class main:\n    pass",
    "the last one counts": b"def main(): pass\ndef main(event, context): pass",
    "everywhere where it may stand": (
        b"def main(event, context):\n while event:\n  if context: break\n  [(yield), lambda: (yield)]\n  continue\n"
        b" async def f(a):\n  async for x in a:\n   await x\n   continue\n  async with a: return [await x for x in a]\n"
    ),
    "a mark at the beginning": b"\xef\xbb\xbfdef main(event, context): pass",
    "an invalid escape": b"x = '\\d'\ndef main(event, context): pass",
}


@pytest.mark.parametrize("code", FINE.values(), ids=FINE)
def test_code_that_python_would_run_is_not_refused(code: bytes) -> None:
    """However `main` comes to be."""
    assert problems(code) == ()


WRONG = [
    (b"", 1, "node PRICE runs this file, and it has no function `main(event, context)`"),
    (b"def Main(event, context): pass", 1, "has no function `main(event, context)`"),
    (b"def a():\n    def main(event, context): pass", 1, "has no function `main(event, context)`"),
    (b"x = 1\n\ndef main(:\n", 3, "Python cannot read this: "),
    (b"def main(event, context):\nreturn 1", 2, "Python cannot read this: expected an indented block"),
    (b"def main(event, context): pass\nreturn 1", 2, "Python cannot read this: 'return' outside function"),
    (b"def main(event, context): pass\nfor x in ():\n  pass\nelse:\n  yield x", 5, "this: 'yield' outside function"),
    (b"def main(event, context): await context", 1, "Python cannot read this: 'await' outside async function"),
    (b"def main(event, context):\n while event:\n  def f(): break", 3, "Python cannot read this: 'break' outside loop"),
    (b"def main(event, context): pass\nclass A:\n if 1: continue", 3, "this: 'continue' not properly in loop"),
    (b"def main(event, event): pass", 1, "Python cannot read this: duplicate argument 'event' in function definition"),
    (b"def main(event, context):\n\treturn 1\n        return 2", 3, "Python cannot read this: "),
    (b"print 'hello'", 1, "Python cannot read this: Missing parentheses"),
    (b"\n\ndef main(): pass", 3, "write `def main(event, context):`"),
    (b"def main(event): pass", 1, "write `def main(event, context):`"),
    (b"def main(event, context, more): pass", 1, "write `def main(event, context):`"),
    (b"def main(event, context, *, more): pass", 1, "write `def main(event, context):`"),
    (b"async def main(event, context): pass", 1, "write `def main`, without async"),
    (b"# caf\xe9\n", 1, "this is no text in UTF-8"),
    (b"x = 1\ny = '\xff'\n", 2, "this is no text in UTF-8"),
    (b"x = 1\n\0", 2, "a NUL in it"),
    (b"-" * 9000 + b"1", 1, "nested too deep"),
    (b"a" + b".b" * 9000, 1, "nested too deep"),
    (b"#" * (129 * 1024), 1, "larger than the 128 KB"),
]


@pytest.mark.parametrize(("code", "line", "sentence"), WRONG, ids=[case[2][-30:] + str(case[0][:9]) for case in WRONG])
def test_what_python_would_refuse_is_told_with_its_line(code: bytes, line: int, sentence: str) -> None:
    """One problem, in the file of the code."""
    [problem] = problems(code)
    assert (problem.file, problem.line) == ("code/price.py", line)
    assert sentence in problem.sentence
    assert problem.is_error


def test_a_file_that_is_not_there_is_named_with_the_one_that_was_meant() -> None:
    """At the line of the node that names it; requirements.txt is no code."""
    [problem] = problems(None, others={"code/prices.py": GOOD})
    assert str(problem) == (
        "nodes/price.yaml:6: there is no file `code/price.py` in the bot's folder; did you mean `code/prices.py`?"
    )
    [problem] = problems(None, node=NODE.replace("code/price.py", "requirements.txt"), others={"requirements.txt": b""})
    assert "there is no file `requirements.txt`" in problem.sentence


def test_only_plain_names_below_code_are_code() -> None:
    """What leads elsewhere or lies deeper goes into no sandbox, no archive and no folder."""
    fine = {"code/price.py": b"", "code/a b-c.py": b"", "requirements.txt": b""}
    others = ("code/../../x.py", "code/../x.py", "code/a/b.py", "code//x.py", "code/x", "x/code/y.py")
    assert code_in(fine | dict.fromkeys(others, b"")) == fine


def test_files_that_no_node_names_are_compiled_and_need_no_main() -> None:
    """They are imported by those that have one."""
    assert problems(others={"code/shared.py": b"X = 1"}) == ()
    [problem] = problems(others={"code/shared.py": b"X ="})
    assert str(problem) == "code/shared.py:1: Python cannot read this: invalid syntax"


def test_code_that_a_compiler_would_work_on_for_minutes_is_only_read() -> None:
    """Each `finally` is compiled twice where it is left early: nineteen in each other are half a million."""
    depth = 19
    opened = "".join(" " * n + "try:\n" for n in range(1, depth))
    closed = "".join(f"{' ' * n}finally:\n{' ' * n} return\n" for n in range(depth - 1, 0, -1))
    bomb = f"def main(event, context):\n{opened}{' ' * depth}return\n{closed}"
    assert problems((bomb * 80).encode()) == ()


def test_more_code_than_a_bot_may_have_is_not_compiled() -> None:
    """One problem, and none about its content."""
    many = {f"code/{number}.py": b"(" for number in range(101)}
    large = {f"code/{number}.py": b"(" * 100_000 for number in range(6)}
    for others in (many, large):
        [problem] = problems(others=others)
        assert "code/ holds more than a bot may have: 100 files and 512 KB together" in problem.sentence


@pytest.mark.parametrize(
    ("written", "instead", "sentence"),
    [
        ("20s", "31s", "the timeout of custom code lies between 1s and 30s"),
        ("20s", "0s", "the timeout of custom code lies between 1s and 30s"),
        ("256MB", "63MB", "the memory of custom code lies between 64MB and 1024MB"),
        ("256MB", "1025MB", "the memory of custom code lies between 64MB and 1024MB"),
    ],
)
def test_limits_lie_within_the_sandboxs(written: str, instead: str, sentence: str) -> None:
    """Nobody writes a minute and gets half of it."""
    [problem] = problems(node=NODE.replace(written, instead))
    assert (problem.file, problem.line, problem.sentence) == ("nodes/price.yaml", 6, sentence)


def test_the_limits_are_those_of_the_policy() -> None:
    """What is taken here is what the sandbox allows."""
    limits = policy().limits
    most = NODE.replace("20s", f"{limits.timeout_s.most}s").replace("256MB", f"{limits.memory_mb.most}MB")
    assert problems(node=most) == ()
    assert not is_usable(problems(node=NODE.replace("20s", f"{limits.timeout_s.most + 1}s")))


def test_packages_that_nobody_knows_are_refused() -> None:
    """There are two sets; a bot's own requirements are a file."""
    [problem] = problems(bot=BOT + b"code: {packages: newest}\n")
    assert str(problem) == "bot.yaml:6: packages is compat-2019 or current"
