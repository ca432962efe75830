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

from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from hotspots.inference.draws import distinct_draws
from hotspots.inference.grouping import groups, levels
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
    sizes = sums.drawn
    found = _levels(sums, sizes)
    reached, exceeded = np.zeros((2, found.low.size), dtype=np.int64)
    at_least, at_most = np.zeros((2, sizes.size), dtype=np.int64)
    for ids in _blocks(sums, n_permutations, rng):
        drawn = np.cumsum(sums.values[ids], axis=0)
        for size, part in found.of_size.items():
            reference = np.sort(drawn[size - 1])
            reached[part] += _before(found.low[part], reference, "right")
            exceeded[part] += _before(found.high[part], reference, "left")
        if sums.held:
            units, before, after = _replacements(sums, sizes, ids, drawn)
            low, high = found.low[found.of_unit[units]], found.high[found.of_unit[units]]
            np.add.at(at_least, units, (after >= low).astype(int) - (before >= low))
            np.add.at(at_most, units, (after <= high).astype(int) - (before <= high))
    for part in found.of_size.values():
        reached[part] = n_permutations - np.cumsum(reached[part])
        exceeded[part] = np.cumsum(exceeded[part])
    at_least += reached[found.of_unit]
    at_most += exceeded[found.of_unit]
    return Tails(
        upper=np.where(sums.tested, (1 + at_least) / (1 + n_permutations), np.nan),
        lower=np.where(sums.tested, (1 + at_most) / (1 + n_permutations), np.nan),
    )


class _Levels(NamedTuple):
    """The observed sums in ascending order, apart for every size of neighbourhood.

    Attributes
    ----------
    of_unit : ndarray of int, shape (n,)
        Which level the sum of a unit is; 0 where it is not tested.
    of_size : mapping of int to slice
        Which levels are sums over neighbourhoods of one size.
    low, high : ndarray of float, shape (m,)
        From where on, and up to where, a drawn sum is that of a level.
    """

    of_unit: NDArray[np.intp]
    of_size: dict[int, slice]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def _levels(sums: Sums, sizes: NDArray[np.int64]) -> _Levels:
    of_unit, of_size = np.zeros(sizes.size, dtype=np.intp), {}
    bounds, end = [np.zeros((2, 1))], 1
    for size, units in groups(sizes):
        if size == 0:
            continue
        found, positions = levels(sums.observed[units])
        apart = tolerance(found, np.asarray(sums.magnitude * size))
        bounds.append(np.stack([found - apart, found + apart]))
        of_unit[units] = end + positions
        of_size[size] = slice(end, end + found.size)
        end += found.size
    return _Levels(of_unit, of_size, *np.concatenate(bounds, axis=1))


def _before(
    bounds: NDArray[np.float64], drawn: NDArray[np.float64], side: Literal["left", "right"]
) -> NDArray[np.int64]:
    """Count the draws before each bound that are not before the last one."""
    places = np.searchsorted(bounds, drawn, side)
    return np.bincount(places, minlength=bounds.size + 1)[:-1]


def _blocks(
    sums: Sums, n_permutations: int, rng: np.random.Generator
) -> Iterator[NDArray[np.int64]]:
    """Draw ids, one draw per column, in blocks of bounded memory."""
    n, size = sums.values.size, int(sums.drawn.max(initial=0)) + sums.held
    per_block = max(1, BLOCK // max(size, 1))
    for start in range(0, n_permutations if sums.tested.any() else 0, per_block):
        yield distinct_draws(n, size, min(per_block, n_permutations - start), rng=rng)


def _replacements(
    sums: Sums, sizes: NDArray[np.int64], ids: NDArray[np.int64], drawn: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Find where a unit was drawn for itself, and the sum before and after replacing it."""
    position, draw = np.nonzero(np.arange(ids.shape[0])[:, None] < sizes[ids])
    units = ids[position, draw]
    size = sizes[units]
    return units, drawn[size - 1, draw], drawn[size, draw] - sums.values[units]
