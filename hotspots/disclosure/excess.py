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


def excess(counts: pd.Series, population: pd.Series) -> pd.DataFrame:
    """Compare published counts with shares of residents, exactly.

    Under constant risk, and given the sum ``N`` of the published counts, an area with share ``s``
    of the residents of the published areas has a Binomial(``N``, ``s``) count. The p-value doubles
    the smaller tail. Everything is computed from what is published, so it tells nothing more.

    Parameters
    ----------
    counts : Series of Int64, shape (n,)
        Published counts; NA where withheld.
    population : Series, shape (n,)
        Residents of each area.

    Returns
    -------
    DataFrame, shape (n, 6)
        ``statistic`` (the count), ``expected``, ``z``, ``p_value``, ``q_value`` and ``label``;
        withheld areas are ``not testable``.

    References
    ----------
    .. [1] Clopper, C. J. & Pearson, E. S. (1934). The use of confidence or fiducial limits
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
    low: NDArray[np.float64] = bdtr(observed, n, share)
    high: NDArray[np.float64] = bdtrc(observed - 1, n, share)
    p = np.minimum(1.0, 2 * np.minimum(low, high))
    q = adjust(p)
    expected = n * share
    out.loc[known, "expected"] = expected
    out.loc[known, "z"] = (observed - expected) / np.sqrt(n * share * (1 - share))
    out.loc[known, "p_value"], out.loc[known, "q_value"] = p, q
    out.loc[known, "label"] = hot_cold_labels(q, upper=high < low)
    return out
