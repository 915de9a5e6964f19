"""Can custom code be run: is every file Python, and has the one that a node names a `main` that can be called?

Nothing is run: files are read, by the Python that Botyard runs on. What they import is seen at training.
"""

import ast
import warnings
from collections.abc import Iterator

from botyard.bot import layout
from botyard.bot.checks.misplaced import misplaced
from botyard.bot.checks.subject import Subject
from botyard.bot.model import Code, Node
from botyard.bot.problems import Path, Problem, suggestion

# Reading a hostile file takes a second for each of these, and nothing else runs meanwhile.
_MAX_FILE_KB = 128
_MAX_ALL_KB = 512
_MAX_FILES = 100
# The limits of the sandbox (policy.toml): what is written must be what is meant.
_TIMEOUT_S = (1, 30)
_MEMORY_MB = (64, 1024)
_GIVEN = 2  # event and context


def code(subject: Subject) -> Iterator[Problem]:
    """Go through the files of code/, and the nodes that run them."""
    files = {path: text for path, text in subject.read.kept.items() if path.startswith(layout.CODE)}
    if trouble := _too_much(files):
        yield trouble
        return
    trees: dict[str, ast.Module] = {}
    for path, text in files.items():
        found = _parsed(path, text)
        if isinstance(found, Problem):
            yield found
        else:
            trees[path] = found
    called = {}
    for node in subject.bot.nodes:
        if node.integration is not None and node.integration.code is not None:
            yield from _figures(subject, node, node.integration.code)
            called[node.integration.code.file] = node
    for path, node in called.items():
        if path not in files:
            sentence = f"there is no file `{path[:80]}` in the bot's folder{suggestion(path, files)}"
            yield subject.at_node(node, ("integration", "code", "file"), sentence)
        elif path in trees:
            yield from _main(path, trees[path], node)


def _too_much(files: dict[str, bytes]) -> Problem | None:
    for path, text in files.items():
        if len(text) > _MAX_FILE_KB * 1024:
            return Problem(path, 1, f"this file is larger than the {_MAX_FILE_KB} KB that a file of code may have")
    if len(files) > _MAX_FILES or sum(map(len, files.values())) > _MAX_ALL_KB * 1024:
        largest = max(files, key=lambda path: len(files[path]))
        most = f"{_MAX_FILES} files and {_MAX_ALL_KB} KB together"
        return Problem(largest, 1, f"code/ holds more than a bot may have: {most}")
    return None


def _parsed(path: str, text: bytes) -> ast.Module | Problem:
    if b"\0" in text:
        return Problem(path, text.partition(b"\0")[0].count(b"\n") + 1, "Python reads no file with a NUL in it")
    try:
        text.decode()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text, path)
    except UnicodeDecodeError as error:
        return Problem(path, text[: error.start].count(b"\n") + 1, "this is no text in UTF-8")
    except SyntaxError as error:
        return Problem(path, error.lineno or 1, f"Python cannot read this: {error.msg}")
    except (MemoryError, RecursionError):
        return Problem(path, 1, "this is nested too deep for Python")
    wrong = misplaced(tree)
    return Problem(path, wrong[0], f"Python cannot read this: {wrong[1]}") if wrong else tree


def _figures(subject: Subject, node: Node, wanted: Code) -> Iterator[Problem]:
    here: Path = ("integration", "code")
    if not _TIMEOUT_S[0] <= wanted.timeout <= _TIMEOUT_S[1]:
        sentence = f"the timeout of custom code lies between {_TIMEOUT_S[0]}s and {_TIMEOUT_S[1]}s"
        yield subject.at_node(node, (*here, "timeout"), sentence)
    if not _MEMORY_MB[0] <= wanted.memory <= _MEMORY_MB[1]:
        sentence = f"the memory of custom code lies between {_MEMORY_MB[0]}MB and {_MEMORY_MB[1]}MB"
        yield subject.at_node(node, (*here, "memory"), sentence)


# ── main ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _main(path: str, tree: ast.Module, node: Node) -> Iterator[Problem]:
    """Look for `main` where it can be seen; what a file does to its own names while it runs cannot be."""
    given = [one for one in _module_level(tree) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
    mains = [function for function in given if function.name == "main"]
    if mains:
        yield from _callable(path, mains[-1])
    elif not _may_bind_main(tree):
        sentence = f"node {node.system_name} runs this file, and it has no function `main(event, context)`"
        yield Problem(path, 1, sentence)


def _module_level(tree: ast.AST) -> Iterator[ast.AST]:
    """Go through what is done when the file is loaded: not what stands in functions and classes."""
    waiting = [tree]
    while waiting:
        for one in ast.iter_child_nodes(waiting.pop()):
            yield one
            if not isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
                waiting.append(one)


def _may_bind_main(tree: ast.Module) -> bool:
    for one in ast.walk(tree):
        match one:
            case ast.Name(id="main", ctx=ast.Store()) | ast.ClassDef(name="main") | ast.alias(asname="main"):
                return True
            case ast.alias(name="main" | "*", asname=None) | ast.Name(id="globals" | "exec" | "setattr"):
                return True
    return False


def _callable(path: str, main: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Problem]:
    if main.decorator_list:
        return  # what it takes then is the decorator's word
    if isinstance(main, ast.AsyncFunctionDef):
        yield Problem(path, main.lineno, "main must be a plain function: write `def main`, without async")
    taken = main.args
    places = len(taken.posonlyargs) + len(taken.args)
    needed = places - len(taken.defaults)
    has_more = any(default is None for default in taken.kw_defaults)
    if needed > _GIVEN or (places < _GIVEN and taken.vararg is None) or has_more:
        yield Problem(path, main.lineno, "main is called with two arguments: write `def main(event, context):`")
