"""Which tests a study asks for, and what they are given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hotspots.errors import InputError
from hotspots.geography.apportionment import apportion
from hotspots.geography.neighbours import contiguity, distance_band, nearest_neighbours
from hotspots.geography.overlap import require_lived_in_once
from hotspots.geography.weights import inverse_distance, kernel_weights
from hotspots.statistics.getis_ord import gi, gi_star
from hotspots.statistics.global_tests import geary, general_g, moran
from hotspots.statistics.local_geary import local_geary
from hotspots.statistics.local_moran import local_moran
from hotspots.statistics.local_rates import gi_star_rate, local_moran_rate
from hotspots.statistics.moran_rate import moran_rate
from hotspots.study.model import (
    ContiguitySection,
    DistanceBandSection,
    InverseDistanceSection,
    KernelSection,
    NearestSection,
)

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from libpysal.graph import Graph

    from hotspots.schema import TestResult
    from hotspots.study.inputs import Inputs
    from hotspots.study.model import Statistic, Study

MAX_GLOBAL = 999
"""Permutations of a global test: one test needs no finer p-value."""

MAX_DIRECT = 9_999
"""Random draws, at most, where every unit is compared with each of them by itself."""

SUMS = {"gi_star": gi_star, "gi": gi, "local_moran": local_moran}
COUNTS = {**SUMS, "local_geary": local_geary}
WEIGHTED = KernelSection | InverseDistanceSection


def neighbours(study: Study, units: gpd.GeoDataFrame) -> Graph:
    """Find who neighbours whom, as the study says.

    Parameters
    ----------
    study : Study
        For ``[analysis] neighbours``.
    units : GeoDataFrame
        The units.

    Returns
    -------
    libpysal.graph.Graph
        A kernel's weight for the unit itself is 1, that of distance 0.
    """
    match study.analysis.neighbours:
        case DistanceBandSection(distance_m=distance):
            return distance_band(units, distance=distance)
        case NearestSection(k=k):
            return nearest_neighbours(units, k=k)
        case ContiguitySection(rook=rook):
            return contiguity(units, rook=rook)
        case KernelSection(kernel=kernel, bandwidth_m=bandwidth, k=k):
            graph = kernel_weights(units, kernel=kernel, bandwidth=bandwidth, k=k)
            return graph.assign_self_weight(1.0)
        case InverseDistanceSection(distance_m=distance, power=power):
            return inverse_distance(units, distance=distance, power=power)


def at_risk(study: Study, inputs: Inputs, units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Add what rates are taken of, where the study asks for rates.

    Parameters
    ----------
    study : Study
        For ``[analysis] denominator``.
    inputs : Inputs
        For residents by census area.
    units : GeoDataFrame
        With ``count``, and ``baseline_count`` where there is a baseline.

    Returns
    -------
    GeoDataFrame
        With ``population`` (apportioned by area) where rates are of residents, and
        ``expected_count``, each unit's share of all incidents at the same risk everywhere.

    Raises
    ------
    InputError
        If nobody at risk lies in any unit.
    """
    if not study.rates:
        return units
    if study.denominator == "population":
        require_lived_in_once(inputs.population)
        units = units.assign(population=apportion(inputs.population, units))
    people = _denominator(study, units)
    if not people.sum() > 0:
        raise InputError(
            f"[{study.denominator}]: nobody at risk in any unit, so there are no rates; are its "
            "file and crs those of this city?"
        )
    return units.assign(expected_count=units["count"].sum() * people / people.sum())


def local_test(
    name: Statistic, study: Study, units: gpd.GeoDataFrame, graph: Graph
) -> pd.DataFrame:
    """Run one local test.

    Parameters
    ----------
    name : str
        One of ``[analysis] statistics``.
    study : Study
        For its options.
    units : GeoDataFrame
        With ``count``, and what rates are taken of.
    graph : libpysal.graph.Graph
        Neighbours.

    Returns
    -------
    DataFrame
        As every local statistic gives.
    """
    chosen = study.analysis
    options: dict[str, Any] = {"correction": chosen.correction}
    shared = name in SUMS and not isinstance(chosen.neighbours, WEIGHTED)
    most = chosen.n_permutations if shared else min(chosen.n_permutations, MAX_DIRECT)
    draws: dict[str, Any] = {"n_permutations": most, "rng": chosen.seed}
    if name == "gi_star_rate":
        return gi_star_rate(units["count"], _denominator(study, units), graph, **options)
    if name == "local_moran_rate":
        people = _denominator(study, units)
        return local_moran_rate(units["count"], people, graph, **options, **draws)
    return COUNTS[name](units["count"], graph, method=chosen.method, **options, **draws)


def global_tests(study: Study, units: gpd.GeoDataFrame, graph: Graph) -> dict[str, TestResult]:
    """Ask whether there is any concentration, before any local test is looked at.

    Parameters
    ----------
    study : Study
        For its options.
    units : GeoDataFrame
        With ``count``, and what rates are taken of.
    graph : libpysal.graph.Graph
        Neighbours.

    Returns
    -------
    dict of str to TestResult
        ``moran``, ``geary`` and ``general_g``; ``moran_rate`` where rates are asked for.
    """
    values, standardised = units["count"], graph.transform("r")
    options: dict[str, Any] = {
        "n_permutations": min(study.analysis.n_permutations, MAX_GLOBAL),
        "rng": study.analysis.seed,
    }
    tests = {
        "moran": moran(values, standardised, **options),
        "geary": geary(values, standardised, **options),
        "general_g": general_g(values, graph, **options),
    }
    if study.rates:
        people = _denominator(study, units)
        tests["moran_rate"] = moran_rate(values, people, standardised, **options)
    return tests


def _denominator(study: Study, units: gpd.GeoDataFrame) -> pd.Series:
    column = "population" if study.denominator == "population" else "baseline_count"
    people: pd.Series = units[column].astype(float)
    return people
