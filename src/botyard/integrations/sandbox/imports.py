"""Which packages code will import, as far as it can be seen without running it."""

import ast
import re
import sys
from collections.abc import Collection, Mapping

# `import a.b as c, d` and `from a.b import c`, wherever they begin a line; a name in a docstring costs an import.
_LINE = re.compile(r"^[ \t]*(?:from[ \t]+([A-Za-z_][\w.]*)[ \t]+import|import[ \t]+([\w., \t]+))", re.MULTILINE)
_NAME = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
_MOST = 200
# Of the standard library, what does something when it is imported, or is large and of use to no bot.
_NEVER = {"antigravity", "ensurepip", "idlelib", "lib2to3", "test", "this", "turtledemo", "tkinter"}


def imported(code: Mapping[str, str]) -> list[str]:
    """Name the modules that the files import, but for each other, in order of their first mention.

    Lines are only looked at, never parsed: the runner does this, with hostile texts too.
    """
    own = {re.split(r"[./]", path)[0] for path in code}
    found: dict[str, None] = {}
    for text in code.values():
        for match in _LINE.finditer(text):
            for part in (match[1] or match[2]).split(","):
                if name := _NAME.match(part.strip()):
                    found[name[0]] = None
    return [name for name in found if name.partition(".")[0] not in own | _NEVER and "__" not in name][:_MOST]


_READ_CHARS = 1 << 16  # reading more would take long, and nothing else runs meanwhile
# What imports names that nobody can read in the code.
_HIDDEN = {"__import__", "import_module", "exec", "eval", "run_module", "run_path", "find_spec"}


def needs_packages(code: Mapping[str, str]) -> bool:
    """Whether code may import more than Python's own library and its own files; where it cannot be told, it may."""
    if sum(map(len, code.values())) > _READ_CHARS:
        return True
    known = sys.stdlib_module_names | {re.split(r"[./]", path)[0] for path in code}
    try:
        return any(_is_strange(node, known) for text in code.values() for node in ast.walk(ast.parse(text)))
    except (SyntaxError, ValueError):
        return False  # it will not be loaded, whatever it imports
    except (MemoryError, RecursionError):
        return True


def _is_strange(node: ast.AST, known: Collection[str]) -> bool:
    match node:
        case ast.Import(names=names):
            return any(one.name.partition(".")[0] not in known for one in names)
        case ast.ImportFrom(module=str(module), level=0):
            return module.partition(".")[0] not in known
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.alias(name=name):
            return name in _HIDDEN
    return False
