"""Kinds of streets: which are of a kind, and how far points are from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from hotspots.crs import require_points, require_same_crs
from hotspots.errors import StreetError
from hotspots.geography.streettable import split_kinds

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from hotspots.geography.streets import Streets

    Flags = NDArray[np.bool_]

HIGHWAY = "highway"
ARTERIAL = ("trunk", "primary", "secondary")
"""Through streets with crossings, in OpenStreetMap's words."""
RESIDENTIAL = ("residential", "living_street")
SHOWN = 5


def distance_to_streets(
    points: gpd.GeoDataFrame, streets: Streets, *, kinds: Sequence[str] | None = ARTERIAL
) -> pd.Series[float]:
    """Measure from every point to the nearest street of some kinds, in a straight line.

    Parameters
    ----------
    points : GeoDataFrame of Point
        In the CRS of `streets`.
    streets : Streets
        With ``highway``, the kinds of streets; see :func:`hotspots.read_streets`.
    kinds : sequence of str, or None
        One of these is enough where a street has several; None for any street. By default the
        through streets that are no motorways.

    Returns
    -------
    Series of float
        Metres to the line of the street, by the index of `points`; named ``street_m``.

    Raises
    ------
    CRSError
        If the CRS differ.
    SchemaError
        If a row is not a point.
    StreetError
        If the streets have no kinds, or none is of these.

    Examples
    --------
    Two streets side by side, the farther one an arterial; a house 30 m from it.

    >>> import geopandas as gpd
    >>> import hotspots as hs
    >>> from shapely import LineString, Point
    >>> corners = [Point(0, 0), Point(100, 0), Point(0, 40), Point(100, 40)]
    >>> nodes = gpd.GeoDataFrame(geometry=corners, index=list("abcd"), crs=32616)
    >>> edges = gpd.GeoDataFrame(
    ...     {"u": ["a", "c"], "v": ["b", "d"], "length": 100.0,
    ...      "highway": ["residential", "primary"]},
    ...     geometry=[LineString(corners[:2]), LineString(corners[2:])],
    ...     crs=32616,
    ... )
    >>> house = gpd.GeoDataFrame(geometry=[Point(50, 10)], index=["H1"], crs=32616)
    >>> distance_to_streets(house, hs.Streets(nodes, edges)).to_dict()
    {'H1': 30.0}
    """
    require_points(points, what="points")
    require_same_crs(points, streets.edges, what="points and streets")
    tree = shapely.STRtree(streets.segments.line[of_kinds(streets, kinds)])
    places = np.asarray(points.geometry)
    (point, _), metres = tree.query_nearest(places, all_matches=False, return_distance=True)
    found = np.full(len(places), np.nan)
    found[point] = metres
    return pd.Series(found, index=points.index, name="street_m")


def of_kinds(streets: Streets, kinds: Sequence[str] | None) -> Flags:
    """Say which streets on the ground are of some kinds, in either direction.

    Parameters
    ----------
    streets : Streets
        With ``highway`` in `edges`, unless all are asked for.
    kinds : sequence of str, or None
        One of these is enough; None for all.

    Returns
    -------
    ndarray of bool, shape (n_segments,)
        By position in ``streets.segments``.

    Raises
    ------
    StreetError
        If the streets have no kinds, or none is of these.
    """
    segments = streets.segments
    found = np.zeros(len(segments.edge), dtype=bool)
    if kinds is None:
        return ~found
    asked = [kinds] if isinstance(kinds, str) else list(kinds)
    words = " or ".join(asked) or "of no kind"
    if HIGHWAY not in streets.edges.columns:
        raise StreetError(
            f"streets: no {HIGHWAY!r} of edges, so which are {words} is not known; read an "
            "OpenStreetMap extract or GraphML that has it, name the column of lines with "
            f"{HIGHWAY}='…', or give kinds=None for all streets"
        )
    code, written = pd.factorize(streets.edges[HIGHWAY].astype("str").fillna(""))
    wanted = np.array(
        [not set(asked).isdisjoint(split_kinds(text)) for text in written], dtype=bool
    )
    found[segments.of_edge[wanted[code]]] = True
    if not found.any():
        raise StreetError(f"streets: none is {words}{_known(written, code)}; give other kinds")
    return found


def _known(written: pd.Index, code: NDArray[np.int64]) -> str:
    """List the kinds there are, the most frequent ones first."""
    edges = np.bincount(code, minlength=len(written))
    listed = [(text, n) for text, n in zip(written, edges.tolist(), strict=True) if text]
    listed.sort(key=lambda kind: -kind[1])
    shown = ", ".join(f"{text} ({n:,})" for text, n in listed[:SHOWN])
    more = f" and {len(listed) - SHOWN} further kinds" if len(listed) > SHOWN else ""
    return f", and edges are {shown}{more}" if listed else ", and no edge has a kind"
