"""Timeliness: small tables by hand, the sample beside plain pandas, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import CensoredData, ecdf

from hotspots.errors import InputError, SchemaError
from hotspots.facilities.shifts import shift_of
from hotspots.facilities.timeliness import timeliness
from hotspots.inference.intervals import clopper_pearson
from hotspots.intake.missing_reports import read_missing_reports

DAY = pd.Timestamp("2015-03-01")


def table(rows, **columns):
    """Make reports from (missing, reported, returned), in hours of 1 March 2015."""
    hours = pd.DataFrame(rows, columns=["time_missing", "time", "time_returned"], dtype=float)
    times = hours.apply(lambda column: DAY + pd.to_timedelta(column, unit="h"))
    return times.assign(**columns).rename_axis("report_id")


def at(found, **keys):
    """Give the one row with these values."""
    chosen = np.logical_and.reduce([found[name] == value for name, value in keys.items()])
    (row,) = found[chosen].to_dict("records")
    return row


@pytest.fixture(scope="module")
def four():
    return table(
        [(1, 9, 30), (7, 20, None), (9, 9.5, 33), (23, 26, 27)],
        district=["1", "10", "2", "1"],
        person_id=["a", "b", "c", "d"],
    )


@pytest.fixture(scope="module")
def sample(root):
    return read_missing_reports(root / "data" / "lakeport" / "missing_reports.csv").table


def test_counts_and_shares_with_all_margins(four):
    found = timeliness(four, as_of="2015-03-03")
    assert found["district"].unique().tolist() == ["1", "2", "10", "all"]
    assert found["shift"].unique().tolist() == ["night", "day", "evening", "all"]
    assert len(found) == 16
    counts = found["reports"].to_numpy().reshape(4, 4)
    assert counts.tolist() == [[1, 0, 1, 2], [0, 1, 0, 1], [1, 0, 0, 1], [2, 1, 1, 4]]
    every = at(found, district="all", shift="all")
    assert (every["persons"], every["timed"], every["followed"]) == (4, 4, 4)
    assert (every["returned"], every["return_not_known"]) == (3, 1)
    assert every["reported_within_8h"] == 0.75  # after 8, 13, 0.5 and 3 hours
    assert every["reported_within_24h"] == 1
    ends = every["reported_within_8h_lower"], every["reported_within_8h_upper"]
    assert ends == pytest.approx(tuple(map(float, clopper_pearson(3, 4))))
    assert every["median_hours_to_report"] == 3
    # back after 29, 24 and 4 hours, one not for 65 hours, and beyond that nothing is known
    assert every["returned_within_24h"] == 0.5
    assert np.isnan(every["returned_within_72h"])
    assert every["median_hours_to_return"] == 24
    assert every["note"] == "fewer than 10 reports"
    none = at(found, district="2", shift="night")
    assert (none["reports"], none["note"]) == (0, "no reports")
    assert np.isnan([none["reported_within_8h"], none["median_hours_to_return"]]).all()


def test_the_shift_may_be_that_of_the_report_and_run_over_midnight(four):
    options = {"by": ["shift"], "shifts": {"late": (22, 6.5), "rest": (6.5, 22)}}
    found = timeliness(four, **options).set_index("shift")["reports"]
    assert found.to_dict() == {"late": 2, "rest": 2, "all": 4}  # gone at 1, 7, 9 and 23
    found = timeliness(four, **options, shift_by="time").set_index("shift")["reports"]
    assert found.to_dict() == {"late": 1, "rest": 3, "all": 4}  # reported at 9, 20, 9:30 and 2
    on_the_hour = pd.Series(pd.to_datetime(["2015-03-01 08:00:00", "2015-03-01 07:59:59", None]))
    assert shift_of(on_the_hour).tolist() == ["day", "night", None]


def test_returns_are_known_only_until_the_last_moment(four):
    early = at(timeliness(four, by=["district"], as_of="2015-03-02 04:00"), district="all")
    # by 28 h: one back after 4 h; the others had been missing for 27, 21 and 19 h
    assert (early["returned"], early["return_not_known"], early["returned_within_24h"]) == (
        1,
        3,
        0.25,
    )
    assert early["median_hours_to_return"] == np.inf
    sooner = timeliness(four, by=["district"], as_of="2015-03-02 01:00")
    assert at(sooner, district="all")["reports"] == 3
    assert sooner.attrs["as_of"] == "2015-03-02 01:00"
    assert sooner.attrs["notes"][0].startswith("1 reports are of after the last moment known of")
    assert timeliness(four).attrs["as_of"] == "2015-03-02 09:00"  # the latest time there is
    assert timeliness(four, as_of=pd.Timestamp("2015-03-03")).attrs["as_of"] == "2015-03-03 23:59"


def test_who_was_reported_missing_again_was_back():
    reports = table(
        [(0, 1, None), (50, 51, 60), (0, 2, 20), (0, 3, None)],
        person_id=["a", "a", "b", "c"], district="1",
    )  # fmt: skip
    found = timeliness(reports, by=["district"], as_of="2015-03-05")
    row = at(found, district="all")
    assert (row["reports"], row["persons"], row["return_not_known"], row["followed"]) == (
        4,
        3,
        2,
        3,
    )
    assert row["returned_within_24h"] == pytest.approx(2 / 3)
    assert found.attrs["notes"][:2] == (
        "2 of 4 reports have no return recorded by then",
        "1 of these are of persons who were reported missing again, so they were back at a time "
        "nobody recorded: left out of times to return; others are taken to be missing still",
    )
    left_out = at(timeliness(reports, by=["district"], unknown="left out"), district="all")
    assert (left_out["followed"], left_out["returned_within_24h"]) == (2, 1)


def test_reports_of_one_person_widen_the_interval_as_far_as_one_report():
    reports = table([(0, 1, 9)] * 9 + [(0, 20, 30)] * 9, district="1")
    alone = at(timeliness(reports, by=["district"]), district="all")
    assert pd.isna(alone["persons"])
    two = reports.assign(person_id=["a"] * 9 + ["b"] * 9)
    shared = at(timeliness(two, by=["district"]), district="all")
    assert alone["reported_within_8h"] == shared["reported_within_8h"] == 0.5
    assert alone["reported_within_8h_lower"] == pytest.approx(float(clopper_pearson(9, 18)[0]))
    assert shared["reported_within_8h_lower"] == pytest.approx(float(clopper_pearson(1, 2)[0]))
    assert shared["note"] == "fewer than 5 persons"


def test_what_is_missing_is_counted_as_not_known():
    reports = table([(0, 1, 9), (None, 3, None), (2, None, 4)])
    reports = reports.assign(district=["1", None, "1"])
    found = timeliness(reports)
    assert found["district"].unique().tolist() == ["1", "not known", "all"]
    assert found["shift"].unique().tolist()[-2:] == ["not known", "all"]
    assert at(found, district="not known", shift="not known")["reports"] == 1
    every = at(found, district="all", shift="all")
    assert (every["reports"], every["timed"], every["followed"]) == (3, 1, 2)
    assert "2 of 3 reports lack a time, and say nothing of how soon" in found.attrs["notes"]
    bare = timeliness(reports.drop(columns="time_returned"), by=["shift"], unknown="left out")
    assert at(bare, shift="all")["followed"] == 0


def test_the_sample_beside_plain_pandas(sample):
    before = sample.copy()
    found = timeliness(sample)
    pd.testing.assert_frame_equal(sample, before)
    delay = (sample["time"] - sample["time_missing"]).dt.total_seconds() / 3600
    shift = pd.cut(
        sample["time_missing"].dt.hour, [-1, 7, 15, 23], labels=["night", "day", "evening"]
    )
    for (district, name), rows in sample.groupby([sample["district"], shift], observed=True):
        row = at(found, district=district, shift=name)
        assert (row["reports"], row["persons"]) == (len(rows), rows["person_id"].nunique())
        assert row["reported_within_8h"] == pytest.approx((delay[rows.index] <= 8).mean())
    every = at(found, district="all", shift="all")
    assert (every["reports"], every["persons"], every["return_not_known"]) == (885, 136, 59)
    assert every["reported_within_8h"] == pytest.approx(649 / 885)
    assert every["reported_within_24h"] == pytest.approx(846 / 885)
    assert every["median_hours_to_report"] == delay.sort_values().iloc[442]
    ordered = sample.sort_values("time_missing")
    again = ordered["time_returned"].isna() & ordered.duplicated("person_id", keep="last")
    assert again.sum() == 53
    kept = ordered[~again]
    until = kept["time_returned"].fillna(pd.Timestamp("2016-11-21 13:56"))
    hours = (until - kept["time_missing"]).dt.total_seconds() / 3600
    curve = ecdf(CensoredData.right_censored(hours, kept["time_returned"].isna())).cdf
    for within in (24, 72):
        assert every[f"returned_within_{within}h"] == pytest.approx(float(curve.evaluate(within)))


BAD = {
    "no column": ({"by": ["precinct"]}, None, SchemaError, "reports: no column 'precinct'"),
    "text": ({}, lambda t: t.assign(time="2015-03-01"), SchemaError, "time holds no times"),
    "reversed": (
        {},
        lambda t: t.assign(time=t["time_missing"] - pd.Timedelta(hours=1)),
        SchemaError,
        "reports: 4 are reported before they went missing, first id 0; leave them out",
    ),
    "both reversed": (
        {},
        lambda t: t.assign(time=DAY, time_returned=DAY),
        SchemaError,
        "reports: 2 faults",
    ),
    "overlap": ({"shifts": {"a": (0, 13), "b": (12, 24)}}, None, InputError, "they overlap"),
    "gap": ({"shifts": {"a": (0, 12), "b": (13, 24)}}, None, InputError, "or leave hours out"),
    "no hours": ({"shifts": {"a": (0, 25)}}, None, InputError, "shifts: a from 0 to 25; give"),
    "clock": ({"shift_by": "back"}, None, InputError, "shift_by 'back' is not known"),
    "unknown": ({"unknown": "?"}, None, InputError, "use missing or left out"),
    "hours": ({"returned_within": [-1]}, None, InputError, "every limit must be above 0"),
    "as_of": ({"as_of": "soon"}, None, InputError, "as_of: no time; write it as 2015-03-01"),
    "no as_of": ({"as_of": "NaT"}, None, InputError, "as_of: no time"),
    "confidence": ({"confidence": 95}, None, InputError, "confidence 95: a number between"),
    "one text": ({"by": "shift"}, None, InputError, "by: give the columns"),
}


@pytest.mark.parametrize("case", BAD)
def test_faults(case, four):
    options, change, error, message = BAD[case]
    with pytest.raises(error) as caught:
        timeliness(change(four) if change else four, **options)
    assert message in str(caught.value)
    assert "2015-03-01 0" not in str(caught.value)
