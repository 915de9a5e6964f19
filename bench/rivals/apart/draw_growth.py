"""Draw what a turn costs as its conversation grows: points as JSON on standard input, an SVG at the path given."""

import json
import sys

import matplotlib as mpl

mpl.use("svg")
mpl.rcParams["svg.hashsalt"] = "botyard"  # the same figures make the same file
from matplotlib import pyplot as plt  # noqa: E402 - after the choice of how to draw

LINES = {"ours": ("Botyard, the whole turn", "#0b6e4f"), "rasa": ("rasa-sdk, an action's round trip", "#b5533c")}

points = json.load(sys.stdin)
figure, axes = plt.subplots(figsize=(7, 3.6))
for name, (label, colour) in LINES.items():
    if points[name]:
        turns, took = zip(*points[name], strict=True)
        axes.plot(turns, took, marker="o", markersize=3.5, color=colour, label=label)
axes.set(xscale="log", yscale="log", xlabel="turn of one conversation", ylabel="milliseconds")
axes.grid(visible=True, which="major", color="#dddddd", linewidth=0.6)
axes.spines[["top", "right"]].set_visible(False)
axes.legend(frameon=False)
figure.tight_layout()
figure.savefig(sys.argv[1], metadata={"Date": None})
