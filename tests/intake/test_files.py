"""One table, however it is stored."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPoint, Point

from hotspots.errors import InputError
from hotspots.intake.delimited import _load_fast, _load_with_care, open_delimited
from hotspots.intake.files import READERS, open_source
from hotspots.intake.incidents import read_incidents

UTM = "EPSG:32616"
RECORDS = pd.DataFrame(
    {
        "incident_id": ["007", "8", "é9"],
        "time": ["2015-06-01 10:00:00", "2015-06-02 00:00:00", ""],
        "category": ["ROBBERY, armed", "", 'the "old" one'],
        "note": ["x", "y", "z"],
        "x": [425000.25, 426000.5, 427000.75],
        "y": [4765000.125, 4766000.0, 4767000.0],
    }
)


def frame() -> gpd.GeoDataFrame:
    points = gpd.points_from_xy(RECORDS["x"], RECORDS["y"])
    shapes = gpd.GeoDataFrame(RECORDS.drop(columns=["x", "y"]), geometry=points, crs=UTM)
    shapes["time"] = pd.to_datetime(shapes["time"])
    return shapes


def workbook(path):
    book = openpyxl.Workbook()
    book.active.append(list(RECORDS.columns))
    for row in RECORDS.itertuples(index=False):
        time = dt.datetime.fromisoformat(row.time) if row.time else None
        book.active.append([row.incident_id, time, row.category or None, *row[3:]])
    book.active.append([None] * 6)
    book.save(path)


def csv(separator=",", encoding="utf-8"):
    return lambda path: RECORDS.to_csv(path, index=False, sep=separator, encoding=encoding)


def crlf(path):
    path.write_bytes(RECORDS.to_csv(index=False, lineterminator="\r\n").encode())


WRITERS = {
    "plain.csv": csv(),
    "windows-lines.csv": crlf,
    "CAPITALS.CSV": csv(),
    "packed.csv.gz": csv(),
    "tabs.tsv": csv("\t"),
    "packed.tsv.gz": csv("\t"),
    "semicolons.csv": csv(";"),
    "marked.csv": csv(encoding="utf-8-sig"),
    "wide.csv": csv("\t", "utf-16"),
    "windows.csv": csv(encoding="cp1252"),
    "shapes.geojson": lambda path: frame().to_file(path),
    "shapes.json": lambda path: frame().to_file(path, driver="GeoJSON"),
    "shapes.gpkg": lambda path: frame().to_file(path),
    "shapes.shp": lambda path: (
        frame()
        .rename(columns={"incident_id": "id"})
        .assign(time=RECORDS["time"])
        .to_file(path, encoding="utf-8")
    ),
    "plain.parquet": RECORDS.to_parquet,
    "shapes.parquet": lambda path: frame().to_parquet(path),
    "shapes.geoparquet": lambda path: frame().to_parquet(path),
    "book.xlsx": workbook,
    "text.csv": lambda path: (
        RECORDS.assign(
            WKT=[f"POINT ({x} {y})" for x, y in zip(RECORDS["x"], RECORDS["y"], strict=True)]
        )
        .drop(columns=["x", "y"])
        .to_csv(path, index=False)
    ),
}


@pytest.fixture
def expected() -> gpd.GeoDataFrame:
    table = gpd.GeoDataFrame(
        {
            "time": pd.Series(
                [pd.Timestamp("2015-06-01 10:00"), pd.Timestamp("2015-06-02"), pd.NaT],
                dtype="datetime64[us]",
            ),
            "category": ["ROBBERY, armed", None, 'the "old" one'],
        },
        geometry=gpd.points_from_xy(RECORDS["x"], RECORDS["y"]),
        crs=UTM,
    )
    return table.set_index(pd.Index(RECORDS["incident_id"], name="incident_id"))


def test_every_known_ending_is_tried():
    endings = {next(e for e in READERS if name.lower().endswith(e)) for name in WRITERS}
    assert {*endings, ".csv.gz", ".tsv.gz"} == set(READERS)


@pytest.mark.parametrize("name", WRITERS)
def test_the_same_table_from_every_kind_of_file(name, tmp_path, expected):
    path = tmp_path / name
    WRITERS[name](path)
    crs = None if "shapes" in name else UTM
    columns = {"incident_id": "id"} if name.endswith(".shp") else None
    read = read_incidents(path, crs=crs, columns=columns, to_crs=UTM)
    assert_geodataframe_equal(read.table, expected, check_dtype=False, check_less_precise=True)
    assert read.table["time"].dtype == "datetime64[us]"
    assert (read.table["category"].isna() == [False, True, False]).all()
    windows = ("not UTF-8, read as Windows-1252",)
    assert read.notes == (windows if name == "windows.csv" else ())


def test_numbers_as_ids_are_whole(tmp_path):
    path = tmp_path / "calls.gpkg"
    table = gpd.GeoDataFrame(
        {"incident_id": [1, 2], "category": [4.0, None]}, geometry=[Point(1, 1)] * 2, crs=UTM
    )
    table.to_file(path)
    read = read_incidents(path, where={"category": ["4"]})
    assert read.table.index.tolist() == ["1"]
    assert read.table["category"].tolist() == ["4"]


def test_shapes_that_are_missing_or_single_multipoints(tmp_path):
    path = tmp_path / "calls.geojson"
    shapes = [MultiPoint([(-87.9, 43)]), None, Point(), Point(0, 0)]
    table = gpd.GeoDataFrame({"incident_id": list("abcd")}, geometry=shapes, crs=4326)
    table.to_file(path)
    read = read_incidents(path)
    assert read.table.index.tolist() == ["a"]
    assert dict(read.quarantine.to_numpy()) == {
        2: "no coordinate",
        3: "no coordinate",
        4: "coordinate is (0, 0)",
    }


def test_written_shapes_that_cannot_be_read(write):
    path = write('incident_id,geometry\na,"POINT (500000 1)"\nb,POINT 1\nc,\nd,POINT EMPTY\n')
    read = read_incidents(path, crs=UTM)
    assert dict(read.quarantine.to_numpy()) == {
        2: "coordinate is not a number",
        3: "no coordinate",
        4: "no coordinate",
    }


def test_the_only_layer_with_shapes_needs_no_name(tmp_path):
    path = tmp_path / "calls.gpkg"
    frame().to_file(path, layer="calls")
    gpd.GeoDataFrame(RECORDS[["note"]]).to_file(path, layer="notes")
    assert read_incidents(path).counts.used == 3


def test_a_sheet_by_name(tmp_path):
    path = tmp_path / "book.xlsx"
    book = openpyxl.Workbook()
    sheet = book.create_sheet("calls")
    sheet.append(["incident_id", "lon", "lat"])
    sheet.append([7.0, -87.9, 43])
    book.save(path)
    assert read_incidents(path, layer="calls").table.index.tolist() == ["7"]


def test_a_short_line_is_filled_with_blanks_and_blank_lines_do_not_count(write):
    path = write("\nincident_id,x,y,category\n\na,1,1\n\nb,,\nc,1,1,ROBBERY\n\n")
    read = read_incidents(path, crs=UTM)
    assert read.table.index.tolist() == ["a", "c"]
    assert dict(read.quarantine.to_numpy()) == {2: "no coordinate"}
    assert read.counts.read == 3


def test_a_field_over_several_lines(write):
    path = write('incident_id,"no\nte",x,y\na,"one\ntwo, three",1,1\nb,"",1,1\n')
    assert read_incidents(path, crs=UTM).table.index.tolist() == ["a", "b"]


field = st.text(st.sampled_from('ab1,;"\n é'), max_size=5)


@settings(deadline=None)
@given(st.lists(st.tuples(field, field, field), min_size=1, max_size=8))
def test_both_ways_of_parsing_agree(rows):
    body = pd.DataFrame(rows).to_csv(index=False, header=False)
    fast = _load_fast(body, ",", 3, [0, 2])
    careful = _load_with_care(None, body, ",", 3, [0, 2])
    if fast is not None:
        assert fast.to_numpy().tolist() == careful.to_numpy().tolist()
    assert careful.to_numpy().tolist() == [[first, last] for first, _, last in rows]


def test_the_usual_file_takes_the_fast_way():
    body = 'a,"1, 2",3\nb,"x ""y""\nz",é\n'
    assert _load_fast(body, ",", 3, [0, 2]).to_numpy().tolist() == [["a", "3"], ["b", "é"]]


def test_only_the_columns_asked_for_are_loaded(tmp_path):
    for name in ("plain.csv", "plain.parquet", "shapes.gpkg", "book.xlsx"):
        path = tmp_path / name
        WRITERS[name](path)
        loaded = open_source(path).records(["incident_id"])
        shapes = ["geometry"] if name.startswith("shapes") else []
        assert list(loaded.columns) == ["incident_id", *shapes]
        assert loaded.index.tolist() == [1, 2, 3]


def test_an_address_on_the_web_is_no_file(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        open_source("https://example.org/calls.csv")


def test_a_year_is_a_column_name(write):
    assert open_delimited(write("id,2013,2014\n1,2,3\n"), None).columns == ("id", "2013", "2014")
