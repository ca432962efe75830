"""What must not change a local statistic, tried on maps of Hypothesis's choice.

Those of the global tests stand in test_global_rules.py, those of rates in test_rates_local.py.
"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from libpysal.graph import Graph

from hotspots.statistics.getis_ord import gi, gi_star
from hotspots.statistics.lees_l import lees_l
from hotspots.statistics.lees_l_local import lees_l_local
from hotspots.statistics.local_geary import local_geary
from hotspots.statistics.local_join_counts import local_join_count
from hotspots.statistics.local_moran import local_moran
from hotspots.statistics.local_moran_bivariate import local_moran_bivariate
from hotspots.statistics.local_rates import gi_star_rate, local_moran_rate
from hotspots.statistics.moran_rate import moran_rate

pytestmark = pytest.mark.filterwarnings("ignore::hotspots.errors.FewDataWarning")
MEASURES = ["statistic", "expected", "z"]
QUICK = settings(max_examples=6, deadline=None)
CLOSE = {"rtol": 1e-7, "atol": 1e-9}


def _yes(values):
    return (values > 1).astype(float).where(values.notna())


def _second(values):
    """Make another variable of a first, unit by unit: whatever becomes of names and order."""
    return (values * 3 + 1) % 7 + values**2 / 5


def _geary_of_two(values, graph, **options):
    return local_geary(pd.DataFrame({"x": values, "y": _second(values)}), graph, **options)


def _people(values):
    return (values * 5 + 3) % 8 + 2


STATISTICS = {
    "gi": gi,
    "gi_star": gi_star,
    "gi_star, conditional": lambda v, g, **o: gi_star(v, g, null="conditional", **o),
    "local_moran": local_moran,
    "local_moran_bivariate": lambda v, g, **o: local_moran_bivariate(v, _second(v), g, **o),
    "local_geary": local_geary,
    "local_geary of two": _geary_of_two,
    "lees_l_local": lambda v, g, **o: lees_l_local(v, _second(v), g, **o),
    "local_join_count": lambda v, g, **o: local_join_count(_yes(v), g, **o),
    "local_join_count, bivariate": lambda v, g, **o: local_join_count(
        _yes(v), g, other=_yes(_second(v) - 1), **o
    ),
    "gi_star_rate": lambda v, g, **_: gi_star_rate(v, _people(v), g),
    "local_moran_rate": lambda v, g, **o: local_moran_rate(v, _people(v), g, **o),
}

BY_SHARES = [name for name in STATISTICS if not name.startswith(("gi", "local_join"))]


@st.composite
def maps(draw):
    """Counts with many ties, directed and unequal weights, some units without neighbours."""
    n = draw(st.integers(7, 16))
    counts = draw(st.lists(st.integers(0, 5), min_size=n, max_size=n))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    weights = rng.integers(1, 4, (n, n)) * (rng.random((n, n)) < 0.3)
    np.fill_diagonal(weights, 0)
    return pd.Series(counts, dtype=float), weights.astype(float), rng.permutation(n)


def _graph(weights, ids=None):
    """Build a graph; a unit without neighbours is held by a self-weight of 0."""
    ids = np.arange(len(weights)) if ids is None else ids
    focal, neighbour = np.nonzero(weights + np.diag(weights.sum(axis=1) == 0))
    return Graph.from_arrays(ids[focal], ids[neighbour], weights[focal, neighbour])


def _run(name, values, graph, n_permutations=99):
    return STATISTICS[name](values, graph, n_permutations=n_permutations, rng=1)


def _weights(name, weights):
    """Keep to equal weights where others are not taken; Gi* needs one for the unit itself."""
    return (weights > 0).astype(float) if name.startswith("gi_star") else weights


@pytest.mark.parametrize("name", STATISTICS)
@QUICK
@given(given_map=maps())
def test_names_and_order_of_units(name, given_map):
    """Names change nothing at all; order no measure, and no p-value but by other draws."""
    values, weights, order = given_map
    weights = _weights(name, weights)
    plain = _run(name, values, _graph(weights))
    ids = np.array([f"unit {i:02}" for i in range(len(values))])
    named = _run(name, values.set_axis(ids), _graph(weights, ids))
    pd.testing.assert_frame_equal(named.set_axis(plain.index), plain)
    turned = _run(name, values.iloc[order], _graph(weights[order][:, order], order))
    turned = turned.loc[plain.index]
    np.testing.assert_allclose(turned[MEASURES], plain[MEASURES], **CLOSE)
    assert turned["p_value"].isna().equals(plain["p_value"].isna())
    if plain.attrs["inference"]["method"].startswith("exact"):
        np.testing.assert_allclose(turned["p_value"], plain["p_value"], rtol=1e-9)
    else:
        assert (turned["p_value"] - plain["p_value"]).abs().fillna(0).max() < 0.5


@pytest.mark.parametrize("name", [n for n in STATISTICS if "join" not in n and "rate" not in n])
@QUICK
@given(
    given_map=maps(),
    scale=st.sampled_from([0.25, 3.0, 1e4]),
    shift=st.sampled_from([-7.0, 0.0, 0.3, 1e4]),
)
def test_scale_and_origin_of_values(name, given_map, scale, shift):
    """``a + b x`` leaves z, p-values and labels alone, ties and all."""
    values, weights, _ = given_map
    graph, second = _graph(_weights(name, weights)), _second(values)
    bivariate = {
        "local_moran_bivariate": local_moran_bivariate,
        "lees_l_local": lees_l_local,
    }
    options = {"method": "permutation", "n_permutations": 99, "rng": 1}

    def run(x):
        if name in bivariate:
            return bivariate[name](x, second, graph, **options)
        if name == "local_geary of two":
            return local_geary(pd.DataFrame({"x": x, "y": second}), graph, **options)
        return STATISTICS[name](x, graph, **options)

    before, after = run(values), run(values * scale + shift)
    np.testing.assert_allclose(after["z"], before["z"], rtol=1e-5, atol=1e-6)
    for column in ("p_value", "q_value", "label"):
        assert after[column].equals(before[column])
    if name in BY_SHARES:
        np.testing.assert_allclose(after["statistic"], before["statistic"], rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", STATISTICS)
@QUICK
@given(given_map=maps(), scale=st.sampled_from([0.5, 4.0]))
def test_scale_of_weights(name, given_map, scale):
    """It scales sums that are weighted, and changes no p-value."""
    values, weights, _ = given_map
    weights = _weights(name, weights)
    before, after = (_run(name, values, _graph(weights * by)) for by in (1.0, scale))
    np.testing.assert_allclose(after["z"], before["z"], **CLOSE)
    for column in ("p_value", "q_value", "label"):
        assert after[column].equals(before[column])
    if name in BY_SHARES:
        np.testing.assert_allclose(after["statistic"], before["statistic"], **CLOSE)


@pytest.mark.parametrize("name", [name for name in STATISTICS if name != "lees_l_local"])
@QUICK
@given(given_map=maps(), weight=st.sampled_from([1.0, 3.0]))
def test_a_weight_for_the_unit_itself(name, given_map, weight):
    """Ignored, or for Gi* the same that it would have without; Lee's L counts it."""
    values, weights, _ = given_map
    if name.startswith("gi_star"):
        weights, weight = (weights > 0).astype(float), 1.0
    own = weights + np.diag(np.where(weights.any(axis=1), weight, 0.0))
    pd.testing.assert_frame_equal(
        _run(name, values, _graph(own)), _run(name, values, _graph(weights))
    )


@pytest.mark.parametrize("name", STATISTICS)
@QUICK
@given(given_map=maps())
def test_units_without_a_value_might_as_well_not_be_there(name, given_map):
    values, weights, order = given_map
    weights = _weights(name, weights)
    kept = np.sort(order[2:])
    gone = values.where(values.index.isin(kept))
    found = _run(name, gone, _graph(weights))
    alone = _run(name, values[kept], _graph(weights[kept][:, kept], kept))
    assert found["label"].drop(kept).eq("not testable").all()
    pd.testing.assert_frame_equal(found.loc[kept], alone)


@pytest.mark.parametrize("name", STATISTICS)
@QUICK
@given(given_map=maps())
def test_isolates_are_never_tested_and_p_values_are_probabilities(name, given_map):
    values, weights, _ = given_map
    weights = _weights(name, weights)
    found = _run(name, values, _graph(weights))
    alone = ~weights.any(axis=1)
    assert found.loc[alone, ["z", "p_value", "q_value"]].isna().all(axis=None)
    p, q = found["p_value"].dropna(), found["q_value"].dropna()
    assert p.between(0, 1, inclusive="right").all()
    assert (q >= p).all()
    assert (found["label"].eq("not testable") == found["p_value"].isna()).all()


@pytest.mark.parametrize("name", STATISTICS)
@QUICK
@given(given_map=maps(), seed=st.integers(0, 99))
def test_the_same_seed_gives_the_same_table(name, given_map, seed):
    values, weights, _ = given_map
    graph = _graph(_weights(name, weights))
    one, two = (STATISTICS[name](values, graph, n_permutations=49, rng=seed) for _ in range(2))
    assert one.to_csv().encode() == two.to_csv().encode()


@QUICK
@given(given_map=maps())
def test_lees_l_does_not_ask_which_variable_comes_first(given_map):
    values, weights, _ = given_map
    graph, other, options = _graph(weights), _second(values), {"n_permutations": 99, "rng": 1}
    one, two = (
        lees_l_local(*pair, graph, **options) for pair in ((values, other), (other, values))
    )
    np.testing.assert_allclose(one[MEASURES], two[MEASURES], **CLOSE)
    assert one["p_value"].equals(two["p_value"])
    swapped = {"high-low": "low-high", "low-high": "high-low"}
    certain = np.abs(one["statistic"]) > 1e-9
    assert one["label"].replace(swapped)[certain].equals(two["label"][certain])
    if weights.any():
        one, two = (lees_l(*pair, graph, **options) for pair in ((values, other), (other, values)))
        assert one.statistic == pytest.approx(two.statistic, abs=1e-9, nan_ok=True)
        assert one.variance == pytest.approx(two.variance, rel=1e-7, abs=1e-12, nan_ok=True)
        np.testing.assert_equal(one.p_value, two.p_value)


@QUICK
@given(given_map=maps(), scale=st.sampled_from([0.5, 1024.0]), by=st.sampled_from([0.5, 4.0]))
def test_only_proportions_of_people_and_of_weights_count_in_a_morans_i_of_rates(
    given_map, scale, by
):
    values, weights, _ = given_map
    people, options = _people(values), {"n_permutations": 99, "rng": 1}
    before = moran_rate(values, people, _graph(weights), **options)
    after = moran_rate(values, people * scale, _graph(weights * by), **options)
    assert after.statistic == pytest.approx(before.statistic, rel=1e-7, abs=1e-9, nan_ok=True)
    np.testing.assert_equal(after.p_value, before.p_value)
