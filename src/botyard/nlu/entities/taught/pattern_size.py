"""How large a regular expression becomes: the compiler writes every counted repeat out, and repeats multiply.

`(?:a{2500}){2500}` has 17 characters and takes 1.6 GB to compile, so its size is told before. Two steps: the counts
all multiplied are a bound; only where that is too much is the pattern's structure looked at. Where flags or comments
would hide the structure from that look, the bound stands, and a count that is not written plainly is too large.
"""

import re
from math import prod

MOST_WRITTEN_OUT = 5_000  # some 300 bytes each; no message that is searched has half as many characters

_COUNT = re.compile(r"\{(\d+)(?:,\d*)?\}")
_NOT_PLAIN = re.compile(r"\{(?!\d+(?:,\d*)?\}|,\d+\}|[A-Za-z^_])")  # under (?x) `{1 0}` is ten
_HIDES_STRUCTURE = re.compile(r"\(\?[a-zA-Z0-9-]*[xV]|\(\?#|\[:")
_TOKEN = re.compile(r"(?P<count>\{(?P<least>\d+)(?:,\d*)?\})|\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.", re.DOTALL)


def is_too_large(pattern: str) -> bool:
    """Whether more than MOST_WRITTEN_OUT characters are left once each `{n}` and `{n,m}` is written out n times."""
    is_hidden = _HIDES_STRUCTURE.search(pattern) is not None
    if is_hidden and _NOT_PLAIN.search(pattern):
        return True
    if len(pattern) * prod(max(int(least), 1) for least in _COUNT.findall(pattern)) <= MOST_WRITTEN_OUT:
        return False
    return is_hidden or _written_out(pattern) > MOST_WRITTEN_OUT


def _written_out(pattern: str) -> int:
    """Count characters, those of a repeated piece as often as it is repeated."""
    groups = [0]  # what stands in each group that is still open, the whole pattern first
    piece = 0  # what a count would repeat
    for token in _TOKEN.finditer(pattern):
        text = token[0]
        if token["count"]:
            repeated = piece * max(int(token["least"]), 1)
            groups[-1] += repeated - piece
            piece = repeated
        elif text == "(":
            groups.append(0)
        elif text == ")" and len(groups) > 1:
            piece = groups.pop()
            groups[-1] += piece
        else:
            piece = len(text)
            groups[-1] += piece
    return sum(groups)
