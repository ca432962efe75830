"""Real files, read whole, against plain pandas and geopandas."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from hotspots.intake.facilities import read_facilities
from hotspots.intake.incidents import read_incidents
from hotspots.intake.polygons import read_boundary, read_layer, read_polygons, read_population

FEET = "EPSG:32054"
COLUMNS = {
    "incident_id": "id",
    "time": "datetime",
    "x": "x",
    "y": "y",
    "category": "offense",
}


@pytest.fixture(scope="module")
def milwaukee(shared_data):
    return shared_data / "milwaukee"


@pytest.fixture(scope="module")
def city(milwaukee):
    return read_boundary(milwaukee / "geography.gpkg", layer="city_limits")


@pytest.fixture(scope="module")
def raw(milwaukee):
    return pd.read_csv(milwaukee / "incidents_2013_2016.csv.gz", dtype={"id": str})


def read(milwaukee, city, **options):
    path = milwaukee / "incidents_2013_2016.csv.gz"
    return read_incidents(path, crs=FEET, columns=COLUMNS, boundary=city, **options)


def test_every_incident_of_four_years_is_accounted_for(milwaukee, city, raw):
    incidents = read(milwaukee, city)
    counts = incidents.counts
    assert counts.read == 162_371 == counts.used + sum(counts.set_aside.values())
    located = raw.dropna(subset=["x", "y"]).set_index("id")
    assert counts.located == len(located)
    points = gpd.GeoSeries.from_xy(located["x"], located["y"], crs=FEET).to_crs(city.crs)
    round_it = city.set_geometry(city.buffer(1000, quad_segs=512))
    pairs = points.to_frame("geometry").sjoin(round_it, predicate="within")
    near = points.index.isin(pairs.index)
    assert incidents.table.index.tolist() == points.index[near].tolist()
    table = incidents.table
    assert np.array_equal(table.geometry.x, points[near].x)
    assert np.array_equal(table.geometry.y, points[near].y)
    assert (table["time"] == pd.to_datetime(located["datetime"])[near]).all()
    assert (table["category"] == located["offense"][near]).all()
    missing = raw.index[raw["x"].isna()] + 1
    bad = incidents.quarantine
    assert bad["row"][bad["reason"] == "no coordinate"].tolist() == missing.tolist()


def test_feet_and_degrees_agree(milwaukee, city):
    feet = read(milwaukee, city, where={"category": ["ROBBERY"]}).table
    columns = {name: file for name, file in COLUMNS.items() if name not in {"x", "y"}}
    path = milwaukee / "incidents_2013_2016.csv.gz"
    where = {"category": ["ROBBERY"]}
    degrees = read_incidents(path, columns=columns, boundary=city, where=where).table
    assert feet.index.equals(degrees.index)
    # the file gives degrees to six decimals: up to 0.07 m
    assert feet.distance(degrees).max() < 0.1


def test_robberies_of_2015_are_the_slice(milwaukee, city, raw):
    year = ("2015-01-01", "2015-12-31")
    robberies = read(milwaukee, city, where={"category": ["ROBBERY"]}, period=year)
    part = pd.read_csv(milwaukee / "incidents_robbery_2015.csv", dtype={"id": str})
    assert set(robberies.table.index) <= set(part["id"])
    assert len(part) == robberies.counts.used + len(robberies.quarantine)
    aside = robberies.counts.set_aside
    assert aside["where"] == int((raw["offense"] != "ROBBERY").sum())
    kept = raw["offense"] == "ROBBERY"
    assert aside["outside the period"] == int(
        (kept & ~raw["datetime"].str.startswith("2015")).sum()
    )


@pytest.mark.parametrize(
    ("name", "index", "n"),
    [
        ("hotels.csv", "hotel_id", 60),
        ("group_homes_SYNTHETIC.csv", "home_id", 57),
        ("trap_houses_SYNTHETIC.csv", "site_id", 120),
    ],
)
def test_facilities(milwaukee, city, name, index, n):
    columns = {"facility_id": index}
    path = milwaukee / name
    found = read_facilities(path, kind="other", crs=FEET, columns=columns, boundary=city)
    assert found.counts.used == n
    assert (found.table["kind"] == "other").all()


def test_districts_in_parts_blocks_and_water(milwaukee):
    path = milwaukee / "geography.gpkg"
    districts = read_polygons(path, layer="police_districts", id="police_district")
    plain = gpd.read_file(path, layer="police_districts")
    assert sorted(districts.index) == list("1234567")
    assert districts.area.sum() == pytest.approx(plain.to_crs(districts.crs).area.sum())
    blocks = read_population(path, layer="blocks_2010", column="pop")
    plain = gpd.read_file(path, layer="blocks_2010", ignore_geometry=True)
    assert blocks["population"].tolist() == plain["pop"].tolist()
    assert blocks.is_valid.all()
    assert len(read_layer(path, layer="water")) == 157


def test_memphis_in_degrees(shared_data):
    path = shared_data / "cities" / "memphis_robberies_2019.csv"
    columns = {"incident_id": "id", "time": "datetime", "category": "offense"}
    found = read_incidents(path, columns=columns)
    assert (found.counts.used, found.table.crs.to_epsg()) == (2245, 32616)
    assert found.table["time"].dt.year.unique().tolist() == [2019]


def test_san_francisco_in_feet(shared_data):
    path = shared_data / "cities" / "sf_crime_2012.gpkg"
    columns = {"incident_id": "id", "time": "Date", "category": "kind"}
    found = read_incidents(path, layer="events", columns=columns, where={"category": ["robbery"]})
    plain = gpd.read_file(path, layer="events")
    assert found.counts.read == len(plain) == 13_472
    assert found.counts.used == int((plain["kind"] == "robbery").sum())
    assert found.table.crs.to_epsg() == 32610
