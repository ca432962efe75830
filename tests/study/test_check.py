"""``hotspots check`` refuses what a run refuses, and counts as a run counts."""

import geopandas as gpd
import pytest
from shapely import Polygon

from hotspots.cli import main
from hotspots.errors import HotspotsError
from hotspots.study.analysis import analyse
from hotspots.study.check import check
from hotspots.study.file import read_study
from hotspots.study.inputs import read_inputs
from hotspots.study.progress import Steps

GRID = 'kind = "square"\nsize_m = 250'
CONTIGUITY = 'neighbours = { kind = "contiguity" }'


def edit(folder, old, new):
    path = folder / "study.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def write_cells(folder, cells):
    cells.assign(cell=range(len(cells))).to_file(folder / "town.gpkg", layer="cells")


def blocks(folder):
    return gpd.read_file(folder / "town.gpkg", layer="blocks")


def overlapping(folder):
    table = blocks(folder)
    return table.set_geometry(table.buffer(30, join_style="mitre"))


def test_rows_are_those_of_a_run(own_town):
    west = blocks(own_town).iloc[:150]
    write_cells(own_town, west)
    edit(own_town, GRID, 'kind = "polygons"\npath = "town.gpkg"\nlayer = "cells"\nid = "cell"')
    edit(own_town, '"gi_star", "local_moran"', '"gi_star"')
    study = read_study(own_town / "study.toml")
    inputs = read_inputs(study)
    with Steps(7) as steps:
        done = analyse(study, inputs, steps)
    checked = check(study)
    assert checked.rows == done.rows
    assert checked.rows["incidents"].set_aside["outside every unit"] > 0
    assert checked.units["count"].sum() == checked.rows["incidents"].used
    assert checked.graph.n == 150


REFUSED = {
    "too many neighbours": (CONTIGUITY, 'neighbours = { kind = "nearest", k = 500 }', "k: "),
    "cells too small": ("size_m = 250", "size_m = 0.5", "size: "),
    "units that overlap": (
        GRID,
        'kind = "polygons"\npath = "town.gpkg"\nlayer = "cells"\nid = "cell"',
        "units: .* pairs of areas overlap",
    ),
    "public areas that overlap": (
        "[[basemap]]",
        '[public]\nareas = { path = "town.gpkg", layer = "cells", id = "cell" }\n[[basemap]]',
        "public areas: .* pairs of areas overlap",
    ),
}


@pytest.mark.parametrize(("old", "new", "message"), REFUSED.values(), ids=REFUSED)
def test_what_a_run_refuses_is_refused(own_town, old, new, message):
    write_cells(own_town, overlapping(own_town))
    edit(own_town, old, new)
    study = read_study(own_town / "study.toml")
    with pytest.raises(HotspotsError, match=message):
        check(study)


def test_it_says_units_rows_and_what_was_mended(own_town, capsys):
    limits = gpd.read_file(own_town / "town.gpkg", layer="limits")
    west, south, east, north = limits.total_bounds
    crossed = Polygon([(west, south), (east, north), (east, south), (west, north)])
    gpd.GeoDataFrame(geometry=[crossed], crs=limits.crs).to_file(
        own_town / "town.gpkg", layer="limits"
    )
    assert main(["check", str(own_town / "study.toml")]) == 0
    said = capsys.readouterr().out
    note = "boundary: 1 shape crosses itself and was mended, the first is record 1; check the map"
    assert note in " ".join(said.split())
    assert "Small town: every file can be read, nothing was tested" in said
    assert "0 without neighbours" in said


@pytest.mark.parametrize(("bandwidth", "alone"), [(100, 192), (600, 0)])
def test_a_unit_is_no_neighbour_of_itself(own_town, capsys, bandwidth, alone):
    edit(own_town, CONTIGUITY, f'neighbours = {{ kind = "kernel", bandwidth_m = {bandwidth} }}')
    assert main(["check", str(own_town / "study.toml")]) == 0
    assert f"Units: 192, {alone} without neighbours" in capsys.readouterr().out
