"""Correction for many tests, beside SciPy's and by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from hotspots.errors import StatisticsError
from hotspots.inference.multiple import adjust, penalty, permutations_needed

PROBABILITIES = st.lists(st.floats(1e-6, 1), min_size=1, max_size=40)


@given(p=PROBABILITIES)
@pytest.mark.parametrize(("ours", "theirs"), [("fdr_bh", "bh"), ("fdr_by", "by")])
def test_as_scipy(p, ours, theirs):
    np.testing.assert_allclose(adjust(p, ours), false_discovery_control(p, method=theirs))


@given(p=PROBABILITIES, missing=st.integers(0, 3))
def test_untested_do_not_count(p, missing):
    corrected = adjust([np.nan] * missing + p)
    assert np.isnan(corrected[:missing]).all()
    np.testing.assert_array_equal(corrected[missing:], adjust(p))


def test_bonferroni_and_none():
    assert adjust([0.01, 0.4], "bonferroni").tolist() == [0.02, 0.8]
    assert adjust([0.01, 0.6], "bonferroni").tolist() == [0.02, 1.0]
    assert adjust([0.01, 0.4], "none").tolist() == [0.01, 0.4]
    assert adjust([]).size == 0


def test_unknown_correction():
    with pytest.raises(StatisticsError, match="'holm' is not known: use one of fdr_bh"):
        adjust([0.1], "holm")


@pytest.mark.parametrize("correction", ["fdr_bh", "fdr_by", "bonferroni", "none"])
def test_penalty_is_what_the_smallest_p_is_multiplied_by(correction):
    p = [1e-4] * 3 + [1.0] * 47
    assert adjust(p, correction)[0] == pytest.approx(1e-4 * penalty(50, 3, correction))


@given(level=st.sampled_from([0.01, 0.05, 0.1]), factor=st.floats(1, 1e5))
def test_permutations_needed_is_the_smallest_number(level, factor):
    needed = permutations_needed(level, factor, n_tails=2)
    assert 2 / (needed + 1) * factor <= level * (1 + 1e-6)
    assert needed == 1 or 2 / needed * factor > level * (1 - 1e-6)
