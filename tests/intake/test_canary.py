"""Nothing of a record shows in a message, a quarantine or a repr."""

from __future__ import annotations

import traceback

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

from hotspots.errors import HotspotsError
from hotspots.intake.facilities import read_facilities
from hotspots.intake.incidents import read_incidents
from hotspots.intake.polygons import read_population

UTM = "EPSG:32616"
AREA = gpd.GeoDataFrame(geometry=[box(420_000, 4_760_000, 430_000, 4_770_000)], crs=UTM)
X, Y = "425123.4567", "4765987.6543"
# a stroke of the pen for every way a record can be bad, with canaries in each field
CANARIES = ("ZELDA", "1999-12-24", "425123", "4765987", "NARRATIVE", "987654")
ROWS = [
    f"a,2015-01-01,{X},{Y},ZELDA,NARRATIVE",
    f"b,ZELDA,{X},{Y},ZELDA,1999-12-24",
    f"c,2015-01-01,ZELDA,{Y},ZELDA,1999-12-24",
    f"d,2015-01-01,{X}987654,{Y},ZELDA,1999-12-24",
    f"a,2015-01-01,{X},{Y},ZELDA,NARRATIVE",
    f",2015-01-01,{X},,ZELDA,NARRATIVE",
]
HEADER = "incident_id,time,x,y,victim,note"
BAD = [
    f"e,2015-01-01,{X},{Y},ZELDA,NARRATIVE,too,many",
    f'f,2015-01-01,{X},{Y},"ZELDA,NARRATIVE',
    f"g,13/13/2015,{Y},{X},ZELDA,NARRATIVE",
]
OPTIONS = [
    {},
    {"crs": UTM},
    {"crs": UTM, "boundary": AREA},
    {"crs": "EPSG:4326"},
    {"crs": "EPSG:2227", "boundary": AREA},
    {"crs": UTM, "columns": {"category": "victims"}},
    {"crs": UTM, "columns": {"category": "note"}, "where": {"category": ["Z"]}},
    {"crs": UTM, "columns": {"category": "note"}, "where": {"category": ["NARRATIV"]}},
    {"crs": UTM, "period": ("2030-01-01", "2030-01-01")},
    {"crs": UTM, "columns": {"x": "y", "y": "x"}, "boundary": AREA},
    {"crs": UTM, "columns": {"geometry": "victim"}},
]


def said(path, options) -> str:
    """Give all that can be printed about reading a file, the chain of causes included."""
    try:
        read = read_incidents(path, **options)
    except HotspotsError as error:
        chain, links = error, []
        while chain is not None:
            links.append(repr(chain))
            chain = chain.__cause__ or chain.__context__
        return "\n".join([*links, *traceback.format_exception(error)])
    return "\n".join(
        [
            repr(read),
            str(read.counts),
            read.quarantine.to_string(),
            *read.notes,
            *read.table.columns,
        ]
    )


@pytest.mark.parametrize("options", OPTIONS, ids=range(len(OPTIONS)))
@settings(max_examples=25, deadline=None)
@given(rows=st.lists(st.sampled_from([*ROWS, *BAD]), max_size=4), header=st.booleans())
def test_no_canary_is_said(options, rows, header, tmp_path_factory):
    path = tmp_path_factory.mktemp("canary") / "calls.csv"
    path.write_text("\n".join([*([HEADER] if header else []), *rows]))
    words = said(path, options)
    assert not [canary for canary in CANARIES if canary in words]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("calls.geojson", '{"type": "FeatureCollection", "features": [{"ZELDA": 425123.4'),
        ("calls.gpkg", "SQLite format 3 ZELDA"),
        ("calls.parquet", "PAR1 ZELDA"),
        ("calls.xlsx", "PK ZELDA"),
        ("calls.csv.gz", "ZELDA 425123"),
        ("calls.csv", b"incident_id,x,y,victim\na,1,1,ZELDA\x00\x81"),
    ],
)
def test_no_canary_from_a_damaged_file(write, name, content):
    path = write("")
    path = path.with_name(name)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    words = said(path, {"crs": UTM})
    assert "Error" in words
    assert not [canary for canary in CANARIES if canary in words]


def test_the_canaries_would_be_heard(write):
    """The positive control: pandas itself repeats them."""
    path = write("\n".join([HEADER, *ROWS]))
    assert "ZELDA" in pd.read_csv(path).to_string()
    with pytest.raises(ValueError, match="ZELDA"):
        pd.read_csv(path)["x"].astype(float)


def test_columns_not_in_the_schema_never_come_in(write):
    path = write("\n".join([HEADER, *ROWS]))
    table = read_incidents(path, crs=UTM).table.drop(columns="geometry")
    assert "ZELDA" not in table.to_string()
    path = write(f"facility_id,x,y,contact\nG1,{X},{Y},ZELDA\n")
    homes = read_facilities(path, kind="group_home", crs=UTM)
    assert "ZELDA" not in homes.table.to_string()
    assert X[:6] not in repr(homes)


def test_population_faults_say_records_only(write):
    path = write('pop,geometry\nZELDA,"POLYGON ((0 0, 1 0, 1 1, 0 0))"\n')
    with pytest.raises(HotspotsError) as caught:
        read_population(path, column="pop", crs=UTM)
    assert str(caught.value) == (
        "calls.csv: population is not a number in 1 record, the first is record 1"
    )
