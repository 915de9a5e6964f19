"""Which packages code will import: its lines are only looked at, never parsed or run, for a hostile text's sake."""

import re
from collections.abc import Mapping

# `import a.b as c, d` and `from a.b import c`, wherever they begin a line; a name in a docstring costs an import.
_LINE = re.compile(r"^[ \t]*(?:from[ \t]+([A-Za-z_][\w.]*)[ \t]+import|import[ \t]+([\w., \t]+))", re.MULTILINE)
_NAME = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
_MOST = 200


def imported(code: Mapping[str, str]) -> list[str]:
    """Name the modules that the files import, but for each other, in order of their first mention."""
    own = {re.split(r"[./]", path)[0] for path in code}
    found: dict[str, None] = {}
    for text in code.values():
        for match in _LINE.finditer(text):
            for part in (match[1] or match[2]).split(","):
                if name := _NAME.match(part.strip()):
                    found[name[0]] = None
    return [name for name in found if name.partition(".")[0] not in own][:_MOST]
