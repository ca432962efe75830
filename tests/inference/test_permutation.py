"""Permutation of all values beside all n! arrangements."""

from itertools import permutations

import numpy as np
import pytest

from hotspots.inference import permutation
from hotspots.inference.permutation import block_sizes, permuted, simulated_tails

ROW = np.eye(6, k=1) + np.eye(6, k=-1)
VALUES = np.array([0, 0, 1, 3, 1, 2.5])


def _products(who):
    """Two statistics of the values at `who`: Σ w_ij x_i x_j, and the first value."""
    x = VALUES[who]
    return np.array([np.sum(x * (ROW @ x), axis=0), x[0]])


def _rng(seed=1):
    return np.random.default_rng(seed)


@pytest.mark.parametrize("block", [2**19, 600, 1])
def test_converges_to_all_arrangements(monkeypatch, block):
    monkeypatch.setattr(permutation, "BLOCK", block)
    n = 2_000 if block == 1 else 20_000
    observed = _products(np.arange(6)[:, None])[:, 0]
    tails = simulated_tails(observed, permuted(_products, 6, n, rng=_rng()), tolerance=1e-9)
    every = np.concatenate([_products(np.array(p)[:, None]) for p in permutations(range(6))], 1)
    for i in range(2):
        upper, lower = (every[i] >= observed[i]).mean(), (every[i] <= observed[i]).mean()
        assert tails.upper[i] == pytest.approx(upper, abs=5 * np.sqrt(upper * (1 - upper) / n))
        assert tails.lower[i] == pytest.approx(lower, abs=5 * np.sqrt(lower * (1 - lower) / n))


def test_every_column_is_a_permutation_and_each_is_as_likely():
    drawn = permuted(lambda who: who.astype(float), 3, 6000, rng=_rng())
    assert (np.sort(drawn, axis=0) == np.arange(3.0)[:, None]).all()
    _, counts = np.unique(drawn, axis=1, return_counts=True)
    assert counts.shape == (6,)
    assert np.abs(counts - 1000).max() < 5 * np.sqrt(1000)


def test_blocks_bound_memory_and_lose_nothing(monkeypatch):
    monkeypatch.setattr(permutation, "BLOCK", 60)
    widths = []

    def statistic(who):
        widths.append(who.shape[1])
        return _products(who)

    assert permuted(statistic, 6, 25, rng=_rng()).shape == (2, 25)
    assert widths == list(block_sizes(6, 25)) == [10, 10, 5]
    assert list(block_sizes(10**9, 2)) == [1, 1]


def test_the_same_seed_gives_the_same_values():
    first, again, other = (permuted(_products, 6, 50, rng=_rng(seed)) for seed in (4, 4, 5))
    assert (first == again).all()
    assert (first != other).any()


def test_ties_count_in_both_tails():
    close = 1 + np.array([[-2e-9, -5e-10, 0, 5e-10, 2e-9]])
    tails = simulated_tails(np.array([1.0]), close, tolerance=1e-9)
    assert (tails.upper[0], tails.lower[0]) == (5 / 6, 5 / 6)


def test_tolerance_per_statistic():
    tails = simulated_tails(
        np.array([1.0, 1.0]), np.array([[0.9], [0.9]]), tolerance=np.array([0.2, 0.01])
    )
    assert tails.upper.tolist() == [1.0, 0.5]
    assert tails.lower.tolist() == [1.0, 1.0]


def test_no_permutations():
    simulated = permuted(_products, 6, 0, rng=_rng())
    assert simulated.shape == (2, 0)
    tails = simulated_tails(np.array([1.0, 2.0]), simulated, tolerance=0)
    assert tails.upper.tolist() == tails.lower.tolist() == [1, 1]
