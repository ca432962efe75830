"""Under the null a global test has p <= alpha at most alpha of the time, however sparse the counts.

The quick version runs always, the slow one with ``pytest -m slow`` prints its table, with what
permuting rates instead of simulating constant risk would give.
"""

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtr

from hotspots.statistics.global_tests import geary, general_g, moran
from hotspots.statistics.join_counts import join_count
from hotspots.statistics.lees_l import lees_l
from hotspots.statistics.moran_rate import moran_rate
from hotspots.statistics.rates import eb_standardised

pytestmark = pytest.mark.filterwarnings("ignore::hotspots.errors.FewDataWarning")

MEANS = [0.1, 3]
LEVELS = np.array([0.10, 0.05, 0.01])
SIDE = 20


def _counts(test):
    """Test counts of one mean; a second variable is made of the first and of noise."""

    def p_value(rng, graph, mean, **options):
        counts = pd.Series(rng.poisson(mean, SIDE * SIDE))
        if test is lees_l:
            other = counts + rng.poisson(mean, SIDE * SIDE)
            return lees_l(counts, other, graph.transform("r"), rng=rng, **options).p_value
        return test(counts, graph, rng=rng, **options).p_value

    return p_value


def _joins(first, second):
    """Test which units have more events than the median, and whether those join."""

    def p_value(rng, graph, mean, **options):
        counts = pd.Series(rng.poisson(mean, SIDE * SIDE))
        found = join_count(counts > counts.median(), graph, rng=rng, **options)
        return found[first, second].p_value

    return p_value


def _people():
    """Many people in the middle, few at the edge: what makes rates vary unevenly."""
    row, column = np.divmod(np.arange(SIDE * SIDE), SIDE)
    away = np.hypot(row - 9.5, column - 9.5)
    return pd.Series(np.round(20 + 5000 * np.exp(-((away / 4) ** 2))))


def _rates(test):
    """Test rates where all run the same risk."""
    people = _people()

    def p_value(rng, graph, mean, **options):
        events = pd.Series(rng.poisson(people / people.mean() * mean))
        return test(events, people, graph, rng=rng, **options).p_value

    return p_value


def _permuted_rates(events, people, graph, **options):
    return moran(events / people, graph, **options)


def _permuted_eb(events, people, graph, **options):
    return moran(eb_standardised(events, people), graph, **options)


TESTS = {
    "moran": _counts(moran),
    "geary": _counts(geary),
    "general_g": _counts(general_g),
    "lees_l": _counts(lees_l),
    "join_count same": _joins(1, 1),
    "join_count different": _joins(0, 1),
    "moran_rate": _rates(moran_rate),
}


def _shares(p_value, graph, *, mean, n_maps, **options):
    """Share of maps of noise with p at or below each level."""
    rng = np.random.default_rng(round(mean * 100))
    p = np.array([p_value(rng, graph, mean, **options) for _ in range(n_maps)])
    assert not np.isnan(p).any()
    return (p[:, None] <= LEVELS).mean(axis=0)


def _excess(shares, n_maps):
    """How many standard errors the share is above its level."""
    return (shares - LEVELS) / np.sqrt(LEVELS * (1 - LEVELS) / n_maps)


@pytest.mark.parametrize("mean", MEANS)
@pytest.mark.parametrize("name", TESTS)
def test_calibration_quick(queen, name, mean):
    shares = _shares(TESTS[name], queen, mean=mean, n_maps=60, n_permutations=99)
    assert _excess(shares, 60).max() <= 4


@pytest.mark.slow
@pytest.mark.parametrize("alternative", ["two-sided", "greater"])
@pytest.mark.parametrize("name", TESTS)
def test_calibration(queen, name, alternative, say):
    for mean in MEANS:
        options = {"n_permutations": 199, "alternative": alternative}
        shares = _shares(TESTS[name], queen, mean=mean, n_maps=500, **options)
        line = "  ".join(f"{share:6.1%}" for share in shares)
        say(f"{name:20} {alternative:9} mean {mean:<4} p <= 0.10, 0.05, 0.01: {line}")
        assert _excess(shares, 500).max() <= 4


@pytest.mark.slow
def test_permuting_rates_alongside(queen, say):
    """Recorded, so that the tables can be compared: rates are not exchangeable."""
    for test in (_permuted_rates, _permuted_eb):
        for mean in MEANS:
            shares = _shares(_rates(test), queen, mean=mean, n_maps=500, n_permutations=199)
            line = "  ".join(f"{share:6.1%}" for share in shares)
            say(f"moran{test.__name__:15} two-sided mean {mean:<4} p <= 0.10, 0.05, 0.01: {line}")
            assert test is not _permuted_rates or _excess(shares, 500).max() > 2


def test_the_check_catches_a_test_that_finds_too_much(queen):
    """Positive control: a normal approximation with a quarter of the variance."""

    def p_value(rng, graph, mean):
        z = moran(pd.Series(rng.poisson(mean, SIDE * SIDE)), graph, n_permutations=0).z
        return 2 * ndtr(-2 * abs(z))

    assert _excess(_shares(p_value, queen, mean=3, n_maps=60), 60).max() > 4
