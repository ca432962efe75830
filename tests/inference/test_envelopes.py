"""Global envelopes: the order of curves by hand, the bounds, and the level they hold."""

from itertools import pairwise

import numpy as np
import pytest

from hotspots.errors import StatisticsError
from hotspots.inference.envelopes import global_envelope


def as_extreme(first, second):
    """Say by the definition whether a curve's sorted ranks come before or with another's."""
    for a, b in zip(first, second, strict=True):
        if a != b:
            return a < b
    return True


def brute(curves, side):
    """Compute every curve's p-value from the definition, in loops."""
    n, k = curves.shape
    ranks = np.empty((n, k))
    for i in range(n):
        for j in range(k):
            below = sum(curves[m, j] <= curves[i, j] for m in range(n))
            above = sum(curves[m, j] >= curves[i, j] for m in range(n))
            ranks[i, j] = {"two-sided": min(below, above), "greater": above, "less": below}[side]
    ranks.sort(axis=1)
    return [sum(as_extreme(ranks[m], ranks[i]) for m in range(n)) / n for i in range(n)]


@pytest.mark.parametrize("side", ["two-sided", "greater", "less"])
@pytest.mark.parametrize("values", [3, 1000])  # with many ties, and with few
def test_the_p_value_is_that_of_the_definition(side, values):
    rng = np.random.default_rng(values)
    curves = rng.integers(0, values, (40, 5)).astype(float)
    expected = brute(curves, side)
    for i in range(0, 40, 7):
        found = global_envelope(curves[i], np.delete(curves, i, axis=0), alternative=side)
        assert found.p_value == pytest.approx(expected[i])
        assert found.n_simulations == 39


@pytest.mark.parametrize("side", ["two-sided", "greater", "less"])
def test_a_curve_leaves_the_envelope_exactly_when_it_is_significant(side):
    rng = np.random.default_rng(4)
    outside = 0
    for shift in np.linspace(-3, 3, 25):
        simulated = rng.normal(size=(199, 12)).cumsum(axis=1)
        observed = rng.normal(size=12).cumsum() + shift * np.linspace(0, 2, 12)
        found = global_envelope(observed, simulated, alternative=side, level=0.1)
        leaves = bool(np.any((observed < found.lower) | (observed > found.upper)))
        assert leaves == (found.p_value <= 0.1)
        outside += leaves
    assert 0 < outside < 25


def test_the_envelope_holds_the_share_it_promises():
    simulated = np.random.default_rng(5).normal(size=(999, 30))
    found = global_envelope(simulated[0], simulated[1:], level=0.05)
    inside = np.all((simulated >= found.lower) & (simulated <= found.upper), axis=1)
    assert 0.95 <= inside.mean() <= 0.96


def test_under_the_null_one_curve_in_twenty_is_significant_however_many_points():
    rng = np.random.default_rng(6)
    for points in (2, 50):
        maps = rng.normal(size=(1000, 100, points))
        p = np.array([global_envelope(each[0], each[1:]).p_value for each in maps])
        assert np.mean(p <= 0.05) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 1000)
        assert np.mean(p <= 0.05) >= 0.02


def test_a_stretched_curve_has_the_same_p_value():
    rng = np.random.default_rng(7)
    observed, simulated = rng.normal(size=8), rng.normal(size=(99, 8))
    p = [
        global_envelope(change(observed), change(simulated)).p_value
        for change in (np.asarray, np.exp, lambda x: 5 * x + 3)
    ]
    assert all(a == b for a, b in pairwise(p))


def test_infinite_values_are_ranked():
    simulated = np.tile(np.arange(39.0)[:, None], (1, 3))  # one curve above all others
    observed = np.array([0.0, np.inf, 0.0])  # highest at one point, where that one is at two
    assert global_envelope(observed, simulated, alternative="greater").p_value == 2 / 40


@pytest.mark.parametrize(
    ("observed", "simulated", "options", "message"),
    [
        ([1.0], [[1.0, 2.0]], {}, "does not fit observed"),
        ([1.0, np.nan], [[1.0, 2.0]], {}, "curves: 1 have values that are missing"),
        ([1.0, 2.0], np.empty((0, 2)), {}, "no curve to compare with"),
        ([1.0], [[1.0]], {"level": 1}, "level 1: give a number between 0 and 1"),
        ([1.0], [[1.0]], {"alternative": "up"}, "alternative 'up' is not known"),
    ],
)
def test_what_cannot_be_tested_is_refused(observed, simulated, options, message):
    with pytest.raises(StatisticsError, match=message):
        global_envelope(np.array(observed), np.array(simulated), **options)
