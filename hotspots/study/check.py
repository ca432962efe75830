"""What ``hotspots check`` looks at: all that can be refused before anything is tested."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hotspots.geography.overlap import require_lived_in_once, require_side_by_side
from hotspots.study.counting import counted
from hotspots.study.inputs import Inputs, read_inputs
from hotspots.study.nearness import near
from hotspots.study.testing import draw_limits, neighbours, rates_apart

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    from libpysal.graph import Graph

    from hotspots.schema import RowCounts
    from hotspots.study.model import Study


@dataclass(frozen=True, kw_only=True)
class Check:
    """A study that can be run.

    Attributes
    ----------
    inputs : Inputs
        What was read.
    units : GeoDataFrame
        With their counts.
    graph : libpysal.graph.Graph
        Who neighbours whom.
    rows : mapping of str to RowCounts
        Rows by table, as a run records them.
    notes : sequence of str
        Choices made while reading, and what the counts leave open.
    """

    inputs: Inputs
    units: gpd.GeoDataFrame = field(repr=False)
    graph: Graph = field(repr=False)
    rows: Mapping[str, RowCounts]
    notes: Sequence[str] = ()


def check(study: Study) -> Check:
    """Read every file of a study, count in its units, find their neighbours; test nothing.

    Distances are measured and one set of control sites drawn, to see that it can be done.

    Parameters
    ----------
    study : Study
        From :func:`read_study`.

    Returns
    -------
    Check

    Raises
    ------
    HotspotsError
        If a run would refuse the files, the units, their neighbours, the control sites or the
        public areas.
    """
    inputs = read_inputs(study)
    if inputs.population is not None:
        require_lived_in_once(inputs.population)
    if inputs.areas is not None:
        require_side_by_side(inputs.areas, what="public areas")
    found = counted(study, inputs)
    near(study, inputs, compare=False)
    return Check(
        inputs=inputs,
        units=found.units,
        graph=neighbours(study, found.units),
        rows=found.rows,
        notes=[*inputs.notes, *found.notes, *rates_apart(study), *draw_limits(study)],
    )
