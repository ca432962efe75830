"""Terminals: how snapped points enter and leave the streets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from hotspots.geography.streets import Streets, Weight

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    # for either end of each point's street: the node, and what lies between it and the point
    Ways = tuple[tuple[Integers, Floats], tuple[Integers, Floats]]


@dataclass(frozen=True)
class Terminals:
    """Snapped points: their street, and the ways between them and its two ends.

    Attributes
    ----------
    segment : array of int, shape (n,)
        Where each lies in ``streets.segments``.
    fraction : array of float, shape (n,)
        How far along the segment's line, from 0 to 1.
    ahead, back : array of float, shape (n,)
        Cost of all of the segment from its start to its end and the other way.
    out, into : tuple
        For either end of the segment, the node and the cost from the point to there, or to the
        point from there; infinite where there is no way.
    """

    segment: Integers
    fraction: Floats
    ahead: Floats
    back: Floats
    out: Ways
    into: Ways

    @classmethod
    def of(cls, snapped: pd.DataFrame, streets: Streets, weight: Weight) -> Terminals:
        """Find the ways of points as :func:`hotspots.snap` returns them."""
        segments, costs = streets.segments, streets.costs(weight)
        edge = streets.edges.index.get_indexer(snapped["edge"])
        segment, fraction = segments.of_edge[edge], snapped["fraction"].to_numpy(dtype="float64")
        fraction = np.where(segments.along[edge], fraction, 1 - fraction)
        start, end = segments.start[segment], segments.end[segment]
        ahead, back = costs.ahead[segment], costs.back[segment]
        return cls(
            segment=segment,
            fraction=fraction,
            ahead=ahead,
            back=back,
            out=((start, part_of(fraction, back)), (end, part_of(1 - fraction, ahead))),
            into=((start, part_of(fraction, ahead)), (end, part_of(1 - fraction, back))),
        )


def part_of(fraction: Floats, length: Floats) -> Floats:
    """Apportion costs; at an end of the street nothing is left, even of a forbidden way.

    Parameters
    ----------
    fraction : array of float, shape (n,)
        Of the street, from 0 to 1.
    length : array of float, shape (n,)
        Cost of all of it; infinite where there is no way.

    Returns
    -------
    array of float, shape (n,)
    """
    return np.multiply(fraction, length, out=np.zeros_like(fraction), where=fraction > 0)


def entered(graph: csr_array[np.float64], ways: Ways) -> csr_array[np.float64]:
    """Add a row per point, to set out from; a stored 0 is a way of no length.

    Parameters
    ----------
    graph : csr_array, shape (n_nodes, n_nodes)
        Costs from node to node.
    ways : tuple
        Of n points, as in :class:`Terminals`.

    Returns
    -------
    csr_array, shape (n_nodes + n, n_nodes + n)
    """
    nodes, metres = (np.stack(pair, axis=1) for pair in zip(*ways, strict=True))
    usable = np.isfinite(metres)
    size = graph.shape[0] + len(nodes)
    rows = graph.indptr[-1] + np.cumsum(usable.sum(axis=1))
    return csr_array(
        (
            np.concatenate([graph.data, metres[usable]]),
            np.concatenate([graph.indices, nodes[usable]]),
            np.concatenate([graph.indptr, rows]),
        ),
        shape=(size, size),
    )
