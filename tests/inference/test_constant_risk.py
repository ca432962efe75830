"""Constant risk: draws with the right moments, and binomial tails exact to the last event."""

from fractions import Fraction
from math import comb

import numpy as np
import pytest
from scipy import stats

from hotspots.inference import constant_risk
from hotspots.inference.constant_risk import (
    binomial_tails,
    constant_risk_blocks,
    constant_risk_draws,
)


@pytest.mark.parametrize("total", [3, 40])  # placed one by one, and drawn as a multinomial
def test_draws_follow_the_population(total):
    population = np.array([0.0, 4, 1, 0, 2, 2.5, 0.5, 1, 3, 1, 5, 0])
    draws = constant_risk_draws(total, population, 40_000, rng=np.random.default_rng(1))
    share = population / population.sum()
    assert draws.shape == (40_000, 12)
    assert draws.dtype == np.int64
    assert (draws.sum(axis=1) == total).all()
    assert (draws[:, population == 0] == 0).all()
    covariance = total * (np.diag(share) - np.outer(share, share))
    error = np.sqrt(total * share / 40_000)
    np.testing.assert_array_less(np.abs(draws.mean(axis=0) - total * share), 4.5 * error + 1e-12)
    np.testing.assert_allclose(np.cov(draws.T), covariance, atol=0.03 * total * share.max())


def test_a_few_events_fall_as_the_multinomial_says():
    """All outcomes of 1 event in 3 units and 2 in 6, by their frequencies."""
    for total, population in ((1, np.array([1.0, 2, 5])), (2, np.array([1.0, 2, 5, 1, 1, 2]))):
        draws = constant_risk_draws(total, population, 30_000, rng=np.random.default_rng(2))
        outcomes, counts = np.unique(draws, axis=0, return_counts=True)
        expected = 30_000 * stats.multinomial.pmf(outcomes, total, population / population.sum())
        assert expected.sum() == pytest.approx(30_000)
        assert stats.chisquare(counts, expected).pvalue > 1e-4


@pytest.mark.parametrize("total", [2, 30])
def test_blocks_are_the_same_maps(total, monkeypatch):
    population = np.arange(9.0)
    whole = constant_risk_draws(total, population, 50, rng=np.random.default_rng(3))
    monkeypatch.setattr(constant_risk, "BLOCK", 64)
    blocks = list(constant_risk_blocks(total, population, 50, rng=np.random.default_rng(3)))
    assert max(block.size for block in blocks) <= 64
    np.testing.assert_array_equal(np.concatenate(blocks), whole)


def test_tails_are_those_of_whole_number_arithmetic():
    """Every count of 0 to 25 events at several shares, against fractions."""
    for share in (Fraction(1, 1024), Fraction(1, 4), Fraction(1, 2), Fraction(31, 32)):
        pmf = [comb(25, k) * share**k * (1 - share) ** (25 - k) for k in range(26)]
        tails = binomial_tails(np.arange(26), np.full(26, 25), np.full(26, float(share)))
        upper = [float(sum(pmf[k:])) for k in range(26)]
        lower = [float(sum(pmf[: k + 1])) for k in range(26)]
        np.testing.assert_allclose(tails.upper, upper, rtol=1e-12)
        np.testing.assert_allclose(tails.lower, lower, rtol=1e-12)


def test_tails_stay_accurate_far_out_and_for_many_events():
    tails = binomial_tails([200, 0, 10**7], [1000, 10_000, 2 * 10**7], [0.01, 0.05, 0.5])
    far = sum(Fraction(comb(1000, k)) * 99 ** (1000 - k) for k in range(200, 1001))
    assert tails.upper[0] == pytest.approx(float(far / Fraction(100) ** 1000), rel=1e-10)
    assert tails.upper[0] < 1e-150
    assert tails.lower[1] == pytest.approx(0.95**10_000, rel=1e-10)
    middle = stats.norm.cdf(0.5 / np.sqrt(5e6))  # half of the middle count above a half
    np.testing.assert_allclose([tails.upper[2], tails.lower[2]], middle, rtol=1e-7)


def test_tails_at_the_ends():
    tails = binomial_tails([0, 0, 5, 5, 0], [0, 5, 5, 5, 5], [0.3, 0.0, 1.0, 0.0, 1.0])
    assert tails.upper.tolist() == [1, 1, 1, 0, 1]
    assert tails.lower.tolist() == [1, 1, 1, 1, 0]
