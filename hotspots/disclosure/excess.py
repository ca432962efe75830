"""The public statistic: the excess of a published count over the area's share of residents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.special import bdtr, bdtrc

from hotspots.inference.labels import hot_cold_labels
from hotspots.inference.multiple import adjust
from hotspots.schema import NOT_TESTABLE

if TYPE_CHECKING:
    from numpy.typing import NDArray

WHOLE = 1e-9
"""How near to a whole number a quotient counts as one."""


def excess(counts: pd.Series, population: pd.Series, *, design_effect: float = 1.0) -> pd.DataFrame:
    """Compare published counts with shares of residents, exactly.

    Under constant risk, and given the sum ``N`` of the published counts, an area with share ``s``
    of the residents of the published areas has a Binomial(``N``, ``s``) count. The p-value doubles
    the smaller tail. Everything is computed from what is published, so it tells nothing more.

    Several incidents of one person are not independent. Counts and ``N`` are divided by the design
    effect before they are compared, and rounded towards what is expected.

    Parameters
    ----------
    counts : Series of Int64, shape (n,)
        Published counts; NA where withheld.
    population : Series, shape (n,)
        Residents of each area.
    design_effect : float
        From :func:`hotspots.disclosure.rules.design_effect`; 1 where incidents are independent.

    Returns
    -------
    DataFrame, shape (n, 6)
        ``statistic`` (the count), ``expected``, ``z``, ``p_value``, ``q_value`` and ``label``;
        withheld areas are ``not testable``.

    References
    ----------
    .. [1] Rao, J. N. K. & Scott, A. J. (1992). A simple method for the analysis of clustered
       binary data. Biometrics 48, 577-585. https://doi.org/10.2307/2532311
    .. [2] Clopper, C. J. & Pearson, E. S. (1934). The use of confidence or fiducial limits
       illustrated in the case of the binomial. Biometrika 26, 404-413.
       https://doi.org/10.1093/biomet/26.4.404

    Examples
    --------
    Two areas with equal residents and 3 and 1 incidents: P(X >= 3) = 5/16 for Binomial(4, 1/2).

    >>> excess(pd.Series([3, 1]), pd.Series([500, 500]))["p_value"].tolist()
    [0.625, 0.625]
    """
    known = counts.notna() & (population > 0)
    out = pd.DataFrame(
        {
            "statistic": counts.astype("Float64").astype(float),
            **dict.fromkeys(["expected", "z", "p_value", "q_value"], np.nan),
            "label": NOT_TESTABLE,
        },
        index=counts.index,
    )
    if known.sum() < 2:
        return out
    observed = out.loc[known, "statistic"].to_numpy(dtype=float)
    residents = population[known].to_numpy(dtype=float)
    n, share = int(observed.sum()), residents / residents.sum()
    trials = int(n / design_effect)
    low, high = _tails(observed / design_effect, trials, share)
    p = np.minimum(1.0, 2 * np.minimum(low, high))
    q = adjust(p)
    expected = n * share
    out.loc[known, "expected"] = expected
    spread = np.sqrt(design_effect * n * share * (1 - share))
    out.loc[known, "z"] = (observed - expected) / spread
    out.loc[known, "p_value"], out.loc[known, "q_value"] = p, q
    out.loc[known, "label"] = hot_cold_labels(q, upper=high < low)
    return out


def _tails(
    counts: NDArray[np.float64], trials: int, share: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give both tails of counts that need not be whole, rounded towards their expectation."""
    middle = trials * share
    whole = np.clip(
        np.where(counts > middle, np.floor(counts + WHOLE), np.ceil(counts - WHOLE)), 0, trials
    )
    low, high = bdtr(whole, trials, share), bdtrc(whole - 1, trials, share)
    return np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)
