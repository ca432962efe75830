"""Permutation of all values beside all n! arrangements."""

from itertools import permutations

import numpy as np
import pytest
from scipy import sparse

from hotspots.inference import permutation
from hotspots.inference.permutation import permutation_tails

ROW = sparse.csr_array(np.eye(6, k=1) + np.eye(6, k=-1))


def _enumerated(values):
    products = np.array([p @ ROW @ p for p in map(np.array, permutations(values))])
    observed = values @ ROW @ values
    return np.mean(products >= observed - 1e-9), np.mean(products <= observed + 1e-9)


@pytest.mark.parametrize("block", [2**19, 600])
def test_converges_to_all_arrangements(monkeypatch, block):
    monkeypatch.setattr(permutation, "BLOCK", block)
    values = np.array([0, 0, 1, 3, 1, 2.5])
    upper, lower = _enumerated(values)
    tails = permutation_tails(values, ROW, 20_000, np.random.default_rng(1))
    assert tails.upper[0] == pytest.approx(upper, abs=5 * np.sqrt(upper * (1 - upper) / 20_000))
    assert tails.lower[0] == pytest.approx(lower, abs=5 * np.sqrt(lower * (1 - lower) / 20_000))


def test_ties_count_in_both_tails():
    tails = permutation_tails(np.full(6, 0.1), ROW, 99, np.random.default_rng(1))
    assert (tails.upper[0], tails.lower[0]) == (1, 1)


def test_no_permutations():
    tails = permutation_tails(np.arange(6.0), ROW, 0, np.random.default_rng(1))
    assert (tails.upper[0], tails.lower[0]) == (1, 1)
