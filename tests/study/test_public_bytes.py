"""What the public files of a run depend on, and what they do not."""

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import box

from hotspots.study.file import read_study
from hotspots.study.run import run

CRS = "EPSG:32616"
WEST, SOUTH = 400_000.0, 4_800_000.0
GIVEN = '\n[public]\nareas = { path = "districts.gpkg", id = "district" }\n'


def write_districts(folder, *, beyond=0.0, east=0.0):
    """Write three strips of the town, the easternmost narrow, as the public areas."""
    cuts = [-beyond, 1900, 3700, 4000 + beyond]
    shapes = [
        box(WEST + left + east, SOUTH, WEST + right + east, SOUTH + 3000)
        for left, right in pairwise(cuts)
    ]
    table = gpd.GeoDataFrame({"district": ["1", "2", "3"]}, geometry=shapes, crs=CRS)
    table.to_file(folder / "districts.gpkg")
    with (folder / "study.toml").open("a", encoding="utf-8") as file:
        file.write(GIVEN)


def public_bytes(folder, out):
    done = run(read_study(folder / "study.toml"), out)
    return done, {path.name: path.read_bytes() for path in (out / "public").iterdir()}


def change(folder, function, name="incidents.csv"):
    table = pd.read_csv(folder / name)
    function(table).to_csv(folder / name, index=False)


def few_in_the_east(table):
    """Leave ten incidents of ten persons in the easternmost district."""
    east = table["x"] > WEST + 3700
    table = table[~east | (east.cumsum() <= 10)].copy()
    east = table["x"] > WEST + 3700
    assert east.sum() == 10
    table.loc[east, "person"] = [f"e{i}" for i in range(10)]
    return table


def test_who_repeats_in_a_withheld_district_changes_no_public_byte(own_town, tmp_path):
    write_districts(own_town)
    change(own_town, few_in_the_east)
    done, before = public_bytes(own_town, tmp_path / "one")
    assert done.public.withheld.tolist() == [False, True, True]
    change(
        own_town,
        lambda table: table.assign(
            person=np.where(table["x"] > WEST + 3700, "e0", table["person"])
        ),
    )
    again, after = public_bytes(own_town, tmp_path / "two")
    assert after == before
    units = (done.analysis.units["persons"].sum(), again.analysis.units["persons"].sum())
    assert units[0] > units[1]  # it did change something
