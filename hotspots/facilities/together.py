"""Together: what was there while a place was open, its own left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from hotspots.facilities.periods import (
    Spans,
    days_together,
    incident_days,
    open_days,
    period_days,
)
from hotspots.geography.paths import ROUNDING
from hotspots.schema import FACILITIES

if TYPE_CHECKING:
    from datetime import date

    import geopandas as gpd
    from numpy.typing import NDArray

    from hotspots.facilities.nearness import Spots

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]
    Pairs = tuple[Integers, Integers]
    Period = tuple[date | str, date | str]


INCIDENT = "incident"
"""The kind of incidents, beside those of facilities."""

OWN = FACILITIES.index
"""Column of incidents with the facility where they happened, or that reported them."""


@dataclass(frozen=True, eq=False)
class Together:
    """Places, others, and which of the others are a place's own.

    Attributes
    ----------
    here, there : Spans
        When each of n places, and each of the others, was there.
    place, other : ndarray of int, shape (n_own,)
        Positions of a place and of its own, by place.
    """

    here: Spans
    there: Spans
    place: Integers
    other: Integers

    def days(self, rows: slice) -> Floats:
        """Count the days that some places share with each other that is not their own."""
        days = self.here.take(rows).shared_with_each(self.there).days()
        mine = slice(*np.searchsorted(self.place, [rows.start, rows.stop]))
        days[self.place[mine] - rows.start, self.other[mine]] = 0.0
        return days

    def n_own(self) -> Integers:
        """Count what is each place's own, whenever it was."""
        return np.bincount(self.place, minlength=len(self.here.first))

    def left_out(self) -> Integers:
        """Count what would count for each place, were it not its own."""
        days = self.here.take(self.place).shared(self.there.take(self.other)).days()
        return np.bincount(self.place[days > 0], minlength=len(self.here.first))


def itself(starts: Spots, goals: Spots) -> Pairs:
    """Find each start among the goals, by kind and id.

    Parameters
    ----------
    starts, goals : Spots
        Facilities.

    Returns
    -------
    place, other : ndarray of int, shape (n_both,)
        Positions, by place.
    """
    found = goals.keys.get_indexer(starts.keys)
    place = np.flatnonzero(found >= 0)
    return place, found[place]


def own_incidents(
    places: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame, *, named: str | None, metres: float
) -> Pairs:
    """Find the incidents at each place, and those that name it.

    Parameters
    ----------
    places, incidents : GeoDataFrame of Point
        In one metric CRS.
    named : str or None
        Column of `incidents` with ids of places, compared as text; may be missing.
    metres : float
        In a straight line, within which an incident is at a place.

    Returns
    -------
    place, other : ndarray of int, shape (n_own,)
        Positions, each pair once, by place.
    """
    tree = shapely.STRtree(np.asarray(incidents.geometry))
    at = tree.query(np.asarray(places.geometry), predicate="dwithin", distance=metres + ROUNDING).T
    by_name = np.empty((0, 2), dtype=np.int64)
    if named is not None and named in incidents:
        by_name = np.stack(own_by_name(places, incidents[named]), axis=1)
    place, other = np.unique(np.vstack([at, by_name]), axis=0).T
    return place, other


def own_by_name(places: pd.DataFrame, named: pd.Series[Any]) -> Pairs:
    """Find the records that name each place, whose ids are compared as text.

    Parameters
    ----------
    places : DataFrame
        Facilities; an id that stands under two kinds belongs to both.
    named : Series
        Of each record the id of its facility, or nothing.

    Returns
    -------
    place, other : ndarray of int, shape (n_named,)
        Positions, by record.
    """
    ids = pd.DataFrame({"id": places.index.astype("str"), "place": np.arange(len(places))})
    text = named.convert_dtypes().astype("str").array  # 7.0 beside a gap is 7
    names = pd.DataFrame({"id": text, "other": np.arange(len(named))}).dropna()
    found = names.merge(ids, on="id")
    return found["place"].to_numpy(), found["other"].to_numpy()


def facilities_together(
    places: gpd.GeoDataFrame, others: gpd.GeoDataFrame, period: Period | None
) -> Flags:
    """Say which facility was open while which place was, and is not the place itself.

    Parameters
    ----------
    places, others : GeoDataFrame
        Facilities; the same one has the same id, and the same kind where both have one.
    period : tuple of two dates, optional
        First and last day that count.

    Returns
    -------
    ndarray of bool, shape (n, n_others)
    """
    together: Flags = days_together(places, others, period=period) > 0
    if "kind" in places:
        same = places.index.to_numpy()[:, None] == others.index.to_numpy()
        together &= ~(same & (places["kind"].to_numpy()[:, None] == others["kind"].to_numpy()))
    return together


def incidents_together(
    places: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame, period: Period | None
) -> Flags:
    """Say which incident may have happened while which place was open, and does not name it.

    Parameters
    ----------
    places, incidents : GeoDataFrame
        Facilities, and incidents; an unknown time never counts. Without any column of times all
        count, unless a period is asked for.
    period : tuple of two dates, optional
        First and last day that count.

    Returns
    -------
    ndarray of bool, shape (n, n_incidents)
    """
    dated = period is not None or {"time", "time_start"} & set(incidents.columns)
    here = open_days(places, "places").within(*period_days(period))
    there = incident_days(incidents, "incidents") if dated else Spans.always(len(incidents))
    together: Flags = here.shared_with_each(there).days() > 0
    if OWN in incidents:
        together[own_by_name(places, incidents[OWN])] = False
    return together
