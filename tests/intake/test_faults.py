"""What a user reads when something is wrong: one clear message, and nothing of the data in it."""

from __future__ import annotations

import gzip
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from shapely import Point, Polygon, box

from hotspots.errors import CRSError, HotspotsError, InputError
from hotspots.intake.facilities import read_facilities
from hotspots.intake.incidents import read_incidents
from hotspots.intake.polygons import read_boundary, read_layer, read_polygons, read_population

if TYPE_CHECKING:
    from collections.abc import Callable

UTM = "EPSG:32616"
AREA = gpd.GeoDataFrame(geometry=[box(420_000, 4_760_000, 430_000, 4_770_000)], crs=UTM)
GOOD = "incident_id,x,y,category,time\na,425000,4765000,ROBBERY,2015-01-02\n"
CORNERS = ((0, 0), (1, 0), (1, 1))


@dataclass
class Fault:
    """One thing that can be wrong, and the message it must give."""

    message: str
    file: str = "calls.csv"
    content: str | bytes | Callable[[Any], object] | None = GOOD
    reader: Callable[..., object] = read_incidents
    kind: type[HotspotsError] = InputError
    options: dict[str, object] = field(default_factory=dict)


def shapes(**layers: gpd.GeoDataFrame) -> Callable[[Any], None]:
    def _write(path):
        for name, table in layers.items():
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", "'crs' was not provided")
                table.to_file(path, layer=name)

    return _write


def frame(geometry: list[object], crs: str | None = UTM, **columns: list[object]):
    return gpd.GeoDataFrame(columns, geometry=geometry, crs=crs)


def two_sheets(path):
    book = openpyxl.Workbook()
    book.create_sheet("calls")
    book.save(path)


def empty_sheet(path):
    openpyxl.Workbook().save(path)


POINTS = frame([Point(425000, 4765000)], incident_id=["a"])
SQUARES = [box(i, 0, i + 1, 1) for i in range(3)]
NO_COLUMNS = "put a line of column names above it"

FAULTS = {
    # the file
    "no such file": Fault("{folder}/call.csv: no such file; did you mean 'calls.csv'?"),
    "no such folder": Fault(
        "{folder}/none/calls.csv: no such file; the folder '{folder}/none' is not there either"
    ),
    "a folder": Fault("{folder}: a folder, not a file; name the file in it"),
    "unknown ending": Fault(
        "calls.doc: unknown kind of file '.doc'; known are .csv, .csv.gz, .tsv, .tsv.gz, .geojson, "
        ".json, .gpkg, .shp, .parquet, .geoparquet, .xlsx",
        file="calls.doc",
    ),
    "empty file": Fault("calls.csv: the file is empty", content=""),
    "blank file": Fault("calls.csv: the file is empty", content="\n \n"),
    "no records": Fault("calls.csv: no records", content="incident_id,x,y\n", options={"crs": UTM}),
    "cut gzip": Fault(
        "calls.csv.gz: the gzip file is damaged or cut short; fetch it again",
        file="calls.csv.gz",
        content=gzip.compress(GOOD.encode())[:-9],
    ),
    "no gzip": Fault(
        "calls.csv.gz: the gzip file is damaged or cut short; fetch it again",
        file="calls.csv.gz",
        content=GOOD,
    ),
    "binary": Fault(
        "calls.csv: not a text file in UTF-8 or Windows-1252; save it as UTF-8",
        content=b"PK\x03\x04\x00\x00\x81",
    ),
    "damaged workbook": Fault(
        "calls.xlsx: damaged, or not an .xlsx workbook; save it again",
        file="calls.xlsx",
        content=b"PK\x03\x04",
    ),
    "damaged GeoPackage": Fault(
        "calls.gpkg: damaged, or not what its ending '.gpkg' says; export it again",
        file="calls.gpkg",
        content=b"SQLite",
    ),
    "damaged GeoJSON": Fault(
        "calls.geojson: damaged, or not what its ending '.geojson' says; export it again",
        file="calls.geojson",
        content='{"type": "FeatureCollection", "features": [{',
    ),
    "damaged Parquet": Fault(
        "calls.parquet: damaged, or not a Parquet file; export it again",
        file="calls.parquet",
        content=b"PAR1",
    ),
    "a missing quotation mark": Fault(
        "calls.csv: a quotation mark is missing or one too many; save the file again with every "
        "quotation mark in pairs",
        content='incident_id,x,y,note\na,1,1,"open\nb,1,1,x\n',
        options={"crs": UTM},
    ),
    "more fields than columns": Fault(
        "calls.csv: more fields than the 3 columns in 2 records, the first is record 2; put "
        "quotation marks around fields that hold ','",
        content="incident_id,x,y\na,1,1\nb,1,1,1\nc,1,1,1\n",
        options={"crs": UTM},
    ),
    "no header": Fault(
        f"calls.csv: the first line holds values where column names belong; {NO_COLUMNS}",
        content="a,425000.5,4765000\nb,1,1\n",
    ),
    "a date for a header": Fault(
        f"calls.csv: the first line holds values where column names belong; {NO_COLUMNS}",
        content="a,2015-01-01 10:00,home\n",
    ),
    "a web page": Fault(
        "calls.csv: a web page or XML, not a table; fetch the file itself once more",
        content="<!DOCTYPE html><html><body>Please sign in</body></html>\n<p>\n",
    ),
    "one long line for a header": Fault(
        f"calls.csv: no column 'incident_id'; say which one it is with columns = {{incident_id = "
        f"\"…\"}}; the file has '{'n' * 39}…', 'x', 'y'",
        content=f"{'n' * 300},x,y\na,1,1\n",
        options={"crs": UTM},
    ),
    "a blank header": Fault(
        "calls.csv: the first line is blank where column names belong", content=",,\na,1,1\n"
    ),
    # layers and sheets
    "unknown layer": Fault(
        "calls.gpkg: no layer 'cals'; did you mean 'calls'?",
        file="calls.gpkg",
        content=shapes(calls=POINTS, other=POINTS),
        options={"layer": "cals"},
    ),
    "unknown layer, none near": Fault(
        "calls.gpkg: no layer 'x'; there is 'calls', 'other'",
        file="calls.gpkg",
        content=shapes(calls=POINTS, other=POINTS),
        options={"layer": "x"},
    ),
    "no layer named": Fault(
        "calls.gpkg: 2 layers; name one with layer = \"…\": 'calls', 'other'",
        file="calls.gpkg",
        content=shapes(calls=POINTS, other=POINTS),
    ),
    "no sheet named": Fault(
        "calls.xlsx: 2 sheets; name one with layer = \"…\": 'Sheet', 'calls'",
        file="calls.xlsx",
        content=two_sheets,
    ),
    "an empty sheet": Fault(
        "calls.xlsx: the sheet 'Sheet' is empty", file="calls.xlsx", content=empty_sheet
    ),
    "a layer in a text file": Fault(
        "calls.csv: a text file has no layer 'calls'; leave layer out", options={"layer": "calls"}
    ),
    # columns
    "missing column": Fault(
        "calls.csv: no column 'categry' (for category); did you mean 'category'?",
        options={"crs": UTM, "columns": {"category": "categry"}},
    ),
    "missing id": Fault(
        "calls.csv: no column 'incident_id'; say which one it is with "
        "columns = {incident_id = \"…\"}; the file has 'id', 'x', 'y'",
        content="id,x,y\na,1,1\n",
        options={"crs": UTM},
    ),
    "unknown name": Fault(
        "calls.csv: columns: incidents have no 'categories'; did you mean 'category'?",
        options={"crs": UTM, "columns": {"categories": "category"}},
    ),
    "all faults at once": Fault(
        "calls.csv: 4 faults\n"
        "  - columns: facilities have no 'kind'; known are 'facility_id', 'operator_id', "
        "'capacity', 'opened', 'closed', 'x', 'y', 'lon', 'lat', 'geometry'\n"
        "  - no column 'beds' (for capacity); the file has 'id', 'x'\n"
        "  - no column 'facility_id'; say which one it is with columns = {facility_id = \"…\"}; "
        "the file has 'id', 'x'\n"
        "  - column 'x' without 'y'; the file has 'id', 'x'",
        content="id,x\na,1\n",
        reader=read_facilities,
        options={"kind": "hotel", "columns": {"kind": "id", "capacity": "beds"}},
    ),
    "one name twice": Fault(
        "calls.csv: 'x' names two columns; rename one",
        content="incident_id,x,x,y\na,1,1,1\n",
        options={"crs": UTM},
    ),
    "one column for both": Fault(
        "calls.csv: column 'x' cannot hold both x and y",
        options={"crs": UTM, "columns": {"y": "x"}},
    ),
    "coordinates named twice": Fault(
        "calls.csv: columns: coordinates named twice; keep x and y, lon and lat or geometry",
        options={"columns": {"x": "x", "lon": "x"}},
    ),
    "no coordinates": Fault(
        "calls.csv: no coordinates; say which columns they are with columns = "
        '{x = "…", y = "…"} or {lon = "…", lat = "…"}; the file has \'incident_id\', \'place\'',
        content="incident_id,place\na,b\n",
    ),
    "many columns": Fault(
        "calls.csv: no column 'nothing' (for category); the file has 'incident_id', 'x', 'y', "
        "'c0', 'c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7', 'c8' and 2 more",
        content=f"incident_id,x,y,{','.join(f'c{i}' for i in range(11))}\n",
        options={"crs": UTM, "columns": {"category": "nothing"}},
    ),
    # coordinate systems
    "no crs": Fault(
        "calls.csv: no crs for x and y; say which with crs = 'EPSG:…' (EPSG:4326 for longitude and "
        "latitude)",
        kind=CRSError,
    ),
    "no crs in a GIS file": Fault(
        "calls.gpkg: no crs for its shapes; say which with crs = 'EPSG:…' (EPSG:4326 for longitude "
        "and latitude)",
        file="calls.gpkg",
        content=shapes(calls=POINTS.set_crs(None, allow_override=True)),
        kind=CRSError,
    ),
    "unknown crs": Fault(
        "calls.csv: crs: 'EPSG:99999' is not a coordinate reference system; "
        "write it as 'EPSG:32616'",
        kind=CRSError,
        options={"crs": "EPSG:99999"},
    ),
    "unknown crs of polygons": Fault(
        "calls.csv: crs: 'EPSG:99999' is not a coordinate reference system; "
        "write it as 'EPSG:32616'",
        content='geometry\n"POLYGON ((0 0, 1 0, 1 1, 0 0))"\n',
        kind=CRSError,
        reader=read_boundary,
        options={"crs": "EPSG:99999"},
    ),
    "a crs against the file's": Fault(
        "calls.gpkg: the file is in EPSG:32616 but crs says EPSG:32054; leave crs out, or correct "
        "the file",
        file="calls.gpkg",
        content=shapes(calls=POINTS),
        kind=CRSError,
        options={"crs": "EPSG:32054"},
    ),
    "degrees in a projected crs": Fault(
        "calls.csv: lon and lat are degrees but crs EPSG:32054 is projected; name the columns x "
        "and y, or leave crs out",
        content="incident_id,lon,lat\na,-87.9,43\n",
        kind=CRSError,
        options={"crs": "EPSG:32054"},
    ),
    "metres said to be degrees": Fault(
        "calls.csv: 1 of 1 coordinates cannot be degrees as EPSG:4326 says; say the crs they were "
        "measured in, such as crs = 'EPSG:32616'",
        kind=CRSError,
        options={"crs": "EPSG:4326"},
    ),
    "longitude and latitude exchanged": Fault(
        "calls.csv: 1 of 1 coordinates cannot be degrees as EPSG:4326 says; x and y (or lon and "
        "lat) look exchanged",
        content="incident_id,lat,lon\na,-122.4,37.8\n",
        kind=CRSError,
    ),
    "wrong crs": Fault(
        "calls.csv: not one point of 1 lies within 1 km of the boundary; is crs EPSG:32615 right?",
        kind=CRSError,
        options={"crs": "EPSG:32615", "boundary": AREA},
    ),
    "x and y exchanged": Fault(
        "calls.csv: not one point of 1 lies within 1 km of the boundary; x and y (or lon and lat) "
        "look exchanged",
        kind=CRSError,
        options={"crs": UTM, "boundary": AREA, "columns": {"x": "y", "y": "x"}},
    ),
    "degrees said to be metres": Fault(
        "calls.csv: not one point of 2 lies within 1 km of the boundary; the coordinates look like "
        "degrees: say crs = 'EPSG:4326'",
        content="incident_id,x,y\na,-87.92,43.04\nb,-87.91,43.03\n",
        kind=CRSError,
        options={"crs": UTM, "boundary": AREA},
    ),
    "to degrees": Fault(
        "to_crs: EPSG:4326 measures in degree, not metres; take 'auto' or a UTM zone such as "
        "'EPSG:32616'",
        kind=CRSError,
        options={"crs": UTM, "to_crs": "EPSG:4326"},
    ),
    "to feet": Fault(
        "to_crs: EPSG:32054 measures in US survey foot, not metres; take 'auto' or a UTM zone such "
        "as 'EPSG:32616'",
        kind=CRSError,
        options={"crs": UTM, "boundary": AREA, "to_crs": "EPSG:32054"},
    ),
    "a boundary without crs": Fault(
        "boundary: no coordinate reference system; set it with .set_crs('EPSG:…')",
        kind=CRSError,
        options={"crs": UTM, "boundary": AREA.set_crs(None, allow_override=True)},
    ),
    "a boundary of lines": Fault(
        "boundary: give polygons, as read_boundary does",
        options={"crs": UTM, "boundary": AREA.set_geometry(AREA.boundary)},
    ),
    # choosing records
    "empty result": Fault(
        "calls.csv: no usable record among 4: coordinate is (0, 0) in 1, no coordinate in "
        "1, where in 2",
        content="incident_id,x,y,category\na,,,A\nb,0,0,A\nc,1,1,B\nd,2,2,B\n",
        options={"crs": UTM, "where": {"category": ["A"]}},
    ),
    "decimal commas": Fault(
        "calls.csv: no usable record among 2: coordinate is not a number in 2; commas in the "
        "coordinates of 2 records; write decimals with a point (0.5, not 0,5), and no comma "
        "between thousands",
        content='incident_id,lon,lat\na,"-87,91","43,05"\nb,-87.91,"43,05"\n',
    ),
    "commas between thousands": Fault(
        "calls.csv: no usable record among 1: coordinate is not a number in 1; commas in the "
        "coordinates of 1 record; write decimals with a point (0.5, not 0,5), and no comma "
        "between thousands",
        content='incident_id,x,y\na,"420,123.4","4,765,000"\n',
        options={"crs": UTM},
    ),
    "an empty period": Fault(
        "calls.csv: no usable record among 1: outside the period in 1",
        options={"crs": UTM, "period": ("2016-01-01", "2016-12-31")},
    ),
    "a value that is nowhere": Fault(
        "calls.csv: where: no record with category 'ROBERY'; capitals count, and different "
        "values in that column: 1",
        options={"crs": UTM, "where": {"category": ["ROBERY"]}},
    ),
    "a value that is nowhere, none near": Fault(
        "calls.csv: where: no record with category 'x'; capitals count, and different values in "
        "that column: 1",
        options={"crs": UTM, "where": {"category": ["x"]}},
    ),
    "where on what is not there": Fault(
        "calls.csv: no column 'tier' (for where); say which one it is with columns = "
        "{tier = \"…\"}; the file has 'incident_id', 'x', 'y', 'category', 'time'",
        options={"crs": UTM, "where": {"tier": ["confirmed"]}},
    ),
    "where on what is not known": Fault(
        "where: 2 faults\n"
        "  - 'categry' cannot be chosen by; did you mean 'category'?\n"
        "  - no value for 'tier'; name at least one or leave it out",
        options={"crs": UTM, "where": {"categry": ["x"], "tier": []}},
    ),
    "a period without a time": Fault(
        "calls.csv: no column 'time' (for period); say which one it is with columns = "
        "{time = \"…\"}; the file has 'incident_id', 'x', 'y'",
        content="incident_id,x,y\na,1,1\n",
        options={"crs": UTM, "period": ("2015-01-01", "2015-12-31")},
    ),
    "a backward period": Fault(
        "period: ends on 2014-12-31, before it starts on 2015-01-01",
        options={"crs": UTM, "period": ("2015-01-01", "2014-12-31")},
    ),
    "a period that is none": Fault(
        "period: 'June' is not a day; write it as '2013-01-31'",
        options={"crs": UTM, "period": ("June", "July")},
    ),
    "half a period": Fault(
        "period: give two days, the first and the last, as '2013-01-01'",
        options={"crs": UTM, "period": "2013-01-01"},
    ),
    "day and month": Fault(
        "calls.csv: time: month/day/year or day/month/year in 1 record, and nothing in the column "
        "says which; write the column as 2015-03-14 14:05",
        content="incident_id,x,y,time\na,1,1,3/4/2015\n",
        options={"crs": UTM},
    ),
    "polygons for points": Fault(
        "calls.gpkg: no point in 3 records, the first is record 1; give points",
        file="calls.gpkg",
        content=shapes(calls=frame(SQUARES, incident_id=["a", "b", "c"])),
    ),
    # facilities
    "unknown kind": Fault(
        "kind: 'group home' is not known; did you mean 'group_home'?",
        reader=read_facilities,
        options={"kind": "group home", "crs": UTM},
    ),
    # polygons
    "points for a boundary": Fault(
        "calls.gpkg: no polygon in 1 record, the first is record 1",
        file="calls.gpkg",
        content=shapes(calls=POINTS),
        reader=read_boundary,
    ),
    "a table for a boundary": Fault(
        "calls.csv: no shapes; give a GIS file, or a column 'geometry' of well-known text",
        reader=read_boundary,
    ),
    "a boundary of nothing": Fault(
        "calls.gpkg: no record has a shape",
        file="calls.gpkg",
        content=shapes(calls=frame([None, Polygon()], n=[1, 2])),
        reader=read_boundary,
    ),
    "degrees out of the world": Fault(
        "calls.geojson: coordinates cannot be degrees as EPSG:4326 says; say the crs they were "
        "measured in, or correct the file's",
        file="calls.geojson",
        content=shapes(calls=frame([box(0, 0, 1000, 1000)], crs=None)),
        reader=read_layer,
        kind=CRSError,
    ),
    "areas without id and shape": Fault(
        "calls.gpkg: 3 faults\n"
        "  - no 'district' in 1 record, the first is record 2\n"
        "  - no shape in 1 record, the first is id '3'\n"
        "  - no polygon in 1 record, the first is record 2",
        file="calls.gpkg",
        content=shapes(calls=frame([SQUARES[0], Point(0, 0), None], district=["1", None, "3"])),
        reader=read_polygons,
        options={"id": "district"},
    ),
    "an id that is none": Fault(
        "calls.gpkg: 1 of the values of 'district' stand for several names, the first is '1'; "
        "choose a column with one value per area",
        file="calls.gpkg",
        content=shapes(
            calls=frame(SQUARES, district=["1", "1", "2"], name=["North", "South", "West"])
        ),
        reader=read_polygons,
        options={"id": "district"},
    ),
    "one id for all": Fault(
        "calls.gpkg: 'district' is 'a' in all 3 records; choose a column that tells areas apart",
        file="calls.gpkg",
        content=shapes(calls=frame(SQUARES, district=["a", "a", "a"])),
        reader=read_polygons,
        options={"id": "district"},
    ),
    "a missing id column": Fault(
        "calls.gpkg: no column 'distrct'; did you mean 'district'?",
        file="calls.gpkg",
        content=shapes(calls=frame(SQUARES, district=["1", "2", "3"])),
        reader=read_polygons,
        options={"id": "distrct"},
    ),
    "population that is none": Fault(
        "calls.gpkg: 3 faults\n"
        "  - population is missing in 1 record, the first is record 1\n"
        "  - population is not a number in 1 record, the first is record 2\n"
        "  - population is negative in 1 record, the first is record 3",
        file="calls.gpkg",
        content=shapes(calls=frame(SQUARES, pop=[None, "many", "-3"])),
        reader=read_population,
        options={"column": "pop"},
    ),
    "nobody": Fault(
        "calls.gpkg: population is 0 in every record; is it the right column?",
        file="calls.gpkg",
        content=shapes(calls=frame(SQUARES, pop=[0, 0, 0])),
        reader=read_population,
        options={"column": "pop"},
    ),
}
PATHS = {
    "no such file": "call.csv",
    "no such folder": "none/calls.csv",
    "a folder": "",
}


@pytest.mark.parametrize("name", FAULTS)
def test_fault(name, tmp_path):
    fault = FAULTS[name]
    path = tmp_path / fault.file
    if callable(fault.content):
        fault.content(path)
    else:
        raw = fault.content
        path.write_bytes(raw.encode() if isinstance(raw, str) else raw)
    with pytest.raises(HotspotsError) as caught:
        fault.reader(tmp_path / PATHS.get(name, fault.file), **fault.options)
    assert type(caught.value) is fault.kind
    assert str(caught.value) == fault.message.replace("{folder}", str(tmp_path))


def test_the_table_is_long():
    assert len(FAULTS) > 20
    assert len({fault.message for fault in FAULTS.values()}) >= len(FAULTS) - 4


def test_nothing_in_a_fault_is_a_coordinate():
    data = pd.Series(["425000", "4765000", "2550850", "-87.9"])
    assert not any(data.map(fault.message.count).any() for fault in FAULTS.values())
