"""Paths: shortest ways over streets between snapped points, by direction of travel.

Every function measures in metres, or with ``weight="travel_time"`` in seconds. A point enters and
leaves the network along the street it was snapped to, over the part of the street's length that
lies between it and either end, as a one-way street allows; a point at a crossing may take any
street there. Two points on one street may also meet along it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.sparse.csgraph import dijkstra

from hotspots.geography.terminals import Terminals, entered, part_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from hotspots.geography.streets import Streets, Weight
    from hotspots.geography.terminals import Ways

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

MAX_DISTANCES = 20_000_000
"""Distances held at once while a matrix is filled."""

ROUNDING = 1e-6
"""Metres. Lengths of streets add up to no better than this: one that little above a limit is within
it."""


def nearest(
    origins: pd.DataFrame,
    destinations: pd.DataFrame,
    streets: Streets,
    *,
    weight: Weight = "length",
) -> tuple[Floats, Integers]:
    """Find for each origin the destination that is nearest over the streets.

    Parameters
    ----------
    origins, destinations : DataFrame
        As :func:`hotspots.snap` returns them.
    streets : Streets
        The network they were snapped to.
    weight : {"length", "travel_time"}
        What is kept short.

    Returns
    -------
    distance : array of float, shape (n_origins,)
        Metres or seconds from origin to destination; infinite where none can be reached.
    position : array of int, shape (n_origins,)
        Of the destination; -1 where none can be reached. Of destinations at one place, the first.
    """
    at_node, of_node = nearest_from_nodes(destinations, streets, weight=weight)
    start, goal = (Terminals.of(points, streets, weight) for points in (origins, destinations))
    distance, position = np.full(len(origins), np.inf), np.full(len(origins), -1)
    for node, metres in start.out:
        through = metres + at_node[node]
        position = np.where(through < distance, of_node[node], position)
        distance = np.minimum(through, distance)
    origin, target, metres = _direct(start, goal)
    order = np.lexsort([target, metres, origin])
    origin, first = np.unique(origin[order], return_index=True)
    target, metres = target[order][first], metres[order][first]
    closer = metres < distance[origin]
    distance[origin[closer]], position[origin[closer]] = metres[closer], target[closer]
    return distance, position


def nearest_from_nodes(
    destinations: pd.DataFrame, streets: Streets, *, weight: Weight = "length"
) -> tuple[Floats, Integers]:
    """Find for every node of the streets the nearest destination, in one search.

    Parameters
    ----------
    destinations : DataFrame
        As :func:`hotspots.snap` returns them.
    streets : Streets
        The network they were snapped to.
    weight : {"length", "travel_time"}
        What is kept short.

    Returns
    -------
    distance : array of float, shape (n_nodes,)
        Metres or seconds from node to destination; infinite where none can be reached.
    position : array of int, shape (n_nodes,)
        Of the destination, -1 where none can be reached. Of destinations at one place, the first.
    """
    n_nodes = len(streets.nodes)
    first = np.flatnonzero(~destinations.duplicated(["edge", "fraction"]))
    if not len(first):
        return np.full(n_nodes, np.inf), np.full(n_nodes, -1)
    goal = Terminals.of(destinations.iloc[first], streets, weight)
    distance, _, source = dijkstra(
        entered(streets.costs(weight).reverse, goal.into),
        indices=n_nodes + np.arange(len(first)),
        min_only=True,
        return_predecessors=True,
    )
    distance, source = distance[:n_nodes], source[:n_nodes]
    return distance, np.where(np.isfinite(distance), first[np.maximum(source - n_nodes, 0)], -1)


def distances(
    origins: pd.DataFrame,
    destinations: pd.DataFrame,
    streets: Streets,
    *,
    limit: float = np.inf,
    weight: Weight = "length",
) -> Floats:
    """Measure from every origin to every destination over the streets.

    Parameters
    ----------
    origins, destinations : DataFrame
        As :func:`hotspots.snap` returns them.
    streets : Streets
        The network they were snapped to.
    limit : float
        Metres or seconds beyond which nothing is looked for.
    weight : {"length", "travel_time"}
        What is kept short.

    Returns
    -------
    array of float, shape (n_origins, n_destinations)
        Metres or seconds; infinite where there is no way, or none within `limit`.
    """
    start, goal = (Terminals.of(points, streets, weight) for points in (origins, destinations))
    n_nodes = len(streets.nodes)
    if len(destinations) < len(origins):
        graph = entered(streets.costs(weight).reverse, goal.into)
        found = _through_nodes(graph, n_nodes, start.out, limit=limit).T
    else:
        graph = entered(streets.costs(weight).onward, start.out)
        found = _through_nodes(graph, n_nodes, goal.into, limit=limit)
    origin, target, metres = _direct(start, goal)
    np.minimum.at(found, (origin, target), metres)
    found[found > limit] = np.inf
    return found


@dataclass(frozen=True, eq=False)
class Reached:
    """Nodes of the streets within a limit of snapped points.

    Attributes
    ----------
    origin, node : array of int, shape (n_reached,)
        Positions of a point and of a node it reaches, by point.
    metres : array of float, shape (n_reached,)
        From point to node, or seconds.
    segment : array of int, shape (n_origins,)
        Where each point lies in ``streets.segments``.
    fraction : array of float, shape (n_origins,)
        How far along the segment's line, from 0 to 1.
    """

    origin: Integers
    node: Integers
    metres: Floats
    segment: Integers
    fraction: Floats


def reached(
    origins: pd.DataFrame, streets: Streets, *, limit: float, weight: Weight = "length"
) -> Reached:
    """Find every node that can be reached from each origin.

    Parameters
    ----------
    origins : DataFrame
        As :func:`hotspots.snap` returns them.
    streets : Streets
        The network they were snapped to.
    limit : float
        Metres or seconds, itself included.
    weight : {"length", "travel_time"}
        What is kept short.

    Returns
    -------
    Reached
    """
    start, n_nodes = Terminals.of(origins, streets, weight), len(streets.nodes)
    graph = entered(streets.costs(weight).onward, start.out)
    parts = [(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0))]
    height = max(1, MAX_DISTANCES // graph.shape[0])
    for top in range(0, len(origins), height):
        rows = np.arange(top, min(top + height, len(origins)))
        metres = dijkstra(graph, indices=n_nodes + rows, limit=limit)[:, :n_nodes]
        origin, node = np.nonzero(np.isfinite(metres))
        parts.append((origin + top, node, metres[origin, node]))
    origin, node, metres = (np.concatenate(part) for part in zip(*parts, strict=True))
    return Reached(origin, node, metres, start.segment, start.fraction)


def k_nearest(
    origins: pd.DataFrame,
    destinations: pd.DataFrame,
    streets: Streets,
    *,
    k: int,
    apart: bool = False,
    weight: Weight = "length",
) -> tuple[Floats, Integers]:
    """Find for each origin the k destinations that are nearest over the streets.

    Parameters
    ----------
    origins, destinations : DataFrame
        As :func:`hotspots.snap` returns them.
    streets : Streets
        The network they were snapped to.
    k : int
        At least 1.
    apart : bool
        Whether both are the same points, none of which is its own neighbour.
    weight : {"length", "travel_time"}
        What is kept short.

    Returns
    -------
    distance : array of float, shape (n_origins, k)
        Metres or seconds, ascending; infinite where fewer than k can be reached.
    position : array of int, shape (n_origins, k)
        Of the destination, -1 where there is none; of those equally far, the first first.
    """
    found = np.full((len(origins), k), np.inf)
    position = np.full((len(origins), k), -1)
    for rows, columns in _blocks(len(origins), len(destinations)):
        reach = _reach(origins, destinations, streets, (rows, columns), apart=apart, weight=weight)
        both = np.hstack([found[rows], reach])
        order = np.argsort(both, axis=1, kind="stable")[:, :k]
        new = np.broadcast_to(np.arange(columns.start, columns.start + reach.shape[1]), reach.shape)
        known = np.hstack([position[rows], new])
        found[rows] = np.take_along_axis(both, order, axis=1)
        position[rows] = np.take_along_axis(known, order, axis=1)
    return found, np.where(np.isfinite(found), position, -1)


def pairs_within(
    origins: pd.DataFrame,
    destinations: pd.DataFrame,
    streets: Streets,
    *,
    limit: float,
    apart: bool = False,
    weight: Weight = "length",
) -> tuple[Integers, Integers, Floats]:
    """Find every origin and destination that are no further from each other than a limit.

    Parameters
    ----------
    origins, destinations : DataFrame
        As :func:`hotspots.snap` returns them.
    streets : Streets
        The network they were snapped to.
    limit : float
        Metres or seconds, itself included.
    apart : bool
        Whether both are the same points, none of which is its own neighbour.
    weight : {"length", "travel_time"}
        What is kept short.

    Returns
    -------
    origin, destination : array of int, shape (n_pairs,)
        Positions, by origin and then by destination.
    distance : array of float, shape (n_pairs,)
        Metres or seconds from origin to destination.
    """
    parts = []
    for rows, columns in _blocks(len(origins), len(destinations)):
        reach = _reach(
            origins, destinations, streets, (rows, columns), apart=apart, weight=weight, limit=limit
        )
        origin, destination = np.nonzero(np.isfinite(reach))
        metres = reach[origin, destination]
        parts.append((origin + rows.start, destination + columns.start, metres))
    if not parts:
        return np.empty(0, dtype=int), np.empty(0, dtype=int), np.empty(0)
    origin, destination, metres = (np.concatenate(part) for part in zip(*parts, strict=True))
    order = np.lexsort([destination, origin])
    return origin[order], destination[order], metres[order]


def _blocks(n_origins: int, n_destinations: int) -> Iterator[tuple[slice, slice]]:
    """Cut a matrix along its longer side, so that every search is made once."""
    if not (n_origins and n_destinations):
        return
    if n_destinations < n_origins:
        width = max(1, MAX_DISTANCES // n_origins)
        for left in range(0, n_destinations, width):
            yield slice(0, n_origins), slice(left, left + width)
    else:
        height = max(1, MAX_DISTANCES // n_destinations)
        for top in range(0, n_origins, height):
            yield slice(top, top + height), slice(0, n_destinations)


def _reach(
    origins: pd.DataFrame,
    destinations: pd.DataFrame,
    streets: Streets,
    block: tuple[slice, slice],
    *,
    apart: bool,
    weight: Weight,
    limit: float = np.inf,
) -> Floats:
    """Measure one block of the matrix; infinite between a point and itself where `apart`."""
    rows, columns = block
    reach = distances(
        origins.iloc[rows], destinations.iloc[columns], streets, limit=limit, weight=weight
    )
    if apart:
        origin = np.arange(rows.start, rows.start + len(reach))
        destination = np.arange(columns.start, columns.start + reach.shape[1])
        reach[origin[:, None] == destination] = np.inf
    return reach


def _direct(start: Terminals, goal: Terminals) -> tuple[Integers, Integers, Floats]:
    """Return origin, destination and cost along the street for pairs on the same one."""
    origins = pd.DataFrame({"segment": start.segment, "origin": np.arange(len(start.segment))})
    goals = pd.DataFrame({"segment": goal.segment, "goal": np.arange(len(goal.segment))})
    on_one = origins.merge(goals, on="segment")
    origin, target = on_one["origin"].to_numpy(), on_one["goal"].to_numpy()
    onward = goal.fraction[target] - start.fraction[origin]
    length = np.where(onward < 0, start.back[origin], start.ahead[origin])
    return origin, target, part_of(np.abs(onward), length)


def _through_nodes(
    graph: csr_array[np.float64], n_nodes: int, ways: Ways, *, limit: float
) -> Floats:
    """Search from every row past the nodes, and end over the nearer end of each point's street."""
    seeds = np.arange(n_nodes, graph.shape[0])
    (first, to_first), (second, to_second) = ways
    found = np.empty((len(seeds), len(first)))
    height = max(1, MAX_DISTANCES // graph.shape[0])
    for top in range(0, len(seeds), height):
        rows = slice(top, top + height)
        metres = dijkstra(graph, indices=seeds[rows], limit=limit)
        found[rows] = np.minimum(metres[:, first] + to_first, metres[:, second] + to_second)
    return found
