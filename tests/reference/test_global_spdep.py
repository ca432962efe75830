"""Global tests beside R's spdep and beside printed values; global_spdep.R wrote the oracles."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hotspots.statistics.global_tests import geary
from hotspots.statistics.join_counts import join_count
from hotspots.statistics.lees_l import lees_l
from hotspots.statistics.moran_rate import moran_rate

HERE = Path(__file__).parent
DATA = ["columbus", "columbus_old", "afcon", "sids74", "boston", "auckland"]
STYLES = {"b": "B", "r": "W"}
FEW = pytest.mark.filterwarnings("ignore::hotspots.errors.FewDataWarning")


@pytest.fixture(scope="module")
def tests():
    return pd.read_csv(HERE / "global_tests.csv").set_index(["data", "statistic", "weights"])


@pytest.fixture(scope="module")
def sids():
    return pd.read_csv(HERE / "global_rates.csv", index_col="id")


def _linked(oracle, data):
    table, graph = oracle(data)
    kept = [unit for unit in graph.unique_ids if unit not in graph.isolates]
    return table.loc[kept, "value"], graph.subgraph(kept)


def _same(result, row):
    np.testing.assert_allclose(
        [result.statistic, result.expected, result.variance, result.z],
        row.to_numpy(dtype=float),
        rtol=1e-10,
        atol=1e-13,
    )


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("data", DATA)
def test_geary(oracle, tests, data, style):
    """With z above 0 for clustering, as spdep gives it."""
    values, graph = _linked(oracle, data)
    result = geary(values, graph.transform(style), n_permutations=0)
    _same(result, tests.loc[(data, "geary", STYLES[style])])


def test_geary_leaves_isolates_out(oracle, tests):
    table, graph = oracle("sids74")
    result = geary(table["value"], graph, n_permutations=0)
    _same(result, tests.loc[("sids74", "geary", "B")])
    assert result.n == 98


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("data", DATA)
def test_join_counts_of_two_and_three_kinds(oracle, tests, data, style):
    values, graph = _linked(oracle, data)
    ordered = values.sort_values(ignore_index=True)
    n = len(values)
    two = (values > ordered[int(np.ceil(n / 2)) - 1]).map({True: "high", False: "low"})
    thirds = [ordered[int(np.ceil(n * i / 3)) - 1] for i in (1, 2)]
    three = values.map(lambda x: "abc"[sum(x > third for third in thirds)])
    for kinds, n_kinds, pairs in ((two, 2, 3), (three, 3, 6)):
        found = join_count(kinds, graph.transform(style), n_permutations=0)
        assert len(found) == pairs
        for (first, second), result in found.items():
            name = f"join_count {n_kinds} {second}:{first}"  # spdep names the later one first
            _same(result, tests.loc[(data, name, STYLES[style])])


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("data", DATA)
def test_lees_l_of_one_variable(oracle, tests, data, style):
    values, graph = _linked(oracle, data)
    result = lees_l(values, values, graph.transform(style), n_permutations=0)
    _same(result, tests.loc[(data, "lees_l x x", STYLES[style])])


@pytest.mark.parametrize("style", STYLES)
def test_lees_l_with_isolates(oracle, tests, style):
    table, graph = oracle("sids74")
    result = lees_l(table["value"], table["value"], graph.transform(style), n_permutations=0)
    _same(result, tests.loc[("sids74", "lees_l isolates", STYLES[style])])
    assert result.n == 100


@FEW
@pytest.mark.parametrize("style", STYLES)
def test_lees_l_of_two_variables(oracle, tests, style):
    """L and its mean; the variance of spdep holds for x = y only, see test_global_enumeration."""
    table, graph = oracle("ireland")
    result = lees_l(table["pagval2_10"], table["cowspacre"], graph.transform(style), rng=1)
    row = tests.loc[("ireland", "lees_l x y", STYLES[style])]
    np.testing.assert_allclose(
        [result.statistic, result.expected], row[["value", "expected"]].astype(float), rtol=1e-10
    )


@FEW
@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(("data", "n"), [("sids74", 100), ("auckland", 167)])
def test_moran_of_rates(oracle, tests, data, n, style):
    table, graph = oracle(f"rates_{data}")
    result = moran_rate(
        table["events"], table["population"], graph.transform(style), n_permutations=99, rng=1
    )
    expected = tests.loc[(data, "moran_rate", STYLES[style]), "value"]
    assert result.statistic == pytest.approx(expected, rel=1e-10)
    assert result.n == n


# Printed values


@FEW
def test_geary_of_ireland(oracle):
    """Cliff & Ord 1969, tables 4 and 5."""
    table, graph = oracle("ireland")
    result = geary(table["pagval2_10"], graph, n_permutations=0)
    assert result.statistic == pytest.approx(0.3477, abs=5e-5)


def test_geary_of_columbus(oracle):
    """Manual page of spdep's geary.test."""
    table, graph = oracle("columbus_old")
    result = geary(table["value"], graph.transform("r"), n_permutations=0)
    assert result.statistic == pytest.approx(0.52986993, abs=5e-9)
    assert result.variance == pytest.approx(0.00975278, abs=5e-9)


def test_lees_l_of_columbus(oracle):
    """Manual page of spdep's lee.test."""
    table, graph = oracle("columbus_old")
    result = lees_l(table["value"], table["value"], graph.transform("r"), n_permutations=0)
    assert result.statistic == pytest.approx(0.547064219, abs=5e-10)
    assert result.expected == pytest.approx(0.239417989, abs=5e-10)
    assert result.variance == pytest.approx(0.003454459, abs=5e-10)


def test_join_counts_of_columbus(oracle):
    """Manual page of spdep's joincount.test: crime up to 35 is low."""
    table, graph = oracle("columbus_old")
    found = join_count(table["value"] > 35, graph, n_permutations=0)
    low, high = found[0, 0], found[1, 1]
    assert (low.statistic, high.statistic) == (34, 54)
    assert [low.expected, low.variance] == pytest.approx([29.59184, 18.89550], abs=5e-6)
    assert [high.expected, high.variance] == pytest.approx([27.22449, 17.88838], abs=5e-6)


@FEW
def test_moran_of_rates_of_sudden_infant_deaths(oracle, sids):
    """Manual page of spdep's EBImoran.mc, isolates included."""
    _, graph = oracle("sids74")
    result = moran_rate(sids["events"], sids["population"], graph, n_permutations=999, rng=1)
    assert result.statistic == pytest.approx(0.25789, abs=5e-6)
    assert result.p_value == 2 / 1000


@FEW
def test_moran_of_rates_of_built_in_data():
    """Tests of esda 2.9.0."""
    import geopandas as gpd
    from libpysal import examples
    from libpysal.graph import read_gal

    graph = read_gal(examples.get_path("sids2.gal"))
    table = gpd.read_file(examples.get_path("sids2.shp")).set_index(graph.unique_ids)
    result = moran_rate(
        table["SID79"], table["BIR79"], graph.transform("r"), n_permutations=9, rng=1
    )
    assert result.statistic == pytest.approx(0.16622343552567395, abs=1e-14)
