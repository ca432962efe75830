"""The contract of the engines: which one is taken, what it says, and that all agree."""

import numpy as np
import pandas as pd
import pytest
from libpysal.graph import Graph
from scipy.special import ndtr

from hotspots.errors import StatisticsError
from hotspots.inference import exact
from hotspots.inference.direct import Linked
from hotspots.inference.engines import analytic, direct_inference, known, sum_inference
from hotspots.inference.sums import Sums
from hotspots.statistics.getis_ord import gi, gi_star
from hotspots.statistics.lees_l_local import lees_l_local
from hotspots.statistics.local_geary import local_geary
from hotspots.statistics.local_rates import local_moran_rate
from hotspots.statistics.moran_rate import moran_rate

N, R = 60, 20_000
COUNTS = np.random.default_rng(5).poisson(1.5, N).astype(float)


def _sums(values=COUNTS, *, held=True, weights=None, seed=3):
    """Random neighbourhoods of one to six others; the last unit is not tested."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 7, N)
    near = [rng.choice(np.delete(np.arange(N), i), k, replace=False) for i, k in enumerate(sizes)]
    centred = values - np.median(values)
    each = np.ones(sizes.sum()) if weights is None else weights(sizes.sum())
    parts = np.split(each, np.cumsum(sizes)[:-1])
    return Sums(
        values=centred,
        observed=np.array([w @ centred[ids] for w, ids in zip(parts, near, strict=True)]),
        sizes=sizes,
        tested=np.arange(N) < N - 1,
        held=held,
        magnitude=float(np.abs(values).max()),
        weights=None if weights is None else each,
    )


def _infer(sums, method="auto", *, seed=1, n_permutations=R):
    rng = np.random.default_rng(seed)
    z = np.linspace(-4, 4, N)
    return sum_inference(sums, z, method=method, n_permutations=n_permutations, rng=rng)


def _near(one, other, draws):
    """Both tails agree within five standard errors of a difference of two shares."""
    for a, b in ((one.tails.upper, other.tails.upper), (one.tails.lower, other.tails.lower)):
        np.testing.assert_array_equal(np.isnan(a), np.isnan(b))
        p = np.clip(a, 0, 1)
        assert np.nanmax(np.abs(a - b) - 5 * np.sqrt(2 * p * (1 - p) / draws)) < 3 / draws


@pytest.mark.parametrize("held", [False, True])
def test_counts_of_equal_weight_are_exact_and_need_no_chance(held):
    sums = _sums(held=held)
    for method in ("auto", "exact"):
        found = _infer(sums, method)
        assert (found.engine, found.n_permutations, found.not_exact) == ("exact", 0, None)
        again = _infer(sums, method, seed=2, n_permutations=1)
        np.testing.assert_array_equal(found.tails.upper, again.tails.upper)
    assert np.isnan(found.tails.upper[-1])
    assert not np.isnan(found.tails.upper[:-1]).any()


def _weights(count):
    return np.random.default_rng(9).uniform(0.5, 2, count)


HANDED_OVER = {
    "real values": (_sums(COUNTS * 0.1), "shared reference", "need whole numbers such as counts"),
    "unequal weights": (_sums(weights=_weights), "direct", "need neighbours of equal weight"),
    "both": (_sums(COUNTS * 0.1, weights=_weights), "direct", "need neighbours of equal weight"),
}


@pytest.mark.parametrize("case", HANDED_OVER)
def test_what_is_not_exact_is_handed_over_with_the_reason(case):
    sums, engine, reason = HANDED_OVER[case]
    found = _infer(sums, n_permutations=99)
    assert (found.engine, found.n_permutations) == (engine, 99)
    assert found.not_exact == reason
    asked = _infer(sums, "permutation", n_permutations=99)
    assert (asked.engine, asked.not_exact) == (engine, None)
    np.testing.assert_array_equal(asked.tails.upper, found.tails.upper)


@pytest.mark.parametrize("limit", ["MOST_STATES", "MOST_WORK"])
def test_sums_too_large_for_the_exact_engine_are_handed_over(monkeypatch, limit):
    """Too many states to hold, or too many steps to take."""
    monkeypatch.setattr(exact, limit, 100)
    found = _infer(_sums(), n_permutations=99)
    assert found.engine == "shared reference"
    assert found.not_exact.startswith("of up to 6 neighbours with values as far apart as these")
    with pytest.raises(StatisticsError, match=r"exact p-values of up to 6 neighbours.*too long; "):
        _infer(_sums(), "exact")


@pytest.mark.parametrize("case", HANDED_OVER)
def test_exact_is_refused_with_what_to_do(case):
    sums, _, reason = HANDED_OVER[case]
    with pytest.raises(StatisticsError, match=f"^exact p-values {reason}; use method='permutation"):
        _infer(sums, "exact")


@pytest.mark.parametrize("held", [False, True])
def test_all_engines_give_the_same_numbers(held):
    """Equal weights given one by one go through the direct engine."""
    sums = _sums(held=held)
    ones = _sums(held=held, weights=np.ones)
    by_count, shared, direct = _infer(sums), _infer(sums, "permutation"), _infer(ones)
    assert [f.engine for f in (by_count, shared, direct)] == ["exact", "shared reference", "direct"]
    _near(by_count, shared, R)
    _near(by_count, direct, R)


@pytest.mark.parametrize("sums", [_sums(COUNTS * 0.1), _sums(weights=_weights)])
def test_the_same_seed_gives_the_same_bytes(sums):
    first, again, other = (_infer(sums, seed=s, n_permutations=999) for s in (1, 1, 2))
    assert first.tails.upper.tobytes() == again.tails.upper.tobytes()
    assert first.tails.lower.tobytes() == again.tails.lower.tobytes()
    assert first.tails.upper.tobytes() != other.tails.upper.tobytes()


def test_the_normal_distribution_is_that_of_z():
    sums = _sums()
    found = _infer(sums, "analytic")
    assert (found.engine, found.n_permutations, found.not_exact) == ("analytic", 0, None)
    np.testing.assert_allclose(found.tails.upper[:-1], ndtr(-np.linspace(-4, 4, N))[:-1])
    assert np.isnan(found.tails.upper[-1])
    far = analytic(np.array([30.0]), np.array([True])).tails
    assert 0 < far.upper[0] < 1e-190


@pytest.fixture
def linked():
    sums = _sums(weights=_weights)
    return Linked(
        features=np.stack([sums.values, sums.values**2]),
        weights=sums.weights,
        sizes=sums.sizes,
        tested=sums.tested,
        observed=sums.observed,
        tolerance=np.full(N, 1e-9),
        combine=lambda found, _: found[0] - found[1],
        held=True,
    )


def test_what_is_more_than_a_sum_is_direct_and_says_why(linked):
    options = {"n_permutations": 99, "rng": np.random.default_rng(1)}
    z = np.zeros(N)
    found = direct_inference(linked, z, method="auto", **options)
    assert (found.engine, found.not_exact) == ("direct", "are not known for this statistic")
    assert direct_inference(linked, z, method="permutation", **options).not_exact is None
    assert direct_inference(linked, z, method="analytic", **options).tails.upper[0] == 0.5
    with pytest.raises(StatisticsError, match="exact p-values are not known for this statistic; u"):
        direct_inference(linked, z, method="exact", **options)


def test_methods_are_known_by_name():
    for method in ("auto", "exact", "permutation", "analytic"):
        known(method)
    with pytest.raises(StatisticsError, match="'normal' is not known: use one of auto, exact, "):
        known("normal")


def _uneven():
    rng = np.random.default_rng(8)
    n = 400
    focal = np.repeat(np.arange(n), 6)
    steps = np.tile([1, 2, 3, 20, 21, 60], n)
    weights = rng.uniform(0.2, 2, focal.size)
    return Graph.from_arrays(focal, (focal + steps) % n, weights), rng


@pytest.mark.filterwarnings("ignore::hotspots.errors.FewDataWarning")
def test_results_do_not_depend_on_the_number_of_threads():
    limits = pytest.importorskip("threadpoolctl").threadpool_limits
    graph, rng = _uneven()
    plain = graph.transform("b")
    x, y = (pd.Series(rng.gamma(2, 1, 400)) for _ in range(2))
    events, people = pd.Series(rng.poisson(3, 400)), pd.Series(rng.uniform(50, 500, 400))
    options = {"n_permutations": 999, "rng": 1}

    def run():
        tables = (
            gi(x, graph, **options),
            gi_star(x, plain, **options),
            local_geary(pd.DataFrame({"x": x, "y": y}), graph, **options),
            lees_l_local(x, y, graph, **options),
            local_moran_rate(events, people, graph, **options),
        )
        return [table.to_csv() for table in tables], moran_rate(events, people, graph, **options)

    found = []
    for n_threads in (1, 2):
        with limits(limits=n_threads):
            found.append(run())
    assert found[0] == found[1]
