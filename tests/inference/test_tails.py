"""P-values made of tails."""

import numpy as np
import pytest

from hotspots.inference.constant_risk import binomial_tails
from hotspots.inference.engines import analytic
from hotspots.inference.tails import ALTERNATIVES, Tails


@pytest.mark.parametrize("alternative", ALTERNATIVES)
def test_a_tail_too_small_for_a_float_gives_no_p_value_of_0(alternative):
    """In (0, 1], and never less exact than a float can be: no subnormal numbers either."""
    upper = np.array([0.0, 5e-324, 1.0, 1.0, 0.5, np.nan])
    p = Tails(upper=upper, lower=np.array([1.0, 1.0, 0.0, 5e-324, 0.7, np.nan])).p_value(
        alternative
    )
    smallest = np.finfo(np.float64).tiny
    assert np.isnan(p[5])
    assert (p[:5] >= smallest).all()
    assert (p[:5] <= 1).all()
    assert (p[:4] == smallest).any()


def test_where_binomial_and_normal_tails_underflow():
    for tails in (
        binomial_tails([2000], [2590], [0.05]),
        analytic(np.array([60.0]), np.array([True])).tails,
    ):
        assert 0 < tails.p_value("two-sided")[0] < 1e-300
