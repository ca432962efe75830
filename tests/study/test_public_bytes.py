"""What the public files of a run depend on, and what they do not."""

import re
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import box

from hotspots.presentation.provenance import how_made
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


@pytest.mark.filterwarnings("ignore::hotspots.errors.FewDataWarning")
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


@pytest.mark.filterwarnings("ignore::hotspots.errors.FewDataWarning")
def test_open_data_with_rates_of_other_contacts_alone_shows_areas(own_town, tmp_path):
    rates(own_town, ["gi_star_rate"], denominator="baseline")
    done, _ = public_bytes(own_town, tmp_path / "one")
    assert done.public.statistics == ("excess",)
    assert done.public.table["count"].sum() == 300


@pytest.mark.filterwarnings("ignore::hotspots.errors.FewDataWarning")
def test_open_data_shows_rates_of_residents(own_town, tmp_path):
    rates(own_town, ["gi_star_rate"], denominator="population")
    done, _ = public_bytes(own_town, tmp_path / "one")
    assert done.public.statistics == ("gi_star_rate",)
    assert "expected_count" not in done.public.table


PAIRS = [
    "local_moran_bivariate",
    "local_geary_multivariate",
    "lees_l_local",
    "local_join_count_bivariate",
    "local_join_count_colocation",
]
ELSEWHERE = {
    "hotel": ("hotels.csv", lambda table: table.assign(x=table["x"].to_numpy()[::-1])),
    "group_home": ("homes.csv", lambda table: table.head(2)),
    "baseline": ("contacts.csv", lambda table: table.drop(index=range(0, 500, 2))),
}


def beside(folder, kind, *, names, open_data):
    path = folder / "study.toml"
    text = path.read_text(encoding="utf-8")
    asked = f'statistics = {names}\nbeside = "{kind}"'.replace("'", '"')
    text = text.replace('statistics = ["gi_star", "local_moran"]', asked)
    path.write_text(text.replace("[incidents]\n", OPEN) if open_data else text, encoding="utf-8")


@pytest.mark.filterwarnings("ignore::hotspots.errors.FewDataWarning")
@pytest.mark.parametrize("open_data", [True, False], ids=["open", "withheld"])
@pytest.mark.parametrize("kind", ELSEWHERE)
def test_what_incidents_are_set_beside_changes_no_public_byte(own_town, tmp_path, kind, open_data):
    beside(own_town, kind, names=["gi_star", "local_join_count", *PAIRS], open_data=open_data)
    done, before = public_bytes(own_town, tmp_path / "one")
    shown = ("gi_star", "local_join_count") if open_data else ("excess",)
    assert done.public.statistics == shown
    assert not any("beside" in name or "bivariate" in name for name in done.public.table)
    text = b"".join(before.values()).decode()
    for never in ("ivariate", "Lee", "co-location", "Set beside", "hotel", "group home", "contact"):
        assert never not in text
    change(own_town, ELSEWHERE[kind][1], ELSEWHERE[kind][0])
    again, after = public_bytes(own_town, tmp_path / "two")
    assert after == before
    moved = [done.analysis.units, again.analysis.units]
    assert not moved[0]["lees_l_local_z"].equals(moved[1]["lees_l_local_z"])
    assert not moved[0]["local_moran_bivariate_z"].equals(moved[1]["local_moran_bivariate_z"])


ASKED = 'alternative = "greater"\nnull = "conditional"\nrates = ["excess_risk", "eb_rates"]\n'


@pytest.mark.filterwarnings("ignore::hotspots.errors.FewDataWarning")
def test_how_a_study_is_tested_changes_no_published_area(own_town, tmp_path):
    """Sides, nulls, rates and two numbers at once are internal: the public pages are the same."""
    _, before = public_bytes(own_town, tmp_path / "one")
    beside(own_town, "hotel", names=["gi_star", "local_geary_multivariate"], open_data=False)
    path = own_town / "study.toml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("seed = 1\n", f"seed = 1\n{ASKED}"), "utf-8"
    )
    done, after = public_bytes(own_town, tmp_path / "two")
    assert {"eb_rates_label", "local_geary_multivariate_z"} <= set(done.analysis.units)
    assert done.analysis.inference["gi_star"]["null"] == "conditional"
    assert after == before


@pytest.mark.filterwarnings("ignore::hotspots.errors.FewDataWarning")
def test_open_data_shows_no_rates_without_a_test(own_town, tmp_path):
    """Neither of contacts, which are no open data, nor of residents."""
    beside(own_town, "hotel", names=["gi_star", "local_geary_multivariate"], open_data=True)
    path = own_town / "study.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("seed = 1\n", f"seed = 1\n{ASKED}"), "utf-8")
    done, of_residents = public_bytes(own_town, tmp_path / "one")
    assert done.public.statistics == ("gi_star",)
    assert not any("rate" in name or "excess" in name for name in done.public.table)
    report = of_residents["report.html"].decode()
    assert "one-sided (only more" in report
    assert "Areas with fewer were not looked for." in report
    assert not re.search("residents would|Excess risk|Smoothed rate|Without a test", report)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("rates = [", 'denominator = "baseline"\nrates = ['), "utf-8")
    again, of_contacts = public_bytes(own_town, tmp_path / "two")
    assert of_contacts == of_residents
    assert not again.analysis.units["eb_rates_raw"].equals(done.analysis.units["eb_rates_raw"])


def test_open_data_beside_residents_is_shown(own_town, tmp_path):
    beside(own_town, "population", names=["local_moran_bivariate"], open_data=True)
    done, files = public_bytes(own_town, tmp_path / "one")
    assert done.public.statistics == ("local_moran_bivariate",)
    assert done.public.context.method["Set beside"] == "residents"
    assert "population" not in done.public.table
    assert "residents" in files["report.html"].decode()


def test_open_data_beside_places_alone_shows_areas(own_town, tmp_path):
    beside(own_town, "hotel", names=["lees_l_local"], open_data=True)
    done, files = public_bytes(own_town, tmp_path / "one")
    assert done.public.statistics == ("excess",)
    assert b"Lee" not in files["report.html"] + files["map.html"]


@pytest.mark.filterwarnings("ignore::hotspots.errors.FewDataWarning")
def test_public_pages_name_what_they_show_and_nothing_else(own_town, tmp_path):
    rates(own_town, ["gi_star", "gi_star_rate"], denominator="baseline")
    done, _ = public_bytes(own_town, tmp_path / "one")
    assert done.public.context.method == {
        "Statistics": "Getis-Ord Gi*",
        "Units": "squares of 250 m",
        "Neighbours": "areas that touch",
        "P-values": "exact for counts, otherwise from 999 permutations at most, seed 1",
        "Significance": "two-sided, false discovery rate by Benjamini-Hochberg",
    }
    areas = dict(how_made(release_of_areas(own_town, tmp_path / "two")))
    assert "Rates" not in areas
    assert "P-values" not in areas
    assert areas["Significance"] == "two-sided, exact; false discovery rate by Benjamini-Hochberg"


def release_of_areas(folder, out):
    write_districts(folder)
    return public_bytes(folder, out)[0].public
