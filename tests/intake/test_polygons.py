"""Boundary, given areas, population and background layers."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely import LineString, Point, Polygon, box

from hotspots.crs import is_metric
from hotspots.intake.polygons import read_boundary, read_layer, read_polygons, read_population

UTM = "EPSG:32616"
BOW_TIE = Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])


def save(path, geometry, crs=UTM, **columns):
    gpd.GeoDataFrame(columns, geometry=geometry, crs=crs).to_file(path)
    return path


def test_a_boundary_is_one_valid_row(tmp_path):
    path = save(tmp_path / "city.gpkg", [box(0, 0, 10, 10), box(10, 0, 20, 10), None])
    city = read_boundary(path, to_crs=UTM)
    assert city.geometry.iloc[0].equals(box(0, 0, 20, 10))
    assert (len(city), list(city.columns), city.crs.to_epsg()) == (1, ["geometry"], 32616)


def test_a_boundary_that_crosses_itself_is_mended(tmp_path):
    path = save(tmp_path / "city.gpkg", [BOW_TIE])
    city = read_boundary(path, to_crs=UTM)
    assert city.is_valid.all()
    # two triangles of base 10 and height 5
    assert city.area.iloc[0] == pytest.approx(50)
    assert city.attrs["notes"] == (
        "1 shape crosses itself and was mended, the first is record 1; check the map",
    )


def test_mending_leaves_no_loose_lines(tmp_path):
    spike = Polygon([(0, 0), (10, 0), (10, 10), (20, 20), (10, 10), (0, 10)])
    path = save(tmp_path / "city.gpkg", [spike])
    city = read_boundary(path, to_crs=UTM)
    assert city.geom_type.isin(["Polygon", "MultiPolygon"]).all()
    assert city.area.iloc[0] == pytest.approx(100)


def test_auto_is_the_utm_zone(tmp_path):
    path = save(tmp_path / "city.geojson", [box(-88, 43, -87.8, 43.2)], crs=4326)
    assert read_boundary(path).crs.to_epsg() == 32616


def test_a_boundary_from_well_known_text(write):
    path = write('name,geometry\ncity,"POLYGON ((0 0, 10 0, 10 10, 0 0))"\n')
    assert read_boundary(path, crs=UTM, to_crs=UTM).area.iloc[0] == pytest.approx(50)


def test_areas(tmp_path):
    squares = [box(i, 0, i + 1, 1) for i in range(3)]
    path = save(
        tmp_path / "areas.gpkg", squares, nr=[3, 1, 2], name=["C", " A ", None], chief=list("xyz")
    )
    areas = read_polygons(path, id="nr", to_crs=UTM)
    assert areas.index.tolist() == ["3", "1", "2"]
    assert areas.index.name == "unit_id"
    assert sorted(areas.columns) == ["geometry", "name"]
    assert areas["name"].tolist()[:2] == ["C", "A"]
    assert pd.isna(areas["name"].iloc[2])
    assert areas.geometry.tolist() == squares
    named = read_polygons(path, id="nr", name="chief", to_crs=UTM)
    assert named["name"].tolist() == ["x", "y", "z"]


def test_parts_of_one_area_are_merged(tmp_path):
    squares = [box(0, 0, 1, 1), box(5, 5, 6, 6), box(1, 0, 2, 1)]
    path = save(tmp_path / "areas.gpkg", squares, nr=["b", "a", "b"])
    areas = read_polygons(path, id="nr", to_crs=UTM)
    assert areas.index.tolist() == ["b", "a"]
    assert areas.geometry.iloc[0].equals(box(0, 0, 2, 1))
    assert areas.attrs["notes"] == ("2 records with the same id merged into 1 area, first id 'b'",)


def test_population(tmp_path):
    path = save(
        tmp_path / "blocks.gpkg", [box(0, 0, 1, 1), BOW_TIE], pop=["12", "0"], owner=["", ""]
    )
    blocks = read_population(path, column="pop", to_crs=UTM)
    assert list(blocks.columns) == ["population", "geometry"]
    assert blocks["population"].tolist() == [12.0, 0.0]
    assert blocks.is_valid.all()
    assert blocks.attrs["notes"] == (
        "1 shape crosses itself and was mended, the first is record 2; check the map",
    )


def test_areas_say_all_that_was_done_to_them(tmp_path):
    shapes = [BOW_TIE, box(20, 0, 21, 1), BOW_TIE, box(30, 0, 31, 1), box(31, 0, 32, 1)]
    path = save(tmp_path / "areas.gpkg", shapes, nr=["a", "b", "c", "b", "a"])
    assert read_polygons(path, id="nr", to_crs=UTM).attrs["notes"] == (
        "2 shapes cross themselves and were mended, the first is id 'a'; check the map",
        "4 records with the same id merged into 2 areas, first id 'a'",
    )


def test_whole_areas_need_no_note(tmp_path):
    path = save(tmp_path / "areas.gpkg", [box(0, 0, 1, 1), box(1, 0, 2, 1)], nr=["a", "b"])
    assert read_polygons(path, id="nr", to_crs=UTM).attrs["notes"] == ()
    assert read_boundary(path, to_crs=UTM).attrs["notes"] == ()


def test_one_area_alone_may_be_all_there_is(tmp_path):
    path = save(tmp_path / "areas.gpkg", [box(0, 0, 1, 1)], nr=["a"])
    assert read_polygons(path, id="nr", to_crs=UTM).index.tolist() == ["a"]


def test_a_layer_keeps_any_shape_and_only_the_name(tmp_path):
    shapes = [LineString([(0, 0), (1, 1)]), None, Point(1, 1)]
    path = save(tmp_path / "roads.gpkg", shapes, name=["A", "B", ""], speed=[1, 2, 3])
    roads = read_layer(path)
    assert sorted(roads.columns) == ["geometry", "name"]
    assert roads.index.tolist() == [0, 1]
    assert roads["name"].iloc[0] == "A"
    assert pd.isna(roads["name"].iloc[1])
    assert is_metric(roads.crs)
    assert read_layer(path, name="speed")["name"].tolist() == ["1", "3"]


def test_a_layer_without_names(tmp_path):
    path = save(tmp_path / "water.geojson", [Point(-87.9, 43)], crs=4326)
    assert list(read_layer(path).columns) == ["geometry"]
