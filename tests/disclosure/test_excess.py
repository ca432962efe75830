"""The public statistic against SciPy's exact tests and by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from hotspots.disclosure.excess import excess
from hotspots.schema import HOT_COLD_LABELS


def test_p_values_double_the_smaller_exact_tail():
    counts, residents = pd.Series([30, 10, 12, 8]), pd.Series([1000, 1000, 2000, 1000])
    result = excess(counts, residents)
    for observed, share, p in zip(counts, residents / 5000, result["p_value"], strict=True):
        less = stats.binomtest(observed, 60, share, alternative="less").pvalue
        more = stats.binomtest(observed, 60, share, alternative="greater").pvalue
        assert p == pytest.approx(min(1, 2 * min(less, more)), rel=1e-12)
    assert result["expected"].tolist() == [12, 12, 24, 12]
    assert result["label"].tolist() == ["hot 99", "not significant", "cold 99", "not significant"]


def test_withheld_areas_take_no_part_and_show_nothing():
    counts = pd.Series([30, None, 12], dtype="Int64", index=list("abc"))
    residents = pd.Series([1000, 9000, 1000], index=list("abc"))
    result = excess(counts, residents)
    assert result.loc["b", "label"] == "not testable"
    assert result.loc["b"].drop("label").isna().all()
    assert result.loc["a", "expected"] == 21


@pytest.mark.parametrize("counts", [[30, None], [None, None], []])
def test_fewer_than_two_published_areas_cannot_be_tested(counts):
    counts = pd.Series(counts, dtype="Int64")
    result = excess(counts, pd.Series(1000.0, index=counts.index))
    assert (result["label"] == "not testable").all()


def test_false_positives_stay_within_the_level_under_constant_risk():
    rng = np.random.default_rng(1)
    residents = pd.Series([1000, 3000, 2000, 4000, 2500, 1500])
    share = residents / residents.sum()
    p = np.concatenate(
        [excess(pd.Series(rng.multinomial(200, share)), residents)["p_value"] for _ in range(300)]
    )
    for level in (0.1, 0.05, 0.01):
        assert np.mean(p <= level) <= level + 3 * np.sqrt(level * (1 - level) / len(p))


def test_labels_are_those_of_the_schema():
    result = excess(pd.Series([300, 2, 100]), pd.Series([1000, 1000, 1000]))
    assert set(result["label"]) <= set(HOT_COLD_LABELS)


def test_repeat_persons_do_not_count_as_evidence_of_their_own():
    """Every incident doubled: divided by two, the p-values are those of the persons."""
    once, residents = pd.Series([30, 10, 12, 8]), pd.Series([1000, 1000, 2000, 1000])
    twice = excess(once * 2, residents, design_effect=2.0)
    assert twice["p_value"].tolist() == excess(once, residents)["p_value"].tolist()
    assert excess(once * 2, residents)["p_value"].min() < twice["p_value"].min()


def test_quotients_are_rounded_towards_what_is_expected():
    """31 / 2 = 15.5 of 30, expected 7.5: 15, the less surprising."""
    counts, residents = pd.Series([31, 9, 12, 8]), pd.Series([1000, 1000, 1000, 1000])
    result = excess(counts, residents, design_effect=2.0)
    assert result["p_value"][0] == pytest.approx(2 * stats.binom.sf(14, 30, 0.25))
