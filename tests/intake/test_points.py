"""What becomes of every record: used, set aside or in quarantine."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import pandas as pd
import pytest
from geopandas.testing import assert_geoseries_equal
from shapely import Point, box

from hotspots.crs import is_metric
from hotspots.errors import InputError
from hotspots.intake.facilities import read_facilities
from hotspots.intake.incidents import read_incidents

UTM = "EPSG:32616"

# The study area is x 420000–430000, y 4760000–4770000.
MESSY = """incident_id,time,x,y,category,victim_name
a,2015-06-01 10:00,425000,4765000,ROBBERY,Doe
b,2015-06-01,,4765000,ROBBERY,Doe
c,2015-06-01,425000,,ROBBERY,Doe
d,2015-06-01,east,4765000,ROBBERY,Doe
e,2015-06-01,0,0,ROBBERY,Doe
f,2015-06-01,0.0,-0.0,ROBBERY,Doe
g,2015-06-01,431001,4765000,ROBBERY,Doe
h,2015-06-01,430999,4765000,ROBBERY,Doe
i,soon,425000,4765000,ROBBERY,Doe
a,2015-06-02,426000,4765000,ROBBERY,Doe
,2015-06-02,426000,4765000,ROBBERY,Doe
j,2015-06-02,426000,4765000,ARSON,Doe
k,2014-12-31 23:59:59,426000,4765000,ROBBERY,Doe
l,2015-12-31 23:59:59,426000,4765000,ROBBERY,Doe
m,,426000,4765000,ROBBERY,Doe
n,2015-06-02,inf,4765000,ROBBERY,Doe
o,2015-06-02,NA,n/a,ROBBERY,Doe
"""


def test_every_reason(write, boundary):
    read = read_incidents(write(MESSY), crs=UTM, boundary=boundary)
    assert dict(read.quarantine.to_numpy()) == {
        2: "no coordinate",
        3: "no coordinate",
        4: "coordinate is not a number",
        5: "coordinate is (0, 0)",
        6: "coordinate is (0, 0)",
        7: "outside the boundary by over 1 km",
        9: "unreadable time",
        10: "duplicate id",
        11: "no id",
        16: "coordinate is not a number",
        17: "no coordinate",
    }
    assert list(read.quarantine.columns) == ["row", "reason"]
    assert read.table.index.tolist() == ["a", "h", "j", "k", "l", "m"]
    assert read.counts.read == 17
    assert read.counts.located == 10
    assert read.counts.used == 6
    assert read.counts.set_aside == {
        "coordinate is (0, 0)": 2,
        "coordinate is not a number": 2,
        "duplicate id": 1,
        "no coordinate": 3,
        "no id": 1,
        "outside the boundary by over 1 km": 1,
        "unreadable time": 1,
    }


def test_where_and_period_are_set_aside_and_not_in_quarantine(write, boundary):
    read = read_incidents(
        write(MESSY),
        crs=UTM,
        boundary=boundary,
        where={"category": ["ROBBERY"]},
        period=("2015-01-01", dt.date(2015, 12, 31)),
    )
    assert read.table.index.tolist() == ["a", "h", "l"]
    assert read.counts.set_aside["where"] == 1
    assert read.counts.set_aside["outside the period"] == 1
    assert not set(read.quarantine["row"]) & {12, 13}
    # a period cannot place a record without a time
    assert dict(read.quarantine.to_numpy())[15] == "unreadable time"
    assert read.counts.located == 10


def test_a_record_of_another_category_is_no_bad_record(write):
    path = write("incident_id,x,y,category\na,1,1,keep\nb,,,drop\nb,1,1,drop\n")
    read = read_incidents(path, crs=UTM, where={"category": "keep"})
    assert read.quarantine.empty
    assert read.counts.set_aside == {"where": 2}


def test_the_first_usable_record_keeps_a_repeated_id(write):
    path = write("incident_id,x,y\na,,\na,500000,4760000\na,510000,4760000\n")
    read = read_incidents(path, crs=UTM, to_crs=UTM)
    assert read.table.geometry.tolist() == [Point(500000, 4760000)]
    assert dict(read.quarantine.to_numpy()) == {1: "no coordinate", 3: "duplicate id"}


def test_only_known_columns_are_kept(write, boundary):
    read = read_incidents(write(MESSY), crs=UTM, boundary=boundary)
    assert list(read.table.columns) == ["time", "category", "geometry"]
    assert read.table.index.name == "incident_id"


def test_ids_stay_as_written(write):
    path = write("incident_id,x,y\n007,1,1\n 8 ,1,1\n9.0,1,1\n1e5,1,1\n")
    assert read_incidents(path, crs=UTM).table.index.tolist() == ["007", "8", "9.0", "1e5"]


def test_the_facility_of_an_incident_is_read_as_text_and_never_chosen_by(write):
    path = write("incident_id,home,x,y\na,007,425000,4765000\nb,,425000,4765000\n")
    columns = {"facility_id": "home"}
    table = read_incidents(path, crs=UTM, columns=columns).table
    assert table["facility_id"].fillna("").to_dict() == {"a": "007", "b": ""}
    with pytest.raises(InputError, match="'facility_id' cannot be chosen by"):
        read_incidents(path, crs=UTM, columns=columns, where={"facility_id": ["007"]})


def test_one_kilometre_is_measured_from_the_line_and_round_the_corner(write, boundary):
    rows = {
        "on the line": (430000, 4765000, True),
        "in": (430999.9, 4765000, True),
        "out": (431000.1, 4765000, False),
        "corner in": (430707, 4770707, True),
        "corner out": (430708, 4770708, False),
    }
    lines = [f"{name},{x},{y}" for name, (x, y, _) in rows.items()]
    path = write("\n".join(["incident_id,x,y", *lines]))
    read = read_incidents(path, crs=UTM, boundary=boundary)
    assert read.table.index.tolist() == [name for name, (*_, kept) in rows.items() if kept]


def test_the_boundary_may_be_in_any_system_and_is_not_changed(write, boundary):
    degrees = boundary.to_crs("EPSG:4326")
    before = degrees.copy()
    read = read_incidents(write(MESSY), crs=UTM, boundary=degrees)
    assert read.counts == read_incidents(write(MESSY), crs=UTM, boundary=boundary).counts
    assert degrees.equals(before)
    assert read.table.crs.to_epsg() == 32616


def test_auto_takes_the_boundarys_metric_system(write, boundary):
    other = boundary.to_crs("EPSG:26916")
    assert read_incidents(write(MESSY), crs=UTM, boundary=other).table.crs.to_epsg() == 26916


def test_auto_is_not_led_astray_by_one_far_point(write):
    path = write("incident_id,lon,lat\na,-87.9,43\nb,-87.9,43\nc,100,43\n")
    table = read_incidents(path).table
    assert table.crs.to_epsg() == 32616
    assert is_metric(table.crs)


def test_projection_is_geopandas_own(write):
    path = write("incident_id,x,y\na,2550850.7,391518.9\nb,2524202.6,420420.0\n")
    table = read_incidents(path, crs="EPSG:32054").table
    points = gpd.GeoSeries.from_xy([2550850.7, 2524202.6], [391518.9, 420420.0], crs="EPSG:32054")
    expected = points.to_crs("EPSG:32616").set_axis(pd.Index(["a", "b"], name="incident_id"))
    assert_geoseries_equal(table.geometry, expected, check_less_precise=False, check_dtype=False)


def test_degrees_that_cannot_be(write, boundary):
    path = write("incident_id,lon,lat\na,-87.9,43\nb,-879,43\nc,-87.9,91\nd,-87.91,43.01\n")
    read = read_incidents(path)
    assert dict(read.quarantine.to_numpy()) == dict.fromkeys((2, 3), "coordinate is not in its crs")
    assert (read.counts.located, read.counts.used) == (2, 2)
    bounded = read_incidents(path, boundary=boundary.to_crs(4326))
    reason = "outside the boundary by over 1 km"
    assert dict(bounded.quarantine.to_numpy()) == dict.fromkeys((2, 3), reason)


@pytest.mark.parametrize(
    ("start", "end", "kept"),
    [
        ("2015-01-01", "2015-01-31", ["before and in", "in", "all over"]),
        ("2015-01-10", "2015-01-10", ["in", "all over"]),
        ("2015-02-01", "2015-02-01", ["all over", "after"]),
    ],
)
def test_a_span_of_time_belongs_to_the_period_it_touches(write, start, end, kept):
    path = write(
        "incident_id,time_start,time_end,x,y\n"
        "before and in,2014-12-30,2015-01-01 00:00,1,1\n"
        "in,2015-01-10 08:00,,1,1\n"
        "all over,2014-01-01,2016-01-01,1,1\n"
        "after,2015-02-01 23:59,2015-02-02,1,1\n"
        "backwards,2015-02-02,2015-02-01,1,1\n"
    )
    read = read_incidents(path, crs=UTM, period=(start, end))
    assert read.table.index.tolist() == kept
    assert dict(read.quarantine.to_numpy()) == {5: "unreadable time"}


def test_where_compares_as_text_and_takes_several_values(write):
    path = write("incident_id,x,y,category,tier\n1,1,1,4,a\n2,1,1,5,a\n3,1,1,,a\n4,1,1,4,b\n")
    read = read_incidents(path, crs=UTM, where={"category": [4, "5"], "tier": "a"})
    assert read.table.index.tolist() == ["1", "2"]
    assert read.counts.set_aside == {"where": 2}


def test_facilities(write, boundary):
    path = write(
        "home_id,operator_id,capacity,opened,closed,x,y,phone\n"
        "G1,O6,5,2008-02-23,2013-04-27,421000,4761000,555\n"
        "G2,O1,seven,2008-03-08,,422000,4762000,555\n"
        "G3,O1,7,once,,422000,4762000,555\n"
    )
    read = read_facilities(
        path, kind="group_home", crs=UTM, columns={"facility_id": "home_id"}, boundary=boundary
    )
    table = read.table
    assert list(table.columns) == [
        "kind",
        "operator_id",
        "capacity",
        "opened",
        "closed",
        "geometry",
    ]
    assert table["kind"].tolist() == ["group_home", "group_home"]
    assert table["capacity"].tolist()[0] == 5
    assert pd.isna(table["capacity"].iloc[1])
    assert table["opened"].tolist() == [pd.Timestamp("2008-02-23"), pd.Timestamp("2008-03-08")]
    assert pd.isna(table["closed"].iloc[1])
    assert dict(read.quarantine.to_numpy()) == {3: "unreadable time"}
    assert read.notes == ("capacity: no number in 1 record, left missing",)


def test_the_repr_of_a_table_says_counts_only(write, boundary):
    read = read_incidents(write(MESSY), crs=UTM, boundary=boundary)
    assert repr(read).startswith("<Table of incident_id: 6 of 17 records used (2 coordinate is")
    assert "425000" not in repr(read)


def test_a_boundary_in_two_parts(write):
    parts = gpd.GeoDataFrame(geometry=[box(0, 0, 10, 10), box(5000, 0, 5010, 10)], crs=UTM)
    path = write("incident_id,x,y\na,5,5\nb,5005,5\nc,2500,5\n")
    read = read_incidents(path, crs=UTM, boundary=parts)
    assert read.table.index.tolist() == ["a", "b"]
