"""Numbers, dates and chances as readers meet them."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from hotspots.presentation import formats


@pytest.mark.parametrize(
    ("p_value", "words"),
    [
        (0.004, "about 1 time in 250"),
        (0.0002, "about 1 time in 5,000"),
        (1 / 730, "about 1 time in 730"),
        (0.05, "about 1 time in 20"),
        (0.149, "about 1 time in 7"),
        (0.15, "about 2 times in 10"),
        (0.5, "about 5 times in 10"),
        (0.94, "about 9 times in 10"),
        (1.0, "nearly always"),
        (1e-6, "about 1 time in 1,000,000"),
        (9e-7, "less than 1 time in 1,000,000"),
    ],
)
def test_chance_is_said_in_words(p_value, words):
    assert formats.chance(p_value) == words


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ((2016, 1, 1), (2016, 12, 31), "2016"),
        ((2013, 1, 1), (2016, 12, 31), "2013–2016"),
        ((2015, 2, 1), (2015, 2, 28), "February 2015"),
        ((2016, 2, 1), (2016, 2, 28), "1 February 2016 to 28 February 2016"),
        ((2015, 7, 1), (2016, 6, 30), "1 July 2015 to 30 June 2016"),
        ((2015, 3, 3), (2015, 3, 3), "3 March 2015"),
    ],
)
def test_periods_are_named_where_they_have_a_name(first, last, words):
    assert formats.period((date(*first), date(*last))) == words


@pytest.mark.parametrize("value", [None, float("nan"), np.float64("nan"), pd.NA, pd.NaT])
def test_missing_is_said_and_never_zero(value):
    assert formats.is_missing(value)
    assert formats.number(value) == formats.distance(value) == formats.p_value(value) == "not known"


@pytest.mark.parametrize(
    ("metres", "words"),
    [(0, "under 10 m"), (5, "10 m"), (994, "990 m"), (996, "1.0 km"), (12345, "12.3 km")],
)
def test_distances_are_rounded_as_said(metres, words):
    assert formats.distance(metres) == words


def test_a_name_is_one_printable_line():
    assert formats.one_line("a\x00\x1b[31m\r\n\tb\ud800\ufffe") == "a[31m b"
    assert formats.one_line("مدينة\u200f") == "مدينة\u200f"
    assert len(formats.one_line("x" * 10_000, longest=60)) == 60
