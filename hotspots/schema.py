"""The contracts of the tables: what every incident, facility, unit and result table holds."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from hotspots.errors import SchemaError, faults

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd

Kind = Literal["group_home", "hotel", "trap_house", "control", "other"]
Profile = Literal["internal", "public"]
Alternative = Literal["two-sided", "greater", "less"]
Correction = Literal["fdr_bh", "fdr_by", "bonferroni", "none"]
Method = Literal["auto", "exact", "permutation", "analytic"]
Null = Literal["total", "conditional"]
RateTable = Literal["excess_risk", "eb_rates"]

KINDS: tuple[Kind, ...] = ("group_home", "hotel", "trap_house", "control", "other")

RESULT_COLUMNS = ("statistic", "expected", "z", "p_value", "q_value", "label")
NOT_SIGNIFICANT = "not significant"
NOT_TESTABLE = "not testable"
HOT_LABELS = ("hot 99", "hot 95", "hot 90")
COLD_LABELS = ("cold 90", "cold 95", "cold 99")
HOT_COLD_LABELS = (*HOT_LABELS, NOT_SIGNIFICANT, *COLD_LABELS, NOT_TESTABLE)
GEARY_LABELS = (
    "high-high",
    "low-low",
    "similar",
    "dissimilar",
    NOT_SIGNIFICANT,
    NOT_TESTABLE,
)
MORAN_LABELS = ("high-high", "low-low", "high-low", "low-high", NOT_SIGNIFICANT, NOT_TESTABLE)

NOT_COMPUTED = "not computed"
RATE_COLUMNS: dict[RateTable, tuple[str, ...]] = {
    "excess_risk": ("observed", "expected", "ratio", "lower", "upper", "label"),
    "eb_rates": ("raw", "smoothed", "mean", "weight", "label"),
}
"""Columns of rates that are not tested; their labels say where an interval or a rate lies."""

EXCESS_RISK_LABELS = ("above 1", "below 1", "contains 1", NOT_COMPUTED)
EB_LABELS = (
    "2 times or more",
    "1.25 to 2 times",
    "0.8 to 1.25 times",
    "0.5 to 0.8 times",
    "below 0.5 times",
    NOT_COMPUTED,
)
"""The smoothed rate by the overall rate."""


@dataclass(frozen=True)
class TableSchema:
    """What one kind of table must hold.

    Attributes
    ----------
    name : str
        Plural noun used in messages.
    index : str
        Name of the index.
    required : tuple of str
        Columns that must be there, besides the index.
    optional : tuple of str
        Columns known by name; any other column is dropped by the readers.
    geometry_types : tuple of str
        Allowed geometry types.
    unique_within : str, optional
        Column within whose values an id stands once; without it, an id stands once in the table.
    numbered : bool
        Whether the number of a row is its id where a file has none.
    """

    name: str
    index: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    geometry_types: tuple[str, ...]
    unique_within: str | None = None
    numbered: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column known by name, index first."""
        return (self.index, *self.required, *self.optional)


INCIDENTS = TableSchema(
    name="incidents",
    index="incident_id",
    required=("geometry",),
    optional=(
        "time",
        "time_start",
        "time_end",
        "person_id",
        "facility_id",
        "tier",
        "age_group",
        "category",
        "place_type",
        "detection_mode",
        "source",
        "match_type",
        "uncertainty_m",
    ),
    geometry_types=("Point",),
)

FACILITIES = TableSchema(
    name="facilities",
    index="facility_id",
    required=("geometry", "kind"),
    optional=("operator_id", "capacity", "opened", "closed"),
    geometry_types=("Point",),
    unique_within="kind",
)

UNITS = TableSchema(
    name="units",
    index="unit_id",
    required=("geometry",),
    optional=(
        "name",
        "count",
        "persons",
        "population",
        "expected_count",
        "baseline_count",
        "beside_count",
    ),
    geometry_types=("Polygon", "MultiPolygon", "LineString", "MultiLineString"),
)

MISSING_REPORTS = TableSchema(
    name="missing-from-care reports",
    index="report_id",
    required=("time", "time_missing"),
    optional=(
        "time_returned",
        "person_id",
        "age_group",
        "missing_from",
        "facility_id",
        "district",
    ),
    geometry_types=(),
)
"""``time`` is when it was reported; times may be missing, but not their columns."""


@dataclass(frozen=True)
class RowCounts:
    """What became of the rows of one input file; ``read == used + sum(set_aside)`` always.

    Attributes
    ----------
    read : int
        Records in the file.
    located : int
        Records with a usable coordinate, whatever became of them afterwards.
    used : int
        Records in the table.
    set_aside : mapping of str to int
        Reason to number of records.

    Examples
    --------
    >>> rows = RowCounts(read=10, located=9, used=8, set_aside={"no coordinate": 1, "period": 1})
    >>> rows.aside("outside every unit", 3)
    RowCounts(read=10, located=9, used=5,
              set_aside={'no coordinate': 1, 'period': 1, 'outside every unit': 3})
    """

    read: int
    located: int
    used: int
    set_aside: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.read != self.used + sum(self.set_aside.values()):
            raise SchemaError(
                f"row counts do not add up: {self.read} read, {self.used} used, "
                f"{sum(self.set_aside.values())} set aside"
            )

    def aside(self, reason: str, n: int) -> RowCounts:
        """Move `n` used rows to `reason`.

        Parameters
        ----------
        reason : str
            Why they are set aside.
        n : int
            How many.

        Returns
        -------
        RowCounts
        """
        if n == 0:
            return self
        more = {**self.set_aside, reason: self.set_aside.get(reason, 0) + n}
        return replace(self, used=self.used - n, set_aside=more)


@dataclass(frozen=True, repr=False)
class Table:
    """A validated table with what was set aside while reading it.

    Attributes
    ----------
    table : GeoDataFrame
        Keeps its schema, in one metric CRS; a DataFrame where the schema has no geometry.
    quarantine : DataFrame
        Columns ``row`` (record number in the file, the first record is 1) and ``reason``, one row
        per bad record. Never holds a coordinate or any content of the record.
    counts : RowCounts
        Records read, located, used and set aside by reason.
    notes : tuple of str
        Choices made while reading that the file did not settle, such as the order of day and month.
    """

    table: gpd.GeoDataFrame
    quarantine: pd.DataFrame
    counts: RowCounts
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Say how many records there are; never what is in them."""
        counts = self.counts
        aside = ", ".join(f"{n} {reason}" for reason, n in counts.set_aside.items())
        return (
            f"<Table of {self.table.index.name}: {counts.used} of {counts.read} records used"
            f"{f' ({aside})' if aside else ''}; see .table, .quarantine, .counts, .notes>"
        )


@dataclass(frozen=True)
class TestResult:
    """The result of a global test.

    Attributes
    ----------
    name : str
        Which statistic, such as ``"moran"``.
    statistic, expected, variance, z : float
        The observed value and its mean, variance and standard score under the null. Above 0, `z`
        points where ``"greater"`` does; for Geary's c, small where values cluster, that is below
        its mean.
    p_value : float
        By permutation, or simulation of rates, where ``n_permutations > 0``, otherwise analytic
        (normal).
    p_value_analytic : float
        From the normal approximation of `z`.
    alternative : str
        ``"two-sided"``, ``"greater"`` or ``"less"``.
    n : int
        Units that took part; missing values are left out, and isolates but for Lee's L and rates.
    n_permutations : int
        0 for analytic only.
    """

    __test__ = False

    name: str
    statistic: float
    expected: float
    variance: float
    z: float
    p_value: float
    p_value_analytic: float
    alternative: Alternative
    n: int
    n_permutations: int


def validate(table: gpd.GeoDataFrame, schema: TableSchema) -> None:
    """Check a table against its contract; report all faults at once.

    Parameters
    ----------
    table : GeoDataFrame
        The table to check.
    schema : TableSchema
        :data:`INCIDENTS`, :data:`FACILITIES`, :data:`UNITS` or :data:`MISSING_REPORTS`.

    Raises
    ------
    SchemaError
        With one line per fault.
    """
    found = list(_table_faults(table, schema))
    if found:
        raise SchemaError(faults(schema.name, found))


def _table_faults(table: gpd.GeoDataFrame, schema: TableSchema) -> list[str]:
    found: list[str] = []
    if table.index.name != schema.index:
        found.append(f"the index is named {table.index.name!r}; name it {schema.index!r}")
    found += [f"no column {column!r}" for column in schema.required if column not in table.columns]
    repeated, where = _repeated(table, schema)
    if len(repeated):
        first = repeated.tolist()[0]
        found.append(f"{len(repeated)} ids stand more than once{where}, the first is {first!r}")
    if "geometry" in table.columns:
        found += _geometry_faults(table, schema)
    return found


def _repeated(table: gpd.GeoDataFrame, schema: TableSchema) -> tuple[pd.Index, str]:
    """Find the ids that stand again, and say within what they should not."""
    within = schema.unique_within
    if within is None or within not in table.columns:
        return table.index[table.index.duplicated()], ""
    keys = table[[within]].astype("str").set_index(within, append=True).index
    return table.index[keys.duplicated()], f" within a {within}"


def _geometry_faults(table: gpd.GeoDataFrame, schema: TableSchema) -> list[str]:
    found = []
    empty = table.geometry.isna() | table.geometry.is_empty
    if empty.any():
        found.append(
            f"{int(empty.sum())} rows have no geometry, first id {table.index[empty].tolist()[0]!r}"
        )
    wrong = ~empty & ~table.geometry.geom_type.isin(schema.geometry_types)
    if wrong.any():
        allowed = " or ".join(schema.geometry_types)
        first = table.index[wrong].tolist()[0]
        found.append(f"{int(wrong.sum())} geometries are not {allowed}, first id {first!r}")
    return found


def statistics_in(table: pd.DataFrame) -> tuple[str, ...]:
    """Find which local results a table of units carries.

    Parameters
    ----------
    table : DataFrame
        Units with results joined under their statistic's name, such as ``gi_star_z``.

    Returns
    -------
    tuple of str
        Names whose ``<name>_label`` column is there, in column order.

    Examples
    --------
    >>> import pandas as pd
    >>> statistics_in(pd.DataFrame(columns=["count", "gi_star_z", "gi_star_label"]))
    ('gi_star',)
    """
    return tuple(
        column.removesuffix("_label") for column in table.columns if str(column).endswith("_label")
    )
