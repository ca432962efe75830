"""Files read back with other software."""

from __future__ import annotations

import csv
import io
import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from geopandas.testing import assert_geoseries_equal

from hotspots.errors import DisclosureError, InputError, SchemaError
from hotspots.reports.tables import (
    write_proximity,
    write_public_areas,
    write_quarantine,
    write_results,
)


def read_csv(path):
    return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8"))))


def test_results_come_back_as_they_were(make_internal, tmp_path):
    shown = make_internal()
    path = tmp_path / "results.gpkg"
    write_results(shown, path)
    assert [name for name, _ in pyogrio.list_layers(path)] == ["units", "facilities", "proximity"]
    units = gpd.read_file(path, layer="units").set_index("unit_id")
    assert units.crs == shown.table.crs
    assert list(units.columns[:-1]) == [name for name in shown.table if name != "geometry"]
    pd.testing.assert_frame_equal(
        pd.DataFrame(units.drop(columns="geometry")),
        pd.DataFrame(shown.table.drop(columns="geometry")),
        check_dtype=False,
        check_exact=True,
    )
    assert_geoseries_equal(units.geometry, shown.table.geometry, check_index_type=False)


def test_facilities_and_distances_come_back(make_internal, facilities, proximity, tmp_path):
    write_results(make_internal(), tmp_path / "results.gpkg")
    places = gpd.read_file(tmp_path / "results.gpkg", layer="facilities").set_index("facility_id")
    assert places.geometry.tolist() == facilities.geometry.tolist()
    assert places["kind"].tolist() == ["group_home", "group_home", "hotel"]
    assert pd.isna(places.loc["G002", "opened"])
    near = pyogrio.read_dataframe(tmp_path / "results.gpkg", layer="proximity")
    assert not isinstance(near, gpd.GeoDataFrame)
    assert near["distance_m"].iloc[0] == 3151.123456
    assert np.isnan(near["distance_m"].iloc[1])
    assert near["within_400m"].tolist()[0] == 0
    assert near["note"].tolist() == ["", "far from a street"]


def test_only_what_the_release_holds_becomes_a_layer(make_internal, tmp_path):
    write_results(make_internal(facilities=None, proximity=None), tmp_path / "results.gpkg")
    assert [name for name, _ in pyogrio.list_layers(tmp_path / "results.gpkg")] == ["units"]


def test_a_failed_write_keeps_the_old_file_and_leaves_no_other(
    make_internal, tmp_path, monkeypatch
):
    path = tmp_path / "results.gpkg"
    write_results(make_internal(), path)
    before = path.read_bytes()

    def fail(*_, **__):
        raise OSError("disk full")

    monkeypatch.setattr(pyogrio, "write_dataframe", fail)
    with pytest.raises(OSError, match="disk full"):
        write_results(make_internal(), path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["results.gpkg"]


def test_distances_as_csv(make_internal, tmp_path):
    write_proximity(make_internal(), tmp_path / "proximity.csv")
    assert read_csv(tmp_path / "proximity.csv") == [
        ["facility_id", "kind", "to_kind", "nearest_id", "distance_m", "straight_m", "snap_m",
         "nearest_snap_m", "within_400m", "within_1600m", "note"],
        ["G001", "group_home", "hotel", "H012", "3151.123", "3022", "4.5", "2", "0", "0", ""],
        ["G002", "group_home", "hotel", "H012", "", "1011", "900.0", "2", "", "",
         "far from a street"],
    ]  # fmt: skip


def test_no_distances_is_an_error_that_says_so(make_internal, tmp_path):
    with pytest.raises(InputError, match="holds no distances"):
        write_proximity(make_internal(proximity=None), tmp_path / "proximity.csv")
    assert not list(tmp_path.iterdir())


def test_spreadsheets_show_and_do_not_run(make_internal, proximity, tmp_path):
    hostile = ["=HYPERLINK(0)", "  @x"]
    frame = proximity.assign(facility_id=hostile, nearest_id=["+1", "-1"], note=["\t=1", "|x"])
    write_proximity(make_internal(proximity=frame), tmp_path / "proximity.csv")
    rows = read_csv(tmp_path / "proximity.csv")[1:]
    assert [row[0] for row in rows] == ["'=HYPERLINK(0)", "'  @x"]
    assert [row[3] for row in rows] == ["'+1", "'-1"]
    assert [row[-1] for row in rows] == ["'\t=1", "'|x"]


def test_quarantine_holds_reasons_and_nothing_else(tmp_path):
    frame = pd.DataFrame(
        {"table": ["incidents"], "row": [3], "reason": ["no coordinate"], "name": ["Jane"]}
    )
    write_quarantine(frame, tmp_path / "quarantine.csv")
    assert (tmp_path / "quarantine.csv").read_bytes() == (
        b"table,row,reason\nincidents,3,no coordinate\n"
    )
    write_quarantine(frame.iloc[:0], tmp_path / "quarantine.csv")
    assert (tmp_path / "quarantine.csv").read_bytes() == b"table,row,reason\n"
    with pytest.raises(SchemaError, match="no column 'reason'"):
        write_quarantine(frame.drop(columns="reason"), tmp_path / "quarantine.csv")


def areas(shown, folder):
    write_public_areas(shown, folder / "areas.csv", folder / "areas.geojson")
    return folder / "areas.csv", folder / "areas.geojson"


def test_public_areas_as_csv(make_public, tmp_path):
    table, _ = areas(make_public(), tmp_path)
    # 900 published incidents in 5 areas of equal residents... less the complementary one
    assert read_csv(table) == [
        ["unit_id", "name", "population", "count", "expected", "label"],
        ["A00", "Area 0", "5000", "withheld", "", "withheld"],
        ["A01", "Area 1", "5000", "100", "150", "cold 99"],
        ["A02", "Area 2", "5000", "150", "150", "not significant"],
        ["A03", "Area 3", "5000", "150", "150", "not significant"],
        ["A04", "Area 4", "5000", "withheld", "", "withheld"],
        ["A05", "Area 5", "5000", "200", "150", "hot 99"],
    ]


def test_public_areas_as_geojson(make_public, tmp_path):
    shown = make_public()
    _, path = areas(shown, tmp_path)
    content = json.loads(path.read_text(encoding="utf-8"))
    assert set(content) == {"type", "features"}
    features = content["features"]
    assert [feature["id"] for feature in features] == ["A00", "A01", "A02", "A03", "A04", "A05"]
    assert features[4]["properties"] == {
        "unit_id": "A04", "name": "Area 4", "population": 5000, "count": None,
        "expected": None, "label": "withheld",
    }  # fmt: skip
    back = gpd.read_file(path)
    assert back.crs == "EPSG:4326"
    assert back.geometry.is_valid.all()
    moved = back.geometry.to_crs(shown.table.crs)
    exact = shown.table.geometry.loc[[f["id"] for f in features]]
    assert moved.hausdorff_distance(exact.reset_index(drop=True)).max() < 10  # half of 1e-4 degree
    for feature in features:
        (ring,) = feature["geometry"]["coordinates"]
        assert ring[0] == ring[-1]
        assert shapely.is_ccw(shapely.LinearRing(ring))
        assert all(value == round(value, 4) for point in ring for value in point)
        assert all(-88 < x < -87 and 42 < y < 44 for x, y in ring)


def test_same_release_same_bytes_in_any_order(make_public, tmp_path):
    from dataclasses import replace

    shown = make_public()
    (tmp_path / "b").mkdir()
    first = [path.read_bytes() for path in areas(shown, tmp_path)]
    shuffled = replace(shown, table=shown.table.iloc[[2, 0, 1, 5, 4, 3]])
    assert [path.read_bytes() for path in areas(shuffled, tmp_path / "b")] == first
    assert b"\r" not in first[0] + first[1]


def test_zero_and_few_look_the_same(make_public, tmp_path):
    files = []
    for count in (0, 5, 10):
        folder = tmp_path / str(count)
        folder.mkdir()
        shown = make_public(counts=(400, 100, 150, 150, count, 200 - count))
        files.append([path.read_bytes() for path in areas(shown, folder)])
    # the rest of the last area differs as it must; the withheld ones do not
    assert [csv_.splitlines()[5] for csv_, _ in files] == [files[0][0].splitlines()[5]] * 3


def test_open_data_shows_the_units(make_open, tmp_path):
    shown = make_open()
    table, path = areas(shown, tmp_path)
    frame = pd.read_csv(table, index_col="unit_id")
    assert frame["count"].tolist() == shown.table["count"].tolist()
    assert frame["gi_star_z"].to_numpy() == pytest.approx(shown.table["gi_star_z"].to_numpy())
    assert len(json.loads(path.read_text(encoding="utf-8"))["features"]) == 30


def test_names_are_guarded_in_csv_and_plain_in_geojson(make_public, tmp_path):
    names = ["=1+1", 'a"b', "</script>", "{{7*7}}", "x\ny", "{%"]
    table, path = areas(make_public(names=names), tmp_path)
    assert [row[1] for row in read_csv(table)[1:]] == ["'=1+1", *names[1:]]
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    assert [feature["properties"]["name"] for feature in features] == names


def test_profiles_are_not_mixed_up(make_internal, make_public, tmp_path):
    internal, public = make_internal(), make_public()
    path = tmp_path / "x.gpkg"
    for wrong in (public, internal.table, None):
        with pytest.raises(DisclosureError, match="only an internal release"):
            write_results(wrong, path)
        with pytest.raises(DisclosureError, match="only an internal release"):
            write_proximity(wrong, path)
    for wrong in (internal, public.table, None):
        with pytest.raises(DisclosureError, match="only a public release"):
            write_public_areas(wrong, path, path)
    assert not list(tmp_path.iterdir())
