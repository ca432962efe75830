"""Neighbours: which units are near which, as binary graphs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from hotspots.crs import require_metric
from hotspots.errors import InputError, SchemaError

if TYPE_CHECKING:
    import geopandas as gpd
    from libpysal.graph import Graph
    from numpy.typing import NDArray
    from scipy.spatial import KDTree

    Integers = NDArray[np.int64]
    Floats = NDArray[np.float64]

ROUNDING = 1e-6
"""Metres. Distances are compared to it, so that equal ones in a grid stay equal."""


def contiguity(units: gpd.GeoDataFrame, *, rook: bool = False, order: int = 1) -> Graph:
    """Join units that touch, or that so many steps over touching units join.

    Parameters
    ----------
    units : GeoDataFrame of Polygon or MultiPolygon
        In a metric CRS, with a unique index.
    rook : bool
        Ask for a shared stretch of border; by default a shared corner is enough (queen).
    order : int
        Steps from unit to touching unit that still make a neighbour, lower orders included. For
        those of the second order alone take ``contiguity(units).higher_order(2)``.

    Returns
    -------
    libpysal.graph.Graph
        Binary and symmetric, in the order of `units`; no unit is its own neighbour, and a unit
        that touches none is an isolate. It follows the shapes as they are: two cells of a grid
        that a boundary has cut apart are not neighbours, and overlapping units are.

    Raises
    ------
    CRSError
        If the CRS is missing, geographic or not in metres.
    SchemaError
        If a unit has no geometry, or an id stands twice.
    InputError
        If `order` is under 1.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import hotspots as hs
    >>> city = gpd.GeoSeries.from_wkt(["POLYGON ((0 0, 200 0, 200 200, 0 200, 0 0))"], crs=32616)
    >>> cells = hs.squares(city, size=100)
    >>> hs.contiguity(cells).cardinalities.to_list()
    [3, 3, 3, 3]
    >>> hs.contiguity(cells, rook=True).cardinalities.to_list()
    [2, 2, 2, 2]
    >>> hs.contiguity(cells, rook=True, order=2).cardinalities.to_list()
    [3, 3, 3, 3]
    """
    if order < 1:
        raise InputError(f"order: {order} steps reach no neighbour; give 1 or more")
    shapes = _shapes(units)
    focal, neighbour = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = np.stack([focal, neighbour])[:, focal < neighbour]
    if rook:
        first, second = shapes[pairs]
        border = shapely.relate_pattern(first, second, "****1****")
        overlap = shapely.relate_pattern(first, second, "T********")
        pairs = pairs[:, border | overlap]
    focal, neighbour = _both_ways(pairs)
    if order > 1:
        focal, neighbour = _in_steps(focal, neighbour, order, n=len(units))
    return graph_of(focal, neighbour, units.index)


def distance_band(units: gpd.GeoDataFrame, *, distance: float) -> Graph:
    """Join units whose centroids lie within a distance.

    Parameters
    ----------
    units : GeoDataFrame
        In a metric CRS, with a unique index.
    distance : float
        Metres, itself included (to a micrometre).

    Returns
    -------
    libpysal.graph.Graph
        Binary and symmetric, in the order of `units`; no unit is its own neighbour, and a unit
        with none in reach is an isolate.

    Raises
    ------
    CRSError, SchemaError
        As :func:`contiguity`.
    InputError
        If `distance` is not above 0.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import hotspots as hs
    >>> city = gpd.GeoSeries.from_wkt(["POLYGON ((0 0, 400 0, 400 100, 0 100, 0 0))"], crs=32616)
    >>> hs.distance_band(hs.squares(city, size=100), distance=200).cardinalities.to_list()
    [2, 3, 3, 2]
    """
    if not distance > 0:
        raise InputError(f"distance: {distance:g} m holds no neighbour; give more than 0")
    focal, neighbour, _ = pairs_within(centres(units), distance)
    return graph_of(focal, neighbour, units.index)


def nearest_neighbours(units: gpd.GeoDataFrame, *, k: int) -> Graph:
    """Join each unit to the `k` units with the nearest centroids.

    Parameters
    ----------
    units : GeoDataFrame
        In a metric CRS, with a unique index.
    k : int
        Neighbours of each unit. Among equally distant ones (to a micrometre) those that stand
        first in `units` are taken.

    Returns
    -------
    libpysal.graph.Graph
        Binary, in the order of `units`; not symmetric in general; no unit is its own neighbour,
        though another one at the same place may be.

    Raises
    ------
    CRSError, SchemaError
        As :func:`contiguity`.
    InputError
        If `k` is under 1, or there are not more than `k` units.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import hotspots as hs
    >>> city = gpd.GeoSeries.from_wkt(["POLYGON ((0 0, 300 0, 300 100, 0 100, 0 0))"], crs=32616)
    >>> graph = hs.nearest_neighbours(hs.squares(city, size=100), k=1)
    >>> graph["r0000c0001"].index.to_list()  # both ends are equally near
    ['r0000c0000']
    """
    if not 1 <= k < len(units):
        raise InputError(
            f"k: {k} nearest neighbours among {len(units)} units; give 1 to {len(units) - 1}"
        )
    tree = centres(units)
    reach = np.asarray(tree.query(tree.data, k=[k + 1])[0])[:, 0]
    near = tree.query_ball_point(tree.data, reach + ROUNDING)
    focal = np.repeat(np.arange(len(units)), [len(found) for found in near])
    neighbour = np.concatenate(near).astype(np.int64)
    focal, neighbour = focal[focal != neighbour], neighbour[focal != neighbour]
    apart = np.linalg.norm(tree.data[focal] - tree.data[neighbour], axis=1)
    order = np.lexsort([neighbour, np.round(apart / ROUNDING), focal])
    focal, neighbour = focal[order], neighbour[order]
    rank = np.arange(len(focal)) - np.searchsorted(focal, focal)
    return graph_of(focal[rank < k], neighbour[rank < k], units.index)


def _shapes(units: gpd.GeoDataFrame) -> NDArray[np.object_]:
    require_metric(units, what="units")
    if not units.index.is_unique:
        twice = units.index.duplicated()
        raise SchemaError(
            f"units: {int(twice.sum())} ids stand twice, first {units.index[twice].tolist()[0]!r}; "
            "make the index unique"
        )
    shapes = np.asarray(units.geometry)
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    if empty.any():
        raise SchemaError(
            f"units: {int(empty.sum())} have no geometry, first id "
            f"{units.index[empty].tolist()[0]!r}; leave them out"
        )
    return shapes


def centres(units: gpd.GeoDataFrame) -> KDTree:
    """Check units and give their centroids, in their order, ready to be searched."""
    from scipy.spatial import KDTree  # heavy, and only needed here

    found = shapely.centroid(_shapes(units))
    return KDTree(np.column_stack([shapely.get_x(found), shapely.get_y(found)]))


def pairs_within(tree: KDTree, distance: float) -> tuple[Integers, Integers, Floats]:
    """Find the pairs of centres within a distance, both ways, and how far apart they are.

    Parameters
    ----------
    tree : KDTree
        From :func:`centres`.
    distance : float
        Metres, itself included (to a micrometre).

    Returns
    -------
    focal, neighbour : ndarray of int, shape (E,)
        Positions in `tree`.
    apart : ndarray of float, shape (E,)
        Metres, the same in both directions.
    """
    pairs = tree.query_pairs(distance + ROUNDING, output_type="ndarray").T
    first, second = tree.data[pairs]
    apart = np.linalg.norm(first - second, axis=1)
    return *_both_ways(pairs), np.concatenate([apart, apart])


def graph_of(
    focal: Integers, neighbour: Integers, ids: pd.Index, *, weights: Floats | None = None
) -> Graph:
    """Build a graph from positions; an isolate is written as libpysal does, by a 0.

    Parameters
    ----------
    focal, neighbour : ndarray of int, shape (E,)
        Positions in `ids`, in any order; nobody with itself.
    ids : Index
        Of the units.
    weights : ndarray of float, shape (E,), optional
        Above 0; by default the graph is binary.

    Returns
    -------
    libpysal.graph.Graph
    """
    from libpysal.graph import Graph  # takes a second to import

    alone = np.setdiff1d(np.arange(len(ids)), focal)
    weight = np.ones(len(focal), dtype=np.int64) if weights is None else weights
    weight = np.concatenate([weight, np.zeros_like(weight, shape=alone.shape)])
    focal, neighbour = np.concatenate([focal, alone]), np.concatenate([neighbour, alone])
    order = np.lexsort([neighbour, focal])
    links = pd.MultiIndex(
        levels=[ids, ids],  # type: ignore[list-item]
        codes=[focal[order], neighbour[order]],  # type: ignore[list-item]
        names=["focal", "neighbor"],
        verify_integrity=False,
    )
    return Graph(pd.Series(weight[order], index=links, name="weight"), is_sorted=True)


def _both_ways(pairs: Integers) -> tuple[Integers, Integers]:
    first, second = pairs
    return np.concatenate([first, second]), np.concatenate([second, first])


def _in_steps(
    focal: Integers, neighbour: Integers, order: int, *, n: int
) -> tuple[Integers, Integers]:
    """Find who is reached in at most `order` links, nobody by going there and back."""
    from scipy import sparse  # heavy, and only needed here

    links = sparse.csr_array((np.ones(len(focal), dtype=np.bool_), (focal, neighbour)), (n, n))
    reached = links
    for _ in range(order - 1):
        reached = reached + reached @ links
    start, end = reached.nonzero()
    return start[start != end].astype(np.int64), end[start != end].astype(np.int64)
