"""The shared reference: one set of random draws serves every neighbourhood of the same size.

Under the null the values of a neighbourhood of m units are a draw of m values without
replacement. Its sum therefore has the same distribution for every unit with the same m, and
R sums, sorted once per m, serve them all: a unit's tail is a binary search.

Where the unit's own value is held, its m neighbours are a draw from the *other* units. In the
shared draws that contain the unit among their first m ids it is replaced by the draw's next id:
what then stands there is again a draw of m from the others, so the null is exactly conditional
and every unit keeps all R draws, however large m is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from hotspots.inference.draws import distinct_draws
from hotspots.inference.grouping import distinct, groups
from hotspots.inference.places import places
from hotspots.inference.sums import tolerance
from hotspots.inference.tails import Tails

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from hotspots.inference.sums import Sums

BLOCK = 2**21  # drawn ids held at once: about 100 MB with all that is derived from them


def reference_tails(sums: Sums, n_permutations: int, rng: np.random.Generator) -> Tails:
    """Compare every unit's neighbourhood sum with one shared set of random draws.

    Parameters
    ----------
    sums : Sums
        The observed sums and what they are drawn from.
    n_permutations : int
        Number of draws R.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    Tails
        (1 + #) / (1 + R) in each tail; NaN where a unit is not tested.
    """
    n = sums.sizes.size
    at_least, at_most = np.zeros((2, n), dtype=np.int64)
    parts = [_alike(sums, size, units) for size, units in groups(sums.drawn) if size]
    for ids in _blocks(sums, n_permutations, rng):
        drawn = np.cumsum(sums.values[ids], axis=0)
        for part in parts:
            below, until = places(np.sort(drawn[part.size - 1]), part.low, part.high)
            part.counts[0] += ids.shape[1] - below
            part.counts[1] += until
        if sums.held:
            units, above, under = _replacements(sums, ids, drawn)
            np.add.at(at_least, units, above)
            np.add.at(at_most, units, under)
    for part in parts:
        at_least[part.units] += part.counts[0, part.level]
        at_most[part.units] += part.counts[1, part.level]
    everything = np.where(sums.tested, 1.0 + n_permutations, np.nan)
    return Tails(upper=(1 + at_least) / everything, lower=(1 + at_most) / everything)


class _Alike(NamedTuple):
    """Units with neighbourhoods of one size.

    Attributes
    ----------
    size : int
        Values drawn for each.
    units : ndarray of int, shape (k,)
        Who they are.
    low, high : ndarray of float, shape (m,)
        From where on, and up to where, a drawn sum is that of a level: of units with one sum.
    level : ndarray of int, shape (k,), or slice
        Which level each unit has.
    counts : ndarray of int, shape (2, m)
        Draws so far that are at least, and at most, the sum of a level.
    """

    size: int
    units: NDArray[np.intp]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    level: NDArray[np.intp] | slice
    counts: NDArray[np.int64]


def _alike(sums: Sums, size: int, units: NDArray[np.intp]) -> _Alike:
    found, level = distinct(sums.observed[units])
    counts = np.zeros((2, found.size), dtype=np.int64)
    return _Alike(size, units, *_bounds(sums, found, size), level, counts)


def _bounds(
    sums: Sums, observed: NDArray[np.float64], size: NDArray[np.int64] | int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give from where on, and up to where, a drawn sum is a tie."""
    apart = tolerance(observed, np.asarray(sums.magnitude * size))
    return observed - apart, observed + apart


def _blocks(
    sums: Sums, n_permutations: int, rng: np.random.Generator
) -> Iterator[NDArray[np.int64]]:
    """Draw ids, one draw per column, in blocks of bounded memory."""
    n, size = sums.values.size, int(sums.drawn.max(initial=0)) + sums.held
    per_block = max(1, BLOCK // max(size, 1))
    for start in range(0, n_permutations if sums.tested.any() else 0, per_block):
        yield distinct_draws(n, size, min(per_block, n_permutations - start), rng=rng)


def _replacements(
    sums: Sums, ids: NDArray[np.int64], drawn: NDArray[np.float64]
) -> tuple[NDArray[np.intp], NDArray[np.int64], NDArray[np.int64]]:
    """Find where a unit was drawn for itself, and what replacing it adds to its two counts."""
    position, draw = np.nonzero(np.arange(ids.shape[0])[:, None] < sums.drawn[ids])
    units = ids[position, draw]
    size = sums.drawn[units]
    low, high = _bounds(sums, sums.observed[units], size)
    before, after = drawn[size - 1, draw], drawn[size, draw] - sums.values[units]
    above = (after >= low).astype(np.int64) - (before >= low)
    under = (after <= high).astype(np.int64) - (before <= high)
    return units, above, under
