"""Missing-from-care reports: what is kept, what goes to quarantine and why."""

from __future__ import annotations

import pandas as pd
import pytest

from hotspots.errors import InputError
from hotspots.intake.missing_reports import read_missing_reports

NAMES = {
    "report_id": "no", "time": "reported", "time_missing": "since", "time_returned": "back",
    "person_id": "who", "district": "beat",
}  # fmt: skip
MESSY = """no,reported,since,back,who,beat,name,born
1,2015-03-01 20:00,2015-03-01 18:30,2015-03-02 07:00,a,1,ZELDA,1999-12-24
2,2015-03-01 20:00,2015-03-01 20:01,,a,1,ZELDA,1999-12-24
3,2015-03-01 20:00,2015-03-01 18:30,2015-03-01 18:00,b,1,ZELDA,1999-12-24
4,2015-03-01 20:00,soon,,b,1,ZELDA,1999-12-24
5,2015-03-01 20:00,,,b,9,ZELDA,1999-12-24
6,,2015-03-01 20:00,,c,,ZELDA,1999-12-24
,2015-03-01 20:00,2015-03-01 18:30,,c,1,ZELDA,1999-12-24
1,2015-03-01 20:00,2015-03-01 18:30,,c,1,ZELDA,1999-12-24
8,2014-12-31 23:59,2014-12-31 23:00,2015-01-04,d,2,ZELDA,1999-12-24
"""


def test_every_record_has_one_fate(write):
    read = read_missing_reports(write(MESSY), columns=NAMES, districts=[1, 2])
    assert dict(read.quarantine.to_numpy()) == {
        2: "reported before missing",
        3: "returned before missing",
        4: "unreadable time",
        5: "unknown district",
        7: "no id",
        8: "duplicate id",
    }
    table = read.table
    assert table.index.tolist() == ["1", "6", "8"]
    assert list(table.columns) == ["time", "time_missing", "time_returned", "person_id", "district"]
    assert table.loc["1", "time_returned"] == pd.Timestamp("2015-03-02 07:00")
    assert table.isna().sum().to_dict() == {
        "time": 1, "time_missing": 0, "time_returned": 1, "person_id": 0, "district": 1
    }  # fmt: skip
    assert (read.counts.read, read.counts.used) == (9, 3)


def test_without_districts_any_is_kept(write):
    table = read_missing_reports(write(MESSY), columns=NAMES).table
    assert table["district"].fillna("").to_dict() == {"1": "1", "5": "9", "6": "", "8": "2"}


def test_the_period_is_of_reporting_and_where_is_a_choice(write):
    options = {"columns": NAMES, "where": {"district": ["1", "2"]}}
    read = read_missing_reports(write(MESSY), **options, period=("2014-12-31", "2014-12-31"))
    assert read.table.index.tolist() == ["8"]
    assert read.counts.set_aside["outside the period"] == 4
    assert read.counts.set_aside["where"] == 2
    with pytest.raises(InputError, match="'person_id' cannot be chosen by"):
        read_missing_reports(write(MESSY), columns=NAMES, where={"person_id": ["a"]})


def test_nothing_of_a_record_is_said(write):
    read = read_missing_reports(write(MESSY), columns=NAMES)
    said = [repr(read), read.quarantine.to_string(), *read.notes, *read.table.columns]
    with pytest.raises(InputError) as caught:
        read_missing_reports(write(MESSY), columns=NAMES, districts=["north"],
                             period=("2016-01-01", "2016-12-31"))  # fmt: skip
    said.append(str(caught.value))
    assert not any(canary in text for canary in ("ZELDA", "1999", "18:30") for text in said)


FAULTS = {
    "no times": ({"report_id": "no"}, {}, "calls.csv: 2 faults"),
    "no such column": (NAMES | {"district": "zone"}, {}, "no column 'zone' .for district"),
    "unknown name": (NAMES | {"victim": "name"}, {}, "missing-from-care reports have no 'victim'"),
    "no district": ({k: v for k, v in NAMES.items() if k != "district"}, {"districts": ["1"]},
                    "no column 'district' .for districts"),
    "one text": (NAMES, {"districts": "12"}, "districts: one text; give a list"),
}  # fmt: skip


@pytest.mark.parametrize("case", FAULTS)
def test_faults(case, write):
    columns, options, message = FAULTS[case]
    with pytest.raises(InputError, match=message):
        read_missing_reports(write(MESSY), columns=columns, **options)


def test_the_sample(root):
    path = root / "data" / "lakeport" / "missing_reports.csv"
    read = read_missing_reports(path, districts=[str(n) for n in range(1, 8)])
    assert (read.counts.used, len(read.quarantine)) == (885, 0)
    four = read_missing_reports(path, period=("2013-01-01", "2016-12-31"))
    raw = pd.read_csv(path)
    assert four.counts.used == (raw["time"] >= "2013").sum()
