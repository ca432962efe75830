"""Every published margin, counted in the written files."""

from __future__ import annotations

import importlib

import numpy as np
import pandas as pd
import pytest


@pytest.fixture(scope="module")
def offences(lakeport) -> pd.DataFrame:
    return pd.read_csv(lakeport / "offences.csv")


@pytest.fixture(scope="module")
def missing(lakeport) -> pd.DataFrame:
    return pd.read_csv(
        lakeport / "missing_reports.csv", parse_dates=["time", "time_missing", "time_returned"]
    )


def test_231_persons_by_tier_and_by_age(persons):
    assert len(persons) == persons["person_id"].nunique() == 231
    assert persons["tier"].value_counts().to_dict() == {"confirmed": 187, "believed": 44}
    assert persons["age_group"].value_counts().to_dict() == {"juvenile": 126, "adult": 105}
    assert (persons["age_group"] == "juvenile").equals(persons["age_first"] < 18)


@pytest.mark.parametrize(
    ("column", "confirmed", "believed"),
    [
        ("sex", {"female": 182, "male": 3, "transgender": 2}, {"female": 43, "male": 1}),
        (
            "race",
            {"Black": 118, "White": 45, "Latino": 15, "multiracial": 5, "Asian": 4},
            {"Black": 31, "White": 11, "Latino": 2},
        ),
    ],
)
def test_sex_and_race_within_each_tier(persons, column, confirmed, believed):
    by_tier = persons.groupby("tier")[column].value_counts()
    assert by_tier["confirmed"].to_dict() == confirmed
    assert by_tier["believed"].to_dict() == believed


@pytest.mark.parametrize(
    ("column", "total", "confirmed", "believed"),
    [
        ("sexual_assault_history", 63, 58, 5),
        ("battery_history", 57, 46, 11),
        ("child_abuse_history", 31, 28, 3),
        ("drug_history", 43, 36, 7),
        ("other_contact", 129, 111, 18),
        ("ever_missing", 136, 120, 16),
        ("missing_out_of_home_care", 80, 74, 6),
    ],
)
def test_histories_by_tier(persons, column, total, confirmed, believed):
    counts = persons.groupby("tier")[column].sum()
    assert (counts.sum(), counts["confirmed"], counts["believed"]) == (total, confirmed, believed)


@pytest.mark.parametrize(
    ("column", "adult", "juvenile"),
    [
        ("sexual_assault_history", 18, 45),
        ("battery_history", 37, 20),
        ("child_abuse_history", 7, 24),
        ("other_contact", 58, 71),
    ],
)
def test_histories_by_age(persons, column, adult, juvenile):
    counts = persons.groupby("age_group")[column].sum()
    assert (counts["adult"], counts["juvenile"]) == (adult, juvenile)


def test_199_have_any_other_contact(persons):
    five = persons[
        [
            "sexual_assault_history",
            "battery_history",
            "child_abuse_history",
            "drug_history",
            "other_contact",
        ]
    ]
    assert persons["any_contact"].sum() == 199
    assert persons["any_contact"].eq(five.any(axis=1).astype(int)).all()


def test_missing_flags_are_nested(persons):
    nested = persons[
        [
            "ever_missing",
            "missing_as_juvenile",
            "missing_out_of_home_care",
            "missing_from_group_home",
        ]
    ]
    assert nested.sum().tolist() == [136, 130, 80, 75]
    assert (nested.diff(axis=1).iloc[:, 1:] <= 0).all(axis=None)


def test_ages_at_the_first_report(persons):
    ages = [1, 4, 8, 18, 28, 38, 29, 19, 16, 15, 14, 13, 12, 11, 5]
    counts = persons["age_first"].value_counts().sort_index()
    assert counts.to_dict() == dict(zip(range(11, 26), ages, strict=True))


def test_persons_by_year_and_tier(persons, incidents):
    tier = incidents["person_id"].map(persons.set_index("person_id")["tier"])
    years = (
        pd.DataFrame(
            {"person": incidents["person_id"], "tier": tier, "year": incidents.time.dt.year}
        )
        .drop_duplicates()
        .groupby(["tier", "year"])
        .size()
    )
    assert years["confirmed"].tolist() == [31, 59, 55, 76]
    assert years["believed"].tolist() == [9, 16, 4, 16]


def test_60_persons_have_several_reports(persons, incidents):
    year = incidents["time"].dt.year
    years = year.groupby(incidents["person_id"]).nunique()
    reports = incidents["person_id"].value_counts()
    assert years.value_counts().to_dict() == {1: 200, 2: 28, 3: 2, 4: 1}
    assert (reports > 1).sum() == 60
    assert ((reports > 1) & (years.reindex(reports.index) == 1)).sum() == 29
    assert (len(incidents), reports.max(), len(reports)) == (315, 8, 231)
    assert persons.set_index("person_id")["n_reports"].equals(
        reports.reindex(persons["person_id"]).rename("n_reports")
    )


def test_ages_agree_between_persons_and_reports(persons, incidents):
    in_time = incidents.sort_values(["time", "person_id"], kind="stable")
    first = in_time.groupby("person_id")["age"].first()
    assert first.reindex(persons["person_id"]).tolist() == persons["age_first"].tolist()
    assert in_time.groupby("person_id")["age"].apply(lambda a: a.is_monotonic_increasing).all()
    assert (incidents["age_group"] == "juvenile").equals(incidents["age"] < 18)


def test_six_confirmed_had_an_earlier_suspected_report(persons, incidents):
    in_time = incidents.sort_values("time").groupby("person_id")["tier"]
    confirmed = persons.set_index("person_id")["tier"].eq("confirmed")
    suspected = in_time.first().eq("believed") & confirmed
    assert suspected.sum() == persons["earlier_suspected"].sum() == 6
    assert in_time.last()[suspected].eq("confirmed").all()
    others = confirmed & ~suspected
    assert in_time.nunique()[others].eq(1).all()


def test_offences(incidents, offences):
    crimes = offences[offences["offence"] != "no crime"]
    per_report = crimes.groupby("incident_id").size().reindex(incidents.index).fillna(0)
    assert per_report.value_counts().to_dict() == {0: 67, 1: 164, 2: 56, 3: 20, 4: 4, 5: 4}
    assert offences["offence"].value_counts().to_dict() == {
        "trafficking": 82,
        "exploitation": 84,
        "sexual assault": 81,
        "interpersonal": 55,
        "s. 944.30": 56,
        "other": 14,
        "no crime": 67,
    }
    assert len(offences) == 439
    assert sorted(offences["no_crime_group"].value_counts()) == [15, 20, 32]
    assert not crimes.duplicated(["incident_id", "offence"]).any()


def test_category_is_the_first_offence(incidents, offences):
    first = offences[offences["rank"] == 1].set_index("incident_id")["offence"]
    assert incidents["category"].eq(first.reindex(incidents.index)).all()


def test_missing_reports_per_person(persons, missing):
    counts = missing["person_id"].value_counts()
    few = counts[counts <= 5].value_counts()
    assert [int(few[n]) for n in range(1, 6)] == [22, 19, 15, 14, 16]
    many = counts[counts > 5]
    assert (len(many), many.max(), len(counts)) == (50, 31, 136)
    listed = persons.set_index("person_id")["n_missing_reports"]
    assert counts.reindex(listed.index).fillna(0).astype(int).tolist() == listed.tolist()


def test_missing_reports_agree_with_the_flags(persons, missing):
    by_id = persons.set_index("person_id")
    ids = {flag: set(by_id.index[by_id[flag] == 1]) for flag in by_id if flag.startswith("missing")}
    young = missing[missing["age_group"] == "juvenile"]
    from_home = missing[missing["missing_from"] == "group home"]
    from_care = missing[missing["missing_from"] != "home"]
    assert set(young["person_id"]) == ids["missing_as_juvenile"]
    assert set(from_home["person_id"]) == ids["missing_from_group_home"]
    assert set(from_care["person_id"]) == ids["missing_out_of_home_care"]


def test_missing_reports_happen_in_order(missing):
    assert (missing["time_missing"] <= missing["time"]).all()
    known = missing["time_returned"].notna()
    assert 0.8 < known.mean() < 1
    assert (missing["time"] <= missing["time_returned"])[known].all()
    assert missing["time"].max() < pd.Timestamp("2017-01-01")


def test_missing_from_a_group_home_that_was_open(lakeport, missing):
    homes = pd.read_csv(
        lakeport / "group_homes.csv", parse_dates=["opened", "closed"], index_col="facility_id"
    )
    stays = missing[missing["missing_from"] == "group home"]
    home = homes.loc[stays["facility_id"]].set_index(stays.index)
    assert (home["opened"] <= stays["time_missing"]).all()
    assert not (home["closed"] <= stays["time_missing"]).any()
    assert missing.loc[missing["missing_from"] != "group home", "facility_id"].isna().all()


def test_people_come_out_the_same_from_the_seed(lakeport, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(lakeport))
    people = importlib.import_module("make.people").invent()
    files = importlib.import_module("make.files")
    files.write_table(tmp_path / "persons.csv", people.persons[files.PERSON_COLUMNS])
    files.write_table(tmp_path / "offences.csv", people.offences)
    for name in ("persons.csv", "offences.csv"):
        assert (tmp_path / name).read_bytes() == (lakeport / name).read_bytes()


def test_another_seed_meets_the_same_margins(lakeport, monkeypatch):
    monkeypatch.syspath_prepend(str(lakeport))
    frame = importlib.import_module("make.frame")
    monkeypatch.setattr(frame, "stream", lambda name: np.random.default_rng([7, len(name)]))
    people = importlib.import_module("make.people").invent()
    written = pd.read_csv(lakeport / "persons.csv")
    sums = ["any_contact", "sexual_assault_history", "missing_from_group_home", "n_reports"]
    assert people.persons[sums].sum().equals(written[sums].sum())
    assert not people.persons["age_first"].equals(written["age_first"])
