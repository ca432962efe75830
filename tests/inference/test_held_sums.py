"""Simulated sums of the neighbours' events beside every way the events can fall."""

import tracemalloc
from itertools import product

import numpy as np
import pytest
from scipy import stats

from hotspots.inference import held_sums
from hotspots.inference.held_sums import HeldSums, held_tails
from hotspots.inference.poisson import FEW, LARGE, PoissonTables, highest, lowest, poisson_draws

DRAWS = 40_000


def _sums(events, population, near, factors):
    """Give the sums around every unit; `near` and `factors` have one list per unit."""
    sizes = [len(others) for others in near]
    return HeldSums(
        events=np.array(events),
        population=np.array(population, dtype=float),
        focal=np.repeat(np.arange(len(near)), sizes),
        neighbour=np.concatenate(near).astype(int),
        factors=np.concatenate(factors).astype(float),
        tested=np.array(sizes) > 0,
    )


def _every(sums, unit):
    """All sums of one unit with their multinomial probabilities."""
    others = np.delete(np.arange(sums.events.size), unit)
    rest = int(sums.events.sum() - sums.events[unit])
    ways = np.array([w for w in product(range(rest + 1), repeat=others.size) if sum(w) == rest])
    share = sums.population[others] / sums.population[others].sum()
    mine = sums.focal == unit
    weight = np.zeros(sums.events.size)
    weight[sums.neighbour[mine]] = sums.factors[mine]
    return ways @ weight[others], stats.multinomial.pmf(ways, rest, share)


CASES = {
    "a part of the map": ([1, 2, 0, 1, 1], [1, 2, 3, 4, 20], [[1, 2], [0], [1, 3], [2], [0, 1, 2]]),
    "one unit has most events": ([9, 0, 1, 0], [1, 1, 1, 1], [[1, 2], [0, 3], [3], [1, 2]]),
    "one unit has most people": ([0, 1, 2, 1], [900, 1, 2, 3], [[1, 2], [0, 3], [3], [1]]),
    "all others are neighbours": ([1, 3, 2], [1.0, 2.5, 4], [[1, 2], [0, 2], [0, 1]]),
    "one without neighbours": ([2, 2, 1, 0], [3, 1, 2, 2], [[1, 3], [], [0, 1], [2]]),
}


@pytest.mark.parametrize(("chunk", "wide"), [(4096, 2**16), (300, 2**16), (4096, 0), (4096, 40)])
@pytest.mark.parametrize("name", CASES)
def test_the_sums_have_their_multinomial_distribution(name, chunk, wide, monkeypatch):
    """By shared draws, and where a table would have too many columns without them."""
    monkeypatch.setattr(held_sums, "CHUNK", chunk)
    monkeypatch.setattr(held_sums, "WIDE", wide)
    events, population, near = CASES[name]
    rng = np.random.default_rng(3)
    factors = [
        rng.choice([0.5, 1, 1.5, 4], len(others)) * (-1) ** i for i, others in enumerate(near)
    ]
    sums = _sums(events, population, near, factors)
    tested = np.flatnonzero(sums.tested)
    drawn = {unit: [] for unit in tested}
    n_draws = DRAWS if chunk > FEW else 3000
    for units, found in held_sums._simulated(sums, tested, n_draws, rng):
        for unit, row in zip(units, found, strict=True):
            drawn[unit].append(row)
    for unit in tested:
        every, chance = _every(sums, unit)
        values = np.unique(every.round(9))
        expected = n_draws * np.array([chance[np.isclose(every, v)].sum() for v in values])
        found = np.concatenate(drawn[unit])
        counted = np.array([np.isclose(found, v).sum() for v in values])
        assert counted.sum() == found.size == n_draws
        common = expected > 5
        lumped = [np.append(x[common], x[~common].sum() + 1e-9) for x in (counted, expected)]
        if common.sum() > 1:
            assert stats.chisquare(*lumped, sum_check=False).pvalue > 1e-5
        else:
            assert counted[common] == n_draws


def test_tails_are_those_of_every_way():
    events, population, near = CASES["a part of the map"]
    sums = _sums(events, population, near, [[1.0] * len(others) for others in near])
    tails = held_tails(sums, 99_999, alternative="two-sided", rng=np.random.default_rng(1))
    for unit in range(5):
        every, chance = _every(sums, unit)
        for found, reached in (
            (tails.upper[unit], every >= sums.observed[unit] - 1e-9),
            (tails.lower[unit], every <= sums.observed[unit] + 1e-9),
        ):
            p = min(1.0, chance[reached].sum())
            assert found == pytest.approx(p, abs=5 * np.sqrt(p * (1 - p) / 199) + 0.01)


@pytest.mark.parametrize("mean", [1e6, 3e9, 1e14])
def test_memory_does_not_grow_with_the_number_of_events(mean):
    """A ring of 64 units; p-values come near those of the binomial difference's normal limit."""
    rng = np.random.default_rng(5)
    events = rng.poisson(mean, 64)
    near = [[(i - 1) % 64, (i + 1) % 64] for i in range(64)]
    sums = _sums(events, np.ones(64), near, [[1.0, 1.0]] * 64)
    tracemalloc.start()
    tails = held_tails(sums, 999, alternative="two-sided", rng=rng)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 200e6
    center, variance = sums.moments
    p = stats.norm.sf((sums.observed - center) / np.sqrt(variance))
    assert np.abs(tails.upper - p).max() < 5 * np.sqrt(0.25 / 199)


def test_nothing_to_test():
    sums = _sums([1, 2], [1, 1], [[1], [0]], [[1.0], [1.0]])
    none = HeldSums(**{**vars(sums), "tested": np.zeros(2, dtype=bool)})
    tails = held_tails(none, 99, alternative="greater", rng=np.random.default_rng(1))
    assert np.isnan(tails.upper).all()


@pytest.mark.parametrize("n_draws", [FEW - 1, 200_000])
def test_poisson_draws_are_poisson(n_draws):
    """By direct draws and by table, up to and beyond the largest tabulated mean."""
    means = np.array([0, 0.01, 0.7, 4, 33, 200, LARGE, LARGE + 1])
    blocks = list(poisson_draws(means, n_draws, 4096, rng=np.random.default_rng(2)))
    drawn = np.concatenate(blocks, axis=1)
    assert drawn.shape == (8, n_draws)
    assert (drawn[0] == 0).all()
    for mean, row in zip(means[1:], drawn[1:], strict=True):
        values = np.arange(highest(np.array([mean])).item())
        expected = n_draws * stats.poisson.pmf(values, mean)
        counted = np.bincount(row.astype(int), minlength=values.size)[: values.size]
        common = expected > 5
        lumped = [np.append(x[common], n_draws - x[common].sum()) for x in (counted, expected)]
        assert stats.chisquare(*lumped, sum_check=False).pvalue > 1e-5


def test_a_share_that_ends_within_a_part_is_decided_exactly(monkeypatch):
    """With two parts only, nearly every count is decided by the second number."""
    monkeypatch.setattr("hotspots.inference.poisson.PARTS", 2)
    drawn = PoissonTables(np.array([3.0])).draw(100_000, rng=np.random.default_rng(4))
    counted = np.bincount(drawn[0].astype(int))[:9]
    error = np.sqrt(expected := 100_000 * stats.poisson.pmf(np.arange(9), 3))
    assert (np.abs(counted - expected) < 5 * error).all()


def test_counts_beyond_the_limits_are_next_to_never_met():
    means = np.array([0.0, 0.3, 5, 100, 1e6])
    assert (stats.poisson.sf(highest(means), means) < 1e-20).all()
    assert (stats.poisson.cdf(lowest(means), means) < 1e-20).all()
