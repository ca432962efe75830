"""Hotels, trap houses and group homes, each at an address of the invented city."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely
from scipy.spatial import cKDTree

from make import frame, planted
from make.naming import Names

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

N_HOTELS, N_TRAP_HOUSES, N_GROUP_HOMES = 60, 120, 57
OPERATORS = (6, 5, 4, 4, 3, 3, 2, 2, 2, 2, 2, *(1,) * 22)


class Facilities(NamedTuple):
    """The three tables, coordinates in the local frame; ``district`` is kept for later use."""

    hotels: pd.DataFrame
    trap_houses: pd.DataFrame
    group_homes: pd.DataFrame


def weight(addresses: pd.DataFrame) -> frame.Floats:
    """Give the relative frequency of police contacts at each address.

    Parameters
    ----------
    addresses : DataFrame

    Returns
    -------
    ndarray of float
    """
    x, y = addresses["x"].to_numpy(), addresses["y"].to_numpy()
    drift = 1 + 0.12 * np.sin(x / 1900 + 0.5) * np.cos(y / 2300)
    return (addresses["units"].to_numpy() + 1.0) ** 0.25 * drift


def _spread(
    xy: frame.Floats, pull: frame.Floats, n: int, *, apart: float, rng: np.random.Generator
) -> NDArray[np.int_]:
    """Draw `n` places without replacement by weight, none nearer to another than `apart` metres."""
    keys = np.log(rng.random(len(xy))) / np.maximum(pull, 1e-12)
    chosen: list[int] = []
    for i in np.argsort(-keys):
        near = np.hypot(*(xy[chosen] - xy[i]).T) if chosen else np.array([np.inf])
        if near.min() >= apart:
            chosen.append(int(i))
        if len(chosen) == n:
            break
    return np.sort(np.array(chosen))


def _table(addresses: pd.DataFrame, prefix: str) -> pd.DataFrame:
    table = addresses[["x", "y", "district"]].reset_index(drop=True)
    table.insert(0, "facility_id", [f"{prefix}{i:03d}" for i in range(1, len(table) + 1)])
    table["address"] = (addresses["number"].astype(str) + " " + addresses["street"]).to_numpy()
    return table


def _hotels(addresses: pd.DataFrame) -> pd.DataFrame:
    rng = frame.stream("hotels")
    shops = addresses[addresses["use"] == "commercial"]
    xy = shops[["x", "y"]].to_numpy()
    roads = shapely.union_all(list(frame.FREEWAYS.values()))
    pull = 0.15 + np.exp(-shapely.distance(roads, shapely.points(xy)) / 350)
    pull += 1.2 * np.exp(-((np.hypot(xy[:, 0] - 8500, xy[:, 1] - 6400) / 1100) ** 2))
    table = _table(shops.iloc[_spread(xy, pull, N_HOTELS, apart=60, rng=rng)], "H")
    names = Names(frame.stream("hotel names"))
    table["name"] = [names.hotel() for _ in range(len(table))]
    table["rooms"] = (18 + rng.gamma(2.0, 32, len(table))).astype(int)
    return table


def _trap_houses(addresses: pd.DataFrame) -> pd.DataFrame:
    rng = frame.stream("trap houses")
    homes = addresses[addresses["use"] == "residential"]
    xy = homes[["x", "y"]].to_numpy()
    kinds = np.select([z.holds(xy) for z in planted.ZONES], [z.kind for z in planted.ZONES], "")
    factor = {"": 1.0, "hot": 6.0, "emerging": 6.0, "cold": 0.2}
    pull = weight(homes) * np.array([factor[kind] for kind in kinds])
    rows = _spread(xy, pull, N_TRAP_HOUSES, apart=90, rng=rng)
    table = _table(homes.iloc[rows], "T")
    start = np.where(kinds[rows] == "emerging", "2015-07-01", "2012-01-01").astype("datetime64[D]")
    room = (np.datetime64("2016-09-30") - start).astype(int)
    first = start + (rng.random(len(rows)) * room).astype("timedelta64[D]")
    last = first + rng.gamma(1.6, 210, len(rows)).astype("timedelta64[D]")
    table["first_report"] = first
    table["last_report"] = np.minimum(last, np.datetime64("2016-12-31"))
    return table


def _group_homes(addresses: pd.DataFrame, sites: frame.Floats) -> pd.DataFrame:
    rng = frame.stream("group homes")
    homes = addresses[addresses["use"] == "residential"]
    xy = homes[["x", "y"]].to_numpy()
    distance, _ = cKDTree(sites).query(xy)
    pull = 1 + planted.HOME_PULL * np.exp(-((distance / planted.HOME_REACH_M) ** 2))
    table = _table(homes.iloc[_spread(xy, pull, N_GROUP_HOMES, apart=200, rng=rng)], "G")
    owners = np.repeat([f"OP{i:02d}" for i in range(1, len(OPERATORS) + 1)], OPERATORS)
    table["operator_id"] = rng.permutation(owners[:N_GROUP_HOMES])
    table["capacity"] = rng.choice([5, 6, 7, 8], N_GROUP_HOMES, p=[0.15, 0.25, 0.15, 0.45])
    opened = np.datetime64("1997-01-01") + rng.integers(0, 6800, N_GROUP_HOMES).astype(
        "timedelta64[D]"
    )
    table["opened"] = opened
    shut = np.full(N_GROUP_HOMES, np.datetime64("NaT"), dtype="datetime64[D]")
    some = rng.choice(np.flatnonzero(opened < np.datetime64("2013-01-01")), 8, replace=False)
    shut[some] = np.datetime64("2014-03-01") + rng.integers(0, 1000, 8).astype("timedelta64[D]")
    table["closed"] = shut
    return table


def open_up(addresses: pd.DataFrame) -> Facilities:
    """Open every place.

    Parameters
    ----------
    addresses : DataFrame

    Returns
    -------
    Facilities
    """
    hotels, trap_houses = _hotels(addresses), _trap_houses(addresses)
    sites = np.vstack([table[["x", "y"]].to_numpy() for table in (hotels, trap_houses)])
    return Facilities(hotels, trap_houses, _group_homes(addresses, sites))
