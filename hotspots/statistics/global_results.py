"""What every global test does before and after its own arithmetic."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr

from hotspots.inference import tails as tail_rules
from hotspots.inference.draws import generator
from hotspots.inference.permutation import permuted, simulated_tails
from hotspots.inference.tails import Tails
from hotspots.schema import TestResult
from hotspots.statistics.neighbourhoods import neighbourhoods
from hotspots.statistics.results import few_data, permutations

if TYPE_CHECKING:
    import pandas as pd
    from libpysal.graph import Graph
    from numpy.typing import NDArray

    from hotspots.inference.permutation import Statistic
    from hotspots.schema import Alternative
    from hotspots.statistics.neighbourhoods import Neighbourhoods

FEWEST = 4  # the variances divide by (n - 1)(n - 2)(n - 3)
SINGLE = 1e-14  # of what it is made of: a variance below is rounding error
NAN = float("nan")


def checked(
    n_permutations: int, alternative: Alternative, *, at_least: int = 0, why: str = ""
) -> None:
    """Refuse options no global test takes."""
    permutations(n_permutations, at_least=at_least, why=why)
    tail_rules.known(alternative)


def prepared(
    values: pd.Series, graph: Graph, n_permutations: int, alternative: Alternative
) -> Neighbourhoods:
    """Check what a global test was given; warn of few data from the caller's caller."""
    checked(n_permutations, alternative)
    units = neighbourhoods(values, graph)
    few_data(units)
    return units


def permutation_tails(
    statistic: Statistic,
    n: int,
    n_permutations: int,
    *,
    tolerance: NDArray[np.float64] | float,
    rng: int | np.random.Generator | None,
) -> Tails:
    """Place statistics of the units as they are among those of the units permuted.

    Parameters
    ----------
    statistic : callable
        As :func:`hotspots.inference.permutation.permuted` takes it.
    n : int
        Number of units.
    n_permutations : int
        Number of permutations R.
    tolerance : float or ndarray of float, shape (k,)
        Values no farther apart are ties.
    rng : int, numpy.random.Generator or None
        Seed or source of randomness.

    Returns
    -------
    Tails
        Of length k.
    """
    observed = statistic(np.arange(n)[:, None])[:, 0]
    simulated = permuted(statistic, n, n_permutations, rng=generator(rng))
    return simulated_tails(observed, simulated, tolerance=tolerance)


def result(
    name: str,
    statistic: float,
    *,
    moments: tuple[float, float],
    tails: Tails,
    alternative: Alternative,
    n: int,
    n_permutations: int,
    sign: int = 1,
    size: float | None = None,
) -> TestResult:
    """Lay out what a global test found.

    Parameters
    ----------
    name : str
        Which statistic.
    statistic : float
        Its observed value.
    moments : tuple of float
        Its mean and variance under the null. Where the null distribution is a single value,
        nothing is tested: z and p are NaN.
    tails : Tails
        Of length 1, the upper one that of ``"greater"``.
    alternative : {"two-sided", "greater", "less"}
        Which tails count.
    n : int
        Units that took part.
    n_permutations : int
        Number of permutations; with 0 the p-value is the analytic one.
    sign : {1, -1}
        -1 where a small statistic is what ``"greater"`` looks for.
    size : float, optional
        Of the terms that the variance is made of; without it the squared mean.

    Returns
    -------
    TestResult
    """
    expected, variance = (float(moment) for moment in moments)
    varies = variance > SINGLE * (expected**2 if size is None else size)
    z = sign * (statistic - expected) / np.sqrt(variance) if varies else NAN
    normal = Tails(upper=np.array([ndtr(-z)]), lower=np.array([ndtr(z)]))
    analytic = float(normal.p_value(alternative)[0])
    simulated = n_permutations > 0 and varies
    return TestResult(
        name=name,
        statistic=float(statistic),
        expected=expected,
        variance=variance,
        z=float(z),
        p_value=float(tails.p_value(alternative)[0]) if simulated else analytic,
        p_value_analytic=analytic,
        alternative=alternative,
        n=n,
        n_permutations=int(n_permutations),
    )


def untested(name: str, alternative: Alternative, n: int) -> TestResult:
    """Say that a statistic does not exist for these values."""
    return TestResult(
        name=name,
        statistic=NAN,
        expected=NAN,
        variance=NAN,
        z=NAN,
        p_value=NAN,
        p_value_analytic=NAN,
        alternative=alternative,
        n=n,
        n_permutations=0,
    )
