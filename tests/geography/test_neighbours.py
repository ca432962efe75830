from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, Polygon, box

from hotspots.errors import CRSError, InputError, SchemaError
from hotspots.geography.grids import hexagons, squares
from hotspots.geography.neighbours import contiguity, distance_band, nearest_neighbours

UTM = "EPSG:32616"
GRIDS = pytest.mark.parametrize("grid", [squares, hexagons])


def links(graph):
    kept = graph.adjacency[graph.adjacency != 0]
    assert (kept == 1).all()
    return set(kept.index)


def touching(units, *, at_least):
    """Compare every pair of shapes: do they share something of this dimension or more."""
    shapes = units.geometry.to_numpy()
    found = set()
    for i, shape in enumerate(shapes):
        shared = shapely.intersection(shape, shapes)
        enough = ~shapely.is_empty(shared) & (shapely.length(shared) >= at_least)
        enough[i] = False
        found |= {(units.index[i], other) for other in units.index[enough]}
    return found


def check_form(graph, units):
    assert graph.unique_ids.equals(units.index)
    assert graph.sparse.shape == (len(units), len(units))
    assert graph.sparse.diagonal().sum() == 0
    rebuilt = type(graph)(graph.adjacency.sample(frac=1, random_state=1), is_sorted=False)
    assert links(rebuilt) == links(graph)


@GRIDS
def test_contiguity_is_what_the_shapes_share(grid, nasty, table):
    units = grid(table(nasty), size=100)
    queen, rook = contiguity(units), contiguity(units, rook=True)
    assert links(queen) == touching(units, at_least=0)
    assert links(rook) == touching(units, at_least=1e-9)
    check_form(queen, units)
    check_form(rook, units)


@GRIDS
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_contiguity_of_any_grid(grid, data, table, boundaries):
    area = data.draw(boundaries)
    x_min, y_min, x_max, y_max = area.bounds
    units = grid(table(area), size=min(100, x_max - x_min, y_max - y_min))
    assert links(contiguity(units)) == touching(units, at_least=0)
    assert links(contiguity(units, rook=True)) == touching(units, at_least=1e-9)


def test_whole_cells_have_eight_or_six_neighbours(table):
    city = table(box(0, 0, 1000, 1000))
    inner = box(250, 250, 750, 750)
    for grid, queen, rook in ((squares, 8, 4), (hexagons, 6, 6)):
        units = grid(city, size=100)
        middle = units.index[units.within(inner)]
        assert len(middle) > 10
        assert set(contiguity(units).cardinalities[middle]) == {queen}
        assert set(contiguity(units, rook=True).cardinalities[middle]) == {rook}


def test_cells_cut_apart_by_the_boundary_are_not_neighbours(table):
    river = box(95, -1, 105, 301)
    units = squares(table(box(0, 0, 200, 300) - river), size=100)
    west, east = "r0001c0000", "r0001c0001"
    # the river takes 5 m of each bank's cells, so that no cell meets the one across
    assert (west, east) not in links(contiguity(units))
    assert links(contiguity(units)) == {
        (f"r000{i}c000{bank}", f"r000{j}c000{bank}")
        for bank in (0, 1)
        for i, j in [(0, 1), (1, 0), (1, 2), (2, 1)]
    }


def test_isolates_are_kept_without_a_word():
    units = gpd.GeoDataFrame(
        geometry=[box(0, 0, 1, 1), box(50, 50, 51, 51), box(1, 1, 2, 2), box(90, 0, 91, 1)],
        index=pd.Index([30, 10, 20, 5], name="district"),
        crs=UTM,
    )
    graph = contiguity(units)
    assert links(graph) == {(30, 20), (20, 30)}
    assert set(graph.isolates) == {10, 5}
    check_form(graph, units)
    assert links(contiguity(units, rook=True)) == set()
    assert len(contiguity(units, rook=True).isolates) == 4


def test_overlapping_and_nested_districts_are_neighbours():
    units = gpd.GeoDataFrame(
        geometry=[box(0, 0, 10, 10), box(4, 4, 6, 6), box(8, 8, 20, 20)],
        index=["a", "b", "c"],
        crs=UTM,
    )
    expected = {("a", "b"), ("b", "a"), ("a", "c"), ("c", "a")}
    assert links(contiguity(units)) == expected
    assert links(contiguity(units, rook=True)) == expected


def places(coordinates, ids=None):
    return gpd.GeoDataFrame(
        geometry=[Point(xy).buffer(1) for xy in coordinates],
        index=pd.Index(ids or range(len(coordinates)), name="unit_id"),
        crs=UTM,
    )


def test_a_band_includes_its_distance():
    units = places([(0, 0), (300, 400), (300, 901), (2000, 0)], ["a", "b", "c", "d"])
    graph = distance_band(units, distance=500)
    assert links(graph) == {("a", "b"), ("b", "a")}
    assert links(distance_band(units, distance=501)) == {
        ("a", "b"), ("b", "a"), ("b", "c"), ("c", "b"),
    }  # fmt: skip
    assert set(graph.isolates) == {"c", "d"}
    check_form(graph, units)


def test_a_band_of_one_cell_reaches_the_four_beside(table):
    units = squares(table(box(424_000, 4_760_000, 426_000, 4_762_000)), size=250)
    graph = distance_band(units, distance=250)
    assert links(graph) == links(contiguity(units, rook=True))


@given(seed=st.integers(0, 10**6), k=st.integers(1, 8))
@settings(max_examples=40, deadline=None)
def test_nearest_are_nearest_and_ties_go_to_the_first(seed, k):
    rng = np.random.default_rng(seed)
    units = places(rng.integers(0, 5, (12, 2)) * 100.0, rng.permutation(12).tolist())
    centres = shapely.get_coordinates(units.centroid.to_numpy())
    expected = set()
    for i in range(len(units)):
        apart = np.round(np.hypot(*(centres - centres[i]).T), 6)
        others = sorted((apart[j], j) for j in range(len(units)) if j != i)
        expected |= {(units.index[i], units.index[j]) for _, j in others[:k]}
    graph = nearest_neighbours(units, k=k)
    assert links(graph) == expected
    assert set(graph.cardinalities) == {k}
    check_form(graph, units)


def test_units_at_one_place_are_neighbours_of_each_other_not_of_themselves():
    units = places([(0, 0), (0, 0), (0, 0), (500, 0)], ["a", "b", "c", "d"])
    assert links(nearest_neighbours(units, k=1)) == {
        ("a", "b"), ("b", "a"), ("c", "a"), ("d", "a"),
    }  # fmt: skip
    assert links(distance_band(units, distance=1)) == {
        (i, j) for i in "abc" for j in "abc" if i != j
    }


def test_lines_may_be_neighbours_too():
    units = gpd.GeoDataFrame(
        geometry=[LineString([(0, 0), (9, 0)]), LineString([(9, 0), (9, 9)])],
        index=["a", "b"],
        crs=UTM,
    )
    assert links(contiguity(units)) == {("a", "b"), ("b", "a")}


def test_nothing_is_changed(table):
    units = squares(table(box(0, 0, 300, 300)), size=100)
    before = units.copy()
    contiguity(units)
    distance_band(units, distance=100)
    nearest_neighbours(units, k=2)
    pd.testing.assert_frame_equal(units, before)


@pytest.mark.parametrize(
    ("build", "error", "message"),
    [
        (
            lambda units: nearest_neighbours(units, k=4),
            InputError,
            "k: 4 nearest neighbours among 4 units; give 1 to 3",
        ),
        (
            lambda units: nearest_neighbours(units, k=0),
            InputError,
            "k: 0 nearest neighbours among 4 units; give 1 to 3",
        ),
        (
            lambda units: distance_band(units, distance=0),
            InputError,
            "distance: 0 m holds no neighbour; give more than 0",
        ),
        (
            lambda units: distance_band(units, distance=float("nan")),
            InputError,
            "distance: nan m holds no neighbour; give more than 0",
        ),
        (
            lambda units: contiguity(units.set_axis(["a", "b", "b", "b"])),
            SchemaError,
            "units: 2 ids stand twice, first 'b'; make the index unique",
        ),
        (
            lambda units: nearest_neighbours(
                units.set_geometry([Point(0, 0), None, Polygon(), Point(1, 1)], crs=UTM), k=1
            ),
            SchemaError,
            "units: 2 have no geometry, first id 1; leave them out",
        ),
        (
            lambda units: contiguity(units.set_crs(4326, allow_override=True)),
            CRSError,
            "units: WGS 84 measures in degree, not metres; project with .to_crs('EPSG:32631')",
        ),
    ],
)
def test_faults(build, error, message):
    with pytest.raises(error) as caught:
        build(places([(0, 0), (9, 0), (0, 9), (9, 9)]))
    assert str(caught.value) == message
