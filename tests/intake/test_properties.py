"""Every record ends in exactly one place, whatever the file holds."""

from __future__ import annotations

import csv
import math
from collections import Counter

import geopandas as gpd
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely import box

from hotspots.errors import HotspotsError
from hotspots.intake.incidents import read_incidents

UTM = "EPSG:32616"
AREA = gpd.GeoDataFrame(geometry=[box(0, 0, 1000, 1000)], crs=UTM)
HEADER = ("incident_id", "time", "x", "y", "category")

ids = st.sampled_from(["a", "b", "c", "d", "007", "7", "", " "])
times = st.sampled_from(["2015-01-01", "2015-06-30 23:59", "2016-01-01", "soon", "", "1/13/2015"])
number = st.floats(-3000, 3000).map(str)
coordinates = st.one_of(number, st.sampled_from(["0", "", "NA", "east", "nan", "1e400", "1,5"]))
categories = st.sampled_from(["A", "B", "", 'quoted "A", B'])
record = st.tuples(ids, times, coordinates, coordinates, categories)
records = st.lists(record, min_size=1, max_size=12)


def fates(rows, *, boundary, period, where):
    """Say what becomes of each record, in plain Python: None for used."""
    seen = set()
    for row in rows:
        fate = _fate(row, boundary=boundary, period=period, where=where)
        if fate is None and row[0].strip() in seen:
            fate = "duplicate id"
        if fate is None:
            seen.add(row[0].strip())
        yield fate


def _fate(row, *, boundary, period, where):
    name, time, x, y, category = (value.strip() for value in row)
    if where and category not in where["category"]:
        return "where"
    if not name:
        return "no id"
    if time == "soon" or (period and not time):
        return "unreadable time"
    if period and "2015" not in time:
        return "outside the period"
    return _place(x, y, boundary=boundary)


def _place(x, y, *, boundary):
    if {x.lower(), y.lower()} & {"", "na", "nan"}:
        return "no coordinate"
    try:
        east, north = float(x), float(y)
    except ValueError:
        return "coordinate is not a number"
    if math.inf in (east, north):
        return "coordinate is not a number"
    if east == north == 0:
        return "coordinate is (0, 0)"
    beyond = math.hypot(max(-east, 0, east - 1000), max(-north, 0, north - 1000))
    return "outside the boundary by over 1 km" if boundary is not None and beyond > 1000 else None


def write(folder, rows):
    path = folder / "calls.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEADER, *rows])
    return path


@settings(max_examples=100, deadline=None)
@given(
    rows=records,
    boundary=st.sampled_from([None, AREA]),
    period=st.sampled_from([None, ("2015-01-01", "2015-12-31")]),
    where=st.sampled_from([None, {"category": ["A"]}, {"category": ["A", "B"]}]),
)
def test_every_record_is_used_set_aside_or_in_quarantine(
    rows, boundary, period, where, tmp_path_factory
):
    path = write(tmp_path_factory.mktemp("messy"), rows)
    expected = list(fates(rows, boundary=boundary, period=period, where=where))
    assume(None in expected)
    assume(all(value in {row[4] for row in rows} for value in (where or {}).get("category", [])))
    options = {"boundary": boundary, "period": period, "where": where}
    read = read_incidents(path, crs=UTM, to_crs=UTM, **options)
    aside = Counter(fate for fate in expected if fate is not None)
    assert read.counts.read == len(rows) == read.counts.used + sum(read.counts.set_aside.values())
    assert read.counts.set_aside == aside
    assert read.counts.located == sum(_place(*row[2:4], boundary=None) is None for row in rows)
    assert read.table.index.tolist() == [
        row[0].strip() for row, fate in zip(rows, expected, strict=True) if fate is None
    ]
    assert list(read.quarantine.itertuples(index=False, name=None)) == [
        (number, fate)
        for number, fate in enumerate(expected, start=1)
        if fate not in {None, "where", "outside the period"}
    ]


@settings(max_examples=40, deadline=None)
@given(rows=records, seed=st.randoms())
def test_the_order_of_the_records_changes_no_count(rows, seed, tmp_path_factory):
    """Duplicates aside, what a record is does not depend on its neighbours."""
    rows = list({row[0].strip(): row for row in rows}.values())
    other = seed.sample(rows, len(rows))
    found = []
    for order in (rows, other):
        path = write(tmp_path_factory.mktemp("order"), order)
        try:
            found.append(read_incidents(path, crs=UTM, to_crs=UTM))
        except HotspotsError as error:
            found.append(str(error))
    if isinstance(found[0], str):
        assert found[0] == found[1]
    else:
        assert found[0].counts == found[1].counts
        assert found[0].table.sort_index().equals(found[1].table.sort_index())
