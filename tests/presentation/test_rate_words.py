"""Rates without a test in words: every number with its base, and no evidence claimed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hotspots.maps.content import page_content
from hotspots.presentation.caveats import caveats
from hotspots.presentation.classes import classes_of, strength
from hotspots.presentation.families import RATES, UNTESTED_RATES
from hotspots.presentation.figures import figure_svg
from hotspots.presentation.groups import groups
from hotspots.presentation.headlines import headline
from hotspots.presentation.provenance import how_made
from hotspots.presentation.sentences import analyst_figures, unit_sentences
from hotspots.reports.report import report_html

WORDS = {"Neighbours": "areas that touch", "Rates": "of residents"}
ALONE = "Looked at by itself, not among all areas."


@pytest.fixture
def rates(make_grid):
    """Give five areas: above, below, containing 1, nothing recorded, and nobody there."""
    return make_grid(5).assign(
        count=[12, 1, 4, 0, 2],
        population=[1_000.0, 4_000, 2_000, 500.4, 0],
        excess_risk_observed=[12.0, 1, 4, 0, np.nan],
        excess_risk_expected=[4.0, 8, 4, 1, np.nan],
        excess_risk_ratio=[3.0, 0.125, 1, 0, np.nan],
        excess_risk_lower=[1.55, 0.003, 0.27, 0, np.nan],
        excess_risk_upper=[5.24, 0.696, 2.56, 3.69, np.nan],
        excess_risk_label=["above 1", "below 1", "contains 1", "contains 1", "not computed"],
        eb_rates_raw=[0.012, 0.00025, 0.002, 0, np.nan],
        eb_rates_smoothed=[0.009, 0.0004, 0.002, 0.001, np.nan],
        eb_rates_mean=[0.0025] * 4 + [np.nan],
        eb_rates_weight=[0.68, 0.93, 0.9, 0.6, np.nan],
        eb_rates_label=["2 times or more", "below 0.5 times", "0.8 to 1.25 times",
                        "below 0.5 times", "not computed"],
    )  # fmt: skip


@pytest.fixture
def shown(rates, internal, make_context):
    details = {
        "excess_risk": {"method": "Garwood", "family": "poisson", "confidence": 0.95,
                        "left_out": {"nobody at risk": 1}, "notes": ["A note."]},
    }  # fmt: skip
    return internal(rates, context=make_context(method=WORDS), record={"rates": details})


def test_excess_is_said_area_by_area(rates):
    assert unit_sentences(rates, "excess_risk", words=WORDS) == [
        "12 recorded incidents here, where the same rate everywhere would give 4: a ratio of 3 "
        f"(95 % interval 1.55 to 5.24, wholly above 1). {ALONE}",
        "1 recorded incident here, where the same rate everywhere would give 8: a ratio of 0.125 "
        f"(95 % interval 0.003 to 0.696, wholly below 1). {ALONE}",
        "4 recorded incidents here, where the same rate everywhere would give 4: a ratio of 1 "
        f"(95 % interval 0.27 to 2.56, which contains 1). {ALONE}",
        "0 recorded incidents here, where the same rate everywhere would give 1: a ratio of 0 "
        f"(95 % interval 0 to 3.69, which contains 1). {ALONE}",
        "2 recorded incidents here, and no residents are known here: there is no ratio.",
    ]


def test_a_smoothed_rate_is_said_beside_the_raw_one(rates):
    said = unit_sentences(rates, "eb_rates", words=WORDS)
    assert said[0] == (
        "12 recorded incidents here among 1,000 residents: 12.0 per 1,000 residents, smoothed to "
        "9.0. Its own rate has a weight of 68 %, the overall rate of 2.5 the rest."
    )
    assert said[3] == (
        "0 recorded incidents here among 500 residents: 0 per 1,000 residents, smoothed to 1.0. "
        "Its own rate has a weight of 60 %, the overall rate of 2.5 the rest."
    )
    assert (
        said[4] == "2 recorded incidents here, and no residents are known here: there is no rate."
    )


def test_headlines_claim_no_evidence(shown):
    assert headline(shown, "excess_risk") == (
        "In 2013–2016, in 1 of 4 areas the 95 % interval of recorded incidents over those expected "
        "lies wholly above 1, in 1 wholly below it; each area is looked at by itself, so up to 1 "
        "in 20 may do so by chance alone."
    )
    assert headline(shown, "eb_rates") == (
        "In 2013–2016, smoothed rates run from 0.4 to 9.0, where the overall rate is 2.5 per 1,000 "
        "residents; 1 area has at least twice that, 2 less than half; smoothed rates are for "
        "looking, and no evidence."
    )


def test_nothing_computed_is_said(rates, internal):
    table = rates.assign(eb_rates_label="not computed", eb_rates_smoothed=np.nan,
                         eb_rates_mean=np.nan)  # fmt: skip
    assert headline(internal(table), "eb_rates") == "In 2013–2016, none of 5 areas has a rate."


def test_layers_say_what_their_colours_are(shown):
    excess, smoothed = page_content(shown, ["excess_risk", "eb_rates"])["statistics"]
    assert excess["colour_means"] == (
        "Colour says where the 95 % interval of recorded over expected numbers lies. Each area is "
        "looked at by itself: up to 1 in 20 may stand out by chance alone. It is no ranking and "
        "not a prediction."
    )
    assert smoothed["colour_means"] == (
        "Colour is the smoothed rate beside the overall rate of 2.5 per 1,000 residents. Smoothed: "
        "the fewer residents, the nearer to the overall rate. It is no evidence and not a "
        "prediction."
    )
    # -log(0.025) is 3.69: with 1 expected not even 0 lies below 1, with 4 it does
    assert excess["note"] == (
        "In 1 of 4 areas so few are expected that not even 0 would lie wholly below 1."
    )
    assert smoothed["note"] == ""
    assert [entry["quiet"] for entry in excess["classes"]] == [False, False, True, True]
    assert not any(entry["detail"] for entry in excess["classes"] + smoothed["classes"])
    assert excess["groups"] == [] == smoothed["groups"]
    assert excess["no_groups"].startswith("There are no groups: each area is looked at by itself")


def test_the_report_draws_and_explains_both(shown):
    page = report_html(shown)
    assert "Where: Excess risk" in page
    assert "strength of evidence" not in page
    assert strength(shown, "eb_rates") == ""
    svg = figure_svg(shown, "eb_rates", framed=False)
    assert "at least 2 times the overall" in svg
    made = dict(how_made(shown))
    assert made["Excess risk"] == (
        "Garwood, poisson. Intervals of 95 %. Areas left out: nobody at risk: 1. A note"
    )


def test_figures_of_rates_are_those_of_rates(rates):
    found = analyst_figures(rates, "excess_risk", words=WORDS)
    assert found["Observed by expected"] == ["3", "0.125", "1", "0", None]
    assert found["Interval"][0] == "above 1"
    assert not any("p-value" in title or "z-score" in title for title in found)


def test_not_computed_is_in_the_legend_where_an_area_is(shown, rates, internal):
    assert [entry.label for entry in classes_of(shown, "excess_risk")][-1] == "not computed"
    whole = internal(rates.iloc[:4])
    assert [entry.label for entry in classes_of(whole, "excess_risk")][-1] == "contains 1"


def test_rates_without_a_test_come_with_their_caveats(shown):
    said = caveats(shown)
    assert sum(text.startswith("Rates without a test are no evidence") for text in said) == 1
    assert sum(text.startswith("A rate compares with residents") for text in said) == 1
    assert groups(shown, "eb_rates").empty
    assert not RATES & UNTESTED_RATES


def test_a_table_without_the_people_says_less():
    table = pd.DataFrame({"eb_rates_raw": [0.5], "eb_rates_smoothed": [0.5],
                          "eb_rates_mean": [0.5], "eb_rates_weight": [1.0]})  # fmt: skip
    assert unit_sentences(table, "eb_rates") == [
        "This area: 5.0 per 10 people at risk, smoothed to 5.0. Its own rate has a weight of "
        "100 %, the overall rate of 5.0 the rest."
    ]
