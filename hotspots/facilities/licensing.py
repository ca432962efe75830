"""The licensing sheet: what is recorded at and around each home, and of each operator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from hotspots.crs import require_same_crs
from hotspots.errors import InputError, SchemaError
from hotspots.facilities.exposure import exposure
from hotspots.facilities.nearness import Spots
from hotspots.facilities.periods import OPENED, incident_days, open_days, period_days
from hotspots.facilities.requirements import capacities, require_facilities, require_incidents
from hotspots.facilities.sheets import AROUND, AT, MISSING, Sheet, by_operator
from hotspots.facilities.tallies import Tally, person_numbers
from hotspots.facilities.together import OWN, own_by_name, own_incidents
from hotspots.geography.paths import ROUNDING, pairs_within
from hotspots.geography.snapping import MAX_SNAP_M
from hotspots.schema import INCIDENTS

if TYPE_CHECKING:
    from datetime import date

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from hotspots.facilities.comparison import ControlComparison
    from hotspots.facilities.periods import Spans
    from hotspots.geography.streets import Streets

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

CAPACITY = (
    "resident-years are capacity times days open: the most there can have been, so that rates per "
    "resident-year are the least they can have been"
)
REPORTED = "records are what was reported, not what happened, and homes that report more have more"
AMONG_CONTROLS = ("share_farther", "share_lower", "share_upper")


@dataclass(frozen=True, eq=False, repr=False)
class LicensingSheet:
    """What is recorded at and around homes, by home and by operator, in the order of their ids.

    Attributes
    ----------
    homes : DataFrame
        Index ``facility_id``; ``operator_id, capacity, days_open`` in the period and
        ``resident_years``, capacity times those days over 365.25: the most there can have been, as
        no one knows who lived there. Then for ``records_at`` (that name the home or lie at it),
        ``records_around`` (others within ``near`` metres) and, where given, ``missing_reports``
        (that name it), all while it was open: how many; ``…_persons``, of how many different
        persons; and ``…_per_resident_year`` with ``_lower, _upper``, NaN where ``note`` has a
        reason.
    surroundings : DataFrame
        One row per home and kind of other place: ``facility_id, to_kind, nearest_id, distance_m``,
        the others within ``near`` metres that were open at the same time (``within_400m``), the
        days they were, added up (``days_within_400m``), and ``note``, as in
        :func:`hotspots.exposure`; ``share_farther``, the share of the home's control sites that
        are farther, with ``share_lower, share_upper``; and ``expected_within_400m``, the mean of
        its control sites, where these were counted within the same distance. NaN without a
        comparison.
    operators : DataFrame
        Index ``operator_id``; ``homes``, ``homes_open`` in the period and ``homes_in_rates``; then
        as `homes`, added up: a record around two of its homes counts twice. Persons count once.
        ``resident_years`` and rates are of the homes that have a rate.
    operator_surroundings : DataFrame
        One row per operator and kind: ``homes`` with a distance, ``median_distance_m`` and
        ``median_share_farther`` over them; ``within_400m``, ``days_within_400m`` added up.
    notes : tuple of str
        What the numbers rest on, and cannot show.
    """

    homes: pd.DataFrame
    surroundings: pd.DataFrame
    operators: pd.DataFrame
    operator_surroundings: pd.DataFrame
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Say how many there are; nothing about any of them."""
        return f"<LicensingSheet of {len(self.homes)} homes and {len(self.operators)} operators>"


def licensing_sheet(
    homes: gpd.GeoDataFrame,
    incidents: gpd.GeoDataFrame,
    others: gpd.GeoDataFrame | None = None,
    *,
    period: tuple[date | str, date | str],
    streets: Streets | None = None,
    near: float = 400,
    comparison: ControlComparison | None = None,
    reports: pd.DataFrame | None = None,
    own: str = OWN,
    own_within: float = 1.0,
    min_days: float = 30,
    confidence: float = 0.95,
    max_snap: float = MAX_SNAP_M,
) -> LicensingSheet:
    """Put together, for those who license homes, what is recorded at and around each.

    There is no score and no order but that of the ids: what stands side by side here is recorded
    by different people for different reasons, and no sum of it says how well a home is run.

    Parameters
    ----------
    homes : GeoDataFrame of Point
        Index ``facility_id``, each once; ``kind``; ``operator_id, capacity, opened, closed`` where
        known. A date that is missing is no limit.
    incidents : GeoDataFrame of Point
        Index ``incident_id``, with ``time`` or ``time_start``, ``person_id`` and `own` where known,
        in the same CRS.
    others : GeoDataFrame of Point, optional
        Facilities of other kinds, for `surroundings`.
    period : tuple of two dates
        First and last day.
    streets : Streets, optional
        The network to measure over; without it distances are straight lines.
    near : float
        Metres that are around a home.
    comparison : ControlComparison, optional
        Of the same homes with control sites, by :func:`hotspots.compare_with_controls`.
    reports : DataFrame, optional
        Missing-from-care reports with ``facility_id``, by :func:`hotspots.read_missing_reports`.
    own : str
        Column of `incidents` with the facility where one happened, or that reported it.
    own_within : float
        Metres in a straight line within which an incident is at a home.
    min_days : float
        Days a home must have been open in the period to have a rate.
    confidence : float
        Of the intervals, between 0 and 1.
    max_snap : float
        Metres to the nearest street beyond which a point is not placed on the network.

    Returns
    -------
    LicensingSheet

    Raises
    ------
    CRSError
        If a CRS is not metric, or not the same everywhere.
    SchemaError
        If a table lacks what it must have, an id stands twice, a capacity is below 0 or no number,
        a home closes before it opens, or a date is none.
    InputError
        If the period ends before it begins, a number is out of range, or `comparison` is of other
        homes.

    Notes
    -----
    Rates have the exact Poisson interval where every record is of another person. Records of one
    person are not independent, and the interval then is the gamma interval of Fay and Feuer, in
    which persons come independently, each with as many records as they have. It is for one home
    looked at by itself: of a hundred homes that are alike, some five lie outside.

    References
    ----------
    Garwood (1936), doi:10.1093/biomet/28.3-4.437; Fay & Feuer (1997),
    doi:10.1002/(SICI)1097-0258(19970415)16:7<791::AID-SIM500>3.0.CO;2-#.

    Examples
    --------
    A home for eight with two records at it in a year, and one 300 m away.

    >>> import geopandas as gpd
    >>> import pandas as pd
    >>> def points(ids, xs, name, **columns):
    ...     return gpd.GeoDataFrame(
    ...         columns,
    ...         geometry=gpd.points_from_xy(xs, [0] * len(xs), crs=32616),
    ...         index=pd.Index(ids, name=name),
    ...     )
    >>> home = points(["H1"], [0], "facility_id", kind="group_home", capacity=8, operator_id="A")
    >>> calls = points(["a", "b", "c"], [0, 0, 300], "incident_id", time=["2015-06-01"] * 3)
    >>> sheet = licensing_sheet(home, calls, period=("2015-01-01", "2015-12-31"))
    >>> sheet.homes[["resident_years", "records_at", "records_around"]].round(2)
                 resident_years  records_at  records_around
    facility_id
    H1                     7.99           2               1
    >>> rate = "records_at_per_resident_year"
    >>> sheet.homes[[rate, f"{rate}_lower", f"{rate}_upper"]].round(3).values.tolist()
    [[0.25, 0.03, 0.904]]
    """
    _check(homes, incidents, reports)
    _check_numbers(near, own_within, min_days, confidence)
    homes = homes.sort_index()
    open_then = open_days(homes, "homes").within(*period_days(period))
    days, capacity = open_then.days(), capacities(homes, what="homes")
    starts = Spots.of(homes, streets, max_snap=max_snap)
    goals = Spots.of(incidents, streets, max_snap=max_snap, kind="incident")
    mine = own_incidents(homes, incidents, named=own, metres=own_within)
    pairs = {
        AT: mine,
        AROUND: _others(mine, _near(starts, goals, streets, near), len(incidents)),
    }
    tallies = {
        name: _while_open(found, open_then, incident_days(incidents, "incidents"), incidents)
        for name, found in pairs.items()
    }
    if reports is not None:
        named = own_by_name(homes, reports[OWN])
        tallies[MISSING] = _while_open(named, open_then, incident_days(reports, "reports"), reports)
    sheet = Sheet(homes, capacity, days, starts.near, tallies, min_days, confidence)
    surroundings = _surroundings(
        homes, others, comparison, streets=streets, near=near, period=period, max_snap=max_snap
    )
    operators = sheet.operators()
    return LicensingSheet(
        homes=sheet.homes(),
        surroundings=surroundings,
        operators=operators,
        operator_surroundings=by_operator(surroundings, sheet.operator),
        notes=(*_notes(homes, incidents, reports, own), *sheet.notes()),
    )


def _near(
    starts: Spots, goals: Spots, streets: Streets | None, metres: float
) -> tuple[Integers, Integers]:
    """Find which incidents lie within some metres of which home."""
    if streets is None:
        at = np.asarray(shapely.points(starts.xy))
        tree = shapely.STRtree(np.asarray(shapely.points(goals.xy)))
        home, incident = tree.query(at, predicate="dwithin", distance=metres + ROUNDING)
        return home, incident
    here, there = np.flatnonzero(starts.near), np.flatnonzero(goals.near)
    home, incident, _ = pairs_within(
        starts.place.iloc[here], goals.place.iloc[there], streets, limit=metres + ROUNDING
    )
    return here[home], there[incident]


def _others(
    own: tuple[Integers, Integers], near: tuple[Integers, Integers], n: int
) -> tuple[Integers, Integers]:
    """Leave a home's own incidents out of those near it; there are `n` incidents."""
    rest = np.setdiff1d(near[0] * n + near[1], own[0] * n + own[1])
    return rest // max(n, 1), rest % max(n, 1)


def _while_open(
    pairs: tuple[Integers, Integers], here: Spans, there: Spans, records: pd.DataFrame
) -> Tally:
    """Keep the records of days on which the home was open in the period."""
    home, record = pairs
    together = here.take(home).shared(there.take(record)).days() > 0
    persons, known = person_numbers(records)
    return Tally(home[together], persons[record[together]], known)


def _surroundings(
    homes: gpd.GeoDataFrame,
    others: gpd.GeoDataFrame | None,
    comparison: ControlComparison | None,
    *,
    streets: Streets | None,
    near: float,
    period: tuple[date | str, date | str],
    max_snap: float,
) -> pd.DataFrame:
    """Describe what else stands around each home, and its place among its controls."""
    found = exposure(
        homes,
        homes.iloc[:0] if others is None else others,
        streets=streets,
        within=[near],
        decay=None,
        period=period,
        max_snap=max_snap,
    )
    keys, limit = ["facility_id", "to_kind"], f"within_{near:g}m"
    among = [*AMONG_CONTROLS, f"expected_{limit}"]
    measured = [*keys, "nearest_id", "distance_m", limit, f"days_{limit}"]
    table = found[[*measured, "note"]]
    if comparison is None:
        return table.assign(**dict.fromkeys(among, np.nan))[[*measured, *among, "note"]]
    if set(comparison.places["facility_id"]) != set(homes.index):
        raise InputError("comparison: of other homes; compare these with their control sites")
    known = comparison.places.reindex(columns=[*keys, *among])
    return table.merge(known, on=keys, how="left")[[*measured, *among, "note"]]


def _notes(
    homes: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame, reports: pd.DataFrame | None, own: str
) -> list[str]:
    """Say what the numbers rest on."""
    notes = [CAPACITY, REPORTED]
    undated = int(homes[OPENED].isna().sum()) if OPENED in homes else len(homes)
    if undated:
        notes.append(
            f"{undated} of {len(homes)} homes have no date of opening, and count as open from the "
            "first day"
        )
    for table, column, what in ((incidents, own, "incidents"), (reports, OWN, "missing reports")):
        if table is None:
            continue
        untimed = int(np.isposinf(incident_days(table, what).first).sum())
        if untimed:
            notes.append(f"{untimed} {what} have no time, and count nowhere")
        named = int(table[column].notna().sum()) if column in table else 0
        strangers = named - len(own_by_name(homes, table[column])[1]) if named else 0
        if strangers:
            notes.append(
                f"{strangers} of {named} {what} that name a facility name none of these homes"
            )
    return notes


def _check(
    homes: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame, reports: pd.DataFrame | None
) -> None:
    require_facilities(homes, what="homes")
    require_incidents(incidents, what="incidents")
    require_same_crs(homes, incidents, what="homes and incidents")
    if incidents.index.name != INCIDENTS.index:
        raise SchemaError(
            f"incidents: name their index {INCIDENTS.index!r}, if that is what they are"
        )
    twice = homes.index.duplicated()
    if twice.any():
        raise SchemaError(
            f"homes: {int(twice.sum())} ids stand twice, first {homes.index[twice].tolist()[0]!r}; "
            "make a sheet for each kind"
        )
    if reports is not None and OWN not in reports:
        raise SchemaError(f"reports: no column {OWN!r}; say which home a person was missing from")


def _check_numbers(near: float, own_within: float, min_days: float, confidence: float) -> None:
    for name, number in (("near", near), ("min_days", min_days)):
        if not 0 < number < np.inf:
            raise InputError(f"{name}: {number:g}; give more than 0")
    if not own_within >= 0:
        raise InputError(f"own_within: {own_within:g} m; give 0 or more")
    if not 0 < confidence < 1:
        raise InputError(f"confidence {confidence!r}: a number between 0 and 1 is needed")
