"""Toy releases of both profiles for reports and files."""

from __future__ import annotations

from datetime import UTC, date, datetime

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import box, union_all

from hotspots.disclosure.release import Context, release
from hotspots.schema import RowCounts, TestResult

CRS = "EPSG:32616"
WEST, SOUTH = 424_000, 4_762_000


def squares(n_columns, n_rows, *, prefix):
    at = [(x, y) for y in range(n_rows) for x in range(n_columns)]
    return gpd.GeoDataFrame(
        geometry=[
            box(WEST + 1000 * x, SOUTH + 1000 * y, WEST + 1000 * x + 1000, SOUTH + 1000 * y + 1000)
            for x, y in at
        ],
        index=pd.Index([f"{prefix}{i:02d}" for i in range(len(at))], name="unit_id"),
        crs=CRS,
    )


def tested_units():
    units = squares(6, 5, prefix="u")
    units["count"] = np.arange(30) % 5
    for name in ("gi_star", "local_moran"):
        units[f"{name}_statistic"] = np.linspace(0, 9, 30)
        units[f"{name}_expected"] = 4.25
        units[f"{name}_z"] = np.linspace(-2, 3, 30)
        units[f"{name}_p_value"] = 0.02
        units[f"{name}_q_value"] = 0.2
    units["gi_star_label"] = ["hot 99"] * 3 + ["not significant"] * 24 + ["cold 95"] * 3
    units["local_moran_label"] = ["high-high", *["not significant"] * 28, "low-low"]
    return units


def build_context(units, **options):
    boundary = gpd.GeoDataFrame(geometry=[union_all(units.geometry)], crs=units.crs)
    place = gpd.GeoDataFrame(
        {"name": [options.pop("place", "Harbour")]},
        geometry=gpd.points_from_xy([WEST + 1500], [SOUTH + 500]),
        crs=units.crs,
    )
    known = {
        "title": "Toyville",
        "period": (date(2013, 1, 1), date(2016, 12, 31)),
        "boundary": boundary,
        "basemap": {"place": place},
        "method": {"Units": "squares of 1,000 m", "Neighbours": "areas that touch"},
        "made": datetime(2018, 1, 1, tzinfo=UTC),
    }
    return Context(**{**known, **options})


@pytest.fixture
def facilities():
    return gpd.GeoDataFrame(
        {
            "kind": ["group_home", "group_home", "hotel"],
            "operator_id": ["O1", "O2", None],
            "opened": pd.to_datetime(["2010-01-01", None, "1999-05-05"]),
        },
        geometry=gpd.points_from_xy([WEST + 511, WEST + 2522, WEST + 3533], [SOUTH + 544] * 3),
        index=pd.Index(["G001", "G002", "H012"], name="facility_id"),
        crs=CRS,
    )


@pytest.fixture
def proximity():
    return pd.DataFrame(
        {
            "facility_id": ["G001", "G002"],
            "kind": "group_home",
            "to_kind": "hotel",
            "nearest_id": ["H012", "H012"],
            "distance_m": [3151.123456, np.nan],
            "straight_m": [3022.0, 1011.0],
            "snap_m": [4.5, 900.0],
            "nearest_snap_m": [2.0, 2.0],
            "within_400m": pd.array([0, None], dtype="Int64"),
            "within_1600m": pd.array([0, None], dtype="Int64"),
            "note": ["", "far from a street"],
        }
    )


@pytest.fixture
def make_internal(facilities, proximity):
    def build(*, units=None, **options):
        units = tested_units() if units is None else units
        given = {key: options.pop(key) for key in ("facilities", "proximity") if key in options}
        reason = options.pop("reason", "a review of licences")
        test = TestResult("moran", 0.41, -0.03, 0.01, 4.4, 0.002, 0.0001, "two-sided", 30, 999)
        rows = RowCounts(read=70, located=65, used=60, set_aside={"no coordinate": 5, "period": 5})
        return release(
            units,
            profile="internal",
            reason=reason,
            recipient="the licensing unit",
            context=build_context(units, **options),
            facilities=given.get("facilities", facilities),
            proximity=given.get("proximity", proximity),
            tests={"moran": test},
            record={"rows": {"incidents": rows}, "inputs": {"incidents.csv": "ab" * 32}},
        )

    return build


@pytest.fixture
def make_public():
    def build(*, counts=(400, 100, 150, 150, 5, 200), names=None, **options):
        areas = squares(len(counts), 1, prefix="A").iloc[::-1]
        areas["count"] = [float(count) for count in counts][::-1]
        areas = areas.assign(
            name=(names or [f"Area {i}" for i in range(len(counts))])[::-1],
            persons=[3.0 if count < 11 else 50.0 for count in areas["count"]],
            person_squares=areas["count"],
            premises=40.0,
            largest_premises=2.0,
            population=5000.0,
        )
        areas.attrs["whole"] = {
            "count": float(sum(counts)), "persons": 99.0, "premises": 90.0,
            "largest_premises": 2.0, "population": 5000.0 * len(counts),
        }  # fmt: skip
        return release(areas, context=build_context(areas, **options))

    return build


@pytest.fixture
def make_open():
    def build(**options):
        units = tested_units()
        context = build_context(units, open_data="Toyville open data", **options)
        return release(units, context=context)

    return build
