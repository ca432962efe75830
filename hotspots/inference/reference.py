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

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hotspots.inference.draws import distinct_draws
from hotspots.inference.tails import Tails

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

TIE = 1e-9  # relative tolerance within which two sums are the same
BLOCK = 2**21  # drawn ids held at once: about 100 MB with all that is derived from them
ROUNDING = 4 * np.finfo(np.float64).eps


@dataclass(frozen=True)
class Sums:
    """What is compared with the reference: each unit's neighbourhood sum.

    Attributes
    ----------
    values : ndarray of float, shape (n,)
        One value per unit, centred near zero. Centred whole numbers stay exact.
    observed : ndarray of float, shape (n,)
        The sum of `values` over the unit's neighbourhood.
    sizes : ndarray of int, shape (n,)
        How many values that sum has; 0 leaves the unit untested.
    held : bool
        Whether the unit's own value is held, and its neighbourhood drawn from the other units;
        otherwise the neighbourhood is drawn from all units.
    magnitude : float
        The largest absolute value before centring, which sets the rounding error of a sum.
    """

    values: NDArray[np.float64]
    observed: NDArray[np.float64]
    sizes: NDArray[np.int64]
    held: bool
    magnitude: float


def single_valued(
    values: NDArray[np.float64], sizes: NDArray[np.int64], *, held: bool, magnitude: float
) -> NDArray[np.bool_]:
    """Find the units whose neighbourhood sum can take one value only.

    That is so when all values it is drawn from are equal, or all of them are drawn.

    Parameters
    ----------
    values, sizes, held, magnitude
        As in :class:`Sums`.

    Returns
    -------
    ndarray of bool, shape (n,)

    Examples
    --------
    Without the second unit the others are all 1; without any other they are not.

    >>> single_valued(np.array([1.0, 5, 1]), np.array([1, 1, 1]), held=True, magnitude=5).tolist()
    [False, True, False]
    """
    n, tolerance = values.size, ROUNDING * magnitude
    if n <= 2:
        return np.ones(n, dtype=np.bool_)
    single = sizes >= n - held
    for alike in (values <= values.min() + tolerance, values >= values.max() - tolerance):
        n_alike = np.count_nonzero(alike)
        if n_alike == n:
            return np.ones(n, dtype=np.bool_)
        if held and n_alike == n - 1:
            single = single | ~alike
    return single


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
        (1 + #) / (1 + R) in each tail; NaN where ``sizes`` is 0.
    """
    untested = sums.sizes == 0
    if untested.all():
        nothing = np.full(untested.size, np.nan)
        return Tails(upper=nothing, lower=nothing)
    tolerance = TIE * np.abs(sums.observed) + ROUNDING * sums.magnitude * sums.sizes
    low, high = sums.observed - tolerance, sums.observed + tolerance
    at_least, at_most = np.zeros((2, sums.values.size), dtype=np.int64)
    groups = list(_by_size(sums.sizes))
    for ids in _blocks(sums, n_permutations, rng):
        drawn = np.cumsum(sums.values[ids], axis=0)
        for size, units in groups:
            reference = np.sort(drawn[size - 1])
            at_least[units] += reference.size - np.searchsorted(reference, low[units], "left")
            at_most[units] += np.searchsorted(reference, high[units], "right")
        if sums.held:
            units, before, after = _replacements(sums, ids, drawn)
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
    n, size = sums.values.size, int(sums.sizes.max(initial=0)) + sums.held
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
    sums: Sums, ids: NDArray[np.int64], drawn: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Find where a unit was drawn for itself, and the sum before and after replacing it."""
    position, draw = np.nonzero(np.arange(ids.shape[0])[:, None] < sums.sizes[ids])
    units = ids[position, draw]
    size = sums.sizes[units]
    return units, drawn[size - 1, draw], drawn[size, draw] - sums.values[units]
