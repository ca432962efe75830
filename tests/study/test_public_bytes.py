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


def test_districts_beyond_the_town_count_what_the_run_used(own_town, tmp_path):
    """Seven incidents lie outside the town, but in a district that reaches beyond it."""
    write_districts(own_town, beyond=900)
    change(
        own_town,
        lambda table: table.assign(x=table["x"].where(table.index >= 7, WEST - 100 - table.index)),
    )
    done, _ = public_bytes(own_town, tmp_path / "out")
    assert done.analysis.rows["incidents"].set_aside == {"outside every unit": 7}
    assert not done.public.withheld.any()
    assert done.public.table["count"].sum() == done.public.total == 293
    assert done.analysis.rows["incidents"].used == done.analysis.units["count"].sum() == 293


def test_incidents_in_no_unit_are_in_no_public_area(own_town, tmp_path):
    """Units that leave out the west of the town: public areas leave out its incidents too."""
    east = gpd.GeoDataFrame(
        {"cell": range(60)},
        geometry=[
            box(x, y, x + 300, y + 500)
            for x in np.arange(WEST + 1000, WEST + 4000, 300)
            for y in np.arange(SOUTH, SOUTH + 3000, 500)
        ],
        crs=CRS,
    )
    east.to_file(own_town / "town.gpkg", layer="cells")
    path = own_town / "study.toml"
    given = 'kind = "polygons"\npath = "town.gpkg"\nlayer = "cells"\nid = "cell"'
    text = path.read_text(encoding="utf-8").replace('kind = "square"\nsize_m = 250', given)
    path.write_text(text, encoding="utf-8")
    done, _ = public_bytes(own_town, tmp_path / "out")
    used = done.analysis.rows["incidents"].used
    assert 0 < used < 300
    assert done.public.total == done.public.table["count"].sum() == used


OPEN = '[incidents]\nopen_data = "portal"\n'


def rates(folder, names, *, denominator):
    path = folder / "study.toml"
    text = path.read_text(encoding="utf-8").replace("[incidents]\n", OPEN)
    asked = f'statistics = {names}\ndenominator = "{denominator}"'.replace("'", '"')
    text = text.replace('statistics = ["gi_star", "local_moran"]', asked)
    path.write_text(text, encoding="utf-8")
    x, y = np.meshgrid(np.arange(60, 4000, 125), np.arange(60, 3000, 125))  # some in every unit
    contacts = pd.DataFrame({"x": WEST + x.ravel(), "y": SOUTH + y.ravel()})
    contacts.assign(id=range(len(contacts))).to_csv(folder / "contacts.csv", index=False)


def test_open_data_shows_no_rates_of_other_contacts(own_town, tmp_path):
    """They are no open data: moving them changes the internal units, and no public byte."""
    rates(own_town, ["gi_star", "gi_star_rate", "local_moran_rate"], denominator="baseline")
    done, before = public_bytes(own_town, tmp_path / "one")
    assert done.public.statistics == ("gi_star",)
    assert not any("rate" in name or "expected_count" in name for name in done.public.table)
    assert {"gi_star_rate_z", "expected_count"} <= set(done.analysis.units)
    change(own_town, lambda table: table.drop(index=range(0, 300, 2)), "contacts.csv")
    again, after = public_bytes(own_town, tmp_path / "two")
    assert after == before
    assert not again.analysis.units["gi_star_rate_z"].equals(done.analysis.units["gi_star_rate_z"])


def test_open_data_with_rates_of_other_contacts_alone_shows_areas(own_town, tmp_path):
    rates(own_town, ["gi_star_rate"], denominator="baseline")
    done, _ = public_bytes(own_town, tmp_path / "one")
    assert done.public.statistics == ("excess",)
    assert done.public.table["count"].sum() == 300


def test_open_data_shows_rates_of_residents(own_town, tmp_path):
    rates(own_town, ["gi_star_rate"], denominator="population")
    done, _ = public_bytes(own_town, tmp_path / "one")
    assert done.public.statistics == ("gi_star_rate",)
    assert "expected_count" not in done.public.table
