"""A picture of how figures are spread, as SVG, without anything that would have to be installed."""

from collections.abc import Mapping, Sequence
from html import escape
from math import log10

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 760, 380, 60, 50, 20, 50
COLOURS = ("#2563eb", "#16a34a", "#dc2626", "#9333ea")
_STEPS = 200


def curves(title: str, figures: Mapping[str, Sequence[float]]) -> str:
    """Draw, for each name, which share of its sorted figures (seconds) is at most so large; x is logarithmic."""
    known = {name: [max(one, 0.001) for one in those] for name, those in figures.items() if those}
    low = min(those[0] for those in known.values())
    high = max(those[-1] for those in known.values())
    decades = range(_floor(low), _floor(high) + 2)
    font = 'font-family="sans-serif" font-size="12" fill="#374151"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" {font}>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="24" font-size="15" fill="#111827">{escape(title)}</text>',
        *_grid(decades),
    ]
    for n, (name, those) in enumerate(known.items()):
        colour = COLOURS[n % len(COLOURS)]
        parts.append(f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{_points(those, decades)}"/>')
        parts.append(f'<text x="{WIDTH - RIGHT - 350}" y="{HEIGHT - BOTTOM - 60 + 18 * n}" fill="{colour}">')
        parts.append(f"{escape(name)}</text>")
    return "\n".join([*parts, "</svg>"]) + "\n"


def _floor(seconds: float) -> int:
    return int(log10(seconds) // 1)


def _grid(decades: range) -> list[str]:
    lines = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        y = _y(share)
        lines.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}" stroke="#e5e7eb"/>')
        lines.append(f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{share:.0%}</text>')
    for decade in decades:
        x = _x(10.0**decade, decades)
        lines.append(f'<line x1="{x}" x2="{x}" y1="{TOP}" y2="{HEIGHT - BOTTOM}" stroke="#e5e7eb"/>')
        lines.append(f'<text x="{x}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{10.0**decade:g} s</text>')
    return lines


def _points(those: Sequence[float], decades: range) -> str:
    last = len(those) - 1
    steps = [round(last * step / _STEPS) for step in range(_STEPS + 1)]
    return " ".join(f"{_x(those[at], decades)},{_y((at + 1) / len(those))}" for at in dict.fromkeys(steps))


def _x(seconds: float, decades: range) -> float:
    share = (log10(seconds) - decades[0]) / (decades[-1] - decades[0])
    return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)


def _y(share: float) -> float:
    return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)
