"""What labels look like and say."""

from __future__ import annotations

import itertools

import pytest

from hotspots.errors import InputError
from hotspots.presentation import classes
from hotspots.presentation.markers import marker
from hotspots.schema import HOT_COLD_LABELS, KINDS, MORAN_LABELS


def test_every_label_has_one_class_in_the_order_of_the_legend():
    assert [c.label for c in classes.label_classes("gi_star")] == list(HOT_COLD_LABELS)
    assert sorted(c.label for c in classes.label_classes("local_moran")) == sorted(MORAN_LABELS)
    assert [c.label for c in classes.label_classes("excess")] == [*HOT_COLD_LABELS, "withheld"]


@pytest.mark.parametrize("statistic", ["gi_star", "local_moran", "excess"])
def test_classes_differ_in_colour_and_words_and_cold_is_hatched(statistic):
    found = classes.label_classes(statistic)
    assert len({c.colour for c in found}) == len({c.words for c in found}) == len(found)
    for c in found:
        assert c.hatched == (c.label.startswith(("cold", "low")))


def test_legend_uses_the_given_colours():
    colours = {c.label: c.colour for c in classes.label_classes("gi_star")}
    assert [colours[f"cold {level}"] for level in (99, 95, 90)] == ["#08306b", "#3f7fbf", "#a6cbe8"]
    assert [colours[f"hot {level}"] for level in (90, 95, 99)] == ["#fbb676", "#e0651a", "#7f1d00"]


def _cie_lab(colour, matrix):
    """CIELAB of a colour as seen through a linear-RGB matrix (D65)."""
    rgb = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in rgb]
    seen = [
        min(1.0, max(0.0, sum(m * v for m, v in zip(row, linear, strict=True)))) for row in matrix
    ]
    xyz = [
        sum(m * v for m, v in zip(row, seen, strict=True)) / white
        for row, white in (
            ((0.4124, 0.3576, 0.1805), 0.9505),
            ((0.2126, 0.7152, 0.0722), 1.0),
            ((0.0193, 0.1192, 0.9505), 1.089),
        )
    ]
    f = [v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in xyz]
    return 116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])


# Machado, Oliveira & Fernandes (2009), severity 1.0; doi:10.1109/TVCG.2009.113
SIGHT = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216),
               (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413),
               (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602),
               (0.004733, 0.691367, 0.303900)),
}  # fmt: skip


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize(
    "statistic", ["excess", "local_moran", "local_geary", "excess_risk", "eb_rates"]
)
def test_any_two_classes_are_told_apart_by_every_eye(statistic, sight):
    labs = [_cie_lab(c.colour, SIGHT[sight]) for c in classes.label_classes(statistic)]
    distances = [
        sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5
        for one, other in itertools.combinations(labs, 2)
    ]
    assert min(distances) > 12


@pytest.mark.parametrize("statistic", ["local_moran", "local_geary", "excess_risk", "eb_rates"])
def test_classes_are_told_apart_in_grey_by_shade_or_hatching(statistic):
    found = classes.label_classes(statistic)
    for hatched in (True, False):
        shades = [_cie_lab(c.colour, SIGHT["normal"])[0] for c in found if c.hatched == hatched]
        apart = [abs(a - b) for a, b in itertools.combinations(shades, 2)]
        assert min(apart, default=100) > 10


def test_likeness_is_not_said_to_be_more_than_chance():
    words = {c.label: c.words for c in classes.label_classes("local_geary")}
    for label in ("high-high", "low-low", "similar"):
        assert "Alike" in words[label]
        assert "more" not in words[label]
    rates = {c.label: c.words for c in classes.label_classes("gi_star_rate")}
    assert rates["hot 99"] == (
        "More recorded incidents than the same rate everywhere would explain – strong evidence"
    )


@pytest.mark.parametrize(
    ("correction", "words"),
    [
        (
            "",
            "at this strength or stronger, at most about 1 in 20 may be a false alarm",
        ),
        ("false discovery rate by Benjamini-Hochberg", "may be a false alarm"),
        (
            "Bonferroni",
            "in at most about 1 map in 20 made by chance alone, any area at all would be marked",
        ),
        ("Bonferroni, normal approximation", "in about 1 map in 20 or more made by chance alone"),
        ("none, normal approximation", "at work, about 1 area in 20 or more would be marked"),
        ("none", "where only chance is at work, at most about 1 area in 20 would be marked"),
    ],
)
def test_false_alarms_are_those_the_correction_allows(correction, words):
    found = {c.label: c for c in classes.label_classes("gi_star", correction=correction)}
    assert words in found["hot 95"].detail


def test_legend_of_a_release_leaves_out_what_is_not_there(internal, label, make_grid):
    shown = internal(label(make_grid(3)))
    assert [c.label for c in classes.classes_of(shown, "gi_star")] == list(HOT_COLD_LABELS[:-1])
    shown = internal(label(make_grid(3), labels={1: "not testable"}))
    assert classes.classes_of(shown, "gi_star")[-1].label == "not testable"
    assert classes.strength(shown, "gi_star") == (
        "Strong / good / weak evidence: of all areas at this strength or stronger, "
        "at most about 1 in 100 / 20 / 10 may be a false alarm."
    )


def test_areas_without_a_number_are_withheld(public):
    labels = classes.drawn_labels(public(n=4, small=(1,)), "excess")
    assert (labels == "withheld").sum() == 2
    assert labels["A001"] == "withheld"


def test_a_result_that_is_not_there_is_named(internal, label, make_grid):
    shown = internal(label(make_grid(3)))
    with pytest.raises(InputError, match=r"no result 'gi' in this release; it has: gi_star"):
        classes.chosen(shown, "gi")
    assert classes.chosen(shown, None) == "gi_star"
    assert classes.chosen(internal(make_grid(3)), None) is None


def test_markers_are_told_apart_without_colour():
    found = [marker(kind) for kind in KINDS]
    assert [(m.letter, m.shape) for m in found[:3]] == [
        ("G", "circle"), ("H", "square"), ("L", "diamond"),
    ]  # fmt: skip
    assert len({m.letter for m in found}) == len({m.shape for m in found}) == len(KINDS)
    assert marker("something new").words == "Other place"
