"""Exposure: what lies around each place while it is open, by kind and distance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hotspots.crs import require_same_crs
from hotspots.errors import InputError, SchemaError
from hotspots.facilities.decay import Decay
from hotspots.facilities.nearness import Spots, far_by_kind, nearness, towards
from hotspots.facilities.periods import Spans, incident_days, open_days, period_days
from hotspots.facilities.requirements import (
    capacities,
    require_facilities,
    require_incidents,
    require_limits,
)
from hotspots.facilities.together import INCIDENT, OWN, Together, itself, own_incidents
from hotspots.geography.journeys import FAR, UNREACHABLE
from hotspots.geography.snapping import MAX_SNAP_M
from hotspots.schema import INCIDENTS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import geopandas as gpd
    from numpy.typing import NDArray

    from hotspots.facilities.nearness import Nearness
    from hotspots.geography.streets import Streets

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

NOT_OPEN = "not open"
DECAY = Decay()


def exposure(
    places: gpd.GeoDataFrame,
    others: gpd.GeoDataFrame,
    *,
    streets: Streets | None = None,
    within: Sequence[float] = (400, 800, 1600),
    decay: Decay | None = DECAY,
    as_of: date | str | None = None,
    period: tuple[date | str, date | str] | None = None,
    own: str | None = OWN,
    own_within: float = 1.0,
    max_snap: float = MAX_SNAP_M,
) -> pd.DataFrame:
    """Count and weigh what lies around each place: other facilities by kind, or incidents.

    Only what was there at the same time counts, once days are asked for. A place is never its own
    neighbour, though another one at the same address is, at distance 0. Incidents at a place, or
    reported by it, are left out of its own exposure, and counted in ``left_out``: they say how
    much a place reports, not what surrounds it.

    Parameters
    ----------
    places : GeoDataFrame of Point
        Facilities (index ``facility_id``, unique within ``kind``) in a metric CRS; ``opened`` and
        ``closed``, first and last day, and ``capacity``, persons, where known.
    others : GeoDataFrame of Point
        Facilities of any number of kinds, or incidents (index named ``incident_id``), in the same
        CRS. A facility in both tables is told by kind and id.
    streets : Streets, optional
        The network to measure over, from each place; without it distances are straight lines.
    within : sequence of float
        Metres to count within, themselves included (to a micrometre).
    decay : Decay, optional
        How weight falls with distance in ``decayed``; by default exp(-d / 400 m), and 0 beyond
        1,600 m. None leaves it out.
    as_of : date, optional
        The day on which a place and a facility must both be open, or an incident happen.
    period : tuple of two dates, optional
        First and last day instead. A facility counts if it and the place were open together on any
        day between; an incident, if it may have happened on such a day while the place was open.
    own : str, optional
        Column of incidents with the id of the facility where it happened or that reported it. As
        ids are unique only within a kind, every place of that id leaves the incident out.
    own_within : float
        Metres in a straight line within which an incident is at the place.
    max_snap : float
        Metres to the nearest street beyond which a point is not placed on the network.

    Returns
    -------
    DataFrame
        One row per place and kind of other, in the order of both tables:

        ``facility_id, kind, to_kind``
            The place, and what is around it (``"incident"`` for incidents).
        ``nearest_id, distance_m, straight_m, snap_m, nearest_snap_m``
            The nearest that counts, as in :func:`hotspots.proximity`; the first listed of several
            at one place. ``distance_m`` is the straight line without `streets`.
        ``days_open``
            Days on which the place was open in the period; NaN where no days were asked for.
        ``within_400m`` …
            Others that count no further than that; those far from a street are left out.
        ``days_within_400m`` …, ``person_days_within_400m`` …
            Days on which the place was open together with each of them, added up: two others for
            ten days are twenty days; and the same times the capacity of the place. NaN for
            incidents, where no days were asked for or the capacity is not known.
        ``decayed``
            The sum of their weights by `decay`.
        ``left_out``
            Incidents left out because they are the place's own, of those in the period.
        ``note``
            Empty, or why there is no distance: ``"not open"`` in the period, ``"far from a
            street"`` (the place, or all that counts) or ``"unreachable"``, and all numbers are
            missing; ``"no other hotel"`` or ``"no hotel at the same time"``, and the counts are 0.

        ``attrs`` holds ``far_from_street``, points by kind; ``without_time``, incidents without a
        time, which count in no period; ``distances``, ``"over streets"`` or ``"straight"``; and
        ``decay`` in words.

    Raises
    ------
    CRSError
        If a CRS is not metric, or not the same everywhere.
    SchemaError
        If `others` are neither, an id stands twice, a row is not a point, a facility closes before
        it opens, an incident ends before it starts, a date is none, a capacity is below 0, or days
        are asked for and incidents have no times.
    InputError
        If a distance is not above 0 or stands twice, the period ends before it begins, or both
        `as_of` and `period` are given.

    See Also
    --------
    hotspots.compare_with_controls : Whether that is more than elsewhere.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import hotspots as hs
    >>> from hotspots.facilities.exposure import exposure
    >>> homes = gpd.GeoDataFrame(
    ...     {"kind": "group_home", "capacity": 8, "opened": "2015-01-01"},
    ...     geometry=gpd.points_from_xy([0], [0], crs=32616),
    ...     index=["H1"],
    ... )
    >>> hotels = gpd.GeoDataFrame(
    ...     {"kind": "hotel", "closed": [None, "2015-01-10", "2014-12-31"]},
    ...     geometry=gpd.points_from_xy([300, 0, 30], [400, 700, 40], crs=32616),
    ...     index=["M1", "M2", "M3"],
    ... )
    >>> table = exposure(homes, hotels, within=[600, 800], period=("2015-01-01", "2015-01-31"))
    >>> table[["nearest_id", "distance_m", "within_600m", "within_800m"]]
      nearest_id  distance_m  within_600m  within_800m
    0         M1       500.0            1            2
    >>> table[["days_within_800m", "person_days_within_800m"]]  # 31 and 10 days, 8 residents
       days_within_800m  person_days_within_800m
    0              41.0                    328.0
    """
    incidents = getattr(getattr(others, "index", None), "name", None) == INCIDENTS.index
    _check(places, others, incidents=incidents)
    require_limits(within, max_snap=max_snap)
    _check_own(others, own, own_within, incidents=incidents)
    asked = _asked(as_of, period)
    kinds = [INCIDENT] if incidents else list(pd.unique(others["kind"].astype("str")))
    places = places if kinds else places.iloc[:0]
    starts = Spots.of(places, streets, max_snap=max_snap)
    goals = Spots.of(others, streets, max_snap=max_snap, kind=INCIDENT if incidents else None)
    here, there = _spans(places, others, asked, incidents=incidents)
    capacity = capacities(places, what="places")
    tables = []
    for kind in kinds or [""]:
        chosen = np.flatnonzero(goals.kind == kind)
        some = goals.take(chosen)
        pairs = (
            own_incidents(places, others, named=own, metres=own_within)
            if incidents
            else itself(starts, some)
        )
        together = Together(here, there.take(chosen), *pairs)
        found = nearness(starts, some, streets, days=together.days, limits=within, decay=decay)
        around = _Around(kind, starts, some, together, found, streets is not None)
        days = found.days if asked and not incidents else np.full(found.days.shape, np.nan)
        table = around.table(within, days, days * capacity[:, None])
        table["days_open"] = table["days_open"] if asked else np.nan
        table["decayed"] = table["decayed"] if decay else np.nan
        tables.append(table)
    result = pd.concat(tables).sort_index(kind="stable").reset_index(drop=True)
    result.attrs = {
        "far_from_street": far_by_kind(starts, goals),
        "without_time": int(np.isposinf(there.first).sum()),
        "distances": "over streets" if streets is not None else "straight",
        "decay": str(decay) if decay else "",
    }
    return result


@dataclass(frozen=True, eq=False)
class _Around:
    """What of one kind was found around each place."""

    kind: str
    starts: Spots
    goals: Spots
    together: Together
    found: Nearness
    over_streets: bool

    def table(self, within: Sequence[float], days: Floats, person_days: Floats) -> pd.DataFrame:
        """Describe it, one row per place."""
        found, note = self.found, self._note()
        unknown = np.isin(note.astype(str), (NOT_OPEN, FAR, UNREACHABLE))
        metres = np.where(np.isfinite(found.metres), found.metres, np.nan)
        columns: dict[str, object] = {
            "facility_id": self.starts.id,
            "kind": pd.array(self.starts.kind, dtype="str"),
            "to_kind": pd.array([self.kind] * len(self.starts), dtype="str"),
            **towards(self.starts, self.goals, found.position, metres),
            "days_open": self.together.here.days(),
        }
        for i, limit in enumerate(within):
            n = found.within[:, i].copy()
            columns[f"within_{limit:g}m"] = pd.arrays.IntegerArray(n, unknown.copy())
        for name, sums in (("days", days), ("person_days", person_days)):
            for i, limit in enumerate(within):
                columns[f"{name}_within_{limit:g}m"] = np.where(unknown, np.nan, sums[:, i])
        columns["decayed"] = np.where(unknown, np.nan, found.decayed)
        columns["left_out"] = self.together.left_out() if self.kind == INCIDENT else 0
        columns["note"] = pd.array(note, dtype="str")
        return pd.DataFrame(columns)

    def _note(self) -> NDArray[np.object_]:
        """Say why there is no distance, if so."""
        found, none = self.found, self.found.counted == 0
        alone = len(self.goals) - self.together.n_own() == 0
        far = (found.candidates == 0) | ~self.starts.near
        return np.select(
            [
                self.together.here.days() == 0,
                none & alone,
                none,
                far & self.over_streets,
                np.isinf(found.metres),
            ],
            [
                NOT_OPEN,
                f"no other {self.kind}",
                f"no {self.kind} at the same time",
                FAR,
                UNREACHABLE,
            ],
            default="",
        ).astype(object)


def _check(places: gpd.GeoDataFrame, others: gpd.GeoDataFrame, *, incidents: bool) -> None:
    require_facilities(places, what="places")
    if incidents:
        require_incidents(others, what="others")
    elif hasattr(others, "geometry") and "kind" not in getattr(others, "columns", ()):
        raise SchemaError(
            f"others: neither facilities nor incidents; give them a column 'kind', or name the "
            f"index {INCIDENTS.index!r}"
        )
    else:
        require_facilities(others, what="others")
    require_same_crs(places, others, what="places and others")


def _check_own(
    others: gpd.GeoDataFrame, own: str | None, own_within: float, *, incidents: bool
) -> None:
    if not own_within >= 0:
        raise InputError(f"own_within: {own_within:g} m; give 0 or more")
    if incidents and own not in {None, OWN, *getattr(others, "columns", ())}:
        raise SchemaError(
            f"others: no column {own!r}; name the one with the facility an incident happened at, "
            "or that reported it"
        )


def _asked(
    as_of: date | str | None, period: tuple[date | str, date | str] | None
) -> tuple[float, float] | None:
    """Read the days asked for, if any."""
    if as_of is None:
        return None if period is None else period_days(period)
    if period is not None:
        raise InputError("as_of and period: both given; give one of them")
    try:
        return period_days((as_of, as_of))
    except InputError:
        raise InputError("as_of: no date; write it as 2015-03-01") from None


def _spans(
    places: gpd.GeoDataFrame,
    others: gpd.GeoDataFrame,
    asked: tuple[float, float] | None,
    *,
    incidents: bool,
) -> tuple[Spans, Spans]:
    """Give the days of places and of others that count; without days asked for, one for all."""
    here = open_days(places, "places")
    if not incidents:
        there = open_days(others, "others")
    elif asked is not None:
        there = incident_days(others, "others")
    if asked is None:
        return Spans.one_day(len(places)), Spans.one_day(len(others))
    return here.within(*asked), there
