"""How p-values are made: what is refused before a run, what is said, and what is passed on."""

import re

import pytest

from hotspots.cli import main
from hotspots.errors import StudyError
from hotspots.statistics.lees_l_local import lees_l_local
from hotspots.study.analysis import analyse
from hotspots.study.check import check
from hotspots.study.context import method
from hotspots.study.file import read_study
from hotspots.study.inputs import read_inputs
from hotspots.study.progress import Steps
from hotspots.study.run import run
from hotspots.study.testing import neighbours

ANALYSIS = 'statistics = ["gi_star", "local_moran"]\nneighbours = { kind = "contiguity" }'
CONTIGUITY = 'kind = "contiguity"'
KERNEL = 'kind = "kernel", bandwidth_m = 600'
INVERSE = 'kind = "inverse_distance", distance_m = 600'


@pytest.fixture
def asked(own_town):
    """Give a function that reads the small study with another analysis."""

    def read(*names, near=CONTIGUITY, more=""):
        path = own_town / "study.toml"
        text = path.read_text(encoding="utf-8")
        assert ANALYSIS in text
        listed = ", ".join(f'"{name}"' for name in names)
        lines = f"statistics = [{listed}]\nneighbours = {{ {near} }}\n{more}"
        path.write_text(text.replace(ANALYSIS, lines), encoding="utf-8")
        return read_study(path)

    return read


EXACT = 'method = "exact"'
NO_EXACT = {
    "local_geary": (["gi_star", "local_geary"], CONTIGUITY, "local_geary has no exact p-values;"),
    "lees_l_local": (["lees_l_local"], CONTIGUITY, "lees_l_local has no exact p-values;"),
    "simulated": (["local_moran_rate"], CONTIGUITY, "local_moran_rate has no exact p-values;"),
    "kernel": (["gi_star"], KERNEL, "gi_star has no exact p-values with neighbours of kind kernel"),
    "inverse": (["gi"], INVERSE, "gi has no exact p-values with neighbours of kind inverse"),
}


@pytest.mark.parametrize(("names", "near", "said"), NO_EXACT.values(), ids=NO_EXACT)
def test_exact_is_refused_where_there_is_none(asked, names, near, said):
    said = f'[analysis] method = "exact": {said}'
    with pytest.raises(StudyError, match=re.escape(said)):
        asked(*names, near=near, more=f'{EXACT}\nbeside = "hotel"')


def test_exact_is_refused_beside_shares_of_residents(asked):
    with pytest.raises(StudyError, match="local_moran_bivariate has no exact p-values beside"):
        asked("local_moran_bivariate", more=f'{EXACT}\nbeside = "population"')


def test_exact_is_taken_where_there_is_one(asked):
    names = ("gi_star", "local_moran_bivariate", "gi_star_rate", "local_join_count")
    assert asked(*names, more=f'{EXACT}\nbeside = "hotel"').analysis.method == "exact"


def test_lee_is_tested_as_the_study_says(asked):
    study = asked("lees_l_local", more='method = "analytic"\nbeside = "hotel"')
    with Steps(9) as steps:
        found = analyse(study, read_inputs(study), steps)
    units = found.units
    graph = neighbours(study, units).assign_self_weight(1)
    again = lees_l_local(units["count"], units["beside_count"], graph, method="analytic")
    assert found.inference["lees_l_local"]["method"] == "analytic"
    assert units["lees_l_local_p_value"].tolist() == again["p_value"].tolist()


def test_the_page_says_of_each_statistic_where_its_p_values_come_from(asked):
    names = ("gi_star", "local_geary", "gi_star_rate", "local_moran_rate")
    study = asked(*names)
    assert method(study, names)["P-values"] == (
        "Getis-Ord Gi*: exact for counts, otherwise from 999 permutations at most, seed 1; "
        "local Geary's c: from 999 permutations at most, seed 1; Getis-Ord Gi* of rates: exact; "
        "local Moran's I of rates: from up to 999 simulated maps, seed 1 (areas with larger "
        "p-values stop after 199)"
    )
    rates = study.model_copy(
        update={"analysis": study.analysis.model_copy(update={"n_permutations": 99_999})}
    )
    assert method(rates, ["local_moran_rate"])["P-values"] == (
        "from up to 99,999 simulated maps, seed 1 (areas with larger p-values stop after 199, 999 "
        "or 9,999)"
    )
    assert method(study, ["gi_star_rate"])["P-values"] == "exact"


def test_rates_are_not_said_to_be_tested_another_way(asked):
    names = ("gi_star", "gi_star_rate")
    said = method(asked(*names, more='method = "analytic"'), names)["P-values"]
    assert said == "Getis-Ord Gi*: from the normal distribution; Getis-Ord Gi* of rates: exact"


MANY = "n_permutations = 19_999"
USED = "at most 9,999 of the 19,999 random draws asked for, with neighbours of"
FEWER = "fewer and larger units, which need fewer"


@pytest.fixture
def noted(asked, own_town):
    """Give the notes of a check of the small study with 19,999 draws."""

    def notes(*names, **options):
        asked(*names, **options)
        path = own_town / "study.toml"
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("n_permutations = 999", MANY), encoding="utf-8")
        return check(read_study(path)).notes

    return notes


def test_draws_that_neighbours_forbid_are_said(noted):
    assert noted("gi_star", "gi", near=KERNEL) == [
        f"analysis: gi_star, gi: {USED} kind kernel; choose contiguity, distance_band or nearest "
        f"to use more, or {FEWER}"
    ]


def test_draws_that_a_statistic_forbids_are_said(noted):
    assert noted("gi_star", "local_geary", "local_moran_rate") == [
        f"analysis: local_geary: {USED} any kind; where that is too few, choose {FEWER}, "
        "or another statistic"
    ]


def test_fewer_draws_by_another_correction_only_where_it_is_another(noted):
    (said,) = noted("gi_star", near=KERNEL, more='correction = "fdr_by"')
    assert said.endswith(f" to use more, or correction fdr_bh, or {FEWER}")


@pytest.mark.filterwarnings("ignore::hotspots.errors.FewDataWarning")
def test_a_method_that_rates_do_not_take_is_said(asked):
    own = "is not for rates, whose p-values are their own"
    study = asked("gi_star_rate", "local_moran_rate", "gi", more='method = "analytic"')
    said = (
        f'analysis: method = "analytic" {own}: gi_star_rate exact, local_moran_rate from simulated '
        "maps"
    )
    with Steps(9) as steps:
        found = analyse(study, read_inputs(study), steps)
    assert check(study).notes == found.notes == [said]
    assert {name: details["method"] for name, details in found.inference.items()} == {
        "gi_star_rate": "exact binomial", "local_moran_rate": "simulation", "gi": "analytic",
    }  # fmt: skip


def test_a_method_that_rates_take_anyway_is_not_spoken_of(asked):
    exact = asked("gi_star_rate", "gi", more=EXACT)
    assert check(exact).notes == []


def test_draws_that_are_not_used_are_not_spoken_of(noted):
    assert noted("gi_star", "local_moran") == []


def test_draws_that_nothing_draws_are_not_spoken_of(noted):
    assert noted("local_geary", more='method = "analytic"') == []


def test_a_run_says_so_in_its_report(asked, own_town, tmp_path, monkeypatch):
    monkeypatch.setattr("hotspots.study.testing.MAX_DIRECT", 199)
    study = asked("gi_star", near=KERNEL)
    done = run(study, tmp_path / "out", profile="internal", reason="a test", recipient="you")
    report = (done.folder / "internal/CONFIDENTIAL-report.html").read_text(encoding="utf-8")
    assert "gi_star: at most 199 of the 999 random draws asked for, with neighbours of" in report


def test_a_denominator_that_nothing_looks_at_is_said(asked):
    study = asked("gi_star", more='denominator = "baseline"')
    assert check(study).notes == [
        'analysis: denominator = "baseline" is looked at by none of the statistics'
    ]


def test_too_few_draws_are_said_on_the_command_line_and_both_pages(asked, own_town, capsys):
    """99 draws of 192 cells by Bonferroni reach no level: 2 / 100 * 192 is 3.84."""
    more = 'method = "permutation"\ncorrection = "bonferroni"'
    asked("gi_star", more=more)
    path = own_town / "study.toml"
    text = path.read_text(encoding="utf-8").replace("n_permutations = 999", "n_permutations = 99")
    path.write_text(text.replace("[incidents]\n", '[incidents]\nopen_data = "portal"\n'), "utf-8")
    said = "With only 99 random draws no area could be marked"
    stated = ["--profile", "internal", "--reason", "a test", "--recipient", "you"]
    assert main(["run", str(path), "--out", str(own_town / "out"), *stated]) == 0
    assert said in " ".join(capsys.readouterr().out.split())
    for page in ("internal/CONFIDENTIAL-report.html", "public/report.html", "public/map.html"):
        assert said in (own_town / "out" / page).read_text(encoding="utf-8")
