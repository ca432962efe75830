"""Sums over the neighbours under constant risk, the unit's own events held: by simulation.

Given a unit's own events, the others are multinomial over the other units. Counts of cells are
drawn as independent Poisson ones, which serve every unit near them. A unit takes a draw with the
probability that makes its neighbours' counts multinomial; in place of one it does not take it has
a draw of its own. So every unit keeps all draws, and each has exactly the distribution it should
have; where neighbourhoods are a small part of the map next to nothing is drawn again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from hotspots.inference.poisson import highest, lowest, poisson_draws
from hotspots.inference.progress import Bar
from hotspots.inference.tails import Tails

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from hotspots.schema import Alternative

HELD = 2**22  # counts held at once: 32 MB, and some multiple of it in what is derived from them
WIDE = 2**16  # numbers of events around a unit: beyond, some 7 million events, no table is made
CHUNK = 2**12  # draws per unit held at once
STAGES = ((199, 0.2), (999, 0.05), (9999, 0.01))  # draws, and the p-value above which units stop
TIE = 1e-9  # relative tolerance within which two sums are the same


@dataclass(frozen=True)
class HeldSums:
    """Weighted sums of the neighbours' events, the unit's own events held.

    Attributes
    ----------
    events : ndarray of int, shape (n,)
        Of each unit.
    population : ndarray of float, shape (n,)
        At risk in each unit, above zero.
    focal, neighbour : ndarray of int, shape (E,)
        One pair per link, in the order of `focal`.
    factors : ndarray of float, shape (E,)
        What an event of the neighbour counts in the sum, not zero; of one sign for each unit.
    tested : ndarray of bool, shape (n,)
        Units to test; they have a neighbour.
    """

    events: NDArray[np.int64]
    population: NDArray[np.float64]
    focal: NDArray[np.int64]
    neighbour: NDArray[np.int64]
    factors: NDArray[np.float64]
    tested: NDArray[np.bool_]

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Neighbours of each unit, shape (n,)."""
        return np.bincount(self.focal, minlength=self.events.size)

    def summed(self, values: NDArray[np.float64] | NDArray[np.int64]) -> NDArray[np.float64]:
        """Sum one value per link over each unit's links, shape (n,)."""
        return np.bincount(self.focal, values, self.events.size).astype(np.float64)

    @property
    def observed(self) -> NDArray[np.float64]:
        """The sums as they are, shape (n,)."""
        return self.summed(self.factors * self.events[self.neighbour])

    @property
    def moments(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Mean and variance of each sum under constant risk, both of shape (n,)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            elsewhere = self.population.sum() - self.population
            people = self.population[self.neighbour]
            mean = self.summed(self.factors * people) / elsewhere
            square = self.summed(self.factors**2 * people) / elsewhere
            rest = self.events.sum() - self.events
            return rest * mean, rest * np.maximum(square - mean**2, 0.0)


def held_tails(
    sums: HeldSums, n_draws: int, *, alternative: Alternative, rng: np.random.Generator
) -> Tails:
    """Compare weighted sums of the neighbours' events with constant risk, by simulation.

    Given a unit's own events, the others are multinomial over the other units. Units near each
    other share their draws, of which only the neighbours are made.

    Parameters
    ----------
    sums : HeldSums
        The observed sums.
    n_draws : int
        Draws R for a unit whose p-value stays small.
    alternative : {"two-sided", "greater", "less"}
        Which p-value decides whether a unit goes on.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    Tails
        (1 + #) / (1 + draws made) in each tail; NaN where nothing was tested.

    Notes
    -----
    A unit with a p-value above 0.2 after 199 draws stops there, as does one above 0.05 after 999
    or above 0.01 after 9,999. The p-values stay valid: let p_s be the p-value from all draws up to
    stage s, and A lie between the limits of stage s and the one before. Whoever stopped before has
    p > A; whoever went on after has p_s at most the limit, hence p_s ≤ A; so p ≤ A implies
    p_s ≤ A, which has a probability of at most A.
    """
    n, observed = sums.events.size, sums.observed
    low, high = observed - TIE * np.abs(observed), observed + TIE * np.abs(observed)
    at_least, at_most, made = np.zeros((3, n), dtype=np.int64)
    tails, done = _counted(sums.tested, at_least, at_most, made), 0
    going = sums.tested
    with Bar() as bar:
        for until, limit in (*((m, p) for m, p in STAGES if m < n_draws), (n_draws, 0.0)):
            units, made_now = np.flatnonzero(going), 0
            for near, drawn in _simulated(sums, units, until - done, rng):
                at_least[near] += np.count_nonzero(drawn >= low[near, None], axis=1)
                at_most[near] += np.count_nonzero(drawn <= high[near, None], axis=1)
                made_now += drawn.size
                share = made_now / (units.size * (until - done))
                bar.show(f"Simulating up to {until:,} times", share)
            made[going], done = until, until
            tails = _counted(sums.tested, at_least, at_most, made)
            going = going & (tails.p_value(alternative) <= limit)
    return tails


def _counted(
    tested: NDArray[np.bool_],
    at_least: NDArray[np.int64],
    at_most: NDArray[np.int64],
    made: NDArray[np.int64],
) -> Tails:
    return Tails(
        upper=np.where(tested, (1 + at_least) / (1 + made), np.nan),
        lower=np.where(tested, (1 + at_most) / (1 + made), np.nan),
    )


def _simulated(
    sums: HeldSums, units: NDArray[np.int64], n_draws: int, rng: np.random.Generator
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float64]]]:
    """Simulate the sums of some units, as many units and draws at a time as memory allows."""
    if not units.size:
        return
    columns = _columns(sums)[units]
    wide = columns > WIDE
    widest = int(columns[~wide].max(initial=1))
    yield from _shared(sums, units[~wide], n_draws, HELD // (2 * widest), rng)
    yield from _unshared(sums, units[wide], n_draws, rng)


def _columns(sums: HeldSums) -> NDArray[np.int64]:
    """Say how many numbers of events there may be around each unit, shape (n,)."""
    rate = sums.events.sum() / sums.population.sum()
    around = rate * sums.summed(sums.population[sums.neighbour])
    return highest(around) - lowest(around) + 1


def _shared(
    sums: HeldSums,
    units: NDArray[np.int64],
    n_draws: int,
    at_most: int,
    rng: np.random.Generator,
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float64]]]:
    """Simulate by Poisson counts, which serve every unit near them."""
    chunk = min(CHUNK, n_draws)
    per_block = max(1, min(HELD // (chunk * int(sums.sizes[units].max(initial=1))), at_most))
    for start in range(0, units.size, per_block):
        near = _near(sums, units[start : start + per_block])
        for counts in poisson_draws(near.means, n_draws, chunk, rng=rng):
            drawn = near.factors @ counts
            row, draw = np.nonzero(~near.taken(counts, rng))
            drawn[row, draw] = _alone(sums, near.units[row], rng)
            yield near.units, drawn


def _unshared(
    sums: HeldSums, units: NDArray[np.int64], n_draws: int, rng: np.random.Generator
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float64]]]:
    """Simulate unit by unit, without a table of all numbers of events there may be."""
    for unit in units:
        per_chunk = max(1, HELD // (4 * int(sums.sizes[unit])))
        for start in range(0, n_draws, per_chunk):
            again = np.full(min(per_chunk, n_draws - start), unit)
            yield again[:1], _alone(sums, again, rng)[None]


@dataclass(frozen=True)
class _Near:
    """Some units and the cells around them.

    Attributes
    ----------
    units : ndarray of int, shape (u,)
        Which.
    means : ndarray of float, shape (c,)
        Events that each cell has on average.
    factors, links : sparse array, shape (u, c)
        What an event of a cell counts in the unit's sum, and 1 for each neighbour.
    fewest : ndarray of int, shape (u,)
        Number of events around the unit that the first column of `chances` is for.
    chances : ndarray of float, shape (u, columns)
        How likely a draw is taken, by the number of events around the unit.
    """

    units: NDArray[np.int64]
    means: NDArray[np.float64]
    factors: sparse.csr_array
    links: sparse.csr_array
    fewest: NDArray[np.int64]
    chances: NDArray[np.float64]

    def taken(self, counts: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.bool_]:
        """Say which units take which draws, shape (u, n_draws)."""
        columns = self.chances.shape[1]
        column = (self.links @ counts).astype(np.int64) - self.fewest[:, None]
        column = np.clip(column, 0, columns - 1)
        column += np.arange(0, self.chances.size, columns)[:, None]
        return np.asarray(rng.random(column.shape) < self.chances.ravel()[column])


def _near(sums: HeldSums, units: NDArray[np.int64]) -> _Near:
    sizes = sums.sizes[units]
    ends, starts = np.cumsum(sizes), (np.cumsum(sums.sizes) - sums.sizes)[units]
    links = np.arange(ends[-1]) + np.repeat(starts - ends + sizes, sizes)
    cells, column = np.unique(sums.neighbour[links], return_inverse=True)
    shape, pointer = (units.size, cells.size), np.concatenate([[0], ends])
    near = sparse.csr_array((np.ones(links.size), column, pointer), shape=shape)
    fewest, chances = _chances(sums, units, near @ sums.population[cells])
    return _Near(
        units=units,
        means=sums.population[cells] * (sums.events.sum() / sums.population.sum()),
        factors=sparse.csr_array((sums.factors[links], column, pointer), shape=shape),
        links=near,
        fewest=fewest,
        chances=chances,
    )


def _chances(
    sums: HeldSums, units: NDArray[np.int64], around: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Tabulate the multinomial probability of a draw over the Poisson one, by its largest value.

    Of the draw only its number of events m matters, and from m - 1 to m the ratio changes by
    (rest - m + 1) / (events expected beyond the neighbourhood). The first and the last column
    stand for all numbers beyond, which are next to never drawn, and are 0.
    """
    rate = sums.events.sum() / sums.population.sum()
    fewest, most = lowest(rate * around), highest(rate * around)
    m = fewest[:, None] + np.arange(1, int((most - fewest).max(initial=1)) + 1)
    rest = (sums.events.sum() - sums.events[units])[:, None]
    beyond = rate * np.maximum(sums.population.sum() - sums.population[units] - around, 0.0)
    beyond = np.where(sums.sizes[units] >= sums.events.size - 1, 0.0, beyond)
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = np.log(np.maximum(rest - m + 1, 0) / beyond[:, None])
        logs = np.cumsum(np.hstack([np.zeros((units.size, 1)), steps]), axis=1)
        chances = np.exp(logs - logs.max(axis=1, keepdims=True))
    chances[:, [0, -1]] = 0.0
    return fewest, np.where(beyond[:, None] > 0, np.nan_to_num(chances), 0.0)


def _alone(
    sums: HeldSums, units: NDArray[np.int64], rng: np.random.Generator
) -> NDArray[np.float64]:
    """Draw one sum for each of some units, which may repeat: neighbour after neighbour."""
    starts, sizes = np.cumsum(sums.sizes) - sums.sizes, sums.sizes[units]
    out = np.empty(units.size)
    for size in np.unique(sizes):
        alike = np.flatnonzero(sizes == size)
        links = starts[units[alike], None] + np.arange(size)
        out[alike] = _sums(sums, units[alike], links, rng)
    return out


def _sums(
    sums: HeldSums, units: NDArray[np.int64], links: NDArray[np.int64], rng: np.random.Generator
) -> NDArray[np.float64]:
    size = links.shape[1]
    people = sums.population[sums.neighbour[links]]
    to_come = np.cumsum(people[:, ::-1], axis=1)[:, ::-1]
    inside = to_come[:, 0] / (sums.population.sum() - sums.population[units])
    inside = np.ones_like(inside) if size == sums.events.size - 1 else np.minimum(inside, 1.0)
    left = rng.binomial(sums.events.sum() - sums.events[units], inside)
    factors, total = sums.factors[links], np.zeros(units.size)
    for slot in range(size - 1):
        drawn = rng.binomial(left, people[:, slot] / to_come[:, slot])
        total += factors[:, slot] * drawn
        left -= drawn
    return np.asarray(total + factors[:, -1] * left)
