"""The oracle tables beside their definitions in README.md, in plain NumPy, and beside esda."""

import warnings

import esda
import numpy as np
import pytest
from esda.geary_local import Geary_Local
from esda.geary_local_mv import Geary_Local_MV
from esda.join_counts_local import Join_Counts_Local
from esda.join_counts_local_bv import Join_Counts_Local_BV
from esda.lee import Spatial_Pearson_Local

NAMES = {"columbus": ["CRIME", "INC", "HOVAL"], "sids": ["rate74", "nonwhite74", "rate79"]}
SCHEMES = [
    "inverse distance",
    "inverse distance, power 2",
    "triangular",
    "gaussian",
    "quartic, 6 nearest",
]
DATA = pytest.mark.parametrize("data", NAMES)
SCHEME = pytest.mark.parametrize("scheme", SCHEMES)


def close(ours, theirs):
    np.testing.assert_allclose(ours, theirs, rtol=1e-11, atol=1e-12)


def standardised(values):
    values = np.asarray(values, dtype=float)
    return (values - values.mean(axis=0)) / values.std(axis=0, ddof=1)


def rows(weights):
    """Row-standardise; a row of zeros stays one."""
    sums = weights.sum(axis=1, keepdims=True)
    return np.divide(weights, sums, where=sums > 0, out=np.zeros_like(weights, dtype=float))


def geary(values, weights):
    z = standardised(values).reshape(len(weights), -1)
    return (weights * ((z[:, None] - z[None]) ** 2).mean(axis=2)).sum(axis=1)


def moments(population, weights):
    """Mean and variance of Σ w_ij a_j over random orders of the others' values."""
    n = len(weights)
    mean, variance = np.empty((2, n))
    for i in range(n):
        others = np.delete(population[i], i)
        sum_w, sum_w2 = weights[i].sum(), (weights[i] ** 2).sum()
        mean[i] = sum_w * others.mean()
        # cov(a_j, a_k) = -var / (n - 2) for two of n - 1 values, var with divisor n - 1
        variance[i] = others.var() * (sum_w2 - (sum_w**2 - sum_w2) / (n - 2))
    return mean, variance


def check_moments(table, prefix, population, weights):
    mean, variance = moments(population, weights)
    close(table[f"{prefix}_expected"], mean)
    close(table[f"{prefix}_variance"], variance)
    linked = weights.any(axis=1)
    z = (table[f"{prefix}_statistic"] - mean)[linked] / np.sqrt(variance[linked])
    close(table[f"{prefix}_z"][linked], z)
    assert table[f"{prefix}_z"][~linked].isna().all()


@DATA
def test_geary(local_oracle, data):
    table, graph = local_oracle(data)
    binary = graph.sparse.toarray()
    for prefix, count, weights in [
        ("geary_w", 1, rows(binary)),
        ("geary_b", 1, binary),
        ("geary_ab", 2, rows(binary)),
        ("geary_abc", 3, rows(binary)),
    ]:
        values = table[NAMES[data][:count]].to_numpy()
        close(table[f"{prefix}_statistic"], geary(values, weights))
        z = standardised(values)
        check_moments(table, prefix, ((z[:, None] - z[None]) ** 2).mean(axis=2), weights)


@DATA
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_bivariate_moran(local_oracle, data, order):
    table, graph = local_oracle(data)
    first, second = (standardised(table[NAMES[data][i]]) for i in order)
    weights = rows(graph.sparse.toarray())
    prefix = "moran_" + "".join("ab"[i] for i in order)
    close(table[f"{prefix}_statistic"], first * (weights @ second))
    check_moments(table, prefix, np.outer(first, second), weights)


@DATA
def test_lee(local_oracle, data):
    table, graph = local_oracle(data)
    a, b = (table[name] - table[name].mean() for name in NAMES[data][:2])
    binary = graph.sparse.toarray()
    n, size = len(table), np.sqrt((a**2).sum() * (b**2).sum())
    close(table["lee_ab"], n * (rows(binary) @ a) * (rows(binary) @ b) / size)
    own = rows(binary + np.eye(n))
    close(table["lee_ab_self"], n * (own @ a) * (own @ b) / size)
    close(table["lee_aa_self"], n * (own @ a) ** 2 / (a**2).sum())


@DATA
def test_join_counts(local_oracle, data):
    from scipy.stats import hypergeom

    table, graph = local_oracle(data)
    weights, x, z = graph.sparse.toarray(), table["x"].to_numpy(), table["z"].to_numpy()
    for prefix, focal, mark in [
        ("join_x", x, x),
        ("clc", x * z, x * z),
        ("bjc", x, 1 - x),
        ("bjc_sparse", x * (1 - z), z * (1 - x)),
    ]:
        count = weights @ mark
        assert (table[f"{prefix}_statistic"] == count).all()
        assert (table[f"{prefix}_spdep"] == focal * count).all()
        assert table[f"{prefix}_spdep"].max() > 0
        chance = hypergeom(len(table) - 1, mark.sum() - mark, graph.cardinalities)
        close(table[f"{prefix}_upper"], chance.sf(count - 1))
        close(table[f"{prefix}_lower"], chance.cdf(count))


@SCHEME
def test_unequal_weights(local_oracle_weighted, scheme):
    table, graph = local_oracle_weighted(scheme)
    values, weights = table["CRIME"].to_numpy(), graph.sparse.toarray()
    assert len(np.unique(weights[weights > 0].round(9))) > 50
    n, deviation = len(values), values - values.mean()
    close(table["moran_statistic"], deviation * (rows(weights) @ deviation) / values.var())
    check_moments(table, "moran", np.outer(deviation, deviation) / values.var(), rows(weights))
    close(table["gi_statistic"], weights @ values)
    check_moments(table, "gi", np.tile(values, (n, 1)), weights)
    z = standardised(table[["CRIME", "INC"]])
    close(table["geary_statistic"], geary(values, rows(weights)))
    close(table["geary_ab_statistic"], geary(z, rows(weights)))
    close(table["moran_ab_statistic"], z[:, 0] * (rows(weights) @ z[:, 1]))
    for prefix, own in (("gi_star_one", np.ones(n)), ("gi_star_largest", weights.max(axis=1))):
        full = weights + np.diag(own)
        sum_w, sum_w2 = full.sum(axis=1), (full**2).sum(axis=1)
        close(table[f"{prefix}_statistic"], full @ values)
        close(table[f"{prefix}_expected"], sum_w * values.mean())
        variance = values.var() * (sum_w2 - (sum_w**2 - sum_w2) / (n - 1))
        close(table[f"{prefix}_variance"], variance)
        close(table[f"{prefix}_z"], (full @ values - sum_w * values.mean()) / np.sqrt(variance))


@pytest.mark.parametrize(
    ("statistic", "first", "second"),
    [("local_moran", "a", "a"), ("local_moran_bivariate", "a", "b"), ("gi", None, "a")],
)
def test_moments_beside_a_million_draws_in_r(
    local_oracle_small, local_oracle_permutations, statistic, first, second
):
    table, graph = local_oracle_small
    weights = graph.sparse.toarray()
    if first is None:
        population = np.tile(table[second].astype(float), (16, 1))
    else:
        weights = rows(weights)
        population = np.outer(standardised(table[first]), standardised(table[second]))
        if statistic == "local_moran":
            population *= 16 / 15  # divides by the variance with n, not n - 1
    mean, variance = moments(population, weights)
    drawn = local_oracle_permutations.loc[statistic]
    assert (abs(drawn["mean"] - mean) / np.sqrt(variance / drawn["draws"])).max() < 4.5
    assert drawn["variance"].to_numpy() == pytest.approx(variance, rel=0.01)


# Where esda differs


@pytest.fixture
def columbus(local_oracle):
    table, graph = local_oracle("columbus")
    return table, graph, graph.transform("r")


def test_geary_of_esda_is_larger_by_n_over_n_less_one(columbus):
    table, _, graph = columbus
    one = Geary_Local(graph, permutations=0).fit(table["CRIME"])
    close(one.localG, table["geary_w_statistic"] * 49 / 48)
    two = Geary_Local_MV(graph, permutations=0).fit([table["CRIME"], table["INC"]])
    close(two.localG, table["geary_ab_statistic"] * 49 / 48)


def test_bivariate_moran_lee_and_join_counts_of_esda_are_the_same(columbus):
    table, binary, graph = columbus
    moran = esda.Moran_Local_BV(table["CRIME"], table["INC"], graph, permutations=0)
    close(moran.Is, table["moran_ab_statistic"])
    lee = Spatial_Pearson_Local(graph.sparse.toarray(), permutations=0)
    close(lee.fit(table[["CRIME"]], table[["INC"]]).associations_, table["lee_ab"])
    x, z = table["x"], table["z"]
    one = Join_Counts_Local(connectivity=binary).fit(x, permutations=0)
    assert (table["join_x_spdep"] == one.LJC).all()
    two = Join_Counts_Local_BV(connectivity=binary)
    assert (table["clc_spdep"] == two.fit(x, z, case="CLC", permutations=0).LJC).all()
    apart = two.fit(x * (1 - z), z * (1 - x), case="BJC", permutations=0)
    assert (table["bjc_sparse_spdep"] == apart.LJC).all()


@SCHEME
def test_local_moran_of_esda_is_smaller_by_n_less_one_over_n(local_oracle_weighted, scheme):
    table, graph = local_oracle_weighted(scheme)
    theirs = esda.Moran_Local(table["CRIME"].to_numpy(), graph, permutations=0)
    close(theirs.Is, table["moran_statistic"] * 48 / 49)


@SCHEME
def test_gi_of_esda_has_another_variance_for_standardised_weights(local_oracle_weighted, scheme):
    """It has W (N - W) for N Σw² - W², right where weights are 0 or 1: here that of one draw."""
    table, graph = local_oracle_weighted(scheme)
    values, n = table["CRIME"].to_numpy(), len(table)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = esda.G_Local(values, graph, transform="R", star=False, permutations=0)
    weights = rows(graph.sparse.toarray())
    others = [np.delete(values, i) for i in range(n)]
    excess = weights @ values - [part.mean() for part in others]
    close(theirs.Zs, excess / [part.std() for part in others])
    assert (np.abs(theirs.Zs) < np.abs(table["gi_z"])).all()
