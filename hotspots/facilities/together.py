"""Together: what was there while a place was open, its own left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from hotspots.geography.paths import ROUNDING

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from hotspots.facilities.nearness import Spots
    from hotspots.facilities.periods import Spans

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Pairs = tuple[Integers, Integers]


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
    ids = pd.DataFrame({"id": places.index.astype("str"), "place": np.arange(len(places))})
    by_name = np.empty((0, 2), dtype=np.int64)
    if named is not None and named in incidents:
        text = incidents[named].convert_dtypes().astype("str").array  # 7.0 beside a gap is 7
        names = pd.DataFrame({"id": text, "other": np.arange(len(incidents))}).dropna()
        by_name = ids.merge(names, on="id")[["place", "other"]].to_numpy()
    place, other = np.unique(np.vstack([at, by_name]), axis=0).T
    return place, other
