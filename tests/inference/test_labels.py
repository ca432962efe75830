"""Labels at their levels, and p-values by their alternative."""

import numpy as np
import pytest

from hotspots.errors import StatisticsError
from hotspots.inference import tails
from hotspots.inference.labels import hot_cold_labels, quadrant_labels
from hotspots.inference.tails import Tails
from hotspots.schema import HOT_COLD_LABELS, MORAN_LABELS


def test_hot_and_cold_at_and_beyond_every_level():
    q = [0.01, 0.0101, 0.05, 0.0501, 0.1, 0.1001, np.nan]
    hot = ["hot 99", "hot 95", "hot 95", "hot 90", "hot 90", "not significant", "not testable"]
    assert hot_cold_labels(q, upper=[True] * 7).tolist() == hot
    cold = [label.replace("hot", "cold") for label in hot]
    assert hot_cold_labels(q, upper=[False] * 7).tolist() == cold
    assert {*hot, *cold} == set(HOT_COLD_LABELS)


def test_quadrants():
    high = [True, False, True, False, True, True]
    upper = [True, False, False, True, True, True]
    found = quadrant_labels([0.05] * 4 + [0.051, np.nan], high=high, upper=upper).tolist()
    assert found == list(MORAN_LABELS)


@pytest.mark.parametrize(
    ("alternative", "expected"),
    [("two-sided", [0.02, 0.4, 1.0]), ("greater", [0.01, 0.9, 0.7]), ("less", [0.99, 0.2, 0.6])],
)
def test_p_value(alternative, expected):
    both = Tails(upper=np.array([0.01, 0.9, 0.7]), lower=np.array([0.99, 0.2, 0.6]))
    assert both.p_value(alternative).tolist() == expected


def test_swapped():
    both = Tails(upper=np.array([0.1, 0.2]), lower=np.array([0.8, 0.9]))
    swapped = both.swapped(np.array([True, False]))
    assert swapped.upper.tolist() == [0.8, 0.2]
    assert swapped.lower.tolist() == [0.1, 0.9]


def test_unknown_alternative():
    with pytest.raises(StatisticsError, match="'larger' is not known: use one of two-sided"):
        tails.known("larger")
