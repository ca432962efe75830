"""Global tests beside all arrangements of the values over a handful of units."""

from fractions import Fraction
from itertools import permutations, product

import numpy as np
import pandas as pd
import pytest
from libpysal.graph import Graph
from scipy.stats import multinomial, norm

from hotspots.statistics.global_tests import geary, general_g, moran
from hotspots.statistics.join_counts import join_count
from hotspots.statistics.lees_l import lees_l
from hotspots.statistics.moran_rate import moran_rate

pytestmark = pytest.mark.filterwarnings("ignore::hotspots.errors.FewDataWarning")

N = 6
X = np.array([0.0, 1, 1, 3, 4, 9])
Y = np.array([2.0, 0, 5, 1, 4, 4.5])
KINDS = np.array(["a", "b", "a", "c", "b", "a"])
DRAWS = 20_000


def _uneven():
    """Asymmetric, unequal weights."""
    rng = np.random.default_rng(2)
    return np.triu(rng.uniform(0.2, 1, (N, N)) * (rng.random((N, N)) < 0.6), 1) + np.eye(N, k=-1)


def _ring():
    return np.roll(np.eye(N), 1, axis=1) + np.roll(np.eye(N), -1, axis=1)


def _lonely():
    """A row of five and a unit without neighbours."""
    weights = np.eye(N, k=1) + np.eye(N, k=-1)
    weights[:, 5] = weights[5] = 0
    return weights


WEIGHTS = {"ring": _ring(), "uneven": _uneven(), "lonely": _lonely()}


def _graph(weights):
    focal, neighbour = np.nonzero(weights)
    lonely = np.flatnonzero(weights.sum(axis=1) == 0)
    focal, neighbour = np.r_[focal, lonely], np.r_[neighbour, lonely]
    return Graph.from_arrays(focal, neighbour, weights[focal, neighbour])


def _moran(w, x):
    z = x - x.mean()
    return len(x) / w.sum() * (z @ w @ z) / (z @ z)


def _general_g(w, x):
    return (x @ w @ x) / (x.sum() ** 2 - x @ x)


def _geary(w, x):
    z = x - x.mean()
    return (len(x) - 1) / (2 * w.sum()) * np.sum(w * np.subtract.outer(x, x) ** 2) / (z @ z)


def _lees_l(w, pairs):
    x, y = X[pairs] - X.mean(), Y[pairs] - Y.mean()
    smoothed = (w @ x) @ (w @ y) / np.sum(w.sum(axis=1) ** 2)
    return N * smoothed / np.sqrt((x @ x) * (y @ y))


def _joins(first, second):
    def count(w, kinds):
        one = np.outer(kinds == first, kinds == second)
        other = np.outer(kinds == second, kinds == first)
        return np.sum(w * (one | other)) / 2

    return count


def _without_isolates(weights, given):
    kept = weights.sum(axis=0) + weights.sum(axis=1) > 0
    return weights[kept][:, kept], given[kept]


CASES = {
    "moran": (moran, _moran, X),
    "geary": (geary, _geary, X),
    "general_g": (general_g, _general_g, X),
    **{
        f"join_count {a}{b}": (
            lambda v, g, a=a, b=b, **options: join_count(v, g, **options)[a, b],
            _joins(a, b),
            KINDS,
        )
        for a, b in ("aa", "bb", "ab", "ac", "bc")
    },
    "lees_l": (
        lambda _, g, **options: lees_l(pd.Series(X), pd.Series(Y), g, **options),
        _lees_l,
        None,
    ),
}


def _case(name, weights):
    """Our result with permutations, and the statistic of every arrangement."""
    test, by_hand, values = CASES[name]
    given = np.arange(N) if values is None else values
    result = test(pd.Series(given), _graph(weights), n_permutations=DRAWS, rng=1)
    if name != "lees_l":  # whose isolates count
        weights, given = _without_isolates(weights, given)
    every = np.array([by_hand(weights, np.array(p)) for p in permutations(given)])
    return test, given, result, by_hand(weights, given), every


@pytest.mark.parametrize(
    ("name", "weights"),
    [case for case in product(CASES, WEIGHTS) if case != ("moran", "lonely")],
)
def test_moments_and_tails(name, weights):
    """Mean and variance are those of all arrangements, p-values come near theirs."""
    _, _, result, observed, every = _case(name, WEIGHTS[weights])
    assert result.statistic == pytest.approx(observed, rel=1e-12)
    assert result.expected == pytest.approx(every.mean(), rel=1e-11)
    assert result.variance == pytest.approx(every.var(), rel=1e-10)
    upper, lower = (every >= observed - 1e-9).mean(), (every <= observed + 1e-9).mean()
    exact = min(1, 2 * min(upper, lower))
    assert result.p_value == pytest.approx(exact, abs=10 * np.sqrt(0.25 / DRAWS))


@pytest.mark.parametrize("name", CASES)
def test_each_tail(name):
    """For Geary's c the small values are the upper tail."""
    test, given, _, observed, every = _case(name, _uneven())
    sign = -1 if name == "geary" else 1
    for alternative, direction in (("greater", sign), ("less", -sign)):
        result = test(
            pd.Series(given),
            _graph(_uneven()),
            n_permutations=DRAWS,
            rng=1,
            alternative=alternative,
        )
        exact = (direction * (every - observed) >= -1e-9).mean()
        assert result.p_value == pytest.approx(exact, abs=5 * np.sqrt(0.25 / DRAWS))


def _lonelier():
    """A row of four, linked unequally, and two units without neighbours."""
    weights = np.diag([1.0, 0.5, 2, 0, 0], k=1) + np.diag([1.0, 3, 1, 0, 0], k=-1)
    assert ((weights + weights.T).sum(axis=0) == 0).sum() == 2
    return weights


@pytest.mark.parametrize("weights", [_lonely(), _lonelier()])
def test_moran_with_isolates_counts_them_in_the_mean(weights):
    """As spdep with adjust.n = TRUE; moments are of that statistic over all arrangements."""
    n_linked = np.count_nonzero(weights.sum(axis=0) + weights.sum(axis=1))
    result = moran(pd.Series(X), _graph(weights), n_permutations=DRAWS, rng=1)
    every = np.array([_moran(weights, np.array(p)) for p in permutations(X)]) * n_linked / N
    observed = _moran(weights, X) * n_linked / N
    assert result.n == n_linked
    assert result.statistic == pytest.approx(observed, rel=1e-12)
    assert result.expected == pytest.approx(every.mean(), rel=1e-11)
    assert result.variance == pytest.approx(every.var(), rel=1e-10)
    assert result.z == pytest.approx((observed - every.mean()) / every.std(), rel=1e-10)
    assert result.p_value_analytic == pytest.approx(2 * norm.sf(abs(result.z)), rel=1e-12)
    exact = 2 * min((every >= observed - 1e-9).mean(), (every <= observed + 1e-9).mean())
    assert result.p_value == pytest.approx(min(1, exact), abs=10 * np.sqrt(0.25 / DRAWS))


def _rate_moran(w, events, population):
    """Assunção & Reis 1999, step by step."""
    overall = events.sum() / population.sum()
    rate = events / population
    spread = np.sum(population * (rate - overall) ** 2) / population.sum()
    between = max(spread - overall / population.mean(), 0)
    z = (rate - overall) / np.sqrt(between + overall / population)
    return _moran(w, z)


def test_moran_of_rates_beside_every_map():
    """All 126 ways to place five events in five units, each with its multinomial chance."""
    w = np.eye(5, k=1) + np.eye(5, k=-1)
    events, population = np.array([3, 1, 0, 1, 0]), np.array([10.0, 20, 40, 15, 30])
    maps = [np.array(m) for m in product(range(6), repeat=5) if sum(m) == 5]
    chance = multinomial.pmf(maps, 5, population / population.sum())
    every = np.array([_rate_moran(w, m, population) for m in maps])
    observed = _rate_moran(w, events, population)
    options = {"n_permutations": DRAWS, "rng": 1}
    graph = _graph(w)
    series = pd.Series(events), pd.Series(population)
    result = moran_rate(*series, graph, alternative="greater", **options)
    assert result.statistic == pytest.approx(observed, rel=1e-12)
    mean, variance = chance @ every, chance @ (every - chance @ every) ** 2
    assert result.expected == pytest.approx(mean, abs=5 * np.sqrt(variance / DRAWS))
    assert result.variance == pytest.approx(variance, rel=0.05)
    error = 5 * np.sqrt(0.25 / DRAWS)
    assert result.p_value == pytest.approx(chance[every >= observed - 1e-9].sum(), abs=error)
    less = moran_rate(*series, graph, alternative="less", **options)
    assert less.p_value == pytest.approx(chance[every <= observed + 1e-9].sum(), abs=error)


@pytest.mark.filterwarnings("ignore::hotspots.errors.FewDataWarning")
@pytest.mark.parametrize("offset", [0, 10**3, 10**6, 10**9])
def test_general_g_far_from_zero(offset):
    """Variance and z by going through every arrangement, in whole numbers of any size."""
    values = [3, 0, 5, 1, 2, 2]
    links = [(0, 1), (0, 2), (1, 2), (2, 3), (3, 4), (4, 5), (5, 0), (1, 5)]
    near = {i: [j for a, j in links if a == i] for i in range(6)}
    x = [value + offset for value in values]
    sums = [sum(p[i] * p[j] for i, j in links) for p in permutations(x)]
    mean = Fraction(sum(sums), len(sums))
    variance = sum((s - mean) ** 2 for s in sums) / len(sums)
    found = general_g(pd.Series(x, dtype=float), Graph.from_dicts(near), n_permutations=0)
    pairs = sum(x) ** 2 - sum(v**2 for v in x)
    assert found.variance == pytest.approx(float(variance / pairs**2), rel=1e-6)
    assert found.z == pytest.approx(float(sums[0] - mean) / float(variance) ** 0.5, rel=1e-4)
