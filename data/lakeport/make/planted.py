"""What is planted, for a run to find: hot areas, an emerging and a cold one, homes near sites."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from make import frame

if TYPE_CHECKING:
    import pandas as pd

EMERGING_YEAR = 2016
HOME_PULL = 6.0
HOME_REACH_M = 300.0


class Zone(NamedTuple):
    """A disc in which reports are more or less frequent than other police contacts lead to expect.

    Attributes
    ----------
    name, kind : str
        ``kind`` is hot, emerging or cold.
    x, y, radius : float
        In the local frame, metres.
    ratio : float
        Reports for each contact, relative to the rest of the city.
    since : int
        First year in which `ratio` holds.
    """

    name: str
    kind: str
    x: float
    y: float
    radius: float
    ratio: float
    since: int = 2013

    def holds(self, xy: frame.Floats) -> np.ndarray:
        """Say which points lie inside."""
        return np.hypot(xy[:, 0] - self.x, xy[:, 1] - self.y) <= self.radius


ZONES = (
    Zone("Harbor", "hot", 9300, 5500, 1800, 8.0),
    Zone("Quarry East", "hot", 3900, 5400, 1600, 8.0),
    Zone("Locks", "emerging", 4700, 9900, 1350, 22.0, EMERGING_YEAR),
    Zone("Summit", "cold", 7400, 12_800, 2350, 0.03),
)


def rate(xy: frame.Floats, year: int) -> frame.Floats:
    """Give the planted rate of reports at each point in a year, 1 being the city's ordinary rate.

    Parameters
    ----------
    xy : ndarray of float, shape (n, 2)
    year : int

    Returns
    -------
    ndarray of float, shape (n,)
    """
    value = np.ones(len(xy))
    for zone in ZONES:
        if year >= zone.since:
            value[zone.holds(xy)] = zone.ratio
    return value


def truth(incidents: pd.DataFrame, contacts: pd.DataFrame) -> dict[str, object]:
    """Write down what was planted, in the study's CRS.

    Parameters
    ----------
    incidents, contacts : DataFrame
        With ``x, y, time`` in the local frame.

    Returns
    -------
    dict
    """
    areas = [_area(zone, incidents, contacts) for zone in ZONES]
    return {
        "watermark": frame.WATERMARK,
        "seed": frame.SEED,
        "crs": frame.CRS,
        "rule": "a unit is planted where its centre lies within radius_m of centre",
        "areas": areas,
        "rate": "reports follow the other police contacts times rate_ratio (1 outside every area)",
        "group_homes": {
            "near": ["hotel", "trap_house"],
            "weight_at_distance_d": f"1 + {HOME_PULL} * exp(-(d / {HOME_REACH_M})**2), "
            "d metres in a straight line to the nearest hotel or trap house",
            "pull": HOME_PULL,
            "reach_m": HOME_REACH_M,
        },
    }


def _area(zone: Zone, incidents: pd.DataFrame, contacts: pd.DataFrame) -> dict[str, object]:
    inside = zone.holds(incidents[["x", "y"]].to_numpy())
    last = incidents["time"].dt.year.to_numpy() >= EMERGING_YEAR
    disc = shapely.Point(zone.x, zone.y).buffer(zone.radius)
    return {
        "name": zone.name,
        "kind": zone.kind,
        "centre": [frame.ORIGIN[0] + zone.x, frame.ORIGIN[1] + zone.y],
        "radius_m": zone.radius,
        "rate_ratio": zone.ratio,
        "since": zone.since,
        "area_km2": round(disc.intersection(frame.LAND).area / 1e6, 2),
        "incidents": int(inside.sum()),
        f"incidents_{EMERGING_YEAR}": int((inside & last).sum()),
        "contacts": int(zone.holds(contacts[["x", "y"]].to_numpy()).sum()),
    }
