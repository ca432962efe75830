"""Places: the same as binary search, whatever is asked."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspots.inference.places import MANY, places


def searched(ordered, low, high):
    return np.searchsorted(ordered, low, "left"), np.searchsorted(ordered, high, "right")


def numbers(kind, n, rng):
    match kind:
        case "normal":
            return rng.normal(size=n)
        case "whole":
            return rng.integers(0, 9, n).astype(float)
        case "heavy":
            return rng.lognormal(0, 4, n)
        case "far":
            return 1e15 + rng.normal(size=n)
        case "huge":
            return rng.normal(size=n) * 1e70


@pytest.mark.parametrize("kind", ["normal", "whole", "heavy", "far", "huge"])
@pytest.mark.parametrize("apart", [0.0, 1e-9, 0.3])
def test_many_are_placed_as_by_binary_search(kind, apart):
    rng = np.random.default_rng(3)
    ordered = np.sort(numbers(kind, 50, rng))
    asked = np.concatenate([numbers(kind, 40 * MANY, rng), np.tile(ordered, MANY)])
    low, high = asked - apart * np.abs(asked), asked + apart * np.abs(asked)
    for found, known in zip(places(ordered, low, high), searched(ordered, low, high), strict=True):
        np.testing.assert_array_equal(found, known)


@pytest.mark.parametrize("ordered", [[2.0], [2.0, 2.0], [0.0, 5e-324]])
def test_a_range_that_cannot_be_cut_is_searched(ordered):
    ordered, asked = np.array(ordered), np.tile([-np.inf, 0.0, 2.0, 3.0, np.inf], MANY)
    for found, known in zip(
        places(ordered, asked, asked), searched(ordered, asked, asked), strict=True
    ):
        np.testing.assert_array_equal(found, known)


@settings(deadline=None)
@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=5),
    st.lists(st.floats(-2e6, 2e6), min_size=5 * MANY, max_size=6 * MANY),
    st.floats(0, 10),
)
def test_any_numbers(ordered, asked, apart):
    ordered, low = np.sort(ordered), np.array(asked)
    high = low + apart
    for found, known in zip(places(ordered, low, high), searched(ordered, low, high), strict=True):
        np.testing.assert_array_equal(found, known)
