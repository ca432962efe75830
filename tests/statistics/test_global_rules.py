"""What the global tests refuse, leave out, warn of, and never depend on."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from libpysal.graph import Graph

from hotspots.errors import AlignmentError, FewDataWarning, HotspotsError, StatisticsError
from hotspots.statistics.global_tests import geary, general_g, moran
from hotspots.statistics.join_counts import join_count
from hotspots.statistics.lees_l import lees_l
from hotspots.statistics.moran_rate import moran_rate

FEW = pytest.mark.filterwarnings("ignore::hotspots.errors.FewDataWarning")


def _lees_l(values, graph, **options):
    return lees_l(values, values**2 + np.arange(len(values)), graph, **options)


def _lees_l_second(values, graph, **options):
    return lees_l(pd.Series(np.arange(60) % 7), values, graph, **options)


def _moran_rate(values, graph, **options):
    index = values.index if isinstance(values, pd.Series) else None
    return moran_rate(values, pd.Series(np.arange(100, 100 + len(values)), index), graph, **options)


def _join_count(values, graph, **options):
    return join_count((values > 1).astype(float).where(values.notna()), graph, **options)[1, 1]


TESTS = [moran, geary, general_g, _join_count, _lees_l, _moran_rate]
CHECKED = [geary, join_count, lees_l, _lees_l_second, _moran_rate]


@pytest.fixture
def row():
    """Sixty units in a row; the last has no neighbour."""
    near = {i: [j for j in (i - 1, i + 1) if 0 <= j < 59] for i in range(59)}
    return Graph.from_dicts(
        {**near, 59: [59]}, {i: [1] * len(n) for i, n in near.items()} | {59: [0]}
    )


@pytest.fixture
def values():
    return pd.Series(np.random.default_rng(1).integers(0, 2, 60))


def _call(test, values, graph, **options):
    if test is lees_l:
        return lees_l(values, pd.Series(np.arange(60)), graph, **options)
    return test(values, graph, **options)


@pytest.mark.parametrize("test", CHECKED)
class TestRefusals:
    def test_other_units(self, test, row, values):
        with pytest.raises(AlignmentError, match=r"1 units .* 1 .* first id (3|77);"):
            _call(test, values.rename({3: 77}), row)

    def test_another_order(self, test, row, values):
        with pytest.raises(AlignmentError, match="in another order"):
            _call(test, values[::-1], row)

    def test_infinite_values(self, test, row, values):
        with pytest.raises(StatisticsError, match="1 are infinite, first id 7"):
            _call(test, values.astype(float).where(values.index != 7, np.inf), row)

    def test_no_series(self, test, row, values):
        with pytest.raises(StatisticsError, match="a pandas Series indexed by unit is needed"):
            _call(test, values.to_numpy(), row)

    def test_complex_numbers(self, test, row, values):
        with pytest.raises(StatisticsError, match="numbers are needed, not complex128"):
            _call(test, values.astype(complex), row)

    def test_negative_weights(self, test, row, values):
        adjacency = row.adjacency.copy()
        adjacency.iloc[5] = -1
        with pytest.raises(StatisticsError, match="1 weights are negative"):
            _call(test, values, Graph(adjacency))

    @pytest.mark.parametrize(
        "option",
        [{"n_permutations": -1}, {"n_permutations": 9.5}, {"alternative": "bigger"}],
    )
    def test_options(self, test, row, values, option):
        with pytest.raises(HotspotsError, match=next(iter(option))):
            _call(test, values, row, **option)


def test_words_where_numbers_are_needed(row, values):
    for test in (geary, lees_l, _lees_l_second, _moran_rate):
        with pytest.raises(StatisticsError, match="numbers are needed, not str"):
            _call(test, values.astype(str), row)


def test_the_second_variable_is_named(row, values):
    with pytest.raises(AlignmentError, match=r"^y and graph: .*in another order"):
        lees_l(values, values[::-1], row)
    with pytest.raises(StatisticsError, match=r"^y: 1 are infinite, first id 7"):
        lees_l(values, values.astype(float).where(values.index != 7, np.inf), row)


def test_join_counts_take_kinds_not_counts(row, values):
    with pytest.raises(StatisticsError, match=r"2 are neither 0 nor 1, first id 4; .*values > 0"):
        join_count(values.mask(values.index.isin([4, 9]), 3), row)
    with pytest.raises(StatisticsError, match="a pandas Series indexed by unit is needed, not a l"):
        join_count(values.tolist(), row)
    many = pd.Series([f"kind {i % 21}" for i in range(60)])
    with pytest.raises(StatisticsError, match=r"21 different labels; .* at most 20 kinds"):
        join_count(many, row)


def test_rates_need_events_and_people(row):
    events, people = pd.Series([1, 2] * 30), pd.Series([10.0] * 60)
    with pytest.raises(StatisticsError, match="1 are not whole numbers, first id 5"):
        moran_rate(events.astype(float).where(events.index != 5, 0.5), people, row)
    with pytest.raises(StatisticsError, match="population: 1 are below zero, first id 5"):
        moran_rate(events, people.where(people.index != 5, -1), row)
    with pytest.raises(StatisticsError, match=r"n_permutations 1: .* at least 2"):
        moran_rate(events, people, row, n_permutations=1)
    with pytest.raises(StatisticsError, match=r"n_permutations 0: .* no analytic test alone, as"):
        moran_rate(events, people, row, n_permutations=0)


@FEW
@pytest.mark.parametrize("test", TESTS)
def test_missing_values_are_as_if_the_units_were_not_there(test, row):
    values = pd.Series(np.random.default_rng(3).poisson(2, 60)).astype(float)
    gaps = values.copy()
    gaps[[10, 11]] = np.nan
    kept = [i for i in range(60) if i not in (10, 11)]
    if test is _lees_l:
        other = pd.Series(np.arange(60.0) ** 2 % 7)
        ours = lees_l(values, other.mask(other.index.isin([10, 11])), row, rng=1)
        assert ours == lees_l(gaps, other, row, rng=1)
        assert ours == lees_l(values[kept], other[kept], row.subgraph(kept), rng=1)
    elif test is _moran_rate:
        people = pd.Series(np.arange(100, 160))
        assert moran_rate(gaps, people, row, rng=1) == moran_rate(
            values[kept], people[kept], row.subgraph(kept), rng=1
        )
    else:
        assert test(gaps, row, rng=1) == test(values[kept], row.subgraph(kept), rng=1)


def test_missing_labels_leave_units_out(row):
    labels = pd.Series(["a", "b", "b"] * 20)
    gaps = labels.mask(labels.index.isin([10, 11]))
    kept = [i for i in range(60) if i not in (10, 11)]
    assert join_count(gaps, row, rng=1) == join_count(labels[kept], row.subgraph(kept), rng=1)


@pytest.mark.parametrize("test", TESTS)
@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_tiny_tables_have_no_test(test, n):
    near = {i: [j for j in range(n) if j != i] for i in range(n)}
    focal, neighbour = (
        np.array([pair[side] for i in near for pair in ((i, j) for j in near[i])], dtype=int)
        for side in (0, 1)
    )
    if n == 1:
        focal = neighbour = np.array([0])
    weights = np.zeros(1) if n == 1 else np.ones(focal.size)
    index = pd.MultiIndex.from_arrays([focal, neighbour], names=["focal", "neighbor"])
    graph = Graph(pd.Series(weights, index=index, name="weight"))
    values = pd.Series(np.arange(n, dtype=float), index=pd.RangeIndex(n))
    with pytest.warns(FewDataWarning):
        result = test(values, graph, n_permutations=9, rng=1)
    assert np.isnan([result.statistic, result.z, result.p_value, result.p_value_analytic]).all()


@pytest.mark.parametrize("test", [geary, lees_l])
def test_equal_values_have_no_test(test, row):
    result = _call(test, pd.Series([0.1] * 60), row, n_permutations=9)
    assert np.isnan([result.statistic, result.z, result.p_value, result.p_value_analytic]).all()
    if test is lees_l:
        assert np.isnan(lees_l(pd.Series(np.arange(60)), pd.Series([0.1] * 60), row).p_value)


@FEW
def test_equal_rates_have_no_test(row):
    people = pd.Series(np.arange(10, 70) * 10)
    result = moran_rate(people // 10, people, row, n_permutations=9)
    assert np.isnan([result.statistic, result.p_value]).all()
    with pytest.warns(FewDataWarning, match="No events: there is nothing"):
        assert np.isnan(moran_rate(people * 0, people, row).p_value)


def test_one_kind_has_no_join_counts(row):
    for same in (pd.Series([1] * 60), pd.Series(["a"] * 60)):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FewDataWarning)
            found = join_count(same, row, n_permutations=9)
        assert np.isnan([test.p_value for test in found.values()]).all()
    assert list(found) == [("a", "a")]


@FEW
def test_a_single_unit_of_a_kind_cannot_join_its_own(row):
    values = pd.Series([0] * 60)
    values[30] = 1
    found = join_count(values, row, n_permutations=99, rng=1)
    own = found[1, 1]
    assert (own.statistic, own.expected, own.variance) == (0, 0, 0)
    assert np.isnan([own.z, own.p_value, own.p_value_analytic]).all()
    assert not np.isnan(found[0, 1].p_value)


@FEW
@pytest.mark.parametrize("test", TESTS)
def test_where_all_neighbour_all_only_one_value_is_possible(test):
    n = 40
    graph = Graph.from_dicts({i: [j for j in range(n) if j != i] for i in range(n)})
    values = pd.Series(np.random.default_rng(1).poisson(2, n))
    result = test(values, graph, n_permutations=99, rng=1)
    if test in (moran, geary, general_g, _join_count):
        assert result.statistic == pytest.approx(result.expected)
        assert np.isnan([result.z, result.p_value, result.p_value_analytic]).all()


@pytest.mark.parametrize("test", TESTS)
def test_few_units_and_few_events_are_said_where_the_test_is_called(test):
    ring = Graph.from_dicts({i: [(i - 1) % 12, (i + 1) % 12] for i in range(12)})
    values = pd.Series([0, 2, 0, 3, 0, 0, 1, 0, 0, 0, 1, 0])
    with pytest.warns(FewDataWarning) as caught:
        test(values, ring, n_permutations=99, rng=1)
    messages = [str(warning.message).split(":")[0] for warning in caught]
    few = "2 units with it" if test is _join_count else "7 events"
    rates = ["12 of 12 units expect fewer than 5 events, first id 0"] * (test is _moran_rate)
    assert messages == ["Only 12 units have a value", f"Only {few}", *rates]
    assert all(warning.filename == __file__ for warning in caught)


def test_few_units_of_a_rare_kind_are_said():
    ring = Graph.from_dicts({i: [(i - 1) % 60, (i + 1) % 60] for i in range(60)})
    with pytest.warns(FewDataWarning, match="Only 8 units not of the commonest kind"):
        join_count(pd.Series(["common"] * 52 + ["rare"] * 5 + ["rarer"] * 3), ring, rng=1)


@FEW
def test_labels_that_are_all_missing_are_no_kinds(row):
    assert join_count(pd.Series([None] * 60, dtype=object), row) == {}


@FEW
def test_inputs_stay_as_they_were(row, values):
    labels = values.map({0: "a", 1: "b"}).astype("category")
    people = pd.Series(np.arange(100, 160))
    before = values.copy(), labels.copy(), people.copy(), row.adjacency.copy()
    for test in TESTS:
        test(values, row, n_permutations=9, rng=1)
    join_count(labels, row, n_permutations=9, rng=1)
    moran_rate(values, people, row, n_permutations=9, rng=1)
    pd.testing.assert_series_equal(values, before[0])
    pd.testing.assert_series_equal(labels, before[1])
    pd.testing.assert_series_equal(people, before[2])
    pd.testing.assert_series_equal(row.adjacency, before[3])


# Invariants


@st.composite
def maps(draw):
    """Counts and an uneven graph of up to 14 units, each with a neighbour."""
    n = draw(st.integers(6, 14))
    counts = draw(st.lists(st.integers(0, 9), min_size=n, max_size=n))
    seed = draw(st.integers(0, 10_000))
    rng = np.random.default_rng(seed)
    weights = rng.integers(1, 4, (n, n)) * (rng.random((n, n)) < 0.4)
    weights = np.maximum(weights, np.roll(np.eye(n, dtype=int), 1, axis=1))
    np.fill_diagonal(weights, 0)
    return np.array(counts), weights, rng.permutation(n)


def _graph(weights, ids):
    focal, neighbour = np.nonzero(weights)
    return Graph.from_arrays(ids[focal], ids[neighbour], weights[focal, neighbour].astype(float))


def _figures(result):
    return [result.statistic, result.expected, result.variance, result.z, result.p_value_analytic]


def _analytic(test, values, graph):
    if test is _moran_rate:
        people = pd.Series(values.to_numpy() % 4 + 20, index=values.index)
        return [moran_rate(values, people, graph, n_permutations=9, rng=1).statistic]
    if test is _lees_l:
        return _figures(lees_l(values, (values + 1) ** 2 % 5, graph, n_permutations=0))
    if test is _join_count:
        found = join_count(values.map(lambda x: "abc"[x % 3]), graph, n_permutations=0)
        return np.ravel([_figures(found[pair]) for pair in sorted(found)])
    return _figures(test(values, graph, n_permutations=0))


@FEW
@pytest.mark.parametrize("test", TESTS)
@settings(max_examples=25, deadline=None)
@given(given_map=maps())
def test_names_and_order_of_units_change_nothing(test, given_map):
    counts, weights, order = given_map
    ids = np.array([f"unit {i}" for i in range(len(counts))])
    plain = _analytic(test, pd.Series(counts), _graph(weights, np.arange(len(counts))))
    named = _analytic(test, pd.Series(counts, ids), _graph(weights, ids))
    turned = _analytic(
        test,
        pd.Series(counts[order], ids[order]),
        _graph(weights[order][:, order], ids[order]),
    )
    np.testing.assert_array_equal(named, plain)
    np.testing.assert_allclose(turned, plain, rtol=1e-7, atol=1e-9)


@FEW
@pytest.mark.parametrize("test", [moran, geary, _lees_l])
@settings(max_examples=25, deadline=None)
@given(given_map=maps(), scale=st.sampled_from([0.25, 3.0, 1e4]), shift=st.integers(-99, 99))
def test_scale_and_origin_change_nothing(test, given_map, scale, shift):
    counts, weights, _ = given_map
    graph, values = _graph(weights, np.arange(len(counts))), pd.Series(counts)

    def run(x):
        second = (values + 1) ** 2 % 5
        result = lees_l(x, second, graph, rng=1) if test is _lees_l else test(x, graph, rng=1)
        return [*_figures(result), result.p_value]

    np.testing.assert_allclose(run(values * scale + shift), run(values), rtol=1e-6, atol=1e-9)


@FEW
@pytest.mark.parametrize("test", [moran, geary, general_g, _join_count])
@settings(max_examples=25, deadline=None)
@given(given_map=maps(), scale=st.sampled_from([0.5, 7.0]))
def test_scaled_weights_scale_what_counts_and_change_no_p_value(test, given_map, scale):
    counts, weights, _ = given_map
    ids, values = np.arange(len(counts)), pd.Series(counts)
    if test is _join_count and not (counts > 1).any():
        return
    before = test(values, _graph(weights, ids), n_permutations=99, rng=1)
    after = test(values, _graph(weights * scale, ids), n_permutations=99, rng=1)
    factor = scale if test in (general_g, _join_count) else 1
    np.testing.assert_allclose(after.statistic, before.statistic * factor, rtol=1e-9)
    np.testing.assert_allclose(after.z, before.z, rtol=1e-6, atol=1e-9)
    np.testing.assert_equal(after.p_value, before.p_value)


@FEW
@settings(max_examples=25, deadline=None)
@given(given_map=maps())
def test_joins_of_every_kind_are_all_links(given_map):
    counts, weights, _ = given_map
    graph = _graph(weights, np.arange(len(counts)))
    found = join_count(pd.Series(counts).map(lambda x: "abc"[x % 3]), graph, n_permutations=0)
    if len(found) > 1:
        assert sum(test.statistic for test in found.values()) == weights.sum() / 2
        expected = sum(test.expected for test in found.values())
        assert expected == pytest.approx(weights.sum() / 2)
