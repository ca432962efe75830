"""Allow-lists: the columns and shapes that may be in a release at all."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely

from hotspots.errors import DisclosureError
from hotspots.schema import (
    EB_LABELS,
    EXCESS_RISK_LABELS,
    GEARY_LABELS,
    HOT_COLD_LABELS,
    MORAN_LABELS,
    RATE_COLUMNS,
    RESULT_COLUMNS,
    UNITS,
    statistics_in,
)

if TYPE_CHECKING:
    from hotspots.facilities.comparison import ControlComparison

UNIT_COLUMNS = (
    "name",
    "count",
    "persons",
    "population",
    "expected_count",
    "baseline_count",
    "beside_count",
    *(f"{name}_{part}" for name, parts in RATE_COLUMNS.items() for part in parts),
)
"""Columns of a unit that an internal release may hold beside its results."""

OPEN_COLUMNS = ("name", "count")
"""The same where the incidents, and nothing else, are published records."""

PUBLIC_COLUMNS = ("name", "population", "count", "excess_expected", "excess_label")
"""Columns of an area in a public release."""

FACILITY_COLUMNS = ("kind", "operator_id", "capacity", "opened", "closed")
PROXIMITY_COLUMNS = (
    "facility_id",
    "kind",
    "to_kind",
    "nearest_id",
    "distance_m",
    "straight_m",
    "snap_m",
    "nearest_snap_m",
    "days_open",
    "decayed",
    "left_out",
    "share_farther",
    "share_lower",
    "share_upper",
    "note",
)
AROUND = re.compile(r"((person_)?days_|expected_)?within_\d+(\.\d+)?m")
"""Columns of proximity that count what is around a place."""

CATCHMENT_OF = ("origin", "kind", "distance_m", "reached_m", "note")
COMPARED_COLUMNS = ("facility_id", "to_kind", "distance_m", "share_farther", "share_lower",
                    "share_upper")  # fmt: skip
PLACES = ("incident_id", "facility_id")
"""Names of an index whose rows are single places."""

CATCHMENT_COLUMNS = ("reached_m", "from_fraction")
"""Columns of what can be reached from a place: such a shape lies around it."""

RECORD_COLUMNS = frozenset({*PLACES, "kind", "person_id", "operator_id", *CATCHMENT_COLUMNS})
"""Columns that only tables of incidents and facilities, or of what lies around them, have."""


def refuse_points(table: gpd.GeoDataFrame) -> None:
    """Refuse tables of single places, of points, and of anything but units."""
    if table.index.name in PLACES:
        raise DisclosureError(
            f"a table of single places ({table.index.name}) cannot be released; "
            "count incidents into units first, and pass facilities=… to an internal release"
        )
    if not table.geometry.geom_type.isin(UNITS.geometry_types).all():
        raise DisclosureError(
            "only areas and lines can be released, not a table of points; "
            "count them into units first"
        )
    if table.index.name != UNITS.index:
        raise DisclosureError(f"the index must be named 'unit_id', not {table.index.name!r}")


def background(layer: gpd.GeoDataFrame, what: str, *, points: bool) -> gpd.GeoDataFrame:
    """Keep shapes and names of a layer drawn behind; refuse incidents and facilities.

    Points, which could be either, may only be names of places, where `points` says so.
    """
    if layer.index.name in PLACES or not RECORD_COLUMNS.isdisjoint(layer.columns):
        raise DisclosureError(
            f"{what}: a table of incidents or facilities is no background; "
            "pass facilities=… to an internal release"
        )
    single = shapely.get_dimensions(layer.geometry.to_numpy()) == 0
    if single.any() and not points:
        raise DisclosureError(
            f"{what}: {int(single.sum())} of {len(layer)} shapes are points, which are only drawn "
            "as names of kind 'place'; leave them out"
        )
    return allow(layer, ("name",))


def allow(
    table: gpd.GeoDataFrame, columns: tuple[str, ...], *, results: bool = False
) -> gpd.GeoDataFrame:
    """Keep the named columns, results where asked for, and the one active geometry."""
    allowed = [name for name in columns if name in table.columns]
    for name in statistics_in(table) if results else ():
        require_labels(table, name)
        if name in RATE_COLUMNS:  # only where they are named
            continue
        parts = [f"{name}_{part}" for part in RESULT_COLUMNS]
        allowed += [
            part
            for part in parts
            if part in table.columns
            and (part == parts[-1] or pd.api.types.is_numeric_dtype(table[part]))
        ]
    kept = [name for name in table.columns if name in allowed and name != table.geometry.name]
    plain = pd.DataFrame(table)[[name for name in kept if table[name].dtype != "geometry"]]
    return gpd.GeoDataFrame(plain, geometry=table.geometry.array, index=table.index)


def require_labels(table: pd.DataFrame, name: str) -> None:
    """Refuse a column of labels that holds other words: they could say anything."""
    column = table[f"{name}_label"]
    known = (HOT_COLD_LABELS, MORAN_LABELS, GEARY_LABELS, EXCESS_RISK_LABELS, EB_LABELS)
    other = ~column.isna() & ~column.isin([label for labels in known for label in labels])
    if other.any():
        raise DisclosureError(
            f"column '{name}_label' holds {int(other.sum())} words that are no label of "
            f"hotspots.schema, first id {table.index[other].tolist()[0]!r}; rename or drop it"
        )


def distances(table: pd.DataFrame) -> pd.DataFrame:
    """Keep the known columns of a table of proximity."""
    return _known(table, PROXIMITY_COLUMNS)


def compared(comparison: ControlComparison) -> ControlComparison:
    """Keep the known columns of places beside their control sites."""
    return replace(comparison, places=_known(comparison.places, COMPARED_COLUMNS))


def _known(table: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    kept = [name for name in table.columns if name in columns or AROUND.fullmatch(str(name))]
    return pd.DataFrame(table[kept])
