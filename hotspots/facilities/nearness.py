"""Nearness: the nearest of many others, how many are within limits, and what they weigh."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from scipy.spatial.distance import cdist

from hotspots.geography.journeys import taken
from hotspots.geography.paths import ROUNDING, distances, nearest
from hotspots.geography.snapping import snap

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from hotspots.facilities.decay import Decay
    from hotspots.geography.streets import Streets

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]

BLOCK = 4_000_000
"""Distances held at once."""


@dataclass(frozen=True, eq=False)
class Spots:
    """Points by position: who they are, where, and where on the streets.

    Attributes
    ----------
    id : Index, shape (n,)
    kind : ndarray of str, shape (n,)
        What each is.
    xy : ndarray of float, shape (n, 2)
    place : DataFrame
        As :func:`located` gives it.
    snap_m : ndarray of float, shape (n,)
        Metres to the street; NaN without one.
    near : ndarray of bool, shape (n,)
        Whether it is near enough to a street to be measured from or to.
    """

    id: pd.Index
    kind: NDArray[np.object_]
    xy: Floats
    place: pd.DataFrame
    snap_m: Floats
    near: Flags

    @classmethod
    def of(
        cls,
        table: gpd.GeoDataFrame,
        streets: Streets | None,
        *,
        max_snap: float,
        kind: str | None = None,
    ) -> Spots:
        """Find points on the streets; without `kind`, by their column of that name."""
        place = located(table, streets)
        snap_m = place["snap_m"].to_numpy() if streets is not None else np.full(len(table), np.nan)
        kinds = [kind] * len(table) if kind else table["kind"].astype("str")
        return cls(
            id=table.index,
            kind=np.asarray(kinds, dtype=object),
            xy=shapely.get_coordinates(np.asarray(table.geometry)),
            place=place,
            snap_m=snap_m,
            near=~(snap_m > max_snap),
        )

    def __len__(self) -> int:
        return len(self.id)

    @property
    def keys(self) -> pd.MultiIndex:
        """Kind and id, by which a facility is known."""
        return pd.MultiIndex.from_arrays([self.kind, self.id])

    def take(self, chosen: slice | Integers) -> Spots:
        """Keep these."""
        return Spots(
            id=self.id[chosen],
            kind=self.kind[chosen],
            xy=self.xy[chosen],
            place=self.place.iloc[chosen],
            snap_m=self.snap_m[chosen],
            near=self.near[chosen],
        )


@dataclass(frozen=True, eq=False)
class Nearness:
    """How near others are to each of n starts.

    Attributes
    ----------
    metres : ndarray of float, shape (n,)
        To the nearest that counts; infinite where none is reached.
    position : ndarray of int, shape (n,)
        Of the nearest, the first of several at one place; -1 where none is reached.
    counted, candidates : ndarray of int, shape (n,)
        How many others count, however far, and how many of these are near a street.
    within : ndarray of int, shape (n, n_limits)
        How many of them are no further than each limit.
    days : ndarray of float, shape (n, n_limits)
        The sum of their days.
    decayed : ndarray of float, shape (n,)
        The sum of their weights by distance; 0 where none was asked for.
    """

    metres: Floats
    position: Integers
    counted: Integers
    candidates: Integers
    within: Integers
    days: Floats
    decayed: Floats


def located(points: gpd.GeoDataFrame, streets: Streets | None) -> pd.DataFrame:
    """Find points on the streets, as :func:`hotspots.snap` does; without streets, their x and y.

    Parameters
    ----------
    points : GeoDataFrame of Point
        In the CRS of `streets`.
    streets : Streets or None
        The network.

    Returns
    -------
    DataFrame
        One row per point, numbered.
    """
    if streets is None:
        xy = shapely.get_coordinates(np.asarray(points.geometry))
        return pd.DataFrame(xy, columns=["x", "y"])
    return snap(points, streets).reset_index(drop=True)


def metres_between(
    starts: pd.DataFrame,
    goals: pd.DataFrame,
    streets: Streets | None,
    *,
    limit: float = np.inf,
) -> Floats:
    """Measure from each start to each goal.

    Parameters
    ----------
    starts, goals : DataFrame
        As :func:`located` gives them.
    streets : Streets or None
        The network; without it in straight lines.
    limit : float
        Metres over the streets beyond which nothing is looked for.

    Returns
    -------
    ndarray of float, shape (n_starts, n_goals)
        Infinite where there is no way, or none within `limit`.
    """
    if not (len(starts) and len(goals)):
        return np.empty((len(starts), len(goals)))
    if streets is None:
        return cdist(starts, goals)
    return distances(starts, goals, streets, limit=limit)


def _apart(
    starts: Spots, goals: Spots, streets: Streets | None, *, limit: float = np.inf
) -> Floats:
    if streets is None:
        return cdist(starts.xy, goals.xy)
    return metres_between(starts.place, goals.place, streets, limit=limit)


def nearness(
    starts: Spots,
    goals: Spots,
    streets: Streets | None,
    *,
    days: Callable[[slice], Floats | Flags],
    limits: Sequence[float] = (),
    decay: Decay | None = None,
) -> Nearness:
    """Relate every start to the goals that count for it.

    Parameters
    ----------
    starts, goals : Spots
        Of the same CRS.
    streets : Streets or None
        The network; without it in straight lines.
    days : callable
        Takes rows of `starts`, gives an array of shape (n_rows, n_goals): on how many days a goal
        counts for a start, 0 where it does not.
    limits : sequence of float
        Metres to count within.
    decay : Decay, optional
        How weight falls with distance.

    Returns
    -------
    Nearness
        No more than :data:`BLOCK` distances are held at once.
    """
    height = max(1, BLOCK // max(1, len(goals)))
    parts = [
        _some(starts.take(rows), goals, streets, days=days(rows), limits=limits, decay=decay)
        for rows in (slice(top, top + height) for top in range(0, max(1, len(starts)), height))
    ]
    return Nearness(
        **{
            field.name: np.concatenate([getattr(part, field.name) for part in parts])
            for field in fields(Nearness)
        }
    )


def _some(
    starts: Spots,
    goals: Spots,
    streets: Streets | None,
    *,
    days: Floats | Flags,
    limits: Sequence[float],
    decay: Decay | None,
) -> Nearness:
    counted = days > 0
    usable = counted if streets is None else counted & goals.near & starts.near[:, None]
    furthest = max([*limits, decay.cutoff if decay else 0.0]) + ROUNDING
    metres = _apart(starts, goals, streets, limit=furthest)
    metres[~usable] = np.inf
    closest, position = _closest(metres)
    if streets is not None:
        beyond = np.flatnonzero(np.isinf(closest) & usable.any(axis=1))
        closest[beyond], position[beyond] = _nearest_of(
            starts.take(beyond), goals, streets, usable[beyond]
        )
    within = np.zeros((len(starts), len(limits)), dtype=np.int64)
    sums = np.zeros(within.shape)
    for i, limit in enumerate(limits):
        inside = metres <= limit + ROUNDING
        within[:, i], sums[:, i] = inside.sum(axis=1), (days * inside).sum(axis=1)
    return Nearness(
        metres=closest,
        position=position,
        counted=counted.sum(axis=1),
        candidates=(counted & goals.near).sum(axis=1),
        within=within,
        days=sums,
        decayed=decay.weights(metres).sum(axis=1) if decay else np.zeros(len(starts)),
    )


def _nearest_of(
    starts: Spots, goals: Spots, streets: Streets, usable: Flags
) -> tuple[Floats, Integers]:
    """Search without a limit: at once for starts to which every goal counts, else one by one."""
    metres, position = np.full(len(starts), np.inf), np.full(len(starts), -1)
    every = usable.all(axis=1)
    free, bound = np.flatnonzero(every), np.flatnonzero(~every)
    if len(free):
        metres[free], position[free] = nearest(starts.place.iloc[free], goals.place, streets)
    if len(bound):
        apart = _apart(starts.take(bound), goals, streets)
        apart[~usable[bound]] = np.inf
        metres[bound], position[bound] = _closest(apart)
    return metres, position


def _closest(metres: Floats) -> tuple[Floats, Integers]:
    closest = metres.min(axis=1, initial=np.inf)
    position = metres.argmin(axis=1) if metres.shape[1] else np.full(len(metres), -1)
    return closest, np.where(np.isfinite(closest), position, -1)


def towards(starts: Spots, goals: Spots, position: Integers, metres: Floats) -> dict[str, object]:
    """Describe the way from each start to one goal.

    Parameters
    ----------
    starts, goals : Spots
        Of the same CRS.
    position : ndarray of int, shape (n,)
        Of the goal; -1 for none.
    metres : ndarray of float, shape (n,)
        How far it is; NaN where not known.

    Returns
    -------
    dict of str to array
        Columns ``nearest_id, distance_m, straight_m, snap_m, nearest_snap_m``.
    """
    straight, goal_snap = np.full(len(starts), np.nan), np.full(len(starts), np.nan)
    some = position >= 0
    straight[some] = np.hypot(*(starts.xy[some] - goals.xy[position[some]]).T)
    goal_snap[some] = goals.snap_m[position[some]]
    return {
        "nearest_id": taken(goals.id, position),
        "distance_m": metres,
        "straight_m": straight,
        "snap_m": starts.snap_m,
        "nearest_snap_m": goal_snap,
    }


def far_by_kind(*tables: Spots) -> dict[str, int]:
    """Count what is far from any street, by kind, and each once."""
    far = [table.keys[~table.near] for table in tables]
    keys = far[0].append(far[1:]).unique()
    counted = keys.get_level_values(0).value_counts(sort=False)
    return {str(kind): int(n) for kind, n in counted.items()}
