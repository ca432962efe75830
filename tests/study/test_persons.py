"""Distinct persons instead of incidents."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from hotspots.cli import main
from hotspots.errors import InputError, StudyError
from hotspots.geography.counting import locate
from hotspots.statistics.getis_ord import gi_star
from hotspots.statistics.global_tests import moran
from hotspots.study.analysis import analyse
from hotspots.study.check import check
from hotspots.study.counting import counted
from hotspots.study.file import read_study
from hotspots.study.inputs import read_inputs
from hotspots.study.progress import Steps
from hotspots.study.run import run
from hotspots.study.testing import neighbours

CRS = "EPSG:32616"
STATISTICS = 'statistics = ["gi_star", "local_moran"]'
PERSONS = f'{STATISTICS}\ncount = "persons"'
STATED = {"profile": "internal", "reason": "a test", "recipient": "me"}


def edit(folder, old, new):
    path = folder / "study.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def change(folder, function):
    table = pd.read_csv(folder / "incidents.csv")
    function(table).to_csv(folder / "incidents.csv", index=False)


def repeat(table):
    """Let each of the first thirty persons have five incidents at one place."""
    more = pd.concat([table.head(30)] * 4)
    both = pd.concat([table, more], ignore_index=True)
    return both.assign(id=[f"i{i:04d}" for i in range(len(both))])


@pytest.fixture
def repeated(own_town):
    change(own_town, repeat)
    edit(own_town, STATISTICS, PERSONS)
    return own_town


def _analysis(folder):
    study = read_study(folder / "study.toml")
    with Steps(8) as steps:
        return study, analyse(study, read_inputs(study), steps)


def naive(folder, units):
    """Count persons in each unit with plain sets."""
    raw = pd.read_csv(folder / "incidents.csv")
    points = gpd.GeoDataFrame(raw, geometry=gpd.points_from_xy(raw["x"], raw["y"], crs=CRS))
    where = locate(points, units)
    held = {unit: set() for unit in units.index}
    for unit, person, record in zip(where, raw["person"], raw["id"], strict=True):
        held[unit].add(record if pd.isna(person) else person)
    return [len(held[unit]) for unit in units.index]


def test_what_is_tested_is_persons(repeated):
    study, found = _analysis(repeated)
    units = found.units
    assert units["persons"].tolist() == naive(repeated, units)
    assert units["count"].sum() == 420
    assert units["persons"].sum() < 310
    graph = neighbours(study, units)
    again = gi_star(units["persons"], graph, n_permutations=999, rng=1)
    assert units["gi_star_statistic"].tolist() == again["statistic"].tolist()
    assert units["gi_star_label"].tolist() == again["label"].tolist()
    whole = moran(units["persons"], graph.transform("r"), n_permutations=999, rng=1)
    assert found.tests["moran"] == whole


@pytest.mark.filterwarnings("ignore::hotspots.errors.FewDataWarning")
def test_rates_and_pairs_are_of_persons(repeated):
    asked = 'statistics = ["gi_star_rate", "local_join_count_colocation"]\nbeside = "hotel"'
    edit(repeated, STATISTICS, asked)
    units = _analysis(repeated)[1].units
    assert units["expected_count"].sum() == pytest.approx(units["persons"].sum())
    assert units["gi_star_rate_statistic"].max() <= units["persons"].sum()
    tested = units["local_join_count_colocation_label"] != "not testable"
    assert (tested <= ((units["persons"] > 0) & (units["beside_count"] > 0))).all()


def test_records_without_a_person_count_each_and_are_said(repeated):
    blank = np.arange(420) % 7 == 0
    change(repeated, lambda table: table.assign(person=table["person"].mask(blank)))
    found = _analysis(repeated)[1]
    assert found.units["persons"].tolist() == naive(repeated, found.units)
    persons = pd.read_csv(repeated / "incidents.csv")["person"]
    assert found.n_persons == persons.nunique() + 60
    assert found.notes == [
        "incidents: 60 of 420 records have no person_id, and each counts as a person of its own"
    ]


def test_one_record_without_a_person(repeated, capsys):
    change(repeated, lambda table: table.assign(person=table["person"].mask(table.index == 3)))
    assert check(read_study(repeated / "study.toml")).notes == [
        "incidents: 1 of 420 records has no person_id, and it counts as a person of its own"
    ]
    assert main(["check", str(repeated / "study.toml")]) == 0
    assert "no person_id, and it counts as a person of its own" in " ".join(
        capsys.readouterr().out.split()
    )


def test_the_pages_speak_of_persons_and_the_public_ones_of_incidents(repeated, tmp_path):
    done = run(read_study(repeated / "study.toml"), tmp_path / "out", **STATED)
    in_areas = done.analysis.units["persons"].sum()
    distinct = pd.read_csv(repeated / "incidents.csv")["person"].nunique()
    assert distinct < in_areas
    inside = (done.folder / "internal/CONFIDENTIAL-report.html").read_text(encoding="utf-8")
    for said in (
        "with more recorded persons than chance would explain",
        "Where do recorded persons concentrate",
        "420 recorded incidents lie in the areas",
        f"They are tested as {distinct} recorded persons, each counted once in an area, and once "
        f"in every area where there is a record of them: {in_areas} in all areas together.",
        "A person with records in several areas of a group counts once in each.",
        "each counts once in an area, and once in every area where there is a record of them",
        "A person with records in several areas counts once in each",
    ):
        assert said in inside
    assert "with more recorded incidents than" not in inside
    outside = (done.folder / "public/report.html").read_text(encoding="utf-8")
    assert "more recorded incidents than" in outside
    assert "recorded persons" not in outside
    assert done.public.table["count"].sum() == 420
    record = json.loads((done.folder / "run.json").read_text(encoding="utf-8"))
    assert record["study"]["analysis"]["count"] == "persons"


def test_what_is_counted_changes_no_public_byte(repeated, tmp_path):
    one = run(read_study(repeated / "study.toml"), tmp_path / "one").folder / "public"
    edit(repeated, 'count = "persons"', 'count = "incidents"')
    two = run(read_study(repeated / "study.toml"), tmp_path / "two").folder / "public"
    for path in one.iterdir():
        assert path.read_bytes() == (two / path.name).read_bytes()


def test_persons_are_not_published(own_town):
    edit(own_town, STATISTICS, PERSONS)
    path = edit(own_town, "[incidents]\n", '[incidents]\nopen_data = "portal"\n')
    with pytest.raises(StudyError) as raised:
        read_study(path)
    assert str(raised.value) == (
        f'{path}: [analysis] count = "persons" does not go with [incidents] open_data: published '
        "records show the units themselves, and who is the same person is not published; count "
        "incidents, or take open_data out"
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            'person_id = "person"\n',
            "",
            '[analysis] count = "persons" needs to know who is the same person: name the column '
            "person_id in [incidents] columns, or count incidents",
        ),
        (
            'person_id = "person"',
            'person_id = "nobody"',
            '[analysis] count = "persons": none of 420 incidents has a person_id; count incidents',
        ),
    ],
)
def test_persons_that_are_not_known_are_refused(repeated, old, new, message):
    change(repeated, lambda table: table.assign(nobody=np.nan))
    study = read_study(edit(repeated, old, new))
    for refuse in (check, lambda chosen: counted(chosen, read_inputs(chosen))):
        with pytest.raises(InputError) as raised:
            refuse(study)
        assert str(raised.value) == message
