"""Where reports, other police contacts and missing-from-care reports happen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from make import frame, planted
from make.facilities import Facilities, weight

if TYPE_CHECKING:
    from make.people import People

N_CONTACTS = 40_000
AT_SITE = 0.42
SITE_REACH_M = 450.0
MOST_AT_ONE_SITE = 5
CONTACTS = {
    "traffic stop": 0.27, "disturbance": 0.16, "theft": 0.13, "welfare check": 0.1,
    "family trouble": 0.09, "property damage": 0.08, "trespass": 0.06, "drug complaint": 0.05,
    "assault": 0.04, "other": 0.02,
}  # fmt: skip
PLACES = {"street": 0.34, "residence": 0.36, "vehicle": 0.14, "online": 0.08, "other": 0.08}
DETECTION = {"reported": 0.46, "proactive": 0.24, "missing contact": 0.19, "other": 0.11}
REPORTED_WITHIN_H = 8


def _pick(shares: dict[str, float], n: int, rng: np.random.Generator) -> np.ndarray:
    p = np.array(list(shares.values()))
    return rng.choice(np.array(list(shares), dtype=object), n, p=p / p.sum())


def place_reports(people: People, addresses: pd.DataFrame, facilities: Facilities) -> pd.DataFrame:
    """Give every report a place: the contacts' weights times the planted rate of its year.

    Parameters
    ----------
    people : People
    addresses : DataFrame
    facilities : Facilities

    Returns
    -------
    DataFrame
        The reports with ``x, y, place_type, detection_mode, district``.
    """
    rng = frame.stream("reports")
    reports = people.reports.copy()
    xy = addresses[["x", "y"]].to_numpy()
    base = weight(addresses)
    curve = np.argsort(gpd.GeoSeries(gpd.points_from_xy(*xy.T)).hilbert_distance(), kind="stable")
    at = np.zeros(len(reports), dtype=int)
    for year, rows in reports.groupby(reports["time"].dt.year).indices.items():
        pull = (base * planted.rate(xy, int(year)))[curve]
        at[rows] = curve[_evenly(pull, len(rows), rng)]
    reports[["x", "y"]] = xy[at]
    reports["district"] = addresses["district"].to_numpy()[at]
    reports["place_type"] = _pick(PLACES, len(reports), rng)
    _gather_at_sites(reports, facilities, rng)
    reports["detection_mode"] = _pick(DETECTION, len(reports), rng)
    return reports


def _evenly(pull: frame.Floats, n: int, rng: np.random.Generator) -> np.ndarray:
    """Sample systematically: every 1/n of the summed weights along the curve gets one report."""
    marks = (rng.permutation(n) + rng.random(n)) / n
    return np.searchsorted(np.cumsum(pull) / pull.sum(), marks)


def _gather_at_sites(
    reports: pd.DataFrame, facilities: Facilities, rng: np.random.Generator
) -> None:
    """Move some reports to the nearest hotel or trap house, a few at most to any one."""
    sites = pd.concat(
        [facilities.hotels.assign(type="hotel"), facilities.trap_houses.assign(type="drug_house")],
        ignore_index=True,
    )
    distance, nearest = cKDTree(sites[["x", "y"]]).query(reports[["x", "y"]].to_numpy())
    room = np.full(len(sites), MOST_AT_ONE_SITE)
    draw = rng.random(len(reports))
    for row in reports.index:
        site = nearest[row]
        if distance[row] < SITE_REACH_M and draw[row] < AT_SITE and room[site] > 0:
            room[site] -= 1
            columns = ["x", "y", "district", "place_type"]
            reports.loc[row, columns] = sites.loc[site, ["x", "y", "district", "type"]].to_numpy()
    reports[["x", "y"]] = reports[["x", "y"]].astype(float)


def contacts(addresses: pd.DataFrame) -> pd.DataFrame:
    """Draw the other police contacts of the four years.

    Parameters
    ----------
    addresses : DataFrame

    Returns
    -------
    DataFrame
        ``incident_id, time, category, x, y``.
    """
    rng = frame.stream("contacts")
    pull = weight(addresses)
    at = rng.choice(len(addresses), N_CONTACTS, p=pull / pull.sum())
    minutes = np.sort(rng.integers(0, 1461 * 24 * 60 // 5, N_CONTACTS)) * 5
    place = addresses.iloc[at]
    return pd.DataFrame(
        {
            "incident_id": [f"C{i:05d}" for i in range(1, N_CONTACTS + 1)],
            "time": pd.Timestamp("2013-01-01") + pd.to_timedelta(minutes, unit="min"),
            "category": _pick(CONTACTS, N_CONTACTS, rng),
            "x": place["x"].to_numpy(),
            "y": place["y"].to_numpy(),
        }
    )


def missing_reports(people: People, facilities: Facilities) -> pd.DataFrame:
    """Write every report of a person missing from care or from home.

    Parameters
    ----------
    people : People
    facilities : Facilities

    Returns
    -------
    DataFrame
        One row per report, in time order.
    """
    rng = frame.stream("missing reports")
    persons = people.persons[people.persons["ever_missing"] == 1]
    rows = []
    for person in persons.itertuples():
        rows += _of_person(person, people.born[person.person_id], facilities.group_homes, rng)
    table = pd.DataFrame(rows).sort_values(["time", "person_id"]).reset_index(drop=True)
    table.insert(0, "report_id", [f"M{i:04d}" for i in range(1, len(table) + 1)])
    return table


def _of_person(
    person: object, born: pd.Timestamp, homes: pd.DataFrame, rng: np.random.Generator
) -> list[dict[str, object]]:
    n = person.n_missing_reports
    now = (pd.Timestamp("2016-12-30") - born).days / 365.25
    first, last = (12.0, min(17.98, now)) if person.missing_as_juvenile else (18.02, now)
    first = min(first, last - 0.3)
    ages = np.sort(first + (last - first) * rng.beta(2.2, 1.8, n))
    origin = _origins(person, n, rng)
    district = str(rng.integers(1, 8))
    own: list[int] = []
    rows = []
    for age, came in zip(ages, origin, strict=True):
        start = (born + pd.Timedelta(days=float(age) * 365.25)).floor("D")
        start += pd.Timedelta(minutes=int(((20 + rng.normal(0, 4.5)) % 24) * 60))
        reported = start + pd.Timedelta(minutes=int(60 * rng.lognormal(1.55, 0.9)))
        back = reported + pd.Timedelta(minutes=int(60 * rng.lognormal(3.2, 1.3)))
        known = rng.random() > 0.07 and back < pd.Timestamp("2017-01-01")
        home = _home_at(start, homes, own, rng) if came == "group home" else None
        rows.append(
            {
                "person_id": person.person_id,
                "time": reported,
                "time_missing": start,
                "time_returned": back if known else pd.NaT,
                "age_group": "juvenile" if age < 18 else "adult",
                "missing_from": came,
                "facility_id": "" if home is None else homes.loc[home, "facility_id"],
                "district": district if home is None else homes.loc[home, "district"],
            }
        )
    return rows


def _origins(person: object, n: int, rng: np.random.Generator) -> list[str]:
    care = "other out-of-home care"
    if person.missing_from_group_home:
        return ["group home", *_pick({"group home": 0.75, care: 0.1, "home": 0.15}, n - 1, rng)]
    if person.missing_out_of_home_care:
        return [care, *_pick({care: 0.7, "home": 0.3}, n - 1, rng)]
    return ["home"] * n


def _home_at(
    when: pd.Timestamp, homes: pd.DataFrame, own: list[int], rng: np.random.Generator
) -> int:
    """Find the home a person lives in: the same as before, or another one open at the time."""
    is_open = (homes["opened"] <= when) & ~(homes["closed"] <= when)
    stays = [home for home in own if is_open[home]]
    if stays and rng.random() < 0.7:
        return stays[-1]
    able = homes.index[is_open].to_numpy()
    home = int(rng.choice(able, p=homes.loc[able, "capacity"] / homes.loc[able, "capacity"].sum()))
    own.append(home)
    return home
