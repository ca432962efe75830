"""Proximity: the nearest facility of each kind, and how many lie within walking distances."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hotspots.crs import require_same_crs
from hotspots.facilities.nearness import Spots, far_by_kind, nearness, towards
from hotspots.facilities.requirements import require_facilities, require_limits
from hotspots.geography.journeys import FAR, UNREACHABLE
from hotspots.geography.paths import ROUNDING
from hotspots.geography.snapping import MAX_SNAP_M

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from hotspots.geography.streets import Streets

__all__ = ["ROUNDING", "proximity"]

NO_STREETS = "no street network"


def proximity(
    origins: gpd.GeoDataFrame,
    destinations: gpd.GeoDataFrame,
    *,
    streets: Streets | None = None,
    within: Sequence[float] = (400, 800, 1600),
    max_snap: float = MAX_SNAP_M,
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
    require_facilities(origins, what="origins")
    require_facilities(destinations, what="destinations")
    require_same_crs(origins, destinations, what="origins and destinations")
    require_limits(within, max_snap=max_snap)
    starts, goals = (
        Spots.of(table, streets, max_snap=max_snap) for table in (origins, destinations)
    )
    kinds = list(pd.unique(goals.kind))
    starts_used = starts if kinds else starts.take(np.array([], dtype=np.int64))
    tables = [
        _to_kind(starts_used, goals.take(np.flatnonzero(goals.kind == kind)), kind, streets, within)
        for kind in kinds or [""]
    ]
    result = pd.concat(tables).sort_index(kind="stable").reset_index(drop=True)
    result.attrs["far_from_street"] = far_by_kind(starts, goals)
    return result


def _to_kind(
    starts: Spots, goals: Spots, kind: str, streets: Streets | None, within: Sequence[float]
) -> pd.DataFrame:
    """Relate every origin to the destinations of one kind; the index is the origin's position."""
    own = goals.keys.get_indexer(starts.keys)

    def others(rows: slice) -> NDArray[np.bool_]:
        return np.asarray(own[rows, None] != np.arange(len(goals)))

    found = nearness(starts, goals, streets, days=others, limits=within)
    known = np.isfinite(found.metres) & (streets is not None)
    straight = nearness(starts, goals, None, days=others)
    position = np.where(known, found.position, straight.position)
    table = pd.DataFrame(
        {
            "facility_id": starts.id,
            "kind": pd.array(starts.kind, dtype="str"),
            "to_kind": pd.array([kind] * len(starts), dtype="str"),
            **towards(starts, goals, position, np.where(known, found.metres, np.nan)),
        }
    )
    for metres, n in zip(within, found.within.T, strict=True):
        table[f"within_{metres:g}m"] = pd.arrays.IntegerArray(n.copy(), ~known)
    table["note"] = np.select(
        [
            position < 0,
            np.full(len(own), streets is None),
            ~starts.near | (found.candidates == 0),
            ~known,
        ],
        [f"no other {kind}", NO_STREETS, FAR, UNREACHABLE],
        default="",
    )
    return table.astype({"note": "str"})
