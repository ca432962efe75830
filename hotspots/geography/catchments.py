"""Catchments: what can be reached from places over the streets within a distance."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.ops import substring

from hotspots.errors import CoverageWarning, InputError
from hotspots.geography.journeys import FAR
from hotspots.geography.paths import Reached, reached
from hotspots.geography.snapping import MAX_SNAP_M, snap, uncovered

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from hotspots.geography.segments import Segments
    from hotspots.geography.streets import Streets

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Shapes = NDArray[np.object_]

WIDTH_M = 40.0
QUARTER = 4
"""Corners of a drawn quarter of a circle."""

GAP = 1e-9
"""Share of a street. Pieces no further apart are one."""


def catchments(
    places: gpd.GeoDataFrame,
    streets: Streets,
    *,
    distance: float | Sequence[float] = 800.0,
    width: float = WIDTH_M,
    holes: bool = False,
    max_snap: float = MAX_SNAP_M,
) -> gpd.GeoDataFrame:
    """Draw what can be reached from each place over the streets.

    Parameters
    ----------
    places : GeoDataFrame of Point
        In the CRS of `streets`.
    streets : Streets
        The network. One-way streets are only left, never entered, against their direction.
    distance : float or sequence of float
        Metres along the streets, from where a place is snapped to; several give whole catchments
        that lie on each other, not rings.
    width : float
        Metres on either side of a reached street that belong to the catchment, about a lot deep.
    holes : bool
        Keep what the reached streets surround but no lot of theirs covers, such as the middle of a
        park. By default it is filled.
    max_snap : float
        Metres to the nearest street beyond which a place is not placed on the network.

    Returns
    -------
    GeoDataFrame
        One row per place and distance, in this order:

        ``origin``
            Label of the place.
        ``distance_m``
            As asked for.
        ``reached_m``
            Metres of street reached, each counted once whatever its directions.
        ``snap_m``
            Metres from the place to its street.
        ``note``
            Empty, or ``"far from a street"``: then nothing is known, and the shapes are missing.
        ``lines``
            MultiLineString, the streets reached, cut where the distance is used up.
        ``geometry``
            Polygon or MultiPolygon, all within `width` of them, or of the place on its street where
            no way leads on; round ends have 16 sides to the circle.

    Raises
    ------
    CRSError
        If the CRS differ.
    SchemaError
        If a row is not a point.
    InputError
        If `distance`, `width` or `max_snap` is not above 0, or a distance stands twice.

    Warns
    -----
    CoverageWarning
        If most places are far from any street.

    See Also
    --------
    hotspots.reached_streets : The same pieces, one by one.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import hotspots as hs
    >>> from hotspots.geography.catchments import catchments
    >>> from shapely import LineString, Point
    >>> nodes = gpd.GeoDataFrame(geometry=[Point(0, 0), Point(900, 0)], index=["a", "b"], crs=32616)
    >>> edges = gpd.GeoDataFrame(
    ...     {"u": ["a"], "v": ["b"], "length": [900.0]},
    ...     geometry=[LineString([(0, 0), (900, 0)])],
    ...     crs=32616,
    ... )
    >>> home = gpd.GeoDataFrame(geometry=[Point(200, 30)], index=["H1"], crs=32616)
    >>> found = catchments(home, hs.Streets(nodes, edges), distance=[300, 800])  # a one-way street
    >>> found[["origin", "distance_m", "reached_m"]]
      origin  distance_m  reached_m
    0     H1       300.0      300.0
    1     H1       800.0      700.0
    >>> found["lines"][0].wkt
    'MULTILINESTRING ((200 0, 500 0))'
    """
    if not 0 < width < np.inf:
        raise InputError(f"width: {width:g} m; give more than 0")
    limits = _limits(distance)
    snapped, near = _placed(places, streets, max_snap)
    row = np.flatnonzero(near)
    pieces = _pieces(snapped.iloc[row], streets, limits)
    part = row[pieces.origin] * len(limits) + pieces.limit
    n = len(places) * len(limits)
    known = np.repeat(near, len(limits))
    pieces_drawn = pieces.lines(streets.segments)
    lines = _gathered(pieces_drawn, part, n)
    alone = shapely.buffer(_on_street(snapped, streets), width, quad_segs=QUARTER)
    shapes = np.repeat(alone, len(limits))
    for i, some in _by_part(pieces_drawn, part):
        shapes[i] = _covered(some, width, holes=holes)
    lines[~known] = shapes[~known] = None
    metres = np.bincount(part, weights=pieces.metres(streets.segments), minlength=n)
    table = {
        "origin": places.index.repeat(len(limits)),
        "distance_m": np.tile(limits, len(places)),
        "reached_m": np.where(known, metres, np.nan),
        "snap_m": np.repeat(snapped["snap_m"].to_numpy(), len(limits)),
        "note": pd.array(np.where(known, "", FAR), dtype="str"),
        "lines": gpd.GeoSeries(lines, crs=streets.crs),
    }
    return gpd.GeoDataFrame(table, geometry=shapes, crs=streets.crs)


def reached_streets(
    places: gpd.GeoDataFrame,
    streets: Streets,
    *,
    distance: float | Sequence[float] = 800.0,
    max_snap: float = MAX_SNAP_M,
) -> gpd.GeoDataFrame:
    """List the pieces of street that can be reached from each place.

    Parameters
    ----------
    places, streets, distance, max_snap
        As for :func:`hotspots.catchments`.

    Returns
    -------
    GeoDataFrame of LineString
        One row per piece, by place, distance and street: ``origin``, ``distance_m``; ``edge``, the
        row of ``streets.edges`` it lies on; ``from_fraction`` and ``to_fraction``, where along its
        line, from 0 to 1; ``length_m``. A two-way street is one edge, the first listed, and its
        ends may be two pieces. Places far from a street have none.

    Raises
    ------
    CRSError, SchemaError, InputError
        As for :func:`hotspots.catchments`.

    Warns
    -----
    CoverageWarning
        If most places are far from any street.
    """
    limits = _limits(distance)
    snapped, near = _placed(places, streets, max_snap)
    row = np.flatnonzero(near)
    pieces = _pieces(snapped.iloc[row], streets, limits)
    segments = streets.segments
    table = {
        "origin": places.index.take(row[pieces.origin]),
        "distance_m": limits[pieces.limit],
        "edge": streets.edges.index.take(segments.edge[pieces.segment]),
        "from_fraction": pieces.start,
        "to_fraction": pieces.end,
        "length_m": pieces.metres(segments),
    }
    return gpd.GeoDataFrame(table, geometry=pieces.lines(segments), crs=streets.crs)


@dataclass(frozen=True, eq=False)
class _Pieces:
    """Pieces of segments, by origin, limit and segment; `start` and `end` are shares of a line."""

    origin: Integers
    limit: Integers
    segment: Integers
    start: Floats
    end: Floats

    def metres(self, segments: Segments) -> Floats:
        length = np.minimum(segments.ahead, segments.back)[self.segment]
        metres: Floats = (self.end - self.start) * length
        return metres

    def lines(self, segments: Segments) -> Shapes:
        lines = segments.line[self.segment]
        for i in np.flatnonzero((self.start > 0) | (self.end < 1)):
            lines[i] = substring(lines[i], self.start[i], self.end[i], normalized=True)
        return lines


def _pieces(snapped: pd.DataFrame, streets: Streets, limits: Floats) -> _Pieces:
    """Cut the streets where each distance is used up."""
    found = reached(snapped, streets, limit=limits.max())
    parts = [_joined(*_stretches(found, streets.segments, limit)) for limit in limits]
    which = np.repeat(np.arange(len(limits)), [len(part[0]) for part in parts])
    origin, segment, start, end = (np.concatenate(part) for part in zip(*parts, strict=True))
    order = np.lexsort([start, segment, which, origin])
    return _Pieces(origin[order], which[order], segment[order], start[order], end[order])


def _stretches(
    found: Reached, segments: Segments, limit: float
) -> tuple[Integers, Integers, Floats, Floats]:
    """Give origin, segment, start and end of every way along a street that `limit` allows.

    From a node at either end of a street, and from the origin itself in both directions; where
    there is no way, the cost is infinite and the stretch has no length.
    """
    left = limit - found.metres
    nodes = pd.DataFrame({"node": found.node, "origin": found.origin, "left": left})[left > 0]
    parts = []
    for node, cost, turned in (
        (segments.start, segments.ahead, False),
        (segments.end, segments.back, True),
    ):
        ways = pd.DataFrame({"node": node, "segment": np.arange(len(node)), "cost": cost})
        on = nodes.merge(ways[np.isfinite(cost)], on="node")
        share = _share(on["left"].to_numpy(), on["cost"].to_numpy())
        start, end = (1 - share, np.ones(len(on))) if turned else (np.zeros(len(on)), share)
        parts.append((on["origin"].to_numpy(), on["segment"].to_numpy(), start, end))
    budget = np.full(len(found.fraction), limit)
    ahead = found.fraction + _share(budget, segments.ahead[found.segment])
    back = found.fraction - _share(budget, segments.back[found.segment])
    own = np.arange(len(found.fraction))
    parts.append((own, found.segment, np.maximum(back, 0.0), np.minimum(ahead, 1.0)))
    origin, segment, start, end = (np.concatenate(part) for part in zip(*parts, strict=True))
    return origin, segment, start, end


def _share(left: Floats, cost: Floats) -> Floats:
    """Give the share of a street that a distance is enough for, at most all of it."""
    return np.divide(left, cost, out=np.ones_like(left), where=cost > left)


def _joined(
    origin: Integers, segment: Integers, start: Floats, end: Floats
) -> tuple[Integers, Integers, Floats, Floats]:
    """Join stretches of one street that overlap or touch, and drop those without length."""
    some = np.flatnonzero(end > start)
    order = some[np.lexsort([start[some], segment[some], origin[some]])]
    origin, segment, start, end = origin[order], segment[order], start[order], end[order]
    street = np.cumsum((np.diff(origin, prepend=-1) != 0) | (np.diff(segment, prepend=-1) != 0))
    until = np.maximum.accumulate(end + 2.0 * street)  # streets lie apart on one axis
    new = np.diff(street, prepend=0) != 0
    new[1:] |= (start + 2.0 * street)[1:] > until[:-1] + GAP
    first = np.flatnonzero(new)
    furthest = np.maximum.reduceat(end, first) if len(first) else end
    return origin[first], segment[first], start[first], furthest


def _gathered(lines: Shapes, part: Integers, n: int) -> Shapes:
    """Gather lines to one shape each of n parts, empty where there are none."""
    gathered = np.full(n, shapely.MultiLineString(), dtype=object)
    for i, some in _by_part(lines, part):
        gathered[i] = shapely.multilinestrings(some)
    return gathered


def _by_part(shapes: Shapes, part: Integers) -> Iterator[tuple[int, Shapes]]:
    """Give the shapes of each part, which are in the order of the parts."""
    number, first = np.unique(part, return_index=True)
    bounds = [*first.tolist(), len(part)]
    for i, (start, stop) in zip(number.tolist(), pairwise(bounds), strict=True):
        yield i, shapes[start:stop]


def _covered(lines: Shapes, width: float, *, holes: bool) -> BaseGeometry:
    """Give all within a width of lines that meet at their ends.

    To fill what they surround, the blocks between them come first: far fewer lines, those that
    lead away from any block, are left to be joined one by one.
    """
    if holes:
        return shapely.union_all(shapely.buffer(lines, width, quad_segs=QUARTER))
    blocks, *others = shapely.polygonize_full(lines)
    inside = shapely.union_all(shapely.get_parts(blocks))
    rest = np.concatenate([shapely.get_parts(shape) for shape in others])
    parts = shapely.buffer([inside, *rest], width, quad_segs=QUARTER)
    rings = shapely.get_exterior_ring(shapely.get_parts(shapely.union_all(parts)))
    return shapely.union_all(shapely.polygons(rings))


def _on_street(snapped: pd.DataFrame, streets: Streets) -> Shapes:
    lines = streets.edges.geometry.loc[snapped["edge"]]
    return shapely.line_interpolate_point(
        np.asarray(lines), snapped["fraction"].to_numpy(), normalized=True
    )


def _placed(
    places: gpd.GeoDataFrame, streets: Streets, max_snap: float
) -> tuple[pd.DataFrame, NDArray[np.bool_]]:
    if not max_snap > 0:
        raise InputError(f"max_snap: {max_snap:g} m; give more than 0")
    snapped = snap(places, streets)
    said = uncovered(snapped, max_snap=max_snap)
    if said:
        warnings.warn(f"places: {said}", CoverageWarning, stacklevel=3)
    return snapped, snapped["snap_m"].to_numpy() <= max_snap


def _limits(distance: float | Sequence[float]) -> Floats:
    limits = np.atleast_1d(np.asarray(distance, dtype="float64"))
    names = ", ".join(f"{limit:g}" for limit in limits)
    if not limits.size or not ((limits > 0) & np.isfinite(limits)).all():
        raise InputError(f"distance: {names or 'none given'} m; every distance must be above 0")
    if len(np.unique(limits)) < len(limits):
        raise InputError(f"distance: {names} m; give every distance once")
    return limits
