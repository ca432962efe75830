"""Smoothing, standardising and excess: hand-derived cases, refusals, what is said."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from libpysal.graph import Graph
from scipy import stats

from hotspots.errors import AlignmentError, FewDataWarning, StatisticsError
from hotspots.statistics.excess_risk import excess_risk
from hotspots.statistics.rates import eb_rates, eb_standardised, standardised

FEW = pytest.mark.filterwarnings("ignore::hotspots.errors.FewDataWarning")
EVERY = [eb_rates, eb_standardised, excess_risk]


def _series(*numbers):
    return pd.Series(numbers, index=list("abcdefgh")[: len(numbers)])


def _frame(result):
    return result.to_frame() if isinstance(result, pd.Series) else result


def test_smoothing_by_hand():
    """Rates 0.3 and 0.1 of 100 and 300: mean 0.15, variance 0.0075 - 0.15 / 200 = 0.00675."""
    result = eb_rates(_series(30, 30), _series(100, 300))
    assert result["mean"].tolist() == pytest.approx([0.15, 0.15])
    assert result["variance"].tolist() == pytest.approx([0.00675, 0.00675])
    weight = [0.00675 / (0.00675 + 0.0015), 0.00675 / (0.00675 + 0.0005)]
    assert result["weight"].tolist() == pytest.approx(weight)
    smoothed = [0.15 + weight[0] * 0.15, 0.15 - weight[1] * 0.05]
    assert result["smoothed"].tolist() == pytest.approx(smoothed)


def test_binomial_smoothing_by_hand():
    """Of 10 each 9 and 1: spread 0.16, within 0.25; variance 0.16 - 0.025 = 0.135."""
    result = eb_rates(_series(9, 1), _series(10, 10), family="binomial")
    weight = 1.35 / (1.35 + 0.25 - 0.16)
    assert result["weight"].tolist() == pytest.approx([weight, weight])
    assert result["smoothed"].tolist() == pytest.approx([0.5 + 0.4 * weight, 0.5 - 0.4 * weight])


@pytest.mark.parametrize("family", ["poisson", "binomial"])
def test_rates_that_vary_less_than_chance_are_wholly_smoothed(family):
    result = eb_rates(_series(5, 6, 5, 6), _series(50, 50, 50, 50), family=family)
    assert result["smoothed"].tolist() == pytest.approx([0.11] * 4)
    assert (result[["variance", "weight"]] == 0).all(axis=None)


@FEW
def test_local_smoothing_by_hand():
    """A row of a, b, c, and d alone: b has all three, d only itself."""
    graph = Graph.from_dicts({"a": ["b"], "b": ["a", "c"], "c": ["b"], "d": ["d"]})
    result = eb_rates(_series(0, 20, 1, 7), _series(100, 100, 50, 100), graph)
    mean = [20 / 200, 21 / 250, 21 / 150, 0.07]
    assert result["mean"].tolist() == pytest.approx(mean)
    spread = (100 * 0.084**2 + 100 * 0.116**2 + 50 * 0.064**2) / 250
    variance = spread - 0.084 / (250 / 3)
    assert result.loc["b", "variance"] == pytest.approx(variance)
    weight = variance / (variance + 0.084 / 100)
    assert result.loc["b", "smoothed"] == pytest.approx(0.084 + weight * 0.116)
    assert result.loc["d", ["raw", "smoothed", "weight"]].tolist() == pytest.approx([0.07, 0.07, 0])


def test_standardised_by_hand():
    """Rates 0.3 and 0.1 of 100 and 300, as above: a = 0.00675, b = 0.15."""
    z = eb_standardised(_series(30, 30), _series(100, 300))
    assert z.tolist() == pytest.approx([0.15 / 0.00825**0.5, -0.05 / 0.00725**0.5])
    assert z.index.tolist() == ["a", "b"]


@FEW
def test_many_maps_are_standardised_each_by_itself():
    rng = np.random.default_rng(1)
    maps, people = rng.poisson(3, (5, 20)), rng.uniform(10, 500, 20)
    rows = [eb_standardised(pd.Series(row), pd.Series(people)) for row in maps]
    np.testing.assert_allclose(standardised(maps, people), rows, rtol=1e-12)


@FEW
def test_excess_by_hand():
    """Of 20 events 4 each are expected: 0, 1, 4, 5 and 10; ends as in Garwood's table."""
    result = excess_risk(_series(0, 1, 4, 5, 10), _series(2.5, 2.5, 2.5, 2.5, 2.5))
    assert result["observed"].tolist() == [0, 1, 4, 5, 10]
    assert result["expected"].tolist() == [4.0] * 5
    assert result["ratio"].tolist() == [0, 0.25, 1, 1.25, 2.5]
    assert (result["lower"] * 4).round(4).tolist() == [0, 0.0253, 1.0899, 1.6235, 4.7954]
    assert (result["upper"] * 4).round(4).tolist() == [3.6889, 5.5716, 10.2416, 11.6683, 18.3904]


@FEW
@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.999])
def test_interval_ends_have_their_tail_probability(confidence):
    counts, tail = np.arange(1, 12), (1 - confidence) / 2
    baseline = pd.Series(np.full(11, 30.0))
    result = excess_risk(pd.Series(counts), baseline, confidence=confidence, standard="external")
    assert stats.poisson.sf(counts - 1, result["lower"] * 30) == pytest.approx(tail)
    assert stats.poisson.cdf(counts, result["upper"] * 30) == pytest.approx(tail)
    result = excess_risk(pd.Series(counts), baseline, confidence=confidence, family="binomial")
    rate = counts.sum() / (11 * 30)
    assert stats.binom.sf(counts - 1, 30, result["lower"] * rate) == pytest.approx(tail)
    assert stats.binom.cdf(counts, 30, result["upper"] * rate) == pytest.approx(tail)


@FEW
def test_everyone_and_no_one():
    result = excess_risk(_series(0, 20), _series(20, 20), family="binomial")
    assert result["lower"].tolist() == pytest.approx([0, 2 * 0.025 ** (1 / 20)])
    assert result["upper"].tolist() == pytest.approx([2 * (1 - 0.025 ** (1 / 20)), 2])


def test_external_expectations_are_taken_as_they_are():
    result = excess_risk(_series(12, 30), _series(10.0, 60.0), standard="external")
    assert result["expected"].tolist() == [10, 60]
    assert result["ratio"].tolist() == [1.2, 0.5]


def test_few_expected_events_are_said():
    """Expected 3.6, 4.5 and 8.1 of 16.2: one below 3.69, where 0 events is no shortfall."""
    with pytest.warns(FewDataWarning, match=r"^2 of 3 units expect fewer than 5 .* id 'a'") as seen:
        result = excess_risk(_series(3, 5, 8), _series(3.6, 4.5, 8.1), standard="external")
    assert "in 1 units not even 0 events would show a shortfall" in str(seen[0].message)
    assert seen[0].filename == __file__
    assert result.attrs["rates"]["notes"] == [str(seen[0].message)]


@pytest.mark.parametrize("function", EVERY)
def test_nobody_at_risk(function):
    """The events there are left out of the total, and said; a place without either is not."""
    events, people = _series(4, 3, 40, 60, 0), _series(0.0, 0.0, 400, 400, 0)
    with pytest.warns(FewDataWarning, match=r"^7 events are in 2 units .* first id 'a'") as seen:
        result = _frame(function(events, people))
    assert seen[0].filename == __file__
    assert result.loc[["a", "b", "e"]].isna().all(axis=None)
    kept = _frame(function(events["c":"d"], people["c":"d"]))
    pd.testing.assert_frame_equal(result["c":"d"], kept)
    if function is not eb_standardised:
        assert result.attrs["rates"]["left_out"] == {"nobody at risk": 3}
        assert result.attrs["rates"]["notes"] == [str(seen[0].message)]


@pytest.mark.parametrize("function", EVERY)
def test_unknown_numbers_leave_the_unit_out(function):
    events, people = _series(40, None, 60, 9), _series(400, 400, 400, None)
    result = _frame(function(events, people))
    assert result.loc[["b", "d"]].isna().all(axis=None)
    assert result.loc[["a", "c"]].notna().all(axis=None)
    if function is not eb_standardised:
        assert result.attrs["rates"]["left_out"] == {"no value": 2}


def test_neighbours_without_a_rate_are_no_neighbours():
    graph = Graph.from_dicts({"a": ["b", "c"], "b": ["a"], "c": ["a"]})
    result = eb_rates(_series(5, 0, 30), _series(100, 0, 200), graph)
    without = eb_rates(
        _series(5, 30).set_axis(["a", "c"]),
        _series(100, 200).set_axis(["a", "c"]),
        Graph.from_dicts({"a": ["c"], "c": ["a"]}),
    )
    pd.testing.assert_frame_equal(result.loc[["a", "c"]], without)


@pytest.mark.parametrize("function", EVERY)
def test_other_number_types(function):
    events, people = _series(40, None, 60), _series(400, 500, 300)
    whole = function(events.astype("Int64"), people.astype("uint16"))
    pd.testing.assert_frame_equal(_frame(whole), _frame(function(events, people)))


def test_local_smoothing_needs_the_units_of_the_graph():
    graph = Graph.from_dicts({"a": ["b"], "b": ["a"]})
    with pytest.raises(AlignmentError, match="1 units are not in the graph"):
        eb_rates(_series(1, 2, 3), _series(10, 10, 10), graph)


@FEW
def test_no_events():
    events, people = _series(0, 0), _series(10, 10)
    assert eb_standardised(events, people).isna().all()
    assert (eb_rates(events, people) == 0).all(axis=None)
    excess = excess_risk(events, people)
    assert (excess[["observed", "expected"]] == 0).all(axis=None)
    assert excess[["ratio", "lower", "upper"]].isna().all(axis=None)


@pytest.mark.parametrize("function", EVERY)
def test_no_units(function):
    empty = pd.Series([], dtype=float)
    assert len(function(empty, empty)) == 0


@FEW
@pytest.mark.parametrize("function", EVERY)
class TestRefusals:
    def test_all_faults_at_once(self, function):
        with pytest.raises(StatisticsError) as error:
            function(_series(-1, 2.5, np.inf, -3), _series(5, -1, 5, np.inf))
        assert str(error.value).splitlines() == [
            "rates: 5 faults",
            "  - events: 1 are infinite, first id 'c'",
            "  - events: 2 are below zero, first id 'a'",
            "  - population: 1 are infinite, first id 'd'",
            "  - population: 1 are below zero, first id 'b'",
            "  - events: 1 are not whole numbers, first id 'b'",
        ]

    def test_words(self, function):
        with pytest.raises(StatisticsError, match="population: numbers are needed, not str"):
            function(_series(1, 2), _series("a", "b"))

    def test_no_series(self, function):
        with pytest.raises(StatisticsError, match=r"events: a pandas Series .* not a list"):
            function([1, 2], _series(1, 2))

    def test_other_units(self, function):
        with pytest.raises(AlignmentError, match=r"1 units have no population and 2 no events"):
            function(_series(1, 2), _series(1, 2, 3).set_axis(["a", "x", "y"]))

    def test_another_order(self, function):
        with pytest.raises(AlignmentError, match="in another order"):
            function(_series(1, 2), _series(1, 2)[::-1])


@pytest.mark.parametrize(
    ("function", "options", "message"),
    [
        (eb_rates, {"family": "normal"}, "family 'normal' is not known"),
        (excess_risk, {"family": "normal"}, "family 'normal' is not known"),
        (excess_risk, {"standard": "us2000"}, "standard 'us2000' is not known"),
        (excess_risk, {"confidence": 95}, "confidence 95: a number between 0 and 1"),
        (excess_risk, {"standard": "external", "family": "binomial"}, "'external' is not known"),
        (eb_rates, {"family": "binomial"}, "1 units have more events than population, first id 'b"),
        (excess_risk, {"family": "binomial"}, "1 units have more events than population"),
    ],
)
def test_options(function, options, message):
    with pytest.raises(StatisticsError, match=message):
        function(_series(1, 20), _series(10, 10), **options)


def test_binomial_with_a_graph():
    graph = Graph.from_dicts({"a": ["b"], "b": ["a"]})
    with pytest.raises(StatisticsError, match="not known with a graph"):
        eb_rates(_series(1, 2), _series(10, 10), graph, family="binomial")


def test_inputs_are_left_alone():
    events, people = _series(4, 3, 40), _series(0.0, 50, 400)
    before = events.copy(), people.copy()
    for function in EVERY:
        with pytest.warns(FewDataWarning):
            function(events, people)
    pd.testing.assert_series_equal(events, before[0])
    pd.testing.assert_series_equal(people, before[1])


@FEW
@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(2, 12), st.floats(1e-3, 1e6))
def test_order_and_scale_change_nothing(data, n, scale):
    """In another order the same; with more people per head the rates shrink, the rest stays."""
    events = pd.Series(data.draw(st.lists(st.integers(0, 50), min_size=n, max_size=n)))
    people = pd.Series(data.draw(st.lists(st.floats(1, 1e4), min_size=n, max_size=n)))
    order = data.draw(st.permutations(range(n)))
    for function in EVERY:
        result = _frame(function(events, people))
        other = _frame(function(events[order], people[order])).loc[events.index]
        np.testing.assert_allclose(result, other, rtol=1e-6, atol=1e-9)
    for function in (excess_risk, eb_standardised):
        scaled = function(events, people * scale)
        np.testing.assert_allclose(function(events, people), scaled, rtol=1e-6, atol=1e-9)
    rates, fewer = (eb_rates(events, each)["smoothed"] for each in (people, people * scale))
    np.testing.assert_allclose(rates, fewer * scale, rtol=1e-6, atol=1e-9)
