"""What is packed comes out again, and nothing in it can be taken for code."""

from __future__ import annotations

import base64
import gzip
import json
import re

import geopandas as gpd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import GeometryCollection, LineString, MultiPolygon, Point, Polygon, box

from hotspots.maps.coding import AREAS, LINES, POINTS, encode_shapes, pack


@given(st.recursive(st.none() | st.text() | st.integers(), lambda item: st.lists(item, max_size=4)))
def test_packed_content_is_inert_and_comes_out_whole(content):
    text = pack({"content": content})
    assert re.fullmatch(r"[A-Za-z0-9+/=]+", text)
    assert json.loads(gzip.decompress(base64.b64decode(text))) == {"content": content}


def test_packing_has_no_clock():
    assert gzip.decompress(base64.b64decode(pack({}))) == b"{}"
    assert base64.b64decode(pack({}))[4:8] == b"\0\0\0\0"  # the header's time


def test_nan_is_refused_instead_of_written_as_something_else():
    with pytest.raises(ValueError, match="JSON"):
        pack({"z": float("nan")})


def test_rings_come_back_without_their_repeated_end(decode):
    ring = Polygon([(0, 0), (4, 0), (4, 4), (0, 4)], [[(1, 1), (2, 1), (2, 2)]])
    found = decode(encode_shapes(gpd.GeoSeries([ring]), decimals=1, dimension=AREAS))
    assert found == [[[(0, 0), (4, 0), (4, 4), (0, 4)], [(1, 1), (2, 1), (2, 2)]]]


def test_a_ring_that_moves_back_to_its_start_on_the_way_keeps_that_point(decode):
    eight = LineString([(0, 0), (1, 0), (0, 0), (0, 1)])
    found = decode(encode_shapes(gpd.GeoSeries([eight]), decimals=0, dimension=LINES))
    assert found == [[[(0, 0), (1, 0), (0, 0), (0, 1)]]]


def test_points_that_rounding_makes_alike_are_written_once(decode):
    line = gpd.GeoSeries([LineString([(0, 0), (0.04, 0), (1, 0), (1.02, 0.01)])])
    assert decode(encode_shapes(line, decimals=1, dimension=LINES)) == [[[(0, 0), (1, 0)]]]


def test_only_the_asked_dimension_is_kept_and_every_geometry_has_its_shape(decode):
    mixed = gpd.GeoSeries(
        [
            GeometryCollection([box(0, 0, 1, 1), LineString([(0, 0), (9, 9)]), Point(5, 5)]),
            None,
            MultiPolygon([box(2, 2, 3, 3), box(4, 4, 5, 5)]),
            Polygon(),
        ]
    )
    areas = decode(encode_shapes(mixed, decimals=0, dimension=AREAS))
    assert [len(shape) for shape in areas] == [1, 0, 2, 0]
    assert [len(s) for s in decode(encode_shapes(mixed, decimals=0, dimension=LINES))] == [
        1,
        0,
        0,
        0,
    ]
    assert decode(encode_shapes(mixed, decimals=0, dimension=POINTS))[0] == [[(5, 5)]]


def test_nothing_at_all_is_encoded_as_nothing(decode):
    assert decode(encode_shapes(gpd.GeoSeries([]), decimals=5, dimension=AREAS)) == []


@given(
    st.lists(
        st.lists(st.tuples(st.integers(-900, 900), st.integers(-900, 900)), min_size=2, max_size=6),
        max_size=5,
    )
)
def test_lines_come_back_as_they_were(paths):
    # consecutive repeats are the one thing that is dropped
    kept = [[p for i, p in enumerate(path) if i == 0 or p != path[i - 1]] for path in paths]
    encoded = encode_shapes(
        gpd.GeoSeries([LineString(path) for path in paths]), decimals=2, dimension=LINES
    )
    flat = [value for path in kept for point in path for value in point]
    sums, x, y = [], 0, 0
    for dx, dy in zip(encoded["xy"][::2], encoded["xy"][1::2], strict=True):
        x, y = x + dx, y + dy
        sums += [x, y]
    assert sums == [100 * value for value in flat]
    assert encoded["paths"] == [len(path) for path in kept]
    assert encoded["shapes"] == [1] * len(paths)
