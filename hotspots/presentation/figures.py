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
from hotspots.presentation.groups import COLD, HOT, centres, groups, joined
from hotspots.presentation.legend import SHAPES, draw_legend
from hotspots.presentation.provenance import SYNTHETIC, banner
from hotspots.presentation.svg import cleaned

if TYPE_CHECKING:
    from collections.abc import Callable
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
_NAME_SIZE = 6.0
_NAME_GROUND = {"facecolor": "white", "alpha": 0.6, "edgecolor": "none", "pad": 0.6}
LETTERED = 60
"""Up to so many facilities carry their letter as well as their shape."""

MAP_INCHES = (6.4, 7.2)
LEGEND_INCHES = 3.3
TITLE_INCHES, FOOT_INCHES = 0.4, 0.3


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

        ax = _axes(plt.figure, shown)
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
    shown: Release, statistic: str | None, *, ax: Axes | None = None, framed: bool = True
) -> Figure:
    from matplotlib.figure import Figure

    ax = ax or _axes(Figure, shown)
    figure = _draw(shown, chosen(shown, statistic), ax, framed=framed).get_figure(root=True)
    assert figure is not None  # noqa: S101 - an Axes that was drawn into has one
    return figure


def figure_svg(shown: Release, statistic: str | None = None, *, framed: bool = True) -> str:
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
        figure = _figure(shown, statistic, framed=framed)
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


def _draw(shown: Release, statistic: str | None, ax: Axes, *, framed: bool = True) -> Axes:
    table = shown.table
    _frame(ax, shown)
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
    taken = np.empty((0, 2))
    if statistic is not None:
        numbered = _numbered(shown, statistic)
        taken = shapely.get_coordinates(numbered.to_numpy())
        _group_numbers(ax, numbered)
    _place_names(ax, shown, taken)
    if framed:
        _titles(ax, shown)
    _watermark(ax, shown)
    draw_legend(ax, shown, statistic, explained=framed)
    return ax


def _extent(shown: Release) -> tuple[float, float, float, float]:
    """Give west, south, east and north of the view, in metres: the study area, a little wider."""
    boundary, table = shown.context.boundary, shown.table
    frame = table if boundary is None else boundary.to_crs(table.crs)
    west, south, east, north = (float(bound) for bound in frame.total_bounds)
    pad = _MARGIN * max(east - west, north - south)
    return west - pad, south - pad, east + pad, north + pad


def _axes(new_figure: Callable[..., Figure], shown: Release) -> Axes:
    """Make a figure that fits the shape of the study area, with room for the legend."""
    west, south, east, north = _extent(shown)
    scale = min(MAP_INCHES[0] / (east - west), MAP_INCHES[1] / (north - south))
    width, height = max(3.2, scale * (east - west)), max(3.8, scale * (north - south))
    whole = (width + LEGEND_INCHES, height + TITLE_INCHES + FOOT_INCHES)
    figure = new_figure(figsize=whole)
    return figure.add_axes((0, FOOT_INCHES / whole[1], width / whole[0], height / whole[1]))


def _frame(ax: Axes, shown: Release) -> None:
    west, south, east, north = _extent(shown)
    ax.set_xlim(west, east)
    ax.set_ylim(south, north)
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
    return np.array([joined(shapes).simplify(pixel / 2)])


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
        near = shapes[shapely.intersects(shapes, _view(ax))]
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
            _text(ax, at_x, at_y, look.letter, size=6.5, color="white", zorder=6)


def _group_numbers(ax: Axes, points: gpd.GeoSeries) -> None:
    for name, point in points.items():
        ax.scatter(
            [point.x],
            [point.y],
            s=120 if len(str(name)) < 2 else 175,
            marker="o",
            color="white",
            edgecolors="black",
            linewidths=1.1,
            zorder=7,
        )
        _text(ax, point.x, point.y, str(name), size=7, color="black", zorder=8, weight="bold")


def _numbered(shown: Release, statistic: str) -> gpd.GeoSeries:
    """Give the points of the groups that carry their number."""
    found = groups(shown, statistic)
    first = found.groupby("sign", sort=False).cumcount() < found["sign"].map(NUMBERED)
    return centres(found[first.astype(bool)])


def _place_names(ax: Axes, shown: Release, taken: NDArray[np.float64]) -> None:
    """Write names where there is room: the largest places first, none over a group's number."""
    places = shown.context.basemap.get("place")
    if places is None or "name" not in places.columns:
        return
    named = places.loc[places["name"].notna() & places.geometry.notna()].to_crs(shown.table.crs)
    named = named.assign(size=-named.geometry.area).sort_values("size", kind="stable")
    points = shapely.get_coordinates(shapely.point_on_surface(named.geometry.to_numpy()))
    point_m = _pixel(ax) * 150 / 72  # metres to a typographic point
    boxes = [shapely.Point(at).buffer(8 * point_m) for at in taken]
    for name, at in zip(named["name"], points, strict=True):
        text = one_line(name, longest=28)
        x, y = at.tolist()
        half = (0.32 * _NAME_SIZE * len(text) * point_m, 0.9 * _NAME_SIZE * point_m)
        box = shapely.box(x - half[0], y - half[1], x + half[0], y + half[1])
        if _view(ax).contains(box) and not shapely.intersects(box, boxes).any():
            boxes.append(box)
            _text(ax, x, y, text, size=_NAME_SIZE, color="#333333", zorder=4, bbox=_NAME_GROUND)


def _view(ax: Axes) -> shapely.Polygon:
    (west, east), (south, north) = ax.get_xlim(), ax.get_ylim()
    return shapely.box(west, south, east, north)


def _text(ax: Axes, x: float, y: float, text: str, **style: Any) -> None:
    """Write text as it is; a dollar sign or backslash in a name is no formula."""
    ax.text(x, y, text, ha="center", va="center_baseline", parse_math=False, clip_on=True, **style)


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
