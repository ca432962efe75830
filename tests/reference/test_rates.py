"""Rates beside R's spdep, and its exact intervals, on Auckland and North Carolina."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hotspots.statistics.excess_risk import excess_risk
from hotspots.statistics.local_rates import local_moran_rate
from hotspots.statistics.rates import eb_rates, eb_standardised

PARAMETERS = Path(__file__).parent / "rates_parameters.csv"
DATA = ["auckland", "sids74", "sids79", "nonwhite"]

pytestmark = [
    pytest.mark.parametrize("data", DATA),
    pytest.mark.filterwarnings("ignore::hotspots.errors.FewDataWarning"),
]


@pytest.fixture
def case(oracle, data):
    return oracle(f"rates_{data}")


@pytest.fixture
def parameters(data):
    return pd.read_csv(PARAMETERS, index_col="data").loc[data]


def _close(ours, theirs):
    np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-14)


def test_global_smoothing(case, parameters):
    table, _ = case
    result = eb_rates(table["events"], table["population"])
    _close(result["raw"], table["raw"])
    _close(result["smoothed"], table["poisson"])
    _close(result["variance"], parameters["a"])
    _close(result["mean"], parameters["b"])


def test_binomial_smoothing(case, parameters):
    table, _ = case
    result = eb_rates(table["events"], table["population"], family="binomial")
    _close(result["smoothed"], table["binomial"])
    assert result["weight"].between(0, 1).all()


def test_local_smoothing(case):
    table, graph = case
    result = eb_rates(table["events"], table["population"], graph)
    _close(result["mean"], table["local_mean"])
    _close(result["variance"], table["local_variance"])
    some = table["local"].notna()  # spdep has none where a neighbourhood has no events
    _close(result.loc[some, "smoothed"], table.loc[some, "local"])
    assert (result.loc[~some, "smoothed"] == 0).all()


def test_standardised(case):
    table, _ = case
    _close(eb_standardised(table["events"], table["population"]), table["z"])


def test_global_index_of_standardised_rates(case, parameters):
    """The binary index of Assunção and Reis, over all units, from our standardised rates."""
    table, graph = case
    z = eb_standardised(table["events"], table["population"])
    z = (z - z.mean()).to_numpy()
    sparse = graph.sparse.copy()
    sparse.setdiag(0)
    index = z.size / sparse.sum() * (z @ (sparse @ z)) / (z @ z)
    _close(index, parameters["eb_moran"])


def test_local_moran(case):
    table, graph = case
    linked = ~table.index.isin(graph.isolates)
    result = local_moran_rate(table["events"], table["population"], graph, n_permutations=9, rng=1)
    _close(result["statistic"][linked], table["moran"][linked])


@pytest.mark.filterwarnings("ignore::hotspots.errors.FewDataWarning")
@pytest.mark.parametrize("family", ["poisson", "binomial"])
def test_exact_intervals(case, family):
    table, _ = case
    result = excess_risk(table["events"], table["population"], family=family)
    expected = result["expected"]
    _close(expected.sum(), table["events"].sum())
    _close(result["lower"] * expected, table[f"{family}_lower"])
    _close(result["upper"] * expected, table[f"{family}_upper"])
