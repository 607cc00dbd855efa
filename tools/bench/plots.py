"""Curves as one picture: small plots side by side, both axes logarithmic, so that what grows in proportion is a straight line."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter, NullLocator

ACROSS = 2
STYLE: Any = {
    "svg.hashsalt": "gridmap",  # The same file for the same figures.
    "svg.fonttype": "none",
    "font.size": 9,
}


class Line(NamedTuple):
    """One curve: what it is called, and n points."""

    name: str
    x: Sequence[float]
    y: Sequence[float]


class Plot(NamedTuple):
    """Curves over the same axes: what they grow along, and the unit they are told in."""

    title: str
    along: str
    unit: str
    lines: Sequence[Line]


def draw(plots: Sequence[Plot], path: Path) -> None:
    """Write the plots into one SVG file."""
    with mpl.rc_context(STYLE):
        down = -(-len(plots) // ACROSS)
        figure = Figure(figsize=(8, 2.8 * down), layout="constrained")
        places = figure.subplots(down, ACROSS, squeeze=False).flat
        for axes, plot in zip(places, plots, strict=False):
            _draw(axes, plot)
        for axes in places[len(plots) :]:
            axes.set_axis_off()
        figure.savefig(path, format="svg", metadata={"Date": None})


def _draw(axes: "mpl.axes.Axes", plot: Plot) -> None:
    axes.set(xscale="log", yscale="log", title=plot.title, xlabel=plot.along, ylabel=plot.unit)
    highest = max(plot.lines, key=lambda line: line.y[-1])
    for line in plot.lines:
        axes.plot(line.x, line.y, marker="o", label=line.name)
        beside = (0, 6 if line is highest else -12)  # Above and below, so that near lines' figures stay apart.
        for x, y in zip(line.x, line.y, strict=True):
            axes.annotate(f"{y:,.3g}", (x, y), textcoords="offset points", xytext=beside, ha="center", fontsize=7)
    low, high = (f(y for line in plot.lines for y in line.y) for f in (min, max))
    axes.set_ylim(low / 3, high * 3)
    axes.set_xticks(plot.lines[0].x)
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,.0f}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.tick_params(labelsize=7)
    axes.grid(visible=True, alpha=0.3)
    if len(plot.lines) > 1:
        axes.legend(fontsize=7)
