"""The 231 persons and their 315 reports: every published margin, met exactly and jointly."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp

from make import frame

if TYPE_CHECKING:
    from numpy.typing import NDArray

YEARS = (2013, 2014, 2015, 2016)
TIERS = {"confirmed": 187, "believed": 44}
SEX = {"female": (182, 43), "male": (3, 1), "transgender": (2, 0)}
RACE = {"Black": (118, 31), "White": (45, 11), "Latino": (15, 2), "multiracial": (5, 0),
        "Asian": (4, 0)}  # fmt: skip
AGES = {11: 1, 12: 4, 13: 8, 14: 18, 15: 28, 16: 38, 17: 29, 18: 19, 19: 16, 20: 15, 21: 14, 22: 13,
        23: 12, 24: 11, 25: 5}  # fmt: skip
JUVENILES = {"confirmed": 107, "believed": 19}
# history: (confirmed, believed), (adult, juvenile) or None where the report does not say
HISTORY: dict[str, tuple[tuple[int, int], tuple[int, int] | None]] = {
    "sexual_assault_history": ((58, 5), (18, 45)),
    "battery_history": ((46, 11), (37, 20)),
    "child_abuse_history": ((28, 3), (7, 24)),
    "drug_history": ((36, 7), None),
    "other_contact": ((111, 18), (58, 71)),
}
ANY_CONTACT = 199
MISSING: dict[str, tuple[int, int]] = {
    "ever_missing": (120, 16),
    "missing_out_of_home_care": (74, 6),
}
MISSING_AS_JUVENILE = 130
MISSING_GROUP_HOME = 75
MISSING_COUNTS = {1: 22, 2: 19, 3: 15, 4: 14, 5: 16}
MISSING_MANY = 50
EARLIER_SUSPECTED = 6
SINGLE_YEARS = {"confirmed": (157, 27), "believed": (43, 1)}
PERSON_YEARS = {"confirmed": (31, 59, 55, 76), "believed": (9, 16, 4, 16)}
LONG_SPANS = ((2013, 2014, 2015, 2016), (2013, 2014, 2016), (2014, 2015, 2016))
WITHIN_A_YEAR = 29
REPORTS = 315
MOST_REPORTS = 8
OFFENCES_PER_REPORT = {0: 67, 1: 164, 2: 56, 3: 20, 4: 4, 5: 4}
NO_CRIME = {"A": 15, "B": 20, "C": 32}
OFFENCES = {"trafficking": 82, "exploitation": 84, "sexual assault": 81, "interpersonal": 55,
            "s. 944.30": 56, "other": 14}  # fmt: skip


class People(NamedTuple):
    """The tables about persons.

    Attributes
    ----------
    persons : DataFrame
        231 rows.
    reports : DataFrame
        315 rows, one for each report, without a place.
    offences : DataFrame
        439 rows, "no crime" among them.
    born : Series of datetime
        By ``person_id``; never written.
    """

    persons: pd.DataFrame
    reports: pd.DataFrame
    offences: pd.DataFrame
    born: pd.Series


def _dealt(counts: dict[str, int], rng: np.random.Generator) -> NDArray[np.object_]:
    return rng.permutation(np.repeat(np.array(list(counts), dtype=object), list(counts.values())))


def _base(rng: np.random.Generator) -> pd.DataFrame:
    """Deal age, sex and race within each tier, and number the persons in no telling order."""
    parts = []
    ages = _dealt(AGES, rng).astype(int)
    young, grown = ages[ages < 18], ages[ages >= 18]
    taken = 0
    for column, (tier, n) in enumerate(TIERS.items()):
        k = JUVENILES[tier]
        old = n - k
        at = (taken, taken + k) if column == 0 else (len(young) - k, len(young))
        mine = np.concatenate([young[slice(*at)], grown[:old] if column == 0 else grown[-old:]])
        part = pd.DataFrame({"tier": tier, "age_first": rng.permutation(mine)})
        part["sex"] = _dealt({key: value[column] for key, value in SEX.items()}, rng)
        part["race"] = _dealt({key: value[column] for key, value in RACE.items()}, rng)
        parts.append(part)
    table = pd.concat(parts, ignore_index=True).iloc[rng.permutation(sum(TIERS.values()))]
    table.insert(0, "person_id", [f"P{i:03d}" for i in range(1, len(table) + 1)])
    table["age_group"] = np.where(table["age_first"] < 18, "juvenile", "adult")
    return table.reset_index(drop=True)


class _Programme:
    """Linear bounds over 0-1 columns of one table, gathered row by row."""

    def __init__(self, columns: list[str], n: int) -> None:
        self.columns, self.n = columns, n
        self.rows: list[frame.Floats] = []
        self.bounds: list[tuple[float, float]] = []

    def bound(self, least: float, most: float, **weights: NDArray[np.generic]) -> None:
        """Hold the weighted sum of columns between two numbers."""
        row = np.zeros((len(self.columns), self.n))
        for column, weight in weights.items():
            row[self.columns.index(column)] = weight
        self.rows.append(row.ravel())
        self.bounds.append((least, most))

    def total(self, column: str, mask: NDArray[np.bool_], count: int) -> None:
        """Fix how many of those in `mask` have the flag."""
        self.bound(count, count, **{column: mask})

    def solve(self, cost: frame.Floats) -> pd.DataFrame:
        """Find the cheapest table that keeps every bound."""
        low, high = np.array(self.bounds).T
        solved = milp(
            cost.ravel(),
            integrality=np.ones(cost.size),
            bounds=Bounds(0, 1),
            constraints=LinearConstraint(np.array(self.rows), low, high),
            options={"mip_rel_gap": 0.0},
        )
        if solved.x is None:
            raise RuntimeError(f"the margins cannot be met jointly: {solved.message}")
        chosen = np.round(solved.x).astype(int).reshape(cost.shape)
        return pd.DataFrame(dict(zip(self.columns, chosen, strict=True)))


def _flags(persons: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Choose who has which history: a 0-1 programme over all margins, with random costs."""
    missing = [*MISSING, "missing_as_juvenile", "missing_from_group_home"]
    programme = _Programme([*HISTORY, *missing, "any_contact"], len(persons))
    _hold_margins(programme, persons)
    _hold_logic(programme, (persons["age_group"] == "juvenile").to_numpy())
    cost = rng.random((len(programme.columns), len(persons)))
    young = (persons["age_group"] == "juvenile").to_numpy()
    cost[programme.columns.index("ever_missing")] -= 0.5 * young
    return programme.solve(cost)


def _hold_margins(programme: _Programme, persons: pd.DataFrame) -> None:
    tier = {name: (persons["tier"] == name).to_numpy() for name in TIERS}
    age = {name: (persons["age_group"] == name).to_numpy() for name in ("adult", "juvenile")}
    by_tier = {**{column: margins[0] for column, margins in HISTORY.items()}, **MISSING}
    for column, counts in by_tier.items():
        for name, count in zip(tier, counts, strict=True):
            programme.total(column, tier[name], count)
    for column, (_, counts_by_age) in HISTORY.items():
        for name, count in zip(age, counts_by_age or (), strict=False):
            programme.total(column, age[name], count)
    everyone = np.ones(len(persons), dtype=bool)
    programme.total("missing_as_juvenile", everyone, MISSING_AS_JUVENILE)
    programme.total("missing_from_group_home", everyone, MISSING_GROUP_HOME)
    programme.total("any_contact", everyone, ANY_CONTACT)


def _hold_logic(programme: _Programme, young: NDArray[np.bool_]) -> None:
    """Any contact is at least one of five; each kind of missing contains the next narrower one."""
    chain = ("ever_missing", "missing_as_juvenile", "missing_out_of_home_care",
             "missing_from_group_home")  # fmt: skip
    for one, juvenile in zip(np.eye(programme.n), young, strict=True):
        programme.bound(0, len(HISTORY), any_contact=-one, **dict.fromkeys(HISTORY, one))
        for column in HISTORY:
            programme.bound(0, 1, any_contact=one, **{column: -one})
        for wide, narrow in pairwise(chain):
            programme.bound(0, 1, **{wide: one, narrow: -one})
        if juvenile:
            programme.bound(0, 0, ever_missing=one, missing_as_juvenile=-one)


def _year_sets(persons: pd.DataFrame, rng: np.random.Generator) -> list[tuple[int, ...]]:
    """Give every person the years of their reports, meeting persons by year and tier."""
    found: dict[int, tuple[int, ...]] = {}
    for tier, (_, pairs) in SINGLE_YEARS.items():
        left = dict(zip(YEARS, PERSON_YEARS[tier], strict=True))
        sets = list(LONG_SPANS) if tier == "confirmed" else []
        for _ in range(pairs):
            start = int(rng.choice([2013, 2014, 2015], p=[0.22, 0.4, 0.38]))
            later = [y for y in YEARS if y > start]
            sets.append((start, later[0] if rng.random() < 0.8 else later[-1]))
        for years in sets:
            for year in years:
                left[year] -= 1
        singles = rng.permutation(np.repeat(YEARS, list(left.values())))
        own = persons.index[persons["tier"] == tier].to_numpy()
        able = own[(persons.loc[own, "age_first"] <= 21).to_numpy()]
        several = rng.choice(able, len(sets), replace=False)
        found.update(zip(several.tolist(), sets, strict=True))
        rest = [i for i in own if i not in set(several)]
        found.update({i: (int(y),) for i, y in zip(rest, singles, strict=True)})
    return [found[i] for i in persons.index]


def _report_counts(years: list[tuple[int, ...]], rng: np.random.Generator) -> NDArray[np.int_]:
    """Give every person the number of their reports: 60 have more than one, 315 in all."""
    counts = np.array([len(y) for y in years])
    spare = rng.choice(np.flatnonzero(counts == 1), WITHIN_A_YEAR, replace=False)
    counts[spare] += 1
    longest = int(np.argmax([len(y) for y in years]))
    counts[longest] = MOST_REPORTS
    repeated = np.flatnonzero(counts > 1)
    while counts.sum() < REPORTS:
        one = int(rng.choice(repeated))
        if counts[one] < 6:
            counts[one] += 1
    return counts


def _reports(
    persons: pd.DataFrame, years: list[tuple[int, ...]], rng: np.random.Generator
) -> pd.DataFrame:
    counts = _report_counts(years, rng)
    rows = []
    for person, own, count in zip(persons.index, years, counts, strict=True):
        when = [*own, *rng.choice(own, count - len(own))]
        rows += [(person, year, _moment(year, rng)) for year in sorted(int(y) for y in when)]
    table = pd.DataFrame(rows, columns=["person", "year", "time"]).sort_values(["person", "time"])
    first = table.groupby("person")["time"].transform("min")
    birthday = pd.Series(rng.uniform(0, 365.2, len(persons)), index=persons.index)
    since = (table["time"] - first).dt.days + table["person"].map(birthday)
    table["age"] = table["person"].map(persons["age_first"]) + (since // 365.25).astype(int)
    table["age_group"] = np.where(table["age"] < 18, "juvenile", "adult")
    table["born"] = first - pd.to_timedelta(
        (
            (table["person"].map(persons["age_first"]) * 365.25) + table["person"].map(birthday)
        ).round(),
        unit="D",
    )
    table["tier"] = table["person"].map(persons["tier"])
    table["person_id"] = table["person"].map(persons["person_id"])
    repeated = table[table["tier"].eq("confirmed") & table["person"].duplicated(keep=False)]
    starts = repeated.index[~repeated["person"].duplicated()].to_numpy()
    table.loc[rng.choice(starts, EARLIER_SUSPECTED, replace=False), "tier"] = "believed"
    return table.sort_values(["time", "person_id"]).reset_index(drop=True)


def _moment(year: int, rng: np.random.Generator) -> pd.Timestamp:
    """Draw a time, more often in the evening and night, to the minute."""
    day = int(rng.integers(0, 365))
    hour = (19 + rng.normal(0, 5)) % 24
    start = pd.Timestamp(year=year, month=1, day=1)
    return (start + pd.Timedelta(days=day, minutes=int(hour * 60))).as_unit("s")


def _offences(reports: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Deal offences to reports, no kind twice in one report, every total met."""
    n_of = rng.permutation(np.repeat(list(OFFENCES_PER_REPORT), list(OFFENCES_PER_REPORT.values())))
    left = dict(OFFENCES)
    kinds = list(OFFENCES)
    chosen: dict[int, list[str]] = {}
    for report in np.argsort(-n_of, kind="stable"):
        # Kinds with most left come first, so that no kind is left over at the end.
        many = rng.permutation(kinds)
        weight = np.array([left[k] for k in many], dtype=float)
        if n_of[report] > 1:
            order = np.argsort(-weight * rng.uniform(0.55, 1, len(kinds)))
            mine = [str(many[i]) for i in order[: n_of[report]]]
        elif n_of[report] == 1:
            mine = [str(rng.choice(many, p=weight / weight.sum()))]
        else:
            mine = []
        for kind in mine:
            left[kind] -= 1
        chosen[int(report)] = sorted(mine, key=kinds.index)
    groups = iter(_dealt(NO_CRIME, rng))
    rows = []
    for i, report in enumerate(reports["incident_id"]):
        rows += [(report, k, offence, "") for k, offence in enumerate(chosen[i], start=1)]
        if not chosen[i]:
            rows.append((report, 1, "no crime", next(groups)))
    return pd.DataFrame(rows, columns=["incident_id", "rank", "offence", "no_crime_group"])


def _missing_counts(persons: pd.DataFrame, rng: np.random.Generator) -> NDArray[np.int_]:
    """Give the 136 ever missing their number of reports; those in care have more."""
    many = np.minimum(6 + rng.geometric(0.14, MISSING_MANY) - 1, 31)
    many[0] = 31
    values = np.concatenate([np.repeat(list(MISSING_COUNTS), list(MISSING_COUNTS.values())), many])
    who = persons.index[persons["ever_missing"] == 1].to_numpy()
    lean = persons.loc[who, "missing_out_of_home_care"].to_numpy() * 0.5 + rng.random(len(who))
    counts = np.zeros(len(persons), dtype=int)
    counts[who[np.argsort(lean)]] = np.sort(values)
    return counts


def invent() -> People:
    """Invent persons, their reports and offences.

    Returns
    -------
    People
    """
    rng = frame.stream("people")
    persons = _base(rng)
    persons = persons.join(_flags(persons, rng))
    years = _year_sets(persons, rng)
    reports = _reports(persons, years, rng)
    reports.insert(0, "incident_id", [f"R{i:03d}" for i in range(1, len(reports) + 1)])
    offences = _offences(reports, rng)
    main = offences[offences["rank"] == 1].set_index("incident_id")["offence"]
    reports["category"] = reports["incident_id"].map(main)
    earlier = reports[reports["tier"] == "believed"]["person_id"]
    confirmed = persons["tier"] == "confirmed"
    persons["earlier_suspected"] = (persons["person_id"].isin(earlier) & confirmed).astype(int)
    persons["first_year"] = [y[0] for y in years]
    persons["n_years"] = [len(y) for y in years]
    persons["n_reports"] = persons["person_id"].map(reports["person_id"].value_counts())
    persons["n_missing_reports"] = _missing_counts(persons, rng)
    born = reports.drop_duplicates("person_id").set_index("person_id")["born"]
    return People(persons, reports.drop(columns=["person", "year", "born"]), offences, born)
