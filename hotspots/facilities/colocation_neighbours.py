"""Neighbours: the records of other persons that are nearest to each record.

Many records may share a place, so neighbours are looked for among places, each with the records it
holds; those of the person who asks do not count.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array, csr_array
from scipy.spatial import KDTree

from hotspots.errors import InputError
from hotspots.facilities.proximity import ROUNDING
from hotspots.geography.paths import MAX_DISTANCES, distances

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    from numpy.typing import NDArray

    from hotspots.geography.streets import Streets

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

MORE = 7  # places looked at beyond the k that are asked for, before looking at more
DETOUR = 3.0  # of the straight line: streets are searched that far first
TOGETHER = 256  # places searched from at once over the streets
BLOCK = 2_000_000  # places looked at by all askers together
ROUNDS = 4  # searches with a limit, each further than the one before


@dataclass(frozen=True, eq=False)
class Records:
    """Records by the place where they are, and the person they are of.

    Attributes
    ----------
    place, person : ndarray of int, shape (n,)
        Numbers from 0, none left out.
    xy : ndarray of float, shape (n_places, 2)
        Where the places are.
    snapped : DataFrame, optional
        Where the places are on the streets, as :func:`hotspots.snap` says.
    streets : Streets, optional
        The network; straight lines without it.
    snap_m : float
        Metres from any place to the street, at most.
    """

    place: Integers
    person: Integers
    xy: Floats
    snapped: pd.DataFrame | None = None
    streets: Streets | None = None
    snap_m: float = 0.0

    @classmethod
    def of(
        cls,
        points: gpd.GeoDataFrame,
        person: Integers,
        snapped: pd.DataFrame | None,
        streets: Streets | None,
    ) -> Records:
        """Find the distinct places of points, on the streets where there are any."""
        xy = shapely.get_coordinates(np.asarray(points.geometry))
        if snapped is None:
            distinct, place = np.unique(xy, axis=0, return_inverse=True)
            return cls(np.asarray(place.reshape(-1), dtype=np.int64), person, distinct)
        where = snapped[["edge", "fraction"]].reset_index(drop=True)
        number = where.groupby(["edge", "fraction"], sort=False).ngroup().to_numpy()
        first = np.flatnonzero(~where.duplicated())
        far = float(snapped["snap_m"].max())
        return cls(np.asarray(number), person, xy[first], where.iloc[first], streets, far)

    @cached_property
    def sizes(self) -> Integers:
        """Records at each place."""
        return np.bincount(self.place, minlength=len(self.xy))

    @cached_property
    def askers(self) -> tuple[Integers, Integers, Integers]:
        """Keys of person and place that occur, the asker of each record, and its records there."""
        return np.unique(
            self.person * len(self.xy) + self.place, return_inverse=True, return_counts=True
        )

    def free(self, asker: Integers, place: Integers) -> Integers:
        """Count the records at places that are of other persons than the asker."""
        keys, _, count = self.askers
        wanted = keys[asker] // len(self.xy) * len(self.xy) + place
        at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        return self.sizes[place] - np.where(keys[at] == wanted, count[at], 0)

    @cached_property
    def tree(self) -> KDTree:
        """The places, for straight lines."""
        return KDTree(self.xy)

    def around(self, start: Integers, m: int, limit: float) -> tuple[Integers, Floats]:
        """Find the m places nearest to some, itself among them; infinitely far where no more."""
        n = len(self.xy)
        if self.streets is None or self.snapped is None:
            metres, which = self.tree.query(self.xy[start], k=np.arange(1, m + 1))
            return np.where(which < n, which, 0), np.asarray(metres)
        which, metres = np.zeros((len(start), m), dtype=np.int64), np.full((len(start), m), np.inf)
        for rows, goals, apart in self._searches(start, limit):
            some = min(m, len(goals))
            chosen = np.argpartition(apart, some - 1, axis=1)[:, :some]
            found = np.take_along_axis(apart, chosen, axis=1)
            order = np.argsort(found, axis=1)
            which[rows, :some] = goals[np.take_along_axis(chosen, order, axis=1)]
            metres[rows, :some] = np.take_along_axis(found, order, axis=1)
        return which, metres

    def pairs(self, limit: float) -> tuple[Integers, Integers, Floats]:
        """Find all pairs of places that are no further apart than a limit, each with itself."""
        if self.streets is None or self.snapped is None:
            found = self.tree.sparse_distance_matrix(self.tree, limit, output_type="ndarray")
            return found["i"], found["j"], found["v"]
        parts = []
        for rows, goals, apart in self._searches(np.arange(len(self.xy)), limit):
            start, goal = np.nonzero(np.isfinite(apart))
            parts.append((rows[start], goals[goal], apart[start, goal]))
        start, goal, metres = (np.concatenate(part) for part in zip(*parts, strict=True))
        return start, goal, metres

    def _searches(
        self, start: Integers, limit: float
    ) -> Iterator[tuple[Integers, Integers, Floats]]:
        """Search the streets from some places that lie together, for those that may be in reach.

        Give rows of `start`, the places looked for, and the metres; infinite beyond `limit`.
        """
        if self.streets is None or self.snapped is None:
            return
        radius = self._furthest_straight(limit)
        xy = self.xy[start]
        strip = np.floor(xy[:, 0] / radius) if radius < np.inf else np.zeros(len(xy))
        order = np.lexsort([xy[:, 1], strip])
        height = max(1, min(TOGETHER, MAX_DISTANCES // len(self.xy)))
        for first in range(0, len(start), height):
            rows = order[first : first + height]
            low, high = xy[rows].min(axis=0) - radius, xy[rows].max(axis=0) + radius
            goals = np.flatnonzero(((self.xy >= low) & (self.xy <= high)).all(axis=1))
            origins, others = self.snapped.iloc[start[rows]], self.snapped.iloc[goals]
            yield rows, goals, distances(origins, others, self.streets, limit=limit)

    def _furthest_straight(self, limit: float) -> float:
        """Bound how far apart in a straight line places within a limit over the streets can be.

        That is the limit, by so much more as any street is shorter than it is drawn, and the way
        from the places to the streets.
        """
        if self.streets is None or not np.isfinite(limit):
            return np.inf
        segments = self.streets.segments
        nodes = shapely.get_coordinates(np.asarray(self.streets.nodes.geometry))
        start, end = nodes[segments.start], nodes[segments.end]
        drawn = np.maximum(shapely.length(segments.line), np.hypot(*(end - start).T))
        cost = np.minimum(segments.ahead, segments.back)
        ratio = np.divide(drawn, cost, out=np.full_like(drawn, np.inf), where=cost > 0)
        ends = [shapely.get_coordinates(shapely.get_point(segments.line, i)) for i in (0, -1)]
        gap = max(
            np.hypot(*(at - node).T).max() for at, node in zip(ends, (start, end), strict=True)
        )
        return float(limit * ratio[drawn > 0].max(initial=1.0) + 2 * (gap + self.snap_m) + 1.0)


@dataclass(frozen=True, eq=False)
class Near:
    """Places with records of others near each asker.

    Attributes
    ----------
    asker, place, records : ndarray of int, shape (e,)
        Who looks, where, and how many records of others are there, at least 1.
    metres : ndarray of float, shape (e,)
        How far away.
    furthest : ndarray of float, shape (n_askers,)
        Metres to the k-th record, or to the last there is, or the bandwidth.
    k : int
        How many were asked for; 0 for all within the bandwidth.
    """

    asker: Integers
    place: Integers
    records: Integers
    metres: Floats
    furthest: Floats
    k: int

    def shared(self) -> Floats:
        """Weigh each record: all alike, those tied for the last places share what is left."""
        n = len(self.furthest)
        tied = self.metres >= self.furthest[self.asker] - ROUNDING
        total = np.bincount(self.asker, self.records, n)
        asked = np.minimum(total, self.k) if self.k else total
        nearer = np.bincount(self.asker, self.records * ~tied, n)
        last = total - nearer
        left = np.divide(asked - nearer, last, out=np.ones(n), where=last > 0)
        weight: Floats = np.where(tied, left[self.asker], 1.0) / asked[self.asker]
        return weight

    def gaussian(self) -> Floats:
        """Weigh each record by its distance in bandwidths, `furthest`; together 1."""
        scale = self.furthest[self.asker]
        far = np.divide(self.metres, scale, out=np.zeros_like(scale), where=scale > 0)
        weight = np.exp(-0.5 * far**2)
        total = np.bincount(self.asker, weight * self.records, len(self.furthest))
        weighed: Floats = weight / total[self.asker]
        return weighed


def nearest(records: Records, k: int) -> Near:
    """Find for each asker the k nearest records of others, and all that are as near as the last."""
    keys, _, _ = records.askers
    n_places = len(records.xy)
    furthest = np.zeros(len(keys))
    pending, parts = np.arange(len(keys)), []
    m = min(k + MORE, n_places + 1)
    limit, step = _first_limit(records, m), 0
    while pending.size:
        left = []
        for some in np.array_split(pending, -(-pending.size * m // BLOCK)):
            found = _among(records, some, k, m, limit)
            furthest[some[found.done]] = found.furthest[found.done]
            parts.append((found.asker, found.place, found.records, found.metres))
            left.append(some[~found.done])
        pending = np.concatenate(left)
        step += 1
        m = min(2 * m, n_places + 1)
        limit = limit * 4 if step < ROUNDS else np.inf
    asker, place, free, metres = (np.concatenate(part) for part in zip(*parts, strict=True))
    return Near(asker, place, free, metres, furthest, k)


@dataclass(frozen=True, eq=False)
class _Found(Near):
    """What some askers found, of those that looked at enough places to be sure."""

    done: NDArray[np.bool_]


def _among(records: Records, askers: Integers, k: int, m: int, limit: float) -> _Found:
    """Look for k records of others among the m nearest places within a limit."""
    keys, _, _ = records.askers
    which, metres = records.around(keys[askers] % len(records.xy), m, limit)
    there = np.isfinite(metres)
    free = np.where(there, records.free(askers[:, None], which), 0)
    enough = np.cumsum(free, axis=1) >= k
    last = np.take_along_axis(metres, enough.argmax(axis=1)[:, None], axis=1)[:, 0]
    last = np.where(enough.any(axis=1), last, np.inf)
    seen = np.where(there[:, -1], metres[:, -1], limit)
    done = (last + ROUNDING < seen) | np.isinf(seen)
    taken = done[:, None] & (free > 0) & (metres <= last[:, None] + ROUNDING)
    row, column = np.nonzero(taken)
    reached = np.where(taken, metres, 0.0).max(axis=1)
    return _Found(
        asker=askers[row],
        place=which[row, column],
        records=free[row, column],
        metres=metres[row, column],
        furthest=np.where(np.isinf(last), reached, last),
        k=k,
        done=done,
    )


def within(records: Records, bandwidth: float) -> Near:
    """Find for each asker all records of others no further than a bandwidth."""
    keys, _, _ = records.askers
    n_pairs = int(records.tree.count_neighbors(records.tree, bandwidth + ROUNDING))
    if n_pairs > MAX_DISTANCES:
        raise InputError(
            f"bandwidth {bandwidth:g} m: {n_pairs:,} pairs of places are that near; give less than "
            "that, or k"
        )
    start, goal, metres = records.pairs(bandwidth + ROUNDING)
    pairs = pd.DataFrame({"start": start, "place": goal, "metres": metres})
    askers = pd.DataFrame({"asker": np.arange(len(keys)), "start": keys % len(records.xy)})
    found = askers.merge(pairs, on="start")
    asker, place = found["asker"].to_numpy(), found["place"].to_numpy()
    free = records.free(asker, place)
    some = free > 0
    return Near(
        asker[some], place[some], free[some], found["metres"].to_numpy()[some],
        np.full(len(keys), bandwidth), 0,
    )  # fmt: skip


def near(records: Records, k: int, bandwidth: float | None) -> Near:
    """Find the k nearest records of others, or all within a bandwidth."""
    if bandwidth is None:
        if k < 1 or k != int(k):
            raise InputError(f"k {k!r}: a whole number of at least 1 is needed")
        return nearest(records, int(k))
    if not 0 < bandwidth < np.inf:
        raise InputError(f"bandwidth: {bandwidth:g} m; give more than 0")
    return within(records, bandwidth)


@dataclass(frozen=True, eq=False)
class Links:
    """Weights between records, kept by place, so that thousands at one address are no burden.

    Attributes
    ----------
    to_place : sparse array, shape (n, n_places)
        The weight that a record gives to each record at a place.
    members : sparse array, shape (n_places, n)
        1 where a record is at a place.
    own : sparse array, shape (n, n)
        What of it would fall to records of the person who asks.
    """

    to_place: csr_array[np.float64]
    members: csr_array[np.float64]
    own: csr_array[np.float64]

    @classmethod
    def of(cls, records: Records, found: Near, weight: Floats) -> Links:
        """Turn weights of askers into weights of records."""
        keys, asker, count = records.askers
        n, n_places = len(records.place), len(records.xy)
        shape = (len(keys), n_places)
        given = coo_array((weight, (found.asker, found.place)), shape=shape).tocsr()[asker]
        links = given.tocoo()
        wanted = records.person[links.row] * n_places + links.col
        theirs = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        hit = np.flatnonzero(keys[theirs] == wanted)
        sizes, starts = count[theirs[hit]], (np.cumsum(count) - count)[theirs[hit]]
        within_asker = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        mine = np.argsort(asker, kind="stable")[np.repeat(starts, sizes) + within_asker]
        link = np.repeat(hit, sizes)
        return cls(
            to_place=csr_array(given),
            members=csr_array((np.ones(n), (records.place, np.arange(n))), shape=(n_places, n)),
            own=csr_array((links.data[link], (links.row[link], mine)), shape=(n, n)),
        )

    @property
    def n(self) -> int:
        """How many records there are."""
        return int(self.own.shape[0])

    def sums(self, values: Floats) -> Floats:
        """Sum values, shape (n, b), over the neighbours of each record."""
        return np.asarray(self.to_place @ (self.members @ values) - self.own @ values)

    def linked(self) -> NDArray[np.bool_]:
        """Say which records have any neighbour."""
        return np.diff(self.to_place.indptr) > 0

    def between(self, rows: Integers) -> tuple[Integers, Integers, Floats]:
        """List every link of some records: position in `rows`, to which record, and its weight."""
        every = csr_array(self.to_place[rows] @ self.members - self.own[rows])
        every.eliminate_zeros()
        listed = every.tocoo()
        return listed.row.astype(np.int64), listed.col.astype(np.int64), listed.data


def _first_limit(records: Records, m: int) -> float:
    """Guess how far over the streets the nearest m places are; straight lines need no limit."""
    if records.streets is None:
        return np.inf
    metres, _ = records.tree.query(records.xy, k=[min(m, len(records.xy))])
    return DETOUR * float(np.quantile(metres, 0.9)) + 1.0
