"""What is counted in each unit, what it is divided by, and what it is set beside."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hotspots.errors import InputError
from hotspots.geography.apportionment import apportion
from hotspots.geography.counting import count, locate
from hotspots.geography.grids import hexagons, squares
from hotspots.geography.overlap import require_lived_in_once, require_side_by_side
from hotspots.study.sections import PolygonsSection

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    import pandas as pd

    from hotspots.schema import RowCounts
    from hotspots.study.inputs import Inputs
    from hotspots.study.model import Study

OUTSIDE = "outside every unit"
COLUMNS = {"population": "population", "baseline": "baseline_count"}
"""Where the numbers of a section stand; those of facilities stand in ``beside_count``."""


@dataclass(frozen=True, kw_only=True)
class Counted:
    """The units with what lies in them, before anything is tested.

    Attributes
    ----------
    units : GeoDataFrame
        ``count``; ``persons``, ``baseline_count``, ``population``, ``expected_count`` and
        ``beside_count`` where known or asked for.
    rows : mapping of str to RowCounts
        Rows by table, now with those in no unit set aside.
    notes : sequence of str
        What the numbers leave open.
    n_persons : int, optional
        Distinct persons of the records that lie in a unit, where they are known; a record that
        does not say whose it is counts as one of its own.
    """

    units: gpd.GeoDataFrame = field(repr=False)
    rows: Mapping[str, RowCounts]
    notes: Sequence[str] = ()
    n_persons: int | None = None


def counted(study: Study, inputs: Inputs) -> Counted:
    """Count the records in each unit.

    Parameters
    ----------
    study : Study
        For the units, and what they are tested for.
    inputs : Inputs
        The records.

    Returns
    -------
    Counted

    Raises
    ------
    InputError
        If units overlap, if no incident lies in any of them, nobody at risk, or nothing to set
        beside, or if persons are asked for and not known.
    """
    units, rows, notes = _units(study, inputs), dict(inputs.rows), []
    n_persons = None
    incidents = inputs.incidents.table
    where = locate(incidents, units)
    units = units.assign(count=_per_unit(where.value_counts(), units))
    rows["incidents"] = _used(rows["incidents"], "incidents", len(where), int(where.count()))
    if inputs.baseline is not None:
        contacts = inputs.baseline.table
        units = count(contacts, units, name="baseline_count")
        within = int(units["baseline_count"].sum())
        rows["baseline"] = _used(rows["baseline"], "baseline", len(contacts), within)
    if "person_id" in incidents.columns:
        units["persons"] = _per_unit(_persons(incidents["person_id"], where), units)
        person = incidents["person_id"][where.notna()]
        n_persons = int(person.nunique() + person.isna().sum())
        notes += _unnamed(person)
    _require_persons(study, inputs)
    units, beside = _with_second(study, inputs, _with_risk(study, inputs, units))
    notes += [*_unused_denominator(study), *beside]
    return Counted(units=units, rows=rows, notes=notes, n_persons=n_persons)


def values(study: Study, units: gpd.GeoDataFrame) -> pd.Series:
    """Give what is tested: incidents, or distinct persons, per unit."""
    tested: pd.Series = units["persons" if study.analysis.count == "persons" else "count"]
    return tested


def at_risk(study: Study, units: gpd.GeoDataFrame) -> pd.Series:
    """Give what rates are taken of, per unit."""
    people: pd.Series = units[COLUMNS[study.denominator]].astype(float)
    return people


def second(study: Study, units: gpd.GeoDataFrame) -> pd.Series:
    """Give what the incidents are set beside, per unit."""
    beside: pd.Series = units[COLUMNS.get(str(study.beside), "beside_count")]
    return beside


def _units(study: Study, inputs: Inputs) -> gpd.GeoDataFrame:
    if isinstance(study.units, PolygonsSection):
        require_side_by_side(inputs.units, what="units")
        return inputs.units
    grid = squares if study.units.kind == "square" else hexagons
    return grid(inputs.boundary, size=study.units.size_m)


def _per_unit(numbers: pd.Series, units: gpd.GeoDataFrame) -> pd.Series:
    whole: pd.Series = numbers.reindex(units.index, fill_value=0).astype("int64")
    return whole


def _used(rows: RowCounts, name: str, n: int, within: int) -> RowCounts:
    """Set aside what lies in no unit; refuse a table of which nothing is left."""
    if within == 0:
        raise InputError(f"{name}: none of {n} records lies in any of the units")
    return rows.aside(OUTSIDE, n - within)


def _persons(person: pd.Series, where: pd.Series) -> pd.Series:
    """Count distinct persons; a record that does not say whose it is counts as one of its own."""
    distinct = person.groupby(where).nunique()
    unnamed: pd.Series = person.isna().groupby(where).sum()
    return distinct + unnamed


def _unnamed(person: pd.Series) -> list[str]:
    n = int(person.isna().sum())
    if n == 0:
        return []
    has, it = ("has", "it") if n == 1 else ("have", "each")
    records = f"{n:,} of {len(person):,} records"
    note = f"{records} {has} no person_id, and {it} counts as a person of its own"
    return [f"incidents: {note}"]


def _require_persons(study: Study, inputs: Inputs) -> None:
    if study.analysis.count != "persons":
        return
    incidents = inputs.incidents.table
    if "person_id" not in incidents.columns:
        raise InputError(
            '[analysis] count = "persons" needs to know who is the same person: name the column '
            "person_id in [incidents] columns, or count incidents"
        )
    if incidents["person_id"].isna().all():
        raise InputError(
            f'[analysis] count = "persons": none of {len(incidents)} incidents has a person_id; '
            "count incidents"
        )


def _with_risk(study: Study, inputs: Inputs, units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Add residents, apportioned by area, and what the same rate everywhere would give."""
    sections = {study.denominator if study.per_head else None, study.beside}
    if "population" in sections:
        require_lived_in_once(inputs.population)
        units = units.assign(population=apportion(inputs.population, units))
    if not study.per_head:
        return units
    people = at_risk(study, units)
    if not people.sum() > 0:
        raise InputError(
            f"[{study.denominator}]: nobody at risk in any unit, so there are no rates; are its "
            "file and crs those of this city?"
        )
    return units.assign(expected_count=values(study, units).sum() * people / people.sum())


def _unused_denominator(study: Study) -> list[str]:
    unused = None if study.per_head else study.analysis.denominator
    note = f'analysis: denominator = "{unused}" is looked at by none of the statistics'
    return [note] if unused else []


def _with_second(
    study: Study, inputs: Inputs, units: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Count the facilities that the incidents are set beside; say how many lie in no unit."""
    kind, unused = study.beside, study.analysis.beside
    if kind is None:
        note = f'analysis: beside = "{unused}" is looked at by none of the statistics'
        return units, [note] if unused else []
    notes = []
    facilities = inputs.all_facilities()
    if kind not in COLUMNS and facilities is not None:
        listed = facilities[facilities["kind"] == kind]
        units = count(listed, units, name="beside_count")
        outside = len(listed) - int(units["beside_count"].sum())
        if outside:
            lie, are = ("lies", "is") if outside == 1 else ("lie", "are")
            notes = [
                f"{kind}: {outside} of {len(listed)} {lie} in no unit and {are} set beside none"
            ]
    if not second(study, units).sum() > 0:
        raise InputError(
            f'[analysis] beside = "{kind}": there is none in any of the units, so there is '
            "nothing to set beside"
        )
    return units, notes
