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

from typing import TYPE_CHECKING

import numpy as np

from hotspots.inference.draws import distinct_draws
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
    untested, sizes = ~sums.tested, sums.drawn
    if untested.all():
        nothing = np.full(untested.size, np.nan)
        return Tails(upper=nothing, lower=nothing)
    apart = tolerance(sums.observed, sums.magnitude * sums.sizes.astype(np.float64))
    low, high = sums.observed - apart, sums.observed + apart
    at_least, at_most = np.zeros((2, sums.values.size), dtype=np.int64)
    groups = list(_by_size(sizes))
    for ids in _blocks(sums, n_permutations, rng):
        drawn = np.cumsum(sums.values[ids], axis=0)
        for size, units in groups:
            reference = np.sort(drawn[size - 1])
            at_least[units] += reference.size - np.searchsorted(reference, low[units], "left")
            at_most[units] += np.searchsorted(reference, high[units], "right")
        if sums.held:
            units, before, after = _replacements(sums, sizes, ids, drawn)
            bottom, top = low[units], high[units]
            np.add.at(at_least, units, (after >= bottom).astype(int) - (before >= bottom))
            np.add.at(at_most, units, (after <= top).astype(int) - (before <= top))
    return Tails(
        upper=np.where(untested, np.nan, (1 + at_least) / (1 + n_permutations)),
        lower=np.where(untested, np.nan, (1 + at_most) / (1 + n_permutations)),
    )


def _blocks(
    sums: Sums, n_permutations: int, rng: np.random.Generator
) -> Iterator[NDArray[np.int64]]:
    """Draw ids, one draw per column, in blocks of bounded memory."""
    n, size = sums.values.size, int(sums.drawn.max(initial=0)) + sums.held
    per_block = max(1, BLOCK // size)
    for start in range(0, n_permutations, per_block):
        yield distinct_draws(n, size, min(per_block, n_permutations - start), rng=rng)


def _by_size(sizes: NDArray[np.int64]) -> Iterator[tuple[int, NDArray[np.int64] | slice]]:
    """Group the tested units by the size of their neighbourhood."""
    order = np.argsort(sizes, kind="stable")
    distinct, starts = np.unique(sizes[order], return_index=True)
    if distinct.size == 1 and distinct[0] > 0:
        yield int(distinct[0]), slice(None)
        return
    for size, units in zip(distinct, np.split(order, starts[1:]), strict=True):
        if size > 0:
            yield int(size), units


def _replacements(
    sums: Sums, sizes: NDArray[np.int64], ids: NDArray[np.int64], drawn: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Find where a unit was drawn for itself, and the sum before and after replacing it."""
    position, draw = np.nonzero(np.arange(ids.shape[0])[:, None] < sizes[ids])
    units = ids[position, draw]
    size = sizes[units]
    return units, drawn[size - 1, draw], drawn[size, draw] - sums.values[units]
