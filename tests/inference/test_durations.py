"""Durations: against R's survival, SciPy, a plain product, and exact intervals."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import CensoredData, ecdf

from hotspots.inference.durations import Durations
from hotspots.inference.intervals import clopper_pearson

LENGTH = np.array([2, 2, 3, 5, 5, 7, 8, 9, 12, 12, 15, 20.0])
ENDED = np.array([1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 1], dtype=bool)
PERSON = np.array([1, 2, 1, 3, 3, 3, 4, 5, 1, 5, 6, 4])
# survfit(Surv(length, ended) ~ 1, cluster = person), survival 3.5.3: time, 1 - surv, std.err, and
# the std.err without the cluster
SURVFIT = [
    (2, 0.0833333333333, 0.0694444444444, 0.079785592313),
    (5, 0.358333333333, 0.152822468211, 0.144100819902),
    (8, 0.465277777778, 0.133921390003, 0.154761427808),
    (12, 0.679166666667, 0.132618672107, 0.149488905509),
]


def alone(length, ended=None):
    n = len(length)
    ended = np.ones(n, dtype=bool) if ended is None else np.asarray(ended, dtype=bool)
    return Durations(np.asarray(length, dtype=float), ended, np.arange(n))


def product_limit(length, ended, at):
    """Multiply, one ending after the other, the shares that stay."""
    left = Fraction(1)
    for time in sorted({t for t, e in zip(length, ended, strict=True) if e and t <= at}):
        at_risk = sum(t >= time for t in length)
        gone = sum(t == time and e for t, e in zip(length, ended, strict=True))
        left *= Fraction(at_risk - gone, at_risk)
    return float(left)


@pytest.mark.parametrize(("at", "share", "error", "alone_error"), SURVFIT)
def test_as_in_survfit(at, share, error, alone_error):
    found = Durations(LENGTH, ENDED, PERSON)
    left, variance = found._left(at)
    assert (1 - left, variance**0.5) == pytest.approx((share, error), rel=1e-10)
    assert alone(LENGTH, ENDED)._left(at)[1] ** 0.5 == pytest.approx(alone_error, rel=1e-10)
    assert found.share(at).value == pytest.approx(share)
    assert found.median().value == 9


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 8), st.booleans()), min_size=1, max_size=15))
def test_as_by_hand_and_as_in_scipy(episodes):
    length, ended = (np.array(part) for part in zip(*episodes, strict=True))
    found = alone(length, ended)
    curve = ecdf(CensoredData.right_censored(length.astype(float), ~ended)).cdf
    for at in range(int(length.max()) + 1):
        share = found.share(at)
        assert share.value == pytest.approx(1 - product_limit(length, ended, at))
        assert share.value == pytest.approx(float(curve.evaluate(at)))
        assert 0 <= share.lower <= share.value + 1e-12
        assert share.value - 1e-12 <= share.upper <= 1


def test_where_all_have_ended_the_interval_is_exact():
    found = alone(range(1, 11))
    for k in range(11):
        assert found.share(k) == pytest.approx((k / 10, *map(float, clopper_pearson(k, 10))))
    assert found.share(99).value == 1
    # the binomial median interval of ten: from the second to the ninth
    assert found.median() == (5, 2, 9)


def test_persons_whose_episodes_are_alike_count_once():
    length, person = np.repeat([1.0, 1, 9, 9, 9], 6), np.repeat(np.arange(5), 6)
    found = Durations(length, np.ones(30, dtype=bool), person).share(5)
    assert found == pytest.approx((0.4, *map(float, clopper_pearson(2, 5))))
    every = Durations(length, np.ones(30, dtype=bool), person).share(9)
    assert every == pytest.approx((1, *map(float, clopper_pearson(5, 5))))


def test_two_persons_who_happen_to_agree_do_not_tell_more_than_two():
    length, person = np.array([1.0, 9] * 8), np.arange(16) // 8
    found = Durations(length, np.ones(16, dtype=bool), person).share(5)
    assert found == pytest.approx((0.5, *map(float, clopper_pearson(1, 2))))


def test_more_of_one_person_never_tell_more_than_as_many_persons():
    rng = np.random.default_rng(3)
    for _ in range(50):
        n = int(rng.integers(2, 30))
        length, ended = rng.exponential(5, n), rng.random(n) < 0.8
        shared = Durations(length, ended, rng.integers(0, 4, n)).share(3)
        each = clopper_pearson(n * shared.value, n)
        if not np.isnan(shared.value):
            assert shared.lower <= each[0] + 1e-9
            assert shared.upper >= each[1] - 1e-9


def test_what_is_not_known_is_said():
    assert np.isnan(alone([]).share(1)).all()
    assert np.isnan(alone([]).median()).all()
    followed = alone([1, 2, 3], [1, 0, 0])
    assert followed.share(3).value == pytest.approx(1 / 3)
    assert np.isnan(followed.share(3.1)).all()  # nobody was followed so long
    assert followed.median() == (np.inf, 1, np.inf)
    assert alone([4, 5], [0, 0]).share(2) == pytest.approx((0, *map(float, clopper_pearson(0, 2))))


def test_intervals_hold_the_share_where_persons_differ():
    """Of 300 samples of 40 persons, each with its own chance and 1 to 9 episodes."""
    rng = np.random.default_rng(8)
    held = plain = 0
    for _ in range(300):
        person = np.repeat(np.arange(40), rng.integers(1, 10, 40))
        soon = rng.random(len(person)) < rng.beta(2.8, 1.2, 40)[person]
        found = Durations(np.where(soon, 1.0, 9.0), np.ones(len(person), bool), person).share(5)
        held += found.lower <= 0.7 <= found.upper
        lower, upper = clopper_pearson(soon.sum(), len(soon))
        plain += lower <= 0.7 <= upper
    assert held > 0.93 * 300 > plain
