"""What is said where random draws were too few to find anything."""

from __future__ import annotations

import numpy as np
import pytest

from hotspots.disclosure.release import release
from hotspots.maps.content import page_content
from hotspots.presentation.classes import strength
from hotspots.presentation.headlines import headline
from hotspots.presentation.reach import reach

DETAILS = {
    "method": "direct",
    "n_permutations": 99,
    "alternative": "two-sided",
    "correction": "bonferroni",
    "label_from": "q_value",
    "label_levels": {"99": 0.01, "95": 0.05, "90": 0.1},
}
NOTHING = (
    "With only 99 random draws no area could be marked: that none is marked does not mean that "
    "none stands out. At least 199 draws are needed."
)


@pytest.fixture
def drawn(internal, label, make_grid):
    """Give a release of ten areas; 2 / 100 times 10 is 0.2, beyond every level."""

    def build(labels=None, *, p=0.02, q=0.2, **details):
        values = {"p_value": [p, *[1.0] * 9], "q_value": [q, *[1.0] * 9]}
        table = label(make_grid(10), labels=labels, **values)
        return internal(table, record={"inference": {"gi_star": {**DETAILS, **details}}})

    return build


def test_nothing_in_reach_is_no_absence(drawn):
    shown = drawn()
    assert headline(shown) == NOTHING
    (layer,) = page_content(shown, ["gi_star"])["statistics"]
    assert (layer["headline"], layer["no_groups"], layer["note"]) == (NOTHING, NOTHING, "")
    assert "random draws" not in strength(shown, "gi_star")


def test_no_more_draws_are_asked_for_than_a_study_takes(drawn):
    instead = (
        "draws are needed, where a study takes at most 150 with this statistic and these "
        "neighbours: use fewer and larger areas, or another statistic, or test from Python."
    )
    assert headline(drawn(most_draws=150)) == NOTHING.replace("draws are needed.", instead)
    assert headline(drawn(most_draws=199)) == NOTHING
    strong = drawn(n_permutations=499, most_draws=500)
    assert strength(strong, "gi_star").endswith(f"at least 1,999 {instead.replace('150', '500')}")


def test_what_else_is_known_is_still_said(drawn):
    assert headline(drawn({3: "not testable"})) == f"{NOTHING} 1 area could not be tested."


def test_strong_evidence_alone_out_of_reach_is_said_in_the_legend(drawn):
    """With 499 draws 2 / 500 times 10 is 0.04: 95 % is in reach, 99 % needs 1,999."""
    shown = drawn(n_permutations=499, p=0.02, q=0.2)
    assert reach(shown, "gi_star").beyond == {"99": 1999}
    said = (
        "With 499 random draws no area could be marked as strong evidence: at least 1,999 draws "
        "are needed."
    )
    assert headline(shown).startswith("In 2013–2016, none of 10 areas lies in a neighbourhood")
    assert strength(shown, "gi_star").endswith(f" {said}")
    (layer,) = page_content(shown, ["gi_star"])["statistics"]
    assert layer["note"] == said
    assert layer["no_groups"] == "No area stands out from chance."


def test_levels_between_are_named_with_their_draws(drawn):
    """With 299 draws 2 / 300 times 10 is 0.067: only 90 % is in reach."""
    assert strength(drawn(n_permutations=299), "gi_star").endswith(
        "no area could be marked as strong or good evidence: at least 1,999 and 399 draws are "
        "needed in turn."
    )


@pytest.mark.parametrize(
    "details",
    [
        {"n_permutations": 0},
        {"n_permutations": 9999},
        {"correction": "none", "n_permutations": 999},
        {"label_levels": {}},
    ],
)
def test_enough_draws_or_none_say_nothing(drawn, details):
    assert headline(drawn(**details)).startswith("In 2013–2016, none of 10 areas lies")
    assert "random draws" not in strength(drawn(**details), "gi_star")


def test_one_side_needs_half_the_draws(drawn):
    """With 99 draws 1 / 100 times 10 is 0.1: 90 % is in reach, 95 % needs 199, 99 % 999."""
    found = reach(drawn(p=0.01, q=0.11, alternative="greater"), "gi_star")
    assert (found.beyond, found.nothing) == ({"99": 999, "95": 199}, False)
    assert reach(drawn(p=0.02, q=0.2), "gi_star").beyond == {"99": 1999, "95": 399, "90": 199}


def test_a_level_that_was_reached_is_in_reach(drawn):
    """As many areas as share a small p-value help each other, and one of them did it."""
    assert not reach(drawn({0: "hot 95"}, q=0.04), "gi_star").nothing


def test_nothing_testable_needs_no_draws(drawn):
    shown = drawn(dict.fromkeys(range(10), "not testable"), p=np.nan, q=np.nan)
    assert "could be tested" in headline(shown)


def test_pages_of_open_data_say_it_too(label, make_grid, make_context):
    table = label(make_grid(10), p_value=[0.02, *[1.0] * 9], q_value=[0.2, *[1.0] * 9])
    context = make_context(open_data="Toyville open data", inference={"gi_star": DETAILS})
    assert headline(release(table, context=context)) == NOTHING
