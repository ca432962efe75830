"""Local tests of rates: where there are more events than the population lets expect.

Rates are tested against constant risk, never by permutation: see
:mod:`hotspots.inference.constant_risk`.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, get_args

import numpy as np

from hotspots.errors import StatisticsError
from hotspots.inference.constant_risk import binomial_tails
from hotspots.inference.draws import generator
from hotspots.inference.held_sums import HeldSums, held_tails
from hotspots.inference.labels import (
    HOT_COLD_LEVELS,
    MORAN_LEVELS,
    hot_cold_labels,
    quadrant_labels,
)
from hotspots.statistics.at_risk import NO_VALUE, at_risk, few_expected, linked
from hotspots.statistics.getis_ord import Null
from hotspots.statistics.rates import prior
from hotspots.statistics.results import LabelFrom, Measured, Options, local_table

if TYPE_CHECKING:
    import pandas as pd
    from libpysal.graph import Graph
    from numpy.typing import NDArray

    from hotspots.schema import Alternative, Correction
    from hotspots.statistics.at_risk import AtRisk
    from hotspots.statistics.neighbourhoods import Neighbourhoods

SMALL = (
    "P-values allow for that, but a label can rest on an event or two there and on a population "
    "that may be wrong: look at both before believing it, or use larger units."
)
EQUAL = 1e-9  # relative tolerance within which a variance, or a deviation, is zero


def gi_star_rate(
    events: pd.Series,
    population: pd.Series,
    graph: Graph,
    *,
    alternative: Alternative = "two-sided",
    null: Null = "total",
    correction: Correction = "fdr_bh",
    label_from: LabelFrom = "q_value",
) -> pd.DataFrame:
    """Find hot and cold rates: the events of a unit and its neighbours against constant risk.

    Parameters
    ----------
    events : Series of int, length n
        Whole numbers, none below zero; NaN where unknown. They should be independent: where one
        person has several, count persons.
    population : Series of float, length n
        At risk, or another baseline such as other police contacts or expected events; none below
        zero, the same index, NaN where unknown. Only its proportions count.
    graph : libpysal.graph.Graph
        Neighbours, with the same ids in the same order. The unit itself is added here, exactly
        once. The neighbours of one unit must have equal weights.
    alternative : {"two-sided", "greater", "less"}
        Hot or cold, hot only, cold only.
    null : {"total", "conditional"}
        Where the events of the neighbourhood come from, at a risk that is the same everywhere:
        ``"total"``, all events; ``"conditional"``, the unit's own are held and those of its
        neighbours come from the others, so a unit is never hot by its own events alone.
        `expected` and `z` go with it.
    correction : {"fdr_bh", "fdr_by", "bonferroni", "none"}
        How ``q_value`` corrects for many units, see :func:`hotspots.adjust`.
    label_from : {"q_value", "p_value"}
        What labels are made of.

    Returns
    -------
    DataFrame
        As :func:`hotspots.gi_star`, with ``statistic`` the events of the neighbourhood, the unit
        included, ``expected`` the neighbourhood's share of all events by its population (of all
        others', and the unit's own, where those are held), ``z`` from the binomial mean and
        variance, and exact binomial p-values: no draws, no seed. Units without a number or with a
        population of 0 are not tested, and are nobody's neighbours.

    Raises
    ------
    AlignmentError
        When the indexes differ, or are not the graph's ids.
    StatisticsError
        For anything but numbers, infinite or negative ones, events that are not whole, unequal or
        negative weights, or an unknown option.

    Warns
    -----
    FewDataWarning
        Below 30 units or 10 events, for units that expect fewer than 5 events at the overall
        rate, and for events in units whose population is 0, which are left out.

    Notes
    -----
    Constant risk is a sharp null: with many events small differences show, and whatever makes
    events come in groups (one person, one night) counts against it. Given N events in all and a
    share s of the population, the neighbourhood's are Binomial(N, s).

    Examples
    --------
    Sixty units in a row with 10 people each; five events in each, and ten more in unit 30. It and
    its neighbours have 25, where 3/60 of the 310 events are expected; 25 or more of Binomial(310,
    3/60) have a probability of 0.0137.

    >>> import pandas as pd
    >>> from libpysal.graph import Graph
    >>> row = {i: [j for j in (i - 1, i + 1) if 0 <= j < 60] for i in range(60)}
    >>> events, people = pd.Series([5] * 60), pd.Series([10] * 60)
    >>> events[30] = 15
    >>> result = gi_star_rate(events, people, Graph.from_dicts(row))
    >>> result.loc[30, ["statistic", "expected", "p_value"]].round(4).tolist()
    [25.0, 15.5, 0.0274]
    """
    if null not in get_args(Null):
        raise StatisticsError(f"null {null!r} is not known: use 'total' or 'conditional'")
    options = Options(
        n_permutations=1, alternative=alternative, correction=correction, label_from=label_from
    )
    units = at_risk(events, population)
    near = linked(units, graph)
    if not near.equally_weighted:
        raise StatisticsError(
            "graph: the neighbours of some units have different weights, and a weighted sum of "
            "events is not binomial; use binary weights, such as graph.transform('b')"
        )
    y, x, sizes = near.values, units.population[units.exposed], near.sizes
    around, people = (_sums(near, each) for each in (y, x))
    everyone = sizes + 1 >= near.n
    held = np.zeros_like(y), np.zeros_like(x)
    if null == "conditional":
        held = y, x
    drawn, events, among = around + y - held[0], y.sum() - held[0], people + x - held[1]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(everyone, 1.0, np.minimum(among / (x.sum() - held[1]), 1.0))
        z = (drawn - events * share) / np.sqrt(events * share * (1 - share))
    tails, fixed = binomial_tails(drawn, events, share), everyone | (events == 0)
    found = Measured(
        statistic=around + y,
        expected=held[0] + events * share,
        z=z,
        tails=tails,
        label=partial(hot_cold_labels, upper=tails.is_upper),
        levels=HOT_COLD_LEVELS,
        not_testable={"no neighbours": sizes == 0, "null distribution is a single value": fixed},
        draws=0,
    )
    details = {"method": "exact binomial", "null": null, "chance": "constant risk"}
    return _noted(local_table(near, found, options, details), units)


def local_moran_rate(
    events: pd.Series,
    population: pd.Series,
    graph: Graph,
    *,
    n_permutations: int = 99_999,
    alternative: Alternative = "two-sided",
    correction: Correction = "fdr_bh",
    label_from: LabelFrom = "q_value",
    rng: int | np.random.Generator | None = None,
) -> pd.DataFrame:
    """Find clusters and outliers among rates: local Moran's I of standardised rates.

    Parameters
    ----------
    events : Series of int, length n
        Whole numbers, none below zero; NaN where unknown. They should be independent: where one
        person has several, count persons.
    population : Series of float, length n
        At risk, or another baseline such as other police contacts or expected events; none below
        zero, the same index, NaN where unknown.
    graph : libpysal.graph.Graph
        Neighbours, with the same ids in the same order; a self-weight is ignored. Weights are
        always row-standardised.
    n_permutations : int
        Simulations R under constant risk (not permutations: rates are not exchangeable) for units
        with a small p-value; those above 0.2 after 199, 0.05 after 999 or 0.01 after 9,999 stop.
        The smallest two-sided p-value is 2 / (R + 1).
    alternative : {"two-sided", "greater", "less"}
        Alike or unlike its neighbours, alike only, unlike only.
    correction : {"fdr_bh", "fdr_by", "bonferroni", "none"}
        How ``q_value`` corrects for many units, see :func:`hotspots.adjust`.
    label_from : {"q_value", "p_value"}
        What labels are made of.
    rng : int, numpy.random.Generator or None
        Seed or source of randomness; the same seed gives the same table.

    Returns
    -------
    DataFrame
        As :func:`hotspots.local_moran`, with ``statistic`` that of :func:`hotspots.
        eb_standardised` rates, and ``expected`` and ``z`` under constant risk given the unit's own
        events. Units without a number or with a population of 0 are not tested, and are nobody's
        neighbours.

    Raises
    ------
    AlignmentError
        When the indexes differ, or are not the graph's ids.
    StatisticsError
        For anything but numbers, infinite or negative ones, events that are not whole, negative
        weights, or an unknown option.

    Warns
    -----
    FewDataWarning
        Below 30 units or 10 events, for units that expect fewer than 5 events at the overall
        rate, and for events in units whose population is 0, which are left out.

    Notes
    -----
    Under the null the unit's own events are held, and the others fall among the other units by
    their population alone. What is compared is the neighbours' mean standardised rate, with the
    overall rate and the variance it was standardised by held as they are. The first cannot change,
    as the total is given; the second only weighs the neighbours against each other, and estimating
    it anew on every simulated map moves p-values little under constant risk: in trials with 100
    units by 0.02 on average from 100 events on, and by 0.08 with 20.

    References
    ----------
    Assunção & Reis (1999), doi:10.1002/(SICI)1097-0258(19990830)18:16<2147::AID-SIM179>3.0.CO;2-I;
    Anselin (1995), doi:10.1111/j.1538-4632.1995.tb00338.x.

    Examples
    --------
    Rates of 0.1 and 0.3 by turns in a ring, from 40 people each: standardised they are -1 and 1,
    and every I is -1.

    >>> import pandas as pd
    >>> from libpysal.graph import Graph
    >>> ring = Graph.from_dicts({i: [(i - 1) % 40, (i + 1) % 40] for i in range(40)})
    >>> events, people = pd.Series([4, 12] * 20), pd.Series([40] * 40)
    >>> result = local_moran_rate(events, people, ring, n_permutations=999, rng=1)
    >>> result["statistic"].round(9).unique().tolist()
    [-1.0]
    """
    options = Options(
        n_permutations=n_permutations,
        alternative=alternative,
        correction=correction,
        label_from=label_from,
    )
    units = at_risk(events, population)
    near = linked(units, graph)
    sums, offset, own = _moran(near, units.population[units.exposed])
    mean, variance = sums.moments
    reasons = {
        "no neighbours": near.sizes == 0,
        "null distribution is a single value": _single_valued(sums, mean, variance),
        "the unit's rate is the mean": own == 0,
    }
    tails = held_tails(
        replace(sums, tested=~np.any(list(reasons.values()), axis=0)),
        n_permutations,
        alternative=alternative,
        rng=generator(rng),
    )
    high = own > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        z = (sums.observed - mean) / np.sqrt(variance)
    found = Measured(
        statistic=np.where(near.sizes > 0, sums.observed - offset, np.nan),
        expected=np.where(near.sizes > 0, mean - offset, np.nan),
        z=z,
        tails=tails,
        label=partial(quadrant_labels, high=high, upper=tails.is_upper == high),
        levels=MORAN_LEVELS,
        not_testable=reasons,
    )
    details = {"method": "simulation", "null": "conditional", "chance": "constant risk"}
    return _noted(local_table(near, found, options, details), units)


def _moran(
    near: Neighbourhoods, x: NDArray[np.float64]
) -> tuple[HeldSums, NDArray[np.float64], NDArray[np.float64]]:
    """Write local Moran's I of standardised rates as a weighted sum of the neighbours' events.

    Returns
    -------
    HeldSums
        Not yet tested.
    offset : ndarray of float, shape (n,)
        What that sum is above I.
    own : ndarray of float, shape (n,)
        The unit's standardised rate less their mean.
    """
    y = near.values
    a, b = prior(y, x)
    with np.errstate(divide="ignore", invalid="ignore"):
        deviation = np.sqrt(a + b / x)
        z = (y / x - b) / deviation
        mean = z.mean() if z.size else np.nan
        own = np.where(np.abs(z - mean) <= EQUAL * np.abs(z).max(initial=0.0), 0.0, z - mean)
        scale = own / np.mean(own**2) if own.any() else np.zeros(near.n)
        total = np.bincount(near.focal, near.weights, near.n)
        share = near.weights / total[near.focal]
        factors = scale[near.focal] * share / (x * deviation)[near.neighbour]
        level = np.bincount(near.focal, share * (b / deviation)[near.neighbour], near.n)
    sums = HeldSums(
        events=y.astype(np.int64),
        population=x,
        focal=near.focal,
        neighbour=near.neighbour,
        factors=factors,
        tested=np.zeros(near.n, dtype=np.bool_),
    )
    return sums, scale * (level + mean), own


def _single_valued(
    sums: HeldSums, mean: NDArray[np.float64], variance: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Find the units whose neighbours can have one sum only, given the unit's own events."""
    nothing_elsewhere = sums.events.sum() == sums.events
    nobody_elsewhere = sums.sizes >= sums.events.size - 1
    single: NDArray[np.bool_] = nothing_elsewhere | (
        nobody_elsewhere & (variance <= EQUAL * mean**2)
    )
    return single


def _sums(near: Neighbourhoods, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum the neighbours' values, the unit's own left out, shape (n,)."""
    return np.bincount(near.focal, values[near.neighbour], near.n).astype(np.float64)


def _noted(table: pd.DataFrame, units: AtRisk) -> pd.DataFrame:
    """Say which units have no rate, and why, what was left out, and where rates mean little."""
    details = table.attrs["inference"]
    reasons = {why: count for why, count in details["not_testable"].items() if why != NO_VALUE}
    details["not_testable"] = {**units.left_out, **reasons}
    details["notes"] = [
        *units.notes,
        *details["notes"],
        *few_expected(units, SMALL),
    ]
    return table
