"""Global tests by hand, beside esda, and by permutation."""

import numpy as np
import pandas as pd
import pytest
from esda import G, Moran
from libpysal.graph import Graph

from hotspots.statistics.global_tests import general_g, moran

FEW = pytest.mark.filterwarnings("ignore::hotspots.errors.FewDataWarning")


@pytest.fixture
def counts():
    return pd.Series(np.random.default_rng(1).poisson(2, 99))


@pytest.mark.parametrize("style", ["b", "r"])
def test_moran_as_esda(grid, counts, style):
    graph = grid(9, 11).transform(style)
    ours = moran(counts, graph, n_permutations=0)
    theirs = Moran(counts.to_numpy(float), graph, transformation=style, permutations=0)
    assert ours.statistic == pytest.approx(theirs.I, rel=1e-12)
    assert ours.variance == pytest.approx(theirs.VI_rand, rel=1e-12)
    assert ours.p_value == ours.p_value_analytic == pytest.approx(theirs.p_rand, rel=1e-9)


def test_general_g_as_esda(grid, counts):
    graph = grid(9, 11)
    ours = general_g(counts, graph, n_permutations=0)
    theirs = G(counts.to_numpy(float), graph, permutations=0)
    assert ours.statistic == pytest.approx(theirs.G, rel=1e-12)
    assert ours.expected == pytest.approx(theirs.EG, rel=1e-12)
    assert ours.z == pytest.approx(theirs.z_norm, rel=1e-9)


@FEW
@pytest.mark.parametrize(("test", "expected"), [(moran, 4 / 6 * 4 / 14), (general_g, 52 / 94)])
def test_by_hand(test, expected):
    """Four units in a row with 1, 2, 3, 6.

    Deviations -2, -1, 0, 3: the links give 2 (2 + 0 + 0), I = (4 / 6) 4 / 14.
    Products 2 (2 + 6 + 18) = 52 over 144 - 50 = 94.
    """
    row = Graph.from_dicts({0: [1], 1: [0, 2], 2: [1, 3], 3: [2]})
    assert test(pd.Series([1, 2, 3, 6]), row, n_permutations=9).statistic == pytest.approx(expected)


@pytest.mark.parametrize("test", [moran, general_g])
def test_permutation_agrees_with_the_normal_approximation(grid, test):
    values = pd.Series(np.random.default_rng(8).gamma(20, 1, 400))
    for alternative in ("two-sided", "greater", "less"):
        result = test(values, grid(20, 20), alternative=alternative, rng=1)
        assert result.alternative == alternative
        assert result.p_value == pytest.approx(result.p_value_analytic, abs=0.02)


@pytest.mark.parametrize("test", [moran, general_g])
def test_clustering_is_found_and_its_direction(grid, test):
    values = pd.Series(np.repeat([1.0, 9.0, 1.0], 48))
    graph = grid(12, 12)
    assert test(values, graph, rng=1).p_value == 2 / 10_000
    assert test(values, graph, rng=1, alternative="greater").p_value == 1 / 10_000
    assert test(values, graph, rng=1, alternative="less").p_value == 1


@pytest.mark.parametrize("test", [moran, general_g])
def test_the_same_seed_gives_the_same_result(grid, counts, test):
    first, again, other = (test(counts, grid(9, 11), n_permutations=9999, rng=s) for s in (4, 4, 5))
    assert first == again
    assert first.p_value != other.p_value


@pytest.mark.parametrize("shift", [0.0, -3.3, 1e6])
def test_moran_does_not_depend_on_scale_and_origin(grid, counts, shift):
    before = moran(counts, grid(9, 11), n_permutations=199, rng=1)
    after = moran(counts * 0.1 + shift, grid(9, 11), n_permutations=199, rng=1)
    assert after.statistic == pytest.approx(before.statistic, rel=1e-8)
    assert after.p_value == before.p_value


def test_self_weights_are_ignored(grid, counts):
    plain, own = grid(9, 11), grid(9, 11).assign_self_weight(3)
    for test in (moran, general_g):
        assert test(counts, plain, n_permutations=9, rng=1) == test(
            counts, own, n_permutations=9, rng=1
        )


@pytest.mark.parametrize("test", [moran, general_g])
def test_false_positives_keep_the_rule(grid, test):
    """300 maps of noise, at a mean of 0.2: at most 5 % (and error) below 0.05."""
    graph, rng = grid(10, 10), np.random.default_rng(11)
    maps = rng.poisson(0.2, (300, 100))
    p = [
        test(pd.Series(x), graph, n_permutations=199, rng=rng).p_value for x in maps if x.sum() > 9
    ]
    assert np.mean(np.array(p) <= 0.05) <= 0.05 + 4 * np.sqrt(0.05 * 0.95 / len(p))
