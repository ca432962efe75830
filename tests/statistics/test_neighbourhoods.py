"""Values and graph as arrays: beside loops over the links."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from libpysal.graph import Graph

from hotspots.errors import StatisticsError
from hotspots.statistics import neighbourhoods as module
from hotspots.statistics.neighbourhoods import neighbourhoods


@st.composite
def cases(draw):
    """Give ids, links with weights in any order, and values, some missing."""
    n = draw(st.integers(1, 9))
    names = draw(st.permutations([f"unit {i}" for i in range(n)]))
    ids = draw(st.sampled_from([list(range(n)), names]))
    pairs = draw(st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), unique=True))
    pairs += [(i, i) for i in range(n) if all(i != focal for focal, _ in pairs)]
    weight = st.sampled_from([0.0, 0.5, 1.0])
    links = {pair: 0.0 if pair[0] == pair[1] else draw(weight) for pair in pairs}
    values = draw(st.lists(st.sampled_from([np.nan, 0.0, 1.5, 4.0]), min_size=n, max_size=n))
    return ids, links, values, draw(st.booleans())


def _graph(ids, links, *, scattered):
    """Build the graph; scattered, the links of a unit do not follow each other."""
    pairs = sorted(links) if not scattered else [*sorted(links)[::2], *sorted(links)[1::2]]
    index = pd.MultiIndex.from_tuples(
        [(ids[i], ids[j]) for i, j in pairs], names=["focal", "neighbor"]
    )
    adjacency = pd.Series([links[pair] for pair in pairs], index, name="weight", dtype=float)
    return Graph(adjacency, is_sorted=True)


@settings(max_examples=200, deadline=None)
@given(case=cases())
def test_as_a_loop_over_the_links(case):
    ids, links, values, scattered = case
    graph = _graph(ids, links, scattered=scattered)
    order = [ids.index(unit) for unit in graph.unique_ids]
    series = pd.Series(values, index=ids).iloc[order]
    units = neighbourhoods(series, graph)
    kept = [i for i in order if not np.isnan(values[i])]
    near = [[j for j in kept if j != i and links.get((i, j))] for i in kept]
    assert units.sizes.tolist() == [len(others) for others in near]
    assert units.values.tolist() == [values[i] for i in kept]
    centre = float(np.median(units.values)) if kept else 0.0
    assert units.centre == centre
    expected = [sum(values[j] - centre for j in others) for others in near]
    assert units.sums.tolist() == expected
    largest = [max((links[i, j] for j in js), default=0) for i, js in zip(kept, near, strict=True)]
    assert units.largest_weights.tolist() == largest
    assert np.all(np.diff(units.focal) >= 0)


def test_small_blocks_give_the_same_sums(grid, monkeypatch):
    values = pd.Series(np.random.default_rng(1).normal(size=99))
    whole = neighbourhoods(values, grid(9, 11)).sums
    monkeypatch.setattr(module, "BLOCK", 7)
    np.testing.assert_array_equal(neighbourhoods(values, grid(9, 11)).sums, whole)


@pytest.mark.parametrize("n", [1, 2, 7, 8])
def test_the_centre_is_the_median(n, grid):
    values = pd.Series(np.random.default_rng(n).normal(size=n))
    units = neighbourhoods(values, grid(1, n))
    assert units.centre == np.median(values)
    assert units.magnitude == np.abs(values).max()


def test_values_too_large_to_sum_are_refused():
    ring = Graph.from_dicts({i: [(i - 1) % 5, (i + 1) % 5] for i in range(5)})
    values = pd.Series([1.0, 1e70, -1e71, np.nan, np.inf])
    with pytest.raises(StatisticsError, match=r"values: 2 are beyond 1e\+70, first id 2; "):
        neighbourhoods(values, ring)
    assert neighbourhoods(values.where(values.abs() <= 1e70), ring).n == 2
