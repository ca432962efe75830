"""Draws compared with each unit by itself: for unequal weights, and for what is more than a sum.

One set of draws still serves every unit: the weighted sums of all units over all draws are a
matrix product. A unit that was drawn for its own neighbourhood is replaced by the draw's next id,
as in :mod:`hotspots.inference.reference`, so the null is exactly conditional.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from hotspots.inference.draws import distinct_draws
from hotspots.inference.tails import Tails

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    Combine = Callable[[NDArray[np.float64], NDArray[np.intp]], NDArray[np.float64]]

DRAWN = 2**20  # ids drawn at once
COMPARED = 2**21  # unit-draw pairs compared at once


@dataclass(frozen=True)
class Linked:
    """What is compared with draws: a function of weighted sums over each unit's neighbourhood.

    Attributes
    ----------
    features : ndarray of float, shape (m, n)
        What is summed, of every unit.
    weights : ndarray of float, shape (sum of sizes,)
        Of the places in the neighbourhoods, unit after unit.
    sizes : ndarray of int, shape (n,)
        Places in each neighbourhood.
    tested : ndarray of bool, shape (n,)
        Which units are compared.
    observed : ndarray of float, shape (n,)
        The statistic found.
    tolerance : ndarray of float, shape (n,)
        Values of the statistic closer than this are the same.
    combine : callable
        Gives the statistic, shape (u, r), from the sums, shape (m, u, r), of u units.
    held : bool
        Whether neighbours are drawn from the other units, otherwise from all.
    """

    features: NDArray[np.float64]
    weights: NDArray[np.float64]
    sizes: NDArray[np.int64]
    tested: NDArray[np.bool_]
    observed: NDArray[np.float64]
    tolerance: NDArray[np.float64]
    combine: Combine
    held: bool


class Drawn(NamedTuple):
    """Tails, with mean and variance of the statistic over the draws; NaN where not tested."""

    tails: Tails
    mean: NDArray[np.float64]
    variance: NDArray[np.float64]


def direct_tails(linked: Linked, n_permutations: int, rng: np.random.Generator) -> Drawn:
    """Compare every tested unit with random neighbourhoods of its own size and weights.

    Parameters
    ----------
    linked : Linked
        What is compared.
    n_permutations : int
        Number of draws R.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    Drawn
        With (1 + #) / (1 + R) in each tail.
    """
    n, tolerance = linked.tested.size, linked.tolerance
    at_least, at_most = np.zeros((2, n), dtype=np.int64)
    above, squares = np.zeros((2, n))
    largest = int(linked.sizes[linked.tested].max(initial=0)) + linked.held
    per_block = max(1, DRAWN // max(largest, 1))
    for start in range(0, n_permutations if linked.tested.any() else 0, per_block):
        ids = distinct_draws(n, largest, min(per_block, n_permutations - start), rng=rng)
        for units, excess in _excesses(linked, ids):
            at_least[units] += np.count_nonzero(excess >= -tolerance[units, None], axis=1)
            at_most[units] += np.count_nonzero(excess <= tolerance[units, None], axis=1)
            above[units] += excess.sum(axis=1)
            squares[units] += np.einsum("ur,ur->u", excess, excess)
    upper, lower, mean, square = (
        np.where(linked.tested, counted, np.nan)
        for counted in (
            (1 + at_least) / (1 + n_permutations),
            (1 + at_most) / (1 + n_permutations),
            above / n_permutations,
            squares / n_permutations,
        )
    )
    return Drawn(Tails(upper=upper, lower=lower), linked.observed + mean, square - mean**2)


def _excesses(
    linked: Linked, ids: NDArray[np.int64]
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.float64]]]:
    """Give by how much the statistic of some draws exceeds that found, a few units at a time."""
    n_draws = ids.shape[1]
    starts = np.cumsum(linked.sizes) - linked.sizes
    per_chunk = max(1, COMPARED // n_draws)
    for size in np.unique(linked.sizes[linked.tested]).tolist():
        same = np.flatnonzero(linked.tested & (linked.sizes == size))
        drawn = linked.features[:, ids[:size]]
        own = _own(ids, same, size) if linked.held else None
        for first in range(0, same.size, per_chunk):
            units = same[first : first + per_chunk]
            weights = linked.weights[starts[units][:, None] + np.arange(size)]
            sums = weights @ drawn
            if own is not None:
                hits = _of(units, own)
                instead = linked.features[:, ids[size, hits.draw]] - linked.features[:, hits.unit]
                row = np.searchsorted(units, hits.unit)
                sums[:, row, hits.draw] += weights[row, hits.place] * instead
            yield units, linked.combine(sums, units) - linked.observed[units, None]


class _Hits(NamedTuple):
    """Where units were drawn for themselves, by unit."""

    unit: NDArray[np.int64]
    place: NDArray[np.intp]
    draw: NDArray[np.intp]


def _own(ids: NDArray[np.int64], units: NDArray[np.intp], size: int) -> _Hits:
    """Find where some units stand among the first `size` ids of a draw."""
    wanted = np.zeros(int(max(ids.max(), units.max())) + 1, dtype=np.bool_)
    wanted[units] = True
    place, draw = np.nonzero(wanted[ids[:size]])
    unit = ids[place, draw]
    order = np.argsort(unit, kind="stable")
    return _Hits(unit[order], place[order], draw[order])


def _of(units: NDArray[np.intp], hits: _Hits) -> _Hits:
    """Keep the hits of units that follow each other."""
    mine = slice(*np.searchsorted(hits.unit, [units[0], units[-1] + 1]))
    return _Hits(*(part[mine] for part in hits))
