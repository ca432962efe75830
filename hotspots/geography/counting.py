"""Counting: which unit a point lies in, each point in one unit at most."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from hotspots.crs import require_metric, require_same_crs
from hotspots.errors import SchemaError, faults
from hotspots.geography.lattices import LATTICES, PRECISION
from hotspots.schema import UNITS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

    from hotspots.geography.lattices import Floats, Integers, Lattice

    Shapes = NDArray[np.object_]
    Locator = Callable[["_Points"], Integers]

POLYGON, MULTIPOLYGON = 3, 6
BLOCK = 100_000
MAX_TABLE = 50_000_000
NEAR = 2 * PRECISION


def locate(points: gpd.GeoDataFrame, units: gpd.GeoDataFrame) -> pd.Series[Any]:
    """Find the unit each point lies in.

    A point on a border shared by several units belongs to the first of them in the order of
    `units`; a point within 1 mm outside all of them lies on their outer border and belongs too.
    On a grid made by :func:`hotspots.squares` or :func:`hotspots.hexagons` this is done by
    arithmetic, otherwise by a spatial index; the answer is the same.

    Parameters
    ----------
    points : GeoDataFrame of Point
        In the CRS of `units`.
    units : GeoDataFrame of Polygon or MultiPolygon
        In a metric CRS, with a unique index.

    Returns
    -------
    Series
        Named ``unit_id``, index of `points`; missing where a point is in no unit or has no
        geometry.

    Raises
    ------
    CRSError
        If the CRS is missing, not metric, or not the same for both.
    SchemaError
        If a geometry is of another type, or a unit's id stands twice.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import hotspots as hs
    >>> city = gpd.GeoSeries.from_wkt(["POLYGON ((0 0, 200 0, 200 100, 0 100, 0 0))"], crs=32616)
    >>> cells = hs.squares(city, size=100)
    >>> places = gpd.points_from_xy([50, 100, 300], [50, 50, 50], crs=32616)
    >>> points = gpd.GeoDataFrame(geometry=places)
    >>> hs.locate(points, cells).to_list()
    ['r0000c0000', 'r0000c0000', nan]
    """
    found = _positions(points, units)
    ids = pd.array(units.index)
    return pd.Series(
        ids.take(found, allow_fill=True),
        index=points.index,
        name=UNITS.index,
    )


def count(
    points: gpd.GeoDataFrame, units: gpd.GeoDataFrame, *, name: str = "count"
) -> gpd.GeoDataFrame:
    """Count the points in each unit.

    Parameters
    ----------
    points : GeoDataFrame of Point
        In the CRS of `units`.
    units : GeoDataFrame of Polygon or MultiPolygon
        In a metric CRS, with a unique index.
    name : str
        The column to write.

    Returns
    -------
    GeoDataFrame
        A copy of `units` with the column `name`: whole numbers, 0 where there are none. Points are
        given to units as by :func:`locate`, so none is counted twice.

    Raises
    ------
    CRSError, SchemaError
        As :func:`locate`.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import hotspots as hs
    >>> city = gpd.GeoSeries.from_wkt(["POLYGON ((0 0, 200 0, 200 100, 0 100, 0 0))"], crs=32616)
    >>> places = gpd.points_from_xy([50, 100, 300], [50, 50, 50], crs=32616)
    >>> points = gpd.GeoDataFrame(geometry=places)
    >>> hs.count(points, hs.squares(city, size=100))["count"].to_dict()
    {'r0000c0000': 2, 'r0000c0001': 0}
    """
    found = _positions(points, units)
    counts = np.bincount(found[found >= 0], minlength=len(units))
    return units.assign(**{name: counts})


def _positions(points: gpd.GeoDataFrame, units: gpd.GeoDataFrame) -> Integers:
    """Return for each point the position of its unit, or -1."""
    require_metric(units, what="units")
    require_same_crs(points, units, what="points and units")
    shapes = np.asarray(units.geometry)
    _check_units(units, shapes)
    locations = np.asarray(points.geometry)
    locator = _locator(shapes, units.attrs.get("grid"))
    found = np.full(len(locations), -1, dtype=np.int64)
    for start in range(0, len(locations), BLOCK):
        block = slice(start, start + BLOCK)
        xy, place = shapely.get_coordinates(locations[block], return_index=True)
        there = np.arange(start, min(start + BLOCK, len(locations)))
        if len(xy) != len(there) or (place != np.arange(len(place))).any():
            _check_points(points)
            there = start + place
        found[there] = locator(_Points(locations[there], xy[:, 0], xy[:, 1]))
    return found


@dataclass(frozen=True)
class _Points:
    """Points with their coordinates; none is empty or missing."""

    shapes: Shapes
    x: Floats
    y: Floats

    def __getitem__(self, chosen: Integers | NDArray[np.bool_]) -> _Points:
        return _Points(self.shapes[chosen], self.x[chosen], self.y[chosen])

    def __len__(self) -> int:
        return len(self.shapes)


def _check_points(points: gpd.GeoDataFrame) -> None:
    several = shapely.get_num_coordinates(np.asarray(points.geometry)) > 1
    if several.any():
        raise SchemaError(
            f"points: {int(several.sum())} are of another type, first id "
            f"{points.index[several].tolist()[0]!r}; take .centroid or .explode() first"
        )


def _check_units(units: gpd.GeoDataFrame, shapes: Shapes) -> None:
    found = []
    other = ~np.isin(shapely.get_type_id(shapes), (POLYGON, MULTIPOLYGON))
    if other.any():
        found.append(
            f"{int(other.sum())} are not polygons, first id {units.index[other].tolist()[0]!r}; "
            "points can only be counted in polygons"
        )
    if not units.index.is_unique:
        twice = units.index.duplicated()
        found.append(
            f"{int(twice.sum())} ids stand twice, first {units.index[twice].tolist()[0]!r}; "
            "make the index unique"
        )
    if found:
        raise SchemaError(faults("units", found))


def _locator(shapes: Shapes, grid: Mapping[str, Any] | None) -> Locator:
    """Choose arithmetic where the units are what their grid says, otherwise the index."""
    index = _IndexLocator(shapes)
    if grid is None or grid.get("kind") not in LATTICES or not len(shapes):
        return index
    lattice = LATTICES[grid["kind"]](float(grid["size"]))
    return _grid_locator(shapes, lattice, index) or index


class _IndexLocator:
    """Finds units by a spatial index."""

    def __init__(self, shapes: Shapes) -> None:
        self.shapes = shapes
        self.tree = shapely.STRtree(shapes)
        shapely.prepare(shapes)

    def __call__(self, points: _Points) -> Integers:
        """Give each point the first unit that covers it, or else that it nearly touches."""
        point, unit = self.tree.query(points.shapes)
        covers = self.covers(unit, points.x[point], points.y[point])
        found = self._first(len(points), point[covers], unit[covers])
        out = np.flatnonzero(found < 0)
        point, unit = self.tree.query(points.shapes[out], predicate="dwithin", distance=PRECISION)
        found[out] = self._first(len(out), point, unit)
        return found

    def covers(self, unit: Integers, x: Floats, y: Floats) -> NDArray[np.bool_]:
        """Say of each coordinate whether it is in, or on the border of, the unit beside it."""
        inside: NDArray[np.bool_] = shapely.intersects_xy(self.shapes[unit], x, y)
        return inside

    def touches(self, unit: Integers, points: Shapes) -> NDArray[np.bool_]:
        """Say of each point whether it lies within 1 mm of the unit beside it."""
        close: NDArray[np.bool_] = shapely.dwithin(self.shapes[unit], points, PRECISION)
        return close

    def _first(self, n: int, point: Integers, unit: Integers) -> Integers:
        none = len(self.shapes)
        first = np.full(n, none, dtype=np.int64)
        np.minimum.at(first, point, unit)
        return np.where(first == none, -1, first)


@dataclass(frozen=True)
class _GridLocator:
    """Finds grid cells by arithmetic, and asks the shapes only near borders and in cut cells."""

    lattice: Lattice
    first_row: int
    first_column: int
    table: Integers  # (rows, columns) -> position of the unit, -1 for none, a frame of -1 around
    whole: NDArray[np.bool_]  # by position; the last one, which -1 finds, is False
    index: _IndexLocator

    def __call__(self, points: _Points) -> Integers:
        """Give each point its unit's position, or -1."""
        x, y = points.x, points.y
        rows, columns = self.lattice.cells(x, y)
        found = self.table[
            self._place(rows, self.first_row, 0), self._place(columns, self.first_column, 1)
        ]
        unsure = self.lattice.clearance(x, y, rows, columns) < NEAR
        found[unsure] = self.index(points[unsure])
        cut = np.flatnonzero(~unsure & (found >= 0) & ~self.whole[found])
        out = cut[~self.index.covers(found[cut], x[cut], y[cut])]
        found[out[~self.index.touches(found[out], points.shapes[out])]] = -1
        return found

    def _place(self, cells: Integers, first: int, axis: int) -> Integers:
        return np.clip(cells - first + 1, 0, self.table.shape[axis] - 1)


def _grid_locator(shapes: Shapes, lattice: Lattice, index: _IndexLocator) -> _GridLocator | None:
    """Build the table from cell to unit; None where the shapes are not cells of the lattice."""
    middle = shapely.centroid(shapes)
    rows, columns = lattice.cells(shapely.get_x(middle), shapely.get_y(middle))
    cells = lattice.polygons(rows, columns)
    whole = shapely.equals_exact(shapes, cells)
    around = shapely.buffer(cells[~whole], PRECISION, join_style="mitre")
    alone = not pd.MultiIndex.from_arrays([rows, columns]).has_duplicates
    extent = (int(np.ptp(rows)) + 3, int(np.ptp(columns)) + 3)
    if not (alone and prod(extent) < MAX_TABLE and shapely.covers(around, shapes[~whole]).all()):
        return None
    table = np.full(extent, -1, dtype=np.int64)
    table[rows - rows.min() + 1, columns - columns.min() + 1] = np.arange(len(shapes))
    return _GridLocator(
        lattice=lattice,
        first_row=int(rows.min()),
        first_column=int(columns.min()),
        table=table,
        whole=np.append(whole, False),
        index=index,
    )
