"""Tables of what is near what over the streets, by hand and against every pair."""

from __future__ import annotations

import re
from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
from geopandas.testing import assert_geodataframe_equal

from hotspots.errors import CoverageWarning, CRSError, InputError, SchemaError, StreetError
from hotspots.geography import paths
from hotspots.geography.journeys import (
    distances_over_streets,
    nearest_over_streets,
    within_over_streets,
)
from hotspots.geography.snapping import snap
from hotspots.geography.streets import Streets

PLUS = {"middle": (0, 0), "east": (100, 0), "north": (0, 100), "x": (900, 0), "y": (990, 0)}


@pytest.fixture
def plus(network, two_way):
    """Two two-way dead ends of 100 m that meet in the middle, and a street apart."""
    return network(PLUS, *two_way(("middle", "east"), ("middle", "north"), ("x", "y")))


@pytest.fixture
def timed(plus):
    """The same, with 10 s to the east, 50 s to the north and 9 s apart."""
    seconds = [10.0, 10.0, 50.0, 50.0, 9.0, 9.0]
    return Streets(plus.nodes, plus.edges.assign(travel_time=seconds))


@pytest.fixture
def named(points):
    def make(**places):
        return points(list(places.values()), id=list(places)).set_index("id")

    return make


@pytest.fixture
def homes(named):
    return named(H=(60, 8), I=(0, 90), far=(300, 300), apart=(950, 0))


@pytest.fixture
def hotels(named):
    return named(M=(0, 40), N=(90, 0))


def test_the_nearest(plus, homes, hotels):
    found = nearest_over_streets(homes, hotels, plus)
    assert found["origin"].to_list() == ["H", "I", "far", "apart"]
    assert found["destination"].to_list()[:2] == ["N", "M"]
    assert found["destination"].isna().to_list() == [False, False, True, True]
    assert found["distance_m"].to_list() == pytest.approx([30, 50, np.nan, np.nan], nan_ok=True)
    assert found["straight_m"].to_list()[:2] == pytest.approx([np.hypot(30, 8), 50])
    assert found["snap_m"].to_list()[:2] == [8, 0]
    assert found["destination_snap_m"].isna().to_list() == [False, False, True, True]
    assert found["note"].to_list() == ["", "", "far from a street", "unreachable"]
    assert found["rank"].to_list() == [1, 1, 1, 1]


def test_k_nearest(plus, homes, hotels):
    found = nearest_over_streets(homes, hotels, plus, k=3)
    assert found["origin"].to_list() == ["H", "H", "I", "I", "far", "apart"]
    assert found["rank"].to_list() == [1, 2, 1, 2, 1, 1]
    assert found["destination"].to_list()[:4] == ["N", "M", "M", "N"]
    assert found["distance_m"].to_list()[:4] == pytest.approx([30, 100, 50, 180])


def test_among_themselves_none_is_its_own_neighbour(plus, named):
    homes = named(A=(10, 0), B=(10, 0), C=(0, 20), apart=(950, 0))
    found = nearest_over_streets(homes, None, plus, k=2)
    assert found["origin"].to_list() == ["A", "A", "B", "B", "C", "C", "apart"]
    assert found["destination"].to_list()[:6] == ["B", "C", "A", "C", "A", "B"]
    assert found["distance_m"].to_list()[:6] == [0, 30, 0, 30, 30, 30]
    pairs = within_over_streets(homes, None, plus, limit=30)
    assert list(zip(pairs["origin"], pairs["destination"], strict=True)) == [
        ("A", "B"), ("A", "C"), ("B", "A"), ("B", "C"), ("C", "A"), ("C", "B"),
    ]  # fmt: skip
    alone = nearest_over_streets(homes.iloc[:1], None, plus)
    assert alone["note"].to_list() == ["no destination"]


def test_why_nothing_was_found(plus, named, homes):
    none = homes.iloc[:0]
    assert set(nearest_over_streets(homes, none, plus)["note"]) == {"no destination"}
    with pytest.warns(CoverageWarning):
        away = nearest_over_streets(homes, named(Z=(500, 500)), plus)
    assert set(away["note"]) == {"far from a street"}
    assert nearest_over_streets(none, homes, plus).columns.to_list() == away.columns.to_list()


def test_whole_numbers_stay_whole(plus, points):
    homes = points([(10, 0), (950, 0)])
    found = nearest_over_streets(homes, points([(20, 0)]).set_axis([7]), plus)
    assert found["destination"].dtype == "Int64"
    assert found["destination"][0] == 7


def test_all_within_a_limit(plus, homes, hotels):
    found = within_over_streets(homes, hotels, plus, limit=100)
    assert list(zip(found["origin"], found["destination"], strict=True)) == [
        ("H", "M"), ("H", "N"), ("I", "M"),
    ]  # fmt: skip
    assert found["distance_m"].to_list() == pytest.approx([100, 30, 50])
    assert found.attrs["far_from_street"] == {"origins": 1, "destinations": 0}
    assert len(within_over_streets(homes, hotels, plus, limit=99.999)) == 2
    assert within_over_streets(homes, hotels.iloc[:0], plus, limit=100).empty


def test_every_distance(plus, homes, hotels):
    found = distances_over_streets(homes, hotels, plus)
    assert found.index.to_list() == ["H", "I", "far", "apart"]
    assert found.columns.to_list() == ["M", "N"]
    assert found.loc[["H", "I"]].to_numpy().tolist() == pytest.approx(
        np.array([[100, 30], [50, 180]])
    )
    assert found.loc[["far", "apart"]].isna().all(axis=None)
    assert found.attrs["unit"] == "m"
    assert np.diag(distances_over_streets(homes, None, plus).loc[["H", "I"], ["H", "I"]]).sum() == 0


def test_travel_time_is_in_seconds_and_says_so(timed, homes, hotels):
    """From H to M: 6 s to the crossing and 20 s north, though it is nearer N by either."""
    times = distances_over_streets(homes, hotels, timed, weight="travel_time")
    assert times.attrs["unit"] == "s"
    assert times.loc["H"].to_list() == pytest.approx([26, 3])
    found = nearest_over_streets(homes, hotels, timed, weight="travel_time", k=2)
    assert "distance_m" not in found
    assert found["travel_time_s"].to_list()[:4] == pytest.approx([3, 26, 25, 54])
    near = within_over_streets(homes, hotels, timed, limit=26, weight="travel_time")
    assert near["travel_time_s"].to_list() == pytest.approx([26, 3, 25])
    snapped = snap(homes.iloc[:2], timed), snap(hotels, timed)
    seconds, position = paths.nearest(*snapped, timed, weight="travel_time")
    assert seconds.tolist() == pytest.approx([3, 25])
    assert position.tolist() == [1, 0]
    assert nearest_over_streets(homes, hotels, timed)["distance_m"][0] == pytest.approx(30)


def test_the_quicker_way_may_be_longer(network, points):
    streets = network(
        {"a": (0, 0), "b": (100, 0)}, ("a", "b", 100.0), ("a", "b", 150.0, [(50, 60)])
    )
    streets = Streets(streets.nodes, streets.edges.assign(travel_time=[60.0, 10.0]))
    ends = snap(points([(0, 0)]), streets), snap(points([(100, 0)]), streets)
    assert paths.distances(*ends, streets).item() == 100
    assert paths.distances(*ends, streets, weight="travel_time").item() == 10


@pytest.mark.parametrize(
    ("seconds", "message"),
    [
        ([10.0] * 5 + [None], "1 edges have no travel_time above 0, first 5"),
        ([10.0] * 5 + [0.0], "1 edges have no travel_time above 0, first 5"),
        ([0.1] * 6, "travel times mean 3.6e+03 km/h for half of the edges; give seconds"),
    ],
)
def test_travel_times_that_are_none(plus, seconds, message):
    with pytest.raises(StreetError, match=re.escape(message)):
        Streets(plus.nodes, plus.edges.assign(travel_time=seconds))


def test_streets_of_another_place(plus, named):
    away = named(A=(0, 10), B=(0, 2100), C=(0, 3100))
    message = (
        r"^origins: 2 of 3 points lie over 250 m from any street, the farthest 3,000 m: do the "
        "streets cover their place"
    )
    with pytest.warns(CoverageWarning, match=message):
        found = nearest_over_streets(away, None, plus)
    assert set(found["note"]) == {"far from a street"}


def test_bad_requests(plus, homes, hotels):
    for call, message in [
        (lambda: nearest_over_streets(homes, hotels, plus, k=0), "k: 0; give 1 or more"),
        (lambda: nearest_over_streets(homes, hotels, plus, max_snap=0), "max_snap: 0 m; give"),
        (lambda: within_over_streets(homes, hotels, plus, limit=0), "limit: 0; give more than 0"),
    ]:
        with pytest.raises(InputError, match=message):
            call()
    with pytest.raises(StreetError, match="no 'travel_time' of edges; read an OpenStreetMap"):
        distances_over_streets(homes, hotels, plus, weight="travel_time")
    with pytest.raises(CRSError, match="points and streets"):
        distances_over_streets(homes.to_crs(32615), hotels, plus)
    with pytest.raises(SchemaError, match="1 rows are not points, first id 'H'"):
        distances_over_streets(homes.set_geometry(homes.buffer(1)).iloc[:1], hotels, plus)


def lattice(network, rng, *, side):
    """Streets of 100 m, every third row and column one-way, every way with its own length."""
    at = {(i, j): (100.0 * i, 100.0 * j) for i in range(side) for j in range(side)}
    edges = []
    for i, j in at:
        for nxt, line in (((i + 1, j), j), ((i, j + 1), i)):
            if nxt not in at:
                continue
            length = 100 * rng.uniform(1, 1.3)
            forth, back = ((i, j), nxt, length), (nxt, (i, j), length)
            edges += {0: [forth, back], 1: [forth], 2: [back]}[line % 3]
    names = {node: k for k, node in enumerate(at)}
    return network(
        {names[node]: xy for node, xy in at.items()},
        *((names[u], names[v], length) for u, v, length in edges),
    )


def split_at(streets, tables):
    """Cut a networkx graph at every snapped point; give it with the node of each point."""
    graph, rows = nx.DiGraph(), {}
    for name, snapped in tables.items():
        for i, (edge, fraction) in enumerate(
            zip(snapped["edge"], snapped["fraction"], strict=True)
        ):
            rows.setdefault(edge, []).append((fraction, (name, i)))
    columns = (streets.edges[name] for name in ("u", "v", "length"))
    lines = {
        (u, v): (edge, length)
        for edge, u, v, length in zip(streets.edges.index, *columns, strict=True)
    }
    for (u, v), (edge, length) in lines.items():
        twin = lines.get((v, u), (None, 0))[0]
        stops = sorted(rows.get(edge, []))
        stops += [(1 - fraction, node) for fraction, node in rows.get(twin, [])]
        way = [(0.0, u), *sorted(stops), (1.0, v)]
        for (start, tail), (end, head) in pairwise(way):
            graph.add_edge(tail, head, metres=(end - start) * length)
    return graph


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("n_origins", [25, 9])
def test_a_lattice_with_one_way_streets(network, points, monkeypatch, seed, n_origins):
    rng = np.random.default_rng(seed)
    streets = lattice(network, rng, side=8)
    origins, destinations = (points(rng.uniform(0, 700, (n, 2))) for n in (n_origins, 16))
    graph = split_at(streets, {"o": snap(origins, streets), "d": snap(destinations, streets)})
    expected = np.full((n_origins, 16), np.inf)
    for i in range(n_origins):
        reached = nx.single_source_dijkstra_path_length(graph, ("o", i), weight="metres")
        for j in range(16):
            expected[i, j] = reached.get(("d", j), np.inf)
    monkeypatch.setattr(paths, "MAX_DISTANCES", 60)  # many blocks
    matrix = distances_over_streets(origins, destinations, streets).fillna(np.inf).to_numpy()
    assert np.allclose(matrix, expected, rtol=0, atol=1e-6)
    nearest = nearest_over_streets(origins, destinations, streets, k=5)
    ranked = nearest["distance_m"].to_numpy().reshape(n_origins, 5)
    assert np.allclose(ranked, np.sort(expected, axis=1)[:, :5], rtol=0, atol=1e-6)
    assert (nearest["destination"].to_numpy(int).reshape(-1, 5) == expected.argsort()[:, :5]).all()
    pairs = within_over_streets(origins, destinations, streets, limit=400)
    rows, columns = np.nonzero(expected <= 400)
    assert pairs["origin"].to_list() == rows.tolist()
    assert pairs["destination"].to_list() == columns.tolist()
    assert np.allclose(pairs["distance_m"], expected[rows, columns], rtol=0, atol=1e-6)


def test_inputs_are_left_as_they_are(plus, homes, hotels):
    before = homes.copy(), hotels.copy(), plus.edges.copy()
    nearest_over_streets(homes, hotels, plus, k=2)
    for now, then in zip((homes, hotels, plus.edges), before, strict=True):
        assert_geodataframe_equal(now, then)
