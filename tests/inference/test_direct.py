"""The direct engine: beside full enumeration of ordered draws, and in any chunks."""

from itertools import permutations

import numpy as np
import pytest

from hotspots.inference import direct
from hotspots.inference.direct import Linked, direct_tails

N, DRAWS = 7, 40_000


def _linked(*, held, combine=lambda sums, _: sums[0], seed=1):
    """Seven units, irregular weights; the statistic of each one way of drawing."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(0, 4, N)
    features = np.stack([x := rng.poisson(2.0, N).astype(float), x**2])
    weights = rng.choice([0.25, 0.5, 1.0, 3.0], sizes.sum())
    starts = np.cumsum(sizes) - sizes
    observed = np.zeros(N)
    for i in np.flatnonzero(sizes):
        drawn = features[:, [(i + 1 + j) % N for j in range(sizes[i])]]
        sums = drawn @ weights[starts[i] : starts[i] + sizes[i]]
        observed[i] = combine(sums[:, None, None], np.array([i])).item()
    return Linked(
        features=features,
        weights=weights,
        sizes=sizes,
        tested=sizes > 0,
        observed=observed,
        tolerance=np.full(N, 1e-9),
        combine=combine,
        held=held,
    )


def _enumerated(linked):
    starts = np.cumsum(linked.sizes) - linked.sizes
    tails = np.full((2, N), np.nan)
    for i in np.flatnonzero(linked.tested):
        others = [j for j in range(N) if not linked.held or j != i]
        drawn = np.array(list(permutations(others, int(linked.sizes[i]))))
        sums = linked.features[:, drawn] @ linked.weights[starts[i] :][: linked.sizes[i]]
        found = linked.combine(sums[:, None, :], np.array([i]))[0]
        low, high = linked.observed[i] - 1e-9, linked.observed[i] + 1e-9
        tails[:, i] = np.mean(found >= low), np.mean(found <= high)
    return tails


STATISTICS = {
    "weighted sum": lambda sums, _: sums[0],
    "two sums and the unit": lambda sums, units: sums[1] - 2.0 * units[:, None] * sums[0],
    "product": lambda sums, _: sums[0] * sums[1],
}


@pytest.mark.parametrize("held", [False, True])
@pytest.mark.parametrize("name", STATISTICS)
def test_full_enumeration(name, held):
    linked = _linked(held=held, combine=STATISTICS[name])
    found = direct_tails(linked, DRAWS, np.random.default_rng(7)).tails
    for one, other in zip(_enumerated(linked), (found.upper, found.lower), strict=True):
        np.testing.assert_array_equal(np.isnan(one), np.isnan(other))
        assert np.nanmax(np.abs(one - other) - 5 * np.sqrt(one * (1 - one) / DRAWS)) < 1e-4


def test_chunks_change_nothing(monkeypatch):
    linked = _linked(held=True)
    whole = direct_tails(linked, 999, np.random.default_rng(7))
    monkeypatch.setattr(direct, "COMPARED", 1)
    apart = direct_tails(linked, 999, np.random.default_rng(7))
    np.testing.assert_array_equal(whole.tails.upper, apart.tails.upper)
    np.testing.assert_array_equal(whole.tails.lower, apart.tails.lower)
    np.testing.assert_allclose(whole.variance, apart.variance)


def test_nobody_is_drawn_for_itself():
    """The unit's own value is enormous: no draw without it comes near."""
    sizes = np.full(N, 3)
    features = np.ones((1, N))
    features[0, 2] = 1e6
    linked = Linked(
        features=features,
        weights=np.arange(1.0, 22.0),
        sizes=sizes,
        tested=np.arange(N) == 2,
        observed=np.full(N, 1e6),
        tolerance=np.zeros(N),
        combine=lambda sums, _: sums[0],
        held=True,
    )
    found = direct_tails(linked, 999, np.random.default_rng(1)).tails
    assert found.upper[2] == 1 / 1000
    assert np.isnan(np.delete(found.upper, 2)).all()


def test_nothing_tested():
    linked = _linked(held=True)
    none = Linked(**{**vars(linked), "tested": np.zeros(N, dtype=bool)})
    assert np.isnan(direct_tails(none, 99, np.random.default_rng(1)).tails.upper).all()


@pytest.mark.parametrize("held", [False, True])
def test_mean_and_variance_of_the_draws(held):
    linked = _linked(held=held)
    found = direct_tails(linked, DRAWS, np.random.default_rng(7))
    starts = np.cumsum(linked.sizes) - linked.sizes
    for i in np.flatnonzero(linked.tested):
        others = [j for j in range(N) if not held or j != i]
        drawn = np.array(list(permutations(others, int(linked.sizes[i]))))
        sums = linked.features[0, drawn] @ linked.weights[starts[i] :][: linked.sizes[i]]
        assert abs(found.mean[i] - sums.mean()) < 6 * sums.std() / np.sqrt(DRAWS)
        np.testing.assert_allclose(found.variance[i], sums.var(), rtol=0.08)
