"""Snapping: where along which street a point lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from hotspots.crs import require_points, require_same_crs

if TYPE_CHECKING:
    import geopandas as gpd

    from hotspots.geography.streets import Streets

MAX_SNAP_M = 250.0
"""Metres from the nearest street beyond which a point is not placed on the network."""

AT_NODE = 1e-7
"""Metres along a street within which a position counts as its end."""


def snap(points: gpd.GeoDataFrame, streets: Streets) -> pd.DataFrame:
    """Move points to the nearest street, anywhere along it.

    Parameters
    ----------
    points : GeoDataFrame of Point
        In the CRS of `streets`.
    streets : Streets
        The network.

    Returns
    -------
    DataFrame
        Index of `points`; ``edge``, the row of ``streets.edges`` whose line is nearest (of a
        two-way street, and of streets equally near, the one that stands first); ``fraction``, how
        far along that line, from 0 to 1; ``snap_m``, metres from the point to there.

    Raises
    ------
    CRSError
        If the CRS differ.
    SchemaError
        If a row is not a point.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import hotspots as hs
    >>> from shapely import LineString, Point
    >>> nodes = gpd.GeoDataFrame(geometry=[Point(0, 0), Point(100, 0)], index=["a", "b"], crs=32616)
    >>> edges = gpd.GeoDataFrame(
    ...     {"u": ["a"], "v": ["b"], "length": [100.0]},
    ...     geometry=[LineString([(0, 0), (100, 0)])],
    ...     crs=32616,
    ... )
    >>> home = gpd.GeoDataFrame(geometry=[Point(25, 30)], index=["H1"], crs=32616)
    >>> hs.snap(home, hs.Streets(nodes, edges))
        edge  fraction  snap_m
    H1     0      0.25    30.0
    """
    require_same_crs(points, streets.edges, what="points and streets")
    require_points(points, what="points")
    places = np.asarray(points.geometry)
    segments = streets.segments
    (point, segment), apart = segments.tree.query_nearest(places, return_distance=True)
    order = np.lexsort([segment, point])
    first = order[np.diff(point[order], prepend=-1) > 0]  # of equally near ones, the first
    segment, apart = segment[first], apart[first]
    line = segments.line[segment]
    along, drawn = shapely.line_locate_point(line, places), shapely.length(line)
    along = np.where(drawn - along <= AT_NODE, drawn, np.where(along <= AT_NODE, 0.0, along))
    return pd.DataFrame(
        {
            "edge": streets.edges.index[segments.edge[segment]],
            "fraction": np.divide(along, drawn, out=np.zeros_like(along), where=drawn > 0),
            "snap_m": apart,
        },
        index=points.index,
    )


def uncovered(snapped: pd.DataFrame, *, max_snap: float = MAX_SNAP_M) -> str:
    """Say that streets do not cover most of the points, if so.

    Parameters
    ----------
    snapped : DataFrame
        As :func:`snap` returns it.
    max_snap : float
        Metres to the nearest street beyond which a point is far from the network.

    Returns
    -------
    str
        Empty where at least half of the points are near a street.

    Examples
    --------
    >>> uncovered(pd.DataFrame({"snap_m": [3.0, 900.0, 2000.0]}))
    '2 of 3 points lie over 250 m from any street, the farthest 2,000 m: do the streets cover ...'
    """
    metres = snapped["snap_m"].to_numpy()
    far = int((metres > max_snap).sum())
    if far * 2 <= len(metres):
        return ""
    return (
        f"{far:,} of {len(metres):,} points lie over {max_snap:g} m from any street, the farthest "
        f"{metres.max():,.0f} m: do the streets cover their place?"
    )
