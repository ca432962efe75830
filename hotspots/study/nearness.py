"""How near places are, what surrounds them, and whether that is more than elsewhere."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hotspots.errors import CoverageWarning, HotspotsError, InputError
from hotspots.facilities.comparison import compare_with_controls
from hotspots.facilities.exposure import exposure
from hotspots.facilities.together import INCIDENT
from hotspots.geography.catchments import catchments
from hotspots.geography.journeys import FAR, UNREACHABLE
from hotspots.study.sites import control_sets, sites_in_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    import geopandas as gpd

    from hotspots.facilities.comparison import ControlComparison
    from hotspots.geography.streets import Streets
    from hotspots.study.inputs import Inputs
    from hotspots.study.model import Study

    Period = tuple[date, date]

NO_STREETS = "no street network"
DATES = ("opened", "closed", "time", "time_start", "time_end")


@dataclass(frozen=True, kw_only=True)
class Near:
    """What ``[proximity]`` and ``[controls]`` ask for.

    Attributes
    ----------
    table : DataFrame, optional
        One row per place and kind of destination: the nearest, and what lies around, as
        :func:`hotspots.exposure` gives it. Straight lines are no distance over streets.
    comparison : ControlComparison, optional
        Of the places with their control sites.
    choice : mapping of str to str
        How control sites were drawn, and which days count, in words.
    catchments : GeoDataFrame, optional
        What can be reached from each place.
    """

    table: pd.DataFrame | None = None
    comparison: ControlComparison | None = None
    choice: Mapping[str, str] = field(default_factory=dict)
    catchments: gpd.GeoDataFrame | None = None


def near(study: Study, inputs: Inputs, *, compare: bool = True) -> Near:
    """Measure from places to others, and compare with control sites.

    Parameters
    ----------
    study : Study
        With ``[proximity]``, otherwise there is nothing to do.
    inputs : Inputs
        Its places, incidents and streets.
    compare : bool
        False draws a single control set and compares nothing, to see that it can be done.

    Returns
    -------
    Near

    Raises
    ------
    HotspotsError
        If there are no sites to draw from, or nothing was open at the same time.
    """
    section, facilities = study.proximity, inputs.all_facilities()
    if section is None or facilities is None:
        return Near()
    places = facilities[facilities["kind"].isin(section.from_)]
    others = facilities[facilities["kind"].isin(section.to)]
    incidents = inputs.incidents.table if INCIDENT in section.to else None
    days = days_asked(study)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CoverageWarning)  # the notes say it
        table = _around(places, [others, incidents], inputs.streets, section.within_m, days)
        found = Near(table=table, catchments=_catchments(study, places, inputs.streets))
        if study.controls is None:
            return found
        return _compared(found, study, inputs, compare=compare)


def days_asked(study: Study) -> Period | None:
    """Give the first and last day on which places count: those of ``[proximity]`` or the study.

    Parameters
    ----------
    study : Study
        With ``[proximity]``.

    Returns
    -------
    tuple of two date, or None
        None where neither names any: then all that was open at the same time on any day counts.
    """
    section = study.proximity
    if section and section.as_of:
        return section.as_of, section.as_of
    return (section and section.period) or study.study.period


def _around(
    places: gpd.GeoDataFrame,
    others: Sequence[gpd.GeoDataFrame | None],
    streets: Streets | None,
    within: Sequence[float],
    days: Period | None,
) -> pd.DataFrame:
    """Say what is around each place, kind after kind."""
    tables = []
    for other in others:
        if other is None or not len(other):
            continue
        period = days or _listed_days(places, other)
        options: dict[str, Any] = {"within": tuple(within), "period": period}
        table = exposure(places, other, streets=streets, **options)
        lost = table["note"].isin([FAR, UNREACHABLE])
        if streets is None:
            table["distance_m"] = np.nan
            table["note"] = table["note"].mask(table["note"] == "", NO_STREETS)
        elif lost.any():  # name the nearest in a straight line
            straight = exposure(places, other, **options)
            for name in ("nearest_id", "straight_m"):
                table[name] = table[name].mask(lost, straight[name])
        n_kinds = len(table) // len(places)
        tables.append(table.assign(place=np.arange(len(table)) // n_kinds))
    if not tables:
        raise InputError("[proximity] to: none of these places is within reach of the boundary")
    table = pd.concat(tables).sort_values("place", kind="stable").drop(columns="place")
    at_incidents = table["to_kind"] == INCIDENT
    table["nearest_id"] = table["nearest_id"].astype(object).mask(at_incidents, None)
    return table.reset_index(drop=True)


def _listed_days(*tables: pd.DataFrame) -> Period | None:
    """Give the days that the dates of some tables span; None where there is no date."""
    dates = [table[name].dropna() for table in tables for name in DATES if name in table]
    known = pd.concat(dates) if dates else pd.Series(dtype="datetime64[ns]")
    if known.empty or not any(name in tables[-1] for name in DATES):
        return None
    return known.min().date(), known.max().date()


def _catchments(
    study: Study, places: gpd.GeoDataFrame, streets: Streets | None
) -> gpd.GeoDataFrame | None:
    metres = study.proximity and study.proximity.catchment_m
    if not metres or streets is None:
        return None
    found = catchments(places, streets, distance=metres)
    return found.assign(kind=places["kind"].to_numpy()).drop(columns="lines")


def _compared(found: Near, study: Study, inputs: Inputs, *, compare: bool) -> Near:
    section, facilities = study.proximity, inputs.all_facilities()
    assert section is not None  # noqa: S101 - the study says so
    assert facilities is not None  # noqa: S101
    places = facilities[facilities["kind"].isin(section.from_)]
    others = facilities[facilities["kind"].isin(section.to)]
    rng = np.random.default_rng(study.analysis.seed)
    try:
        controls = control_sets(study, inputs, places, rng=rng, one=not compare)
        if not compare:
            return found
        comparison = compare_with_controls(
            places,
            others if len(others) else None,
            controls,
            incidents=inputs.incidents.table if INCIDENT in section.to else None,
            streets=inputs.streets,
            within=tuple(section.within_m),
            primary=section.named,
            alternative=section.alternative,
            period=days_asked(study),
            rng=rng,
        )
    except HotspotsError as error:
        raise type(error)(f"[controls] {error}") from None
    choice = sites_in_words(study, controls)
    return Near(
        table=_among_controls(found.table, comparison),
        comparison=comparison,
        choice=choice,
        catchments=found.catchments,
    )


def _among_controls(
    table: pd.DataFrame | None, comparison: ControlComparison
) -> pd.DataFrame | None:
    """Put each place's share among its control sites beside its distances."""
    if table is None:
        return None
    known = comparison.places
    named = [name for name in known if str(name).startswith(("share_", "expected_"))]
    return table.merge(
        known[["facility_id", "to_kind", *named]], on=["facility_id", "to_kind"], how="left"
    )
