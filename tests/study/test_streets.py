"""Where a study's streets come from, and what is said about them."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest

from hotspots.errors import StreetError, StudyError
from hotspots.geography.streets import read_streets
from hotspots.study.check import check
from hotspots.study.file import read_study
from hotspots.study.inputs import read_inputs

GRAPHML = 'path = "streets.graphml"'


@pytest.fixture
def lines(own_town):
    """Write the town's streets as lines, of which the first may only be driven backwards."""
    segments = read_streets(own_town / "streets.graphml").segments
    shapes = gpd.GeoDataFrame(
        {"way": ["-1"] + ["no"] * (len(segments.line) - 1)}, geometry=segments.line, crs=32616
    )
    shapes.to_file(own_town / "lines.gpkg", layer="streets")
    shapes.iloc[:1].to_file(own_town / "lines.gpkg", layer="old")
    return own_town


def edit(folder, new, old=GRAPHML):
    path = folder / "study.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def test_streets_from_lines(lines):
    path = edit(lines, 'path = "lines.gpkg"\nlayer = "streets"\noneway = "way"')
    inputs = read_inputs(read_study(path))
    assert len(inputs.streets.edges) == 1270 - 1
    assert inputs.streets.crs == inputs.boundary.crs
    assert inputs.notes == []


def test_a_wrong_key_is_named(lines):
    path = edit(lines, 'path = "lines.gpkg"\none_way = "way"')
    with pytest.raises(StudyError, match=r"streets\.one_way: unknown key; did you mean 'oneway'"):
        read_study(path)
    path = edit(lines, f'{GRAPHML}\noneway = "way"', 'path = "lines.gpkg"\none_way = "way"')
    with pytest.raises(StreetError, match="oneway belongs to files of lines"):
        read_inputs(read_study(path))


def test_notes_on_streets_are_shown(lines):
    """A street apart from the others, and most places far from any street."""
    edit(lines, 'path = "lines.gpkg"\nlayer = "few"')
    few = gpd.read_file(lines / "lines.gpkg", layer="streets").iloc[[0, -1]]
    few.to_file(lines / "lines.gpkg", layer="few")
    notes = check(read_study(lines / "study.toml")).notes
    places = len(pd.concat([pd.read_csv(lines / name) for name in ("homes.csv", "hotels.csv")]))
    apart, away = (note for note in notes if note.startswith("streets: "))
    assert apart.endswith("without a way to or from it: 2 of 4 edges")
    assert f"of {places} points lie over 250 m from any street" in away
