"""Primary and complementary suppression, and what an attacker with the total can learn."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from hotspots.disclosure.rules import DEFAULT_RULES, passes
from hotspots.disclosure.suppression import published


def test_one_failing_area_takes_the_passing_one_with_fewest_residents_with_it(areas):
    assert published(areas, DEFAULT_RULES).to_dict() == {
        "a": True,
        "b": False,
        "c": True,
        "d": True,
        "e": False,
    }


def test_all_passing_are_all_published(areas):
    assert published(areas.drop("b"), DEFAULT_RULES).all()


def test_none_passing_are_all_withheld(areas):
    assert not published(areas.assign(persons=10), DEFAULT_RULES).any()


def test_the_choice_does_not_look_at_withheld_counts(areas):
    before = published(areas, DEFAULT_RULES)
    for count in range(11):
        changed = areas.copy()
        changed.loc["b", ["count", "persons"]] = count
        changed.loc["b", "largest_premises"] = count // 2
        assert published(changed, DEFAULT_RULES).equals(before)


tables = st.lists(
    st.tuples(st.integers(0, 40), st.integers(500, 5000)), min_size=2, max_size=9
).map(
    lambda rows: pd.DataFrame(
        {
            "count": [persons for persons, _ in rows],
            "persons": [persons for persons, _ in rows],
            "premises": [max(persons, 2) for persons, _ in rows],
            "largest_premises": [min(persons, 1) for persons, _ in rows],
            "population": [residents for _, residents in rows],
        }
    )
)


@given(tables)
def test_a_withheld_count_cannot_be_bounded_below_k_values(areas):
    """Given the total, the published counts and x >= 0, by linear programming."""
    k = DEFAULT_RULES.k
    shown = published(areas, DEFAULT_RULES)
    assert not (shown & ~passes(areas, DEFAULT_RULES)).any()
    withheld = areas.loc[~shown, "count"].to_numpy()
    if not shown.any() or not len(withheld):
        return
    rest = withheld.sum()
    for i in range(len(withheld)):
        objective = np.eye(len(withheld))[i]
        ends = [
            linprog(sign * objective, A_eq=np.ones((1, len(withheld))), b_eq=[rest]).fun * sign
            for sign in (1, -1)
        ]
        assert ends[0] <= 1e-9
        assert ends[1] >= k - 1e-9
