"""A small town: nine areas, three of them hot, a river, and four places."""

from __future__ import annotations

import base64
import gzip
import json
import re
from datetime import UTC, date, datetime

import geopandas as gpd
import pandas as pd
import pytest
from shapely import LineString, Point, box

from hotspots.disclosure.release import Context, release

CRS = "EPSG:32616"
WEST, SOUTH = 425_000, 4_765_000  # some 43.0 degrees north and 87.9 west
LABELS = [
    "hot 99",
    "hot 95",
    "not significant",
    "hot 90",
    *["not significant"] * 3,
    "cold 95",
    "cold 90",
]


def cells(n=3, size=250):
    return [
        box(WEST + size * x, SOUTH + size * y, WEST + size * (x + 1), SOUTH + size * (y + 1))
        for y in range(n)
        for x in range(n)
    ]


@pytest.fixture
def table():
    ids = [f"r{i // 3}c{i % 3}" for i in range(9)]
    return gpd.GeoDataFrame(
        {
            "count": [9, 7, 0, 5, 1, 1, 2, 0, 0],
            "gi_star_statistic": [22.0, 23, 9, 24, 25, 10, 9, 5, 2],
            "gi_star_expected": [11.1] * 9,
            "gi_star_z": [3.0, 2.5, 0, 2, 0, 0, 0, -2.5, -2],
            "gi_star_p_value": [0.001, 0.01, 0.5, 0.02, 0.5, 0.5, 0.5, 0.01, 0.02],
            "gi_star_q_value": [0.005, 0.03, 0.6, 0.06, 0.6, 0.6, 0.6, 0.03, 0.06],
            "gi_star_label": LABELS,
            "local_moran_label": ["high-high", *["not significant"] * 7, "low-low"],
            "secret": "victim 4711",
        },
        geometry=cells(),
        index=pd.Index(ids, name="unit_id"),
        crs=CRS,
    )


@pytest.fixture
def context(table):
    river = gpd.GeoDataFrame(
        geometry=[LineString([(WEST, SOUTH), (WEST + 700, SOUTH + 700)])], crs=CRS
    )
    place = gpd.GeoDataFrame({"name": ["Old Dock"]}, geometry=[table.union_all()], crs=CRS)
    return Context(
        title="Small town",
        period=(date(2016, 1, 1), date(2016, 12, 31)),
        boundary=gpd.GeoDataFrame(geometry=[table.union_all()], crs=CRS),
        basemap={"water": river, "place": place},
        method={"Neighbours": "areas that touch"},
        made=datetime(2018, 1, 1, tzinfo=UTC),
    )


@pytest.fixture
def facilities():
    at = [(125, 125), (600, 600), (600, 600), (700, 100)]
    return gpd.GeoDataFrame(
        {
            "kind": ["group_home", "hotel", "trap_house", "hotel"],
            "capacity": [8, None, None, 40],
        },
        geometry=[Point(WEST + x, SOUTH + y) for x, y in at],
        index=pd.Index(["home-7", "inn-1", "report-3", "inn-2"], name="facility_id"),
        crs=CRS,
    )


@pytest.fixture
def proximity():
    return pd.DataFrame(
        {
            "facility_id": ["home-7", "home-7"],
            "kind": "group_home",
            "to_kind": ["hotel", "trap_house"],
            "nearest_id": ["inn-2", "report-3"],
            "distance_m": [812.0, None],
            "straight_m": [575.5, 671.8],
            "within_400m": [0, 0],
            "note": ["", "not connected"],
        }
    )


@pytest.fixture
def internal(table, context, facilities, proximity):
    return release(
        table,
        profile="internal",
        reason="licensing review",
        recipient="the planning desk",
        context=context,
        facilities=facilities,
        proximity=proximity,
    )


@pytest.fixture
def areas(table):
    """Four areas with the evidence the public rules look at; the last holds too few persons."""
    out = gpd.GeoDataFrame(
        {
            "count": [80, 200, 90, 4],
            "persons": [60, 150, 70, 3],
            "person_squares": [80, 200, 90, 4],
            "premises": [30, 60, 40, 3],
            "largest_premises": [5, 9, 8, 2],
            "population": [5000, 4000, 6000, 3000],
        },
        geometry=cells(2, 1000),
        index=pd.Index(["A01", "A02", "A03", "A04"], name="unit_id"),
        crs=CRS,
    )
    out.attrs["whole"] = {
        "count": 374.0,
        "persons": 283.0,
        "premises": 133.0,
        "largest_premises": 9.0,
        "population": 18000.0,
    }
    return out


@pytest.fixture
def public(areas, context):
    return release(areas, context=context)


@pytest.fixture
def unpack():
    """Read the data block of a page, as the browser will."""

    def read(page):
        block = re.search(r'id="hotspots-data">([^<]*)</script>', page)[1]
        return json.loads(gzip.decompress(base64.b64decode(block)))

    return read


@pytest.fixture
def decode():
    """Decode shapes, written from their description and not from the encoder."""

    def shapes(encoded):
        scale, numbers, paths = (
            10 ** encoded["decimals"],
            iter(encoded["xy"]),
            iter(encoded["paths"]),
        )
        x = y = 0
        out = []
        for n_paths in encoded["shapes"]:
            shape = []
            for _ in range(n_paths):
                path = []
                for _ in range(next(paths)):
                    x, y = x + next(numbers), y + next(numbers)
                    path.append((x / scale, y / scale))
                shape.append(path)
            out.append(shape)
        return out

    return shapes


@pytest.fixture
def page_of():
    """Give the document of a map."""
    return lambda made: made.get_root().render()
