"""Which engine gives the tails: exact, shared reference, direct, or the normal approximation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

import numpy as np
from scipy.special import ndtr

from hotspots.errors import StatisticsError
from hotspots.inference.direct import Linked, direct_tails
from hotspots.inference.exact import exact_tails, obstacle, whole_numbers
from hotspots.inference.reference import reference_tails
from hotspots.inference.sums import tolerance
from hotspots.inference.tails import Tails
from hotspots.schema import Method

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hotspots.inference.sums import Sums

METHODS: tuple[Method, ...] = get_args(Method)

EXACT, REFERENCE, DIRECT, ANALYTIC = "exact", "shared reference", "direct", "analytic"


@dataclass(frozen=True)
class Inference:
    """Tails, and how they were had.

    Attributes
    ----------
    tails : Tails
        One per unit.
    engine : str
        ``"exact"``, ``"shared reference"``, ``"direct"`` or ``"analytic"``.
    n_permutations : int
        Random draws; 0 where none were needed.
    not_exact : str or None
        Why exact p-values were not given though ``"auto"`` would have.
    """

    tails: Tails
    engine: str
    n_permutations: int = 0
    not_exact: str | None = None


def known(method: str) -> None:
    """Refuse a method that is not one of :data:`METHODS`."""
    if method not in METHODS:
        raise StatisticsError(f"method {method!r} is not known: use one of {', '.join(METHODS)}")


def sum_inference(
    sums: Sums,
    z: NDArray[np.float64],
    *,
    method: Method,
    n_permutations: int,
    rng: np.random.Generator,
) -> Inference:
    """Compare neighbourhood sums with chance, by the first engine that applies.

    Parameters
    ----------
    sums : Sums
        The observed sums and what they are drawn from.
    z : ndarray of float, shape (n,)
        Standard scores of the sums, for ``"analytic"``.
    method : {"auto", "exact", "permutation", "analytic"}
        ``"auto"`` is exact where it can be, otherwise by permutation.
    n_permutations : int
        Random draws, where there are any.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    Inference

    Raises
    ------
    StatisticsError
        If `method` is ``"exact"`` and the exact distribution cannot be had.
    """
    if method == "analytic":
        return analytic(z, sums.tested)
    reason = None
    if method in ("auto", "exact"):
        numbers = whole_numbers(sums.values)
        reason = obstacle(sums, numbers)
        if numbers is not None and reason is None:
            return Inference(exact_tails(sums, numbers), EXACT)
        _refuse(method, f"exact p-values {reason}")
    if sums.weights is None:
        tails = reference_tails(sums, n_permutations, rng)
        return Inference(tails, REFERENCE, n_permutations, reason)
    tails = direct_tails(_linked(sums), n_permutations, rng).tails
    return Inference(tails, DIRECT, n_permutations, reason)


def direct_inference(
    linked: Linked,
    z: NDArray[np.float64],
    *,
    method: Method,
    n_permutations: int,
    rng: np.random.Generator,
) -> Inference:
    """Compare what is more than a sum with chance.

    Parameters
    ----------
    linked : Linked
        What is compared.
    z, method, n_permutations, rng
        As in :func:`sum_inference`.

    Returns
    -------
    Inference

    Raises
    ------
    StatisticsError
        If `method` is ``"exact"``.
    """
    if method == "analytic":
        return analytic(z, linked.tested)
    reason = "are not known for this statistic"
    _refuse(method, f"exact p-values {reason}")
    tails = direct_tails(linked, n_permutations, rng).tails
    return Inference(tails, DIRECT, n_permutations, reason if method == "auto" else None)


def analytic(z: NDArray[np.float64], tested: NDArray[np.bool_]) -> Inference:
    """Take both tails from the normal distribution.

    Parameters
    ----------
    z : ndarray of float, shape (n,)
        Standard scores.
    tested : ndarray of bool, shape (n,)
        Which units are tested.

    Returns
    -------
    Inference

    Examples
    --------
    >>> found = analytic(np.array([1.959964, 0.0]), np.array([True, False]))
    >>> found.tails.p_value("two-sided").round(4).tolist()
    [0.05, nan]
    """
    z = np.where(tested, z, np.nan)
    return Inference(Tails(upper=ndtr(-z), lower=ndtr(z)), ANALYTIC)


def _refuse(method: Method, why: str) -> None:
    if method == "exact":
        raise StatisticsError(f"{why}; use method='permutation', or 'auto' for the best there is")


def _linked(sums: Sums) -> Linked:
    assert sums.weights is not None  # noqa: S101 - only then
    unit = np.repeat(np.arange(sums.sizes.size), sums.sizes)
    absolute = np.bincount(unit, np.abs(sums.weights), sums.sizes.size).astype(np.float64)
    return Linked(
        features=sums.values[None],
        weights=sums.weights,
        sizes=sums.sizes,
        tested=sums.tested,
        observed=sums.observed,
        tolerance=tolerance(sums.observed, sums.magnitude * absolute),
        combine=lambda found, _: np.asarray(found[0]),
        held=sums.held,
    )
