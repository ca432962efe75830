"""Permutation of values over units, for statistics that are a sum of products over links."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hotspots.inference.tails import Tails

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy import sparse

TIE = 1e-9  # of the sum of absolute products: sums closer than this are the same
BLOCK = 2**19  # permuted values held at once


def permutation_tails(
    values: NDArray[np.float64],
    weights: sparse.csr_array,
    n_permutations: int,
    rng: np.random.Generator,
) -> Tails:
    """Compare Σ w_ij x_i x_j with its values under random permutations of x.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
        One value per unit.
    weights : sparse array, shape (n, n)
        Weight of each link.
    n_permutations : int
        Number of permutations R; with 0 both tails are 1.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    Tails
        Of length 1: (1 + #) / (1 + R) in each tail, ties in both.
    """
    observed = float(values @ (weights @ values))
    tolerance = TIE * float(np.abs(values) @ (weights @ np.abs(values)))
    per_block = max(1, min(n_permutations, BLOCK // max(values.size, 1)))
    rows = np.tile(values, (per_block, 1))
    at_least = at_most = 0
    for start in range(0, n_permutations, per_block):
        rng.permuted(rows, axis=1, out=rows)  # permuting once more is as good as afresh
        permuted = np.ascontiguousarray(rows[: n_permutations - start].T)
        products = np.sum(permuted * (weights @ permuted), axis=0)
        at_least += int(np.count_nonzero(products >= observed - tolerance))
        at_most += int(np.count_nonzero(products <= observed + tolerance))
    return Tails(
        upper=np.array([(1 + at_least) / (1 + n_permutations)]),
        lower=np.array([(1 + at_most) / (1 + n_permutations)]),
    )
