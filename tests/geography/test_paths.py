from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

from hotspots.errors import CRSError, SchemaError
from hotspots.geography.paths import distances, nearest
from hotspots.geography.snapping import snap

INF = float("inf")
PLUS = {
    "middle": (0, 0),
    "east": (100, 0),
    "north": (0, 100),
    "west": (-100, 0),
    "south": (0, -100),
}


@pytest.fixture
def plus(network, two_way):
    """Four two-way dead ends of 100 m that meet in the middle."""
    return network(PLUS, *two_way(*(("middle", end) for end in ("east", "north", "west", "south"))))


@pytest.fixture
def ring(network):
    """A square of one-way streets of 100 m, driven against the clock."""
    places = {"a": (0, 0), "b": (100, 0), "c": (100, 100), "d": (0, 100)}
    return network(places, ("a", "b"), ("b", "c"), ("c", "d"), ("d", "a"))


def between(streets, points, origins, destinations):
    return distances(snap(points(origins), streets), snap(points(destinations), streets), streets)


def test_snapped_to_the_nearest_edge_not_the_nearest_node(plus, points):
    snapped = snap(points([(60, 7), (-3, -80), (0, 130)], id=[1, 2, 3]).set_index("id"), plus)
    assert snapped.index.to_list() == [1, 2, 3]
    assert snapped["edge"].to_list() == [0, 6, 2]  # middle to east, south, north
    assert snapped["fraction"].to_list() == [0.6, 0.8, 1.0]
    assert snapped["snap_m"].to_list() == pytest.approx([7.0, 3.0, 30.0])


def test_equally_near_streets_the_first(plus, points):
    snapped = snap(points([(40, 40), (-40, 40), (-40, -40), (0, 0)]), plus)
    assert snapped["edge"].to_list() == [0, 2, 4, 0]
    assert snapped["fraction"].to_list() == [0.4, 0.4, 0.4, 0.0]


def test_over_the_crossing(plus, points):
    found = between(plus, points, [(60, 7), (0, 130)], [(-30, 0), (60, -5), (0, -100)])
    assert found.tolist() == [[90.0, 0.0, 160.0], [130.0, 160.0, 200.0]]


def test_length_is_the_graphs_and_is_shared_out_along_the_drawn_line(network, two_way, points):
    streets = network(
        {"a": (0, 0), "b": (100, 0), "c": (100, 100)},
        *two_way(("a", "b", 140.0), ("b", "c", 200.0, [(200, 0), (200, 100)])),
    )
    # a quarter along a-b, and a third along the 300 m drawn from b to c
    found = between(streets, points, [(25, 3)], [(200, 0)])
    assert found[0, 0] == pytest.approx(0.75 * 140 + 200 / 3, abs=1e-9)
    back = between(streets, points, [(200, 0)], [(25, 3)])
    assert back[0, 0] == pytest.approx(found[0, 0], abs=1e-9)


def test_each_direction_has_its_own_length(network, points):
    streets = network({"a": (0, 0), "b": (100, 0)}, ("a", "b", 120.0), ("b", "a", 150.0))
    assert len(streets.segments.edge) == 1
    there = between(streets, points, [(20, 0)], [(70, 0)])
    back = between(streets, points, [(70, 0)], [(20, 0)])
    assert (there[0, 0], back[0, 0]) == pytest.approx((60.0, 75.0))


def test_one_way_streets_go_round(ring, points):
    home, hotel = (30, -5), (80, -5)  # on a -> b
    assert between(ring, points, [home], [hotel])[0, 0] == pytest.approx(50)
    assert between(ring, points, [hotel], [home])[0, 0] == pytest.approx(350)
    assert between(ring, points, [(100, 50)], [home])[0, 0] == pytest.approx(50 + 100 + 100 + 30)


def test_same_street_shorter_round_the_block(network, two_way, points):
    bend = [(0, 300), (100, 300)]  # a detour of 700 m from a to b, which are 100 m apart
    streets = network(
        {"a": (0, 0), "b": (100, 0)}, *two_way(("a", "b", None, bend), ("a", "b", 100.0))
    )
    found = between(streets, points, [(0, 290)], [(100, 290)])
    assert found[0, 0] == pytest.approx(10 + 100 + 10)
    found = between(streets, points, [(0, 20)], [(100, 20)])
    assert found[0, 0] == pytest.approx(20 + 100 + 20)


def test_a_point_at_a_crossing_may_take_any_street(ring, points):
    # snapped to the end of a -> b or the start of b -> c, whichever stands first
    assert between(ring, points, [(100, 0)], [(100, 40)])[0, 0] == pytest.approx(40)
    assert between(ring, points, [(60, 0)], [(100, 0)])[0, 0] == pytest.approx(40)
    assert between(ring, points, [(0, 0)], [(0, 50)])[0, 0] == pytest.approx(350)
    assert between(ring, points, [(0, 50)], [(0, 0)])[0, 0] == pytest.approx(50)


def test_the_wrong_end_of_a_one_way_street(network, points):
    streets = network({"a": (0, 0), "b": (100, 0), "c": (200, 0)}, ("a", "b"), ("b", "c"))
    found = between(streets, points, [(0, 0), (50, 0), (100, 0), (200, 0)], [(0, 0), (150, 0)])
    assert found.tolist() == [[0, 150], [INF, 100], [INF, 50], [INF, INF]]


def test_parallel_streets_count_with_the_shortest(network, points):
    ends = {"a": (0, 0), "b": (100, 0), "c": (200, 0)}
    streets = network(
        ends, ("a", "b", 130.0), ("a", "b", 110.0), ("a", "b", None, [(50, 90)]), ("b", "c")
    )
    assert len(streets.segments.edge) == 3
    assert between(streets, points, [(0, 0)], [(150, 0)])[0, 0] == pytest.approx(160)
    assert between(streets, points, [(50, 0)], [(150, 0)])[0, 0] == pytest.approx(55 + 50)


def test_dead_ends_and_loops(network, two_way, points):
    circle = [(150, 50), (200, 0), (150, -50)]
    streets = network({"a": (0, 0), "b": (100, 0)}, *two_way(("a", "b")), ("b", "b", None, circle))
    side = np.hypot(50, 50)
    # the loop is one-way: from b over (150, 50), (200, 0), (150, -50) back to b
    found = between(streets, points, [(40, 0), (150, 50)], [(150, 50), (150, -50), (40, 0)])
    assert found == pytest.approx(
        np.array([[60 + side, 60 + 3 * side, 0], [0, 2 * side, 3 * side + 60]])
    )


def test_nothing_leads_there(network, two_way, points):
    streets = network(
        {"a": (0, 0), "b": (100, 0), "c": (0, 500), "d": (100, 500)},
        *two_way(("a", "b"), ("c", "d")),
    )
    found = between(streets, points, [(10, 0)], [(20, 500), (30, 0)])
    assert found.tolist() == [[INF, 20.0]]
    home, far = snap(points([(10, 0)]), streets), snap(points([(20, 500)]), streets)
    distance, position = nearest(home, far, streets)
    assert (distance.tolist(), position.tolist()) == ([INF], [-1])


def test_no_length_is_not_no_street(network, points):
    ends = {"a": (0, 0), "b": (0, 0), "c": (100, 0)}
    streets = network(ends, ("a", "b", 0.0), ("b", "c"))
    found = between(streets, points, [(0, 0)], [(60, 0)])
    assert found[0, 0] == pytest.approx(60)


def test_nearest_is_by_direction_of_travel(ring, points):
    homes = snap(points([(50, 0), (100, 60)]), ring)
    hotels = snap(points([(45, 0), (100, 50), (0, 50)]), ring)
    distance, position = nearest(homes, hotels, ring)
    assert distance == pytest.approx([100, 40 + 100 + 50])
    assert position.tolist() == [1, 2]


def test_nearest_at_one_place_is_the_first(plus, points):
    homes = snap(points([(60, 0)]), plus)
    hotels = snap(points([(0, 90), (-10, 3), (-10, -4), (-10, 0)]), plus)
    distance, position = nearest(homes, hotels, plus)
    assert (distance[0], position[0]) == (70.0, 1)


def test_nearest_of_nothing(plus, points):
    homes = snap(points([(60, 0)]), plus)
    distance, position = nearest(homes, homes.iloc[:0], plus)
    assert (distance.tolist(), position.tolist()) == ([INF], [-1])
    assert nearest(homes.iloc[:0], homes, plus)[0].shape == (0,)
    assert distances(homes, homes.iloc[:0], plus).shape == (1, 0)


def test_a_limit_is_included(plus, points):
    homes = snap(points([(60, 0)]), plus)
    hotels = snap(points([(-40, 0), (-41, 0), (50, 0)]), plus)
    assert distances(homes, hotels, plus, limit=100)[0] == pytest.approx([100, INF, 10])


def test_many_origins_are_measured_in_parts(plus, points, monkeypatch):
    homes = snap(points([(i, 1) for i in range(1, 40)]), plus)
    hotels = snap(points([(-j, 1) for j in range(1, 60)]), plus)
    expected = np.add.outer(np.arange(1, 40), np.arange(1, 60))
    monkeypatch.setattr("hotspots.geography.paths.MAX_DISTANCES", 300)
    assert distances(homes, hotels, plus) == pytest.approx(expected)
    assert distances(hotels, homes, plus) == pytest.approx(expected.T)


def test_rows_keep_their_order(ring, points):
    rng = np.random.default_rng(5)
    homes, hotels = points(rng.uniform(-20, 120, (30, 2))), points(rng.uniform(-20, 120, (20, 2)))
    found = distances(snap(homes, ring), snap(hotels, ring), ring)
    order = rng.permutation(30)
    shuffled = distances(snap(homes.iloc[order], ring), snap(hotels, ring), ring)
    assert np.array_equal(found[order], shuffled)
    metres, position = nearest(snap(homes, ring), snap(hotels, ring), ring)
    assert metres == pytest.approx(found.min(axis=1))
    assert found[np.arange(30), position] == pytest.approx(metres)


def test_snapping_needs_points_in_the_same_system(plus, points):
    places = points([(0, 0), (1, 1)])
    with pytest.raises(CRSError, match="points and streets"):
        snap(places.to_crs(32617), plus)
    places.geometry = [shapely.LineString([(0, 0), (1, 1)]), None]
    with pytest.raises(SchemaError) as error:
        snap(places.set_crs(32616, allow_override=True), plus)
    assert str(error.value) == "points: 2 rows are not points, first id 0; leave them out"
    assert list(snap(points([]), plus).columns) == ["edge", "fraction", "snap_m"]


def test_nothing_is_changed(plus, points):
    places = points([(60, 7), (-3, -80)])
    before, nodes, edges = places.copy(), plus.nodes.copy(), plus.edges.copy()
    between(plus, points, [(60, 7)], [(1, 1)])
    snap(places, plus)
    pd.testing.assert_frame_equal(places, before)
    pd.testing.assert_frame_equal(plus.nodes, nodes)
    pd.testing.assert_frame_equal(plus.edges, edges)
