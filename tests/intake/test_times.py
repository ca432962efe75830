"""Times are read without guessing."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from hotspots.errors import InputError
from hotspots.intake.times import read_times


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2015-03-14", "2015-03-14 00:00"),
        ("2015-3-4 7:05", "2015-03-04 07:05"),
        ("2015-03-14T14:05:06.789", "2015-03-14 14:05:06.789"),
        ("20150314", "2015-03-14"),
        ("20150314T1405", "2015-03-14 14:05"),
        ("3/14/2015", "2015-03-14"),
        ("03/14/2015 14:05", "2015-03-14 14:05"),
        ("3/14/2015 2:05:06 PM", "2015-03-14 14:05:06"),
        ("3/14/2015 2:05p.m.", "2015-03-14 14:05"),
        ("3/14/2015 12:05 am", "2015-03-14 00:05"),
        ("3/14/2015 14:05:06.000", "2015-03-14 14:05:06"),
        ("14.03.2015 14:05", "2015-03-14 14:05"),
        ("14-03-2015", "2015-03-14"),
        ("2015/03/14", "2015-03-14"),
        ("14-Mar-2015", "2015-03-14"),
        ("14 MARCH 2015 2:05 PM", "2015-03-14 14:05"),
        ("March 14, 2015", "2015-03-14"),
        (dt.datetime(2015, 3, 14, 14, 5), "2015-03-14 14:05"),
        (dt.date(2015, 3, 14), "2015-03-14"),
    ],
)
def test_one_way_of_writing(written, expected):
    read = read_times(pd.Series([written], dtype=object), what="time")
    assert read.times.tolist() == [pd.Timestamp(expected)]
    assert read.times.dtype == "datetime64[us]"
    assert not read.unreadable.any()


@pytest.mark.parametrize(
    "written",
    ["soon", "2015", "41275", "2015-02-30", "2015-03-14 24:01", "13/13/2015", "3/14/15", "14:05"],
)
def test_what_is_no_time_is_not_bent_into_one(written):
    read = read_times(pd.Series([written, "2015-03-14", None, " "]), what="time")
    assert read.times.isna().tolist() == [True, False, True, True]
    assert read.unreadable.tolist() == [True, False, False, False]


@pytest.mark.parametrize(
    ("column", "expected", "note"),
    [
        (["1/2/2015", "1/31/2015"], "2015-01-02", "time: read as month/day/year"),
        (["1/2/2015", "31/1/2015"], "2015-02-01", "time: read as day/month/year"),
        (["5/5/2015", "2015-01-01"], "2015-05-05", None),
    ],
)
def test_the_whole_column_settles_day_and_month(column, expected, note):
    read = read_times(pd.Series(column), what="time")
    assert read.times.iloc[0] == pd.Timestamp(expected)
    assert read.notes == ((note,) if note else ())


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (
            ["1/2/2015", "3/4/2015", "5/5/2015", "soon"],
            "month/day/year or day/month/year in 2 records, and nothing in the column says which",
        ),
        (
            ["1/31/2015", "31/1/2015", "30/1/2015", "1/2/2015"],
            "month/day/year in 1 record but day/month/year in 2 records",
        ),
    ],
)
def test_day_and_month_that_cannot_be_told_apart(column, message):
    with pytest.raises(InputError) as caught:
        read_times(pd.Series(column), what="time")
    assert str(caught.value) == f"time: {message}; write the column as 2015-03-14 14:05"


def test_clock_times_stand_as_written_across_offsets():
    column = ["2015-03-14T14:05:00-05:00", "2015-07-14 14:05Z", "2015-03-14 14:05", "2015-03-14"]
    read = read_times(pd.Series(column), what="time")
    clock = pd.Timedelta(hours=14, minutes=5)
    assert (read.times.iloc[:3] - read.times.iloc[:3].dt.normalize() == clock).all()
    assert read.notes == ("time: UTC offset dropped in 2 records, clock times stand as written",)


def test_times_with_a_zone_keep_their_clock():
    aware = pd.Series(pd.to_datetime(["2015-03-14 14:05"]).tz_localize("America/Chicago"))
    read = read_times(aware, what="time")
    assert read.times.tolist() == [pd.Timestamp("2015-03-14 14:05")]
