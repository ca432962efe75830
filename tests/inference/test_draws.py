"""Draws without replacement: distinct, and every ordered choice equally likely."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotspots.inference import draws
from hotspots.inference.draws import distinct_draws, generator


@given(n=st.integers(1, 60), share=st.floats(0, 1), seed=st.integers(0, 99))
def test_ids_are_distinct_and_in_range(n, share, seed):
    size = max(1, round(share * n))
    ids = distinct_draws(n, size, 20, rng=np.random.default_rng(seed))
    assert ids.shape == (size, 20)
    assert ids.min() >= 0
    assert ids.max() < n
    assert all(len(set(draw)) == size for draw in ids.T.tolist())


@pytest.mark.parametrize("dense", [0, 4])
def test_every_ordered_choice_is_equally_likely(monkeypatch, dense):
    """Both ways of drawing: 60 ordered triples of 5, a chi-square of 59 degrees of freedom."""
    monkeypatch.setattr(draws, "DENSE", dense)
    n_draws = 60_000
    ids = distinct_draws(5, 3, n_draws, rng=np.random.default_rng(7))
    triples, counts = np.unique(ids.T, axis=0, return_counts=True)
    assert len(triples) == len(list(permutations(range(5), 3)))
    chi_square = np.sum((counts - n_draws / 60) ** 2) / (n_draws / 60)
    assert chi_square < 104  # the 0.9997 quantile


def test_the_same_seed_gives_the_same_draws():
    first, second = (distinct_draws(1000, 9, 50, rng=np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("seed", [7, np.int64(7), np.uint8(7)])
def test_a_seed_of_any_whole_type_is_the_same_source(seed):
    assert generator(seed).random() == np.random.default_rng(7).random()


def test_a_source_is_taken_as_it_is_and_none_is_new():
    source = np.random.default_rng(1)
    assert generator(source) is source
    assert generator(None).random() != generator(None).random()
