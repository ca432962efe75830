"""One table: what each statistic does with each fault of what it is given.

Every call says which argument is at fault by its name; refusals name the first id.
"""

import warnings

import numpy as np
import pandas as pd
import pytest
from libpysal.graph import Graph

import hotspots as hs
from hotspots.errors import AlignmentError, FewDataWarning, StatisticsError

N, FEW = 40, {"n_permutations": 9, "rng": 1}
COUNTS = pd.Series(np.random.default_rng(1).poisson(2, N))
OTHER = pd.Series(np.random.default_rng(2).poisson(3, N))
PEOPLE = pd.Series(np.random.default_rng(3).integers(50, 500, N)).astype(float)
YES = (COUNTS > 2).astype(int)
FAR = pytest.mark.filterwarnings("ignore::hotspots.errors.FewDataWarning")


def _row(islands=()):
    """Forty units in a row, the last and the `islands` without neighbours."""
    alone = {N - 1, *islands}
    near = {i: [j for j in (i - 1, i + 1) if {i, j}.isdisjoint(alone) and j >= 0] for i in range(N)}
    weights = {i: [1.0] * len(links) or [0.0] for i, links in near.items()}
    return Graph.from_dicts({i: links or [i] for i, links in near.items()}, weights)


ROW = _row()


def _call(function, argument, given, *, of=None, **options):
    """Give a function of one series and a graph, its other arguments being sound."""

    def run(series, graph):
        arguments = {name: series if name == argument else value for name, value in given.items()}
        return function(*arguments.values(), graph, **options)

    run.argument, run.sound, run.of = argument, given[argument], of or function.__name__
    return run


def _with(people, call):
    """Give a function of rates these people, and few draws where it takes any."""
    function = getattr(hs, call.of)
    near, drawn = call not in NO_GRAPH, call.of in ("local_moran_rate", "moran_rate")

    def run(events, graph):
        return function(events, people, *[graph] * near, **(FEW if drawn else {}))

    return run


def _without_graph(function, argument):
    given = {"events": COUNTS, "population": PEOPLE}
    run = _call(lambda events, population, _: function(events, population), argument, given)
    run.of = function.__name__
    return run


PLAIN = {"values": COUNTS}
PAIR = {"x": COUNTS, "y": OTHER}
RATES = {"events": COUNTS, "population": PEOPLE}
LOCAL = [
    *(_call(f, "values", PLAIN, **FEW) for f in (hs.gi, hs.gi_star, hs.local_moran)),
    _call(hs.local_geary, "values", PLAIN, **FEW),
    *(_call(hs.local_moran_bivariate, name, PAIR, **FEW) for name in PAIR),
    *(_call(hs.lees_l_local, name, PAIR, **FEW) for name in PAIR),
]
GLOBAL = [
    *(_call(f, "values", PLAIN, **FEW) for f in (hs.moran, hs.geary, hs.general_g)),
    *(_call(hs.lees_l, name, PAIR, **FEW) for name in PAIR),
]
JOINS = [_call(f, "values", {"values": YES}, **FEW) for f in (hs.local_join_count, hs.join_count)]
BY_RATE = [
    *(_call(hs.gi_star_rate, name, RATES) for name in RATES),
    *(_call(f, name, RATES, **FEW) for f in (hs.local_moran_rate, hs.moran_rate) for name in RATES),
]
SMOOTHED = [_call(hs.eb_rates, name, RATES) for name in RATES]
NO_GRAPH = [
    _without_graph(f, name)
    for f in (hs.excess_risk, hs.eb_rates, hs.eb_standardised)
    for name in RATES
]
OF_RATES = [*BY_RATE, *SMOOTHED, *NO_GRAPH]
OF_VALUES = [*LOCAL, *GLOBAL, *JOINS]
EVERY = [*OF_VALUES, *OF_RATES]
WITH_GRAPH = [call for call in EVERY if call not in NO_GRAPH]


def _name(call):
    return f"{call.of}-{call.argument}" + ("-alone" if call in NO_GRAPH else "")


def _every(calls):
    return pytest.mark.parametrize("call", calls, ids=_name)


def _changed(series, unit, value):
    return series.astype(float).where(series.index != unit, value)


NO_SERIES = "{}: a pandas Series indexed by unit is needed, not a {}"
KINDS = {
    "array": (lambda s: s.to_numpy(), StatisticsError, NO_SERIES.format("{}", "ndarray")),
    "list": (lambda s: s.tolist(), StatisticsError, NO_SERIES.format("{}", "list")),
    "nothing": (lambda _: None, StatisticsError, NO_SERIES.format("{}", "NoneType")),
    "complex": (lambda s: s.astype(complex), StatisticsError, "{}: numbers are needed, not compl"),
    "infinite": (lambda s: _changed(s, 7, np.inf), StatisticsError, "{}: 1 are infinite, .* id 7"),
    "renamed": (lambda s: s.rename({3: 77}), AlignmentError, r"1 units .* 1 .* first id (3|77);"),
    "too short": (lambda s: s[2:], AlignmentError, r"2 .* first id 0;"),
    "reordered": (lambda s: s[::-1], AlignmentError, "the same units in another order"),
    "repeated": (
        lambda s: pd.concat([s, s[4:5]]),
        AlignmentError,
        "1 units stand more than once.*first id 4; keep one row per unit",
    ),
}


@_every(EVERY)
@pytest.mark.parametrize("fault", KINDS)
def test_what_no_statistic_takes(call, fault):
    change, error, message = KINDS[fault]
    with pytest.raises(error, match=message.format(call.argument)):
        call(change(call.sound), ROW)


@_every([call for call in EVERY if call.of != "join_count"])
@pytest.mark.parametrize("kind", ["str", "object", "category", "datetime64[ns]", "timedelta64[ns]"])
def test_what_is_no_number(call, kind):
    with pytest.raises(StatisticsError, match=f"{call.argument}: numbers are needed, not "):
        call(call.sound.astype(int).astype(kind), ROW)


@_every(WITH_GRAPH)
def test_what_is_no_graph(call):
    for other in (None, ROW.to_W(), ROW.adjacency):
        if call.of == "eb_rates" and other is None:
            continue
        with pytest.raises(StatisticsError, match=r"graph: a libpysal\.graph\.Graph is needed"):
            call(call.sound, other)


@_every(WITH_GRAPH)
def test_a_graph_of_other_units(call):
    with pytest.raises(AlignmentError, match=r"1 units are not in the graph .* first id 0;"):
        call(call.sound, ROW.subgraph(list(range(1, N))))


@pytest.mark.parametrize(
    ("weight", "what"),
    [(-1, "negative"), (np.inf, "negative, infinite or missing"), (-np.inf, "negative")],
)
@_every(WITH_GRAPH)
def test_weights_that_are_none(call, weight, what):
    adjacency = ROW.adjacency.astype(float)
    adjacency.iloc[5] = weight
    with pytest.raises(StatisticsError, match=f"graph: 1 weights are {what}, first id 3;"):
        call(call.sound, Graph(adjacency))


@_every(EVERY)
def test_numbers_below_zero(call):
    """Refused where they cannot be: of events, people, kinds and what general G multiplies."""
    below = _changed(call.sound, 4, -1)
    if call in OF_RATES:
        expected = f"{call.argument}: 1 are below zero, first id 4"
    elif call in JOINS:
        expected = "1 are neither 0 nor 1, first id 4"
    elif call.of == "general_g":
        expected = "1 are below zero, first id 4"
    else:
        call(below, ROW)
        return
    with pytest.raises(StatisticsError, match=expected):
        call(below, ROW)


@_every([call for call in OF_RATES if call.argument == "events"])
@pytest.mark.parametrize(("value", "what"), [(0.5, "are not whole numbers"), (1e16, "are above")])
def test_events_that_cannot_be_counted(call, value, what):
    with pytest.raises(StatisticsError, match=f"events: 1 {what}.*, first id 4"):
        call(_changed(call.sound, 4, value), ROW)


@FAR
@_every([*LOCAL, *GLOBAL, *JOINS])
def test_unknown_values_are_units_left_out(call):
    kept = [i for i in range(N) if i not in (10, 11)]
    found = call(call.sound.astype(float).mask(call.sound.index.isin([10, 11])), ROW)
    given = {"values": call.sound} if call.argument == "values" else PAIR
    function, graph = getattr(hs, call.of), ROW.subgraph(kept)
    alone = function(*(series[kept] for series in given.values()), graph, **FEW)
    if isinstance(found, pd.DataFrame):
        assert found["label"][[10, 11]].eq("not testable").all()
        assert found.attrs["inference"]["not_testable"]["no value"] == 2
        pd.testing.assert_frame_equal(found.loc[kept], alone)
    else:
        assert found == alone


DRAWN = [call for call in WITH_GRAPH if call.of not in ("gi_star_rate", "eb_rates")]


def _drawn(call, **options):
    given = PAIR if call.argument in PAIR else RATES if call.argument in RATES else None
    arguments = given or {"values": call.sound}
    return getattr(hs, call.of)(*arguments.values(), ROW, **{**FEW, **options})


@FAR
@_every(DRAWN)
@pytest.mark.parametrize("rng", ["a", -1, True, 1.5, [1], np.int64(-3)], ids=repr)
def test_what_is_no_source_of_randomness(call, rng):
    with pytest.raises(StatisticsError, match=r"^rng .*: a whole number of at least 0, a numpy"):
        _drawn(call, rng=rng)


@FAR
@_every(DRAWN)
@pytest.mark.parametrize("number", [True, np.True_, 1.5, "9", -1], ids=repr)
def test_what_is_no_number_of_permutations(call, number):
    with pytest.raises(StatisticsError, match=r"^n_permutations .*: a whole number of at least"):
        _drawn(call, n_permutations=number)


@FAR
@_every(OF_RATES)
def test_unknown_numbers_have_no_rate(call):
    found = call(call.sound.astype(float).mask(call.sound.index.isin([10, 11])), ROW)
    if isinstance(found, pd.Series):
        assert found[[10, 11]].isna().all()
        assert found.notna().sum() == N - 2
    elif isinstance(found, pd.DataFrame):
        rows = found.loc[[10, 11]].drop(columns="label", errors="ignore")
        assert rows.isna().all(axis=None)
        details = found.attrs.get("inference", found.attrs.get("rates"))
        assert details.get("left_out", details.get("not_testable"))["no value"] == 2
    else:
        assert found.n == N - 2


@FAR
@_every(WITH_GRAPH)
def test_values_that_are_all_unknown(call):
    found = call(call.sound * np.nan, ROW)
    if isinstance(found, pd.DataFrame):
        assert found.get("label", pd.Series(["not testable"])).eq("not testable").all()
        assert found.get("p_value", found.get("smoothed")).isna().all()
    else:
        tests = found.values() if isinstance(found, dict) else [found]
        assert all(np.isnan(test.p_value) for test in tests)


@FAR
@_every([*LOCAL, *GLOBAL, *JOINS])
@pytest.mark.parametrize("value", [0, 1])
def test_values_that_are_all_equal_are_never_significant(call, value):
    found = call(pd.Series([value] * N), ROW)
    if isinstance(found, pd.DataFrame):
        assert found["label"].eq("not testable").all()
        assert found["p_value"].isna().all()
        assert sum(found.attrs["inference"]["not_testable"].values()) == N
    else:
        tests = found.values() if isinstance(found, dict) else [found]
        assert all(np.isnan([test.z, test.p_value, test.p_value_analytic]).all() for test in tests)


@FAR
@_every([*LOCAL, JOINS[0], *BY_RATE[:4]])
def test_islands_are_named_and_never_significant(call):
    found = call(call.sound, _row(islands=[5, 20]))
    where = found.loc[[5, 20, N - 1], ["z", "p_value", "q_value"]]
    assert where.isna().all(axis=None)
    reasons = found.attrs["inference"]["not_testable"]
    assert reasons.get("no neighbours", 0) + reasons.get("the unit has no part in the join", 0) >= 3


@_every([*LOCAL, *GLOBAL, *JOINS, *BY_RATE])
def test_few_units_say_what_can_still_be_concluded(call):
    ring = Graph.from_dicts({i: [(i - 1) % 12, (i + 1) % 12] for i in range(12)})
    given = RATES if call in BY_RATE else PAIR if call.argument in PAIR else {"values": YES}
    options = {} if call.of == "gi_star_rate" else FEW
    with pytest.warns(FewDataWarning) as caught:
        getattr(hs, call.of)(*(series[:12] for series in given.values()), ring, **options)
    first = str(caught[0].message)
    assert first.startswith("Only 12 units have a value: p-values hold, but only very strong")
    assert first.endswith("so 'not significant' does not mean there is none.")
    assert {warning.filename for warning in caught} == {__file__}


@FAR
@_every([*(call for call in BY_RATE if call.argument == "events"), *JOINS, *LOCAL[:4], *GLOBAL[:3]])
@pytest.mark.parametrize(("n_events", "said"), [(0, "No .*: there is"), (4, "Only 4 .*: p-v")])
def test_few_events_say_what_can_still_be_concluded(call, n_events, said):
    events = pd.Series([0, 0, 0, 0, 0, 0, 0, 0, 0, 1] * (N // 10))
    with pytest.warns(FewDataWarning, match=said):
        call(events * bool(n_events), ROW)


@_every([call for call in OF_RATES if call.argument == "events"])
def test_few_people_say_what_a_rate_rests_on(call):
    """Fifty events in a unit with one resident, and 10 of 100 in all others."""
    events, people = pd.Series([10] * N), pd.Series([100.0] * N)
    sound = _with(people, call)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sound(events, ROW)
    few = _with(_changed(people, 6, 1), call)
    with pytest.warns(
        FewDataWarning, match="^1 of 40 units expect fewer than 5 ev.* 6: one"
    ) as seen:
        found = few(_changed(events, 6, 50), ROW)
    assert len(seen) == 1
    assert seen[0].filename == __file__
    if isinstance(found, pd.DataFrame):
        (details,) = found.attrs.values()
        assert details["notes"][-1] == str(seen[0].message)


@_every([call for call in EVERY if call in OF_RATES and call.argument == "population"])
def test_events_where_nobody_lives_are_said(call):
    with pytest.warns(FewDataWarning) as caught:
        call(_changed(PEOPLE, 6, 0), ROW)
    assert "events are in 1 units with a population of 0, first id 6:" in str(caught[0].message)
