"""Equal values found together, by sorting and by hashing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotspots.inference import grouping
from hotspots.inference.grouping import groups, levels


@pytest.mark.parametrize("many", [0, 2**20])
@given(values=st.lists(st.integers(-3, 3), max_size=60))
def test_every_value_is_on_its_level(many, values):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(grouping, "MANY", many)
        patched.setattr(grouping, "EVERY", 2)
        values = np.array(values, dtype=float) / 7
        found, positions = levels(values)
    np.testing.assert_array_equal(found[positions], values)
    assert np.all(np.diff(found) >= 0)


def test_values_that_repeat_have_one_level_each_and_others_are_only_sorted():
    rng = np.random.default_rng(1)
    n = 2 * grouping.MANY
    counts, distinct = rng.poisson(1, n).astype(float), rng.normal(size=n)
    np.testing.assert_array_equal(levels(counts)[0], np.unique(counts))
    found, positions = levels(distinct)
    np.testing.assert_array_equal(found, np.sort(distinct))
    np.testing.assert_array_equal(found[positions], distinct)


@given(numbers=st.lists(st.integers(0, 70_000) | st.integers(0, 4), max_size=40))
def test_groups(numbers):
    found = list(groups(np.array(numbers, dtype=np.int64)))
    assert [number for number, _ in found] == sorted(set(numbers))
    for number, units in found:
        assert units.tolist() == [i for i, other in enumerate(numbers) if other == number]
