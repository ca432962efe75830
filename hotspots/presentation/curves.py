"""The picture of a comparison: how many places reach a destination, by distance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotspots.presentation.markers import marker
from hotspots.presentation.provenance import SYNTHETIC
from hotspots.presentation.svg import drawn

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from hotspots.presentation.controls import Compared

WIDE, HIGH = 3.5, 3.1
"""Inches of a panel."""

PLACES, CONTROLS, ENVELOPE = "#7f1d00", "#4d5763", "#d5d9de"


def curves_svg(found: Compared, *, synthetic: bool = False) -> str:
    """Draw, for each kind of destination, the share of places that reach one, by distance.

    Parameters
    ----------
    found : Compared
        Places, their control sets and the envelope of these.
    synthetic : bool
        Whether to write the watermark of invented data over it.

    Returns
    -------
    str
        An ``<svg>`` element, as :func:`hotspots.presentation.svg.drawn` gives it.
    """
    return drawn(lambda: curves_figure(found, synthetic=synthetic))


def curves_figure(found: Compared, *, synthetic: bool = False) -> Figure:
    """Draw the same as a figure.

    Parameters
    ----------
    found : Compared
    synthetic : bool

    Returns
    -------
    matplotlib.figure.Figure
        One panel for each kind.
    """
    from matplotlib.figure import Figure

    curves = found.found.curves
    kinds = [str(kind) for kind in curves["to_kind"].unique()]
    width = WIDE * max(2, len(kinds))
    figure = Figure(figsize=(width, HIGH + 0.35))
    panels = figure.subplots(1, len(kinds), squeeze=False, sharey=True)[0]
    for ax, kind in zip(panels, kinds, strict=True):
        _panel(ax, curves[curves["to_kind"] == kind], found, kind)
    panels[0].set_ylabel("Share that reaches one", fontsize=9)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="lower center", ncols=3, frameon=False, fontsize=8.5)
    figure.subplots_adjust(
        left=0.7 / width, right=1 - 0.15 / width, top=0.9, bottom=0.29, wspace=0.12
    )
    if synthetic:
        figure.text(
            0.5, 0.58, SYNTHETIC.partition(" ")[0], ha="center", va="center", rotation=15,
            fontsize=44, color="#000000", alpha=0.09, weight="bold",
        )  # fmt: skip
    return figure


def _panel(ax: Axes, curve: pd.DataFrame, found: Compared, kind: str) -> None:
    km = curve["distance_m"].to_numpy() / 1000
    lower, upper = curve["lower"].clip(0, 1), curve["upper"].clip(0, 1)
    ax.fill_between(
        km, 100 * lower, 100 * upper, color=ENVELOPE, label="95 % envelope of control sets"
    )
    ax.plot(
        km, 100 * curve["expected"], color=CONTROLS, linewidth=1.4, linestyle=(0, (5, 3)),
        label="Control sets, mean",
    )  # fmt: skip
    ax.plot(km, 100 * curve["observed"], color=PLACES, linewidth=2, label=found.places.plural)
    ax.set_title(marker(kind).words, fontsize=9.5, loc="left", parse_math=False)
    ax.set_xlabel(f"Kilometres {found.how}", fontsize=9)
    ax.set_xlim(0, km[-1])
    ax.set_ylim(0, 100)
    ax.yaxis.set_major_formatter("{x:.0f} %")
    ax.tick_params(labelsize=8.5, color="#8c8c8c")
    ax.grid(color="#ececea", linewidth=0.6)
    ax.set_axisbelow(True)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
