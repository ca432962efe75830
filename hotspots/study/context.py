"""What pages say around their tables: parameters and public geometry, nothing about records."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hotspots.disclosure.release import Context
from hotspots.inference.held_sums import STAGES
from hotspots.presentation.asked import CHANCE, HELD, SIDES, SIGNIFICANCE
from hotspots.presentation.formats import listed, period
from hotspots.presentation.subjects import (
    BESIDE,
    COUNTED,
    OTHERS,
    PEOPLE,
    PERSONS_COUNTED,
    UNTESTED_TERM,
)
from hotspots.study.nearness import days_asked
from hotspots.study.sections import (
    NULLS,
    PAIRS,
    RATES,
    ContiguitySection,
    DistanceBandSection,
    InverseDistanceSection,
    KernelSection,
    NearestSection,
    PolygonsSection,
)
from hotspots.study.testing import is_direct, most_draws

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hotspots.study.inputs import Inputs
    from hotspots.study.model import Study

STATISTIC_NAMES = {
    "gi_star": "Getis-Ord Gi*",
    "gi": "Getis-Ord Gi",
    "local_moran": "local Moran's I",
    "local_geary": "local Geary's c",
    "local_join_count": "local join count",
    "gi_star_rate": "Getis-Ord Gi* of rates",
    "local_moran_rate": "local Moran's I of rates",
    "local_moran_bivariate": "bivariate local Moran's I",
    "local_geary_multivariate": "local Geary's c of two numbers",
    "lees_l_local": "local Lee's L",
    "local_join_count_bivariate": "bivariate local join count",
    "local_join_count_colocation": "local join count of co-location",
}
RATE_NAMES = {"excess_risk": "excess risk", "eb_rates": "smoothed rates"}
CORRECTIONS = {
    "fdr_bh": "false discovery rate by Benjamini-Hochberg",
    "fdr_by": "false discovery rate by Benjamini-Yekutieli",
    "bonferroni": "corrected by Bonferroni",
    "none": "not corrected for the number of areas",
}


def clock() -> datetime:
    """Read the clock; ``SOURCE_DATE_EPOCH`` stops it for reproducible files.

    Returns
    -------
    datetime
        In UTC.

    References
    ----------
    .. [1] https://reproducible-builds.org/specs/source-date-epoch/
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    return datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)


def context(study: Study, inputs: Inputs) -> Context:
    """Gather what a page of this study says around its table.

    Parameters
    ----------
    study : Study
        For its name, period and parameters.
    inputs : Inputs
        For the boundary and the base map; no record is looked at.

    Returns
    -------
    Context
        Its method is that of every statistic of the study, which is internal.
    """
    return Context(
        title=study.name,
        period=study.study.period,
        boundary=inputs.boundary,
        basemap=inputs.basemap,
        method={
            **method(study, study.analysis.statistics, rates=study.analysis.rates),
            **_distances(study),
        },
        synthetic=study.study.synthetic,
        open_data=study.incidents.open_data,
        made=clock(),
    )


def method(study: Study, statistics: Sequence[str], *, rates: Sequence[str] = ()) -> dict[str, str]:
    """Say how some statistics of a study were made, and nothing of its others.

    Parameters
    ----------
    study : Study
        For its parameters.
    statistics : sequence of str
        Those a page shows; none where it shows published areas alone.
    rates : sequence of str
        Rates without a test that it shows.

    Returns
    -------
    dict of str to str
        Terms and texts, in the order shown.
    """
    analysis = study.analysis
    where = {column: ", ".join(values) for column, values in study.incidents.where.items()}
    chosen = {"Records": "; ".join(f"{key}: {value}" for key, value in where.items())}
    records = chosen if where else {}
    if not statistics:
        return records
    terms = {**records, "Statistics": ", ".join(STATISTIC_NAMES[name] for name in statistics)}
    if analysis.count == "persons":
        terms[COUNTED] = PERSONS_COUNTED
    terms |= {"Units": _units(study), "Neighbours": _neighbours(study)}
    if rates:
        terms[UNTESTED_TERM] = ", ".join(RATE_NAMES[name] for name in rates)
    if rates or set(RATES) & set(statistics):
        terms["Rates"] = f"of {PEOPLE[study.denominator]}"
    if study.beside and set(PAIRS) & set(statistics):
        terms[BESIDE] = OTHERS[study.beside].many
    held = [STATISTIC_NAMES[name] for name in NULLS if name in statistics]
    if analysis.null == "conditional" and held:
        terms[CHANCE] = f"{HELD} ({', '.join(held)})"
    return {
        **terms,
        "P-values": _p_values(study, statistics),
        SIGNIFICANCE: f"{SIDES[analysis.alternative]}, {CORRECTIONS[analysis.correction]}",
    }


def _distances(study: Study) -> dict[str, str]:
    """Say which places count for each other, and over what."""
    if study.proximity is None:
        return {}
    days = days_asked(study)
    when = f" of {period(days)}" if days else ""
    over = "over streets" if study.streets else "in straight lines"
    return {"Distances": f"{over}; two places count where both were there on one day{when}"}


def _p_values(study: Study, statistics: Sequence[str]) -> str:
    """Say where p-values come from, of each statistic apart where they differ."""
    ways: dict[str, list[str]] = {}
    for name in statistics:
        ways.setdefault(_p_values_of(study, name), []).append(STATISTIC_NAMES[name])
    if len(ways) == 1:
        return next(iter(ways))
    return "; ".join(f"{', '.join(names)}: {way}" for way, names in ways.items())


def _p_values_of(study: Study, name: str) -> str:
    n, seed = study.analysis.n_permutations, study.analysis.seed
    if name == "gi_star_rate":
        return "exact"
    if name == "local_moran_rate":
        return _simulated(n, seed)
    draws = f"{most_draws(study, name):,} permutations at most, seed {seed}"
    return {
        "auto": f"from {draws}"
        if is_direct(study, name)
        else f"exact for counts, otherwise from {draws}",
        "exact": "exact",
        "permutation": f"from {draws}",
        "analytic": "from the normal distribution",
    }[study.analysis.method]


def _simulated(n: int, seed: int) -> str:
    """Say how many simulated maps are behind p-values, and of which areas fewer."""
    stops = [f"{until:,}" for until, _ in STAGES if until < n]
    if not stops:
        return f"from {n:,} simulated maps, seed {seed}"
    sooner = listed(stops).replace(" and ", " or ")
    stop = f"areas with larger p-values stop after {sooner}"
    return f"from up to {n:,} simulated maps, seed {seed} ({stop})"


def _units(study: Study) -> str:
    if isinstance(study.units, PolygonsSection):
        return "given areas"
    if study.units.kind == "hex":
        return f"hexagons, {study.units.size_m:,g} m from flat to flat"
    return f"squares of {study.units.size_m:,g} m"


def _neighbours(study: Study) -> str:
    match study.analysis.neighbours:
        case DistanceBandSection(distance_m=distance):
            return f"areas within {distance:,g} m"
        case NearestSection(k=k):
            return f"the {k} nearest areas" if k > 1 else "the nearest area"
        case ContiguitySection(rook=rook):
            return "areas that share a side" if rook else "areas that touch"
        case KernelSection(kernel=kernel, bandwidth_m=None, k=k):
            return f"areas up to the {k} nearest, by a {kernel} kernel"
        case KernelSection(kernel=kernel, bandwidth_m=bandwidth):
            return f"areas within {bandwidth:,g} m, by a {kernel} kernel"
        case InverseDistanceSection(distance_m=distance):
            return f"areas within {distance:,g} m, by inverse distance"
