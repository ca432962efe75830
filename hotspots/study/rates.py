"""Rates of a study that are not tested: what is computed, and the class of each unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hotspots.schema import EB_LABELS, EXCESS_RISK_LABELS, NOT_COMPUTED, RATE_COLUMNS
from hotspots.statistics.excess_risk import excess_risk
from hotspots.statistics.rates import eb_rates
from hotspots.study.counting import at_risk, values

if TYPE_CHECKING:
    import geopandas as gpd

    from hotspots.schema import RateTable
    from hotspots.study.model import Study

BREAKS = (2.0, 1.25, 0.8, 0.5)
"""Of the smoothed by the overall rate, each part of the class above it."""


def rate_table(name: RateTable, study: Study, units: gpd.GeoDataFrame) -> pd.DataFrame:
    """Compute one kind of rate.

    Parameters
    ----------
    name : {"excess_risk", "eb_rates"}
        One of ``[analysis] rates``.
    study : Study
        For what is counted, and what it is divided by.
    units : GeoDataFrame
        With both.

    Returns
    -------
    DataFrame
        Columns :data:`hotspots.schema.RATE_COLUMNS` of that kind, how it was done in
        ``attrs["rates"]``. The label of ``excess_risk`` says where the interval lies, that of
        ``eb_rates`` how the smoothed rate compares with the overall rate.
    """
    given = values(study, units), at_risk(study, units)
    if name == "excess_risk":
        found = excess_risk(*given)
        labels = excess_labels(found)
    else:
        found = eb_rates(*given)
        labels = smoothed_labels(found)
    out = found.assign(label=labels)[list(RATE_COLUMNS[name])]
    out.attrs["rates"] = dict(found.attrs["rates"])
    return out


def excess_labels(table: pd.DataFrame) -> pd.Series:
    """Say of every unit where its interval lies.

    Examples
    --------
    >>> excess_labels(pd.DataFrame({"lower": [1.2, 0.1, 0.5, np.nan],
    ...                             "upper": [3, 0.9, 2, np.nan]})).tolist()
    ['above 1', 'below 1', 'contains 1', 'not computed']
    """
    above, below, contains, unknown = EXCESS_RISK_LABELS
    cases = [table["lower"].isna(), table["lower"] > 1, table["upper"] < 1]
    return pd.Series(np.select(cases, [unknown, above, below], contains), index=table.index)


def smoothed_labels(table: pd.DataFrame) -> pd.Series:
    """Say of every unit how its smoothed rate compares with the rate it was drawn towards.

    Examples
    --------
    >>> smoothed_labels(pd.DataFrame({"smoothed": [4, 2, 1, 0.4, np.nan], "mean": 2})).tolist()
    ['2 times or more', '0.8 to 1.25 times', '0.5 to 0.8 times', 'below 0.5 times', 'not computed']
    """
    ratio = (table["smoothed"] / table["mean"]).where(table["mean"] > 0, 1.0)
    cases = [table["smoothed"].isna(), *(ratio >= least for least in BREAKS)]
    labels = [NOT_COMPUTED, *EB_LABELS[: len(BREAKS)]]
    return pd.Series(np.select(cases, labels, EB_LABELS[len(BREAKS)]), index=table.index)
