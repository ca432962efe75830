"""Reach: how near destinations are to the places and to the control sites of every set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hotspots.facilities.nearness import located, metres_between
from hotspots.geography.paths import MAX_DISTANCES, ROUNDING
from hotspots.geography.snapping import MAX_SNAP_M

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from hotspots.facilities.controls import ControlSets
    from hotspots.geography.streets import Streets

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Reach:
    """How near destinations are, set by set; the first set is that of the places themselves.

    Attributes
    ----------
    nearest : ndarray of float, shape (1 + n_sets, m)
        Metres to the nearest destination open at the same time; infinite where none is reached.
    within : ndarray of float, shape (1 + n_sets, m, n_limits)
        Destinations no further than each limit.
    open : ndarray of bool, shape (m,)
        Whether any destination is open while the place is.
    """

    nearest: Floats
    within: Floats
    open: NDArray[np.bool_]

    def opened(self) -> Reach:
        """Keep the places for which any destination was open."""
        return Reach(self.nearest[:, self.open], self.within[:, self.open], self.open)


@dataclass(frozen=True, eq=False)
class Sites:
    """The sites of all sets, each measured from once.

    Attributes
    ----------
    where : ndarray of int, shape (1 + n_sets, m)
        Row of `starts` for every place, then for every control.
    starts : DataFrame
        Where the distinct sites lie on the streets, or their x and y without a network.
    streets : Streets or None
        The network, or straight lines.
    notes : tuple of str
        How many are far from any street.
    """

    where: Integers
    starts: pd.DataFrame
    streets: Streets | None
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, controls: ControlSets, streets: Streets | None) -> Sites:
        """Find the sites of the places and of their control sets."""
        sets = np.vstack([controls.own, controls.drawn])
        used, where = np.unique(sets, return_inverse=True)
        where = where.reshape(sets.shape)
        starts = located(controls.frame.iloc[used], streets)
        notes = controls.notes or _far(where, starts)
        return cls(where, starts.drop(columns="snap_m", errors="ignore"), streets, notes)


def reach(
    sites: Sites,
    destinations: gpd.GeoDataFrame,
    together: NDArray[np.bool_],
    *,
    limits: Sequence[float],
    beyond: float | None = None,
) -> Reach:
    """Measure from the places and from their controls to destinations.

    Parameters
    ----------
    sites : Sites
        Of the m places and of every set.
    destinations : GeoDataFrame of Point
        In the CRS of the sites.
    together : ndarray of bool, shape (m, n_destinations)
        Whether a destination counts for a place, and so for the place's control sites.
    limits : sequence of float
        Metres to count within.
    beyond : float, optional
        Metres up to which a destination is at a site, and does not count for it.

    Returns
    -------
    Reach
    """
    where = sites.where
    nearest, within = np.full(where.shape, np.inf), np.zeros((*where.shape, len(limits)))
    for metres, counted in _blocks(sites, destinations, together):
        if beyond is not None:
            metres[metres <= beyond + ROUNDING] = np.inf
        for place in np.flatnonzero(counted.any(axis=1)):
            counts = np.flatnonzero(counted[place])
            apart = metres.take(where[:, place], axis=0)
            if counts.size < apart.shape[1]:
                apart = apart.take(counts, axis=1)
            nearest[:, place] = np.minimum(nearest[:, place], apart.min(axis=1))
            for i, limit in enumerate(limits):
                within[:, place, i] += (apart <= limit + ROUNDING) @ counted[place, counts]
    return Reach(nearest, within, np.asarray(together.any(axis=1)))


def _far(where: Integers, starts: pd.DataFrame) -> tuple[str, ...]:
    """Say how many places and other control sites were moved far to a street."""
    if "snap_m" not in starts:
        return ()
    far = starts["snap_m"].to_numpy() > MAX_SNAP_M
    own = np.zeros(len(starts), dtype=bool)
    own[where[0]] = True
    n_places, n_sites = int(far[where[0]].sum()), int((far & ~own).sum())
    if not n_places + n_sites:
        return ()
    said = (
        f"{n_places:,} of {where.shape[1]:,} places and {n_sites:,} of {int((~own).sum()):,} other "
        f"control sites lie over {MAX_SNAP_M:g} m from any street, and are measured from the "
        "nearest one; draw_controls(…, streets=…) leaves such sites out"
    )
    return (said,)


def _blocks(
    sites: Sites, destinations: gpd.GeoDataFrame, together: NDArray[np.bool_]
) -> Iterator[tuple[Floats, Floats]]:
    """Give distances to a block of distinct destinations, and how many each stands for."""
    goals = _place(destinations, sites.streets)
    distinct = goals.drop_duplicates()
    number = goals.groupby(list(goals.columns), sort=False).ngroup().to_numpy()
    counted = np.zeros((len(distinct), len(together)))
    np.add.at(counted, number, together.T)
    width = max(1, MAX_DISTANCES // max(1, len(sites.starts)))
    for left in range(0, len(distinct), width):
        block = distinct.iloc[left : left + width]
        metres = metres_between(sites.starts, block, sites.streets)
        yield np.ascontiguousarray(metres), counted[left : left + width].T  # read site by site


def _place(points: gpd.GeoDataFrame, streets: Streets | None) -> pd.DataFrame:
    """Say where points are, and no more: those at one place are alike."""
    return located(points, streets).drop(columns="snap_m", errors="ignore")
