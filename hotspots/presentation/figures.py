"""Still pictures of a release: for notebooks, and as SVG for the report.

Matplotlib is imported when a picture is made, and nowhere else in the package.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from hotspots.disclosure.release import Context, InternalRelease, Release, release
from hotspots.presentation.canvas import add_shapes, frame, new_axes, pixel_m, view, write
from hotspots.presentation.classes import chosen, classes_of, drawn_labels
from hotspots.presentation.formats import one_line
from hotspots.presentation.groups import COLD, HOT, groups, joined
from hotspots.presentation.legend import SHAPES, draw_legend
from hotspots.presentation.markers import marker
from hotspots.presentation.provenance import SYNTHETIC, banner
from hotspots.presentation.svg import drawn

if TYPE_CHECKING:
    import geopandas as gpd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

NUMBERED = {HOT: 12, COLD: 5}
"""How many groups of each sign carry their number on a still picture."""

LAYERS = {
    "water": {"facecolor": "#cfe1ee", "edgecolor": "#cfe1ee", "linewidth": 0.6},
    "park": {"facecolor": "#dfead5", "edgecolor": "none", "linewidth": 0},
    "road": {"facecolor": "none", "edgecolor": "#9a968e", "linewidth": 0.35},
}
ABOVE = frozenset({"road"})
"""Layers drawn over the areas, so that a reader finds the way; the others lie under them."""

OUTLINED = 400
"""Up to so many areas are drawn with their own outline."""

LETTERED = 60
"""Up to so many facilities carry their letter as well as their shape."""

_NAME_SIZE = 6.0
_NAME_GROUND = {"facecolor": "white", "alpha": 0.7, "edgecolor": "none", "pad": 0.6}


def plot(
    table: Release | gpd.GeoDataFrame, statistic: str | None = None, *, ax: Axes | None = None
) -> Axes:
    """Draw units or a release, for the eyes of the one who asks.

    Parameters
    ----------
    table : Release or GeoDataFrame
        Units with ``<statistic>_label`` are drawn by class; units without any result by outline.
        A bare table is shown as an internal release, with its banner.
    statistic : str, optional
        Name of the local result; the first there is.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> import geopandas as gpd, pandas as pd
    >>> from shapely import box
    >>> cells = gpd.GeoDataFrame(
    ...     {"count": [3, 1], "gi_star_label": ["hot 99", "not significant"]},
    ...     geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)],
    ...     index=pd.Index(["a", "b"], name="unit_id"), crs="EPSG:32616")
    >>> plot(cells).get_title(loc="left")
    'Hotspots'
    """
    shown = table if isinstance(table, Release) else _at_the_desk(table)
    if ax is None:
        from matplotlib import pyplot as plt

        ax = new_axes(plt.figure, shown)
    return _draw(shown, chosen(shown, statistic), ax)


def map_figure(shown: Release, statistic: str | None = None, *, ax: Axes | None = None) -> Figure:
    """Draw a release as a map with its legend.

    Parameters
    ----------
    shown : Release
        What is drawn.
    statistic : str, optional
        Name of the local result; the first there is.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure, known to no window, otherwise.

    Returns
    -------
    matplotlib.figure.Figure
    """
    return _figure(shown, statistic, ax=ax)


def _figure(
    shown: Release,
    statistic: str | None,
    *,
    ax: Axes | None = None,
    framed: bool = True,
    found: gpd.GeoDataFrame | None = None,
) -> Figure:
    from matplotlib.figure import Figure

    ax = ax or new_axes(Figure, shown)
    ax = _draw(shown, chosen(shown, statistic), ax, framed=framed, found=found)
    figure = ax.get_figure(root=True)
    assert figure is not None  # noqa: S101 - an Axes that was drawn into has one
    return figure


def figure_svg(
    shown: Release,
    statistic: str | None = None,
    *,
    framed: bool = True,
    found: gpd.GeoDataFrame | None = None,
) -> str:
    """Draw a release as SVG to stand inside a page.

    Parameters
    ----------
    shown : Release
        What is drawn.
    statistic : str, optional
        Name of the local result; the first there is.
    framed : bool
        Whether title, handling and the meaning of colours stand in the picture, as they must where
        it stands alone. A page says them itself. The synthetic watermark always stands.
    found : GeoDataFrame, optional
        The statistic's groups, where they are known already.

    Returns
    -------
    str
        An ``<svg>`` element without script, style sheet, metadata, date or outside address; the
        same release gives the same text.
    """
    return drawn(lambda: _figure(shown, statistic, framed=framed, found=found))


def _at_the_desk(table: gpd.GeoDataFrame) -> InternalRelease:
    return release(
        table,
        profile="internal",
        reason="shown in a notebook",
        recipient="the person at this notebook",
        context=Context(),
    )


def _draw(
    shown: Release,
    statistic: str | None,
    ax: Axes,
    *,
    framed: bool = True,
    found: gpd.GeoDataFrame | None = None,
) -> Axes:
    table = shown.table
    frame(ax, shown)
    _basemap(ax, shown, above=False)
    if statistic is None:
        add_shapes(ax, table.geometry.to_numpy(), facecolor="#f2f2f0", edgecolor="#8c8c8c")
    else:
        _areas(ax, shown, statistic)
    _basemap(ax, shown, above=True)
    _boundary(ax, shown)
    facilities = shown.facilities if isinstance(shown, InternalRelease) else None
    if facilities is not None:
        _facilities(ax, facilities.to_crs(table.crs))
    taken = np.empty((0, 2))
    if statistic is not None:
        numbered = _numbered(groups(shown, statistic) if found is None else found)
        taken = shapely.get_coordinates(numbered.to_numpy())
        _group_numbers(ax, numbered)
    _place_names(ax, shown, taken)
    if framed:
        _titles(ax, shown)
    _watermark(ax, shown)
    draw_legend(ax, shown, statistic, explained=framed)
    return ax


def _areas(ax: Axes, shown: Release, statistic: str) -> None:
    labels = drawn_labels(shown, statistic).to_numpy()
    shapes = shown.table.geometry.to_numpy()
    outlined = len(shapes) <= OUTLINED
    for entry in classes_of(shown, statistic):
        mine = shapes[labels == entry.label]
        if not len(mine):
            continue
        add_shapes(
            ax,
            mine if outlined else _joined(mine, pixel_m(ax)),
            facecolor=entry.colour,
            edgecolor="#ffffff" if outlined or entry.hatched else "none",
            linewidth=0.5 if outlined else 0,
            hatch="////" if entry.hatched else None,
        )


def _joined(shapes: NDArray[np.object_], pixel: float) -> NDArray[np.object_]:
    """Join areas of one class, and leave out corners too close to be seen."""
    return np.array([joined(shapes).simplify(pixel / 2)])


def _basemap(ax: Axes, shown: Release, *, above: bool) -> None:
    for kind, style in LAYERS.items():
        layer = shown.context.basemap.get(kind)
        if layer is None or (kind in ABOVE) != above:
            continue
        shapes = layer.geometry.dropna().to_crs(shown.table.crs).to_numpy()
        near = shapes[shapely.intersects(shapes, view(ax))]
        thinned = shapely.simplify(near, pixel_m(ax) / 2, preserve_topology=False)
        add_shapes(ax, thinned, **style)


def _boundary(ax: Axes, shown: Release) -> None:
    boundary = shown.context.boundary
    if boundary is not None:
        shapes = boundary.geometry.to_crs(shown.table.crs).simplify(pixel_m(ax) / 2).to_numpy()
        add_shapes(ax, shapes, facecolor="none", edgecolor="#444444", linewidth=1.1)


def _facilities(ax: Axes, facilities: gpd.GeoDataFrame) -> None:
    many = len(facilities) > LETTERED
    for kind, mine in facilities.groupby("kind", sort=True):
        look = marker(str(kind))
        x, y = mine.geometry.x.to_numpy(), mine.geometry.y.to_numpy()
        ax.scatter(
            x,
            y,
            s=22 if many else 80,
            marker=SHAPES[look.shape],
            color=look.colour,
            edgecolors="white",
            linewidths=0.6,
            zorder=5,
        )
        for at_x, at_y in () if many else zip(x, y, strict=True):
            write(ax, at_x, at_y, look.letter, size=6.5, color="white", zorder=6)


def _group_numbers(ax: Axes, points: gpd.GeoSeries) -> None:
    """Write the numbers of groups: round for hot, square for cold, as on the page."""
    names = points.index.astype(str)
    cold, short = names.str.startswith("C"), names.str.len() < 2
    for marker_, mine in (("o", ~cold), ("s", cold)):
        ax.scatter(
            points.x[mine],
            points.y[mine],
            s=np.where(short[mine], 120, 175),
            marker=marker_,
            color="white",
            edgecolors="black",
            linewidths=1.1,
            zorder=7,
        )
    for name, x, y in zip(names, points.x, points.y, strict=True):
        write(ax, x, y, name, size=7, color="black", zorder=8, weight="bold")


def _numbered(found: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Give the points of the groups that carry their number."""
    first = found.groupby("sign", sort=False).cumcount() < found["sign"].map(NUMBERED)
    return found.loc[first.astype(bool), "centre"]


def _place_names(ax: Axes, shown: Release, taken: NDArray[np.float64]) -> None:
    """Write names where there is room: the largest places first, none over a group's number."""
    places = shown.context.basemap.get("place")
    if places is None or "name" not in places.columns:
        return
    named = places.loc[places["name"].notna() & places.geometry.notna()].to_crs(shown.table.crs)
    named = named.assign(size=-named.geometry.area).sort_values("size", kind="stable")
    points = shapely.get_coordinates(shapely.point_on_surface(named.geometry.to_numpy()))
    point_m = pixel_m(ax) * 150 / 72  # metres to a typographic point
    boxes = [shapely.Point(at).buffer(8 * point_m) for at in taken]
    for name, at in zip(named["name"], points, strict=True):
        text = one_line(name, longest=28)
        x, y = at.tolist()
        half = (0.32 * _NAME_SIZE * len(text) * point_m, 0.9 * _NAME_SIZE * point_m)
        box = shapely.box(x - half[0], y - half[1], x + half[0], y + half[1])
        if view(ax).contains(box) and not shapely.intersects(box, boxes).any():
            boxes.append(box)
            write(ax, x, y, text, size=_NAME_SIZE, color="#333333", zorder=4, bbox=_NAME_GROUND)


def _titles(ax: Axes, shown: Release) -> None:
    title = one_line(shown.context.title, longest=80)
    ax.set_title(title, loc="left", fontsize=12, fontweight="bold", parse_math=False)
    said = banner(shown)
    if isinstance(shown, InternalRelease):
        ax.text(
            0, -0.01, one_line(said.text, longest=130),
            transform=ax.transAxes, ha="left", va="top", fontsize=6.5, color="#8a1212",
            weight="bold", parse_math=False,
        )  # fmt: skip


def _watermark(ax: Axes, shown: Release) -> None:
    if shown.context.synthetic:
        ax.text(
            0.5, 0.5, SYNTHETIC.partition(" ")[0], transform=ax.transAxes, ha="center",
            va="center", rotation=30, fontsize=54, color="#000000", alpha=0.09, weight="bold",
            zorder=9,
        )  # fmt: skip
