"""Pictures of figures, as SVG, without anything that would have to be installed."""

from collections.abc import Mapping, Sequence
from html import escape
from math import log10

from msgspec import Struct

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 760, 380, 60, 50, 20, 50
COLOURS = ("#2563eb", "#16a34a", "#dc2626", "#9333ea")
_STEPS = 200


def curves(title: str, figures: Mapping[str, Sequence[float]]) -> str:
    """Draw, for each name, which share of its sorted figures (seconds) is at most so large; x is logarithmic."""
    known = {name: [max(one, 0.001) for one in those] for name, those in figures.items() if those}
    low = min(those[0] for those in known.values())
    high = max(those[-1] for those in known.values())
    decades = range(_floor(low), _floor(high) + 2)
    parts = _grid(decades)
    for n, (name, those) in enumerate(known.items()):
        colour = COLOURS[n % len(COLOURS)]
        parts.append(f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{_points(those, decades)}"/>')
        parts.append(f'<text x="{WIDTH - RIGHT - 350}" y="{HEIGHT - BOTTOM - 60 + 18 * n}" fill="{colour}">')
        parts.append(f"{escape(name)}</text>")
    return _picture(title, parts)


class Axis(Struct, frozen=True):
    """One side of a picture. ticks: from its beginning to its end, above 0 where it is logarithmic."""

    label: str
    ticks: tuple[float, ...]
    is_log: bool = False

    def share(self, value: float) -> float:
        """Place a value between the first tick and the last."""
        low, high, here = (log10(one) if self.is_log else one for one in (self.ticks[0], self.ticks[-1], value))
        return (here - low) / (high - low)


def lines(title: str, x: Axis, y: Axis, figures: Mapping[str, Sequence[tuple[float, float]]]) -> str:
    """Draw a line with its points for each name."""
    parts = []
    for tick in y.ticks:
        at = _up(y.share(tick))
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at}" y2="{at}" stroke="#e5e7eb"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{at + 4}" text-anchor="end">{tick:,g}</text>')
    for tick in x.ticks:
        at = _along(x.share(tick))
        parts.append(f'<line x1="{at}" x2="{at}" y1="{TOP}" y2="{HEIGHT - BOTTOM}" stroke="#e5e7eb"/>')
        parts.append(f'<text x="{at}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{tick:,g}</text>')
    parts.append(f'<text x="{_along(0.5)}" y="{HEIGHT - 8}" text-anchor="middle">{escape(x.label)}</text>')
    parts.append(f'<text x="{LEFT}" y="{TOP - 8}">{escape(y.label)}</text>')
    for n, (name, those) in enumerate(figures.items()):
        parts += _line(name, [(_along(x.share(one)), _up(y.share(other))) for one, other in those], n)
    return _picture(title, parts)


def _line(name: str, points: Sequence[tuple[float, float]], n: int) -> list[str]:
    colour = COLOURS[n % len(COLOURS)]
    path = " ".join(f"{x},{y}" for x, y in points)
    return [
        f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{path}"/>',
        *(f'<circle cx="{x}" cy="{y}" r="3" fill="{colour}"/>' for x, y in points),
        f'<text x="{LEFT + 16}" y="{TOP + 20 + 18 * n}" fill="{colour}">{escape(name)}</text>',
    ]


def decades(figures: Sequence[float]) -> tuple[float, ...]:
    """Give the ticks of a logarithmic axis on which all figures find room."""
    low, high = _floor(min(figures)), _floor(max(figures))
    return tuple(10.0**decade for decade in range(low, high + 2))


def steps(most: float) -> tuple[float, ...]:
    """Give the ticks of an axis from 0 on which a figure finds room: four to ten of them, at round numbers."""
    unit = 10.0 ** _floor(most)
    step = next(unit * part for part in (0.2, 0.5, 1, 2) if most <= unit * part * 8)
    return tuple(step * number for number in range(int(-(-most // step)) + 1))


def _picture(title: str, parts: Sequence[str]) -> str:
    font = 'font-family="sans-serif" font-size="12" fill="#374151"'
    whole = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" {font}>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="24" font-size="15" fill="#111827">{escape(title)}</text>',
        *parts,
        "</svg>",
    ]
    return "\n".join(whole) + "\n"


def _floor(seconds: float) -> int:
    return int(log10(seconds) // 1)


def _grid(decades: range) -> list[str]:
    lines = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        y = _up(share)
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
    return " ".join(f"{_x(those[at], decades)},{_up((at + 1) / len(those))}" for at in dict.fromkeys(steps))


def _x(seconds: float, decades: range) -> float:
    return _along((log10(seconds) - decades[0]) / (decades[-1] - decades[0]))


def _along(share: float) -> float:
    return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)


def _up(share: float) -> float:
    return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)
