"""Local tests of rates: exact tails, simulation, what is left out, what is refused."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from libpysal.graph import Graph
from scipy import stats

from hotspots.errors import AlignmentError, FewDataWarning, StatisticsError
from hotspots.inference import held_sums
from hotspots.statistics.local_moran import local_moran
from hotspots.statistics.local_rates import gi_star_rate, local_moran_rate
from hotspots.statistics.rates import eb_standardised, prior

MAPS = 30_000
LOCAL = [gi_star_rate, local_moran_rate]
pytestmark = pytest.mark.filterwarnings("ignore::hotspots.errors.FewDataWarning")


@pytest.fixture
def case(grid):
    """An eight by eight grid with clustered population, and its events under constant risk."""
    rng = np.random.default_rng(4)
    people = np.exp(rng.normal(0, 1, 64)).round(3) + np.repeat([5.0, 0.2], 32)
    return (
        pd.Series(rng.multinomial(150, people / people.sum())),
        pd.Series(people),
        grid(8, 8),
    )


def _near(graph, unit):
    return [other for other in graph[unit].index if other != unit]


def _brute(events, population, graph, unit, null):
    """Tails of a neighbourhood's events by summing the binomial's terms."""
    near = _near(graph, unit)
    if null == "total":
        here, total = [*near, unit], int(events.sum())
        share = population[here].sum() / population.sum()
    else:
        here, total = near, int(events.sum() - events[unit])
        share = population[here].sum() / (population.sum() - population[unit])
    terms = stats.binom.pmf(np.arange(total + 1), total, share)
    count = int(events[here].sum())
    return terms[count:].sum(), terms[: count + 1].sum()


@pytest.mark.parametrize("null", ["total", "conditional"])
def test_binomial_tails_by_brute_force(case, null):
    tails = np.array([_brute(*case, unit, null) for unit in case[0].index])
    for alternative, expected in (
        ("greater", tails[:, 0]),
        ("less", tails[:, 1]),
        ("two-sided", np.minimum(1, 2 * tails.min(axis=1))),
    ):
        result = gi_star_rate(*case, null=null, alternative=alternative)
        np.testing.assert_allclose(result["p_value"], expected, rtol=1e-10)


def test_gi_star_rate_by_hand():
    """A ring of 40, one event and one person each; in unit 7 three events and two persons.

    Its neighbourhood has 5 of 42 events and 4 of 41 persons.
    """
    ring = Graph.from_dicts({i: [(i - 1) % 40, (i + 1) % 40] for i in range(40)})
    events, people = pd.Series([1] * 40), pd.Series([1] * 40)
    events[7], people[7] = 3, 2
    result = gi_star_rate(events, people, ring)
    assert result.loc[7, "statistic"] == 5
    assert result.loc[7, "expected"] == pytest.approx(42 * 4 / 41)
    score = (5 - 42 * 4 / 41) / np.sqrt(42 * 4 / 41 * 37 / 41)
    assert result.loc[7, "z"] == pytest.approx(score)
    assert result.loc[20, "p_value"] == pytest.approx(
        min(1, 2 * stats.binom.cdf(3, 42, 3 / 41), 2 * stats.binom.sf(2, 42, 3 / 41))
    )
    details = result.attrs["inference"]
    assert (details["method"], details["null"]) == ("exact binomial", "total")
    assert details["n_permutations"] == 0
    assert [note.split(",")[0] for note in details["notes"]] == [
        "40 of 40 units expect fewer than 5 events"
    ]


def test_constant_risk_in_full_is_nothing_hot_though_counts_cluster(case):
    """Events in proportion to people: raw counts concentrate, rates do not."""
    _, people, graph = case
    events = (people * 20).round()
    assert gi_star_rate(events, people, graph)["label"].eq("not significant").all()
    events[[26, 27, 34, 35]] *= 3
    labels = gi_star_rate(events, people, graph)["label"]
    assert labels[[26, 27]].eq("hot 99").all()


def test_local_moran_rate_is_that_of_standardised_rates(case):
    events, people, graph = case
    theirs = local_moran(eb_standardised(events, people), graph, n_permutations=9, rng=1)
    ours = local_moran_rate(*case, n_permutations=9, rng=1)
    np.testing.assert_allclose(ours["statistic"], theirs["statistic"], rtol=1e-10, atol=1e-13)


def _by_hand(events, people, graph, unit, maps):
    """Local Moran's I of one unit on many maps, its mean, variance and scale from the first."""
    overall = events.sum() / people.sum()
    spread = (people * (events / people - overall) ** 2).sum() / people.sum()
    variance = max(0, spread - overall * len(people) / people.sum())
    deviation = np.sqrt(variance + overall / people)
    z = (events / people - overall) / deviation
    others = (maps / people.to_numpy() - overall) / deviation.to_numpy() - z.mean()
    own = z[unit] - z.mean()
    return own * others[:, _near(graph, unit)].mean(axis=1) / ((z - z.mean()) ** 2).mean()


@pytest.mark.parametrize("total", [25, 150, 2000])  # placed one by one, mixed, and slot by slot
def test_local_moran_rate_against_whole_maps(case, total):
    """Tails, mean and score of one unit, from 30,000 maps with its own events held."""
    _, people, graph = case
    rng = np.random.default_rng(total)
    events = pd.Series(rng.multinomial(total, people / people.sum()))
    result = local_moran_rate(events, people, graph, n_permutations=99_999, rng=1)
    for unit in (0, 20, 36):
        chance = people.mask(people.index == unit, 0)
        maps = rng.multinomial(total - events[unit], chance / chance.sum(), size=MAPS)
        simulated = _by_hand(events, people, graph, unit, maps)
        observed = _by_hand(events, people, graph, unit, events.to_numpy()[None])[0]
        row = result.loc[unit]
        assert row["statistic"] == pytest.approx(observed, rel=1e-10)
        error = simulated.std() / np.sqrt(MAPS)
        assert row["expected"] == pytest.approx(simulated.mean(), abs=5 * error)
        assert row["z"] == pytest.approx((observed - row["expected"]) / simulated.std(), rel=0.03)
        slack = 1e-9 * abs(observed)
        tails = (simulated >= observed - slack).mean(), (simulated <= observed + slack).mean()
        p = min(1, 2 * min(tails))
        draws = 199 if p > 0.2 else 999 if p > 0.05 else 9999 if p > 0.01 else 99_999
        assert row["p_value"] == pytest.approx(p, abs=6 * np.sqrt(p / draws + p / MAPS))


@pytest.mark.parametrize("total", [100, 1000])
def test_the_variance_estimated_anew_makes_little_difference(case, total):
    """Under constant risk, p-values of the neighbours' mean with the variance of every map."""
    _, people, graph = case
    rng, pairs = np.random.default_rng(total), []
    for _ in range(30):
        events, unit = rng.multinomial(total, people / people.sum()), int(rng.integers(64))
        chance = people.mask(people.index == unit, 0)
        maps = rng.multinomial(total - events[unit], chance / chance.sum(), size=5000)
        maps[:, unit] = events[unit]
        maps = np.vstack([events, maps])
        variance, overall = prior(maps, people.to_numpy())
        rates = maps / people.to_numpy() - overall
        pair = []
        for a in (variance[0], variance):
            z = rates / np.sqrt(a + overall / people.to_numpy())
            lag = z[:, _near(graph, unit)].mean(axis=1)
            tails = (lag[1:] >= lag[0] - 1e-12).mean(), (lag[1:] <= lag[0] + 1e-12).mean()
            pair.append(min(1, 2 * min(tails)))
        pairs.append(pair)
    held, anew = np.transpose(pairs)
    assert np.abs(held - anew).mean() < 0.02
    assert np.corrcoef(held, anew)[0, 1] > 0.99


def test_labels_are_the_unit_first_and_then_its_neighbours(case):
    _, people, graph = case
    events = (people * 20).round()
    events[[26, 27, 34, 35]] *= 4
    events[[2]] *= 8
    result = local_moran_rate(events, people, graph, n_permutations=9999, rng=1)
    assert result.loc[[26, 27, 34, 35], "label"].eq("high-high").all()
    assert result.loc[18, "label"] == "low-high"
    assert result.loc[2, "label"] in {"high-low", "not significant"}


def test_units_stop_early_without_changing_small_p_values(case, monkeypatch):
    events, people, graph = case
    events = events + pd.Series(np.where(events.index.isin([26, 27, 34, 35]), 12, 0))
    staged = local_moran_rate(events, people, graph, n_permutations=20_000, rng=1)["p_value"]
    monkeypatch.setattr(held_sums, "STAGES", ())
    whole = local_moran_rate(events, people, graph, n_permutations=20_000, rng=1)["p_value"]
    small = whole < 0.005
    assert 3 <= small.sum() < 32
    np.testing.assert_allclose(staged[small], whole[small], atol=6 * np.sqrt(0.005 / 20_000))
    assert np.abs(staged - whole).max() < 6 * np.sqrt(0.25 / 199)


def test_chunks_and_blocks_do_not_change_the_distribution(case, monkeypatch):
    whole = local_moran_rate(*case, n_permutations=2000, rng=1)["p_value"]
    for name, value in (("HELD", 5000), ("CHUNK", 300), ("STAGES", ())):
        monkeypatch.setattr(held_sums, name, value)
    parts = local_moran_rate(*case, n_permutations=2000, rng=2)["p_value"]
    assert np.abs(whole - parts).max() < 6 * np.sqrt(2 * 0.25 / 199)


def test_the_same_seed_gives_the_same_table(case):
    first, second = (local_moran_rate(*case, n_permutations=999, rng=7) for _ in range(2))
    pd.testing.assert_frame_equal(first, second)


@pytest.mark.parametrize("statistic", LOCAL)
def test_units_without_a_rate_are_as_if_they_were_not_there(case, statistic):
    """Unknown events or population, or a population of 0, with events or without."""
    events, people, graph = case
    events, people = events.astype(float), people.copy()
    events[3], people[9], people[20], people[21] = np.nan, np.nan, 0, 0
    events[20], events[21] = 0, 6
    with pytest.warns(FewDataWarning, match=r"^6 events are in 1 units .* first id 21") as seen:
        result = statistic(events, people, graph)
    assert seen[0].filename == __file__
    details = result.attrs["inference"]
    assert details["not_testable"] == {"no value": 2, "nobody at risk": 2}
    assert (details["n_units"], details["n_tested"]) == (64, 60)
    assert details["notes"][0] == str(seen[0].message)
    assert result.loc[[3, 9, 20, 21], "label"].eq("not testable").all()
    kept = [unit for unit in range(64) if unit not in (3, 9, 20, 21)]
    alone = statistic(events[kept], people[kept], graph.subgraph(kept), **_seed(statistic))
    same = statistic(events.where(people > 0), people.where(people > 0), graph, **_seed(statistic))
    pd.testing.assert_frame_equal(same.loc[kept], alone)


def _seed(statistic):
    return {} if statistic is gi_star_rate else {"rng": 1, "n_permutations": 99}


@pytest.mark.parametrize("statistic", LOCAL)
def test_what_cannot_vary_is_not_testable(statistic):
    """No events; an isolate; and for the unit that has all events, where the null holds it."""
    near = {i: [j for j in (i - 1, i + 1) if 0 <= j < 39] for i in range(39)}
    weights = {i: [1] * len(links) for i, links in near.items()}
    graph = Graph.from_dicts({**near, 39: [39]}, {**weights, 39: [0]})
    people = pd.Series(np.arange(1.0, 41))
    nothing = statistic(pd.Series([0] * 40), people, graph).attrs["inference"]["not_testable"]
    assert nothing == {"no neighbours": 1, "null distribution is a single value": 39}
    events = pd.Series([0] * 12 + [50] + [0] * 27)
    options = {"null": "conditional"} if statistic is gi_star_rate else {"n_permutations": 99}
    one = statistic(events, people, graph, **options).attrs["inference"]["not_testable"]
    assert one == {"no neighbours": 1, "null distribution is a single value": 1}


@pytest.mark.parametrize("statistic", LOCAL)
@pytest.mark.parametrize("n", [1, 2, 3])
def test_tiny_tables_give_a_result(statistic, n):
    near = {i: [j for j in range(n) if j != i] or [i] for i in range(n)}
    weights = {i: [int(j != i) for j in links] for i, links in near.items()}
    graph = Graph.from_dicts(near, weights)
    result = statistic(pd.Series(range(n)), pd.Series(np.arange(1.0, n + 1)), graph)
    assert len(result) == n
    assert result["p_value"].dropna().between(0, 1, inclusive="right").all()
    if n < 3 or statistic is gi_star_rate:
        assert result["label"].eq("not testable").all()


@pytest.mark.parametrize("statistic", LOCAL)
def test_nobody_at_risk_anywhere(statistic):
    ring = Graph.from_dicts({i: [(i - 1) % 9, (i + 1) % 9] for i in range(9)})
    result = statistic(pd.Series([0] * 9), pd.Series([0] * 9), ring)
    assert result["label"].eq("not testable").all()
    assert result.attrs["inference"]["not_testable"] == {"nobody at risk": 9}


@pytest.mark.parametrize("statistic", LOCAL)
def test_refusals(case, statistic):
    events, people, graph = case
    with pytest.raises(AlignmentError, match="1 units have no population"):
        statistic(events, people[1:], graph)
    with pytest.raises(AlignmentError, match="not in the graph"):
        statistic(events.rename({3: 77}), people.rename({3: 77}), graph)
    with pytest.raises(StatisticsError, match="1 are below zero, first id 5"):
        statistic(events.mask(events.index == 5, -1), people, graph)
    with pytest.raises(StatisticsError, match="1 are not whole numbers, first id 5"):
        statistic(events.astype(float).mask(events.index == 5, 0.5), people, graph)
    for option in ("alternative", "correction", "label_from"):
        with pytest.raises(StatisticsError, match=option):
            statistic(events, people, graph, **{option: "other"})


def test_unknown_null_and_unequal_weights(case):
    with pytest.raises(StatisticsError, match="null 'spatial' is not known"):
        gi_star_rate(*case, null="spatial")
    events, people, graph = case
    adjacency = graph.adjacency.astype(float)
    adjacency.iloc[5] = 0.5
    with pytest.raises(StatisticsError, match="different weights"):
        gi_star_rate(events, people, Graph(adjacency))


def test_local_moran_rate_takes_unequal_weights():
    """A ring in which the next counts three times the last: T = (last + 3 next) / 4."""
    near = {i: [(i - 1) % 40, (i + 1) % 40] for i in range(40)}
    graph = Graph.from_dicts(near, {i: [1, 3] for i in near})
    rng = np.random.default_rng(5)
    events, people = pd.Series(rng.poisson(5, 40)), pd.Series(rng.uniform(50, 150, 40))
    z = eb_standardised(events, people).to_numpy()
    z = z - z.mean()
    weighted = (np.roll(z, 1) + 3 * np.roll(z, -1)) / 4
    result = local_moran_rate(events, people, graph, n_permutations=99, rng=1)
    np.testing.assert_allclose(result["statistic"], z * weighted / (z**2).mean(), rtol=1e-10)


@settings(max_examples=25, deadline=None)
@given(st.data(), st.integers(-8, 8), st.integers(0, 1000))
def test_names_order_and_scale_change_nothing(data, scale, seed):
    n = 12
    rng = np.random.default_rng(seed)
    events, people = pd.Series(rng.poisson(2, n)), pd.Series(rng.uniform(0.5, 20, n))
    near = {i: [(i - 1) % n, (i + 1) % n, (i + 3) % n] for i in range(n)}
    graph = Graph.from_dicts(near)
    for null in ("total", "conditional"):
        result = gi_star_rate(events, people, graph, null=null)
        scaled = gi_star_rate(events, people * 2.0**scale, graph, null=null)
        pd.testing.assert_frame_equal(result, scaled)
        order = data.draw(st.permutations(range(n)))
        moved = Graph.from_dicts({i: near[i] for i in order})
        other = gi_star_rate(events[order], people[order], moved, null=null).loc[events.index]
        pd.testing.assert_frame_equal(result, other, rtol=1e-9)
    scaled = local_moran_rate(events, people * 4.0**scale, graph, n_permutations=99, rng=seed)
    result = local_moran_rate(events, people, graph, n_permutations=99, rng=seed)
    pd.testing.assert_frame_equal(result, scaled, rtol=1e-7)
    named = {i: f"unit {i:02}" for i in range(n)}
    renamed = local_moran_rate(
        events.rename(named),
        people.rename(named),
        Graph.from_dicts({named[i]: [named[j] for j in near[i]] for i in near}),
        n_permutations=99,
        rng=seed,
    )
    pd.testing.assert_frame_equal(result, renamed.set_axis(result.index), check_exact=True)
