"""The exact distribution: beside full enumeration, the hypergeometric, and random draws."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import hypergeom

from hotspots.inference import exact
from hotspots.inference.exact import exact_tails, obstacle, whole_numbers
from hotspots.inference.reference import reference_tails
from hotspots.inference.sums import Sums


def _sums(values, observed, sizes, *, held, weights=None):
    values, sizes = np.asarray(values, dtype=float), np.asarray(sizes)
    return Sums(
        values=values,
        observed=np.asarray(observed, dtype=float),
        sizes=sizes,
        tested=sizes > 0,
        held=held,
        magnitude=float(np.abs(values).max()),
        weights=weights,
    )


def _exact(sums):
    numbers = whole_numbers(sums.values)
    assert obstacle(sums, numbers) is None
    return exact_tails(sums, numbers)


def _enumerated(sums):
    """Count among all ways to choose the neighbours."""
    n = sums.values.size
    tails = np.full((2, n), np.nan)
    for i in np.flatnonzero(sums.tested):
        others = [j for j in range(n) if not sums.held or j != i]
        drawn = np.array([sums.values[list(c)].sum() for c in combinations(others, sums.sizes[i])])
        tails[:, i] = np.mean(drawn >= sums.observed[i]), np.mean(drawn <= sums.observed[i])
    return tails


@st.composite
def cases(draw):
    n = draw(st.integers(3, 9))
    held = draw(st.booleans())
    step, origin = draw(st.sampled_from([1, 3])), draw(st.sampled_from([-7.0, -0.5, 0.0]))
    values = origin + step * np.array(draw(st.lists(st.integers(0, 6), min_size=n, max_size=n)))
    sizes = draw(st.lists(st.integers(0, n - 1), min_size=n, max_size=n))
    order = draw(st.randoms(use_true_random=False))
    observed = []
    for i, size in enumerate(sizes):
        others = [j for j in range(n) if not held or j != i]
        observed.append(values[order.sample(others, size)].sum())
    return _sums(values, observed, sizes, held=held)


@settings(max_examples=150, deadline=None)
@given(cases())
def test_full_enumeration(sums):
    found = _exact(sums)
    upper, lower = _enumerated(sums)
    np.testing.assert_allclose(found.upper, upper, rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(found.lower, lower, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("held", [False, True])
def test_zeros_and_ones_are_hypergeometric_far_out(held):
    """Of 5,000 units 300 are ones; k of 24 neighbours are, down to a probability of 1e-31."""
    n, ones, size = 5000, 300, 24
    values = np.r_[np.ones(ones), np.zeros(n - ones)]
    k = np.arange(size + 1)
    observed = np.zeros(n)
    observed[-k.size :] = k  # zeros, so all 300 ones are among the others
    found = _exact(_sums(values, observed, np.full(n, size), held=held))
    law = hypergeom(n - held, ones, size)
    # leaving out one value subtracts: what lies below 1e-14 is known to be below
    close = {"rtol": 1e-10, "atol": 1e-14 if held else 0.0}
    np.testing.assert_allclose(found.upper[-k.size :], law.sf(k - 1), **close)
    np.testing.assert_allclose(found.lower[-k.size :], law.cdf(k), **close)
    assert found.upper.min() > 0


@pytest.mark.parametrize("at_once", [1, 60, 200])
def test_a_table_made_in_parts_is_the_same(monkeypatch, at_once):
    values = np.random.default_rng(2).poisson(3, 200)
    sums = _sums(values, np.full(200, 20), np.arange(200) % 12, held=True)
    whole = _exact(sums)
    monkeypatch.setattr(exact, "AT_ONCE", at_once)
    found = _exact(sums)
    np.testing.assert_array_equal(found.upper, whole.upper)
    np.testing.assert_array_equal(found.lower, whole.lower)


@pytest.mark.parametrize("held", [False, True])
def test_random_draws_agree(held):
    rng = np.random.default_rng(3)
    values = rng.negative_binomial(0.5, 0.1, 400).astype(float)
    sizes = rng.integers(0, 40, 400)
    observed = np.array([rng.choice(values, size, replace=False).sum() for size in sizes])
    sums = _sums(values, observed, sizes, held=held)
    known, drawn = _exact(sums), reference_tails(sums, 20_000, rng)
    for one, other in ((known.upper, drawn.upper), (known.lower, drawn.lower)):
        error = 5 * np.sqrt(one * (1 - one) / 20_000) + 1e-4
        assert np.all(np.abs(one - other)[sizes > 0] <= error[sizes > 0])


def test_tails_overlap_by_the_mass_of_the_sum_itself():
    sums = _sums([0, 0, 1, 4, 4, 9], [4, 5, 4, 13, 1, 0], [1, 2, 1, 2, 3, 0], held=False)
    found = _exact(sums)
    mass = (found.upper + found.lower - 1)[:5]
    ways = np.array([2 / 6, 2 / 15, 2 / 6, 2 / 15, 1 / 20])
    np.testing.assert_allclose(mass, ways, rtol=1e-12)
    assert np.isnan(found.upper[5])


@pytest.mark.parametrize(
    ("values", "sizes", "weights", "reason"),
    [
        ([0.1, 0.25, 1.0], [1, 1, 1], None, "need whole numbers such as counts"),
        ([0, 1, 2], [1, 1, 1], np.ones(3), "need neighbours of equal weight"),
        ([0, 1, 2**25], [1, 1, 1], None, "need whole numbers such as counts"),
        (
            range(0, 400_000, 997),
            [300] * 402,
            None,
            "of up to 300 neighbours with values as far apart as these take too long",
        ),
    ],
)
def test_obstacles(values, sizes, weights, reason):
    sums = _sums(list(values), np.zeros(len(sizes)), sizes, held=True, weights=weights)
    assert obstacle(sums, whole_numbers(sums.values)) == reason


def test_steps_have_no_common_divisor():
    numbers = whole_numbers(np.array([-3.5, 2.5, 8.5, -3.5]))
    assert numbers.steps.tolist() == [0, 1, 2, 0]
    assert numbers.in_steps(np.array([-1.0, 1.5]), np.array([2, 3])).tolist() == [1, 2]
    assert numbers.largest_sum(3) == 3
