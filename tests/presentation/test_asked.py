"""Tests that ask about one side of chance: nothing is said of the other, but that it was not."""

from __future__ import annotations

import pandas as pd
import pytest

from hotspots.maps.content import page_content
from hotspots.presentation.asked import HELD, SIDES
from hotspots.presentation.classes import classes_of, label_classes, strength
from hotspots.presentation.group_words import group_key, no_groups
from hotspots.presentation.headlines import headline
from hotspots.presentation.methods import method_words
from hotspots.presentation.overall import global_sentence
from hotspots.presentation.sentences import unit_sentences
from hotspots.schema import NOT_SIGNIFICANT, NOT_TESTABLE, TestResult

FDR = "false discovery rate by Benjamini-Hochberg"
WORDS = {"Neighbours": "areas that touch", "Set beside": "hotels"}
MORE = {**WORDS, "Significance": f"{SIDES['greater']}, {FDR}"}
FEWER = {**WORDS, "Significance": f"{SIDES['less']}, {FDR}"}
CONDITIONAL = {**WORDS, "Chance": f"{HELD} (Getis-Ord Gi*)"}
DEALT = "than if the numbers of hotels were dealt to areas at random"
PAIRS_DEALT = "than if the areas' pairs of numbers were dealt out anew at random"
CHANCE = "than chance would explain"
IN_TWO = "recorded incidents and hotels"


@pytest.fixture
def shown(internal, label, make_grid, make_context):
    """Give a release of ten areas with labels by position."""

    def build(statistic, labels, words):
        table = label(make_grid(10), statistic, labels)
        return internal(table, context=make_context(method=words))

    return build


@pytest.mark.parametrize(
    ("statistic", "words", "found", "unclear"),
    [
        ("gi_star", MORE, ["hot 99", "hot 95", "hot 90"], f"Not clearly more {CHANCE}"),
        ("gi_star", FEWER, ["cold 90", "cold 95", "cold 99"], f"Not clearly fewer {CHANCE}"),
        ("local_join_count", FEWER, ["cold 90", "cold 95", "cold 99"],
         f"Not clearly fewer {CHANCE}"),
        ("local_moran", MORE, ["high-high", "low-low"], f"Not clearly more alike {CHANCE}"),
        ("local_moran_rate", FEWER, ["high-low", "low-high"], f"Not clearly less alike {CHANCE}"),
        ("local_geary", MORE, ["high-high", "low-low", "similar"],
         f"Not clearly more alike {CHANCE}"),
        ("local_geary_multivariate", FEWER, ["dissimilar"], f"Not clearly less alike {CHANCE}"),
        ("lees_l_local", FEWER, ["high-low", "low-high"], "Not clearly going opposite ways"),
        ("local_moran_bivariate", MORE, ["high-high", "low-low"], "Not clearly going the same way"),
    ],
)  # fmt: skip
def test_legends_hold_what_is_asked_about(statistic, words, found, unclear):
    entries = {entry.label: entry.words for entry in label_classes(statistic, words=words)}
    assert sorted(entries) == sorted([*found, NOT_SIGNIFICANT, NOT_TESTABLE])
    assert entries[NOT_SIGNIFICANT] == unclear
    both = {entry.label for entry in label_classes(statistic)}
    assert set(entries) < both


@pytest.mark.parametrize(
    ("statistic", "words", "labels", "sentence"),
    [
        (
            "gi_star", MORE, {0: "hot 99", 1: "hot 95"},
            "In 2013–2016, 2 of 10 areas lie in neighbourhoods (the area and those touching it) "
            f"with more recorded incidents {CHANCE}; they form one group. Areas with fewer were "
            "not looked for.",
        ),
        (
            "gi_star", FEWER, {0: "cold 99"},
            "In 2013–2016, 1 of 10 areas lies in a neighbourhood (the area and those touching it) "
            f"with fewer recorded incidents {CHANCE}. Areas with more were not looked for.",
        ),
        (
            "local_join_count", FEWER, {0: "cold 99", 9: "not testable"},
            "In 2013–2016, 1 of 9 tested areas with recorded incidents has fewer neighbours (those "
            f"touching it) with recorded incidents {CHANCE}. 1 area was not tested: only those "
            "with recorded incidents are. Areas with more were not looked for.",
        ),
        (
            "local_moran", FEWER, {0: "high-low", 3: "low-high", 6: "low-high"},
            f"In 2013–2016, 3 of 10 areas differ from their neighbours more {CHANCE}. 1 is above "
            "the average among neighbours below it and 2 are below it among neighbours above it. "
            "Areas like their neighbours were not looked for.",
        ),
        (
            "local_geary", FEWER, {0: "dissimilar"},
            f"In 2013–2016, 1 of 10 areas is less like its neighbours {CHANCE}. Areas like their "
            "neighbours were not looked for.",
        ),
        (
            "local_geary_multivariate", MORE, {0: "high-high", 5: "similar"},
            f"In 2013–2016, 2 of 10 areas are more like their neighbours in {IN_TWO} together "
            f"{PAIRS_DEALT}, 1 of them above the average in both. Areas unlike their neighbours "
            "were not looked for.",
        ),
        (
            "local_moran_bivariate", FEWER, {0: "high-low"},
            f"In 2013–2016, 1 of 10 areas goes against the number of hotels around it, more {DEALT}"
            f". 1 is above the average with fewer hotels around. Areas where {IN_TWO} go the same "
            "way were not looked for.",
        ),
        (
            "lees_l_local", FEWER, {},
            "In 2013–2016, none of 10 areas lies in a neighbourhood (the area and those touching "
            f"it) where the numbers of {IN_TWO} go opposite ways, more {PAIRS_DEALT}. Areas where "
            f"{IN_TWO} go the same way were not looked for.",
        ),
    ],
)  # fmt: skip
def test_headlines_say_what_was_asked(shown, statistic, words, labels, sentence):
    assert headline(shown(statistic, labels, words), statistic) == sentence


def test_the_map_and_the_report_say_what_was_not_looked_for(shown):
    release = shown("gi_star", {0: "hot 99"}, MORE)
    (layer,) = page_content(release, ["gi_star"])["statistics"]
    assert layer["note"] == "Areas with fewer were not looked for."
    assert layer["group_key"] == "Number of a group: more"
    assert strength(release, "gi_star").endswith(" Areas with fewer were not looked for.")
    assert not any("cold" in entry.label for entry in classes_of(release, "gi_star"))
    nothing = shown("gi_star", {}, FEWER)
    (layer,) = page_content(nothing, ["gi_star"])["statistics"]
    assert layer["no_groups"] == (
        "No area stands out from chance. Areas with more were not looked for."
    )


def test_outliers_form_no_groups():
    said = no_groups(["high-low", NOT_SIGNIFICANT], "local_moran", words=FEWER)
    assert said == (
        "Areas unlike what is around them form no groups. Areas like their neighbours were not "
        "looked for."
    )
    assert group_key("gi_star", words=FEWER) == "Number of a group: fewer"


@pytest.mark.parametrize(
    ("statistic", "label", "words", "end"),
    [
        ("gi_star", "hot 99", MORE, "chance alone would give a sum this large"),
        ("gi_star", "cold 99", FEWER, "chance alone would give a sum this small"),
        ("gi_star", "hot 99", CONDITIONAL,
         "where, with its own number as it is, 1 would be expected; chance alone would then give a "
         "sum this unusual"),
        ("gi_star_rate", "hot 99", CONDITIONAL,
         "where, with its own number as it is, the same rate everywhere else would give 1; chance "
         "alone would then give a sum this unusual"),
        ("local_moran", "high-high", CONDITIONAL,
         "chance alone would give neighbours this unusual"),
        ("local_moran", "high-low", FEWER,
         "chance alone would give neighbours this much unlike it"),
        ("local_geary", "similar", MORE,
         "chance alone would give differences to its neighbours this small"),
        ("local_geary_multivariate", "dissimilar", FEWER,
         "dealing at random would give differences to its neighbours this large"),
        ("local_moran_bivariate", "low-low", MORE,
         "dealing at random would give a number of hotels around it this far the same way"),
        ("local_join_count", "cold 90", FEWER, "chance alone would give a number this small"),
    ],
)  # fmt: skip
def test_areas_say_how_often_on_the_side_that_is_asked(statistic, label, words, end):
    columns = {"statistic": 3.0, "expected": 1.0, "p_value": 0.01, "label": label}
    row = {f"{statistic}_{name}": [value] for name, value in columns.items()}
    table = pd.DataFrame({"count": [2], "beside_count": [1], **row})
    (said,) = unit_sentences(table, statistic, words=words)
    assert said.endswith(f" {end} about 1 time in 100.")


def test_two_numbers_at_once_are_spoken_of_together():
    row = {"statistic": [0.1], "expected": [1.0], "p_value": [0.01], "label": ["high-high"]}
    columns = {f"local_geary_multivariate_{name}": value for name, value in row.items()}
    table = pd.DataFrame({"count": [7], "beside_count": [2], **columns})
    assert unit_sentences(table, "local_geary_multivariate", words=WORDS) == [
        "7 recorded incidents and 2 hotels here; both above the average, and its neighbours much "
        "the same in both together; dealing at random would give differences to its neighbours "
        "this unusual about 1 time in 100."
    ]


@pytest.mark.parametrize(
    ("name", "side", "z", "p", "sentence"),
    [
        ("moran", "greater", 3.0, 0.002,
         f"counts of neighbouring areas are more alike {CHANCE}: chance alone would give this "
         "about 1 time in 500."),
        ("geary", "greater", 3.0, 0.002,
         f"counts of neighbouring areas differ less {CHANCE}: chance alone would give this about "
         "1 time in 500."),
        ("geary_beside", "less", -3.0, 0.002,
         f"numbers of hotels in neighbouring areas differ more {CHANCE}: chance alone would give "
         "this about 1 time in 500."),
        ("moran", "less", 3.0, 0.99,
         f"it is not clear that counts of neighbouring areas are less alike {CHANCE} (only that "
         "was asked): chance alone would give a result as far that way nearly always."),
        ("join_count 0-1", "less", -3.0, 0.002,
         f"areas with recorded incidents neighbour areas without them less often {CHANCE}: chance "
         "alone would give this about 1 time in 500."),
        ("general_g", "greater", -0.5, 0.6,
         f"it is not clear that large counts lie beside large counts more {CHANCE} (only that was "
         "asked): chance alone would give a result as far that way about 6 times in 10."),
    ],
)  # fmt: skip
def test_the_whole_area_is_asked_one_side(name, side, z, p, sentence):
    found = TestResult(name, 0.1, 0.0, 0.01, z, p, p, side, 90, 0)
    said = global_sentence(found, words=WORDS)
    assert said == f"Over the whole study area, {sentence}"


def test_what_chance_holds_is_said_of_those_that_need_not():
    held = method_words("gi_star", CONDITIONAL)
    assert "if the area's own count were held and the counts of all other areas were shuf" in held
    rates = method_words("gi_star_rate", CONDITIONAL)
    assert "all others fell on the people of the other areas at one rate" in rates
    assert "shuffled" not in rates
    for statistic, words in (("gi", CONDITIONAL), ("gi_star", WORDS), ("gi_star_rate", WORDS)):
        assert " held" not in method_words(statistic, words)


def test_public_areas_always_look_to_both_sides(public, make_context):
    shown = public(context=make_context(method=MORE))
    assert "looked for" not in headline(shown)
    assert {"hot 99", "cold 99"} <= {entry.label for entry in classes_of(shown, "excess")}
