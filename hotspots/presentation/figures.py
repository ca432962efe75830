"""Still pictures of a release: for notebooks, and as SVG for the report.

Matplotlib is imported when a picture is made, and nowhere else in the package.
"""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING

import numpy as np
import shapely

from hotspots.disclosure.release import Context, InternalRelease, Release, release
from hotspots.presentation.classes import chosen, classes_of, drawn_labels, marker
from hotspots.presentation.formats import one_line
from hotspots.presentation.groups import COLD, HOT, centres, groups
from hotspots.presentation.legend import SHAPES, draw_legend
from hotspots.presentation.provenance import SYNTHETIC, banner
from hotspots.presentation.svg import cleaned

if TYPE_CHECKING:
    from typing import Any

    import geopandas as gpd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.path import Path
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

RASTER_VERTICES = 20_000
"""Base layers with more vertices become pixels inside the SVG."""

_MARGIN = 0.03
_HALO = 2.2


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

        ax = plt.figure(figsize=(10, 6.4), layout="none").add_axes((0.01, 0.02, 0.66, 0.88))
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
    from matplotlib.figure import Figure

    if ax is None:
        ax = Figure(figsize=(10, 6.4)).add_axes((0.005, 0.01, 0.68, 0.9))
    figure = _draw(shown, chosen(shown, statistic), ax).get_figure(root=True)
    assert figure is not None  # noqa: S101 - an Axes that was drawn into has one
    return figure


def figure_svg(shown: Release, statistic: str | None = None) -> str:
    """Draw a release as SVG to stand inside a page.

    Parameters
    ----------
    shown : Release
        What is drawn.
    statistic : str, optional
        Name of the local result; the first there is.

    Returns
    -------
    str
        An ``<svg>`` element without script, style sheet, metadata, date or outside address; the
        same release gives the same text.
    """
    from matplotlib import rc_context

    settings: dict[Any, Any] = {
        "svg.hashsalt": "hotspots",
        "svg.fonttype": "none",
        "font.family": "sans-serif",
        "font.sans-serif": ["DejaVu Sans"],
        "hatch.linewidth": 0.7,
    }
    with rc_context(settings):
        out = io.StringIO()
        figure = map_figure(shown, statistic)
        with warnings.catch_warnings():
            # The reader's browser has fonts of its own; only the width of a word is guessed here.
            warnings.filterwarnings("ignore", message="Glyph", category=UserWarning)
            figure.savefig(out, format="svg", dpi=150)
    return cleaned(out.getvalue())


def _at_the_desk(table: gpd.GeoDataFrame) -> InternalRelease:
    return release(
        table,
        profile="internal",
        reason="shown in a notebook",
        recipient="the person at this notebook",
        context=Context(),
    )


def _draw(shown: Release, statistic: str | None, ax: Axes) -> Axes:
    table, context = shown.table, shown.context
    frame = table if context.boundary is None else context.boundary.to_crs(table.crs)
    _frame(ax, frame.total_bounds)
    _basemap(ax, shown, above=False)
    if statistic is None:
        _add_shapes(ax, table.geometry.to_numpy(), facecolor="#f2f2f0", edgecolor="#8c8c8c")
    else:
        _areas(ax, shown, statistic)
    _basemap(ax, shown, above=True)
    _boundary(ax, shown)
    facilities = shown.facilities if isinstance(shown, InternalRelease) else None
    if facilities is not None:
        _facilities(ax, facilities.to_crs(table.crs))
    _place_names(ax, shown)
    if statistic is not None:
        _group_numbers(ax, groups(shown, statistic))
    _titles(ax, shown)
    draw_legend(ax, shown, statistic)
    return ax


def _frame(ax: Axes, bounds: NDArray[np.float64]) -> None:
    west, south, east, north = bounds
    pad = _MARGIN * max(east - west, north - south)
    ax.set_xlim(west - pad, east + pad)
    ax.set_ylim(south - pad, north + pad)
    ax.set_aspect("equal", anchor="C")
    ax.set_axis_off()


def _areas(ax: Axes, shown: Release, statistic: str) -> None:
    labels = drawn_labels(shown, statistic).to_numpy()
    shapes = shown.table.geometry.to_numpy()
    outlined = len(shapes) <= OUTLINED
    for entry in classes_of(shown, statistic):
        mine = shapes[labels == entry.label]
        if not len(mine):
            continue
        _add_shapes(
            ax,
            mine if outlined else _joined(mine, _pixel(ax)),
            facecolor=entry.colour,
            edgecolor="#ffffff" if outlined or entry.hatched else "none",
            linewidth=0.5 if outlined else 0,
            hatch="////" if entry.hatched else None,
        )


def _joined(shapes: NDArray[np.object_], pixel: float) -> NDArray[np.object_]:
    """Join areas of one class, and leave out corners too close to be seen."""
    return np.asarray([shapely.union_all(shapes).simplify(pixel / 2)], dtype=object)


def _pixel(ax: Axes) -> float:
    """Metres to a pixel at 150 dots per inch."""
    west, east = ax.get_xlim()
    figure = ax.get_figure(root=True)
    width = 10.0 if figure is None else float(figure.get_figwidth())
    return float(east - west) / (150 * width * ax.get_position().width)


def _basemap(ax: Axes, shown: Release, *, above: bool) -> None:
    for kind, style in LAYERS.items():
        layer = shown.context.basemap.get(kind)
        if layer is None or (kind in ABOVE) != above:
            continue
        shapes = layer.geometry.dropna().to_crs(shown.table.crs).to_numpy()
        west, east = ax.get_xlim()
        south, north = ax.get_ylim()
        near = shapes[shapely.intersects(shapes, shapely.box(west, south, east, north))]
        _add_shapes(ax, shapely.simplify(near, _pixel(ax) / 2), **style)


def _boundary(ax: Axes, shown: Release) -> None:
    boundary = shown.context.boundary
    if boundary is not None:
        shapes = boundary.geometry.to_crs(shown.table.crs).simplify(_pixel(ax) / 2).to_numpy()
        _add_shapes(ax, shapes, facecolor="none", edgecolor="#444444", linewidth=1.1)


def _add_shapes(ax: Axes, shapes: NDArray[np.object_], **style: Any) -> None:
    """Add lines and polygons as two collections, however many there are."""
    from matplotlib.collections import LineCollection, PathCollection

    parts = shapely.get_parts(shapely.get_parts(shapes))
    areas = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    lines = parts[np.isin(shapely.get_type_id(parts), (1, 2))]
    heavy = bool(shapely.get_num_coordinates(parts).sum() > RASTER_VERTICES)
    if len(areas):
        paths = [_path(polygon) for polygon in areas]
        ax.add_collection(
            PathCollection(paths, clip_on=True, rasterized=heavy, **style), autolim=False
        )
    if len(lines):
        colour = style["edgecolor"]
        width = max(float(str(style.get("linewidth", 0.5))), 0.3)
        runs = [shapely.get_coordinates(line) for line in lines]
        ax.add_collection(
            LineCollection(runs, colors=colour, linewidths=width, rasterized=heavy), autolim=False
        )


def _path(polygon: shapely.Polygon) -> Path:
    from matplotlib.path import Path

    oriented = shapely.normalize(polygon)  # holes run the other way round and stay empty
    rings = (shapely.get_coordinates(ring) for ring in shapely.get_rings(oriented))
    return Path.make_compound_path(*(Path(ring, closed=True) for ring in rings))


def _facilities(ax: Axes, facilities: gpd.GeoDataFrame) -> None:
    small = len(facilities) > 60
    for kind, mine in facilities.groupby("kind", sort=True):
        look = marker(str(kind))
        x, y = mine.geometry.x.to_numpy(), mine.geometry.y.to_numpy()
        ax.scatter(
            x, y, s=34 if small else 80, marker=SHAPES[look.shape], color=look.colour,
            edgecolors="white", linewidths=0.6, zorder=5,
        )  # fmt: skip
        for at_x, at_y in zip(x, y, strict=True):
            _text(ax, at_x, at_y, look.letter, size=4.2 if small else 6.5, color="white", zorder=6)


def _place_names(ax: Axes, shown: Release) -> None:
    places = shown.context.basemap.get("place")
    if places is None or "name" not in places.columns:
        return
    named = places.loc[places["name"].notna() & places.geometry.notna()].to_crs(shown.table.crs)
    points = shapely.point_on_surface(named.geometry.to_numpy())
    taken: list[NDArray[np.float64]] = []
    apart = 0.07 * float(np.diff(ax.get_xlim())[0])
    for name, at in zip(named["name"], shapely.get_coordinates(points), strict=True):
        if _inside(ax, at) and all(np.hypot(*(at - other)) >= apart for other in taken):
            taken.append(at)
            x, y = at.tolist()
            _text(
                ax, x, y, one_line(name, longest=28), size=6.5, color="#333333", zorder=4, halo=True
            )


def _inside(ax: Axes, at: NDArray[np.float64]) -> bool:
    (west, east), (south, north) = ax.get_xlim(), ax.get_ylim()
    return bool(west <= at[0] <= east and south <= at[1] <= north)


def _group_numbers(ax: Axes, found: gpd.GeoDataFrame) -> None:
    for sign, most in NUMBERED.items():
        mine = found[found["sign"] == sign].head(most)
        for name, point in zip(mine.index, centres(mine), strict=True):
            ax.scatter(
                [point.x], [point.y], s=120 if len(str(name)) < 2 else 175, marker="o",
                color="white", edgecolors="black", linewidths=1.1, zorder=7,
            )  # fmt: skip
            _text(ax, point.x, point.y, str(name), size=7, color="black", zorder=8, weight="bold")


def _text(ax: Axes, x: float, y: float, text: str, *, halo: bool = False, **style: Any) -> None:
    """Write text as it is; a dollar sign or backslash in a name is no formula."""
    from matplotlib import patheffects

    effects = [patheffects.withStroke(linewidth=_HALO, foreground="white")] if halo else None
    ax.text(x, y, text, ha="center", va="center_baseline", parse_math=False, path_effects=effects,
          clip_on=True, **style)  # fmt: skip


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
    if shown.context.synthetic:
        ax.text(
            0.5, 0.5, SYNTHETIC.partition(" ")[0], transform=ax.transAxes, ha="center",
            va="center", rotation=30, fontsize=54, color="#000000", alpha=0.09, weight="bold",
            zorder=9,
        )  # fmt: skip
