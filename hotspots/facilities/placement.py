"""Placement: how far candidate placements are from given places where someone was exploited."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hotspots.crs import require_points
from hotspots.errors import InputError, SchemaError
from hotspots.facilities.exposure import exposure
from hotspots.facilities.periods import open_days
from hotspots.facilities.requirements import require_facilities, require_limits
from hotspots.geography.paths import ROUNDING
from hotspots.geography.snapping import MAX_SNAP_M

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import geopandas as gpd

    from hotspots.geography.streets import Streets

CANDIDATE, SITE, EVERY = "candidate", "site", "all"
DATES = ("opened", "closed")
EVERYWHERE = 1e9
"""Metres that nothing on earth is apart."""


def placement_bands(
    candidates: gpd.GeoDataFrame,
    sites: gpd.GeoDataFrame,
    *,
    streets: Streets | None = None,
    bands: Sequence[float] = (150, 300, 600, 1200),
    as_of: date | str | None = None,
    max_snap: float = MAX_SNAP_M,
) -> pd.DataFrame:
    """Count given sites by their distance from each candidate placement.

    It says how far, and no more: whether near or far is better for a person is for those who know
    that person to decide, and sites that nobody has recorded are not in it.

    Parameters
    ----------
    candidates : GeoDataFrame of Point
        Where someone could be placed, each id once, in a metric CRS. Their dates do not matter.
    sites : GeoDataFrame of Point
        Where exploitation is recorded, in the same CRS; ``kind``, ``opened`` and ``closed`` where
        known, for places with reports the days of the first and the last.
    streets : Streets, optional
        The network to measure over, from each candidate; without it distances are straight lines.
    bands : sequence of float
        Metres at which a band ends, itself included, and the next begins; ascending.
    as_of : date, optional
        Only sites that are current on that day; one without a date is taken to be. By default all
        that are listed.
    max_snap : float
        Metres to the nearest street beyond which a point is not placed on the network.

    Returns
    -------
    DataFrame
        One row per candidate and kind of site, and, with several kinds, one for ``"all"``:

        ``candidate_id, to_kind, nearest_id, distance_m``
            The nearest that is current. Over the streets where they are given.
        ``straight_m``
            Metres to the site that is nearest in a straight line, which may be another.
        ``band``
            That of `distance_m`, such as ``"150 to 300 m"`` or ``"over 1200 m"``.
        ``sites``
            Current sites.
        ``to_150m, 150_to_300m`` …, ``over_1200m``
            How many of them lie in each band. Sites no way leads to, or far from a street, are
            beyond the last.
        ``straight_to_150m`` …, ``straight_over_1200m``
            The same in straight lines; only with `streets`.
        ``note``
            Empty, or why there is no distance: ``"no site at the same time"`` of a kind, ``"far
            from a street"`` or ``"unreachable"``, and what is measured over the streets is missing.

        ``attrs`` holds ``far_from_street``, points by kind, and ``undated``, sites without any
        date, which count on every day.

    Raises
    ------
    CRSError
        If a CRS is not metric, or not the same everywhere.
    SchemaError
        If an id stands twice, a row is not a point, a site closes before it opens or a date is
        none.
    InputError
        If bands are not above 0 and ascending, or `as_of` is no date.

    Examples
    --------
    >>> import geopandas as gpd
    >>> def points(ids, xs):
    ...     return gpd.GeoDataFrame(
    ...         geometry=gpd.points_from_xy(xs, [0] * len(xs), crs=32616), index=ids
    ...     )
    >>> table = placement_bands(points(["A", "B"], [0, 900]), points([1, 2], [100, 350]))
    >>> table[["candidate_id", "distance_m", "band", "to_150m", "150_to_300m", "300_to_600m"]]
      candidate_id  distance_m          band  to_150m  150_to_300m  300_to_600m
    0            A       100.0      to 150 m        1            0            1
    1            B       550.0  300 to 600 m        0            0            1
    """
    _check(candidates, sites, bands, max_snap)
    places, goals = _plain(candidates, CANDIDATE), _plain(sites, SITE, kept=("kind", *DATES))
    require_facilities(goals, what="sites")
    open_days(goals, "sites")  # said of the sites as they are, before some stand twice
    undated = int(pd.DataFrame(goals).reindex(columns=list(DATES)).isna().all(axis=1).sum())
    if len(goals["kind"].unique()) > 1:
        goals = pd.concat([goals, goals.assign(kind=EVERY)])
    straight = exposure(
        places, goals, within=[*bands, EVERYWHERE], decay=None, as_of=as_of, max_snap=max_snap
    )
    found = straight
    if streets is not None:
        found = exposure(
            places,
            goals,
            streets=streets,
            within=bands,
            decay=None,
            as_of=as_of,
            max_snap=max_snap,
        )
    current = straight[f"within_{EVERYWHERE:g}m"]
    table = pd.DataFrame(
        {
            "candidate_id": found["facility_id"],
            "to_kind": found["to_kind"],
            "nearest_id": found["nearest_id"],
            "distance_m": found["distance_m"],
            "straight_m": straight["distance_m"],
            "band": _band(found["distance_m"], bands),
            "sites": current,
            **_counted(found, bands, current, ""),
            **(_counted(straight, bands, current, "straight_") if streets is not None else {}),
            "note": found["note"],
        }
    )
    far = {kind: n for kind, n in found.attrs["far_from_street"].items() if kind != EVERY}
    table.attrs = {"far_from_street": far, "undated": undated}
    return table


def _plain(points: gpd.GeoDataFrame, kind: str, kept: Sequence[str] = ()) -> gpd.GeoDataFrame:
    """Keep of a table what is asked for, as facilities of a kind where they have none."""
    known = [name for name in kept if name in points]
    table = points[[*known, points.geometry.name]].rename_axis("facility_id")
    return table if "kind" in known else table.assign(kind=kind)


def _counted(
    found: pd.DataFrame, bands: Sequence[float], current: pd.Series[Any], before: str
) -> dict[str, pd.Series[Any]]:
    """Count what lies in each band, and beyond."""
    within = [found[f"within_{metres:g}m"] for metres in bands]
    inside = [within[0], *(far - near for near, far in pairwise(within)), current - within[-1]]
    named = [name.replace(" ", "_") for name in _names(bands)]
    return {
        f"{before}{name}".removesuffix("_m") + "m": n for name, n in zip(named, inside, strict=True)
    }


def _band(metres: pd.Series[Any], bands: Sequence[float]) -> pd.Series[Any]:
    """Say in which band each distance lies."""
    at = np.searchsorted(np.asarray(bands) + ROUNDING, metres.to_numpy(), side="left")
    named = np.asarray(_names(bands), dtype=object)[at]
    return pd.Series(named, index=metres.index, dtype="str").where(metres.notna())


def _names(bands: Sequence[float]) -> list[str]:
    """Name the bands, the last of which has no end."""
    first, last = f"to {bands[0]:g} m", f"over {bands[-1]:g} m"
    return [first, *(f"{near:g} to {far:g} m" for near, far in pairwise(bands)), last]


def _check(
    candidates: gpd.GeoDataFrame, sites: gpd.GeoDataFrame, bands: Sequence[float], max_snap: float
) -> None:
    """Refuse what cannot be measured; the rest is checked where it is."""
    require_limits(bands, max_snap=max_snap)
    if not len(bands) or list(bands) != sorted(bands) or bands[-1] >= EVERYWHERE:
        raise InputError("bands: give one distance or more, from the nearest to the furthest")
    for table, what in ((candidates, "candidates"), (sites, "sites")):
        require_points(table, what=what)
        if not len(table):
            raise InputError(f"{what}: none given")
    twice = candidates.index.duplicated()
    if twice.any():
        raise SchemaError(
            f"candidates: {int(twice.sum())} ids stand twice, first "
            f"{candidates.index[twice].tolist()[0]!r}; make them unique"
        )
