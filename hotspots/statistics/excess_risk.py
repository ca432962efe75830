"""Excess risk: observed against expected events, unit by unit, with an exact interval."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import pandas as pd

from hotspots.errors import StatisticsError
from hotspots.inference.intervals import clopper_pearson, poisson_interval
from hotspots.statistics.at_risk import FEW_EXPECTED, at_risk, few_expected, not_more_than_all
from hotspots.statistics.rates import Family

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hotspots.statistics.at_risk import AtRisk

Standard = Literal["internal", "external"]


def excess_risk(
    events: pd.Series,
    population: pd.Series,
    *,
    confidence: float = 0.95,
    standard: Standard = "internal",
    family: Family = "poisson",
) -> pd.DataFrame:
    """Compare the events of every unit with what its baseline lets expect.

    Parameters
    ----------
    events : Series of int, length n
        Whole numbers, none below zero; NaN where unknown.
    population : Series of float, length n
        The baseline, none below zero, the same index: people, other police contacts, or expected
        events; NaN where unknown.
    confidence : float
        Of the interval, between 0 and 1.
    standard : {"internal", "external"}
        What is expected: the overall rate of these units times `population`, so that the expected
        events sum to the observed; or `population` itself, expected events from elsewhere.
    family : {"poisson", "binomial"}
        For rare events; or for events that are a good part of their population, at most one per
        head, with an internal standard.

    Returns
    -------
    DataFrame
        Index of `events`; columns ``observed``, ``expected``, ``ratio`` (observed by expected: the
        standardised ratio, or relative risk) and the ends of its exact interval, ``lower`` and
        ``upper`` (Garwood for Poisson, Clopper-Pearson for binomial counts), which takes
        `expected` as known and is for one unit looked at by itself. NaN where a number is unknown,
        the baseline is 0, or nothing is expected; how many and why, and what cannot be concluded:
        ``result.attrs["rates"]``.

    Raises
    ------
    AlignmentError
        When the indexes differ.
    StatisticsError
        For anything but numbers, infinite or negative ones, events that are not whole, or an
        option that is not known or does not apply.

    Warns
    -----
    FewDataWarning
        For units that expect fewer than 5 events, and for events in units whose baseline is 0.

    References
    ----------
    Garwood (1936), doi:10.1093/biomet/28.3-4.437;
    Clopper & Pearson (1934), doi:10.1093/biomet/26.4.404.

    Examples
    --------
    Eighteen events among 300: six are expected of each hundred. With none observed, the upper
    end is -log(0.025) / 6.

    >>> result = excess_risk(pd.Series([0, 6, 12]), pd.Series([100, 100, 100]))
    >>> result["ratio"].tolist(), result["upper"].round(4).tolist()
    ([0.0, 1.0, 2.0], [0.6148, 2.1766, 3.4936])
    """
    _known(confidence, standard, family)
    units = at_risk(events, population)
    if family == "binomial":
        not_more_than_all(units)
    exposed = units.exposed
    y, x = units.events[exposed], units.population[exposed]
    expected = x if standard == "external" else units.expected
    lower, upper = _interval(y, x, confidence, family)
    none_upper = _interval(np.zeros_like(y), x, confidence, family)[1]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = y / expected
        lower, upper = lower / expected, upper / expected
    columns = {
        "observed": y,
        "expected": expected,
        "ratio": ratio,
        "lower": np.where(expected > 0, lower, np.nan),
        "upper": np.where(expected > 0, upper, np.nan),
    }
    notes = [*units.notes, *_few_expected(units, expected, none_upper)]
    table = pd.DataFrame(
        {name: units.spread_out(column) for name, column in columns.items()}, index=units.index
    )
    table.attrs["rates"] = {
        "method": "Garwood" if family == "poisson" else "Clopper-Pearson",
        "family": family,
        "standard": standard,
        "confidence": confidence,
        "left_out": units.left_out,
        "notes": notes,
    }
    return table


def _known(confidence: float, standard: str, family: str) -> None:
    """Refuse options that are not known."""
    if not 0 < confidence < 1:
        raise StatisticsError(f"confidence {confidence!r}: a number between 0 and 1 is needed")
    if standard not in get_args(Standard):
        raise StatisticsError(f"standard {standard!r} is not known: use 'internal' or 'external'")
    if family not in get_args(Family):
        raise StatisticsError(f"family {family!r} is not known: use 'poisson' or 'binomial'")
    if family == "binomial" and standard == "external":
        raise StatisticsError(
            "standard 'external' is not known for family 'binomial', whose baseline is people: "
            "use 'internal'"
        )


def _interval(
    y: NDArray[np.float64], x: NDArray[np.float64], confidence: float, family: Family
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Find the expected counts under which a count, or a more extreme one, has that probability."""
    if family == "binomial":
        lower, upper = clopper_pearson(y, x, confidence=confidence)
        return x * lower, x * upper
    return poisson_interval(y, confidence=confidence)


def _few_expected(
    units: AtRisk, expected: NDArray[np.float64], none_upper: NDArray[np.float64]
) -> tuple[str, ...]:
    """Say, and warn, where the baseline is too small for a ratio to mean much."""
    silent = int(np.count_nonzero((expected < FEW_EXPECTED) & (none_upper >= expected)))
    so = (
        f"An interval wholly above 1 still shows an excess, but in {silent} units not even 0 "
        "events would show a shortfall. Do not rank or colour units by their ratio: use eb_rates, "
        "or larger units."
    )
    return few_expected(units, so, expected=expected)
