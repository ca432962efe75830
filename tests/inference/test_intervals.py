"""Exact intervals beside SciPy's, and beside their definition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

from hotspots.inference.intervals import clopper_pearson


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
