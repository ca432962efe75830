"""One side of chance, what chance holds, and rates without a test: from the file to the page."""

import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from hotspots.errors import StudyError
from hotspots.schema import RATE_COLUMNS
from hotspots.statistics.excess_risk import excess_risk
from hotspots.statistics.getis_ord import gi_star
from hotspots.statistics.global_tests import geary, general_g, moran
from hotspots.statistics.join_counts import join_count
from hotspots.statistics.local_geary import local_geary
from hotspots.statistics.local_moran import local_moran
from hotspots.statistics.local_rates import gi_star_rate
from hotspots.statistics.rates import eb_rates
from hotspots.study.context import method
from hotspots.study.run import run
from hotspots.study.testing import neighbours

STATISTICS = 'statistics = ["gi_star", "local_moran"]'
DRAWS = {"n_permutations": 999, "rng": 1}
pytestmark = pytest.mark.filterwarnings("ignore::hotspots.errors.FewDataWarning")


def asks(*names, **keys):
    """Write the lines of an analysis; text is put in quotation marks, lists are as they are."""
    given = [f"{key} = {value!r}".replace("'", '"') for key, value in keys.items()]
    return (STATISTICS, "\n".join([f"statistics = {list(names)}".replace("'", '"'), *given]))


@pytest.mark.parametrize("side", ["greater", "less"])
def test_local_tests_are_asked_the_side(asked, analysed, side):
    study = asked(asks("gi_star", "local_moran", alternative=side))
    found = analysed(study)
    units, graph = found.units, neighbours(study, found.units)
    for test in (gi_star, local_moran):
        again = test(units["count"], graph, alternative=side, **DRAWS)
        name = test.__name__
        assert found.inference[name]["alternative"] == side
        assert units[f"{name}_p_value"].tolist() == again["p_value"].tolist()
    assert not units["gi_star_label"].str.startswith("cold" if side == "greater" else "hot").any()


def test_greater_is_more_clustering_over_the_whole_area(asked, analysed):
    study = asked(asks("local_join_count", "local_geary_multivariate", alternative="greater",
                       beside="hotel"))  # fmt: skip
    found = analysed(study)
    units, tests = found.units, found.tests
    x, graph = units["count"], neighbours(study, units)
    even = graph.transform("r")
    assert tests["moran"] == moran(x, even, alternative="greater", **DRAWS)
    assert tests["geary"] == geary(x, even, alternative="greater", **DRAWS)
    assert tests["general_g"] == general_g(x, graph, alternative="greater", **DRAWS)
    beside = geary(units["beside_count"], even, alternative="greater", **DRAWS)
    assert tests["geary_beside"].p_value == beside.p_value
    some = (x > 0).astype(int)
    more = join_count(some, graph, alternative="greater", **DRAWS)
    fewer = join_count(some, graph, alternative="less", **DRAWS)
    assert tests["join_count 1-1"] == more[1, 1]
    assert tests["join_count 0-0"] == more[0, 0]
    assert tests["join_count 0-1"] == fewer[0, 1]  # unlike neighbours are few where they cluster
    found_by = [tests[name] for name in ("moran", "geary", "general_g")]
    assert max(test.p_value for test in found_by) <= 0.05  # the town has a cluster


@pytest.mark.parametrize(
    ("names", "alike"),
    [(["gi_star"], "greater"), (["gi_star", "local_moran"], "less"), (["local_geary"], "less")],
)
def test_fewer_is_no_reason_to_be_unlike(asked, analysed, names, alike):
    """Areas with fewer cluster as those with more do: only outliers ask for unlike neighbours."""
    tests = analysed(asked(asks(*names, alternative="less"))).tests
    assert {name: test.alternative for name, test in tests.items()} == {
        "moran": alike, "geary": alike, "general_g": "less",
    }  # fmt: skip


def test_the_null_reaches_those_that_have_one(asked, analysed):
    names = ("gi_star", "gi_star_rate", "local_moran")
    study = asked(asks(*names, null="conditional"))
    found = analysed(study)
    units, graph = found.units, neighbours(study, found.units)
    again = gi_star(units["count"], graph, null="conditional", **DRAWS)
    assert units["gi_star_p_value"].tolist() == again["p_value"].tolist()
    rate = gi_star_rate(units["count"], units["population"], graph, null="conditional")
    assert units["gi_star_rate_p_value"].tolist() == rate["p_value"].tolist()
    held = "the area's own number is held as it is (Getis-Ord Gi*, Getis-Ord Gi* of rates)"
    assert method(study, names)["Chance"] == held
    assert "Chance" not in method(study, ["local_moran"])


def test_two_numbers_at_once(asked, analysed):
    study = asked(asks("local_geary_multivariate", beside="hotel"))
    found = analysed(study)
    units = found.units
    both = units[["count", "beside_count"]]
    again = local_geary(pd.DataFrame(both), neighbours(study, units), **DRAWS)
    for column in ("statistic", "p_value", "label"):
        mine = units[f"local_geary_multivariate_{column}"]
        pd.testing.assert_series_equal(mine, again[column], check_names=False)
    assert list(found.tests)[3:] == ["geary_beside"]


REFUSED = {
    "null without one that has it": (
        asks("gi", "local_moran", null="conditional"),
        "[analysis] null is for gi_star and gi_star_rate, and neither is asked for; all other "
        "statistics hold the unit's own number: leave it out",
    ),
    "another side": (
        asks("gi_star", alternative="more"),
        "analysis.alternative: input should be 'two-sided', 'greater' or 'less', not 'more'",
    ),
    "two numbers without the other": (
        asks("local_geary_multivariate"),
        '[analysis] local_geary_multivariate needs something to set beside: say beside = '
        '"population", "baseline", or a kind of [[facilities]]',
    ),
    "two numbers exactly": (
        asks("local_geary_multivariate", beside="hotel", method="exact"),
        '[analysis] method = "exact": local_geary_multivariate has no exact p-values; say method = '
        '"auto", which is exact where that can be',
    ),
    "rates twice": (
        asks("gi_star", rates=["eb_rates", "eb_rates"]),
        "analysis.rates: a name stands more than once",
    ),
    "rates as text": (
        asks("gi_star", rates="eb_rates"),
        'analysis.rates: write a list: ["eb_rates"]',
    ),
}  # fmt: skip


@pytest.mark.parametrize(("change", "message"), REFUSED.values(), ids=REFUSED)
def test_refusals(asked, own_town, change, message):
    with pytest.raises(StudyError) as raised:
        asked(change)
    assert str(raised.value) == f"{own_town / 'study.toml'}: {message}"


def test_rates_need_people(asked):
    residents = '[population]\npath = "town.gpkg"\nlayer = "blocks"\ncolumn = "pop"\n'
    with pytest.raises(StudyError, match=re.escape("[analysis] eb_rates divides by a section")):
        asked(asks("gi_star", rates=["eb_rates"], denominator="population"), (residents, ""))


@pytest.mark.parametrize(
    ("denominator", "people"), [("population", "population"), ("baseline", "baseline_count")]
)
def test_rates_are_those_of_the_library(asked, analysed, denominator, people):
    both = ["excess_risk", "eb_rates"]
    study = asked(asks("gi_star", rates=both, denominator=denominator))
    found = analysed(study)
    units = found.units
    given = units["count"], units[people].astype(float)
    excess, smoothed = excess_risk(*given), eb_rates(*given)
    for name, table in (("excess_risk", excess), ("eb_rates", smoothed)):
        for column in RATE_COLUMNS[name][:-1]:
            mine = units[f"{name}_{column}"]
            pd.testing.assert_series_equal(mine, table[column], check_names=False)
        assert found.rates[name] == table.attrs["rates"]
    labels = units["excess_risk_label"]
    assert (labels == "above 1").tolist() == (excess["lower"] > 1).tolist()
    assert (labels == "below 1").tolist() == (excess["upper"] < 1).tolist()
    assert (labels == "not computed").tolist() == excess["ratio"].isna().tolist()
    twice = units["eb_rates_label"] == "2 times or more"
    assert twice.tolist() == (smoothed["smoothed"] >= 2 * smoothed["mean"]).tolist()
    assert "moran_rate" not in found.tests  # nothing is tested for them


def test_rates_reach_the_internal_files_and_no_public_one(asked, tmp_path):
    study = asked(asks("gi_star", rates=["excess_risk", "eb_rates"]))
    study = study.model_copy(update={"streets": None, "proximity": None})
    done = run(study, tmp_path / "out", profile="internal", reason="a test", recipient="me")
    units = gpd.read_file(done.folder / "internal/CONFIDENTIAL-results.gpkg", layer="units")
    for name, columns in RATE_COLUMNS.items():
        assert {f"{name}_{column}" for column in columns} <= set(units.columns)
    assert np.isfinite(units["excess_risk_ratio"]).all()
    assert done.internal.statistics == ("gi_star", "excess_risk", "eb_rates")
    report = (done.folder / "internal/CONFIDENTIAL-report.html").read_text(encoding="utf-8")
    for said in (
        "Where: Excess risk",
        "Where: Smoothed rates",
        "up to 1 in 20 may do so by chance alone",
        "Do not rank or colour units by their ratio",  # a note of the library
        "<dt>Without a test</dt><dd>excess risk, smoothed rates</dd>",
    ):
        assert said in report
    public = (done.folder / "public/report.html").read_text(encoding="utf-8")
    assert not re.search("Excess risk|[Ss]moothed|Without a test", public)
