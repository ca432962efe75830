"""Global tests by hand, beside esda, and by permutation."""

import numpy as np
import pandas as pd
import pytest
from esda import G, Geary, Moran
from libpysal.graph import Graph

from hotspots.errors import FewDataWarning
from hotspots.statistics.global_tests import geary, general_g, moran
from hotspots.statistics.join_counts import join_count
from hotspots.statistics.lees_l import lees_l
from hotspots.statistics.moran_rate import moran_rate

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
    assert ours.p_value == ours.p_value_analytic == pytest.approx(theirs.p_rand, rel=1e-10)


@pytest.mark.parametrize("style", ["b", "r"])
def test_geary_as_esda_but_for_the_sign_of_z(grid, counts, style):
    graph = grid(9, 11).transform(style)
    ours = geary(counts, graph, n_permutations=0)
    theirs = Geary(counts.to_numpy(float), graph, transformation=style, permutations=0)
    assert ours.statistic == pytest.approx(theirs.C, rel=1e-12)
    assert ours.variance == pytest.approx(theirs.VC_rand, rel=1e-12)
    assert ours.z == pytest.approx(-theirs.z_rand, rel=1e-10)


def test_general_g_as_esda(grid, counts):
    graph = grid(9, 11)
    ours = general_g(counts, graph, n_permutations=0)
    theirs = G(counts.to_numpy(float), graph, permutations=0)
    assert ours.statistic == pytest.approx(theirs.G, rel=1e-12)
    assert ours.expected == pytest.approx(theirs.EG, rel=1e-12)
    assert ours.z == pytest.approx(theirs.z_norm, rel=1e-10)


@FEW
@pytest.mark.parametrize(
    ("test", "expected"),
    [(moran, 4 / 6 * 4 / 14), (geary, 3 / 12 * 22 / 14), (general_g, 52 / 94)],
)
def test_by_hand(test, expected):
    """Four units in a row with 1, 2, 3, 6.

    Deviations -2, -1, 0, 3: the links give 2 (2 + 0 + 0), I = (4 / 6) 4 / 14.
    Squared differences 2 (1 + 1 + 9) = 22, c = 3 / (2 · 6) · 22 / 14.
    Products 2 (2 + 6 + 18) = 52 over 144 - 50 = 94.
    """
    row = Graph.from_dicts({0: [1], 1: [0, 2], 2: [1, 3], 3: [2]})
    assert test(pd.Series([1, 2, 3, 6]), row, n_permutations=9).statistic == pytest.approx(expected)


@pytest.mark.parametrize("test", [moran, geary, general_g])
def test_permutation_agrees_with_the_normal_approximation(grid, test):
    values = pd.Series(np.random.default_rng(8).gamma(20, 1, 400))
    for alternative in ("two-sided", "greater", "less"):
        result = test(values, grid(20, 20), alternative=alternative, rng=1)
        assert result.alternative == alternative
        assert result.p_value == pytest.approx(result.p_value_analytic, abs=0.02)


@pytest.mark.parametrize("test", [moran, geary, general_g])
def test_clustering_is_found_and_its_direction(grid, test):
    values = pd.Series(np.repeat([1.0, 9.0, 1.0], 48))
    graph = grid(12, 12)
    assert test(values, graph, rng=1).p_value == 2 / 10_000
    assert test(values, graph, rng=1, alternative="greater").p_value == 1 / 10_000
    assert test(values, graph, rng=1, alternative="less").p_value == 1


@pytest.mark.parametrize("test", [moran, geary, general_g])
def test_the_same_seed_gives_the_same_result(grid, counts, test):
    first, again, other = (test(counts, grid(9, 11), n_permutations=9999, rng=s) for s in (4, 4, 5))
    assert first == again
    assert first.p_value != other.p_value


@pytest.mark.parametrize("shift", [0.0, -3.3, 1e6])
@pytest.mark.parametrize("test", [moran, geary])
def test_scale_and_origin_change_nothing(grid, counts, test, shift):
    before = test(counts, grid(9, 11), n_permutations=199, rng=1)
    after = test(counts * 0.1 + shift, grid(9, 11), n_permutations=199, rng=1)
    assert after.statistic == pytest.approx(before.statistic, rel=1e-8)
    assert after.variance == pytest.approx(before.variance, rel=1e-8)
    assert after.p_value == before.p_value


def test_self_weights_are_ignored(grid, counts):
    plain, own = grid(9, 11), grid(9, 11).assign_self_weight(3)
    for test in (moran, geary, general_g):
        assert test(counts, plain, n_permutations=9, rng=1) == test(
            counts, own, n_permutations=9, rng=1
        )


def test_greater_is_clustering_for_geary_too(grid):
    """c below 1 for smooth values, above 1 for a chessboard."""
    graph = Graph.from_dicts({i: [j for j in (i - 1, i + 1) if 0 <= j < 60] for i in range(60)})
    smooth, alternating = pd.Series(np.arange(60.0)), pd.Series(np.tile([0.0, 1], 30))
    for values, low, high in ((smooth, "greater", "less"), (alternating, "less", "greater")):
        found = geary(values, graph, alternative=low, rng=1)
        assert found.p_value == 1 / 10_000
        assert found.p_value_analytic < 1e-9
        other = geary(values, graph, alternative=high, rng=1)
        assert other.p_value == 1
        assert other.p_value_analytic > 1 - 1e-9
    assert geary(smooth, graph, rng=1).statistic < 1 < geary(alternating, graph, rng=1).statistic
    assert geary(smooth, graph, rng=1).z > 0 > geary(alternating, graph, rng=1).z


@FEW
def test_join_counts_by_hand():
    """A row of 0 0 1 1 1 0 has joins 00, 01, 11, 11, 10; isolate 6 leaves the numbers of each."""
    near = {i: [j for j in (i - 1, i + 1) if 0 <= j < 6] for i in range(6)}
    graph = Graph.from_dicts(
        {**near, 6: [6]}, {i: [1] * len(n) for i, n in near.items()} | {6: [0]}
    )
    found = join_count(pd.Series([0, 0, 1, 1, 1, 0, 1]), graph, n_permutations=99, rng=1)
    assert {kinds: test.statistic for kinds, test in found.items()} == {
        (0, 0): 1,
        (1, 1): 2,
        (0, 1): 2,
    }
    assert [test.expected for test in found.values()] == pytest.approx([1, 1, 3])
    assert {test.n for test in found.values()} == {6}
    assert [test.name for test in found.values()] == [
        "join_count 0-0",
        "join_count 1-1",
        "join_count 0-1",
    ]


def test_join_counts_find_clusters_and_chessboards(grid):
    left = pd.Series(np.tile([1] * 6 + [0] * 6, 12))
    found = join_count(left, grid(12, 12), rng=1)
    assert {test.p_value for test in found.values()} == {2 / 10_000}
    assert found[1, 1].z > 0 > found[0, 1].z
    row = Graph.from_dicts({i: [j for j in (i - 1, i + 1) if 0 <= j < 60] for i in range(60)})
    found = join_count(pd.Series(np.tile([0, 1], 30)), row, alternative="greater", rng=1)
    assert (found[1, 1].statistic, found[0, 1].statistic) == (0, 59)
    assert (found[1, 1].p_value, found[0, 1].p_value) == (1, 1 / 10_000)


@pytest.mark.parametrize(
    "kinds",
    [
        lambda x: x,
        lambda x: x.astype(bool),
        lambda x: x.astype(float),
        lambda x: x.astype("boolean"),
        lambda x: x.astype("category"),
    ],
)
def test_kinds_of_join_counts_in_any_type(grid, kinds):
    ones = pd.Series(np.random.default_rng(2).integers(0, 2, 99))
    expected = join_count(ones, grid(9, 11), n_permutations=99, rng=1)
    assert join_count(kinds(ones), grid(9, 11), n_permutations=99, rng=1) == expected


def test_kinds_of_text_and_of_ordered_categories(grid):
    codes = np.random.default_rng(2).integers(0, 3, 99)
    text = pd.Series(np.array(["low", "mid", "top"])[codes])
    found = join_count(text, grid(9, 11), n_permutations=99, rng=1)
    assert list(found) == [
        ("low", "low"),
        ("mid", "mid"),
        ("top", "top"),
        ("low", "mid"),
        ("low", "top"),
        ("mid", "top"),
    ]
    turned = text.astype(pd.CategoricalDtype(["top", "mid", "low", "none"]))
    other = join_count(turned, grid(9, 11), n_permutations=99, rng=1)
    assert list(other)[:3] == [("top", "top"), ("mid", "mid"), ("low", "low")]
    assert other["low", "low"].statistic == found["low", "low"].statistic
    assert sum(test.statistic for test in found.values()) == grid(9, 11).n_edges / 2


def test_lees_l_finds_where_two_values_concentrate_together(grid):
    rng = np.random.default_rng(5)
    smooth = np.repeat([0.0, 4, 0], 48)
    x, y = (pd.Series(smooth + rng.normal(size=144)) for _ in range(2))
    graph = grid(12, 12).transform("r")
    together, against = lees_l(x, y, graph, rng=1), lees_l(x, -y, graph, rng=1)
    assert together.p_value == against.p_value == 2 / 10_000
    assert against.statistic == pytest.approx(-together.statistic)
    assert together == lees_l(x, y, graph, rng=1)
    turned = lees_l(y, x, graph, rng=1)
    assert turned.variance == pytest.approx(together.variance, rel=1e-9)
    assert lees_l(x, y, graph, alternative="less", rng=1).p_value == 1


def test_sums_of_large_graphs_in_blocks(grid, monkeypatch):
    x, y = pd.DataFrame(np.random.default_rng(3).gamma(1, size=(2, 99)), index=["x", "y"]).T.items()
    whole = lees_l(x[1], y[1], grid(9, 11), n_permutations=0)
    monkeypatch.setattr("hotspots.statistics.lees_l.ROWS", 7)
    parts = lees_l(x[1], y[1], grid(9, 11), n_permutations=0)
    assert parts.variance == pytest.approx(whole.variance, rel=1e-12)


@FEW
def test_clustered_risk_is_found_and_clustered_people_are_not(grid):
    rng = np.random.default_rng(6)
    population = pd.Series(np.repeat([50, 5000, 50], 48))
    plain = pd.Series(rng.poisson(population * 0.002))
    risky = pd.Series(rng.poisson(population * np.tile([0.001] * 6 + [0.004] * 6, 12)))
    graph = grid(12, 12)
    assert moran_rate(plain, population, graph, rng=1).p_value > 0.1
    found = moran_rate(risky, population, graph, rng=1)
    assert found.p_value == 2 / 10_000
    assert found.z > 5
    assert moran_rate(risky, population, graph, rng=1) == found
    assert moran_rate(risky, population, graph, rng=2).expected != found.expected


@FEW
def test_units_without_people_are_left_out_of_rates(grid):
    rng = np.random.default_rng(7)
    population = pd.Series(rng.integers(50, 500, 99)).astype(float)
    events = pd.Series(rng.poisson(population * 0.01)).astype(float)
    gaps = population.copy()
    gaps[[3, 4]], gaps[50] = np.nan, 0
    with pytest.warns(FewDataWarning, match="a population of 0, first id 50"):
        result = moran_rate(events.mask(events.index == 50, 4), gaps, grid(9, 11), rng=1)
    kept = [i for i in range(99) if i not in (3, 4, 50)]
    assert result == moran_rate(events[kept], gaps[kept], grid(9, 11).subgraph(kept), rng=1)
    assert result.n == 96


@pytest.mark.parametrize("test", [moran, geary, general_g])
def test_false_positives_keep_the_rule(grid, test):
    """300 maps of noise, at a mean of 0.2: at most 5 % (and error) below 0.05."""
    graph, rng = grid(10, 10), np.random.default_rng(11)
    maps = rng.poisson(0.2, (300, 100))
    p = [
        test(pd.Series(x), graph, n_permutations=199, rng=rng).p_value for x in maps if x.sum() > 9
    ]
    assert np.mean(np.array(p) <= 0.05) <= 0.05 + 4 * np.sqrt(0.05 * 0.95 / len(p))
