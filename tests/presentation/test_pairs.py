"""Statistics of two variables and of persons in words, derived by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hotspots.presentation.caveats import caveats
from hotspots.presentation.classes import classes_of, label_classes
from hotspots.presentation.group_words import captions, compared, group_sentence
from hotspots.presentation.groups import groups
from hotspots.presentation.headlines import headline
from hotspots.presentation.methods import METHODS, method_words
from hotspots.presentation.overall import global_sentence
from hotspots.presentation.provenance import how_made
from hotspots.presentation.sentences import analyst_figures, unit_sentences
from hotspots.presentation.subjects import PERSONS_COUNTED, subject
from hotspots.schema import TestResult

HOTELS = {"Neighbours": "areas that touch", "Set beside": "hotels"}
PERSONS = {"Neighbours": "areas that touch", "Counted": PERSONS_COUNTED}
CHANCE = "than chance would explain"
DEALT = "than if the numbers of hotels were dealt to areas at random"
PAIRS_DEALT = "than if the areas' pairs of numbers were dealt out anew at random"
JOINS = ["local_join_count", "local_join_count_bivariate", "local_join_count_colocation"]
PAIRS = ["local_moran_bivariate", "local_geary_multivariate", "lees_l_local", *JOINS[1:]]


@pytest.fixture
def beside(internal, label, make_grid, make_context):
    """Give a release of ten areas with labels by position, beside hotels."""

    def build(statistic, labels, *, words=HOTELS, n=10):
        table = label(make_grid(n), statistic, labels)
        return internal(table, context=make_context(method=words))

    return build


def row(statistic, count, beside, *, observed=1.0, expected=0.5, p=0.01, label="high-high"):
    columns = {"statistic": observed, "expected": expected, "p_value": p, "label": label}
    held = {"count": [count], "beside_count": [beside]}
    return pd.DataFrame({**held, **{f"{statistic}_{name}": [v] for name, v in columns.items()}})


# Headlines


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        (
            {0: "high-high", 2: "high-high", 4: "low-low", 6: "high-low", 7: "low-high"},
            "2 of 10 areas are above the average in recorded incidents and have more hotels in the "
            f"areas around them {DEALT}; the largest of 2 groups, 2 alike, have 1 area each. 1 is "
            "below the average with fewer hotels around, 1 is above it with fewer hotels around "
            "and 1 is below it with more hotels around.",
        ),
        (
            {0: "high-high"},
            "1 of 10 areas is above the average in recorded incidents and has more hotels in the "
            f"areas around it {DEALT}.",
        ),
        (
            {6: "high-low", 8: "high-low"},
            "none of 10 areas is above the average in recorded incidents and has more hotels in "
            f"the areas around it {DEALT}. 2 are above the average with fewer hotels around.",
        ),
    ],
)
def test_bivariate_moran_says_here_and_around(beside, labels, sentence):
    assert headline(beside("local_moran_bivariate", labels)) == f"In 2013–2016, {sentence}"


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        (
            {0: "high-high", 1: "high-high", 5: "low-high"},
            "2 of 10 areas lie in neighbourhoods (the area and those touching it) with recorded "
            "incidents above the average, and the number of hotels going the same way, more "
            f"{PAIRS_DEALT}; they form one group. 1 is below the average with the number of hotels "
            "going the other way.",
        ),
        (
            {},
            "none of 10 areas lies in a neighbourhood (the area and those touching it) with "
            "recorded incidents above the average, and the number of hotels going the same way, "
            f"more {PAIRS_DEALT}.",
        ),
    ],
)
def test_lee_says_same_or_other_way(beside, labels, sentence):
    assert headline(beside("lees_l_local", labels)) == f"In 2013–2016, {sentence}"


UNTESTED = dict.fromkeys(range(3, 10), "not testable")


@pytest.mark.parametrize(
    ("statistic", "labels", "sentence"),
    [
        (
            "local_join_count",
            {0: "hot 99", 2: "cold 90", **UNTESTED},
            "1 of 3 tested areas with recorded incidents has more neighbours (those touching it) "
            f"with recorded incidents {CHANCE}. 1 area has fewer such neighbours. 7 areas were not "
            "tested: only those with recorded incidents are.",
        ),
        (
            "local_join_count_bivariate",
            {0: "hot 99", 1: "hot 90", **UNTESTED},
            "2 of 3 tested areas with recorded incidents but no hotels have more neighbours (those "
            f"touching it) with hotels but no recorded incidents {CHANCE}; they form one group. 7 "
            "areas were not tested: only those with recorded incidents but no hotels are.",
        ),
        (
            "local_join_count_colocation",
            {2: "not testable", 1: "not testable", **UNTESTED},
            "no tested area with both recorded incidents and hotels has more neighbours (those "
            f"touching it) with both {CHANCE}. 9 areas were not tested: only those with both "
            "recorded incidents and hotels are.",
        ),
        (
            "local_join_count_colocation",
            dict.fromkeys(range(10), "not testable"),
            "none of 10 areas could be tested: only those with both recorded incidents and hotels "
            "can.",
        ),
    ],
)
def test_join_counts_name_their_base(beside, statistic, labels, sentence):
    assert headline(beside(statistic, labels)) == f"In 2013–2016, {sentence}"


def test_one_area_alone_is_not_said_to_be_hot(beside):
    assert headline(beside("gi_star", {}, n=1)).startswith("In 2013–2016, no area lies in")
    assert headline(beside("gi_star", {0: "hot 99"}, n=1)).startswith("In 2013–2016, the one area")


def test_moran_that_cannot_be_tested_speaks_of_nothing_else(beside):
    labels = dict.fromkeys(range(10), "not testable")
    assert headline(beside("lees_l_local", labels)) == (
        "In 2013–2016, none of 10 areas could be tested."
    )


def test_persons_are_called_so_everywhere(beside, make_grid):
    shown = beside("gi_star", {0: "hot 99"}, words=PERSONS)
    assert f"with more recorded persons {CHANCE}" in headline(shown)
    assert classes_of(shown, "gi_star")[0].words.startswith("More recorded persons than")
    assert "The recorded persons of each area" in dict(how_made(shown))["Method"]
    assert dict(how_made(shown))["Counted"] == PERSONS_COUNTED
    assert any("counts once in each" in text for text in caveats(shown))
    texts = [headline(shown), *caveats(shown)[5:], *(c.words for c in classes_of(shown, "gi_star"))]
    assert not any("incident" in text for text in texts)


# Sentences of areas


@pytest.mark.parametrize(
    ("table", "statistic", "sentence"),
    [
        (
            row("local_moran_bivariate", 9, 2),
            "local_moran_bivariate",
            "9 recorded incidents and 2 hotels here; recorded incidents are above the average of 9 "
            f"per area, with more hotels around {DEALT}; dealing at random would give a number of "
            "hotels around it this unusual about 1 time in 100.",
        ),
        (
            row("local_moran_bivariate", 1, 1, label="low-high"),
            "local_moran_bivariate",
            "1 recorded incident and 1 hotel here; recorded incidents are below the average of 1 "
            f"per area, with more hotels around {DEALT}; dealing at random would give a number of "
            "hotels around it this unusual about 1 time in 100.",
        ),
        (
            row("local_moran_bivariate", 0, 0, label="not significant", p=0.6),
            "local_moran_bivariate",
            "0 recorded incidents and 0 hotels here; recorded incidents are at the average of 0 "
            "per area; dealing at random would give a number of hotels around it this unusual "
            "about 6 times in 10.",
        ),
        (
            row("lees_l_local", 0, 1, label="low-high"),
            "lees_l_local",
            "0 recorded incidents and 1 hotel here; in the neighbourhood (the area and those "
            "touching it) recorded incidents are below the average, and the number of hotels goes "
            f"the other way, more {PAIRS_DEALT}; dealing at random would give a result "
            "this unusual about 1 time in 100.",
        ),
        (
            row("local_join_count", 2, np.nan, observed=1.0, expected=0.25, label="hot 99"),
            "local_join_count",
            "2 recorded incidents here; 1 of those touching it holds recorded incidents, where "
            "0.25 would be expected; chance alone would give a number this unusual about 1 time "
            "in 100.",
        ),
        (
            row("local_join_count_bivariate", 2, 0, observed=2.0, expected=1.0, label="hot 99"),
            "local_join_count_bivariate",
            "2 recorded incidents and 0 hotels here; 2 of those touching it hold hotels but no "
            "recorded incidents, where 1 would be expected; chance alone would give a number this "
            "unusual about 1 time in 100.",
        ),
        (
            row("local_join_count_colocation", 2, 1, observed=0.0, label="cold 90"),
            "local_join_count_colocation",
            "2 recorded incidents and 1 hotel here; 0 of those touching it hold both recorded "
            "incidents and hotels, where 0.50 would be expected; chance alone would give a number "
            "this unusual about 1 time in 100.",
        ),
    ],
)
def test_each_area_says_what_is_here_and_around(table, statistic, sentence):
    assert unit_sentences(table, statistic, words=HOTELS) == [sentence]


@pytest.mark.parametrize(
    ("statistic", "count", "hotels", "reason"),
    [
        ("local_join_count", 0, 5, "was not tested: only those with recorded incidents are."),
        ("local_join_count", 1, 5, "could not be tested."),  # it has no neighbours
        (
            "local_join_count_bivariate",
            1,
            1,
            "was not tested: only those with recorded incidents but no hotels are.",
        ),
        ("local_join_count_bivariate", 1, 0, "could not be tested."),
        (
            "local_join_count_colocation",
            1,
            0,
            "was not tested: only those with both recorded incidents and hotels are.",
        ),
        ("local_join_count_colocation", 1, 1, "could not be tested."),
        ("lees_l_local", 1, 1, "could not be tested."),
    ],
)
def test_an_area_without_a_test_says_why(statistic, count, hotels, reason):
    table = row(statistic, count, hotels, p=np.nan, label="not testable")
    assert unit_sentences(table, statistic, words=HOTELS)[0].endswith(f"here; this area {reason}")


def test_residents_are_whole_in_sentences():
    table = row("lees_l_local", 1, np.nan).assign(population=[1343.6])
    words = {**HOTELS, "Set beside": "residents"}
    said = unit_sentences(table, "lees_l_local", words=words)[0]
    assert said.startswith("1 recorded incident and 1,344 residents here; ")


def test_rates_are_compared_with_the_same_rate_everywhere():
    table = row("gi_star_rate", 1, np.nan, observed=7.0, expected=3.25, label="hot 90")
    assert unit_sentences(table, "gi_star_rate", words=HOTELS) == [
        "1 recorded incident here and 7 together with those touching it, where the same rate "
        "everywhere would give 3.2; chance alone would give a sum this unusual about 1 time in 100."
    ]


def test_sentences_without_the_method_still_say_something():
    for name in PAIRS:
        said = unit_sentences(row(name, 2, 1, label="high-high"), name)[0]
        assert "{" not in said
        assert "1 case of the second kind here" in said


def test_figures_are_of_what_is_counted():
    table = row("lees_l_local", 2, 1).assign(persons=[1], expected_count=[0.5])
    found = analyst_figures(table, "lees_l_local", words={**HOTELS, **PERSONS})
    assert list(found)[:4] == [
        "Recorded incidents", "Recorded persons", "Expected persons", "Hotels",
    ]  # fmt: skip
    assert found["Hotels"] == ["1"]


# Groups


@pytest.mark.parametrize("statistic", ["gi_star_rate", "local_moran_rate"])
def test_groups_of_rates_are_compared_with_the_same_rate(label, make_grid, statistic):
    units = make_grid(6).assign(expected_count=[0.5, 0.25, 9, 9, 9, 9])
    hot = "high-high" if "moran" in statistic else "hot 99"
    found = groups(label(units, statistic, {0: hot, 1: hot}), statistic)
    assert found["expected"].tolist() == [0.75]
    assert found["count"].tolist() == [1.0]  # counts 0 and 1
    assert group_sentence(found.iloc[0], statistic) == (
        "2 areas, 2.00 km²: 1 recorded incident, where the same rate everywhere would give 0.8."
    )
    assert compared(statistic) == "At the same rate"


def test_groups_of_rates_are_compared_with_nothing_that_is_not_there(label, make_grid):
    found = groups(label(make_grid(4), "gi_star_rate", {2: "hot 99"}), "gi_star_rate")
    assert found["expected"].isna().all()
    assert (
        group_sentence(found.iloc[0], "gi_star_rate") == "1 area, 1.00 km²: 2 recorded incidents."
    )


def test_groups_of_persons_hold_persons(internal, label, make_grid, make_context):
    units = make_grid(4).assign(persons=[1, 1, 0, 2])  # counts 0 to 3
    table = label(units, labels={0: "hot 99", 1: "hot 99"})
    found = groups(internal(table, context=make_context(method=PERSONS)), "gi_star")
    assert found[["count", "expected"]].to_numpy().tolist() == [[2.0, 2.0]]
    assert group_sentence(found.iloc[0], "gi_star", words=PERSONS) == (
        "2 areas, 2.00 km²: 2 recorded persons (each once per area), where 2.0 would be expected "
        "if spread evenly."
    )


@pytest.mark.parametrize("statistic", [*PAIRS, "local_join_count", "gi", "local_moran_rate"])
def test_captions_differ_by_sign_and_name_what_is_there(statistic):
    more, fewer = captions(statistic, words=HOTELS)
    assert more != fewer
    assert "{" not in more + fewer
    assert ("hotels" in more) == (statistic in PAIRS)


# The whole area

UNCLEAR = "shows no clear difference from chance: chance alone"


@pytest.mark.parametrize(
    ("name", "z", "p_value", "found"),
    [
        ("lees_l", 3, 0.01, "neighbourhood averages of recorded incidents and hotels go together "
                            f"more {PAIRS_DEALT}: dealing them so"),
        ("lees_l", -3, 0.01, f"go together less {PAIRS_DEALT}: dealing them so"),
        ("lees_l", -1, 0.5, "how far neighbourhood averages of recorded incidents and hotels go "
                            f"together {UNCLEAR}"),
        ("moran", 1, 0.5, f"how alike counts of neighbouring areas are {UNCLEAR}"),
        ("general_g", 1, 0.5, f"how far large counts lie beside large counts {UNCLEAR}"),
        ("join_count 1-1", 3, 0.01, "areas with recorded incidents neighbour each other more often "
                                    f"{CHANCE}: chance alone"),
        ("join_count 0-0", 3, 0.2, "how often areas without recorded incidents neighbour each "
                                   f"other {UNCLEAR}"),
        ("join_count 0-1", -3, 0.01, "areas with recorded incidents neighbour areas without them "
                                     f"less often {CHANCE}: chance alone"),
        ("join_count beside-counted", 3, 0.01, "areas with recorded incidents but no hotels "
                                               "neighbour areas with hotels but no recorded "
                                               f"incidents more often {CHANCE}: chance alone"),
        ("join_count both-both", 3, 0.01, "areas with both recorded incidents and hotels neighbour "
                                          f"each other more often {CHANCE}: chance alone"),
    ],
)  # fmt: skip
def test_the_whole_area_in_a_sentence(name, z, p_value, found):
    result = TestResult(name, 1.0, 0.5, 0.01, z, p_value, p_value, "two-sided", 90, 999)
    said = global_sentence(result, words=HOTELS)
    assert said.startswith("Over the whole study area, ")
    assert f" {found} would give this about " in said


def test_numbers_dealt_at_random_are_said_not_to_show_that_two_things_are_related(beside):
    start = "Numbers dealt to areas at random do not cluster: recorded incidents and hotels"
    for statistic, n in {"local_moran_bivariate": 1, "lees_l_local": 1, "gi_star": 0,
                         "local_geary_multivariate": 1,
                         "local_join_count_colocation": 0}.items():  # fmt: skip
        said = caveats(beside(statistic, {}))
        assert sum(text.startswith(start) for text in said) == n


# Legends and methods


@pytest.mark.parametrize("statistic", [*PAIRS, "local_join_count"])
def test_legends_differ_and_name_both(statistic):
    found = label_classes(statistic, words=HOTELS)
    said = [c.words for c in found]
    assert len(set(said)) == len(said) == len({c.colour for c in found})
    assert not any("{" in words for words in said)
    named = [words for words in said if "hotels" in words]
    assert (len(named) >= 4) == (statistic in PAIRS)


@pytest.mark.parametrize("statistic", METHODS)
def test_methods_are_written_out(statistic):
    words = method_words(statistic, {**HOTELS, **PERSONS})
    assert "{" not in words
    assert "incident" not in words
    assert METHODS[statistic].references


def test_what_is_set_beside_is_found_by_its_words():
    assert subject({"Set beside": "residents"}).other_column == "population"
    assert subject({"Set beside": "other recorded contacts"}).other_column == "baseline_count"
    place = subject({"Set beside": "locations with recorded reports"})
    assert (place.other.one, place.other_column) == (
        "location with recorded reports", "beside_count",
    )  # fmt: skip


def test_only_places_are_said_to_be_listed(beside):
    said = caveats(beside("lees_l_local", {}))
    assert any(text.startswith("Only hotels that are listed are counted") for text in said)
    assert any(text.startswith("Side by side is not cause") for text in said)
    said = caveats(beside("lees_l_local", {}, words={"Set beside": "residents"}))
    assert not any("listed" in text for text in said)
    assert not any("Side by side" in text for text in caveats(beside("gi_star", {})))
