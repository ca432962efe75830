"""Toy releases: a grid of squares of 1 km with labels set by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import box

from hotspots.disclosure.release import Context, release
from hotspots.schema import NOT_SIGNIFICANT

CRS = "EPSG:32616"
METHOD = {
    "Units": "squares of 1,000 m",
    "Neighbours": "areas that touch",
    "Significance": "two-sided, false discovery rate by Benjamini-Hochberg",
}


def grid(n_columns, n_rows=1, *, prefix="u"):
    """Squares of 1 km, numbered row by row from the south-west."""
    at = [(x, y) for y in range(n_rows) for x in range(n_columns)]
    return gpd.GeoDataFrame(
        {"count": np.arange(len(at)) % 7},
        geometry=[box(1000 * x, 1000 * y, 1000 * x + 1000, 1000 * y + 1000) for x, y in at],
        index=pd.Index([f"{prefix}{i:03d}" for i in range(len(at))], name="unit_id"),
        crs=CRS,
    )


def with_result(units, statistic="gi_star", labels=None, **columns):
    """Units with a local result whose labels are given by position."""
    out = units.copy()
    values = {"statistic": 5.0, "expected": 3.0, "z": 1.0, "p_value": 0.2, "q_value": 0.4}
    for name, value in {**values, **columns}.items():
        out[f"{statistic}_{name}"] = value
    out[f"{statistic}_label"] = [(labels or {}).get(i, NOT_SIGNIFICANT) for i in range(len(units))]
    return out


@pytest.fixture
def make_grid():
    return grid


@pytest.fixture
def label():
    return with_result


@pytest.fixture
def make_context():
    def build(**options):
        known = {
            "title": "Toyville",
            "period": (date(2013, 1, 1), date(2016, 12, 31)),
            "method": METHOD,
            "made": datetime(2018, 1, 1, tzinfo=UTC),
        }
        return Context(**{**known, **options})

    return build


@pytest.fixture
def internal(make_context):
    def build(table, *, context=None, **options):
        return release(
            table,
            profile="internal",
            reason="a review of licences",
            recipient="the licensing unit",
            context=context or make_context(),
            **options,
        )

    return build


@pytest.fixture
def public(make_context):
    """Areas that pass every rule, but those whose position is in `small`."""

    def build(n=4, *, counts=None, small=(), context=None, total=True):
        areas = grid(n, prefix="A")
        areas["count"] = [float(c) for c in (counts or [200] * n)]
        persons = [3.0 if i in small else 50.0 for i in range(n)]
        areas = areas.assign(
            persons=persons, premises=40.0, largest_premises=2.0, population=5000.0
        )
        if total:
            areas["person_squares"] = areas["count"]
            areas.attrs["whole"] = {
                "count": float(areas["count"].sum()), "persons": 100.0, "premises": 90.0,
                "largest_premises": 2.0, "population": 5000.0 * n,
            }  # fmt: skip
        return release(areas, context=context or make_context())

    return build


@pytest.fixture
def facilities():
    return gpd.GeoDataFrame(
        {"kind": ["group_home", "group_home", "hotel", "trap_house"]},
        geometry=gpd.points_from_xy([500, 2500, 3500, 1500], [500, 500, 500, 500], crs=CRS),
        index=pd.Index(["G001", "G002", "H012", "T003"], name="facility_id"),
    )


@pytest.fixture
def proximity():
    return pd.DataFrame(
        {
            "facility_id": ["G001", "G001", "G002", "G002"],
            "kind": "group_home",
            "to_kind": ["hotel", "trap_house", "hotel", "trap_house"],
            "nearest_id": ["H012", "T003", "H012", None],
            "distance_m": [638.2, np.nan, 1249.0, np.nan],
            "straight_m": [512.0, 1000.0, 1000.0, np.nan],
            "snap_m": 8.0,
            "nearest_snap_m": 5.0,
            "within_400m": pd.array([0, None, 0, None], dtype="Int64"),
            "within_800m": pd.array([3, None, 0, None], dtype="Int64"),
            "note": ["", "unreachable", "", "no other trap_house"],
        }
    )
