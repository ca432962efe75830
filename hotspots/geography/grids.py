"""Grids: squares and hexagons cut to a boundary, as units of analysis."""

from __future__ import annotations

from numbers import Real
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspots.crs import require_metric
from hotspots.errors import InputError
from hotspots.geography.lattices import PRECISION, HexagonLattice, SquareLattice
from hotspots.schema import UNITS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from hotspots.geography.lattices import Integers, Lattice

    Shapes = NDArray[np.object_]

MIN_SIZE = 1.0
MAX_CELLS = 10_000_000
BLOCK = 200_000
NEAR = 2 * PRECISION


def squares(boundary: gpd.GeoDataFrame | gpd.GeoSeries, *, size: float) -> gpd.GeoDataFrame:
    """Cover a boundary with square cells, cut to it.

    Grid lines stand at whole multiples of `size` in the coordinate system, so a cell keeps its id
    and its place when the boundary changes.

    Parameters
    ----------
    boundary : GeoDataFrame or GeoSeries of Polygon or MultiPolygon
        The study area, any number of rows, in a metric CRS.
    size : float
        Side of a cell in metres, at least 1.

    Returns
    -------
    GeoDataFrame
        One row per cell that shares area with the boundary, by row from the south west. Index
        ``unit_id``, such as ``"r0012c0034"``: how many cells north and east of the origin of the
        coordinate system. Shapes are written to the millimetre and neighbouring ones share their
        corners exactly. ``attrs["grid"]`` says what grid it is, so that :func:`hotspots.count` can
        count by arithmetic.

    Raises
    ------
    CRSError
        If the CRS is missing, geographic or not in metres.
    InputError
        If the boundary holds no valid area, or `size` is under 1 m, larger than the boundary, or
        would make more than 10 million cells.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> city = gpd.GeoSeries([box(0, 0, 250, 100)], crs="EPSG:32616")
    >>> squares(city, size=100).area
    unit_id
    r0000c0000    10000.0
    r0000c0001    10000.0
    r0000c0002     5000.0
    dtype: float64
    """
    return _grid(boundary, SquareLattice(_checked_size(size)))


def hexagons(boundary: gpd.GeoDataFrame | gpd.GeoSeries, *, size: float) -> gpd.GeoDataFrame:
    """Cover a boundary with regular hexagons, cut to it.

    The hexagons stand on a corner in rows, odd rows shifted by half a cell; the one of row 0 and
    column 0 has its centre at the origin of the coordinate system.

    Parameters
    ----------
    boundary : GeoDataFrame or GeoSeries of Polygon or MultiPolygon
        The study area, any number of rows, in a metric CRS.
    size : float
        Metres from one flat side to the opposite one, which is also the distance between the
        centres of neighbours; at least 1.

    Returns
    -------
    GeoDataFrame
        As of :func:`squares`.

    Raises
    ------
    CRSError, InputError
        As :func:`squares`.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> city = gpd.GeoSeries([box(-50, -20, 50, 20)], crs="EPSG:32616")
    >>> hexagons(city, size=100).area  # 40 m high, cut from a hexagon 100 m wide
    unit_id
    r0000c0000    4000.0
    dtype: float64
    """
    return _grid(boundary, HexagonLattice(_checked_size(size)))


def _checked_size(size: object) -> float:
    if not isinstance(size, Real):
        raise InputError(f"size: {size!r} is not a number of metres; give it as 500")
    metres = float(size)
    if not np.isfinite(metres) or metres < MIN_SIZE:
        raise InputError(f"size: {metres:g} m cannot be a cell; give at least {MIN_SIZE:g} m")
    return metres


def _grid(boundary: gpd.GeoDataFrame | gpd.GeoSeries, lattice: Lattice) -> gpd.GeoDataFrame:
    crs = require_metric(boundary, what="boundary")
    area = _area(boundary)
    _check_extent(area, lattice)
    rows, columns, shapes = _cut_cells(area, lattice)
    ids = [f"r{row:04d}c{column:04d}" for row, column in zip(rows, columns, strict=True)]
    units = gpd.GeoDataFrame(
        {"geometry": shapes}, index=pd.Index(ids, name=UNITS.index, dtype="str"), crs=crs
    )
    units.attrs["grid"] = {"kind": lattice.kind, "size": lattice.size, "origin": [0.0, 0.0]}
    return units


def _area(boundary: gpd.GeoDataFrame | gpd.GeoSeries) -> shapely.Geometry:
    """Join the rows of a boundary into one shape on the millimetre grid."""
    shapes = np.asarray(boundary.geometry)
    areal = np.isin(shapely.get_type_id(shapes), (3, 6)) & ~shapely.is_empty(shapes)
    bad = ~areal | ~shapely.is_valid(shapes)
    if bad.any():
        first = boundary.index[bad].tolist()[0]
        raise InputError(
            f"boundary: {int(bad.sum())} rows are not valid polygons, first {first!r}; "
            "repair them with .make_valid() or leave them out"
        )
    area = shapely.set_precision(shapely.union_all(shapes), PRECISION)
    if shapely.is_empty(area):
        raise InputError("boundary: no area; give at least one polygon")
    return area


def _check_extent(area: shapely.Geometry, lattice: Lattice) -> None:
    bounds = _bounds(area)
    x_min, y_min, x_max, y_max = bounds
    if lattice.size > max(x_max - x_min, y_max - y_min):
        raise InputError(
            f"size: {lattice.size:g} m is larger than the boundary "
            f"({x_max - x_min:,.0f} m by {y_max - y_min:,.0f} m); choose a smaller one"
        )
    rows, columns = lattice.span(bounds)
    n = len(rows) * len(columns)
    if n > MAX_CELLS:
        raise InputError(
            f"size: {lattice.size:g} m makes about {n:,} cells over the extent of the boundary, "
            f"more than {MAX_CELLS:,}; choose a larger one"
        )


def _bounds(area: shapely.Geometry) -> tuple[float, float, float, float]:
    x_min, y_min, x_max, y_max = shapely.bounds(area).tolist()
    return x_min, y_min, x_max, y_max


def _cut_cells(area: shapely.Geometry, lattice: Lattice) -> tuple[Integers, Integers, Shapes]:
    """Cut every cell to the area, block by block so that memory follows the result."""
    walls = shapely.STRtree(_segments(area))
    shapely.prepare(area)
    found = [_cut_block(area, walls, lattice, block) for block in _blocks(lattice, _bounds(area))]
    rows, columns, shapes = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return rows, columns, shapes


def _blocks(
    lattice: Lattice, bounds: tuple[float, float, float, float]
) -> Iterator[tuple[Integers, Integers]]:
    rows, columns = lattice.span(bounds)
    height = max(1, BLOCK // len(columns))
    for start in range(rows.start, rows.stop, height):
        block = np.arange(start, min(start + height, rows.stop))
        across = np.arange(columns.start, columns.stop)
        yield np.repeat(block, len(across)), np.tile(across, len(block))


def _cut_block(
    area: shapely.Geometry,
    walls: shapely.STRtree,
    lattice: Lattice,
    block: tuple[Integers, Integers],
) -> tuple[Integers, Integers, Shapes]:
    """Cut only cells near the outline; the others lie wholly inside or outside."""
    rows, columns = block
    shapes = lattice.polygons(rows, columns)
    near = np.zeros(len(shapes), dtype=bool)
    near[walls.query(shapes, predicate="dwithin", distance=NEAR)[0]] = True
    middle = shapely.centroid(shapes)
    keep = ~near & shapely.contains_xy(area, shapely.get_x(middle), shapely.get_y(middle))
    cut = _polygonal(shapely.intersection(shapes[near], area, grid_size=PRECISION))
    shapes[near] = cut
    keep[near] = ~shapely.is_empty(cut)
    return rows[keep], columns[keep], shapes[keep]


def _segments(area: shapely.Geometry) -> Shapes:
    corners, ring = shapely.get_coordinates(
        shapely.get_rings(shapely.get_parts(area)), return_index=True
    )
    pairs = np.stack([corners[:-1], corners[1:]], axis=1)[ring[:-1] == ring[1:]]
    segments: Shapes = shapely.linestrings(pairs)
    return segments


def _polygonal(shapes: Shapes) -> Shapes:
    """Keep what has area of shapes that may also hold points and lines."""
    result = shapes.copy()
    for i in np.flatnonzero(~np.isin(shapely.get_type_id(shapes), (3, 6))):
        parts = shapely.get_parts(shapes[i])
        result[i] = shapely.union_all(parts[shapely.get_type_id(parts) == 3])
    return result
