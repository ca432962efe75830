"""The exact null distribution of a sum of whole numbers drawn without replacement.

The number of ways to draw k of n values with sum s is the coefficient of ``t**k * y**s`` in the
product of ``(1 + t * y**v)`` over all values v. The product is built one distinct value at a time,
for every k up to the largest at once, by adding positive terms only; so even the far tails keep
their relative precision. Nothing is drawn and there is no seed.

Where a unit's own value is held, its neighbours come from the others: one factor is divided out
again, ``f_without[k](s) = (n * f[k](s) - k * f_without[k - 1](s - v)) / (n - k)``. That subtraction
is good to about 1e-14 of probability.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from hotspots.inference.grouping import groups
from hotspots.inference.tails import Tails

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from hotspots.inference.sums import Sums

MOST_STATES = 2**24
"""Of the table of distributions, 8 bytes each."""

MOST_WORK = 2**31
"""Multiplications: a second or two."""


AT_ONCE = 2**13  # entries of that table worked on at once: they stay in the processor's cache


@dataclass(frozen=True)
class WholeNumbers:
    """Values as steps above the smallest one.

    Attributes
    ----------
    steps : ndarray of int, shape (n,)
        Whole, the smallest is 0, without a common divisor.
    smallest, step : float
        ``values = smallest + step * steps``.
    """

    steps: NDArray[np.int64]
    smallest: float
    step: float

    @cached_property
    def multiplicity(self) -> NDArray[np.int64]:
        """How often each number of steps occurs, 0 included, shape (largest + 1,)."""
        return np.bincount(self.steps)

    @cached_property
    def distinct(self) -> NDArray[np.int64]:
        """The numbers of steps that occur, ascending."""
        return np.flatnonzero(self.multiplicity)

    def largest_sum(self, size: int) -> int:
        """Sum the `size` largest values, in steps."""
        left, total = size, 0
        for value in self.distinct[::-1]:
            taken = min(left, int(self.multiplicity[value]))
            total += taken * int(value)
            left -= taken
            if not left:
                break
        return total

    def in_steps(self, sums: NDArray[np.float64], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
        """Turn sums of `sizes` values each into steps."""
        steps = sums - sizes * self.smallest
        steps /= self.step
        return np.rint(steps, out=steps).astype(np.int64)


def whole_numbers(values: NDArray[np.float64]) -> WholeNumbers | None:
    """Read values as multiples of one step, as counts are.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
        Whole numbers less a constant.

    Returns
    -------
    WholeNumbers or None
        None where they are something else, or too far apart to tabulate.

    Examples
    --------
    >>> whole_numbers(np.array([-1.5, 0.5, 4.5])).steps.tolist()
    [0, 1, 3]
    >>> whole_numbers(np.array([0.0, 0.1, 1.0])) is None
    True
    """
    if not values.size:
        return None
    above = values - values.min()
    if above.max() > MOST_STATES or not np.array_equal(above, np.rint(above)):
        return None
    steps = above.astype(np.int64)
    divisor = max(1, int(np.gcd.reduce(np.flatnonzero(np.bincount(steps)))))
    return WholeNumbers(steps // divisor, float(values.min()), float(divisor))


def obstacle(sums: Sums, numbers: WholeNumbers | None) -> str | None:
    """Say why the exact distribution cannot be had, or None where it can.

    Parameters
    ----------
    sums : Sums
        The observed sums and what they are drawn from.
    numbers : WholeNumbers or None
        Their values, from :func:`whole_numbers`.

    Returns
    -------
    str or None
        To follow "exact p-values".
    """
    if sums.weights is not None:
        return "need neighbours of equal weight"
    if numbers is None:
        return "need whole numbers such as counts"
    size = int(sums.drawn.max(initial=0))
    states = (size + 1) * (numbers.largest_sum(size) + 1)
    if states > MOST_STATES or _work(numbers, size) > MOST_WORK:
        return f"of up to {size} neighbours with values as far apart as these take too long"
    return None


def exact_tails(sums: Sums, numbers: WholeNumbers) -> Tails:
    """Compare every unit's neighbourhood sum with its exact null distribution.

    Parameters
    ----------
    sums : Sums
        The observed sums and what they are drawn from, without an :func:`obstacle`.
    numbers : WholeNumbers
        Their values.

    Returns
    -------
    Tails
        NaN where a unit is not tested.

    Examples
    --------
    Two of the values 0, 0, 1, 1 are drawn: six ways, of which one gives 0, four 1 and one 2.

    >>> from hotspots.inference.sums import Sums
    >>> values = np.array([0.0, 0, 1, 1])
    >>> sums = Sums(values=values, observed=np.array([0.0, 1, 1, 2]),
    ...             sizes=np.full(4, 2), tested=np.full(4, True), held=False, magnitude=1.0)
    >>> (6 * exact_tails(sums, whole_numbers(values)).upper).round(12).tolist()
    [6.0, 5.0, 5.0, 1.0]
    """
    sizes = sums.drawn
    largest = int(sizes.max(initial=0))
    observed = np.where(sums.tested, numbers.in_steps(sums.observed, sizes), 0)
    certain = 1 / _ways(numbers.steps.size - sums.held, largest)
    certain[0] = np.nan  # nothing is drawn where a unit is not tested
    upper, lower = np.empty((2, sums.values.size))
    drawn = _distributions(numbers, largest)
    for units, masses in _by_distribution(sizes, numbers, drawn, held=sums.held):
        present = np.flatnonzero(np.bincount(sizes[units]))
        used, least = masses[present], certain[present, None]
        starts = np.zeros(len(masses), dtype=np.int64)
        starts[present] = np.arange(present.size) * used.shape[1]
        at = starts[sizes[units]] + observed[units]
        upper[units] = np.clip(np.cumsum(used[:, ::-1], axis=1)[:, ::-1], least, 1.0).take(at)
        lower[units] = np.clip(np.cumsum(used, axis=1), least, 1.0).take(at)
    return Tails(upper=upper, lower=lower)


def _work(numbers: WholeNumbers, size: int) -> float:
    """Estimate the multiplications that :func:`_distributions` takes."""
    values = numbers.distinct.astype(np.float64)
    copies = np.minimum(numbers.multiplicity[numbers.distinct], size)
    return float(np.sum(copies * (size * values + 1) * (size - copies / 2)))


def _distributions(numbers: WholeNumbers, size: int) -> NDArray[np.float64]:
    """Give the probability of every sum of k values drawn from all, for each k up to `size`.

    Row k holds ``f[k](s)``, s in steps. Until the end it holds the number of ways divided by
    n**k, which neither overflows nor underflows.
    """
    n = numbers.steps.size
    found = np.zeros((size + 1, numbers.largest_sum(size) + 1))
    found[0, 0] = 1.0
    for value in numbers.distinct.tolist():
        copies = min(int(numbers.multiplicity[value]), size)
        ways = _binomials(int(numbers.multiplicity[value]), copies, n)
        height = max(1, AT_ONCE // min(found.shape[1], size * value + 1))
        for last in range(size, 0, -height):  # downwards: lower rows are still without this value
            _include(found, max(1, last - height + 1), last, value=value, ways=ways)
    return found / _binomials(n, size, n)[:, None]


def _include(
    found: NDArray[np.float64], first: int, last: int, *, value: int, ways: NDArray[np.float64]
) -> None:
    """Let 1, 2, … copies of `value` be among those drawn, in some rows of the table."""
    reach = min(found.shape[1], last * value + 1)
    lowest = max(0, first - ways.size + 1)
    without = found[lowest:last, :reach]
    if first < last:
        without = without.copy()
    for j in range(1, min(ways.size, last + 1)):
        start = max(first, j)
        rows = slice(start - j - lowest, last + 1 - j - lowest)
        more = ways[j] * without[rows, : max(0, reach - j * value)]
        found[start : last + 1, j * value : reach] += more


def _binomials(copies: int, most: int, n: int) -> NDArray[np.float64]:
    """Give the ways to choose j of `copies`, divided by n**j, for j = 0 … `most`."""
    j = np.arange(most)
    out: NDArray[np.float64] = np.cumprod(np.concatenate([[1.0], (copies - j) / ((j + 1) * n)]))
    return out


def _ways(n: int, most: int) -> NDArray[np.float64]:
    """Count the ways to choose 0 … `most` of n, as far as a float reaches."""
    j = np.arange(most)
    with np.errstate(over="ignore"):
        ways = np.cumprod(np.concatenate([[1.0], (n - j) / (j + 1)]))
    out: NDArray[np.float64] = np.clip(ways, 1.0, np.finfo(np.float64).max)
    return out


def _by_distribution(
    sizes: NDArray[np.int64], numbers: WholeNumbers, drawn: NDArray[np.float64], *, held: bool
) -> Iterator[tuple[NDArray[np.intp] | slice, NDArray[np.float64]]]:
    """Group the units by the values their neighbourhood is drawn from."""
    if not held:
        yield slice(None), drawn
        return
    for value, units in groups(numbers.steps):
        most = int(sizes[units].max())
        yield units, _without(value, drawn[: most + 1], numbers.steps.size)


def _without(value: int, drawn: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """Leave one copy of `value` out of what is drawn from."""
    out = n * drawn
    out[0] = drawn[0]
    for k in range(1, len(drawn)):
        out[k, value:] -= k * out[k - 1, : out.shape[1] - value]
        out[k] /= n - k
        np.maximum(out[k], 0.0, out=out[k])
    return out
