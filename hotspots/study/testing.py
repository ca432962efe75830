"""Which tests a study asks for, and what they are given."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from hotspots.geography.neighbours import contiguity, distance_band, nearest_neighbours
from hotspots.geography.weights import inverse_distance, kernel_weights
from hotspots.statistics.getis_ord import gi, gi_star
from hotspots.statistics.global_tests import geary, general_g, moran
from hotspots.statistics.join_counts import join_count
from hotspots.statistics.lees_l import lees_l
from hotspots.statistics.lees_l_local import lees_l_local
from hotspots.statistics.local_geary import local_geary
from hotspots.statistics.local_join_counts import local_join_count
from hotspots.statistics.local_moran import local_moran
from hotspots.statistics.local_moran_bivariate import local_moran_bivariate
from hotspots.statistics.local_rates import gi_star_rate, local_moran_rate
from hotspots.statistics.moran_rate import moran_rate
from hotspots.study.counting import at_risk, second, values
from hotspots.study.sections import (
    ALIKE,
    JOINS,
    NULLS,
    PAIRS,
    RATES,
    ContiguitySection,
    DistanceBandSection,
    InverseDistanceSection,
    KernelSection,
    NearestSection,
)

if TYPE_CHECKING:
    import geopandas as gpd
    from libpysal.graph import Graph

    from hotspots.schema import Alternative, TestResult
    from hotspots.study.model import Study
    from hotspots.study.sections import Statistic

MAX_GLOBAL = 999
"""Permutations of a global test: one test needs no finer p-value."""

MAX_DIRECT = 9_999
"""Random draws, at most, where every unit is compared with each of them by itself."""

BY_SUMS = ("gi_star", "gi", "local_moran", "local_moran_bivariate", *JOINS)
"""Statistics whose units share their draws, where neighbours have equal weights."""

COUNTS = {"gi_star": gi_star, "gi": gi, "local_moran": local_moran, "local_geary": local_geary}
KINDS = {(True, True): "both", (True, False): "counted", (False, True): "beside"}
"""What lies in a unit, by whether anything counted and anything beside it does."""

BLACK_WHITE = ((1, 1), (0, 0), (0, 1))
"""Joins of units by whether they hold anything counted, in the order shown."""

JOINED = {
    "local_join_count_bivariate": ("beside", "counted"),
    "local_join_count_colocation": ("both", "both"),
}
"""Which kinds of units a local join count of two variables joins."""

OPPOSITE: dict[Alternative, Alternative] = {
    "two-sided": "two-sided",
    "greater": "less",
    "less": "greater",
}

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
    options: dict[str, Any] = {
        "correction": chosen.correction,
        "alternative": chosen.alternative,
    }
    if chosen.null and name in NULLS:
        options["null"] = chosen.null
    draws: dict[str, Any] = {"n_permutations": most_draws(study, name), "rng": chosen.seed}
    tested = values(study, units)
    if name == "gi_star_rate":
        return gi_star_rate(tested, at_risk(study, units), graph, **options)
    if name == "local_moran_rate":
        return local_moran_rate(tested, at_risk(study, units), graph, **options, **draws)
    engine = {"method": chosen.method, **options, **draws}
    if name in JOINS:
        return _joins(name, study, units, graph, **engine)
    if name in PAIRS:
        return _pairs(name, study, units, graph, **engine)
    return COUNTS[name](tested, graph, **engine)


def is_direct(study: Study, name: str) -> bool:
    """Say whether every unit is compared with every draw by itself, and never exactly.

    Parameters
    ----------
    study : Study
        For ``[analysis] neighbours``.
    name : str
        One of its statistics.
    """
    if name in RATES:
        return False  # exact, or units near each other share their draws
    return name not in BY_SUMS or isinstance(study.analysis.neighbours, WEIGHTED)


def most_draws(study: Study, name: str) -> int:
    """Give the random draws that a local test may use."""
    asked = study.analysis.n_permutations
    return min(asked, MAX_DIRECT) if is_direct(study, name) else asked


def rates_apart(study: Study) -> list[str]:
    """Say that rates are not tested by the method that the study asks for.

    Parameters
    ----------
    study : Study

    Returns
    -------
    list of str
        A note, or none where no other method is asked for.
    """
    method = study.analysis.method
    own = {"gi_star_rate": "exact", "local_moran_rate": "from simulated maps"}
    apart = [name for name in study.rates if method not in ("auto", own[name])]
    if not apart:
        return []
    said = ", ".join(f"{name} {own[name]}" for name in apart)
    return [f'analysis: method = "{method}" is not for rates, whose p-values are their own: {said}']


def draw_limits(study: Study) -> list[str]:
    """Say which statistics use fewer random draws than the study asks for, and what takes more.

    Parameters
    ----------
    study : Study

    Returns
    -------
    list of str
        A note for what neighbours limit, and one for what a statistic does itself.
    """
    chosen = study.analysis
    if chosen.method in ("exact", "analytic"):
        return []
    fewer = [name for name in chosen.statistics if most_draws(study, name) < chosen.n_permutations]
    by_kind = [name for name in fewer if name in BY_SUMS]
    by_itself = [name for name in fewer if name not in BY_SUMS]
    kind, notes = chosen.neighbours.kind, []
    less = "fewer and larger units, which need fewer"
    if chosen.correction in ("fdr_by", "bonferroni"):
        less = f"correction fdr_bh, or {less}"
    used = f"at most {MAX_DIRECT:,} of the {chosen.n_permutations:,} random draws asked for"
    if by_kind:
        notes.append(
            f"analysis: {', '.join(by_kind)}: {used}, with neighbours of kind {kind}; choose "
            f"contiguity, distance_band or nearest to use more, or {less}"
        )
    if by_itself:
        notes.append(
            f"analysis: {', '.join(by_itself)}: {used}, with neighbours of any kind; where that is "
            f"too few, choose {less}, or another statistic"
        )
    return notes


def _pairs(
    name: Statistic, study: Study, units: gpd.GeoDataFrame, graph: Graph, **engine: Any
) -> pd.DataFrame:
    """Set what is counted beside the other number of each unit."""
    tested, other = values(study, units), second(study, units)
    if name == "lees_l_local":
        return lees_l_local(tested, other, _with_itself(study, graph), **engine)
    if name == "local_geary_multivariate":
        return local_geary(pd.DataFrame({"counted": tested, "beside": other}), graph, **engine)
    return local_moran_bivariate(tested, other, graph, **engine)


def _joins(
    name: Statistic, study: Study, units: gpd.GeoDataFrame, graph: Graph, **engine: Any
) -> pd.DataFrame:
    """Look around units with anything counted for neighbours with it, or with the other."""
    some = (values(study, units) > 0).astype(int)
    if name != "local_join_count":
        engine["other"] = (second(study, units) > 0).astype(int)
        engine["join"] = name.removeprefix("local_join_count_")
    return local_join_count(some, graph, **engine)


def _with_itself(study: Study, graph: Graph) -> Graph:
    """Make each unit its own neighbour, as Lee does; distance 0 has no inverse."""
    if isinstance(study.analysis.neighbours, WEIGHTED):
        return graph
    return graph.assign_self_weight(1.0)


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
        ``moran``, ``geary`` and ``general_g``; ``moran_rate``, ``lees_l``, ``geary_beside`` and
        join counts where their local statistics are asked for. Each asks for the side that its
        local statistics do.
    """
    tested, standardised = values(study, units), graph.transform("r")
    options: dict[str, Any] = {
        "n_permutations": min(study.analysis.n_permutations, MAX_GLOBAL),
        "rng": study.analysis.seed,
    }
    asked, alike = study.analysis.alternative, likeness(study)
    tests = {
        "moran": moran(tested, standardised, alternative=alike, **options),
        "geary": geary(tested, standardised, alternative=alike, **options),
        "general_g": general_g(tested, graph, alternative=asked, **options),
    }
    if study.rates:
        people = at_risk(study, units)
        tests["moran_rate"] = moran_rate(tested, people, standardised, alternative=alike, **options)
    if {"local_moran_bivariate", "lees_l_local"} & set(study.pairs):
        smooth = _with_itself(study, graph).transform("r")
        other = second(study, units)
        tests["lees_l"] = lees_l(tested, other, smooth, alternative=asked, **options)
    if "local_geary_multivariate" in study.pairs:
        found = geary(second(study, units), standardised, alternative=alike, **options)
        tests["geary_beside"] = replace(found, name="geary_beside")
    return {**tests, **_join_counts(study, units, graph, options)}


def likeness(study: Study) -> Alternative:
    """Give the side that tests of likeness over the whole area are asked for.

    Areas with fewer are as much alike as areas with more: ``"less"`` asks for unlike neighbours
    only where a local statistic does.

    Parameters
    ----------
    study : Study
        For its alternative and statistics.
    """
    asked = study.analysis.alternative
    unlike = {*ALIKE, "local_geary_multivariate"} & set(study.analysis.statistics)
    return asked if asked != "less" or unlike else "greater"


def _join_counts(
    study: Study, units: gpd.GeoDataFrame, graph: Graph, options: dict[str, Any]
) -> dict[str, TestResult]:
    """Count joins over the whole area, of the kinds whose local join counts are asked for."""
    tests: dict[str, TestResult] = {}
    asked = study.analysis.alternative
    some = values(study, units) > 0
    if "local_join_count" in study.analysis.statistics:
        sides = {asked, OPPOSITE[asked]}  # joins of unlike units are few where they cluster
        found_by = {side: join_count(some.astype(int), graph, alternative=side, **options)
                    for side in sides}  # fmt: skip
        for pair in BLACK_WHITE:
            found = found_by[asked if pair[0] == pair[1] else OPPOSITE[asked]]
            tests |= {found[pair].name: found[pair]} if pair in found else {}
    pairs = [JOINED[name] for name in study.pairs if name in JOINED]
    if pairs:
        both = zip(some, second(study, units) > 0, strict=True)
        kinds = pd.Series([KINDS.get(pair, "neither") for pair in both], index=units.index)
        joined = join_count(kinds, graph, alternative=asked, **options)
        tests |= {joined[pair].name: joined[pair] for pair in pairs if pair in joined}
    return tests
