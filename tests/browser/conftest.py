"""A town to be looked at in a browser: twelve by twelve squares, hot, cold, and places."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, date, datetime

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString, Point, box

from hotspots.disclosure.release import Context, release
from hotspots.facilities.comparison import ControlComparison
from hotspots.maps.page import hotspot_map

CRS = "EPSG:32616"
WEST, SOUTH, SIDE, N = 425_000, 4_765_000, 250, 12
HOT = {(2, 2): "hot 99", (3, 2): "hot 99", (2, 3): "hot 95", (3, 3): "hot 90", (9, 8): "hot 95"}
COLD = {(8, 2): "cold 99", (9, 2): "cold 95", (9, 3): "cold 90"}
READY = "html[data-ready]"


def square(x, y):
    west, south = WEST + SIDE * x, SOUTH + SIDE * y
    return box(west, south, west + SIDE, south + SIDE)


def town(*, name=None, place="Old Dock", **facility_columns):
    at = [(x, y) for y in range(N) for x in range(N)]
    labels = [{**HOT, **COLD}.get(xy, "not significant") for xy in at]
    table = gpd.GeoDataFrame(
        {
            "count": [(7 * x + 3 * y) % 11 for x, y in at],
            "gi_star_statistic": [float((5 * x + y) % 40) for x, y in at],
            "gi_star_expected": 18.5,
            "gi_star_z": [(x - y) / 4 for x, y in at],
            "gi_star_p_value": [0.5 if label == "not significant" else 0.004 for label in labels],
            "gi_star_q_value": [0.6 if label == "not significant" else 0.02 for label in labels],
            "gi_star_label": labels,
            "local_moran_p_value": 0.3,
            "local_moran_label": [
                "high-high" if xy == (2, 2) else "low-low" if xy == (9, 2) else "not significant"
                for xy in at
            ],
        },
        geometry=[square(*xy) for xy in at],
        index=pd.Index([f"x{x:02}y{y:02}" for x, y in at], name="unit_id"),
        crs=CRS,
    )
    if name is not None:
        table["name"] = name
    whole = gpd.GeoDataFrame({"name": [place]}, geometry=[table.union_all()], crs=CRS)
    middle = Point(WEST + 1500, SOUTH + 1500)
    facilities = gpd.GeoDataFrame(
        {"kind": ["group_home", "hotel", "trap_house", "hotel"], **facility_columns},
        geometry=[
            Point(WEST + 700, SOUTH + 2300),
            middle,
            middle,
            Point(WEST + 2300, SOUTH + 2300),
        ],
        index=pd.Index(["home-7", "inn-1", "report-3", "inn-2"], name="facility_id"),
        crs=CRS,
    )
    proximity = pd.DataFrame(
        {
            "facility_id": ["home-7"],
            "kind": ["group_home"],
            "to_kind": ["hotel"],
            "nearest_id": ["inn-1"],
            "distance_m": [1510.0],
            "straight_m": [1131.4],
        }
    )
    river = LineString([(WEST, SOUTH + 1400), (WEST + 3000, SOUTH + 2800)])
    context = Context(
        title="Small town",
        period=(date(2016, 1, 1), date(2016, 12, 31)),
        boundary=whole[["geometry"]],
        basemap={
            "water": gpd.GeoDataFrame(geometry=[river.buffer(60)], crs=CRS),
            "road": gpd.GeoDataFrame(geometry=[river.offset_curve(900)], crs=CRS),
            "place": whole,
        },
        method={"Neighbours": "areas that touch"},
        made=datetime(2018, 1, 1, tzinfo=UTC),
    )
    return table, context, facilities, proximity


def internal(**words):
    table, context, facilities, proximity = town(**words)
    return release(
        table,
        profile="internal",
        reason="licensing review",
        recipient="the planning desk",
        context=context,
        facilities=facilities,
        proximity=proximity,
    )


def public():
    _, context, *_ = town()
    areas = gpd.GeoDataFrame(
        {
            "count": [80, 200, 90, 4],
            "persons": [60, 150, 70, 3],
            "premises": [30, 60, 40, 3],
            "largest_premises": [5, 9, 8, 2],
            "population": [5000, 4000, 6000, 3000],
        },
        geometry=[
            box(WEST + 1500 * x, SOUTH + 1500 * y, WEST + 1500 * (x + 1), SOUTH + 1500 * (y + 1))
            for y in range(2)
            for x in range(2)
        ],
        index=pd.Index(["A01", "A02", "A03", "A04"], name="unit_id"),
        crs=CRS,
    )
    return release(areas, context=context)


@pytest.fixture
def town_release():
    return internal()


@pytest.fixture
def town_with():
    """Make the town with other words in it."""
    return internal


@pytest.fixture
def town_compared(town_release):
    """Make the town with its home beside control sites 10 m to 990 m from a hotel."""
    places = pd.DataFrame(
        {
            "facility_id": ["home-7"],
            "to_kind": ["hotel"],
            "distance_m": [120.0],
            "share_farther": [0.88],
            "share_lower": [0.8],
            "share_upper": [0.94],
        }
    )
    none = pd.DataFrame()
    found = ControlComparison(
        none, none, places, ("hotel", "median_distance_m"), 0.02, 0.5, 99,
        nearest={"hotel": np.r_[120.0, np.arange(1, 100) * 10.0][:, None]},
    )  # fmt: skip
    home = town_release.facilities.iloc[[0]]
    reach = gpd.GeoDataFrame(
        {"kind": "group_home", "distance_m": [800.0]}, geometry=home.buffer(800).array, crs=CRS
    )
    record = {"controls": {"of": "group_home"}}
    return replace(town_release, comparison=found, catchments=reach, record=record)


@pytest.fixture
def town_full():
    """Make the town with everything a key can hold on one page."""
    table, context, facilities, proximity = town()
    further = pd.DataFrame(
        {
            "facility_id": ["home-7"],
            "kind": ["group_home"],
            "to_kind": ["trap_house"],
            "nearest_id": ["report-3"],
            "distance_m": [1510.0],
            "straight_m": [1131.4],
        }
    )
    park = gpd.GeoDataFrame(geometry=[square(6, 9)], crs=CRS)
    context = replace(context, synthetic=True, basemap={**context.basemap, "park": park})
    return release(
        table,
        profile="internal",
        reason="a review of the licences of every home in the town and of what is near each",
        recipient="the planning desk",
        context=context,
        facilities=facilities,
        proximity=pd.concat([proximity, further], ignore_index=True),
    )


@pytest.fixture
def town_areas():
    return public()


@pytest.fixture
def opened(offline_page, tmp_path):
    """Save a map and open it from the disk, with the network off; nothing may go wrong."""

    def go(shown, *, width=1280, height=800, prepare=None):
        made = hotspot_map(shown)
        if prepare:
            prepare(made)
        made.save(tmp_path / "map.html")
        page = offline_page
        page.on("console", lambda message: page.complaints.append(message.text))
        page.set_viewport_size({"width": width, "height": height})
        page.goto((tmp_path / "map.html").as_uri())
        page.wait_for_selector(READY)
        settle(page)
        return page

    yield go
    assert offline_page.outgoing == []
    assert offline_page.complaints == []


def settle(page):
    """Wait until the browser has painted twice."""
    page.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )


@pytest.fixture
def becomes_true():
    """Wait until an expression is true: the page's policy forbids Playwright's own way, eval."""

    def wait(page, expression, *, seconds=10.0):
        deadline = time.monotonic() + seconds
        while not page.evaluate(expression):
            assert time.monotonic() < deadline, f"still not so: {expression}"
            page.wait_for_timeout(20)

    return wait


@pytest.fixture
def picture():
    """Give the picture of the map, for comparing."""

    def take(page):
        settle(page)
        return page.locator(".stage").screenshot()

    return take


@pytest.fixture
def click_at():
    """Click on the map where a point of the town lies, in metres from its south-west corner."""

    def click(page, x, y):
        point = gpd.GeoSeries([Point(WEST + x, SOUTH + y)], crs=CRS).to_crs(4326).iloc[0]
        at = page.evaluate(
            """([lat, lon]) => {
              const { x, y } = hotspots.map.latLngToContainerPoint([lat, lon]);
              const box = hotspots.map.getContainer().getBoundingClientRect();
              return [x + box.left, y + box.top];
            }""",
            [point.y, point.x],
        )
        page.mouse.click(*at)

    return click
