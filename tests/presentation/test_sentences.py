"""What is said about areas and facilities, derived by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hotspots.errors import DisclosureError
from hotspots.presentation.distances import distance_sentence
from hotspots.presentation.overall import global_sentence
from hotspots.presentation.sentences import (
    analyst_figures,
    facility_sentences,
    unit_sentence,
    unit_sentences,
)
from hotspots.schema import TestResult

WORDS = {"Neighbours": "areas that touch"}


def row(statistic, count, observed, expected, p, label):
    columns = {"statistic": observed, "expected": expected, "p_value": p, "label": label}
    return pd.DataFrame(
        {"count": [count], **{f"{statistic}_{name}": [value] for name, value in columns.items()}}
    )


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        (
            row("gi_star", 1, 57.0, 21.34, 0.004, "hot 99"),
            "1 recorded incident here and 57 together with those touching it, where 21.3 would be "
            "expected; chance alone would give a sum this unusual about 1 time in 250.",
        ),
        (
            row("gi_star", 1200, 5700.0, 2134.0, 1e-9, "hot 99"),
            "1,200 recorded incidents here and 5,700 together with those touching it, where 2,134 "
            "would be expected; chance alone would give a sum this unusual less than 1 time in "
            "1,000,000.",
        ),
        (
            row("gi_star", 0, np.nan, np.nan, np.nan, "not testable"),
            "0 recorded incidents here; this area could not be tested.",
        ),
        (
            row("gi_star", 2.5, 5.25, 4.0, 0.5, "not significant"),
            "2.5 recorded incidents here and 5.2 together with those touching it, where 4 would be "
            "expected; chance alone would give a sum this unusual about 5 times in 10.",
        ),
        (
            row("gi", 12, 45.0, 20.1, 0.02, "hot 90"),
            "12 recorded incidents here; those touching it, without this area, hold 45, where 20.1 "
            "would be expected; chance alone would give a sum this unusual about 1 time in "
            "50.",
        ),
        (
            row("scan", 12, 45.0, 20.1, 0.02, "hot 90"),
            "12 recorded incidents here; chance alone would give a result this unusual about 1 "
            "time in 50.",
        ),
    ],
)
def test_each_area_in_one_sentence(table, sentence):
    (statistic,) = {name.removesuffix("_label") for name in table if name.endswith("_label")}
    assert unit_sentences(table, statistic, words=WORDS) == [sentence]
    assert unit_sentence(table.iloc[0], statistic, words=WORDS) == sentence


@pytest.mark.parametrize(
    ("label", "sentence"),
    [
        ("high-high", "above the average of 3.5 per area; its neighbours are above it too; "),
        ("high-low", "above the average of 3.5 per area; its neighbours are below it; "),
        ("not significant", "above the average of 3.5 per area; "),
    ],
)  # fmt: skip
def test_local_moran_compares_with_the_average(label, sentence):
    table = pd.concat([row("local_moran", 9, 1.0, 0.0, 0.01, label),
                       row("local_moran", -2, 1.0, 0.0, 0.01, "low-low")])  # fmt: skip
    assert unit_sentences(table, "local_moran")[0] == (
        f"9 recorded incidents here, {sentence}chance alone would give neighbours this unusual "
        "about 1 time in 100."
    )
    assert unit_sentences(table, "local_moran")[1].startswith("−2 recorded incidents here, below")


def test_public_areas_are_compared_with_their_residents(public):
    shown = public(n=6, counts=[400, 100, 210, 150, 5, 200], small=(4,))
    said = unit_sentences(shown.table, "excess")
    assert said[0] == (
        "The number is withheld to protect persons; that says nothing about how many incidents "
        "there are."
    )
    assert said[0] == said[4]
    assert said[1] == (
        "100 recorded incidents, where its share of residents would give 165: "
        "fewer than chance would explain (strong evidence)."
    )
    assert said[2].endswith("would give 165: more than chance would explain (strong evidence).")
    assert not any("here and" in text for text in said)


def test_one_published_area_is_not_compared(public):
    assert unit_sentences(public(n=1, counts=[231]).table, "excess") == [
        "231 recorded incidents; this area could not be tested."
    ]


def test_figures_for_analysts_are_those_the_row_holds(label, make_grid):
    table = label(make_grid(3), p_value=0.00001, z=-2.345, expected=3.25)
    assert analyst_figures(table.iloc[[2]], "gi_star") == {
        "Recorded incidents": ["2"],
        "Getis-Ord Gi*, sum with neighbours": ["5"],
        "Expected of it": ["3.2"],
        "Getis-Ord Gi*, z-score": ["−2.35"],
        "p-value": ["< 0.0001"],
        "q-value (corrected for the number of areas)": ["0.4"],
        "Class": ["not significant"],
    }


def test_figures_of_a_withheld_area_hold_no_number_about_it(public):
    shown = public(n=6, counts=[400, 100, 210, 150, 5, 200], small=(4,))
    assert analyst_figures(shown.table.loc[["A004"]], "excess") == {
        "Residents": ["5,000"],
        "Class": ["not testable"],
    }


def test_each_facility_in_a_sentence_per_kind(internal, label, make_grid, facilities, proximity):
    shown = internal(label(make_grid(4)), facilities=facilities, proximity=proximity)
    assert facility_sentences(shown) == {
        ("group_home", "G001"): {
            "hotel": "Nearest hotel H012: 640 m over streets (510 m in a straight line); 0 within "
            "400 m and 3 within 800 m.",
            "trap_house": "Nearest location with recorded reports T003: 1.0 km in a straight line "
            "(no way to any over the streets).",
        },
        ("group_home", "G002"): {
            "hotel": "Nearest hotel H012: 1.2 km over streets (1.0 km in a straight line); 0 "
            "within 400 m and 0 within 800 m.",
            "trap_house": "Nearest location with recorded reports: none found (no other location "
            "with recorded reports).",
        },
    }


def test_facilities_are_internal(internal, public, label, make_grid):
    assert facility_sentences(internal(label(make_grid(4)))) == {}
    with pytest.raises(DisclosureError, match="holds no facility"):
        facility_sentences(public())


def moran(statistic, p_value):
    z = 2.0 if statistic > 0 else -2.0
    return TestResult("moran", statistic, 0.0, 0.01, z, p_value, 0.02, "two-sided", 90, 999)


@pytest.mark.parametrize(
    ("statistic", "p_value", "found"),
    [
        (0.4, 0.05, "counts of neighbouring areas are more alike than chance would explain"),
        (-0.4, 0.01, "counts of neighbouring areas are less alike than chance would explain"),
        (0.4, 0.051, "how alike counts of neighbouring areas are shows no clear difference from "),
    ],
)
def test_global_tests_say_what_they_found(statistic, p_value, found):
    assert found in global_sentence(moran(statistic, p_value))
    assert global_sentence(moran(0.0, float("nan"))) == "Moran's I could not be computed."


@pytest.mark.parametrize(
    ("p_value", "alternative", "said"),
    [
        (0.002, "two-sided", "this at most 1 time in 500."),  # 2 tails of 1 / (999 + 1)
        (0.002, "greater", "this about 1 time in 500."),
        (0.001, "greater", "this at most 1 time in 1,000."),
        (0.004, "two-sided", "this about 1 time in 250."),
    ],
)
def test_the_rarest_that_draws_can_show_is_no_estimate(p_value, alternative, said):
    result = TestResult("moran", 0.4, 0.0, 0.01, 57.0, p_value, 0.0, alternative, 90, 999)
    assert global_sentence(result).endswith(said)


def test_areas_whose_p_values_are_drawn_say_at_most():
    table = pd.concat([row("local_geary", 3, 1.0, 2.0, p, "high-high") for p in (0.0002, 0.0004)])
    rarest, rare = unit_sentences(table, "local_geary", least=0.0002)
    assert rarest.endswith("this unusual at most 1 time in 5,000.")
    assert rare.endswith("this unusual about 1 time in 2,500.")


@pytest.mark.parametrize(
    ("metres", "sentence"),
    [
        (
            [100, 200, 300, 400],
            "The nearest hotel is at most 200 m away over streets for 2 and at most 400 m for all "
            "4 of the group homes.",
        ),
        ([np.nan, np.nan], "None of the 2 group homes reaches a hotel."),
        ([np.nan], "The one group home reaches no hotel."),
        ([250], "The nearest hotel is at most 250 m away over streets for the one group home."),
        (
            [250, np.nan, np.nan],
            "The nearest hotel is at most 250 m away over streets for the one group home "
            "that reaches one; 2 of 3 reach none.",
        ),
    ],
)
def test_distances_are_summed_up_with_their_base(metres, sentence):
    rows = pd.DataFrame({"kind": "group_home", "to_kind": "hotel", "distance_m": metres,
                         "straight_m": np.nan})  # fmt: skip
    assert distance_sentence(rows) == sentence
