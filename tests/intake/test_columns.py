"""Which column holds what, and in which system."""

from __future__ import annotations

import geopandas as gpd
import pytest
from shapely import Point

from hotspots.intake.incidents import read_incidents

UTM = "EPSG:32616"
# the same place three ways: degrees, UTM metres, Wisconsin feet
BOTH = "incident_id,x,y,lon,lat\na,2550850.7,391518.9,-87.938833,43.055556\n"
PLACE = gpd.GeoSeries([Point(-87.938833, 43.055556)], crs="EPSG:4326").to_crs(UTM).iloc[0]


def distance(path, **options) -> float:
    table = read_incidents(path, to_crs=UTM, **options).table
    return table.geometry.iloc[0].distance(PLACE)


def test_where_both_are_there_the_crs_says_which(write):
    path = write(BOTH)
    assert distance(path) < 2
    assert distance(path, crs="EPSG:32054") < 2
    assert distance(path, crs="EPSG:4326") < 2
    assert distance(path, crs="EPSG:32054", columns={"x": "x", "y": "y"}) < 2
    assert distance(path, columns={"lon": "lon", "lat": "lat"}) < 2


@pytest.mark.parametrize("names", ["Longitude,Latitude", "lng,lat", "LON,LAT", "long,latitude"])
def test_usual_names_for_degrees(write, names):
    assert distance(write(f"incident_id,{names}\na,-87.938833,43.055556\n")) < 2


def test_degrees_in_x_and_y_need_a_crs(write):
    path = write("incident_id,X,Y\na,-87.938833,43.055556\n")
    assert distance(path, crs="EPSG:4326") < 2


def test_degrees_by_any_name(write):
    path = write("incident_id,east,north\na,-87.938833,43.055556\n")
    assert distance(path, columns={"lon": "east", "lat": "north"}) < 2


def test_columns_named_by_the_caller_come_before_the_shapes_of_the_file(tmp_path):
    path = tmp_path / "calls.gpkg"
    table = {"incident_id": ["a"], "east": [-87.938833], "north": [43.055556]}
    gpd.GeoDataFrame(table, geometry=[Point(0, 1)], crs=UTM).to_file(path)
    assert distance(path, columns={"lon": "east", "lat": "north"}) < 2
    assert distance(path) > 1e6


def test_a_schema_name_is_found_only_as_it_is_written(write):
    path = write("incident_id,x,y,Category,tier\na,1,1,A,confirmed\n")
    assert list(read_incidents(path, crs=UTM).table.columns) == ["tier", "geometry"]


def test_a_crs_said_twice_alike_is_no_contradiction(tmp_path):
    path = tmp_path / "calls.geojson"
    gpd.GeoDataFrame({"incident_id": ["a"]}, geometry=[Point(-87.9, 43)], crs=4326).to_file(path)
    assert read_incidents(path, crs="OGC:CRS84").table.crs == UTM
    parquet = tmp_path / "calls.parquet"
    gpd.read_file(path).to_crs("OGC:CRS84").to_parquet(parquet)
    assert read_incidents(parquet, crs="EPSG:4326").table.crs == UTM


def test_to_crs(write):
    path = write(BOTH)
    assert read_incidents(path, to_crs="EPSG:3071").table.crs == "EPSG:3071"
