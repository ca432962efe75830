"""The middle steps: units and neighbours, local and global statistics, proximity."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hotspots.facilities.proximity import proximity
from hotspots.study.counting import counted
from hotspots.study.rates import rate_table
from hotspots.study.testing import draw_limits, global_tests, local_test, neighbours

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    import pandas as pd

    from hotspots.schema import RowCounts, TestResult
    from hotspots.study.inputs import Inputs
    from hotspots.study.model import Study
    from hotspots.study.progress import Steps


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """What was computed from the inputs, before anything passes the door.

    Attributes
    ----------
    units : GeoDataFrame
        As counted, and every local result under its prefix.
    tests : mapping of str to TestResult
        The global tests.
    inference : mapping of str to mapping
        How each local result was tested.
    rates : mapping of str to mapping
        How rates without a test were computed.
    proximity : DataFrame, optional
        Distances between facilities.
    rows : mapping of str to RowCounts
        Rows by table, now with those in no unit set aside.
    notes : sequence of str
        Choices made while reading, and what the counts leave open.
    n_persons : int, optional
        Distinct persons of the records that were counted, where they are known.
    """

    units: gpd.GeoDataFrame = field(repr=False)
    tests: Mapping[str, TestResult]
    inference: Mapping[str, Mapping[str, Any]]
    proximity: pd.DataFrame | None = field(repr=False)
    rows: Mapping[str, RowCounts]
    notes: Sequence[str] = ()
    n_persons: int | None = None
    rates: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


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
        If there is nothing to count.
    """
    with steps("Counting incidents"):
        found = counted(study, inputs)
        units = found.units
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
    rates: dict[str, Mapping[str, Any]] = {}
    for kind in study.analysis.rates:
        with steps(f"Computing {kind}"):
            table = rate_table(kind, study, units)
        rates[kind] = dict(table.attrs["rates"])
        units = units.join(table.add_prefix(f"{kind}_"))
    with steps("Measuring distances"):
        distances = _proximity(study, inputs)
    return Analysis(
        units=units,
        tests=tests,
        inference=inference,
        proximity=distances,
        rows=found.rows,
        notes=[*inputs.notes, *found.notes, *draw_limits(study)],
        n_persons=found.n_persons,
        rates=rates,
    )


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
