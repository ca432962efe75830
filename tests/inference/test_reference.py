"""The shared reference beside full enumeration and beside permutation unit by unit."""

from itertools import combinations

import numpy as np
import pytest

from hotspots.inference import reference
from hotspots.inference.reference import reference_tails
from hotspots.inference.sums import Sums, single_valued

R = 40_000


def _sums(values, observed, sizes, *, held):
    values = np.asarray(values, dtype=float)
    return Sums(
        values=values,
        observed=np.asarray(observed, dtype=float),
        sizes=np.asarray(sizes),
        tested=np.asarray(sizes) > 0,
        held=held,
        magnitude=float(np.abs(values).max()),
    )


def _enumerated(sums):
    """P(T >= t) and P(T <= t) of every unit over all subsets."""
    ids = range(sums.values.size)
    tails = []
    for unit, (size, observed) in enumerate(zip(sums.sizes, sums.observed, strict=True)):
        pool = [i for i in ids if not (sums.held and i == unit)]
        all_sums = np.array([sums.values[list(c)].sum() for c in combinations(pool, size)])
        tails.append([np.mean(all_sums >= observed - 1e-9), np.mean(all_sums <= observed + 1e-9)])
    return np.array(tails).T


@pytest.mark.parametrize("held", [True, False])
@pytest.mark.parametrize(
    "values", [[0, 0, 1, 0, 3, 0, 2, 1], [0.1, 0.2, 0.3, -0.4, 0.15, 1.7, -0.25, 0.05]]
)
def test_converges_to_full_enumeration(values, held):
    """Every size from 1 to n - 2, so that most draws hold the unit itself and are mended."""
    sizes = np.array([1, 2, 3, 4, 5, 6, 6, 3])
    picked = np.random.default_rng(5)
    observed = [picked.choice(values, size, replace=False).sum() for size in sizes]
    sums = _sums(values, observed, sizes, held=held)
    tails = reference_tails(sums, R, np.random.default_rng(1))
    expected = _enumerated(sums)
    error = 5 * np.sqrt(expected * (1 - expected) / R) + 2 / R
    assert np.all(np.abs(np.array([tails.upper, tails.lower]) - expected) <= error)


@pytest.mark.parametrize("held", [True, False])
def test_small_blocks_give_the_same_distribution(monkeypatch, held):
    values = [0, 0, 1, 0, 3, 0, 2, 1]
    sums = _sums(values, [3] * 8, [3] * 8, held=held)
    monkeypatch.setattr(reference, "BLOCK", 1000)
    tails = reference_tails(sums, R, np.random.default_rng(1))
    assert tails.upper == pytest.approx(_enumerated(sums)[0], abs=0.013)


def test_every_unit_keeps_every_draw():
    """The smallest tail is 1 / (R + 1) for every size, however often a unit was drawn."""
    values = np.arange(12.0)
    sums = _sums(values, np.full(12, 1000), np.arange(12) % 10 + 1, held=True)
    tails = reference_tails(sums, 999, np.random.default_rng(2))
    np.testing.assert_array_equal(tails.upper, 1 / 1000)
    np.testing.assert_array_equal(tails.lower, 1)


def test_ties_count_in_both_tails():
    """Sums of rounded values that are equal on paper only: 0.1 + 0.2 and 0.3."""
    values = [0.1, 0.2, 0.3, 0.0, 0.3, 0.0, 0.1, 0.2]
    whole = _sums([1, 2, 3, 0, 3, 0, 1, 2], [3] * 8, [2] * 8, held=False)
    tenths = _sums(values, [0.1 + 0.2] * 8, [2] * 8, held=False)
    exact, rounded = (reference_tails(s, 999, np.random.default_rng(4)) for s in (whole, tenths))
    np.testing.assert_array_equal(exact.upper, rounded.upper)
    np.testing.assert_array_equal(exact.lower, rounded.lower)
    assert np.all(exact.upper + exact.lower > 1)


def test_units_without_size_are_not_tested():
    tails = reference_tails(
        _sums([1, 2, 3, 4], [0] * 4, [0] * 4, held=True), 9, np.random.default_rng(1)
    )
    assert np.isnan(tails.upper).all()
    assert np.isnan(tails.lower).all()


@pytest.mark.parametrize(
    ("values", "sizes", "held", "expected"),
    [
        ([2, 2, 2, 2], 1, False, [True] * 4),
        ([2, 2, 7, 2], 1, False, [False] * 4),
        ([2, 2, 7, 2], 1, True, [False, False, True, False]),
        ([2, 7, 7, 7], 1, True, [True, False, False, False]),
        ([1, 2, 3, 4], 3, True, [True] * 4),
        ([1, 2, 3, 4], 3, False, [False] * 4),
        ([1, 2, 3, 4], 4, False, [True] * 4),
        ([0.3, 0.1 + 0.2, 0.3, 0.3], 1, False, [True] * 4),
        ([1, 2], 1, True, [True] * 2),
        ([], 0, True, []),
    ],
)
def test_single_valued(values, sizes, held, expected):
    values = np.array(values, dtype=float)
    found = single_valued(
        values, np.full(values.size, sizes), held=held, magnitude=np.abs(values).max(initial=0)
    )
    assert found.tolist() == expected
