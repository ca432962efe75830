"""The licensing sheet: counts, resident-years and intervals by hand, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2, poisson

from hotspots.errors import CRSError, InputError, SchemaError
from hotspots.facilities.comparison import compare_with_controls
from hotspots.facilities.controls import draw_controls
from hotspots.facilities.exposure import exposure
from hotspots.facilities.licensing import licensing_sheet
from hotspots.intake.facilities import read_facilities
from hotspots.intake.missing_reports import read_missing_reports

YEAR = ("2015-01-01", "2015-12-31")
RATE = "_per_resident_year"


@pytest.fixture(scope="module")
def incidents(places):
    """Make incidents of 1 June 2015 from id=(x, y)."""

    def make(sites, **columns):
        table = places("", **sites).drop(columns="kind").rename_axis("incident_id")
        return table.assign(**{"time": "2015-06-01"} | columns)

    return make


@pytest.fixture(scope="module")
def homes(places):
    """Give homes along the east of the plus; one is far away from any street."""
    sites = {"H3": (900, 0), "H1": (100, 0), "H2": (500, 0), "H4": (500, 400)}
    return places("group_home", **sites).assign(
        operator_id=["B", "A", "A", None], capacity=[6, 8, 5, 4], opened="2014-01-01"
    )


@pytest.fixture(scope="module")
def calls(incidents):
    """Give 4 at H1 by two persons, one that names H2, and others beside the street."""
    sites = {"a": (100, 0), "b": (100, 0.4), "c": (100, 0), "d": (0, 60), "e": (300, 9)}
    sites |= {"f": (-200, 0), "g": (0, -260), "h": (520, 0)}
    return incidents(
        sites,
        person_id=["p", "p", "p", "q", "q", "r", None, "s"],
        facility_id=[None, None, None, "H1", "H2", None, None, "X9"],
    )


def row(table, key):
    return table.loc[key].to_dict()


def test_records_at_and_around_with_their_rates(homes, calls, plus):
    sheet = licensing_sheet(homes, calls, period=YEAR, streets=plus)
    assert sheet.homes.index.tolist() == ["H1", "H2", "H3", "H4"]
    h1 = row(sheet.homes, "H1")
    years = 8 * 365 / 365.25
    assert (h1["operator_id"], h1["days_open"], h1["resident_years"]) == ("A", 365, years)
    assert (h1["records_at"], h1["records_at_persons"]) == (4, 2)
    # e at 200 m, f at 300, g at 360; h at 420
    assert (h1["records_around"], h1["records_around_persons"]) == (3, 3)
    assert h1["records_at" + RATE] == pytest.approx(4 / years)
    # 3 of one person and 1 of another: y = 4, v = 10, w = 3
    ends = h1["records_at" + RATE + "_lower"], h1["records_at" + RATE + "_upper"]
    assert ends[0] == pytest.approx(10 / 8 * chi2.ppf(0.025, 2 * 16 / 10) / years)
    assert ends[1] == pytest.approx(19 / 14 * chi2.ppf(0.975, 2 * 49 / 19) / years)
    # each of another person: exact
    assert poisson.sf(2, h1["records_around" + RATE + "_lower"] * years) == pytest.approx(0.025)
    assert poisson.cdf(3, h1["records_around" + RATE + "_upper"] * years) == pytest.approx(0.025)
    h2 = row(sheet.homes, "H2")
    assert (h2["records_at"], h2["records_around"]) == (
        1,
        4,
    )  # a, b, c at 400 m and h; e is its own
    none = row(sheet.homes, "H3")
    assert (none["records_at"], none["records_at" + RATE]) == (0, 0)
    assert none["records_at" + RATE + "_upper"] == pytest.approx(-np.log(0.025) * 365.25 / 365 / 6)
    far = row(sheet.homes, "H4")
    assert far["note"] == "far from a street"
    assert pd.isna(far["records_around"])
    assert np.isnan(far["records_around" + RATE])
    assert far["records_at" + RATE] == 0


def test_counts_are_those_of_exposure(homes, calls, plus):
    for streets in (plus, None):
        sheet = licensing_sheet(homes, calls, period=YEAR, streets=streets, near=450)
        found = exposure(homes.sort_index(), calls, streets=streets, within=[450], period=YEAR)
        assert sheet.homes["records_at"].tolist() == found["left_out"].tolist()
        assert sheet.homes["records_around"].tolist() == found["within_450m"].tolist()


def test_operators_are_their_homes_added_up(homes, calls, plus):
    sheet = licensing_sheet(homes, calls, period=YEAR, streets=plus)
    assert sheet.operators.index.tolist() == ["A", "B"]
    a = row(sheet.operators, "A")
    assert (a["homes"], a["homes_open"], a["homes_in_rates"], a["capacity"]) == (2, 2, 2, 13)
    assert a["resident_years"] == pytest.approx(13 * 365 / 365.25)
    assert (a["records_at"], a["records_at_persons"]) == (5, 2)  # q at both of them
    assert (a["records_around"], a["records_around_persons"]) == (7, 5)
    assert a["records_at" + RATE] == pytest.approx(5 / a["resident_years"])
    lower = 13 / 10 * chi2.ppf(0.025, 2 * 25 / 13) / a["resident_years"]  # 3 and 2
    assert a["records_at" + RATE + "_lower"] == pytest.approx(lower)
    assert "1 of 4 homes have no operator, and are in no operator's row" in sheet.notes
    alone = licensing_sheet(homes.drop(columns="operator_id"), calls, period=YEAR)
    assert (len(alone.operators), len(alone.operator_surroundings)) == (0, 0)
    assert list(alone.operators) == list(sheet.operators)


def test_there_is_no_rate_from_nearly_nothing(places, incidents):
    sites = {name: (100 * i, 0) for i, name in enumerate("abcde")}
    homes = places("group_home", **sites).assign(
        operator_id="A",
        capacity=[8, None, 8, 0, 4],
        opened=["2015-12-10", None, "2016-01-01", None, "2015-12-02"],
    )
    calls = incidents({"r": (0, 0), "s": (100, 0)}, time=["2015-12-20", "2015-06-01"])
    sheet = licensing_sheet(homes, calls, period=YEAR, near=50)
    assert sheet.homes["note"].tolist() == [
        "open for fewer than 30 days", "no capacity", "not open", "no capacity", "",
    ]  # fmt: skip
    assert sheet.homes["records_at"].tolist() == [1, 1, 0, 0, 0]
    for name in ("records_at", "records_around"):
        for part in ("", "_lower", "_upper"):
            assert sheet.homes[name + RATE + part].isna().tolist() == [True] * 4 + [False]
    assert sheet.homes["resident_years"].tolist()[::4] == [8 * 22 / 365.25, 4 * 30 / 365.25]
    operator = row(sheet.operators, "A")
    assert (operator["records_at"], operator["records_at" + RATE]) == (2, 0)
    assert operator["resident_years"] == pytest.approx(4 * 30 / 365.25)
    assert operator["note"] == "4 of 5 homes not in its rates"
    assert (
        "2 of 5 homes have no date of opening, and count as open from the first day" in sheet.notes
    )
    assert licensing_sheet(homes, calls, period=YEAR, min_days=31).homes["note"].ne("").all()


def test_only_records_of_days_on_which_the_home_was_open(places, incidents):
    homes = places("group_home", H1=(0, 0)).assign(capacity=8, closed="2015-06-30")
    times = ["2014-12-31", "2015-06-30 23:00", "2015-07-01", None]
    calls = incidents(dict.fromkeys("abcd", (0, 0)), time=times)
    reports = pd.DataFrame(
        {"time": pd.to_datetime(["2015-01-01", "2015-08-01", "2015-01-02"]),
         "facility_id": ["H1", "H1", "H9"], "person_id": ["p", "p", "q"]}
    )  # fmt: skip
    sheet = licensing_sheet(homes, calls, period=YEAR, reports=reports)
    h1 = row(sheet.homes, "H1")
    assert (h1["records_at"], h1["missing_reports"], h1["missing_reports_persons"]) == (1, 1, 1)
    assert pd.isna(h1["records_at_persons"])
    assert "1 incidents have no time, and count nowhere" in sheet.notes
    assert "1 of 3 missing reports that name a facility name none of these homes" in sheet.notes
    assert any(note.startswith("records_at: no person_id") for note in sheet.notes)


def test_surroundings_and_controls(places, incidents, homes, calls, plus):
    hotels = places("hotel", M1=(200, 0), M2=(0, 100)).assign(closed=["2015-01-10", None])
    rng = np.random.default_rng(2)
    sites = places("", **{f"c{i}": (x, 0) for i, x in enumerate(rng.uniform(-900, 900, 60))})
    some = homes.iloc[:3]
    controls = draw_controls(some, sites, n_sets=19, streets=plus, rng=1)
    with pytest.warns(UserWarning, match="3 places, below 10"):
        comparison = compare_with_controls(some, hotels, controls, streets=plus, period=YEAR, rng=1)
    options = {"period": YEAR, "streets": plus, "comparison": comparison}
    sheet = licensing_sheet(some, calls, hotels, **options)
    found = sheet.surroundings.set_index("facility_id")
    assert found["nearest_id"].to_dict() == {"H1": "M1", "H2": "M1", "H3": "M1"}
    assert found["distance_m"].tolist() == pytest.approx([100, 300, 700])
    assert found["within_400m"].tolist() == [2, 1, 0]
    assert found["days_within_400m"].tolist() == [10 + 365, 10, 0]
    expected = comparison.places.set_index("facility_id")
    for column in ("share_farther", "share_lower", "share_upper", "expected_within_400m"):
        assert found[column].to_dict() == expected[column].to_dict()
    summed = sheet.operator_surroundings.set_index("operator_id")
    assert summed["median_distance_m"].tolist() == pytest.approx([200, 700])
    assert summed["days_within_400m"].tolist() == [385, 0]
    assert summed["homes"].tolist() == [2, 1]
    with pytest.raises(InputError, match="comparison: of other homes"):
        licensing_sheet(homes, calls, hotels, **options)
    assert (
        licensing_sheet(some, calls, hotels, period=YEAR).surroundings["share_farther"].isna().all()
    )


def test_missing_reports_of_the_sample_beside_plain_pandas(root):
    folder = root / "data" / "lakeport"
    homes = read_facilities(folder / "group_homes.csv", kind="group_home", crs="EPSG:32616").table
    reports = read_missing_reports(folder / "missing_reports.csv").table
    raw = pd.read_csv(folder / "missing_reports.csv", parse_dates=["time"]).merge(
        pd.read_csv(folder / "group_homes.csv", parse_dates=["opened", "closed"]), on="facility_id"
    )
    day = raw["time"].dt.normalize()
    there = (
        (day >= raw["opened"]) & ~(day > raw["closed"]) & day.between("2013-01-01", "2016-12-31")
    )
    no_calls = homes.iloc[:0].drop(columns="kind").rename_axis("incident_id").assign(time=pd.NaT)
    sheet = licensing_sheet(homes, no_calls, period=("2013-01-01", "2016-12-31"), reports=reports)
    for table, key in ((sheet.homes, "facility_id"), (sheet.operators, "operator_id")):
        expected = (
            raw[there].groupby(key).agg(n=("report_id", "size"), who=("person_id", "nunique"))
        )
        expected = expected.reindex(table.index, fill_value=0)
        assert table["missing_reports"].tolist() == expected["n"].tolist()
        assert table["missing_reports_persons"].tolist() == expected["who"].tolist()
    assert there.sum() > 200


def test_no_score_no_rank_and_nothing_changed(homes, calls):
    copies = homes.copy(), calls.copy()
    sheet = licensing_sheet(homes, calls, period=YEAR)
    pd.testing.assert_frame_equal(homes, copies[0])
    pd.testing.assert_frame_equal(calls, copies[1])
    columns = [*sheet.homes, *sheet.operators, *sheet.surroundings]
    assert not [name for name in columns if "score" in name or "rank" in name or "risk" in name]
    assert repr(sheet) == "<LicensingSheet of 4 homes and 2 operators>"
    assert "H1" not in "".join(sheet.notes)


BAD = {
    "capacity": ({}, {"homes": lambda t: t.assign(capacity=-1)}, SchemaError, "homes: 4 have a"),
    "words": ({}, {"homes": lambda t: t.assign(capacity="six")}, SchemaError, "or no number"),
    "twice": ({}, {"homes": lambda t: pd.concat([t, t])}, SchemaError, "homes: 4 ids stand twice"),
    "two kinds": (
        {},
        {"homes": lambda t: pd.concat([t, t.assign(kind="hotel")])},
        SchemaError,
        "homes: 4 ids stand twice, first 'H3'; make a sheet for each kind",
    ),
    "no kind": ({}, {"homes": lambda t: t.drop(columns="kind")}, SchemaError, "no column 'kind'"),
    "closed": ({}, {"homes": lambda t: t.assign(closed="2013-01-01")}, SchemaError, "close before"),
    "crs": ({}, {"calls": lambda t: t.to_crs(32617)}, CRSError, "homes and incidents: different"),
    "index": ({}, {"calls": lambda t: t.rename_axis("id")}, SchemaError, "name their index"),
    "no time": ({}, {"calls": lambda t: t.drop(columns="time")}, SchemaError, "no column 'time'"),
    "reversed": ({"period": YEAR[::-1]}, {}, InputError, "period: the last day is before"),
    "near": ({"near": -400}, {}, InputError, "near: -400; give more than 0"),
    "min_days": ({"min_days": 0}, {}, InputError, "min_days: 0; give more than 0"),
    "own_within": ({"own_within": -1}, {}, InputError, "own_within: -1 m; give 0 or more"),
    "confidence": ({"confidence": 1}, {}, InputError, "confidence 1: a number between 0 and 1"),
    "reports": ({"reports": pd.DataFrame({"time": []})}, {}, SchemaError, "reports: no column"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_faults(case, homes, calls):
    options, change, error, message = BAD[case]
    tables = {"homes": homes, "calls": calls}
    tables |= {name: with_fault(tables[name]) for name, with_fault in change.items()}
    with pytest.raises(error) as caught:
        licensing_sheet(tables["homes"], tables["calls"], **{"period": YEAR} | options)
    assert message in str(caught.value)
