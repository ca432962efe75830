"""The middle steps: units and neighbours, local and global statistics, proximity."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hotspots.study.counting import counted
from hotspots.study.nearness import Near, near
from hotspots.study.rates import rate_table
from hotspots.study.testing import (
    MAX_DIRECT,
    draw_limits,
    global_tests,
    is_direct,
    local_test,
    neighbours,
    rates_apart,
)

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
    near : Near
        What is near places, and whether that is more than near control sites.
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
    rows: Mapping[str, RowCounts]
    notes: Sequence[str] = ()
    n_persons: int | None = None
    rates: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    near: Near = field(default_factory=Near, repr=False)

    @property
    def proximity(self) -> pd.DataFrame | None:
        """Distances of places, one row per place and kind of destination."""
        return self.near.table


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
        limit = {"most_draws": MAX_DIRECT} if is_direct(study, name) else {}
        inference[name] = {**result.attrs["inference"], **limit}
        units = units.join(result.add_prefix(f"{name}_"))
    rates: dict[str, Mapping[str, Any]] = {}
    for kind in study.analysis.rates:
        with steps(f"Computing {kind}"):
            table = rate_table(kind, study, units)
        rates[kind] = dict(table.attrs["rates"])
        units = units.join(table.add_prefix(f"{kind}_"))
    with steps("Measuring distances"):
        surroundings = near(study, inputs)
    return Analysis(
        units=units,
        tests=tests,
        inference=inference,
        rows=found.rows,
        notes=[*inputs.notes, *found.notes, *rates_apart(study), *draw_limits(study)],
        n_persons=found.n_persons,
        rates=rates,
        near=surroundings,
    )
