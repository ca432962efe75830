"""Incidents beside something else: what is tested, what is said, and what is refused."""

import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from hotspots.errors import InputError, StudyError
from hotspots.geography.apportionment import apportion
from hotspots.geography.counting import count
from hotspots.intake.polygons import read_population
from hotspots.schema import RESULT_COLUMNS
from hotspots.statistics.join_counts import join_count
from hotspots.statistics.lees_l import lees_l
from hotspots.statistics.lees_l_local import lees_l_local
from hotspots.statistics.local_join_counts import local_join_count
from hotspots.statistics.local_moran_bivariate import local_moran_bivariate
from hotspots.study.file import read_study, sample_study
from hotspots.study.run import run
from hotspots.study.sections import PAIRS
from hotspots.study.testing import neighbours

EVERY = [*PAIRS, "local_join_count"]
STATISTICS = 'statistics = ["gi_star", "local_moran"]'
NEIGHBOURS = 'neighbours = { kind = "contiguity" }'
CRS = "EPSG:32616"
pytestmark = pytest.mark.filterwarnings("ignore::hotspots.errors.FewDataWarning")


def asks(*names, beside=None, **more):
    """Write the lines of an analysis."""
    keys = {"beside": beside, **more}
    given = [f'{key} = "{value}"' for key, value in keys.items() if value]
    return "\n".join([f"statistics = {list(names)}".replace("'", '"'), *given])


def places(folder, name):
    table = pd.read_csv(folder / name)
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(table["x"], table["y"], crs=CRS))


def test_every_statistic_is_the_one_it_says_of_what_it_says(asked, own_town, analysed):
    study = asked((STATISTICS, asks(*EVERY, beside="hotel")))
    found = analysed(study)
    units = found.units
    hotels = count(places(own_town, "hotels.csv"), units, name="n")["n"]
    assert units["beside_count"].tolist() == hotels.tolist()
    assert hotels.sum() == 15
    graph, x = neighbours(study, units), units["count"]
    some, other = (x > 0).astype(int), (hotels > 0).astype(int)
    draws = {"n_permutations": 999, "rng": 1}
    expected = {
        "local_moran_bivariate": local_moran_bivariate(x, hotels, graph, **draws),
        "lees_l_local": lees_l_local(x, hotels, graph.assign_self_weight(1), **draws),
        "local_join_count": local_join_count(some, graph, **draws),
        "local_join_count_bivariate": local_join_count(some, graph, other=other, **draws),
        "local_join_count_colocation": local_join_count(
            some, graph, other=other, join="colocation", **draws
        ),
    }
    for name, table in expected.items():
        mine = units[[f"{name}_{column}" for column in RESULT_COLUMNS]]
        pd.testing.assert_frame_equal(mine, table.add_prefix(f"{name}_"), check_names=False)


def test_the_whole_area_is_tested_first(asked, analysed):
    study = asked((STATISTICS, asks(*EVERY, beside="hotel")))
    found = analysed(study)
    units, tests = found.units, found.tests
    assert list(tests)[3:] == [
        "lees_l",
        "geary_beside",
        "join_count 1-1",
        "join_count 0-0",
        "join_count 0-1",
        "join_count beside-counted",
        "join_count both-both",
    ]
    graph, x, hotels = neighbours(study, units), units["count"], units["beside_count"]
    whole = graph.assign_self_weight(1).transform("r")
    assert tests["lees_l"] == lees_l(x, hotels, whole, n_permutations=999, rng=1)
    black = join_count((x > 0).astype(int), graph, n_permutations=999, rng=1)
    assert tests["join_count 1-1"] == black[1, 1]
    links = graph.adjacency[graph.adjacency > 0].index  # every link from both of its ends
    left, right = (links.get_level_values(i) for i in (0, 1))
    only = (x > 0) & (hotels == 0)
    alone = (hotels > 0) & (x == 0)
    joined = only.loc[left].to_numpy() & alone.loc[right].to_numpy()
    assert tests["join_count beside-counted"].statistic == joined.sum()
    both = (x > 0) & (hotels > 0)
    joined = both.loc[left].to_numpy() & both.loc[right].to_numpy()
    assert tests["join_count both-both"].statistic == joined.sum() / 2


@pytest.mark.parametrize(
    ("names", "tested"),
    [
        (["local_moran_bivariate"], ["lees_l"]),
        (["lees_l_local"], ["lees_l"]),
        (["local_join_count_colocation"], ["join_count both-both"]),
        (["local_join_count_bivariate"], ["join_count beside-counted"]),
    ],
)
def test_each_is_tested_over_the_whole_area_as_itself(asked, names, tested, analysed):
    found = analysed(asked((STATISTICS, asks(*names, beside="hotel"))))
    assert list(found.tests)[3:] == tested


def test_what_incidents_are_set_beside_is_counted_as_it_says(asked, own_town, analysed):
    pair = "local_moran_bivariate"
    residents = analysed(asked((STATISTICS, asks(pair, beside="population")))).units
    blocks = read_population(own_town / "town.gpkg", column="pop", layer="blocks", to_crs=CRS)
    pd.testing.assert_series_equal(residents["population"], apportion(blocks, residents),
                                   check_names=False)  # fmt: skip
    assert not {"beside_count", "expected_count"} & set(residents)
    contacts = analysed(asked(('beside = "population"', 'beside = "baseline"'))).units
    graph = neighbours(read_study(own_town / "study.toml"), contacts)
    again = local_moran_bivariate(contacts["count"], contacts["baseline_count"], graph)
    assert contacts[f"{pair}_p_value"].tolist() == again["p_value"].tolist()
    homes = analysed(asked(('beside = "baseline"', 'beside = "group_home"'))).units
    assert homes["beside_count"].sum() == 12


def test_few_areas_that_hold_both_are_not_called_events(asked, own_town, analysed):
    hotels = pd.read_csv(own_town / "hotels.csv")
    hotels.assign(x=401_200.0, y=4_801_000.0).to_csv(own_town / "hotels.csv", index=False)
    names = ("local_join_count_colocation", "local_join_count_bivariate", "local_join_count")
    study = asked((STATISTICS, asks(*names, beside="hotel")))
    found = analysed(study)
    both = int(((found.units["count"] > 0) & (found.units["beside_count"] > 0)).sum())
    assert both == 1
    notes = {name: " ".join(found.inference[name]["notes"]) for name in names}
    start, then, *_ = notes["local_join_count_colocation"].split(", ")
    assert start == "Only 1 unit with both: p-values hold"
    assert then == "but a label rests on a handful of units with both"
    assert notes["local_join_count_bivariate"].startswith("No units with the other alone: ")
    assert "event" not in " ".join(notes.values())
    assert notes["local_join_count"] == ""


def test_draws_are_limited_where_every_unit_has_its_own(asked, monkeypatch, analysed):
    monkeypatch.setattr("hotspots.study.testing.MAX_DIRECT", 199)
    names = ("local_moran_bivariate", "lees_l_local", "local_join_count")
    study = asked((STATISTICS, asks(*names, beside="hotel", method="permutation")))
    found = analysed(study).inference
    assert found["lees_l_local"]["n_permutations"] == 199
    assert found["local_moran_bivariate"]["n_permutations"] == 999
    assert found["local_join_count"]["n_permutations"] == 999
    study = asked(
        (', "local_join_count"', ""),
        (NEIGHBOURS, 'neighbours = { kind = "kernel", bandwidth_m = 600 }'),
    )
    assert analysed(study).inference["local_moran_bivariate"]["n_permutations"] == 199


def test_a_kernel_counts_the_unit_once(asked, analysed):
    """Its weight for the unit itself is that of distance 0, as everywhere."""
    kernel = 'neighbours = { kind = "kernel", bandwidth_m = 600 }'
    study = asked((NEIGHBOURS, kernel), (STATISTICS, asks("lees_l_local", beside="hotel")))
    units = analysed(study).units
    again = lees_l_local(units["count"], units["beside_count"], neighbours(study, units),
                         n_permutations=999, rng=1)  # fmt: skip
    assert units["lees_l_local_statistic"].tolist() == again["statistic"].tolist()


def test_places_in_no_unit_are_said(asked, own_town, analysed):
    cells = gpd.read_file(own_town / "town.gpkg", layer="blocks").iloc[:150]
    cells.assign(cell=range(len(cells))).to_file(own_town / "town.gpkg", layer="cells")
    given = 'kind = "polygons"\npath = "town.gpkg"\nlayer = "cells"\nid = "cell"'
    study = asked(
        ('kind = "square"\nsize_m = 250', given),
        (STATISTICS, asks("lees_l_local", beside="hotel")),
    )
    found = analysed(study)
    n = int(found.units["beside_count"].sum())
    assert 0 < n < 15
    assert found.notes == [f"hotel: {15 - n} of 15 lie in no unit and are set beside none"]
    assert found.rows["hotel"].used == 15  # their distances are measured all the same


def test_no_place_in_any_unit_is_refused(asked, own_town, analysed):
    west = gpd.read_file(own_town / "town.gpkg", layer="blocks").cx[:400_900, :]
    west.assign(cell=range(len(west))).to_file(own_town / "town.gpkg", layer="cells")
    hotels = pd.read_csv(own_town / "hotels.csv")
    hotels.assign(x=403_000.0).to_csv(own_town / "hotels.csv", index=False)
    given = 'kind = "polygons"\npath = "town.gpkg"\nlayer = "cells"\nid = "cell"'
    study = asked(
        ('kind = "square"\nsize_m = 250', given),
        (STATISTICS, asks("lees_l_local", beside="hotel")),
    )
    message = (
        '[analysis] beside = "hotel": there is none in any of the units, so there is nothing to '
        "set beside"
    )
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        analysed(study)


def test_beside_that_nothing_looks_at_is_said(asked, analysed):
    found = analysed(asked((STATISTICS, asks("gi", beside="hotel"))))
    assert found.notes == ['analysis: beside = "hotel" is looked at by none of the statistics']
    assert "beside_count" not in found.units


BASELINE = '[baseline]\npath = "contacts.csv"\ncolumns = { incident_id = "id", x = "x", y = "y" }\n'
REFUSED = {
    "nothing beside": (
        [(STATISTICS, asks("gi", "lees_l_local"))],
        "[analysis] lees_l_local needs something to set beside: say beside = "
        '"population", "baseline", or a kind of [[facilities]]',
    ),
    "no such section": (
        [(STATISTICS, asks("lees_l_local", beside="baseline")), (BASELINE, "")],
        "[analysis] beside names a section [baseline], not there",
    ),
    "no such kind": (
        [(STATISTICS, asks("lees_l_local", beside="trap_house"))],
        "[analysis] beside names trap_house, but no [[facilities]] is of it",
    ),
    "no inverse distance to itself": (
        [
            (STATISTICS, asks("lees_l_local", beside="hotel")),
            (NEIGHBOURS, 'neighbours = { kind = "inverse_distance", distance_m = 500 }'),
        ],
        "[analysis] lees_l_local counts the unit itself, which has no inverse distance; choose "
        "neighbours of kind kernel",
    ),
    "parts of neighbours": (
        [
            (STATISTICS, asks("local_join_count_bivariate", beside="hotel")),
            (NEIGHBOURS, 'neighbours = { kind = "kernel", bandwidth_m = 500 }'),
        ],
        "[analysis] local_join_count_bivariate counts every neighbour once; choose neighbours of "
        "kind contiguity, distance_band or nearest",
    ),
    "another thing": (
        [(STATISTICS, asks("lees_l_local", beside="control"))],
        "analysis.beside: input should be 'population', 'baseline', 'group_home', 'hotel', "
        "'trap_house' or 'other', not 'control'",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "message"), REFUSED.values(), ids=REFUSED)
def test_refusals(asked, own_town, changes, message):
    with pytest.raises(StudyError) as raised:
        asked(*changes)
    assert str(raised.value) == f"{own_town / 'study.toml'}: {message}"


def test_inverse_distance_takes_bivariate_moran(asked, analysed):
    study = asked(
        (STATISTICS, asks("local_moran_bivariate", beside="hotel")),
        (NEIGHBOURS, 'neighbours = { kind = "inverse_distance", distance_m = 500 }'),
    )
    found = analysed(study)
    assert found.units["local_moran_bivariate_p_value"].notna().all()
    assert np.isfinite(found.tests["lees_l"].p_value)


def test_the_sample_study_with_everything(tmp_path):
    """Each key end to end: columns, layers, the report's sentences."""
    study = sample_study()
    chosen = study.analysis.model_copy(
        update={"statistics": EVERY, "beside": "hotel", "count": "persons", "n_permutations": 199}
    )
    update = {"analysis": chosen, "streets": None, "proximity": None, "baseline": None}
    done = run(study.model_copy(update=update), tmp_path / "out")
    units = gpd.read_file(done.folder / "internal/CONFIDENTIAL-results.gpkg", layer="units")
    for name in EVERY:
        assert {f"{name}_{column}" for column in RESULT_COLUMNS} <= set(units.columns)
    assert units["beside_count"].sum() == 60
    assert done.internal.statistics == tuple(EVERY)
    report = (done.folder / "internal/CONFIDENTIAL-report.html").read_text(encoding="utf-8")
    for said in (
        "neighbourhood averages of recorded persons and hotels go together more than if the areas",
        "It does not show that they are related.",
        "areas with recorded persons neighbour each other more often than chance would explain",
        "Where: Bivariate local Moran&#39;s I",
        "Where: Local Lee&#39;s L",
        "Where: Local join count of co-location",
        "Only hotels that are listed are counted",
    ):
        assert said in report
    public = (done.folder / "public/report.html").read_text(encoding="utf-8")
    assert not re.search("recorded persons|hotel|Lee|join count|Set beside", public)
