"""Matplotlib's axes as a sheet for a map: its size, and shapes and words on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.path import Path
    from numpy.typing import NDArray

    from hotspots.disclosure.release import Release

RASTER_VERTICES = 20_000
"""Base layers with more vertices become pixels inside the SVG."""

MAP_INCHES = (6.4, 7.2)
LEGEND_INCHES = 3.3
TITLE_INCHES, FOOT_INCHES = 0.4, 0.3
_MARGIN = 0.03


def extent(shown: Release) -> tuple[float, float, float, float]:
    """Give west, south, east and north of the view, in metres: the study area, a little wider."""
    boundary, table = shown.context.boundary, shown.table
    area = table if boundary is None else boundary.to_crs(table.crs)
    west, south, east, north = (float(bound) for bound in area.total_bounds)
    pad = _MARGIN * max(east - west, north - south)
    return west - pad, south - pad, east + pad, north + pad


def new_axes(new_figure: Callable[..., Figure], shown: Release) -> Axes:
    """Make a figure that fits the shape of the study area, with room for the legend."""
    west, south, east, north = extent(shown)
    scale = min(MAP_INCHES[0] / (east - west), MAP_INCHES[1] / (north - south))
    width, height = max(3.2, scale * (east - west)), max(3.8, scale * (north - south))
    whole = (width + LEGEND_INCHES, height + TITLE_INCHES + FOOT_INCHES)
    figure = new_figure(figsize=whole)
    return figure.add_axes((0, FOOT_INCHES / whole[1], width / whole[0], height / whole[1]))


def frame(ax: Axes, shown: Release) -> None:
    """Set the view to the study area."""
    west, south, east, north = extent(shown)
    ax.set_xlim(west, east)
    ax.set_ylim(south, north)
    ax.set_aspect("equal", anchor="C")
    ax.set_axis_off()


def view(ax: Axes) -> shapely.Polygon:
    """Give the view as a rectangle."""
    (west, east), (south, north) = ax.get_xlim(), ax.get_ylim()
    return shapely.box(west, south, east, north)


def pixel_m(ax: Axes) -> float:
    """Metres to a pixel at 150 dots per inch."""
    west, east = ax.get_xlim()
    figure = ax.get_figure(root=True)
    width = 10.0 if figure is None else float(figure.get_figwidth())
    return float(east - west) / (150 * width * ax.get_position().width)


def add_shapes(ax: Axes, shapes: NDArray[np.object_], **style: Any) -> None:
    """Add lines and polygons as two collections, however many there are."""
    from matplotlib.collections import LineCollection, PathCollection

    parts = shapely.get_parts(shapely.get_parts(shapes))
    areas = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    lines = parts[np.isin(shapely.get_type_id(parts), (1, 2))]
    heavy = bool(shapely.get_num_coordinates(parts).sum() > RASTER_VERTICES)
    if len(areas):
        paths = PathCollection([_path(areas)], clip_on=True, rasterized=heavy, **style)
        ax.add_collection(paths, autolim=False)
    if len(lines):
        colour = style["edgecolor"]
        width = max(float(str(style.get("linewidth", 0.5))), 0.3)
        runs = [shapely.get_coordinates(line) for line in lines]
        ax.add_collection(
            LineCollection(runs, colors=colour, linewidths=width, rasterized=heavy), autolim=False
        )


def _path(areas: NDArray[np.object_]) -> Path:
    """Draw all areas in one path; holes run the other way round and stay empty."""
    from matplotlib.path import Path

    oriented = shapely.orient_polygons(areas)
    points, ring = shapely.get_coordinates(shapely.get_rings(oriented), return_index=True)
    codes = np.full(len(points), Path.LINETO, dtype=Path.code_type)
    codes[np.flatnonzero(np.diff(ring, prepend=-1))] = Path.MOVETO
    codes[np.flatnonzero(np.diff(ring, append=-1))] = Path.CLOSEPOLY
    return Path(points, codes)


def write(ax: Axes, x: float, y: float, text: str, **style: Any) -> None:
    """Write text as it is; a dollar sign or backslash in a name is no formula."""
    ax.text(x, y, text, ha="center", va="center_baseline", parse_math=False, clip_on=True, **style)
