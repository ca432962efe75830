"""Exact tail probabilities by going through every arrangement, for a handful of units.

Nothing here is shared with the package: it is what its engines are compared with.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from math import perm
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Statistic = Callable[[np.ndarray], np.ndarray]

TIE, FLOOR = 1e-9, 1e-12


@dataclass(frozen=True)
class Counts:
    """How many of all arrangements give at least, and at most, what was observed."""

    at_least: int
    at_most: int
    arrangements: int

    @property
    def numbers(self) -> tuple[int, int, int]:
        """At least, at most, and of how many."""
        return self.at_least, self.at_most, self.arrangements

    @property
    def upper(self) -> float:
        """P(T ≥ t)."""
        return self.at_least / self.arrangements

    @property
    def lower(self) -> float:
        """P(T ≤ t)."""
        return self.at_most / self.arrangements


def each(function: Callable[[np.ndarray], float]) -> Statistic:
    """Turn a function of one arrangement, values in order, into one of many."""
    return lambda rows: np.array([function(row) for row in rows])


def exact(population, size: int, statistic: Statistic, observed: float) -> Counts:
    """Compare with every ordered draw of `size` out of `population`, without replacement.

    `population` has a value, or a row of several, per unit; `statistic` takes draws of shape
    (m, size) or (m, size, variables) and gives m numbers. Closer than 1e-9 of what was observed,
    or 1e-12, is a tie, and counts in both tails.
    """
    population = np.asarray(population)
    tie = TIE * abs(observed) + FLOOR
    at_least = at_most = arrangements = 0
    for ids in _draws(len(population), size):
        found = np.asarray(statistic(population[ids]))
        at_least += int(np.count_nonzero(found >= observed - tie))
        at_most += int(np.count_nonzero(found <= observed + tie))
        arrangements += len(found)
    return Counts(at_least, at_most, arrangements)


def conditional(values, unit: int, neighbours, statistic: Statistic) -> Counts:
    """Hold the unit's own value and draw its neighbours' from those of all others."""
    values, neighbours = np.asarray(values), list(neighbours)
    observed = float(statistic(values[neighbours][None])[0])
    return exact(np.delete(values, unit, axis=0), len(neighbours), statistic, observed)


def total(values, unit: int, neighbours, statistic: Statistic) -> Counts:
    """Draw the unit's own value, which comes first, and its neighbours' from all units."""
    values, members = np.asarray(values), [unit, *neighbours]
    observed = float(statistic(values[members][None])[0])
    return exact(values, len(members), statistic, observed)


def _draws(n: int, size: int) -> Iterator[np.ndarray]:
    """Give all ordered draws of `size` out of range(n), those with one first id at a time."""
    if size == 0:
        yield np.empty((1, 0), dtype=np.int8)
        return
    count = perm(n - 1, size - 1)
    rest = itertools.chain.from_iterable(itertools.permutations(range(n - 1), size - 1))
    shared = np.fromiter(rest, np.int8, count * (size - 1)).reshape(count, size - 1)
    for first in range(n):
        others = shared + (shared >= first)
        yield np.column_stack([np.full(count, first, dtype=np.int8), others])
