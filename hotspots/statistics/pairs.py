"""Several values per unit: the units that have all of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from hotspots.errors import AlignmentError, StatisticsError
from hotspots.statistics.neighbourhoods import neighbourhoods

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from libpysal.graph import Graph

    from hotspots.statistics.neighbourhoods import Neighbourhoods


def together(values: Mapping[str, pd.Series], graph: Graph) -> list[Neighbourhoods]:
    """Check several values against one graph and keep the units that have all of them.

    Parameters
    ----------
    values : mapping of str to Series of float, length N
        How messages name each value, to the value of every unit.
    graph : libpysal.graph.Graph
        Neighbours of every unit, with the same ids in the same order.

    Returns
    -------
    list of Neighbourhoods
        One for each value, with the same units and links.

    Raises
    ------
    AlignmentError, StatisticsError
        As :func:`hotspots.statistics.neighbourhoods.neighbourhoods`, naming the value.
    """
    found = [_named(name, series, graph) for name, series in values.items()]
    complete = np.logical_and.reduce([units.has_value for units in found])
    first = next(iter(values.values()))
    kept = found[0] if complete.all() else neighbourhoods(first.where(complete), graph)
    return [replace(kept, values=units.values[complete[units.has_value]]) for units in found]


def _named(name: str, values: pd.Series, graph: Graph) -> Neighbourhoods:
    try:
        return neighbourhoods(values, graph)
    except (AlignmentError, StatisticsError) as error:
        about, _, rest = str(error).partition("values")
        raise type(error)(f"{name}{rest}" if rest and not about else str(error)) from None
