"""Edges with one line are one segment, whichever way they lead."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely import LineString

from hotspots.geography.segments import join_edges, travel_costs


@pytest.mark.parametrize("seed", range(20))
def test_against_the_corners_themselves(seed):
    """Few nodes and few places for corners, so that lines often agree in part or in whole."""
    rng = np.random.default_rng(seed)
    places = [(0, 0), (100, 0), (50, 80)]
    edges = []
    for _ in range(60):
        u, v = rng.integers(0, 3, 2)
        between = [(10 * x, 10 * y) for x, y in rng.integers(1, 3, (rng.integers(0, 4), 2))]
        corners = [places[u], *between, places[v]]
        if len(corners) > 2 or u != v:
            edges.append((u, v, corners))
            if rng.random() < 0.7:
                edges.append((v, u, [(x + 1e-4, y) for x, y in corners[::-1]]))
    u, v = np.array([(u, v) for u, v, _ in edges]).T
    lines = np.array([LineString(corners) for *_, corners in edges])
    cost = rng.uniform(1, 9, len(edges))
    found = join_edges(u, v, lines, cost)
    exact = [tuple((round(x), y) for x, y in corners) for *_, corners in edges]
    expected = [min((u, v, c), (v, u, c[::-1])) for (u, v, _), c in zip(edges, exact, strict=True)]
    numbers = {key: i for i, key in enumerate(dict.fromkeys(expected))}
    assert found.of_edge.tolist() == [numbers[key] for key in expected]
    first = found.edge[found.of_edge]
    for i, forth in enumerate(found.along):
        same = exact[i] == exact[first[i]] and (u[i], v[i]) == (u[first[i]], v[first[i]])
        back = exact[i] == exact[first[i]][::-1] and (v[i], u[i]) == (u[first[i]], v[first[i]])
        assert same if forth else back
    costs = travel_costs((u, v), cost, found, n_nodes=3)
    for i in range(len(found.edge)):
        for direction, known in ((found.along, costs.ahead), (~found.along, costs.back)):
            members = cost[(found.of_edge == i) & direction]
            assert known[i] == (members.min() if len(members) else np.inf)
    assert (costs.reverse != costs.onward.T).nnz == 0


def test_a_line_moved_by_a_millimetre_is_another(network):
    streets = network(
        {"a": (0, 0), "b": (100, 0)},
        ("a", "b", None, [(50, 9)]),
        ("b", "a", None, [(50, 9.001)]),
        ("b", "a", None, [(50, 9.0001)]),
    )
    assert streets.segments.of_edge.tolist() == [0, 1, 0]
    assert shapely.length(streets.segments.line).shape == (2,)
