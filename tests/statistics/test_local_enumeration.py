"""Every local statistic on a handful of units: by its definition, over all ways to draw."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from libpysal.graph import Graph
from scipy.special import ndtr

from hotspots.schema import GEARY_LABELS, HOT_COLD_LABELS, MORAN_LABELS, RESULT_COLUMNS
from hotspots.statistics.getis_ord import gi, gi_star
from hotspots.statistics.lees_l_local import lees_l_local
from hotspots.statistics.local_geary import local_geary
from hotspots.statistics.local_join_counts import local_join_count
from hotspots.statistics.local_moran import local_moran
from hotspots.statistics.local_moran_bivariate import local_moran_bivariate

pytestmark = pytest.mark.filterwarnings("ignore::hotspots.errors.FewDataWarning")

N, DRAWS = 8, 20_000
NEAR = {0: [1, 2, 3], 1: [0], 2: [1, 3, 4], 3: [2, 5], 4: [7, 6, 5], 5: [0, 1], 6: [2], 7: [7]}
WEIGHTS = {0: [1.0, 0.5, 0.25], 1: [2.0], 2: [1.0, 1.0, 3.0], 3: [0.5, 0.1], 4: [1.0, 2.0, 4.0],
           5: [0.3, 0.3], 6: [1.0]}  # fmt: skip
X = pd.Series([4.0, 0.0, 3.0, 1.0, 0.0, 6.0, 2.0, 1.0])
Y = pd.Series([1.0, 5.0, 2.0, 0.0, 0.0, 3.0, 2.0, 7.0])
HAS = pd.Series([1.0, 1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 0.0])
ALSO = pd.Series([1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0])


def _graph(kind):
    weights = [
        (i, j, w if kind == "unequal" else 1.0)
        for i, near in NEAR.items()
        for j, w in zip(near, WEIGHTS.get(i, [0.0]), strict=True)
    ]
    focal, neighbour, weight = (np.array(part) for part in zip(*weights, strict=True))
    return Graph.from_arrays(focal, neighbour, np.where(focal == neighbour, 0.0, weight))


def _scores(values, ddof):
    return ((values - values.mean()) / values.std(ddof=ddof)).to_numpy()


# Values and scores over n or n - 1, as arrays: the enumerations below read them many times.
VALUE_X, HAS_IT, HAS_ALSO = (values.to_numpy() for values in (X, HAS, ALSO))
X_0, Y_0, X_1, Y_1 = _scores(X, 0), _scores(Y, 0), _scores(X, 1), _scores(Y, 1)


# Each takes the unit i, weights w and the units drawn, and gives the statistic by its definition.
def _gi(i, w, drawn):
    return w @ VALUE_X[drawn]


def _moran(i, w, drawn):
    return X_0[i] * (w @ X_0[drawn]) / w.sum()


def _moran_bivariate(i, w, drawn):
    return X_1[i] * (w @ Y_1[drawn]) / w.sum()


def _geary(i, w, drawn):
    return w @ (X_1[i] - X_1[drawn]) ** 2 / w.sum()


def _geary_2(i, w, drawn):
    return (_geary(i, w, drawn) + w @ (Y_1[i] - Y_1[drawn]) ** 2 / w.sum()) / 2


def _lee(i, w, drawn):
    return (w @ X_0[drawn]) * (w @ Y_0[drawn]) / w.sum() ** 2


def _joins(i, w, drawn):
    return HAS_IT[i] * (w @ HAS_IT[drawn])


def _joins_bivariate(i, w, drawn):
    return HAS_IT[i] * (1 - HAS_ALSO[i]) * (w @ (HAS_ALSO * (1 - HAS_IT))[drawn])


def _joins_colocated(i, w, drawn):
    return HAS_IT[i] * HAS_ALSO[i] * (w @ (HAS_IT * HAS_ALSO)[drawn])


CASES = {
    "gi": (lambda g, **o: gi(X, g, **o), _gi),
    "local_moran": (lambda g, **o: local_moran(X, g, **o), _moran),
    "local_moran_bivariate": (lambda g, **o: local_moran_bivariate(X, Y, g, **o), _moran_bivariate),
    "local_geary": (lambda g, **o: local_geary(X, g, **o), _geary),
    "local_geary of two": (
        lambda g, **o: local_geary(pd.DataFrame({"x": X, "y": Y}), g, **o),
        _geary_2,
    ),
    "lees_l_local": (lambda g, **o: lees_l_local(X, Y, g, **o), _lee),
    "local_join_count": (lambda g, **o: local_join_count(HAS, g, **o), _joins),
    "local_join_count, bivariate": (
        lambda g, **o: local_join_count(HAS, g, other=ALSO, **o),
        _joins_bivariate,
    ),
    "local_join_count, colocation": (
        lambda g, **o: local_join_count(HAS, g, other=ALSO, join="colocation", **o),
        _joins_colocated,
    ),
}


@pytest.mark.parametrize("kind", ["equal", "unequal"])
@pytest.mark.parametrize("name", CASES)
def test_statistic_mean_and_tails(name, kind):
    statistic, defined = CASES[name]
    graph = _graph(kind)
    options = {"n_permutations": DRAWS, "rng": 5}
    at_least, at_most = ("less", "greater") if "geary" in name else ("greater", "less")
    upper = statistic(graph, alternative=at_least, **options)
    lower = statistic(graph, alternative=at_most, **options)
    exact = upper.attrs["inference"]["method"] == "exact"
    for i in range(N - 1):
        w = np.array(WEIGHTS[i] if kind == "unequal" else [1.0] * len(NEAR[i]))
        assert upper["statistic"][i] == pytest.approx(defined(i, w, NEAR[i]), abs=1e-12)
        if np.isnan(upper["p_value"][i]):
            continue
        others = [j for j in range(N) if j != i]
        every = np.array([defined(i, w, list(d)) for d in permutations(others, w.size)])
        assert upper["expected"][i] == pytest.approx(every.mean(), abs=1e-12)
        z = (upper["statistic"][i] - every.mean()) / every.std()
        assert upper["z"][i] == pytest.approx(z, rel=1e-10)
        for found, reached in (
            (upper, every >= upper["statistic"][i] - 1e-9),
            (lower, every <= upper["statistic"][i] + 1e-9),
        ):
            p = reached.mean()
            error = 1e-12 if exact else 5 * np.sqrt(p * (1 - p) / DRAWS) + 1e-4
            assert found["p_value"][i] == pytest.approx(p, abs=error)
    tested = upper["p_value"].notna()
    assert tested.sum() >= 1
    assert not tested[7]


@pytest.mark.parametrize("n", [3, 4, 5, 7])
def test_moments_of_lees_l_local_with_uneven_weights(n):
    """Of itself and of few others, whose number is below the order of the moments."""
    rng = np.random.default_rng(n)
    weights = rng.uniform(0.2, 3, (n, n)) * (rng.random((n, n)) < 0.6)
    np.fill_diagonal(weights, rng.choice([0.0, 0.7], n))
    weights += np.roll(np.eye(n), 1, axis=1)
    focal, neighbour = np.nonzero(weights)
    graph = Graph.from_arrays(focal, neighbour, weights[focal, neighbour])
    x, y = pd.Series(rng.gamma(0.5, 1, n)), pd.Series(rng.poisson(1.0, n) + rng.random(n))
    found = lees_l_local(x, y, graph, method="analytic")
    shares, zx, zy = weights / weights.sum(axis=1)[:, None], _scores(x, 0), _scores(y, 0)
    for i in range(n):
        near = [j for j in range(n) if j != i and shares[i, j]]
        w, own = shares[i, near], shares[i, i]
        drawn = [list(d) for d in permutations([j for j in range(n) if j != i], len(near))]
        every = np.array([(own * zx[i] + w @ zx[d]) * (own * zy[i] + w @ zy[d]) for d in drawn])
        assert found["expected"][i] == pytest.approx(every.mean(), abs=1e-12)
        if every.std() > 1e-9:
            z = (found["statistic"][i] - every.mean()) / every.std()
            assert found["z"][i] == pytest.approx(z, rel=1e-10, abs=1e-12)
            assert found["p_value"][i] == pytest.approx(2 * ndtr(-abs(z)), rel=1e-6)
        else:
            assert found["label"][i] == "not testable"


@pytest.mark.parametrize("name", [name for name in CASES if "join" not in name])
def test_where_all_others_are_neighbours_chance_leaves_one_value(name):
    """Of equal weight; with unequal weights their order counts."""
    near = {i: [j for j in range(N) if j != i] for i in range(N)}
    found = CASES[name][0](Graph.from_dicts(near), n_permutations=99, rng=1)
    assert found["label"].eq("not testable").all()
    assert "null distribution is a single value" in found.attrs["inference"]["not_testable"]
    uneven = Graph.from_dicts(near, {i: np.arange(1.0, N).tolist() for i in near})
    found = CASES[name][0](uneven, n_permutations=99, rng=1)
    assert found["label"].ne("not testable").sum() > N / 2


def test_engines():
    used = {
        (name, kind): statistic(_graph(kind), n_permutations=99, rng=1).attrs["inference"]["method"]
        for name, (statistic, _) in CASES.items()
        for kind in ("equal", "unequal")
    }
    never = ("local_geary", "local_geary of two", "lees_l_local")
    assert {key for key, engine in used.items() if engine == "exact"} == {
        (name, "equal") for name in CASES if name not in never
    }
    assert set(used.values()) == {"exact", "direct"}


@pytest.mark.parametrize("null", ["total", "conditional"])
def test_gi_star_with_unequal_weights(null):
    """The unit's own place is one of those drawn under total randomisation, else it is held."""
    graph = _graph("unequal").assign_self_weight(0.7)
    found = gi_star(X, graph, null=null, n_permutations=DRAWS, alternative="greater", rng=5)
    for i in range(N - 1):
        w = np.array([0.7, *WEIGHTS[i]])
        observed = w @ VALUE_X[[i, *NEAR[i]]]
        chance = np.array(
            [
                w @ VALUE_X[list(d)]
                for d in permutations(range(N), w.size)
                if null == "total" or d[0] == i
            ]
        )
        assert found["statistic"][i] == pytest.approx(observed, abs=1e-12)
        assert found["expected"][i] == pytest.approx(chance.mean(), abs=1e-12)
        assert found["z"][i] == pytest.approx((observed - chance.mean()) / chance.std(), rel=1e-9)
        p = np.mean(chance >= observed - 1e-9)
        assert found["p_value"][i] == pytest.approx(p, abs=5 * np.sqrt(p * (1 - p) / DRAWS) + 1e-4)


@pytest.mark.parametrize("name", CASES)
def test_columns_and_labels(name):
    statistic, _ = CASES[name]
    found = statistic(_graph("equal"), n_permutations=99, rng=1, label_from="p_value")
    assert list(found.columns) == list(RESULT_COLUMNS)
    labels = {"join": HOT_COLD_LABELS, "gi": HOT_COLD_LABELS, "geary": GEARY_LABELS}
    known = next((words for part, words in labels.items() if part in name), MORAN_LABELS)
    assert set(found["label"]) <= set(known)


def test_missing_in_one_variable_is_missing_in_both():
    x, y = X.copy(), Y.copy()
    x[3], y[4] = np.nan, np.nan
    found = local_moran_bivariate(x, y, _graph("equal"))
    assert found["label"][[3, 4]].eq("not testable").all()
    assert found.attrs["inference"]["not_testable"]["no value"] == 2
    rest = [0, 1, 2, 5, 6, 7]
    score, lag = _scores(X[rest], 1), _scores(Y[rest], 1)
    assert found["statistic"][0] == pytest.approx(score[0] * (lag[1] + lag[2]) / 2)


def test_labels_of_likeness():
    """A high run, a low run and a high unit between low ones, among middling values."""
    values = pd.Series(np.tile([4.0, 5.0, 6.0, 5.0], 15))
    values[10:13], values[30:33], values[44:47] = 9.0, 0.0, [0.0, 9.0, 0.0]
    near = {i: [j for j in (i - 1, i + 1) if 0 <= j < 60] for i in range(60)}
    found = local_geary(values, Graph.from_dicts(near), rng=1, label_from="p_value")
    assert found["label"][[11, 31, 45]].tolist() == ["high-high", "low-low", "dissimilar"]
    assert found["label"][[20, 50]].eq("not significant").all()


def test_join_counts_refuse_what_is_not_yes_or_no():
    with pytest.raises(Exception, match="values: 3 are neither 0 nor 1, first id 0; say yes or no"):
        local_join_count(pd.Series([4.0, 1, 2, 1, 0, 0, 0, 7]), _graph("equal"))


def test_one_distance_to_all_others_is_one_value():
    """Twenty zeros, a 1, twenty twos: the 1 is as far from all others, however they stand."""
    values = pd.Series([0] * 20 + [1] + [2] * 20)
    ring = Graph.from_dicts({i: [(i - 1) % 41, (i + 1) % 41] for i in range(41)})
    for given in (values, pd.DataFrame({"a": values, "b": 3 - values})):
        found = local_geary(given, ring, n_permutations=99, rng=1)
        assert found["label"][20] == "not testable"
        assert found.loc[20, ["z", "p_value", "q_value"]].isna().all()
        assert (found["label"] == "not testable").sum() == 1


def test_lee_of_a_product_that_cannot_vary():
    """Three of four others, two pairs of (1, 1) and two of (0, 0): one product, whichever three."""
    x = pd.Series([0.0, 1, 0, 0, 1])
    graph = Graph.from_dicts({i: [(i + k) % 5 for k in (1, 2, 3)] for i in range(5)})
    found = lees_l_local(x, pd.Series([0.0, 1, 1, 0, 1]), graph, n_permutations=99, rng=1)
    assert (found["label"] == "not testable").tolist() == [False, False, True, False, False]
    assert np.isfinite(found["z"].drop(2)).all()
