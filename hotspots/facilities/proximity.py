"""Proximity: the nearest facility of each kind, and how many lie within walking distances."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from hotspots.crs import require_geo, require_metric, require_same_crs
from hotspots.errors import InputError, SchemaError, faults
from hotspots.geography.journeys import FAR, UNREACHABLE, taken
from hotspots.geography.paths import distances, nearest
from hotspots.geography.snapping import snap

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from hotspots.geography.streets import Streets

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]

NO_STREETS = "no street network"
BLOCK = 4_000_000
ROUNDING = 1e-6
"""Metres. A distance this little above a limit is within it."""


def proximity(
    origins: gpd.GeoDataFrame,
    destinations: gpd.GeoDataFrame,
    *,
    streets: Streets | None = None,
    within: Sequence[float] = (400, 800, 1600),
    max_snap: float = 250.0,
) -> pd.DataFrame:
    """Find for each facility the nearest one of each kind, over the streets.

    A facility is never its own neighbour, though another one at the same place is, at distance 0.
    Every listed facility is measured, whether open at the time or not.

    Parameters
    ----------
    origins, destinations : GeoDataFrame of Point
        Facilities (index ``facility_id``, unique within ``kind``), of any number of kinds, in the
        same metric CRS. A facility in both tables is told by kind and id.
    streets : Streets, optional
        The network in the same CRS. Without it only straight lines are measured.
    within : sequence of float
        Metres over the streets to count destinations within.
    max_snap : float
        Metres to the nearest street beyond which a facility is not placed on the network.

    Returns
    -------
    DataFrame
        One row per origin and destination kind, in the order of both tables:

        ``facility_id, kind``
            The origin.
        ``to_kind, nearest_id``
            The nearest facility of that kind over the streets; where no distance over them is
            known, the nearest in a straight line. Of several at one place, the first listed.
        ``distance_m``
            Metres from origin to `nearest_id` over the streets, between the places they were
            snapped to; NaN where not known, see `note`.
        ``straight_m``
            Metres to `nearest_id` in a straight line.
        ``snap_m, nearest_snap_m``
            Metres from the origin, and from `nearest_id`, to the street; NaN without `streets`.
        ``within_400m`` …
            Destinations of that kind no further than that over the streets (to a micrometre), those
            far from a street left out; missing where `distance_m` is.
        ``note``
            Empty, or why there is no distance: ``"no other hotel"``, ``"no street network"``,
            ``"far from a street"`` (the origin, or every destination), ``"unreachable"``.

        ``attrs["far_from_street"]`` counts the facilities of each kind that are, by `max_snap`.

    Raises
    ------
    CRSError
        If a CRS is not metric, or not the same everywhere.
    SchemaError
        If `kind` is missing, an id stands twice within a kind, or a row is not a point.
    InputError
        If `within` or `max_snap` is not above 0, or a distance stands twice.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import hotspots as hs
    >>> homes = gpd.GeoDataFrame(
    ...     {"kind": "group_home"},
    ...     geometry=gpd.points_from_xy([0], [0], crs=32616),
    ...     index=["H1"],
    ... )
    >>> hotels = gpd.GeoDataFrame(
    ...     {"kind": "hotel"},
    ...     geometry=gpd.points_from_xy([300, 30], [400, 40], crs=32616),
    ...     index=["M1", "M2"],
    ... )
    >>> hs.proximity(homes, hotels)[["nearest_id", "straight_m", "note"]]
      nearest_id  straight_m               note
    0         M2        50.0  no street network
    """
    _check(origins, destinations, within=within, max_snap=max_snap)
    starts, goals = (_Places.of(table, streets, max_snap) for table in (origins, destinations))
    kinds = list(pd.unique(goals.kind))
    starts_used = starts if kinds else starts.take(np.array([], dtype=np.int64))
    tables = [
        _to_kind(starts_used, goals.take(np.flatnonzero(goals.kind == kind)), kind, streets, within)
        for kind in kinds or [""]
    ]
    result = pd.concat(tables).sort_index(kind="stable").reset_index(drop=True)
    result.attrs["far_from_street"] = _far_by_kind(starts, goals) if streets else {}
    return result


@dataclass(frozen=True)
class _Places:
    """Facilities of a table, by position: who they are, where, and where on the streets."""

    id: pd.Index
    kind: NDArray[np.object_]
    xy: Floats
    snapped: pd.DataFrame
    near: Flags

    @classmethod
    def of(cls, table: gpd.GeoDataFrame, streets: Streets | None, max_snap: float) -> _Places:
        if streets is None:
            snapped = pd.DataFrame({"snap_m": np.full(len(table), np.nan)})
        else:
            snapped = snap(table, streets).reset_index(drop=True)
        return cls(
            id=table.index,
            kind=table["kind"].astype("str").to_numpy(dtype=object),
            xy=shapely.get_coordinates(np.asarray(table.geometry)),
            snapped=snapped,
            near=snapped["snap_m"].to_numpy() <= max_snap,
        )

    def __len__(self) -> int:
        return len(self.id)

    @property
    def keys(self) -> pd.MultiIndex:
        """Kind and id, by which a facility is known."""
        return pd.MultiIndex.from_arrays([self.kind, self.id])

    def take(self, chosen: Integers) -> _Places:
        return _Places(
            id=self.id.take(chosen),
            kind=self.kind[chosen],
            xy=self.xy[chosen],
            snapped=self.snapped.iloc[chosen],
            near=self.near[chosen],
        )


def _to_kind(
    starts: _Places, goals: _Places, kind: str, streets: Streets | None, within: Sequence[float]
) -> pd.DataFrame:
    """Relate every origin to the destinations of one kind; the index is the origin's position."""
    own = goals.keys.get_indexer(starts.keys)
    position = _nearest_straight(starts, goals, own)
    distance = np.full(len(starts), np.nan)
    counts = np.zeros((len(starts), len(within)), dtype=np.int64)
    if streets is not None:
        distance, over_streets, counts = _over_streets(starts, goals, own, streets, within)
        position = np.where(np.isnan(distance), position, over_streets)
    apart = np.hypot(*(starts.xy - goals.xy[position]).T)
    known = ~np.isnan(distance)
    table = pd.DataFrame(
        {
            "facility_id": starts.id,
            "kind": pd.array(starts.kind, dtype="str"),
            "to_kind": pd.array([kind] * len(starts), dtype="str"),
            "nearest_id": taken(goals.id, position),
            "distance_m": distance,
            "straight_m": np.where(position >= 0, apart, np.nan),
            "snap_m": starts.snapped["snap_m"].to_numpy(),
            "nearest_snap_m": np.where(
                position >= 0, goals.snapped["snap_m"].to_numpy()[position], np.nan
            ),
        }
    )
    for metres, n in zip(within, counts.T, strict=True):
        table[f"within_{metres:g}m"] = pd.arrays.IntegerArray(n, ~known)
    none_near = goals.near.sum() - (goals.near[own] & (own >= 0)) == 0
    table["note"] = np.select(
        [position < 0, np.full(len(own), streets is None), ~starts.near | none_near, ~known],
        [f"no other {kind}", NO_STREETS, FAR, UNREACHABLE],
        default="",
    )
    return table.astype({"note": "str"})


def _over_streets(
    starts: _Places, goals: _Places, own: Integers, streets: Streets, within: Sequence[float]
) -> tuple[Floats, Integers, Integers]:
    """Return distance and position of the nearest, and how many are within each distance."""
    start, goal = np.flatnonzero(starts.near), np.flatnonzero(goals.near)
    itself = own[start][:, None] == goal
    here, there = starts.snapped.iloc[start], goals.snapped.iloc[goal]
    distance = np.full(len(starts), np.nan)
    position = np.full(len(starts), -1)
    counts = np.zeros((len(starts), len(within)), dtype=np.int64)
    if not (len(start) and len(goal)):
        return distance, position, counts
    if itself.any():
        reach = distances(here, there, streets)
        reach[itself] = np.inf
        which, metres = reach.argmin(axis=1), reach.min(axis=1)
    else:
        metres, which = nearest(here, there, streets)
        reach = distances(here, there, streets, limit=max(within, default=0) + ROUNDING)
    reached = np.isfinite(metres)
    distance[start[reached]] = metres[reached]
    position[start[reached]] = goal[which[reached]]
    for i, limit in enumerate(within):
        counts[start, i] = (reach <= limit + ROUNDING).sum(axis=1)
    return distance, position, counts


def _nearest_straight(starts: _Places, goals: _Places, own: Integers) -> Integers:
    """Return the position of the nearest other destination; -1 where there is none."""
    found = np.full(len(starts), -1)
    height = max(1, BLOCK // max(1, len(goals)))
    for top in range(0, len(starts) if len(goals) else 0, height):
        rows = slice(top, top + height)
        apart = np.hypot(*np.moveaxis(starts.xy[rows, None] - goals.xy, -1, 0))
        apart[own[rows, None] == np.arange(len(goals))] = np.inf
        some = np.isfinite(apart.min(axis=1))
        found[rows] = np.where(some, apart.argmin(axis=1), -1)
    return found


def _far_by_kind(starts: _Places, goals: _Places) -> dict[str, int]:
    """Count facilities of either table that are far from any street, each once."""
    keys = starts.keys.append(goals.keys)
    far = keys[np.concatenate([~starts.near, ~goals.near])].unique()
    counted = far.get_level_values(0).value_counts(sort=False)
    return {str(kind): int(n) for kind, n in counted.items()}


def _check(
    origins: gpd.GeoDataFrame,
    destinations: gpd.GeoDataFrame,
    *,
    within: Sequence[float],
    max_snap: float,
) -> None:
    for table, name in ((origins, "origins"), (destinations, "destinations")):
        require_geo(table, what=name)
        found = list(_table_faults(table))
        if found:
            raise SchemaError(faults(name, found))
        require_metric(table, what=name)
    require_same_crs(origins, destinations, what="origins and destinations")
    names = [f"{metres:g}" for metres in within]
    if not all(np.isfinite(metres) and metres > 0 for metres in within):
        raise InputError(f"within: {', '.join(names)} m; every distance must be above 0")
    if len(set(names)) < len(names):
        raise InputError(f"within: {', '.join(names)} m; give every distance once")
    if not max_snap > 0:
        raise InputError(f"max_snap: {max_snap:g} m; give more than 0")


def _table_faults(table: gpd.GeoDataFrame) -> Iterator[str]:
    if "kind" not in table.columns:
        yield "no column 'kind'; say what each facility is"
        return
    keys = pd.MultiIndex.from_arrays([table["kind"].astype("str"), table.index])
    twice = keys.duplicated()
    if twice.any():
        yield (
            f"{int(twice.sum())} ids stand twice within their kind, first "
            f"{table.index[twice].tolist()[0]!r}; make them unique"
        )
    places = np.asarray(table.geometry)
    wrong = (shapely.get_type_id(places) != 0) | shapely.is_empty(places)
    if wrong.any():
        yield (
            f"{int(wrong.sum())} rows are not points, first id {table.index[wrong].tolist()[0]!r}; "
            "leave them out"
        )
