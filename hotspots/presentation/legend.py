"""The legend of a still picture: classes, facilities and the scale."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING

from hotspots.disclosure.release import InternalRelease
from hotspots.presentation.classes import classes_of, colour_means, strength
from hotspots.presentation.markers import marker

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from hotspots.disclosure.release import Release

SHAPES = {"circle": "o", "square": "s", "diamond": "D", "triangle": "^", "hexagon": "h"}
MILE_M = 1609.344
_WIDTH = 46


def draw_legend(ax: Axes, shown: Release, statistic: str | None, *, explained: bool = True) -> None:
    """Draw the legend to the right of the map, and the scale below it on the left.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        The map, in metres.
    shown : Release
        What is drawn.
    statistic : str or None
        Name of the local result; None draws no classes.
    explained : bool
        Whether the meaning of colours stands above.
    """
    entries = _class_entries(shown, statistic) if statistic else []
    entries += _facility_entries(shown)
    if entries:
        said = (
            [colour_means(shown, statistic), strength(shown, statistic)]
            if statistic and explained
            else []
        )
        legend = ax.legend(
            [handle for handle, _ in entries],
            [words for _, words in entries],
            title="\n\n".join(textwrap.fill(text, _WIDTH + 5) for text in said if text) or None,
            title_fontsize=7,
            fontsize=7.5,
            loc="upper left",
            bbox_to_anchor=(1.01, 1.0),
            frameon=False,
            alignment="left",
            borderaxespad=0,
            labelspacing=0.75,
            handlelength=2.2,
            handleheight=1.5,
        )
        for text in legend.get_texts():
            text.set_parse_math(False)
    _draw_scale(ax)


def _class_entries(shown: Release, statistic: str) -> list[tuple[Artist, str]]:
    from matplotlib.patches import Patch

    out: list[tuple[Artist, str]] = []
    for entry in classes_of(shown, statistic):
        patch = Patch(
            facecolor=entry.colour,
            edgecolor="white" if entry.hatched else "#555555",
            hatch="////" if entry.hatched else None,
            linewidth=0.5,
        )
        out.append((patch, textwrap.fill(entry.words, _WIDTH)))
    return out


def _facility_entries(shown: Release) -> list[tuple[Artist, str]]:
    from matplotlib.lines import Line2D

    facilities = shown.facilities if isinstance(shown, InternalRelease) else None
    if facilities is None:
        return []
    out: list[tuple[Artist, str]] = []
    for kind in sorted(facilities["kind"].astype(str).unique()):
        look = marker(kind)
        dot = Line2D(
            [], [], marker=SHAPES[look.shape], color="none", markerfacecolor=look.colour,
            markeredgecolor="white", markersize=8,
        )  # fmt: skip
        out.append((dot, f"{look.letter}: {look.words}"))
    return out


def nice_length(metres: float) -> float:
    """Find the largest 1, 2 or 5 times a power of ten that fits.

    Examples
    --------
    >>> nice_length(7300), nice_length(1999), nice_length(0.4)
    (5000.0, 1000.0, 0.2)
    """
    power = 10.0 ** math.floor(math.log10(metres))
    return max(step * power for step in (1.0, 2.0, 5.0) if step * power <= metres)


def _draw_scale(ax: Axes) -> None:
    """Draw a bar in kilometres above and miles below."""
    (west, east), (south, north) = ax.get_xlim(), ax.get_ylim()
    x, y = west + 0.02 * (east - west), south + 0.05 * (north - south)
    tick = 0.012 * (north - south)
    km, miles = (nice_length((east - west) / 5 / unit) for unit in (1000.0, MILE_M))
    for length, side, words in (
        (1000 * km, 1, f"{km:g} km"),
        (MILE_M * miles, -1, f"{miles:g} mi"),
    ):
        ax.plot(
            [x, x, x + length, x + length], [y + side * tick, y, y, y + side * tick],
            color="#333333", linewidth=1, solid_capstyle="butt", zorder=8,
        )  # fmt: skip
        ax.text(
            x + 0.5 * tick, y + side * 0.6 * tick, words, fontsize=6.5, color="#333333",
            va="bottom" if side > 0 else "top", zorder=8,
        )  # fmt: skip
