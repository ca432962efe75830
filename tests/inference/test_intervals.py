"""Exact intervals beside SciPy's, and beside their definition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest, chi2, poisson

from hotspots.inference.intervals import clopper_pearson, poisson_interval


@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.999])
@pytest.mark.parametrize("n", [1, 2, 17, 999])
def test_as_scipy(n, confidence):
    counts = np.unique(np.linspace(0, n, 9).astype(int))
    exact = [binomtest(int(k), n).proportion_ci(confidence, method="exact") for k in counts]
    lower, upper = clopper_pearson(counts, np.full(len(counts), n), confidence=confidence)
    np.testing.assert_allclose(lower, [ends.low for ends in exact], rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(upper, [ends.high for ends in exact], rtol=1e-9)
    assert (lower[0], upper[-1]) == (0.0, 1.0)


@given(st.integers(1, 10**6), st.floats(0, 1), st.floats(0.01, 0.999))
def test_each_end_leaves_half_of_the_rest(n, part, confidence):
    count = round(part * n)
    lower, upper = clopper_pearson(count, n, confidence=confidence)
    assert 0 <= lower <= count / n <= upper <= 1
    if count > 0:
        assert binom.sf(count - 1, n, lower) == pytest.approx((1 - confidence) / 2, rel=1e-6)
    if count < n:
        assert binom.cdf(count, n, upper) == pytest.approx((1 - confidence) / 2, rel=1e-6)


def test_a_count_between_two_has_the_ends_of_both():
    lower, upper = clopper_pearson([0, 3], 9, highest=[2, 9])
    both = clopper_pearson([0, 2, 3, 9], 9)
    assert lower.tolist() == both[0][[0, 2]].tolist()
    assert upper.tolist() == both[1][[1, 3]].tolist()


def test_a_count_has_the_interval_of_its_tails():
    count = np.arange(1, 30)
    lower, upper = poisson_interval(count)
    assert poisson.sf(count - 1, lower) == pytest.approx(0.025)
    assert poisson.cdf(count, upper) == pytest.approx(0.025)
    assert poisson_interval(0)[0] == 0
    assert poisson.cdf(0, poisson_interval(0, confidence=0.9)[1]) == pytest.approx(0.05)
    same = poisson_interval(count, squares=count, largest=1)
    assert np.allclose(same, (lower, upper), rtol=1e-12)


def test_groups_widen_the_interval_of_a_count():
    # groups of 3 alone are a count of groups, three times over
    lower, upper = poisson_interval(12, squares=36, largest=3)
    assert (lower, upper) == pytest.approx(tuple(3 * end for end in poisson_interval(4)))
    # 1, 1 and 4: chi-squared with 2 y²/v degrees of freedom, as Fay & Feuer write it
    lower, upper = poisson_interval(6, squares=18, largest=4)
    assert lower == pytest.approx(18 / 12 * chi2.ppf(0.025, 2 * 36 / 18))
    assert upper == pytest.approx(34 / 20 * chi2.ppf(0.975, 2 * 100 / 34))


def test_the_interval_of_grouped_counts_holds_the_mean():
    rng = np.random.default_rng(5)
    held = plain = 0
    for _ in range(400):
        sizes = rng.choice([1, 2, 8], rng.poisson(10))
        lower, upper = poisson_interval(
            sizes.sum(), squares=(sizes**2).sum(), largest=sizes.max(initial=1)
        )
        held += lower <= 110 / 3 <= upper
        lower, upper = poisson_interval(sizes.sum())
        plain += lower <= 110 / 3 <= upper
    assert held >= 0.95 * 400 > plain
