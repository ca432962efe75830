"""What cannot be tested, what cannot be concluded, and what is refused."""

from functools import partial
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from libpysal.graph import Graph
from libpysal.weights import lat2W

from hotspots.errors import AlignmentError, FewDataWarning, HotspotsError, StatisticsError
from hotspots.statistics.getis_ord import gi, gi_star
from hotspots.statistics.global_tests import general_g, moran
from hotspots.statistics.lees_l_local import lees_l_local
from hotspots.statistics.local_geary import local_geary
from hotspots.statistics.local_join_counts import local_join_count
from hotspots.statistics.local_moran import local_moran
from hotspots.statistics.local_moran_bivariate import local_moran_bivariate


def bivariate(values, graph, **options):
    """Bivariate local Moran of a variable with itself."""
    return local_moran_bivariate(values, values, graph, **options)


def lee(values, graph, **options):
    """Lee's local L of a variable with itself."""
    return lees_l_local(values, values, graph, **options)


def joins(values, graph, **options):
    """Count the neighbours with many, around units with many."""
    return local_join_count((values > 2).astype(int), graph, **options)


SUMS = [gi_star, gi, local_moran, bivariate]
LOCAL = [*SUMS, local_geary, lee]
GLOBAL = [moran, general_g]
EVERY = [*LOCAL, *GLOBAL]
FEW = pytest.mark.filterwarnings("ignore::hotspots.errors.FewDataWarning")


@pytest.fixture
def row():
    """Sixty units in a row; the last has no neighbour."""
    near = {i: [j for j in (i - 1, i + 1) if 0 <= j < 59] for i in range(59)}
    return Graph.from_dicts(
        {**near, 59: [59]}, {i: [1] * len(n) for i, n in near.items()} | {59: [0]}
    )


@pytest.fixture
def values():
    return pd.Series(np.random.default_rng(1).poisson(2, 60))


@pytest.mark.parametrize("statistic", LOCAL)
def test_isolates_and_missing_values_are_not_testable(statistic, row, values):
    values = values.astype(float)
    values[[10, 11]] = np.nan
    values[3] = 9
    result = statistic(values, row, n_permutations=99, rng=1)
    untested = result["label"] == "not testable"
    assert untested[[10, 11, 59]].all()
    assert untested.sum() == 3
    assert result.loc[untested, ["z", "p_value", "q_value"]].isna().all(axis=None)
    assert result.loc[~untested, ["z", "p_value", "q_value"]].notna().all(axis=None)
    details = result.attrs["inference"]
    assert details["not_testable"] == {"no value": 2, "no neighbours": 1}
    assert (details["n_units"], details["n_tested"]) == (60, 57)


def test_missing_values_leave_population_and_neighbourhoods(row, values):
    """As if the units were not there at all."""
    with_gap = values.astype(float)
    with_gap[[10, 11]] = np.nan
    kept = [i for i in range(60) if i not in (10, 11)]
    for statistic in LOCAL:
        ours = statistic(with_gap, row, n_permutations=99, rng=1).loc[kept]
        expected = statistic(values[kept], row.subgraph(kept), n_permutations=99, rng=1)
        pd.testing.assert_frame_equal(ours, expected)
    for test in GLOBAL:
        assert test(with_gap, row, n_permutations=99, rng=1) == test(
            values[kept], row.subgraph(kept), n_permutations=99, rng=1
        )


@pytest.mark.parametrize("statistic", LOCAL)
@pytest.mark.parametrize("value", [0, 7, 0.1])
def test_equal_values_are_not_testable(statistic, row, value):
    values = pd.Series([value] * 60)
    if value == 0:
        with pytest.warns(FewDataWarning, match="No events: there is nothing"):
            result = statistic(values, row, n_permutations=9)
    else:
        result = statistic(values, row, n_permutations=9)
    assert (result["label"] == "not testable").all()
    assert result["p_value"].isna().all()
    assert result.attrs["inference"]["not_testable"] == {
        "no neighbours": 1,
        "null distribution is a single value": 59,
    }


@FEW
def test_a_single_event_is_testable_where_the_null_can_vary(row):
    values = pd.Series([0] * 60)
    values[30] = 1
    star = gi_star(values, row, n_permutations=99, rng=1)
    assert (star["label"] == "not testable").sum() == 1
    without = gi(values, row, n_permutations=99, rng=1)
    assert without.index[without["label"] == "not testable"].tolist() == [30, 59]


def test_a_unit_at_the_mean_has_no_local_moran(row):
    values = pd.Series([1, 2, 3] * 20)
    result = local_moran(values, row, n_permutations=99, rng=1)
    assert result.attrs["inference"]["not_testable"] == {
        "no neighbours": 1,
        "the unit's value is the mean": 20,
    }
    assert (result.loc[values == 2, "label"] == "not testable").all()


@pytest.mark.parametrize("n", [0, 1, 2, 3])
@pytest.mark.parametrize("statistic", EVERY)
def test_tiny_tables_give_a_result(statistic, n):
    near = {i: [j for j in range(n) if j != i] or [i] for i in range(n)}
    weights = {i: [int(j != i) for j in links] for i, links in near.items()}
    adjacency = pd.Series(
        [w for i in near for w in weights[i]],
        index=pd.MultiIndex.from_tuples(
            [(i, j) for i in near for j in near[i]], names=["focal", "neighbor"]
        )
        if n
        else pd.MultiIndex.from_arrays([np.array([], int)] * 2, names=["focal", "neighbor"]),
        name="weight",
        dtype=float,
    )
    values = pd.Series(np.arange(n, dtype=float), index=pd.RangeIndex(n))
    with pytest.warns(FewDataWarning):
        result = statistic(values, Graph(adjacency), n_permutations=9, rng=1)
    if statistic in LOCAL:
        assert len(result) == n
    else:
        assert np.isnan(result.p_value)


@pytest.mark.parametrize("test", GLOBAL)
def test_equal_values_have_no_global_test(test, row):
    result = test(pd.Series([0.1] * 60), row, n_permutations=9)
    assert np.isnan([result.statistic, result.z, result.p_value, result.p_value_analytic]).all()
    assert result.n == 59


@pytest.mark.parametrize("statistic", EVERY)
def test_few_units_and_few_events_are_said(statistic):
    ring = Graph.from_dicts({i: [(i - 1) % 12, (i + 1) % 12] for i in range(12)})
    values = pd.Series([0, 1, 0, 3, 0, 0, 1, 0, 0, 0, 2, 0])
    with pytest.warns(FewDataWarning) as caught:
        result = statistic(values, ring, n_permutations=99, rng=1)
    messages = [str(warning.message) for warning in caught]
    assert [m.split(":")[0] for m in messages] == ["Only 12 units have a value", "Only 7 events"]
    assert all(warning.filename == __file__ for warning in caught)
    if statistic in LOCAL:
        assert result.attrs["inference"]["notes"][:2] == messages


def test_few_permutations_are_said_with_the_number_needed(row, values):
    values[20:23] = 40  # the smallest p falls to units 20, 21, 22 and perhaps a neighbour
    draw = partial(gi_star, values, row, method="permutation", rng=1)
    few = draw(n_permutations=199)
    at_floor = int((few["p_value"] <= 2 / 200).sum())
    assert at_floor >= 1
    note = few.attrs["inference"]["notes"][0]
    needed = int(np.ceil(2 * 59 / at_floor / 0.01)) - 1
    assert "no unit can be labelled at 99 %" in note
    assert f"at least {needed:,} permutations" in note
    assert not few["label"].eq("hot 99").any()
    enough = draw(n_permutations=needed)
    assert enough["label"].eq("hot 99").any()
    assert enough.attrs["inference"]["notes"] == []


def test_labels_from_p_values_need_no_more_permutations(row, values):
    result = gi_star(values, row, n_permutations=199, rng=1, label_from="p_value")
    assert result.attrs["inference"]["notes"] == []
    assert result.attrs["inference"]["label_from"] == "p_value"


@pytest.mark.parametrize(
    ("step", "method", "engine", "n_permutations"),
    [
        (1, "auto", "exact", 0),
        (1, "exact", "exact", 0),
        (1, "permutation", "shared reference", 99_999),
        (0.1, "auto", "shared reference", 99_999),
        (1, "analytic", "analytic", 0),
    ],
)
def test_details_are_plain_and_complete(row, values, step, method, engine, n_permutations):
    result = gi_star(values * step, row, method=method, rng=1, correction="fdr_by")
    details = result.attrs["inference"]
    assert details["method"] == engine
    assert details["n_permutations"] == n_permutations
    assert ("not_exact" in details) == (step != 1)
    assert details["null"] == "total"
    assert details["alternative"] == "two-sided"
    assert details["correction"] == "fdr_by"
    assert details["label_levels"] == {"99": 0.01, "95": 0.05, "90": 0.1}


@pytest.mark.parametrize("statistic", EVERY)
class TestRefusals:
    def test_other_units(self, statistic, row, values):
        with pytest.raises(AlignmentError, match=r"1 units are not in the graph and 1 .* id 77;"):
            statistic(values.rename({3: 77}), row)

    def test_missing_units(self, statistic, row, values):
        with pytest.raises(
            AlignmentError, match=r"0 units .* 2 of the graph have no row, first id 0"
        ):
            statistic(values[2:], row)

    def test_another_order(self, statistic, row, values):
        with pytest.raises(AlignmentError, match="in another order, 60 differ, first id 59"):
            statistic(values[::-1], row)

    def test_the_older_kind_of_weights(self, statistic, values):
        with pytest.raises(StatisticsError, match=r"graph: .* not a W; .*Graph.from_W\(w\)"):
            statistic(values, lat2W(6, 10))

    def test_repeated_units(self, statistic, row, values):
        with pytest.raises(
            AlignmentError, match="1 units stand more than once in values, first id 4"
        ):
            statistic(pd.concat([values, values[4:5]]), row)

    def test_infinite_values(self, statistic, row, values):
        with pytest.raises(StatisticsError, match="2 are infinite, first id 7"):
            statistic(
                values.astype(float)
                .replace({7: np.nan})
                .mask([i in (7, 9) for i in range(60)], np.inf),
                row,
            )

    def test_words(self, statistic, row, values):
        with pytest.raises(StatisticsError, match="numbers are needed, not str"):
            statistic(values.astype(str), row)

    def test_no_series(self, statistic, row, values):
        with pytest.raises(StatisticsError, match="a pandas Series indexed by unit"):
            statistic(values.to_numpy(), row)

    def test_negative_weights(self, statistic, row, values):
        adjacency = row.adjacency.copy()
        adjacency.iloc[5] = -1
        with pytest.raises(StatisticsError, match="1 weights are negative"):
            statistic(values, Graph(adjacency))

    @pytest.mark.parametrize(
        "option",
        [{"n_permutations": -1}, {"n_permutations": 9.5}, {"alternative": "bigger"}],
    )
    def test_options(self, statistic, row, values, option):
        with pytest.raises(HotspotsError, match=next(iter(option))):
            statistic(values, row, **option)


@pytest.mark.parametrize("statistic", LOCAL)
@pytest.mark.parametrize(
    "option", [{"n_permutations": 0}, {"correction": "holm"}, {"label_from": "z"}]
)
def test_local_options(statistic, row, values, option):
    with pytest.raises(StatisticsError, match=next(iter(option))):
        statistic(values, row, **option)


@pytest.mark.parametrize("method", ["auto", "permutation", "analytic"])
@pytest.mark.parametrize("statistic", LOCAL)
def test_a_result_can_be_changed_without_changing_anything_else(statistic, method, row, values):
    options = {} if statistic == lee else {"method": method}
    values, before = values.astype(float), values.astype(float)
    result = statistic(values, row, n_permutations=9, rng=1, **options)
    numbers = result.select_dtypes("number")
    for name in numbers:
        result[name] += 1.0
    np.testing.assert_array_equal(result[numbers.columns], numbers + 1.0)
    pd.testing.assert_series_equal(values, before)
    columns = [numbers[name].to_numpy() for name in numbers]
    assert not any(np.shares_memory(column, values.to_numpy()) for column in columns)
    assert not any(np.shares_memory(*pair) for pair in combinations(columns, 2))


@pytest.mark.parametrize("statistic", LOCAL)
def test_labels_are_strings_whether_or_not_values_are_missing(statistic, row, values):
    for missing in ([], [7]):
        given = values.astype(float)
        given[missing] = np.nan
        result = statistic(given, row, n_permutations=9, rng=1)
        assert result["label"].dtype == pd.Series(["hot 99"]).dtype
        assert (result.loc[missing, "label"] == "not testable").all()


def test_unknown_null(row, values):
    with pytest.raises(StatisticsError, match="null 'spatial' is not known: use 'total' or"):
        gi_star(values, row, null="spatial")


@pytest.fixture
def unequal(row):
    adjacency = row.adjacency.astype(float)
    adjacency.loc[[5, 8]] = [1.0, 0.5, 1.0, 0.25]
    return Graph(adjacency)


@pytest.mark.parametrize("statistic", SUMS)
@pytest.mark.parametrize(
    ("step", "reason"), [(1, "need neighbours of equal weight"), (0.1, "need neighbours of equal")]
)
def test_exact_where_it_cannot_be(statistic, unequal, values, step, reason):
    with pytest.raises(StatisticsError, match=f"exact p-values {reason}.*method='permutation'"):
        statistic(values * step, unequal.assign_self_weight(1.0), method="exact")


def test_gi_star_with_unequal_weights_needs_one_for_the_unit_itself(unequal, values):
    with pytest.raises(StatisticsError, match="59 units have none for themselves, first id 0;"):
        gi_star(values, unequal)


def test_general_g_refuses_values_below_zero(row, values):
    with pytest.raises(StatisticsError, match="2 are below zero, first id 4"):
        general_g(values.astype(float).mask(values.index.isin([4, 9]), -1), row)


@pytest.mark.parametrize("dtype", ["Int64", "Float64", "boolean", "bool", "uint8"])
def test_other_number_types(row, values, dtype):
    values = (values > 2).astype(dtype)
    result = gi_star(values, row, n_permutations=99, rng=1)
    pd.testing.assert_frame_equal(
        result, gi_star(values.astype(float), row, n_permutations=99, rng=1)
    )


def test_missing_in_nullable_types(row, values):
    values = values.astype("Int64")
    values[5] = pd.NA
    assert gi_star(values, row, n_permutations=9)["label"][5] == "not testable"


@pytest.mark.parametrize("statistic", [*LOCAL, joins])
def test_normal_p_values_say_what_they_are_worth(statistic, row, values):
    """In one sentence with figures and advice; and nothing of it where they are not normal."""
    options = {"n_permutations": 9999, "rng": 1}
    notes = {
        method: statistic(values, row, method=method, **options).attrs["inference"]["notes"]
        for method in ("analytic", "auto")
    }
    said = [note for note in notes["analytic"] if note not in notes["auto"]]
    assert len(said) == 1
    assert said[0].startswith("P-values are from the normal approximation")
    assert said[0].endswith("use method='auto'.")


@pytest.mark.parametrize(
    ("statistic", "share"), [(local_moran_bivariate, "37 %"), (lees_l_local, "49 %")]
)
def test_two_variables_say_what_is_not_tested(statistic, share, row, values):
    found = statistic(values, values[::-1].set_axis(values.index), row, rng=1)
    (note,) = [n for n in found.attrs["inference"]["notes"] if "related" in n]
    assert note.startswith("This does not test whether the two are related: ")
    assert share in note


@pytest.mark.parametrize("test", [gi_star, general_g])
def test_numbers_whose_squares_are_lost_are_refused(grid, test):
    values = pd.Series(np.arange(100.0)) * 1e-160
    with pytest.raises(StatisticsError, match="none is as far from 0 as 1e-70"):
        test(values, grid(10, 10))
