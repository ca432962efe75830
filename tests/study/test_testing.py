"""What a study may ask to be tested, and what it is given."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from hotspots.errors import StudyError
from hotspots.schema import RESULT_COLUMNS
from hotspots.statistics.getis_ord import gi_star
from hotspots.statistics.local_rates import gi_star_rate
from hotspots.study.run import run
from hotspots.study.testing import global_tests, local_test, neighbours

EVERY = ["gi_star", "gi", "local_moran", "local_geary", "gi_star_rate", "local_moran_rate"]
STATISTICS = 'statistics = ["gi_star", "local_moran"]'
NEIGHBOURS = 'neighbours = { kind = "contiguity" }'


@pytest.mark.filterwarnings("ignore::hotspots.errors.FewDataWarning")
def test_every_statistic(asked, tmp_path):
    study = asked((STATISTICS, f"statistics = {EVERY}".replace("'", '"')))
    done = run(study, tmp_path / "out", profile="internal", reason="a test", recipient="me")
    units = gpd.read_file(done.folder / "internal/CONFIDENTIAL-results.gpkg", layer="units")
    for name in EVERY:
        assert {f"{name}_{column}" for column in RESULT_COLUMNS} <= set(units.columns)
    assert list(done.analysis.tests) == ["moran", "geary", "general_g", "moran_rate"]
    assert done.analysis.inference["gi_star"]["method"] == "exact"
    assert done.analysis.inference["local_geary"]["n_permutations"] == 999
    assert units["population"].sum() == pytest.approx(100 * 300)
    assert units["expected_count"].sum() == pytest.approx(units["count"].sum())
    pages = [(done.folder / f"internal/CONFIDENTIAL-{name}.html") for name in ("map", "report")]
    assert all("Local Geary" in page.read_text(encoding="utf-8") for page in pages[1:])


@pytest.mark.filterwarnings("ignore::hotspots.errors.FewDataWarning")
def test_rates_are_of_residents_unless_other_contacts_are_asked_for(asked, analysed):
    rates = (STATISTICS, 'statistics = ["gi_star_rate"]')
    study = asked(rates)
    residents = analysed(study).units
    near = neighbours(study, residents)
    again = gi_star_rate(residents["count"], residents["population"], near)
    pd.testing.assert_series_equal(residents["gi_star_rate_p_value"], again["p_value"],
                                   check_names=False)  # fmt: skip
    study = asked(("seed = 1\n", 'seed = 1\ndenominator = "baseline"\n'))
    contacts = analysed(study).units
    assert "population" not in contacts
    again = gi_star_rate(contacts["count"], contacts["baseline_count"], neighbours(study, contacts))
    pd.testing.assert_series_equal(contacts["gi_star_rate_p_value"], again["p_value"],
                                   check_names=False)  # fmt: skip
    assert not residents["gi_star_rate_z"].equals(contacts["gi_star_rate_z"])


@pytest.mark.parametrize(
    ("kind", "engine"),
    [
        ('{ kind = "kernel", bandwidth_m = 600 }', "direct"),
        ('{ kind = "kernel", kernel = "quartic", k = 8 }', "direct"),
        ('{ kind = "nearest", k = 6 }', "exact"),
    ],
)
def test_neighbours(asked, kind, engine, analysed):
    analysis = analysed(asked((NEIGHBOURS, f"neighbours = {kind}")))
    assert {details["method"] for details in analysis.inference.values()} == {engine}


def test_inverse_distance(asked, analysed):
    study = asked(
        (NEIGHBOURS, 'neighbours = { kind = "inverse_distance", distance_m = 500, power = 2 }'),
        (STATISTICS, 'statistics = ["gi"]'),
    )
    analysis = analysed(study)
    weights = neighbours(study, analysis.units).adjacency
    np.testing.assert_allclose(np.unique(weights.round(12)), [500.0**-2, 2 * 500.0**-2, 250.0**-2])
    assert analysis.inference["gi"]["method"] == "direct"
    assert analysis.units["gi_p_value"].notna().all()


@pytest.mark.parametrize(
    ("method", "engine"), [("permutation", "shared reference"), ("analytic", "analytic")]
)
def test_method_and_correction(asked, method, engine, analysed):
    study = asked(("seed = 1\n", f'seed = 1\nmethod = "{method}"\ncorrection = "bonferroni"\n'))
    analysis = analysed(study)
    details = analysis.inference["gi_star"]
    assert (details["method"], details["correction"]) == (engine, "bonferroni")
    units = analysis.units
    again = gi_star(units["count"], neighbours(study, units), method=method, n_permutations=999,
                    correction="bonferroni", rng=1)  # fmt: skip
    assert units["gi_star_label"].tolist() == again["label"].tolist()


def test_exact_where_it_cannot_be(asked):
    changes = (
        (NEIGHBOURS, 'neighbours = { kind = "kernel", bandwidth_m = 600 }'),
        ("seed = 1\n", 'seed = 1\nmethod = "exact"\n'),
    )
    with pytest.raises(StudyError, match="no exact p-values with neighbours of kind kernel"):
        asked(*changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            [(NEIGHBOURS, 'neighbours = { kind = "inverse_distance", distance_m = 500 }')],
            "gi_star counts the unit itself, which has no inverse distance",
        ),
        (
            [
                (NEIGHBOURS, 'neighbours = { kind = "kernel", bandwidth_m = 500 }'),
                (STATISTICS, 'statistics = ["gi_star_rate"]'),
            ],
            "gi_star_rate counts every neighbour once",
        ),
        (
            [
                (STATISTICS, 'statistics = ["local_moran_rate"]'),
                ('[baseline]\npath = "contacts.csv"\ncolumns = { incident_id = "id", x = "x", '
                 'y = "y" }\n', ""),
                ("seed = 1\n", 'seed = 1\ndenominator = "baseline"\n'),
            ],
            r"local_moran_rate divides by a section \[baseline\], not there",
        ),
        (
            [(NEIGHBOURS, 'neighbours = { kind = "kernel", bandwidth_m = 500, k = 3 }')],
            "give one of bandwidth_m and k",
        ),
        ([("seed = 1\n", 'seed = 1\nmethod = "best"\n')], "method: .*'auto', 'exact'"),
    ],
)  # fmt: skip
def test_refusals(asked, changes, message):
    with pytest.raises(StudyError, match=message):
        asked(*changes)


@pytest.mark.filterwarnings("ignore::hotspots.errors.FewDataWarning")
def test_the_seed_is_that_of_the_study(asked, analysed):
    names = '["local_moran", "local_moran_rate", "local_join_count", "lees_l_local"]'
    drawn = 'seed = 1\nmethod = "permutation"\nbeside = "hotel"\n'
    first = asked((STATISTICS, f"statistics = {names}"), ("seed = 1\n", drawn))
    second = asked(("seed = 1\n", "seed = 2\n"))
    analysis = analysed(first)
    units, graph = analysis.units, neighbours(first, analysis.units)
    for name in first.analysis.statistics:
        p = units[f"{name}_p_value"].rename("p_value")
        again, other = (local_test(name, study, units, graph) for study in (first, second))
        pd.testing.assert_series_equal(p, again["p_value"])
        assert not p.equals(other["p_value"])
    tests = analysis.tests, global_tests(first, units, graph), global_tests(second, units, graph)
    p_values = [[test.p_value for test in found.values()] for found in tests]
    assert p_values[0] == p_values[1] != p_values[2]
