"""What public areas are made of must be of this place, and count nobody twice."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

from hotspots.errors import InputError
from hotspots.study.check import check
from hotspots.study.file import read_study
from hotspots.study.inputs import read_inputs
from hotspots.study.run import run

CRS = "EPSG:32616"
WEST, SOUTH = 400_000.0, 4_800_000.0


def read(folder):
    return read_inputs(read_study(folder / "study.toml"))


def rewrite_blocks(folder, function):
    blocks = gpd.read_file(folder / "town.gpkg", layer="blocks")
    function(blocks).to_file(folder / "town.gpkg", layer="blocks")


def test_residents_of_another_place_are_refused(own_town):
    rewrite_blocks(own_town, lambda blocks: blocks.set_geometry(blocks.translate(50_000, 0)))
    with pytest.raises(
        InputError, match=r"\[population\] town\.gpkg: none of 30,000 residents in 300 areas"
    ):
        read(own_town)


def test_residents_beside_empty_blocks_of_this_place_are_refused(own_town):
    def move(blocks):
        far = blocks.set_geometry(blocks.translate(50_000, 0))
        return pd.concat([blocks.assign(pop=0), far], ignore_index=True)

    rewrite_blocks(own_town, move)
    with pytest.raises(InputError, match="none of 30,000 residents in 600 areas lives within"):
        read(own_town)


def test_residents_of_a_county_around_the_town_are_read(own_town):
    def widen(blocks):
        far = blocks.set_geometry(blocks.translate(50_000, 0))
        return pd.concat([blocks, far], ignore_index=True)

    rewrite_blocks(own_town, widen)
    assert len(read(own_town).population) == 600


def test_residents_that_stand_twice_are_refused(own_town):
    rewrite_blocks(own_town, lambda blocks: pd.concat([blocks, blocks[5:8]], ignore_index=True))
    study = read_study(own_town / "study.toml")
    for refuse in (check, lambda chosen: run(chosen, own_town / "out")):
        with pytest.raises(InputError, match="population: 3 pairs of areas overlap, first 6 and"):
            refuse(study)


@pytest.mark.parametrize("east", [50_000.0, 4000.0], ids=["elsewhere", "touching"])
def test_public_areas_of_another_place_are_refused(own_town, east):
    areas = gpd.GeoDataFrame(
        {"district": ["1", "2"]},
        geometry=[box(x, SOUTH, x + 100, SOUTH + 100) for x in (WEST + east, WEST + east + 100)],
        crs=CRS,
    )
    areas.to_file(own_town / "districts.gpkg")
    with (own_town / "study.toml").open("a", encoding="utf-8") as file:
        file.write('\n[public]\nareas = { path = "districts.gpkg", id = "district" }\n')
    with pytest.raises(
        InputError, match=r"\[public\] areas: none of 2 areas lies within the bound"
    ):
        read(own_town)
