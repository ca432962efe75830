"""Moran's I of rates: whether risk is clustered, not just the people at risk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hotspots.inference.constant_risk import constant_risk_blocks
from hotspots.inference.draws import generator
from hotspots.inference.permutation import TIE, column_products, simulated_tails
from hotspots.statistics.at_risk import at_risk, few_expected, linked
from hotspots.statistics.global_results import FEWEST, checked, result, untested
from hotspots.statistics.neighbourhoods import ROUNDING
from hotspots.statistics.rates import standardised
from hotspots.statistics.results import few_data
from hotspots.statistics.weight_sums import weight_sums

if TYPE_CHECKING:
    import pandas as pd
    from libpysal.graph import Graph
    from numpy.typing import NDArray

    from hotspots.schema import Alternative, TestResult
    from hotspots.statistics.at_risk import AtRisk
    from hotspots.statistics.neighbourhoods import Neighbourhoods
    from hotspots.statistics.weight_sums import WeightSums

NOT_ANALYTIC = (
    "; there is no analytic test alone, as mean and variance of Moran's I of rates under constant "
    "risk have no formula (those of permuted rates are others) and come from the simulated maps"
)
SMALL = (
    "The p-value allows for that, but the statistic can rest on an event or two there and on a "
    "population that may be wrong: check it, or use larger units."
)


def moran_rate(
    events: pd.Series,
    population: pd.Series,
    graph: Graph,
    *,
    n_permutations: int = 9999,
    alternative: Alternative = "two-sided",
    rng: int | np.random.Generator | None = None,
) -> TestResult:
    """Test for clustering of risk: Moran's I of rates standardised by empirical Bayes.

    Under the null everybody runs the same risk: the events of a map are placed anew, each in a
    unit with the unit's share of the population, and standardised as the observed ones are.
    Rates are not permuted, because one from few people varies more than one from many.

    Parameters
    ----------
    events : Series of int, length n
        Whole numbers, none below zero; NaN leaves the unit out.
    population : Series of float, length n
        At risk, none below zero, the same index; NaN or 0 leaves the unit out.
    graph : libpysal.graph.Graph
        Neighbours, with the same ids in the same order and weights used as they are; a
        self-weight is ignored.
    n_permutations : int
        Maps simulated under constant risk, at least 2: there is no analytic test alone, as mean
        and variance are known from them only.
    alternative : {"two-sided", "greater", "less"}
        Any departure from constant risk, clustering, or alternation.
    rng : int, numpy.random.Generator or None
        Seed or source of randomness; the same seed gives the same result.

    Returns
    -------
    TestResult
        Mean and variance are those of the simulated maps; ``p_value_analytic`` is the normal
        approximation with them. ``n`` is all units with a rate: those without neighbours count,
        as in spdep's ``EBImoran.mc``, whose statistic this is. NaN where all rates are equal,
        there are no events, or fewer than 4 units have a rate and none a neighbour.

    Raises
    ------
    AlignmentError
        When the indexes of events and population and the graph's ids are not the same.
    StatisticsError
        For infinite or negative numbers, events that are not whole, negative weights, or an
        unknown option.

    Warns
    -----
    FewDataWarning
        Below 30 units or 10 events, for units that expect fewer than 5 events at the overall
        rate, and for events where the population is 0.

    References
    ----------
    Assunção & Reis (1999), doi:10.1002/(SICI)1097-0258(19990830)18:16<2147::AID-SIM179>3.0.CO;2-I.

    Examples
    --------
    Forty units in a row with 100 people each, 20 without events, then 20 with 10: equal
    populations leave Moran's I of the counts, (40 / 78) (2 · 37) / 40.

    >>> import pandas as pd
    >>> from libpysal.graph import Graph
    >>> row = {i: [j for j in (i - 1, i + 1) if 0 <= j < 40] for i in range(40)}
    >>> events, population = pd.Series([0] * 20 + [10] * 20), pd.Series([100] * 40)
    >>> result = moran_rate(events, population, Graph.from_dicts(row), rng=1)
    >>> round(result.statistic, 6), result.p_value
    (0.948718, 0.0002)
    """
    checked(n_permutations, alternative, at_least=2, why=NOT_ANALYTIC)
    given = at_risk(events, population)
    units = _units(given, graph)
    people, weights = given.population[given.exposed], weight_sums(units)
    if units.n < FEWEST or weights.s0 <= 0 or _all_equal(units.values / people):
        return untested("moran_rate", alternative, units.n)
    observed = _moran(standardised(units.values[None], people), weights)
    draws = constant_risk_blocks(
        round(units.values.sum()), people, n_permutations, rng=generator(rng)
    )
    maps = np.concatenate([_moran(standardised(drawn, people), weights) for drawn in draws])
    return result(
        "moran_rate",
        float(observed[0]),
        moments=(float(maps.mean()), float(maps.var(ddof=1))),
        tails=simulated_tails(observed, maps[None], tolerance=TIE),
        alternative=alternative,
        n=units.n,
        n_permutations=n_permutations,
    )


def _units(given: AtRisk, graph: Graph) -> Neighbourhoods:
    units = linked(given, graph)
    few_data(units)
    few_expected(given, SMALL)
    return units


def _all_equal(rates: NDArray[np.float64]) -> bool:
    return bool(np.ptp(rates) <= ROUNDING * rates.max())


def _moran(z: NDArray[np.float64], weights: WeightSums) -> NDArray[np.float64]:
    """Give Moran's I of every row, 0 where a row is all equal."""
    columns = np.ascontiguousarray((z - z.mean(axis=1, keepdims=True)).T)
    products = column_products(columns, weights.matrix @ columns)
    scale = weights.s0 * column_products(columns, columns) / columns.shape[0]
    found: NDArray[np.float64] = np.divide(
        products, scale, out=np.zeros_like(products), where=scale > 0
    )
    return found
