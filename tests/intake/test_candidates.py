"""Addresses and parcels as candidates: what is kept, weighed and set aside."""

import geopandas as gpd
import pytest
from shapely import Point, box

from hotspots.errors import InputError
from hotspots.intake.candidates import read_candidates

TEXT = "id,x,y,units,zone,lot\na,400000,4800000,2,R1,300\nb,400100,4800000,0,R1,x\nc,,,1,R2,200\n"


def read(folder, text=TEXT, **options):
    path = folder / "addresses.csv"
    path.write_text(text, encoding="utf-8")
    return read_candidates(path, crs="EPSG:32616", to_crs="EPSG:32616", **options)


def test_sites_keep_what_is_named_and_are_known_by_their_row(tmp_path):
    found = read(tmp_path, classes=["zone"], bands=["lot"])
    assert found.table.index.tolist() == ["1", "2"]
    assert [*found.table] == ["zone", "lot", "geometry"]
    assert found.table["lot"].tolist()[0] == 300
    assert found.counts.set_aside == {"no coordinate": 1}
    assert found.notes == ("lot: no number in 1 record, left missing",)


def test_sites_where_nobody_can_live_are_set_aside_and_not_listed(tmp_path):
    found = read(tmp_path, weight="units")
    assert found.table["units"].tolist() == [2]
    assert found.counts.set_aside == {"no coordinate": 1, "no weight": 1}
    assert found.quarantine["reason"].tolist() == ["no coordinate"]


def test_of_a_parcel_a_point_inside_is_taken(tmp_path):
    bent = box(0, 0, 100, 100) - box(10, 10, 100, 100)  # its middle lies outside
    frame = gpd.GeoDataFrame({"units": [1, 3]}, geometry=[bent, Point(500, 500)], crs="EPSG:32616")
    frame.geometry = frame.translate(400_000, 4_800_000)
    frame.to_file(tmp_path / "parcels.gpkg")
    found = read_candidates(tmp_path / "parcels.gpkg", weight="units", to_crs="EPSG:32616")
    assert found.table.within(frame.geometry.iloc[0]).tolist() == [True, False]
    assert found.table.geometry.iloc[1] == frame.geometry.iloc[1]


def test_every_missing_column_is_named(tmp_path):
    with pytest.raises(InputError) as caught:
        read(tmp_path, weight="flats", classes=["use"])
    assert "no column 'flats'; say which one it is" in str(caught.value)
    assert "no column 'use'; say which one it is" in str(caught.value)
