"""Journeys: tables of what is near what over the streets, for points of any kind."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from hotspots.errors import CoverageWarning, InputError
from hotspots.geography.paths import distances, k_nearest, pairs_within
from hotspots.geography.snapping import MAX_SNAP_M, snap, uncovered

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from hotspots.geography.streets import Streets, Weight

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

FAR = "far from a street"
UNREACHABLE = "unreachable"
NO_OTHER = "no destination"
COLUMN = {"length": "distance_m", "travel_time": "travel_time_s"}
"""What the column is called in which the cost of a journey stands: it names the unit."""


def nearest_over_streets(
    origins: gpd.GeoDataFrame,
    destinations: gpd.GeoDataFrame | None,
    streets: Streets,
    *,
    k: int = 1,
    max_snap: float = MAX_SNAP_M,
    weight: Weight = "length",
) -> pd.DataFrame:
    """Find the nearest destinations of every origin, over the streets.

    Parameters
    ----------
    origins, destinations : GeoDataFrame of Point
        In the CRS of `streets`. Without `destinations` the origins are measured among themselves,
        and none is its own neighbour.
    streets : Streets
        The network.
    k : int
        How many to find for each origin.
    max_snap : float
        Metres to the nearest street beyond which a point is not placed on the network.
    weight : {"length", "travel_time"}
        What is kept short: metres along the streets, or seconds.

    Returns
    -------
    DataFrame
        One row per origin and destination found, by origin and rank:

        ``origin, rank, destination``
            Labels of both tables' indexes; ranks count from 1.
        ``distance_m`` or ``travel_time_s``
            Metres, or seconds by travel time, between the places they were snapped to.
        ``straight_m``
            Metres in a straight line between the points themselves.
        ``snap_m, destination_snap_m``
            Metres from each to its street.
        ``note``
            Empty, or why nothing was found: ``"far from a street"`` (the origin, or every
            destination), ``"unreachable"``, ``"no destination"``. Such an origin has one row, with
            its destination and distance missing.

    Raises
    ------
    CRSError
        If the CRS differ.
    SchemaError
        If a row is not a point.
    StreetError
        If travel times are asked for and the streets have none.
    InputError
        If `k` or `max_snap` is not above 0.

    Warns
    -----
    CoverageWarning
        If most points are far from any street.

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
    >>> places = [Point(20, 30), Point(60, 0)]
    >>> points = gpd.GeoDataFrame(geometry=places, index=["A", "B"], crs=32616)
    >>> found = hs.nearest_over_streets(points, None, hs.Streets(nodes, edges))
    >>> found[["origin", "destination", "distance_m", "straight_m", "note"]]
      origin destination  distance_m  straight_m         note
    0      A           B        40.0        50.0
    1      B         NaN         NaN         NaN  unreachable
    """
    if k < 1:
        raise InputError(f"k: {k}; give 1 or more")
    starts, goals = _placed(origins, destinations, streets, max_snap)
    cost, position = k_nearest(
        starts.snapped[starts.near],
        goals.snapped[goals.near],
        streets,
        k=k,
        apart=destinations is None,
        weight=weight,
    )
    nearest, costs = np.full((len(starts.id), k), -1), np.full((len(starts.id), k), np.nan)
    nearest[starts.near] = np.append(np.flatnonzero(goals.near), -1)[position]  # -1 stays -1
    costs[starts.near] = np.where(position >= 0, cost, np.nan)
    listed = nearest >= 0
    listed[:, 0] = True  # an origin that reaches nothing has a row that says why
    origin, rank = np.nonzero(listed)
    goal = nearest[origin, rank]
    table = _journeys(starts, goals, origin, goal)
    table.insert(1, "rank", rank + 1)
    table.insert(3, COLUMN[weight], costs[origin, rank])
    note = _reasons(starts, goals, apart=destinations is None)[origin]
    table["note"] = pd.array(np.where(goal >= 0, "", note), dtype="str")
    return table


def within_over_streets(
    origins: gpd.GeoDataFrame,
    destinations: gpd.GeoDataFrame | None,
    streets: Streets,
    *,
    limit: float,
    max_snap: float = MAX_SNAP_M,
    weight: Weight = "length",
) -> pd.DataFrame:
    """Find every destination no further than a limit from each origin, over the streets.

    Parameters
    ----------
    origins, destinations, streets, max_snap, weight
        As for :func:`nearest_over_streets`.
    limit : float
        Metres, or seconds by travel time; itself included.

    Returns
    -------
    DataFrame
        One row per pair, in the order of both tables: ``origin, destination``, ``distance_m`` or
        ``travel_time_s``, ``straight_m``, ``snap_m``, ``destination_snap_m``. An origin that has
        nothing in reach has no row. ``attrs["far_from_street"]`` counts the ``origins`` and
        ``destinations`` left out for that.

    Raises
    ------
    CRSError, SchemaError, StreetError, InputError
        As for :func:`nearest_over_streets`.

    Warns
    -----
    CoverageWarning
        If most points are far from any street.
    """
    if not limit > 0:
        raise InputError(f"limit: {limit:g}; give more than 0")
    starts, goals = _placed(origins, destinations, streets, max_snap)
    origin, destination, cost = pairs_within(
        starts.snapped[starts.near],
        goals.snapped[goals.near],
        streets,
        limit=limit,
        apart=destinations is None,
        weight=weight,
    )
    start, goal = np.flatnonzero(starts.near)[origin], np.flatnonzero(goals.near)[destination]
    table = _journeys(starts, goals, start, goal)
    table.insert(2, COLUMN[weight], cost)
    table.attrs["far_from_street"] = {
        "origins": int((~starts.near).sum()), "destinations": int((~goals.near).sum())
    }  # fmt: skip
    return table


def distances_over_streets(
    origins: gpd.GeoDataFrame,
    destinations: gpd.GeoDataFrame | None,
    streets: Streets,
    *,
    max_snap: float = MAX_SNAP_M,
    weight: Weight = "length",
) -> pd.DataFrame:
    """Measure from every origin to every destination, over the streets.

    Parameters
    ----------
    origins, destinations, streets, max_snap, weight
        As for :func:`nearest_over_streets`; without `destinations` from each origin to each, 0 to
        itself.

    Returns
    -------
    DataFrame
        Index of `origins`, columns the index of `destinations`; metres, or seconds by travel time
        (``attrs["unit"]`` says ``"m"`` or ``"s"``). NaN where there is no way, and for points far
        from a street.

    Raises
    ------
    CRSError, SchemaError, StreetError, InputError
        As for :func:`nearest_over_streets`.

    Warns
    -----
    CoverageWarning
        If most points are far from any street.
    """
    starts, goals = _placed(origins, destinations, streets, max_snap)
    start, goal = np.flatnonzero(starts.near), np.flatnonzero(goals.near)
    matrix = np.full((len(starts.id), len(goals.id)), np.nan)
    found = distances(starts.snapped.iloc[start], goals.snapped.iloc[goal], streets, weight=weight)
    matrix[np.ix_(start, goal)] = np.where(np.isfinite(found), found, np.nan)
    table = pd.DataFrame(matrix, index=starts.id, columns=goals.id)
    table.attrs["unit"] = "m" if weight == "length" else "s"
    return table


def taken(ids: pd.Index, position: Integers) -> pd.api.extensions.ExtensionArray:
    """Take labels at positions, missing for -1, without turning whole numbers to fractions.

    Parameters
    ----------
    ids : Index
        Labels.
    position : array of int
        Where they stand in it; -1 for none.

    Returns
    -------
    ExtensionArray

    Examples
    --------
    >>> taken(pd.Index([7, 8]), np.array([1, -1])).tolist()
    [8, <NA>]
    """
    known = ids.astype("Int64") if pd.api.types.is_integer_dtype(ids.dtype) else ids
    found: pd.api.extensions.ExtensionArray = known.array.take(position, allow_fill=True)
    return found


@dataclass(frozen=True)
class _Placed:
    """Points by position: their label, where they are, where on the streets, and if near enough."""

    id: pd.Index
    xy: Floats
    snapped: pd.DataFrame
    near: NDArray[np.bool_]


def _placed(
    origins: gpd.GeoDataFrame,
    destinations: gpd.GeoDataFrame | None,
    streets: Streets,
    max_snap: float,
) -> tuple[_Placed, _Placed]:
    if not max_snap > 0:
        raise InputError(f"max_snap: {max_snap:g} m; give more than 0")
    starts = _place(origins, streets, max_snap, what="origins")
    if destinations is None:
        return starts, starts
    return starts, _place(destinations, streets, max_snap, what="destinations")


def _place(points: gpd.GeoDataFrame, streets: Streets, max_snap: float, *, what: str) -> _Placed:
    snapped = snap(points, streets)
    said = uncovered(snapped, max_snap=max_snap)
    if said:
        warnings.warn(f"{what}: {said}", CoverageWarning, stacklevel=4)
    return _Placed(
        id=points.index,
        xy=shapely.get_coordinates(np.asarray(points.geometry)),
        snapped=snapped,
        near=snapped["snap_m"].to_numpy() <= max_snap,
    )


def _journeys(starts: _Placed, goals: _Placed, start: Integers, goal: Integers) -> pd.DataFrame:
    """Describe pairs of points by position; a goal of -1 is none."""
    straight, goal_snap = np.full(len(start), np.nan), np.full(len(start), np.nan)
    some = goal >= 0
    straight[some] = np.hypot(*(starts.xy[start[some]] - goals.xy[goal[some]]).T)
    goal_snap[some] = goals.snapped["snap_m"].to_numpy()[goal[some]]
    return pd.DataFrame(
        {
            "origin": starts.id.take(start),
            "destination": taken(goals.id, goal),
            "straight_m": straight,
            "snap_m": starts.snapped["snap_m"].to_numpy()[start],
            "destination_snap_m": goal_snap,
        }
    )


def _reasons(starts: _Placed, goals: _Placed, *, apart: bool) -> NDArray[np.object_]:
    """Say for every origin why nothing was found from it, supposing so."""
    n = np.full(len(starts.id), len(goals.id)) - apart
    n_near = goals.near.sum() - (starts.near if apart else 0)
    far = ~starts.near | (n_near == 0)
    return np.select([n == 0, far], [NO_OTHER, FAR], default=UNREACHABLE).astype(object)
