"""Paths: shortest distances over streets between snapped points, by direction of travel.

Points enter the network where they were snapped: each becomes a node of its own, joined to the ends
of its street by the part of the street's length that lies between, as one-way streets allow. A
point at a crossing may take any street there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hotspots.geography.streets import Streets

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Arcs = tuple[Integers, Integers, Floats]  # from, to, metres

MAX_DISTANCES = 20_000_000
"""Distances held at once while a matrix is filled."""


def nearest(
    origins: pd.DataFrame, destinations: pd.DataFrame, streets: Streets
) -> tuple[Floats, Integers]:
    """Find for each origin the destination that is nearest over the streets.

    Parameters
    ----------
    origins, destinations : DataFrame
        As :func:`hotspots.snap` returns them.
    streets : Streets
        The network they were snapped to.

    Returns
    -------
    distance : array of float, shape (n_origins,)
        Metres from origin to destination; infinite where none can be reached.
    position : array of int, shape (n_origins,)
        Of the destination; -1 where none can be reached. Of destinations at one place, the first.
    """
    first = _first_at_each_place(destinations)
    graph = _network(origins, destinations.iloc[first], streets)
    sources = graph.shape[0] - len(first) + np.arange(len(first))
    if not len(sources):
        return np.full(len(origins), np.inf), np.full(len(origins), -1)
    distance, _, source = dijkstra(
        graph.T.tocsr(), indices=sources, min_only=True, return_predecessors=True
    )
    found = slice(len(streets.nodes), len(streets.nodes) + len(origins))
    reached = np.isfinite(distance[found])
    place = np.where(reached, source[found] - sources[0], 0)
    return distance[found], np.where(reached, first[place], -1)


def distances(
    origins: pd.DataFrame,
    destinations: pd.DataFrame,
    streets: Streets,
    *,
    limit: float = np.inf,
) -> Floats:
    """Measure from every origin to every destination over the streets.

    Parameters
    ----------
    origins, destinations : DataFrame
        As :func:`hotspots.snap` returns them.
    streets : Streets
        The network they were snapped to.
    limit : float
        Metres beyond which nothing is looked for.

    Returns
    -------
    array of float, shape (n_origins, n_destinations)
        Metres; infinite where there is no way, or none within `limit`.
    """
    graph = _network(origins, destinations, streets)
    starts = len(streets.nodes) + np.arange(len(origins))
    goals = len(streets.nodes) + len(origins) + np.arange(len(destinations))
    if len(goals) < len(starts):
        return _matrix(graph.T.tocsr(), goals, starts, limit=limit).T
    return _matrix(graph, starts, goals, limit=limit)


def _matrix(graph: csr_array, starts: Integers, goals: Integers, *, limit: float) -> Floats:
    found = np.empty((len(starts), len(goals)))
    height = max(1, MAX_DISTANCES // graph.shape[0])
    for top in range(0, len(starts), height):
        rows = slice(top, top + height)
        found[rows] = dijkstra(graph, indices=starts[rows], limit=limit)[:, goals]
    return found


def _first_at_each_place(snapped: pd.DataFrame) -> Integers:
    return np.flatnonzero(~snapped.duplicated(["edge", "fraction"]))


def _network(origins: pd.DataFrame, destinations: pd.DataFrame, streets: Streets) -> csr_array:
    """Build the graph of nodes, then origins with ways out, then destinations with ways in."""
    n_nodes, n_origins, n_destinations = len(streets.nodes), len(origins), len(destinations)
    start, goal = _Terminals(origins, streets), _Terminals(destinations, streets)
    start_number = n_nodes + np.arange(n_origins)
    goal_number = n_nodes + n_origins + np.arange(n_destinations)
    u, v = streets.ends
    arcs = [
        (u, v, streets.edges["length"].to_numpy(dtype="float64")),
        (start_number, start.end, start.to_end),
        (start_number, start.start, start.to_start),
        (goal.start, goal_number, goal.from_start),
        (goal.end, goal_number, goal.from_end),
        *_direct(start, goal, n_nodes),
    ]
    return _sparse(arcs, n_nodes + n_origins + n_destinations)


class _Terminals:
    """What it takes to get from snapped points to the ends of their streets, and back."""

    def __init__(self, snapped: pd.DataFrame, streets: Streets) -> None:
        segments = streets.segments
        edges = pd.Index(streets.edges.index[segments.edge])
        self.segment = edges.get_indexer(snapped["edge"])
        self.fraction = snapped["fraction"].to_numpy(dtype="float64")
        self.start, self.end = segments.start[self.segment], segments.end[self.segment]
        self.ahead, self.back = segments.ahead[self.segment], segments.back[self.segment]
        rest = 1 - self.fraction
        self.to_end, self.to_start = _part(rest, self.ahead), _part(self.fraction, self.back)
        self.from_start, self.from_end = _part(self.fraction, self.ahead), _part(rest, self.back)


def _part(fraction: Floats, length: Floats) -> Floats:
    """Apportion lengths; at an end of the street nothing is left, even of a forbidden way."""
    return np.multiply(fraction, length, out=np.zeros_like(fraction), where=fraction > 0)


def _direct(start: _Terminals, goal: _Terminals, n_nodes: int) -> list[Arcs]:
    """Join origins and destinations on the same street along it, both ways."""
    origins = pd.DataFrame({"segment": start.segment, "origin": np.arange(len(start.segment))})
    goals = pd.DataFrame({"segment": goal.segment, "goal": np.arange(len(goal.segment))})
    on_one = origins.merge(goals, on="segment")
    origin, target = on_one["origin"].to_numpy(), on_one["goal"].to_numpy()
    onward = goal.fraction[target] - start.fraction[origin]
    length = np.where(onward < 0, start.back[origin], start.ahead[origin])
    metres = _part(np.abs(onward), length)
    return [(n_nodes + origin, n_nodes + len(start.segment) + target, metres)]


def _sparse(arcs: list[Arcs], n: int) -> csr_array:
    """Build the matrix with the shortest of parallel arcs; a stored 0 is an arc of no length."""
    tail, head, metres = (np.concatenate(parts) for parts in zip(*arcs, strict=True))
    order = np.lexsort([metres, head, tail])
    tail, head, metres = tail[order], head[order], metres[order]
    shortest = np.ones(len(tail), dtype=bool)
    shortest[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    kept = shortest & np.isfinite(metres)
    rows = np.concatenate([[0], np.cumsum(np.bincount(tail[kept], minlength=n))])
    return csr_array((metres[kept], head[kept], rows), shape=(n, n))
