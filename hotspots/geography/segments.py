"""Segments: streets as they lie on the ground, and what it costs to travel them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import csr_array

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]
    Shapes = NDArray[np.object_]

MILLIMETRES = 3


@dataclass(frozen=True, eq=False)
class Segments:
    """Streets on the ground: edges with the same line, whichever way they lead, are one.

    Attributes
    ----------
    edge : array of int, shape (n,)
        The first edge along the line, by position; `line` and `ahead` follow it.
    start, end : array of int, shape (n,)
        Nodes at either end, by position.
    ahead, back : array of float, shape (n,)
        Metres along the street from start to end and the other way; infinite where one-way.
    line : array of LineString, shape (n,)
    tree : STRtree
        Over `line`.
    of_edge : array of int, shape (n_edges,)
        The segment of each edge.
    along : array of bool, shape (n_edges,)
        Whether the edge leads from start to end.
    """

    edge: Integers
    start: Integers
    end: Integers
    ahead: Floats
    back: Floats
    line: Shapes
    tree: shapely.STRtree
    of_edge: Integers
    along: Flags


@dataclass(frozen=True, eq=False)
class Costs:
    """What it costs to travel, in one unit throughout: metres, or seconds.

    Attributes
    ----------
    onward : csr_array, shape (n_nodes, n_nodes)
        From node (row) to node (column) by the best edge; a stored 0 is an edge.
    reverse : csr_array, shape (n_nodes, n_nodes)
        The same, from column to row: for searching backwards from a destination.
    ahead, back : array of float, shape (n_segments,)
        From a segment's start to its end and the other way; infinite where one-way.
    """

    onward: csr_array[np.float64]
    reverse: csr_array[np.float64]
    ahead: Floats
    back: Floats


def join_edges(u: Integers, v: Integers, lines: Shapes, length: Floats) -> Segments:
    """Join edges whose lines agree to the millimetre in either direction.

    Parameters
    ----------
    u, v : array of int, shape (n_edges,)
        Nodes each edge leads from and to, by position.
    lines : array of LineString, shape (n_edges,)
        From u to v.
    length : array of float, shape (n_edges,)
        Metres.

    Returns
    -------
    Segments
    """
    along, against = _fingerprints(lines)
    turned = along > against
    keys = pd.DataFrame(
        {
            "low": np.where(turned, v, u),
            "high": np.where(turned, u, v),
            "line": np.where(turned, against, along),
        }
    )
    number = np.asarray(keys.groupby(["low", "high", "line"], sort=False).ngroup(), dtype=np.int64)
    first = np.flatnonzero(~pd.Series(number).duplicated())
    same_way = turned == turned[first][number]
    ahead, back = _by_direction(length, number, same_way, n=len(first))
    return Segments(
        edge=first,
        start=u[first],
        end=v[first],
        ahead=ahead,
        back=back,
        line=lines[first],
        tree=shapely.STRtree(lines[first]),
        of_edge=number,
        along=same_way,
    )


def travel_costs(
    ends: tuple[Integers, Integers], cost: Floats, segments: Segments, *, n_nodes: int
) -> Costs:
    """Arrange the cost of every edge for searching.

    Parameters
    ----------
    ends : tuple of array of int, shape (n_edges,)
        Nodes each edge leads from and to, by position.
    cost : array of float, shape (n_edges,)
        In any one unit.
    segments : Segments
        Of the same edges.
    n_nodes : int
        Number of nodes.

    Returns
    -------
    Costs
    """
    u, v = ends
    ahead, back = _by_direction(cost, segments.of_edge, segments.along, n=len(segments.edge))
    onward = _matrix(u, v, cost, n_nodes)
    return Costs(onward, csr_array(onward.T), ahead, back)


def _fingerprints(lines: Shapes) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Sum up every line in 64 bits, corner by corner from its start and from its end.

    Comparing the corners themselves takes twenty times as long. Two lines between the same nodes
    get the same number by accident once in 10**19 times.
    """
    corners, line = shapely.get_coordinates(lines, return_index=True)
    sizes = np.bincount(line, minlength=len(lines))
    first = np.cumsum(sizes) - sizes
    x, y = np.rint(corners * 10**MILLIMETRES).astype(np.int64).astype(np.uint64).T
    place = _mixed(_mixed(x) + y)
    nth = (np.arange(len(line)) - first[line]).astype(np.uint64)
    nth_last = sizes[line].astype(np.uint64) - np.uint64(1) - nth
    along, against = (np.add.reduceat(_mixed(place + _mixed(n)), first) for n in (nth, nth_last))
    return along, against


def _mixed(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread whole numbers over 64 bits, one to one, as SplitMix64 does [1]_.

    References
    ----------
    .. [1] Steele, G. L., Lea, D., & Flood, C. H. (2014). Fast splittable pseudorandom number
       generators. OOPSLA '14, 453-472. https://doi.org/10.1145/2660193.2660195
    """
    mixed = numbers + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def _by_direction(
    cost: Floats, number: Integers, same_way: Flags, *, n: int
) -> tuple[Floats, Floats]:
    ahead, back = (np.full(n, np.inf) for _ in range(2))
    np.minimum.at(ahead, number[same_way], cost[same_way])
    np.minimum.at(back, number[~same_way], cost[~same_way])
    return ahead, back


def _matrix(tail: Integers, head: Integers, cost: Floats, n: int) -> csr_array[np.float64]:
    order = np.lexsort([cost, head, tail])
    tail, head, cost = tail[order], head[order], cost[order]
    best = np.ones(len(tail), dtype=bool)
    best[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    rows = np.concatenate([[0], np.cumsum(np.bincount(tail[best], minlength=n))])
    return csr_array((cost[best], head[best], rows), shape=(n, n))
