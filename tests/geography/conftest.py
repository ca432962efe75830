"""Boundaries that are hard to cut, and small tables, for several tests."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import assume
from hypothesis import strategies as st
from shapely import Polygon, box

from hotspots.geography.streets import Streets

UTM = "EPSG:32616"
EAST, NORTH = 424_000.0, 4_760_000.0


NASTY = {
    "aligned box": box(0, 0, 1000, 500),
    "odd box": box(13.37, 7.77, 988.888, 512.3456),
    "triangle": Polygon([(3, 4), (1003, 77), (421, 876)]),
    "holes": box(0, 0, 1000, 1000)
    - box(99, 99, 101, 550)
    - shapely.Point(600.5, 600.25).buffer(173.3)
    - box(300, 300, 400, 400),
    "parts": shapely.union_all(
        [box(0, 0, 310, 310), box(500, 480, 990, 777), box(450, 10, 451, 11)]
    ),
    # a tongue as thin as 20 cm that leaves one cell and comes back into it through the next
    "peninsula": shapely.union_all(
        [
            box(0, 0, 195, 600),
            box(195, 40.1, 330, 40.3),
            box(180, 90, 330, 91),
            box(329, 40, 330, 91),
        ]
    ),
    # teeth across a row of cells, so that one cell falls into many parts
    "comb": shapely.union_all(
        [box(0, 0, 900, 30), *[box(i, 20, i + 1.5, 480) for i in np.arange(5, 890, 7.3)]]
    ),
    "needle": Polygon([(0, 0), (1000, 0.5), (1000, 0.7)]),
    "touching a corner": shapely.union_all([box(0, 0, 100, 100), box(100, 100, 300, 250.25)]),
}  # fmt: skip


@pytest.fixture(params=NASTY)
def nasty(request):
    """Give one boundary after the other, far from the origin as in a UTM zone."""
    return shapely.transform(NASTY[request.param], lambda xy: xy + np.array([EAST, NORTH]))


@pytest.fixture(scope="session")
def table():
    """Make a table of shapes."""
    return lambda *shapes: gpd.GeoDataFrame(geometry=list(shapes), crs=UTM)


@pytest.fixture(scope="session")
def points():
    """Make a table of points from (x, y) pairs."""

    def make(coordinates, **columns):
        x, y = np.asarray(coordinates, dtype=float).reshape(-1, 2).T
        return gpd.GeoDataFrame(columns or None, geometry=gpd.points_from_xy(x, y), crs=UTM)

    return make


@pytest.fixture(scope="session")
def boundaries():
    """Give a strategy for boundaries."""
    return _boundaries()


@st.composite
def _boundaries(draw):
    """Draw one or two star-shaped polygons, some with a hole."""
    parts = []
    for _ in range(draw(st.integers(1, 2))):
        n = draw(st.integers(3, 12))
        radii = draw(st.lists(st.floats(20, 700), min_size=n, max_size=n))
        turns = np.sort(draw(st.lists(st.floats(0, 6.28), min_size=n, max_size=n)))
        x, y = draw(st.floats(-500, 500)), draw(st.floats(-500, 500))
        ring = np.column_stack([x + radii * np.cos(turns), y + radii * np.sin(turns)])
        shape = shapely.make_valid(Polygon(np.round(ring, 6)))
        if draw(st.booleans()):
            shape = shape - shapely.Point(round(x, 3) + 30, round(y, 3)).buffer(
                draw(st.integers(5, 200))
            )
        parts.append(shape)
    area = shapely.union_all(parts)
    pieces = [part for part in shapely.get_parts(area) if part.geom_type == "Polygon"]
    whole = shapely.union_all(pieces)
    assume(whole.area > 100)
    return whole


@pytest.fixture(scope="session")
def network():
    """Make streets from node places and edges (u, v[, length[, corners between]])."""

    def make(places, *edges):
        nodes = gpd.GeoDataFrame(
            geometry=[shapely.Point(xy) for xy in places.values()], index=list(places), crs=UTM
        )
        rows = []
        for u, v, *rest in edges:
            line = shapely.LineString([places[u], *(rest[1] if len(rest) > 1 else []), places[v]])
            rows.append((u, v, float(rest[0]) if rest and rest[0] else line.length, line))
        table = pd.DataFrame(rows, columns=["u", "v", "length", "geometry"])
        return Streets(nodes, gpd.GeoDataFrame(table, geometry="geometry", crs=UTM))

    return make


def both_ways(*edges):
    """Add the opposite direction to each edge."""
    return [
        edge
        for u, v, *rest in edges
        for edge in ((u, v, *rest), (v, u, *rest[:1], *[corners[::-1] for corners in rest[1:]]))
    ]


@pytest.fixture(scope="session")
def two_way():
    return both_ways
