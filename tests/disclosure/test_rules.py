"""Each threshold of the public profile, just below and just at it."""

import numpy as np
import pandas as pd
import pytest

from hotspots.disclosure.rules import (
    DEFAULT_RULES,
    Rules,
    design_effect,
    evidence,
    passes,
    row_passes,
)
from hotspots.errors import DisclosureError

GOOD = {
    "count": 40.0,
    "persons": 11.0,
    "premises": 2.0,
    "largest_premises": 20.0,
    "population": 1000.0,
}


def test_the_good_row_passes():
    assert row_passes(GOOD, DEFAULT_RULES)


@pytest.mark.parametrize(
    "change",
    [
        {"persons": 10.0},
        {"persons": 0.0},
        {"premises": 1.0},
        {"largest_premises": 21.0},
        {"population": 999.0},
        {"population": np.nan},
    ],
)
def test_one_step_below_any_threshold_fails(change):
    assert not row_passes(GOOD | change, DEFAULT_RULES)


@pytest.mark.parametrize(("count", "expected"), [(87, False), (88, True)])
def test_without_persons_eight_times_as_many_incidents_are_needed(count, expected):
    row = GOOD | {"count": float(count), "persons": np.nan}
    assert row_passes(row, DEFAULT_RULES) is expected
    without = {name: value for name, value in row.items() if name != "persons"}
    assert row_passes(without, DEFAULT_RULES) is expected


def test_a_stated_maximum_of_incidents_per_person_changes_the_threshold():
    row = GOOD | {"count": 33.0, "persons": np.nan, "largest_premises": 3.0}
    assert row_passes(row, Rules(max_incidents_per_person=3))
    assert not row_passes(row, Rules(max_incidents_per_person=4))


def test_a_rule_that_cannot_be_checked_refuses_the_table():
    table = pd.DataFrame({"count": [100]})
    with pytest.raises(DisclosureError, match="needs the columns premises, largest_premises, pop"):
        passes(table, DEFAULT_RULES)


def test_evidence_counts_distinct_persons_and_coordinates():
    points = pd.DataFrame(
        {"x": [0.0, 0, 0, 7], "y": [0.0, 0, 1, 7], "person_id": ["a", "a", None, "b"]}
    )
    assert evidence(points) == {
        "count": 4.0,
        "persons": 2.0,
        "person_squares": 6.0,
        "premises": 3.0,
        "largest_premises": 2.0,
    }


def test_the_design_effect_counts_incidents_of_one_person_in_one_area():
    points = pd.DataFrame(
        {"x": 0.0, "y": 0.0, "person_id": ["a", "a", "b", "b", None, None]}, index=range(6)
    )

    def effect(areas):
        return design_effect(pd.DataFrame([evidence(part) for _, part in points.groupby(areas)]))

    assert effect([1, 1, 1, 2, 1, 1]) == 1.4  # 8 / 6, rounded up
    assert effect([1, 2, 1, 2, 1, 1]) == 1.0
    assert design_effect(pd.DataFrame([evidence(points[:0])])) == 1.0
    unknown = evidence(points.drop(columns="person_id"))
    assert np.isnan(design_effect(pd.DataFrame([evidence(points), unknown])))


def test_evidence_of_no_incident():
    empty = pd.DataFrame({"x": [], "y": [], "person_id": []})
    assert set(evidence(empty).values()) == {0.0}
