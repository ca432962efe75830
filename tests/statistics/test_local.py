"""Local statistics: by hand, beside esda, and beside permutation unit by unit."""

from functools import partial
from itertools import combinations, permutations

import numpy as np
import pandas as pd
import pytest
from esda import G_Local, Moran_Local
from hypothesis import given, settings
from hypothesis import strategies as st
from libpysal.graph import Graph
from scipy.stats import norm

from hotspots.errors import FewDataWarning
from hotspots.schema import HOT_COLD_LABELS, MORAN_LABELS, RESULT_COLUMNS
from hotspots.statistics.getis_ord import gi, gi_star
from hotspots.statistics.local_moran import local_moran

STATISTICS = [gi_star, gi, local_moran]
FEW = pytest.mark.filterwarnings("ignore::hotspots.errors.FewDataWarning")
NUMBERS = ["statistic", "expected", "z", "p_value", "q_value"]


def _counts(n, mean=1.0, seed=0):
    return pd.Series(np.random.default_rng(seed).poisson(mean, n), name="count")


def _planted(grid):
    values = _counts(144, 1.0, seed=3)
    values[[26, 27, 28, 38, 39, 40, 50, 51, 52]] += 6
    return values, grid(12, 12)


def test_table_is_the_same_for_all(grid):
    for statistic in STATISTICS:
        result = statistic(_counts(100), grid(10, 10), n_permutations=99, rng=1)
        assert tuple(result.columns) == RESULT_COLUMNS
        assert result.index.equals(pd.RangeIndex(100))
        assert result["label"].isin({*HOT_COLD_LABELS, *MORAN_LABELS}).all()
        assert result["p_value"].between(0, 1, inclusive="right").all()
        assert (result["q_value"] >= result["p_value"]).all()


@FEW
def test_by_hand():
    """Four units in a row with 1, 2, 3, 6: mean 3, m2 = (4 + 1 + 0 + 9) / 4 = 3.5."""
    row = Graph.from_dicts({0: [1], 1: [0, 2], 2: [1, 3], 3: [2]})
    values = pd.Series([1, 2, 3, 6])
    star = gi_star(values, row, n_permutations=9)
    assert star["statistic"].tolist() == [3, 6, 11, 9]
    assert star["expected"].tolist() == [6, 9, 9, 6]
    assert star["z"][0] == pytest.approx((3 - 6) / np.sqrt(3.5 * 2 * 2 / 3))
    without = gi(values, row, n_permutations=9)
    assert without["statistic"].tolist() == [2, 4, 8, 3]
    assert without["expected"].tolist() == pytest.approx([11 / 3, 20 / 3, 6, 2])
    lisa = local_moran(values, row, n_permutations=9)
    assert lisa["statistic"].tolist() == pytest.approx([2 / 3.5, 1 / 3.5, 0, 0])
    assert lisa["expected"].tolist() == pytest.approx([-4 / 10.5, -1 / 10.5, 0, -9 / 10.5])


@pytest.mark.parametrize("kind", ["counts", "real"])
def test_z_as_esda(grid, kind):
    graph = grid(9, 11)
    values = (
        _counts(99, 2.0)
        if kind == "counts"
        else pd.Series(np.random.default_rng(1).normal(5, 1, 99))
    )
    close = {"rtol": 1e-10, "atol": 1e-13}
    for function, star in ((gi, False), (gi_star, True)):
        theirs = G_Local(values.to_numpy(float), graph, transform="B", permutations=0, star=star)
        np.testing.assert_allclose(
            function(values, graph, n_permutations=9)["z"], theirs.Zs, **close
        )
    theirs = Moran_Local(values.to_numpy(float), graph, permutations=0)
    ours = local_moran(values, graph, n_permutations=9)["statistic"]
    np.testing.assert_allclose(ours * 98 / 99, theirs.Is, **close)


def _unit_by_unit(values, graph, *, null, n_draws, seed):
    """Tails of the neighbourhood sum by shuffling for every unit on its own."""
    rng = np.random.default_rng(seed)
    x, tails = values.to_numpy(float), []
    for unit in graph.unique_ids:
        near = graph[unit].index.to_numpy()
        pool = x if null == "total" else np.delete(x, unit)
        own = x[unit] if null == "total" else 0.0
        size = near.size + (null == "total")
        drawn = rng.permuted(np.tile(pool, (n_draws, 1)), axis=1)[:, :size].sum(axis=1)
        observed = x[near].sum() + own
        tails.append([(drawn >= observed - 1e-9).mean(), (drawn <= observed + 1e-9).mean()])
    return np.array(tails).T


@pytest.mark.parametrize("null", ["total", "conditional"])
def test_p_values_as_permuting_unit_by_unit(grid, null):
    values, graph, n_draws = _counts(30, 1.5, seed=2), grid(5, 6), 8000
    upper, lower = _unit_by_unit(values, graph, null=null, n_draws=n_draws, seed=1)
    for alternative, expected in (("greater", upper), ("less", lower)):
        options = {"n_permutations": n_draws, "alternative": alternative, "rng": 5}
        found = [gi_star(values, graph, null=null, **options)]
        if null == "conditional":
            found.append(gi(values, graph, **options))
        error = 5 * np.sqrt(2 * expected * (1 - expected) / n_draws) + 2 / n_draws
        for result in found:
            assert np.all(np.abs(result["p_value"] - expected) <= error)


@FEW
def test_p_values_converge_to_enumeration():
    """Eight units in a ring, 28 or 21 pairs to enumerate for every unit."""
    ring = Graph.from_dicts({i: [(i - 1) % 8, (i + 1) % 8] for i in range(8)})
    x = np.array([0, 4, 1, 0, 2, 0, 1, 0.5])
    result = local_moran(pd.Series(x), ring, n_permutations=40_000, rng=1)
    z = x - x.mean()
    for unit in range(8):
        pairs = combinations([j for j in range(8) if j != unit], 2)
        null = np.array([z[unit] * (z[i] + z[j]) for i, j in pairs])
        observed = z[unit] * (z[unit - 1] + z[(unit + 1) % 8])
        smaller = min(np.mean(null >= observed - 1e-9), np.mean(null <= observed + 1e-9))
        assert result["p_value"][unit] == pytest.approx(min(1, 2 * smaller), abs=0.025)


@FEW
def test_local_moran_alternatives_follow_the_statistic():
    """A low unit among low ones: I is high, though its neighbours' sum is low."""
    ring = Graph.from_dicts({i: [(i - 1) % 20, (i + 1) % 20] for i in range(20)})
    values = pd.Series([0, 0, 0, *np.arange(5, 22)])
    greater = local_moran(values, ring, alternative="greater", n_permutations=999, rng=1)
    less = local_moran(values, ring, alternative="less", n_permutations=999, rng=1)
    assert greater["p_value"][1] < 0.02
    assert less["p_value"][1] > 0.98


def test_planted_hot_spot_is_found_and_named(grid):
    values, graph = _planted(grid)
    star = gi_star(values, graph, rng=1)
    assert star.loc[39, "label"] == "hot 99"
    assert star["label"].str.startswith("hot").sum() >= 5
    assert local_moran(values, graph, rng=1).loc[39, "label"] == "high-high"
    cold = gi_star(-values, graph, rng=1)
    assert cold.loc[39, "label"] == "cold 99"


def test_outliers_are_named_by_unit_then_neighbours(grid):
    values, graph = _planted(grid)
    values[39] = 0
    assert local_moran(values, graph, rng=1, correction="none").loc[39, "label"] == "low-high"
    assert local_moran(-values, graph, rng=1, correction="none").loc[39, "label"] == "high-low"
    assert local_moran(-_planted(grid)[0], graph, rng=1).loc[39, "label"] == "low-low"


def test_a_unit_hot_by_its_own_value_shows_under_the_total_null_only(grid):
    values = _counts(144, 0.3, seed=1)
    values[39] = 40
    graph = grid(12, 12)
    total = gi_star(values, graph, rng=1, label_from="p_value")
    held = gi_star(values, graph, rng=1, null="conditional", label_from="p_value")
    assert total["p_value"][39] < 0.15 < held["p_value"][39]
    assert total.attrs["inference"]["null"] == "total"
    assert held.attrs["inference"]["null"] == "conditional"
    pd.testing.assert_series_equal(total["statistic"], held["statistic"])


@pytest.mark.parametrize("weigh", [None, 0.5])
def test_what_conditional_gi_star_expects_holds_the_units_own_value(grid, weigh):
    """By going through what may stand around the unit in the middle of a row of five."""
    values = pd.Series([3.0, 0.0, 5.0, 1.0, 2.0])
    graph = Graph.from_dicts({0: [1], 1: [0, 2], 2: [1, 3], 3: [2, 4], 4: [3]})
    own, near = 1.0, 1.0
    if weigh is not None:  # neighbours of equal weight, and the unit itself of another
        graph = Graph.from_arrays(
            *(graph.adjacency.index.get_level_values(i).to_numpy() for i in (0, 1)),
            np.full(len(graph.adjacency), weigh),
        ).assign_self_weight(2.0)
        own, near = 2.0, weigh
    with pytest.warns(FewDataWarning):
        found = gi_star(values, graph, null="conditional", method="analytic").loc[2]
    sums = np.array([own * 5 + near * sum(pair) for pair in permutations([3.0, 0.0, 1.0, 2.0], 2)])
    observed = own * 5 + near * (0 + 1)
    z = (observed - sums.mean()) / sums.std()
    assert found["statistic"] == pytest.approx(observed)
    assert found["expected"] == pytest.approx(sums.mean())
    assert found["z"] == pytest.approx(z)
    assert found["p_value"] == pytest.approx(2 * norm.sf(abs(z)))


def test_conditional_gi_star_is_gi(grid):
    values, graph = _counts(99), grid(9, 11)
    star = gi_star(values, graph, null="conditional", n_permutations=999, rng=1)
    np.testing.assert_array_equal(
        star["p_value"], gi(values, graph, n_permutations=999, rng=1)["p_value"]
    )


@pytest.mark.parametrize("statistic", STATISTICS)
def test_the_same_seed_gives_the_same_bytes(grid, statistic):
    values, graph = _counts(99), grid(9, 11)
    draw = partial(statistic, values, graph, method="permutation", n_permutations=499)
    first, again, other = (draw(rng=seed) for seed in (1, 1, 2))
    assert first.to_csv().encode() == again.to_csv().encode()
    assert first.to_csv() != other.to_csv()
    pd.testing.assert_frame_equal(first, draw(rng=np.random.default_rng(1)))


@pytest.mark.parametrize("statistic", STATISTICS)
def test_self_weights_and_row_standardisation_change_nothing(grid, statistic):
    values, graph = _counts(99), grid(9, 11)
    expected = statistic(values, graph, n_permutations=99, rng=1)
    for same in (
        graph.transform("r"),
        graph.assign_self_weight(1),
        graph.assign_self_weight(1).transform("r"),
    ):
        pd.testing.assert_frame_equal(expected, statistic(values, same, n_permutations=99, rng=1))


@pytest.mark.parametrize("statistic", STATISTICS)
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_order_of_units_does_not_matter(grid, statistic, seed):
    """Relabelled and reordered: measures the same, p-values within Monte-Carlo error."""
    values, graph = _counts(42, 2.0, seed=seed), grid(6, 7)
    order = np.random.default_rng(seed).permutation(42)
    names = pd.Index([f"u{i}" for i in order], name="unit_id")
    shuffled = values.loc[order].set_axis(names)
    near = {f"u{i}": [f"u{j}" for j in graph[i].index] for i in order}
    renamed = statistic(shuffled, Graph.from_dicts(near), n_permutations=4999, rng=1)
    assert renamed.index.equals(names)
    back = renamed.set_axis(order).sort_index()
    expected = statistic(values, graph, n_permutations=4999, rng=1)
    pd.testing.assert_frame_equal(back[NUMBERS[:3]], expected[NUMBERS[:3]])
    p = expected["p_value"]
    pd.testing.assert_series_equal(back["p_value"].isna(), p.isna())  # a value at the mean
    apart = (back["p_value"] - p).abs() - 6 * np.sqrt(4 * p * (1 - p / 2) / 4999)
    assert apart.dropna().le(0.002).all()


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    scale=st.sampled_from([1e-3, 0.1, 0.3, 7.0, 1e6]),
    shift=st.sampled_from([-1e4, -0.7, 0.0, 3.3, 1e5]),
)
def test_scale_and_origin_do_not_matter(grid, seed, scale, shift):
    """Ties survive a change of unit, so p-values are the same to the last digit."""
    values, graph = _counts(42, 1.0, seed=seed), grid(6, 7)
    for statistic in STATISTICS:
        draw = partial(statistic, graph=graph, method="permutation", n_permutations=199, rng=1)
        before, after = draw(values), draw(values * scale + shift)
        np.testing.assert_allclose(before["z"], after["z"], rtol=1e-6, atol=1e-6)
        for column in ("p_value", "q_value", "label"):
            assert before[column].equals(after[column])


@pytest.mark.parametrize("statistic", STATISTICS)
def test_inputs_are_left_alone(grid, statistic):
    values, graph = _counts(99), grid(9, 11)
    copy, adjacency = values.copy(deep=True), graph.adjacency.copy()
    statistic(values, graph, n_permutations=9)
    pd.testing.assert_series_equal(values, copy)
    pd.testing.assert_series_equal(graph.adjacency, adjacency)


def test_large_neighbourhoods_keep_every_permutation(grid):
    """Every unit has all but one of the others as neighbours: k is far above n / 4."""
    n = 36
    near = {i: [j for j in range(n) if j not in (i, (i + 1) % n)] for i in range(n)}
    values = pd.Series(np.arange(n, dtype=float))
    result = gi(values, Graph.from_dicts(near), n_permutations=20_000, rng=1, alternative="less")
    missing = (np.arange(n) + 1) % n  # the sum is all others less this one
    others = np.array([np.mean(np.delete(np.arange(n), i) >= missing[i]) for i in range(n)])
    np.testing.assert_allclose(result["p_value"], others, atol=0.02)
