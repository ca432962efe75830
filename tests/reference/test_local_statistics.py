"""Our local statistics beside spdep's, and their tails beside every way to draw; see README.md."""

import numpy as np
import pandas as pd
import pytest

from hotspots.statistics.getis_ord import gi, gi_star
from hotspots.statistics.lees_l import lees_l
from hotspots.statistics.lees_l_local import lees_l_local
from hotspots.statistics.local_geary import local_geary
from hotspots.statistics.local_join_counts import local_join_count
from hotspots.statistics.local_moran import local_moran
from hotspots.statistics.local_moran_bivariate import local_moran_bivariate

NAMES = {
    "columbus": ["CRIME", "INC", "HOVAL"],
    "sids": ["rate74", "nonwhite74", "rate79"],
    "boston": ["CMEDV", "NOX", "LSTAT"],
    "auckland": ["rate", "children", "north"],
}
SCHEMES = [
    "inverse distance",
    "inverse distance, power 2",
    "triangular",
    "gaussian",
    "quartic, 6 nearest",
]
SMALL = [
    "local_moran",
    "gi",
    "local_geary",
    "local_geary_multivariate",
    "local_moran_bivariate",
    "lees_l_local",
    "lees_l_local_self",
    "gi_star_one",
    "gi_star_largest",
]
DRAWS = 19_999

pytestmark = pytest.mark.filterwarnings("ignore::hotspots.errors.FewDataWarning")


def close(ours, theirs):
    """Compare where ours is known (spdep gives 0 without neighbours) and theirs is kept."""
    linked, kept = ours.notna(), theirs.notna()
    assert linked.sum() >= len(ours) - 2
    assert (linked & kept).sum() > 30
    np.testing.assert_allclose(ours[linked & kept], theirs[linked & kept], rtol=1e-10, atol=1e-13)


def beside(found, table, prefix):
    for column in ("statistic", "expected", "z"):
        close(found[column], table[f"{prefix}_{column}"])
    close(((found["statistic"] - found["expected"]) / found["z"]) ** 2, table[f"{prefix}_variance"])


@pytest.mark.parametrize("data", NAMES)
class TestSpdep:
    def test_geary(self, local_oracle, data):
        table, graph = local_oracle(data)
        a, b, c = NAMES[data]
        for prefix, columns in {"w": a, "ab": [a, b], "abc": [a, b, c]}.items():
            beside(local_geary(table[columns], graph, n_permutations=9), table, f"geary_{prefix}")

    def test_bivariate_moran(self, local_oracle, data):
        table, graph = local_oracle(data)
        a, b, _ = NAMES[data]
        for x, y, prefix in ((a, b, "moran_ab"), (b, a, "moran_ba")):
            beside(
                local_moran_bivariate(table[x], table[y], graph, n_permutations=9), table, prefix
            )

    def test_lee(self, local_oracle, data):
        table, graph = local_oracle(data)
        a, b, _ = NAMES[data]
        itself = graph.assign_self_weight(1)
        for x, y, weights, name in ((a, b, graph, "ab"), (a, b, itself, "ab_self"),
                                    (a, a, itself, "aa_self")):  # fmt: skip
            found = lees_l_local(table[x], table[y], weights, n_permutations=9)["statistic"]
            close(found.where(graph.cardinalities > 0), table[f"lee_{name}"])

    @pytest.mark.parametrize("name", ["join_x", "clc", "bjc", "bjc_sparse"])
    def test_join_counts(self, local_oracle, data, name):
        table, graph = local_oracle(data)
        x, z = table["x"], table["z"]
        one, options = {
            "join_x": (x, {}),
            "clc": (x, {"other": z, "join": "colocation"}),
            "bjc": (x, {"other": 1 - x}),
            "bjc_sparse": (x, {"other": z}),
        }[name]
        upper = local_join_count(one, graph, alternative="greater", **options)
        lower = local_join_count(one, graph, alternative="less", **options)
        assert upper.attrs["inference"]["method"] == "exact"
        tested = upper["p_value"].notna() & table[f"{name}_upper"].notna()
        assert tested.sum() >= 5
        np.testing.assert_array_equal(upper["statistic"][tested], table[f"{name}_spdep"][tested])
        for found, tail in ((upper, "upper"), (lower, "lower")):
            np.testing.assert_allclose(
                found["p_value"][tested], table[f"{name}_{tail}"][tested], rtol=1e-12
            )


@pytest.mark.parametrize("data", ["columbus", "sids"])
def test_global_lee_is_the_mean_of_the_local_ones(local_oracle, data):
    table, graph = local_oracle(data)
    a, b, _ = NAMES[data]
    for weights, name in ((graph, "ab"), (graph.assign_self_weight(1), "ab_self")):
        found = lees_l(table[a], table[b], weights.transform("r"), n_permutations=0)
        square = len(table) / np.count_nonzero(weights.cardinalities)  # Σ (Σ w)², isolates 0
        expected = table[f"lee_{name}"].mean() * square
        assert found.statistic == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_unequal_weights(local_oracle_weighted, scheme):
    table, graph = local_oracle_weighted(scheme)
    x, y = table["CRIME"], table["INC"]
    largest = graph.adjacency.groupby("focal", sort=False).max()
    options = {"n_permutations": 9}
    beside(local_moran(x, graph, **options), table, "moran")
    beside(gi(x, graph, **options), table, "gi")
    beside(gi_star(x, graph.assign_self_weight(1), **options), table, "gi_star_one")
    own = graph.assign_self_weight(largest.reindex(graph.unique_ids).to_numpy())
    beside(gi_star(x, own, **options), table, "gi_star_largest")
    beside(local_geary(x, graph, **options), table, "geary")
    beside(local_geary(table[["CRIME", "INC"]], graph, **options), table, "geary_ab")
    beside(local_moran_bivariate(x, y, graph, **options), table, "moran_ab")
    np.testing.assert_allclose(
        lees_l_local(x, y, graph, **options)["statistic"], table["lee_ab"], rtol=1e-10
    )


def _small(table, graph):
    a, b, one = table["a"], table["b"], graph.assign_self_weight(1)
    both = pd.DataFrame({"a": a, "b": b})
    largest = graph.adjacency.groupby("focal", sort=False).max()
    own = graph.assign_self_weight(largest.reindex(graph.unique_ids).to_numpy())
    return {
        "local_moran": lambda **o: local_moran(a, graph, **o),
        "gi": lambda **o: gi(a, graph, **o),
        "local_geary": lambda **o: local_geary(a, graph, **o),
        "local_geary_multivariate": lambda **o: local_geary(both, graph, **o),
        "local_moran_bivariate": lambda **o: local_moran_bivariate(a, b, graph, **o),
        "lees_l_local": lambda **o: lees_l_local(a, b, graph, **o),
        "lees_l_local_self": lambda **o: lees_l_local(a, b, one, **o),
        "gi_star_one": lambda **o: gi_star(a, one, **o),
        "gi_star_largest": lambda **o: gi_star(a, own, **o),
    }


@pytest.mark.parametrize("name", SMALL)
def test_tails_of_every_way_to_draw(local_oracle_small, local_oracle_tails, name):
    """The direct engine, within five standard errors of the exact tails."""
    statistic = _small(*local_oracle_small)[name]
    exact = local_oracle_tails.loc[name]
    sides = ("lower", "upper") if "geary" in name else ("upper", "lower")
    for alternative, side in zip(("greater", "less"), sides, strict=True):
        found = statistic(alternative=alternative, n_permutations=DRAWS, rng=2018)
        assert found.attrs["inference"]["method"] == "direct"
        p = exact[side].reindex(found.index)
        error = 5 * np.sqrt(p * (1 - p) / DRAWS) + 1 / DRAWS
        assert ((found["p_value"] - p).abs() <= error).all()
