"""What is said of places beside their control sites, from numbers set by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from hotspots.disclosure.release import release
from hotspots.errors import DisclosureError
from hotspots.facilities.comparison import ControlComparison
from hotspots.presentation.controls import (
    BINS,
    Compared,
    among_controls,
    compared,
    note_sentences,
    set_sentences,
)
from hotspots.presentation.curves import curves_figure, curves_svg
from hotspots.presentation.sentences import caveats, facility_sentences, how_made
from hotspots.reports.comparison import answer

NAMES = ["to_kind", "statistic", "observed", "expected", "ratio", "p_value", "lower", "upper",
         "ratio_lower", "ratio_upper"]  # fmt: skip
MEDIAN = ("hotel", "median_distance_m", 540.0, 950.0, 0.568, 0.02, np.nan, np.nan, 0.47, 0.76)
SHARE = ("hotel", "share_within_400m", 0.5, 0.2, 2.5, np.nan, 0.0, 0.45, 1.2, 4.0)
NUMBER = ("hotel", "mean_within_400m", 0.5, 0.25, 2.0, np.nan, 0.1, 0.6, 1.1, 3.5)
RECORD = {
    "of": "group_home",
    "alternative": "two-sided",
    "over_streets": True,
    "choice": {"Drawn from": "addresses.csv", "Sets": "99, seed 1"},
}


def comparison(*rows, primary=("hotel", "median_distance_m"), p=0.02, notes=()):
    """Two homes and ninety-nine control sets, with these statistics."""
    controls = np.arange(1, 100) * 10.0  # 10 m to 990 m
    nearest = np.column_stack([np.r_[5.0, controls], np.r_[np.inf, np.r_[controls[:-1], np.inf]]])
    places = pd.DataFrame(
        {
            "facility_id": ["G001", "G002"],
            "to_kind": "hotel",
            "distance_m": [5.0, np.nan],
            "share_farther": [1.0, 0.005],
            "share_lower": [0.963, 0.0],
            "share_upper": [1.0, 0.055],
            "secret": "a name",
        }
    )
    metres = np.arange(1, 6) * 100.0
    curves = pd.DataFrame(
        {
            "to_kind": "hotel",
            "distance_m": metres,
            "observed": [0.1, 0.5, 0.6, 0.6, 0.7],
            "expected": 0.3,
            "lower": 0.0,
            "upper": [0.4, 0.4, 0.5, 0.7, 0.8],
        }
    )
    return ControlComparison(
        statistics=pd.DataFrame(list(rows or (MEDIAN, SHARE, NUMBER)), columns=NAMES),
        curves=curves,
        places=places,
        primary=primary,
        p_value=p,
        p_value_others=0.03,
        n_sets=99,
        notes=notes,
        nearest={"hotel": nearest},
    )


@pytest.fixture
def shown(internal, label, make_grid, facilities, proximity):
    """Give an internal release with the comparison."""
    return internal(
        label(make_grid(4)),
        facilities=facilities,
        proximity=proximity,
        comparison=comparison(),
        record={"controls": RECORD},
    )


def test_the_set_question_is_answered_in_one_sentence_with_its_numbers():
    first, second, third = set_sentences(Compared(comparison(), RECORD))
    assert first == (
        "Group homes are 0.57 times as far, over the streets, from the nearest hotel as control "
        "sites are: their median distance is 540 m, that of control sets 950 m on average (95 % "
        "interval of the ratio 0.47 to 0.76; p = 0.02, 99 control sets)."
    )
    assert second == (
        "If group homes were placed as control sites are, a difference this large, nearer or "
        "farther, would come up at most 1 time in 50: no p-value from 99 control sets can be "
        "smaller."
    )
    assert third == (
        "This one statistic was named beforehand. The other 2 statistics and the distances in the "
        "figure are tested together (p = 0.03); outside their common 95 % envelope lie the share "
        "with a hotel within 400 m and the share with a hotel in reach between 200 m and 300 m."
    )


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (
            SHARE,
            "1 of 2 group homes (50.0 %) has a hotel within 400 m over the streets, 2.50 times "
            "the share of control sites: 20.0 % of the 2 in each set on average (",
        ),
        (
            NUMBER,
            "Group homes have 0.50 hotels within 400 m over the streets on average, 2.00 times as "
            "many as control sites, which have 0.25 (",
        ),
        (
            ("hotel", "median_distance_m", np.inf, 950.0, np.nan, 1.0, *[np.nan] * 4),
            "Group homes mostly reach no hotel over the streets, so their median distance to the "
            "nearest hotel is not known (p = 0.02, 99 control sets).",
        ),
        (
            ("hotel", "mean_within_400m", 0.0, 0.0, np.nan, 1.0, *[np.nan] * 4),
            "Group homes have 0.00 hotels within 400 m over the streets on average, and control "
            "sites have 0.00 (no interval of the ratio",
        ),
    ],
)
def test_every_statistic_has_its_words(row, said):
    found = comparison(row, primary=(row[0], row[1]))
    assert said in set_sentences(Compared(found, RECORD))[0]


@pytest.mark.parametrize(
    ("side", "p", "said"),
    [
        ("closer", 0.01, "a set this near would come up at most 1 time in 100: no p-value"),
        ("closer", 0.02, "a set this near would come up about 1 time in 50."),
        ("farther", 0.4, "a set this far would come up about 4 times in 10; that does not show"),
    ],
)
def test_one_side_is_said_as_one(side, p, said):
    found = Compared(comparison(p=p), {**RECORD, "alternative": side})
    assert said in set_sentences(found)[1]


def test_a_place_among_its_control_sites_is_drawn_from_their_distances():
    """990 m in 23 bins would be 42 m; the next round width is 50 m, and unreached is last."""
    found = among_controls(Compared(comparison(), RECORD))
    near, far = found["G001", "hotel"], found["G002", "hotel"]
    assert near.step_m == 50
    assert near.bins == [4, *[5] * 19, *[0] * (BINS - 20)]
    assert far.bins[-1] == 1
    assert (near.own_m, far.own_m) == (5.0, np.inf)
    assert near.sentence == (
        "100 % of its 99 control sites are farther from a hotel (95 % interval 96.3 % to 100 %)."
    )


def test_pages_say_it_of_each_place_and_of_how_sites_were_drawn(shown):
    said = facility_sentences(shown)["group_home", "G001"]["hotel"]
    assert said.endswith("(95 % interval 96.3 % to 100 %).")
    assert dict(how_made(shown))["Control sites"] == "Drawn from: addresses.csv. Sets: 99, seed 1"
    assert any("not to be ranked" in text for text in caveats(shown))
    assert not any("control site" in text for text in caveats(replace(shown, comparison=None)))


def test_notes_say_what_places_are_called():
    found = comparison(notes=("2 of 9 places were never open while a trap_house was",))
    assert note_sentences(Compared(found, RECORD)) == [
        "2 of 9 places were never open while a location with recorded reports was."
    ]


def test_the_report_lists_every_statistic_and_marks_what_lies_outside(shown):
    rows = answer(shown).grids[0].rows
    assert rows[0][:5] == ("Median distance to the nearest", "540 m", "950 m", "0.57",
                           "0.47 to 0.76")  # fmt: skip
    assert rows[0][5].endswith("0.02")
    assert rows[1][5].endswith("; outside")
    assert not rows[2][5].endswith("outside")


def test_the_picture_shows_both_curves_and_stays_the_same(shown):
    found = compared(shown)
    figure = curves_figure(found, synthetic=True)
    lines = {line.get_label(): line.get_ydata().tolist() for line in figure.axes[0].get_lines()}
    assert lines["Group homes"] == pytest.approx([10, 50, 60, 60, 70])
    assert lines["Control sets, mean"] == pytest.approx([30] * 5)
    assert "SYNTHETIC" in curves_svg(found, synthetic=True)
    assert "SYNTHETIC" not in curves_svg(found)
    assert curves_svg(found) == curves_svg(found)
    assert "style=" not in curves_svg(found)


def test_a_public_release_holds_no_comparison(shown, public, label, make_grid):
    assert compared(public()) is None
    assert answer(public()) is None
    assert "secret" not in shown.comparison.places
    with pytest.raises(DisclosureError, match="comparison"):
        release(label(make_grid(4)), comparison=comparison())
