"""Catchments: cut by hand where the distance is used up, and what is refused."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import LineString

from hotspots.errors import CoverageWarning, CRSError, InputError, SchemaError
from hotspots.geography.catchments import catchments, reached_streets
from hotspots.geography.paths import distances
from hotspots.geography.snapping import snap

CROSS = {"m": (0, 0), "e": (1000, 0), "n": (0, 1000), "w": (-1000, 0), "s": (0, -1000)}
CIRCLE = 8 * np.sin(np.pi / 8)
"""The area of a circle of 16 sides by the square of its radius."""


@pytest.fixture(scope="module")
def cross(network, two_way):
    return network(CROSS, *two_way(("m", "e"), ("m", "n"), ("m", "w"), ("m", "s")))


@pytest.fixture(scope="module")
def triangle(network, two_way):
    corners = {"a": (0, 0), "b": (100, 0), "c": (50, 50 * 3**0.5)}
    return network(corners, *two_way(("a", "b"), ("b", "c"), ("a", "c")))


def test_streets_are_cut_where_the_distance_is_used_up(cross, points):
    (found,) = catchments(points([(300, 20)]), cross, distance=500).itertuples()
    assert (found.origin, found.distance_m, found.snap_m, found.note) == (0, 500, 20, "")
    assert found.reached_m == pytest.approx(500 + 300 + 3 * 200)
    expected = shapely.from_wkt(
        "MULTILINESTRING ((0 0, 800 0), (0 0, -200 0), (0 0, 0 200), (0 0, 0 -200))"
    )
    assert shapely.hausdorff_distance(found.lines, expected) < 1e-9
    assert found.lines.length == pytest.approx(found.reached_m)


def test_both_ends_of_a_street_are_reached_and_meet(triangle, points):
    pieces = reached_streets(points([(0, 0)]), triangle, distance=[130, 150])
    ends = pieces[["distance_m", "edge", "from_fraction", "to_fraction", "length_m"]]
    expected = [
        (130, 0, 0, 1, 100), (130, 2, 0, 0.3, 30), (130, 2, 0.7, 1, 30), (130, 4, 0, 1, 100),
        (150, 0, 0, 1, 100), (150, 2, 0, 1, 100), (150, 4, 0, 1, 100),
    ]  # fmt: skip
    assert ends.to_numpy() == pytest.approx(np.array(expected))
    assert pieces.length.to_list() == pytest.approx(ends["length_m"].to_list())
    found = catchments(points([(0, 0)]), triangle, distance=[130, 150, 999])
    assert found["reached_m"].to_list() == pytest.approx([260, 300, 300])


def test_one_way_streets_are_left_as_they_lead(network, points):
    streets = network(CROSS, ("w", "m"), ("m", "e"), ("n", "m"), ("m", "s", 2000))
    found = catchments(points([(-400, 0), (0, -1000)]), streets, distance=700)
    # 400 m to the middle, 300 m east, and 300 m south of a street twice as long as it is drawn
    assert found["reached_m"].to_list() == pytest.approx([400 + 300 + 300, 0])
    assert found["lines"][0].bounds == pytest.approx((-400, -150, 300, 0))
    # the end of a one-way street: nothing but the place itself
    assert (found["note"][1], found["lines"][1].is_empty) == ("", True)
    assert found.geometry[1].area == pytest.approx(CIRCLE * 40**2)
    assert found.geometry[1].centroid.coords[0] == pytest.approx((0, -1000))


def test_all_within_a_width_of_them(network, two_way, points):
    street = network({"a": (0, 0), "b": (900, 0)}, *two_way(("a", "b")))
    found = catchments(points([(450, 10)]), street, distance=[100, 200], width=30)
    assert found.area.to_list() == pytest.approx(
        [metres * 60 + CIRCLE * 30**2 for metres in (200, 400)]
    )
    assert found.geometry[0].within(found.geometry[1])


def test_what_the_streets_surround_is_filled_or_kept(network, two_way, points):
    corners = {"a": (0, 0), "b": (400, 0), "c": (400, 400), "d": (0, 400)}
    ring = network(corners, *two_way(("a", "b"), ("b", "c"), ("c", "d"), ("d", "a")))
    filled, kept = (
        catchments(points([(200, 0)]), ring, distance=800, holes=holes).geometry[0]
        for holes in (False, True)
    )
    assert filled.area - kept.area == pytest.approx(320**2)
    assert (len(filled.interiors), len(kept.interiors)) == (0, 1)
    open_ring = catchments(points([(200, 0)]), ring, distance=750).geometry[0]
    assert not open_ring.contains(shapely.Point(200, 200))  # 100 m are missing, 80 m are covered


@pytest.fixture(scope="module")
def tangle(network):
    """Streets that cross without meeting, some one-way, longer than drawn, or loops."""
    rng = np.random.default_rng(8)
    xy = rng.uniform(0, 1000, (40, 2)).round(2)
    links = {tuple(sorted(pair)) for pair in rng.integers(0, 40, (90, 2)).tolist()}
    edges = []
    for u, v in sorted(links):
        metres = float(np.hypot(*(xy[u] - xy[v]))) * rng.uniform(1, 1.4) + 1
        bend = [tuple(rng.uniform(0, 1000, 2).round(2))] if u == v else []
        edges.append((u, v, metres, bend))
        if rng.random() < 0.6:
            edges.append((v, u, metres * rng.choice([1, 1.2]), bend))
    return network(dict(enumerate(map(tuple, xy))), *edges)


def test_filling_adds_what_is_surrounded_and_no_more(tangle, points):
    places = points([(200, 300), (500, 500), (800, 100)])
    kept, filled = (
        catchments(places, tangle, distance=[300, 700], width=8, holes=holes).geometry
        for holes in (True, False)
    )
    expected = [
        shapely.union_all(shapely.polygons([part.exterior for part in shapely.get_parts(shape)]))
        for shape in kept
    ]
    assert filled.is_valid.all()
    assert shapely.hausdorff_distance(filled.to_numpy(), expected).max() < 0.5  # round corners
    assert (filled.area > 1.2 * kept.area).sum() > 2


def test_every_cut_is_at_the_distance(tangle):
    streets, rng = tangle, np.random.default_rng(9)
    places = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(*rng.uniform(0, 1000, (2, 25))), crs=streets.crs
    )
    pieces = reached_streets(places, streets, distance=[150, 400, 900])
    snapped = snap(places, streets)
    inside = []
    for origin, some in pieces.groupby("origin"):
        ends = pd.concat(
            [
                some[["edge", "distance_m", name]].rename(columns={name: "fraction"})
                for name in ("from_fraction", "to_fraction")
            ]
        )
        cut = ends[(ends["fraction"] > 0) & (ends["fraction"] < 1)]
        metres = distances(snapped.loc[[origin]], cut[["edge", "fraction"]], streets)[0]
        start = metres < 1e-6  # of a one-way street, where the place lies
        assert metres[~start] == pytest.approx(cut["distance_m"][~start].to_numpy(), abs=1e-6)
        inside.append((~start).sum())
        both = distances(snapped.loc[[origin]], ends[["edge", "fraction"]], streets)[0]
        assert (both <= ends["distance_m"] + 1e-6).all()
    assert sum(inside) > 300


def test_labels_and_order_are_those_of_the_places(cross, points):
    places = points([(300, 20), (0, 700), (300, 20)]).set_axis(["B", "A", "B"])
    copy = places.copy()
    found = catchments(places, cross, distance=[200, 100])
    assert found["origin"].to_list() == ["B", "B", "A", "A", "B", "B"]
    assert found["distance_m"].to_list() == [200, 100] * 3
    assert found["reached_m"].to_list() == pytest.approx([400, 200] * 3)
    assert found.geometry[0].equals(found.geometry[4])
    assert (found.crs, found["lines"].crs) == (cross.crs, cross.crs)
    pd.testing.assert_frame_equal(places, copy)


def test_places_far_from_a_street_have_none(cross, points):
    places = points([(500, 251), (500, 0)])
    found = catchments(places, cross, distance=100)
    assert found["note"].to_list() == ["far from a street", ""]
    assert found[["reached_m", "lines", "geometry"]].isna().to_numpy().tolist() == [
        [True] * 3, [False] * 3,
    ]  # fmt: skip
    assert reached_streets(places, cross)["origin"].unique().tolist() == [1]
    with pytest.warns(CoverageWarning, match="places: 1 of 1 points lie over 250 m"):
        assert catchments(places[:1], cross).geometry.isna().all()
    assert list(catchments(places[:0], cross).columns) == list(found.columns)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"distance": -1}, "distance: -1 m; every distance must be above 0"),
        ({"distance": [400, np.inf]}, "distance: 400, inf m; every distance must be above 0"),
        ({"distance": []}, "distance: none given m; every distance must be above 0"),
        ({"distance": [400, 400.0]}, "distance: 400, 400 m; give every distance once"),
        ({"width": 0}, "width: 0 m; give more than 0"),
        ({"max_snap": 0}, "max_snap: 0 m; give more than 0"),
    ],
)
def test_faults(options, message, cross, points):
    with pytest.raises(InputError) as caught:
        catchments(points([(0, 0)]), cross, **options)
    assert str(caught.value) == message


def test_wrong_systems_and_shapes(cross, points):
    with pytest.raises(CRSError, match="points and streets"):
        catchments(points([(0, 0)]).to_crs(32617), cross)
    lines = points([(0, 0)]).set_geometry([LineString([(0, 0), (1, 1)])], crs=cross.crs)
    with pytest.raises(SchemaError, match="points: 1 rows are not points, first id 0"):
        catchments(lines, cross)
