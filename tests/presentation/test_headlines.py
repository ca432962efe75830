"""Headlines, derived by hand."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import pytest
from shapely import box

from hotspots.presentation.classes import strength
from hotspots.presentation.sentences import headline

MORE = "with more recorded incidents than chance would explain"
AROUND = "(the area and those touching it)"


def places(table, *names):
    shapes = [box(1000 * i, 0, 1000 * i + 1000, 1000) for i in range(len(names))]
    return {"place": gpd.GeoDataFrame({"name": names}, geometry=shapes, crs=table.crs)}


@pytest.mark.parametrize(
    ("hot", "cold", "sentence"),
    [
        ((), (), f"In 2013–2016, none of 12 areas lies in a neighbourhood {AROUND} {MORE}."),
        ((3,), (), f"In 2013–2016, 1 of 12 areas lies in a neighbourhood {AROUND} {MORE}."),
        (
            (0, 1, 2, 5),
            (9,),
            f"In 2013–2016, 4 of 12 areas lie in neighbourhoods {AROUND} {MORE}; "
            "the largest of 2 groups has 3 areas. 1 area lies in a neighbourhood with fewer.",
        ),
        (
            (0, 1),
            (),
            f"In 2013–2016, 2 of 12 areas lie in neighbourhoods {AROUND} {MORE}; "
            "they form one group.",
        ),
        (
            (0, 3),
            (5, 8),
            f"In 2013–2016, 2 of 12 areas lie in neighbourhoods {AROUND} {MORE}; "
            "the largest of 2 groups, 2 alike, have 1 area each. "
            "2 areas lie in neighbourhoods with fewer.",
        ),
    ],
)
def test_gi_star(internal, label, make_grid, hot, cold, sentence):
    labels = {**dict.fromkeys(hot, "hot 95"), **dict.fromkeys(cold, "cold 90")}
    assert headline(internal(label(make_grid(12), labels=labels))) == sentence


def test_the_largest_group_is_named_by_its_place(internal, label, make_grid, make_context):
    table = label(make_grid(5), labels=dict.fromkeys((1, 2, 4), "hot 99"))
    named = make_context(basemap=places(table, "West", "Middle", "Middle", "East", "Pier"))
    assert headline(internal(table, context=named)).endswith(
        "; the largest group is around Middle."
    )


def test_thousands_are_separated(internal, label, make_grid):
    table = label(make_grid(60, 25), labels=dict.fromkeys(range(1100), "hot 99"))
    assert "1,100 of 1,500 areas" in headline(internal(table))


@pytest.mark.parametrize(
    ("neighbours", "words"),
    [
        ("areas that touch", "(the area and those touching it)"),
        ("areas that share a side", "(the area and those sharing a side with it)"),
        ("areas within 1,500 m", "(the area and those within 1,500 m)"),
        ("the 8 nearest areas", "(the area and its 8 nearest)"),
        ("something else", "(the area and its neighbours)"),
    ],
)
def test_neighbourhoods_are_those_of_the_method(
    internal, label, make_grid, make_context, neighbours, words
):
    context = make_context(method={"Neighbours": neighbours})
    assert words in headline(internal(label(make_grid(3)), context=context))


def test_gi_leaves_the_area_itself_out(internal, label, make_grid):
    table = label(make_grid(4), "gi", {0: "hot 95", 2: "hot 95", 3: "cold 95"})
    assert headline(internal(table)).startswith(
        "In 2013–2016, 2 of 4 areas have neighbours (those touching it, without the area itself) "
        f"{MORE}"
    )
    assert headline(internal(table)).endswith(" 1 area has neighbours with fewer.")


def test_local_moran_has_words_for_each_class(internal, label, make_grid):
    labels = {0: "high-high", 1: "high-high", 3: "low-low", 5: "high-low", 6: "high-low",
              8: "low-high", 9: "not testable"}  # fmt: skip
    assert headline(internal(label(make_grid(10), "local_moran", labels))) == (
        "In 2013–2016, 2 of 10 areas are above the average among neighbours above the average, "
        "more than chance would explain; they form one group. 1 is below the average among "
        "neighbours below it, 2 are above it among neighbours below it and 1 is below it among "
        "neighbours above it. 1 area could not be tested."
    )


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        (
            ["high-high", "high-high", "low-low", "similar", "dissimilar", "dissimilar"],
            "In 2013–2016, 4 of 10 areas are more like their neighbours than chance would explain, "
            "2 of them above the average; they form one group. "
            "2 areas are less like their neighbours.",
        ),
        (
            ["similar", "dissimilar"],
            "In 2013–2016, 1 of 10 areas is more like its neighbours than chance would explain. "
            "1 area is less like its neighbours.",
        ),
        (
            ["low-low", "similar"],
            "In 2013–2016, 2 of 10 areas are more like their neighbours than chance would explain, "
            "none of them above the average.",
        ),
        (
            [],
            "In 2013–2016, none of 10 areas is more like its neighbours than chance would explain.",
        ),
    ],
)
def test_local_geary_speaks_of_likeness(internal, label, make_grid, labels, sentence):
    table = label(make_grid(10), "local_geary", dict(enumerate(labels)))
    assert headline(internal(table)) == sentence


def test_any_other_statistic_is_said_plainly(internal, label, make_grid):
    table = label(make_grid(3), "scan", {0: "hot 99"})
    assert headline(internal(table)) == (
        "In 2013–2016, 1 of 3 areas has more recorded incidents than chance would explain."
    )


def test_nothing_testable_is_said(internal, label, make_grid):
    table = label(make_grid(3), labels=dict.fromkeys(range(3), "not testable"))
    assert headline(internal(table)) == (
        "In 2013–2016, none of 3 areas could be tested for more recorded incidents than chance "
        "would explain."
    )


def test_no_result_claims_nothing(internal, make_grid):
    assert headline(internal(make_grid(3))) == "In 2013–2016, 3 areas are shown, untested."


def test_public_areas_are_compared_with_residents(public):
    assert headline(public(counts=[400, 100, 150, 150])) == (
        "In 2013–2016, 1 of 4 areas has more recorded incidents than its share of residents would "
        "explain. In 3 areas there are fewer."
    )


def test_withheld_areas_are_counted(public):
    shown = public(n=6, counts=[400, 100, 150, 150, 5, 200], small=(4,))
    assert headline(shown).endswith(" 2 areas are withheld.")


@pytest.mark.parametrize(
    ("n", "small", "sentence"),
    [
        (2, (0, 1), "In 2013–2016, the numbers of all 2 areas are withheld."),
        (1, (0,), "In 2013–2016, the number of the one area is withheld."),
    ],
)
def test_all_withheld_is_said(public, n, small, sentence):
    assert headline(public(n=n, small=small)) == sentence


def test_one_published_area_has_nothing_to_be_compared_with(public):
    assert headline(public(n=1, counts=[231])) == (
        "In 2013–2016, 231 incidents were recorded; the one area could not be tested for more "
        "recorded incidents than chance would explain (a comparison needs two published areas)."
    )


@pytest.mark.parametrize(
    ("period", "start"),
    [
        (None, "None of 3 areas"),
        ((date(2016, 3, 3), date(2016, 3, 3)), "On 3 March 2016, none of 3 areas"),
        ((date(2015, 7, 1), date(2016, 6, 30)), "From 1 July 2015 to 30 June 2016, none"),
    ],
)
def test_the_period_opens_the_sentence(internal, label, make_grid, make_context, period, start):
    assert headline(internal(label(make_grid(3)), context=make_context(period=period))).startswith(
        start
    )


NONE = {"Neighbours": "areas that touch", "Set beside": "hotels",
        "Significance": "two-sided, not corrected for the number of areas"}  # fmt: skip
ALONE = "nothing is corrected for the number of areas"


@pytest.mark.parametrize(
    ("statistic", "labels", "sentence"),
    [
        (
            "gi_star",
            {3: "hot 90", 4: "hot 99", 7: "cold 95", 35: "not testable"},
            "In 2013–2016, 3 of 35 tested areas are marked, and chance alone would mark at most "
            f"about 4: {ALONE}. Marked are 2 as “More” and 1 as “Fewer”. 1 area could not be "
            "tested.",
        ),
        (
            "local_moran",
            {3: "high-low"},
            "In 2013–2016, 1 of 36 tested areas is marked, and chance alone would mark at most "
            f"about 2: {ALONE}. Marked is 1 as “High among low”.",
        ),
        (
            "local_join_count_colocation",
            dict.fromkeys(range(33), "not testable"),
            "In 2013–2016, none of 3 tested areas with both recorded incidents and hotels is "
            f"marked, and chance alone would mark hardly any: {ALONE}. 33 areas were not tested: "
            "only those with both recorded incidents and hotels are.",
        ),
    ],
)
def test_without_a_correction_areas_are_counted_beside_those_by_chance(
    internal, label, make_grid, make_context, statistic, labels, sentence
):
    table = label(make_grid(36), statistic, labels)
    assert headline(internal(table, context=make_context(method=NONE))) == sentence


def test_labels_made_of_p_values_are_not_corrected(internal, label, make_grid):
    levels = {"99": 0.001, "95": 0.01}
    details = {"label_from": "p_value", "label_levels": levels}
    shown = internal(label(make_grid(300, 2)), record={"inference": {"gi_star": details}})
    assert headline(shown) == (
        f"In 2013–2016, none of 600 tested areas is marked, and chance alone would mark at most "
        f"about 6: {ALONE}."
    )
    assert "where only chance is at work" in strength(shown, "gi_star")


def test_the_normal_approximation_promises_no_most(internal, label, make_grid):
    details = {"gi_star": {"label_from": "p_value", "method": "analytic"}}
    shown = internal(label(make_grid(100)), record={"inference": details})
    assert "chance alone would mark about 10 or more: nothing" in headline(shown)
    assert "about 1 area in 100 / 20 / 10 or more would be marked" in strength(shown, "gi_star")


SINGLE = "null distribution is a single value"
NO_PART = "the unit has no part in the join"


@pytest.mark.parametrize(
    ("statistic", "reasons", "end"),
    [
        ("local_join_count_colocation", {NO_PART: 36},
         "tested: only those with both recorded incidents and hotels can."),
        ("local_join_count_colocation", {NO_PART: 10, SINGLE: 26},
         "tested: 26 areas have both recorded incidents and hotels, but only one result is "
         "possible for them."),
        ("local_join_count", {NO_PART: 35, "no neighbours": 1},
         "tested: 1 area has recorded incidents, but there is no neighbour of it."),
        ("gi_star", {"no neighbours": 1, SINGLE: 35},
         "would explain: there is no neighbour of 1 and only one result is possible for 35."),
    ],
)  # fmt: skip
def test_why_nothing_could_be_tested(
    internal, label, make_grid, make_context, statistic, reasons, end
):
    table = label(make_grid(36), statistic, dict.fromkeys(range(36), "not testable"))
    context = make_context(method={"Set beside": "hotels"})
    shown = internal(
        table, context=context, record={"inference": {statistic: {"not_testable": reasons}}}
    )
    assert headline(shown).startswith("In 2013–2016, none of 36 areas could be tested")
    assert headline(shown).endswith(end)


def test_areas_that_are_looked_at_in_vain_are_told_from_others(internal, label, make_grid):
    labels = dict.fromkeys(range(1, 6), "not testable")
    reasons = {"not_testable": {NO_PART: 3, SINGLE: 2}}
    shown = internal(
        label(make_grid(6), "local_join_count", labels),
        record={"inference": {"local_join_count": reasons}},
    )
    assert headline(shown).endswith(
        " 3 areas were not tested: only those with recorded incidents are. 2 areas could not be "
        "tested."
    )
