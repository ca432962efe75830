"""The helper that goes through every arrangement, beside numbers found by hand and by R."""

import itertools
from math import perm

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import hypergeom


def sums(rows):
    return rows.sum(axis=1)


def test_two_neighbours_of_one_among_three_others_by_hand(local_oracle_enumeration):
    """Pairs out of 2, 3 and 4, in order: 2 of 6 sum to 5, 2 to 6, 2 to 7."""
    counts = local_oracle_enumeration.conditional([9, 2, 3, 4], 0, [1, 3], sums)
    assert counts.numbers == (4, 4, 6)
    assert (counts.upper, counts.lower) == pytest.approx((2 / 3, 2 / 3))


def test_unequal_weights_make_the_order_count_by_hand(local_oracle_enumeration):
    """10 a + b over (2, 3), (2, 4), (3, 2), (3, 4), (4, 2), (4, 3): 34 is the fourth."""
    counts = local_oracle_enumeration.conditional(
        [9, 2, 3, 4], 0, [2, 3], lambda rows: rows @ [10, 1]
    )
    assert counts.numbers == (3, 4, 6)


def test_the_unit_is_drawn_too_under_the_total_null_by_hand(local_oracle_enumeration):
    """Of 12 pairs of 0, 0, 1 and 2 the unit's, 2 + 1, is the highest; (1, 2) ties with it."""
    counts = local_oracle_enumeration.total([2, 0, 0, 1], 0, [3], sums)
    assert counts.numbers == (2, 12, 12)
    counts = local_oracle_enumeration.total([2, 0, 0, 1], 0, [3], lambda rows: rows @ [2, 1])
    assert counts.numbers == (1, 12, 12)


def test_sums_that_differ_by_rounding_alone_are_ties(local_oracle_enumeration):
    values = [0, 0.1, 0.2, 0.3, 0.3, 0.6]
    counts = local_oracle_enumeration.exact(values, 1, sums, 0.1 + 0.2)
    assert 0.1 + 0.2 != 0.3
    assert counts.numbers == (3, 5, 6)


def test_a_unit_without_neighbours_has_one_arrangement(local_oracle_enumeration):
    assert local_oracle_enumeration.conditional([1, 2, 3], 0, [], sums).numbers == (1, 1, 1)


@settings(max_examples=40)
@given(data=st.data())
def test_every_arrangement_beside_a_plain_loop(data, local_oracle_enumeration):
    n = data.draw(st.integers(2, 7))
    size = data.draw(st.integers(1, n - 1))
    values = data.draw(st.lists(st.integers(0, 4), min_size=n, max_size=n))
    weights = data.draw(st.lists(st.integers(1, 3), min_size=size, max_size=size))
    neighbours = data.draw(st.permutations(range(1, n)))[:size]

    def weighted(row):
        return float(np.dot(row, weights) ** 2)

    observed = weighted([values[j] for j in neighbours])
    found = [weighted(row) for row in itertools.permutations(values[1:], size)]
    counts = local_oracle_enumeration.conditional(
        values, 0, neighbours, local_oracle_enumeration.each(weighted)
    )
    assert counts.numbers == (
        sum(f >= observed for f in found),
        sum(f <= observed for f in found),
        perm(n - 1, size),
    )
    assert local_oracle_enumeration.total(values, 0, neighbours, sums).arrangements == perm(
        n, size + 1
    )


@pytest.mark.parametrize("size", [1, 3, 6])
def test_marks_are_hypergeometric(local_oracle_enumeration, size):
    marked = [1, 1, 0, 0, 1, 0, 1, 0]
    counts = local_oracle_enumeration.conditional(marked, 0, range(1, 1 + size), sums)
    observed = sum(marked[1 : 1 + size])
    chance = hypergeom(7, 3, size)
    assert counts.upper == pytest.approx(chance.sf(observed - 1), abs=1e-12)
    assert counts.lower == pytest.approx(chance.cdf(observed), abs=1e-12)


def test_rows_of_variables_are_drawn_together(local_oracle_enumeration):
    """Only 1 of the 3 others has a high first and a low second value."""
    values = [(0, 0), (5, 1), (5, 9), (0, 1)]
    counts = local_oracle_enumeration.conditional(
        values, 0, [1], lambda rows: rows[:, 0, 0] - rows[:, 0, 1]
    )
    assert counts.numbers == (1, 3, 3)


def test_the_kept_counts_are_those_of_the_script(local_oracle_small, local_oracle_exact):
    """All units with up to three neighbours; those with more take a minute."""
    table, graph = local_oracle_small
    few = np.flatnonzero(graph.cardinalities <= 3).tolist()
    assert len(few) == 10
    kept = pd.read_csv(local_oracle_exact.HERE / "local_small_exact.csv")
    again = local_oracle_exact.counted(table, few)
    kept = kept[kept["id"].isin(table.index[few])].reset_index(drop=True)
    pd.testing.assert_frame_equal(again, kept, check_dtype=False)


def test_the_kept_counts_beside_a_million_draws_in_r(local_oracle_tails, local_oracle_permutations):
    """288 tails: about one z in a thousand is beyond 3.3, and 4.5 will not be met."""
    drawn = local_oracle_permutations.loc[local_oracle_tails.index]
    assert len(drawn) == 16 * 9
    for tail, column in (("upper", "at_least"), ("lower", "at_most")):
        p = local_oracle_tails[tail]
        error = np.sqrt(p * (1 - p) / drawn["draws"])
        certain = p == 1
        assert (drawn[column] == drawn["draws"])[certain].all()
        z = ((drawn[column] / drawn["draws"] - p) / error)[~certain]
        assert len(z) > 100
        assert z.abs().max() < 4.5
        assert 0.7 < z.std() < 1.3


def test_tails_share_what_ties(local_oracle_tails):
    assert (local_oracle_tails.sum(axis=1) >= 1).all()
    assert (local_oracle_tails > 0).all(axis=None)


def test_small_has_every_number_of_neighbours(local_oracle_small):
    table, graph = local_oracle_small
    assert set(graph.cardinalities) == {1, 2, 3, 4, 5}
    links = graph.adjacency
    x, y = (table[axis].to_dict() for axis in "xy")
    apart = [np.hypot(x[i] - x[j], y[i] - y[j]) for i, j in links.index]
    assert links.to_numpy() == pytest.approx(1 / np.array(apart), rel=1e-15)
