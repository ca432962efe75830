"""The middle steps: units and neighbours, local and global statistics, proximity."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hotspots.errors import InputError
from hotspots.facilities.proximity import proximity
from hotspots.geography.counting import count, locate
from hotspots.geography.grids import hexagons, squares
from hotspots.geography.overlap import require_side_by_side
from hotspots.study.model import PolygonsSection
from hotspots.study.testing import at_risk, global_tests, local_test, neighbours

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    import pandas as pd

    from hotspots.schema import RowCounts, TestResult
    from hotspots.study.inputs import Inputs
    from hotspots.study.model import Study
    from hotspots.study.progress import Steps

OUTSIDE = "outside every unit"


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """What was computed from the inputs, before anything passes the door.

    Attributes
    ----------
    units : GeoDataFrame
        ``count``, ``baseline_count`` where known, and every local result under its prefix.
    tests : mapping of str to TestResult
        The global tests.
    inference : mapping of str to mapping
        How each local result was tested.
    proximity : DataFrame, optional
        Distances between facilities.
    rows : mapping of str to RowCounts
        Rows by table, now with those in no unit set aside.
    notes : sequence of str
        Choices made while reading.
    """

    units: gpd.GeoDataFrame = field(repr=False)
    tests: Mapping[str, TestResult]
    inference: Mapping[str, Mapping[str, Any]]
    proximity: pd.DataFrame | None = field(repr=False)
    rows: Mapping[str, RowCounts]
    notes: Sequence[str] = ()


def analyse(study: Study, inputs: Inputs, steps: Steps) -> Analysis:
    """Count, test and measure.

    Parameters
    ----------
    study : Study
        What to do.
    inputs : Inputs
        What it is done to.
    steps : Steps
        Told of every step.

    Returns
    -------
    Analysis

    Raises
    ------
    InputError
        If no incident lies in any unit.
    """
    with steps("Counting incidents"):
        units, rows = counted(study, inputs)
    with steps("Finding neighbours"):
        graph = neighbours(study, units)
    with steps("Testing the whole area"):
        tests = global_tests(study, units, graph)
    inference: dict[str, Mapping[str, Any]] = {}
    for name in study.analysis.statistics:
        with steps(f"Testing {name}"):
            result = local_test(name, study, units, graph)
        inference[name] = dict(result.attrs["inference"])
        units = units.join(result.add_prefix(f"{name}_"))
    with steps("Measuring distances"):
        distances = _proximity(study, inputs)
    return Analysis(
        units=units,
        tests=tests,
        inference=inference,
        proximity=distances,
        rows=rows,
        notes=inputs.notes,
    )


def counted(study: Study, inputs: Inputs) -> tuple[gpd.GeoDataFrame, dict[str, RowCounts]]:
    """Count the records in each unit.

    Parameters
    ----------
    study : Study
        For the units, and what rates are taken of.
    inputs : Inputs
        The records.

    Returns
    -------
    GeoDataFrame
        The units with ``count``, and ``baseline_count``, ``persons`` and what rates are taken of
        where known.
    dict of str to RowCounts
        Rows by table, now with those in no unit set aside.

    Raises
    ------
    InputError
        If units overlap, or no incident lies in any of them.
    """
    units = _units(study, inputs)
    rows = inputs.rows
    tables = {"count": "incidents", "baseline_count": "baseline"}
    for column, name in tables.items():
        if name not in inputs.tables:
            continue
        points = inputs.tables[name].table
        units = count(points, units, name=column)
        outside = len(points) - int(units[column].sum())
        rows[name] = rows[name].aside(OUTSIDE, outside)
        if rows[name].used == 0:
            raise InputError(f"{name}: none of {len(points)} records lies in any of the units")
    if "person_id" in inputs.incidents.table.columns:
        units["persons"] = _persons(inputs.incidents.table, units)
    return at_risk(study, inputs, units), rows


def _persons(incidents: gpd.GeoDataFrame, units: gpd.GeoDataFrame) -> pd.Series:
    persons: pd.Series = incidents["person_id"].groupby(locate(incidents, units)).nunique()
    return persons.reindex(units.index).fillna(0).astype(int)


def _units(study: Study, inputs: Inputs) -> gpd.GeoDataFrame:
    if isinstance(study.units, PolygonsSection):
        require_side_by_side(inputs.units, what="units")
        return inputs.units
    grid = squares if study.units.kind == "square" else hexagons
    return grid(inputs.boundary, size=study.units.size_m)


def _proximity(study: Study, inputs: Inputs) -> pd.DataFrame | None:
    section, facilities = study.proximity, inputs.all_facilities()
    if section is None or facilities is None:
        return None
    return proximity(
        facilities[facilities["kind"].isin(section.from_)],
        facilities[facilities["kind"].isin(section.to)],
        streets=inputs.streets,
        within=tuple(section.within_m),
    )
