"""The only door out: what maps, reports and files may be made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Literal, overload

import numpy as np
import pandas as pd

from hotspots.disclosure.allowed import (
    CATCHMENT_OF,
    FACILITY_COLUMNS,
    OPEN_COLUMNS,
    PUBLIC_COLUMNS,
    UNIT_COLUMNS,
    allow,
    background,
    compared,
    distances,
    refuse_points,
)
from hotspots.disclosure.excess import excess
from hotspots.disclosure.rules import DEFAULT_RULES, Rules, design_effect, row_passes
from hotspots.disclosure.seal import seal
from hotspots.disclosure.suppression import published
from hotspots.errors import DisclosureError
from hotspots.schema import statistics_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from hotspots.facilities.comparison import ControlComparison
    from hotspots.schema import Profile, TestResult


@dataclass(frozen=True, kw_only=True)
class Context:
    """What a page says around its table: public geometry and parameters, nothing about records.

    Attributes
    ----------
    title : str
        Name of the study.
    period : tuple of date, optional
        First and last day, both included.
    boundary : GeoDataFrame, optional
        The study area; also the view of the map.
    basemap : mapping of str to GeoDataFrame
        Layers drawn behind, by kind: ``water``, ``park``, ``road``, ``place``; with ``name``
        where it is known.
    method : mapping of str to str
        Parameters in words, in the order shown, such as ``{"Units": "squares of 250 m"}``.
    inference : mapping of str to mapping
        How each local result shown was tested; looked at on pages of open data only.
    synthetic : bool
        Whether the data is invented; everything drawn is then watermarked SYNTHETIC.
    open_data : str, optional
        Where the records are published; suppression is then off and the footer says so.
    made : datetime
        The clock on the page.
    """

    title: str = "Hotspots"
    period: tuple[date, date] | None = None
    boundary: gpd.GeoDataFrame | None = field(default=None, repr=False)
    basemap: Mapping[str, gpd.GeoDataFrame] = field(default_factory=dict, repr=False)
    method: Mapping[str, str] = field(default_factory=dict, repr=False)
    inference: Mapping[str, Mapping[str, object]] = field(default_factory=dict, repr=False)
    synthetic: bool = False
    open_data: str | None = None
    made: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        """Keep shapes and names of what is drawn behind; refuse incidents and facilities."""
        layers = {
            kind: background(layer, kind, points=kind == "place")
            for kind, layer in self.basemap.items()
        }
        object.__setattr__(self, "basemap", layers)
        if self.boundary is not None:
            object.__setattr__(
                self, "boundary", background(self.boundary, "boundary", points=False)
            )


@dataclass(frozen=True, kw_only=True, eq=False)
class Release:
    """A table that may leave, through one of the two profiles.

    Made by :func:`release`. Maps, reports and exports accept nothing else.

    Attributes
    ----------
    table : GeoDataFrame
        Units or areas, index ``unit_id``, allow-listed columns only.
    context : Context
        What the page says around it.
    rules : Rules
        The thresholds in force.
    """

    table: gpd.GeoDataFrame = field(repr=False)
    context: Context = field(default_factory=Context)
    rules: Rules = DEFAULT_RULES

    def __post_init__(self) -> None:
        self.require_allowed()

    @property
    def profile(self) -> Profile:
        """``"internal"`` or ``"public"``."""
        raise NotImplementedError

    def require_allowed(self) -> None:
        """Refuse a table that holds what this release may not, also when it was changed since.

        Raises
        ------
        DisclosureError
            If there are points, columns that are not on the allow-list, or, in a public release,
            numbers that did not pass :func:`release`.
        """
        refuse_points(self.table)
        extra = set(self.table.columns) - set(self._allowed().columns)
        if extra:
            raise DisclosureError(
                f"{len(extra)} columns may not be in a release with profile={self.profile!r}, "
                f"the first is {min(map(str, extra))!r}; add columns before release(), not after"
            )

    def _allowed(self) -> gpd.GeoDataFrame:
        return allow(self.table, UNIT_COLUMNS, results=True)

    @property
    def statistics(self) -> tuple[str, ...]:
        """Names of the local results in the table, such as ``("gi_star", "local_moran")``."""
        return statistics_in(self.table)


@dataclass(frozen=True, kw_only=True, eq=False)
class InternalRelease(Release):
    """For named agency staff: exact counts, statistics, facilities, distances.

    Attributes
    ----------
    reason, recipient : str
        Why, and for whom; shown in the banner and kept in the run record.
    facilities : GeoDataFrame, optional
        Index ``facility_id``; ``kind`` and the facility columns known by name.
    proximity : DataFrame, optional
        One row per facility and kind of destination.
    comparison : ControlComparison, optional
        Of facilities with control sites.
    catchments : GeoDataFrame, optional
        What can be reached from facilities.
    tests : mapping of str to TestResult
        Global tests by name.
    record : mapping of str to object
        What was read, located, used and set aside, and hashes of inputs.
    """

    reason: str
    recipient: str
    facilities: gpd.GeoDataFrame | None = field(default=None, repr=False)
    proximity: pd.DataFrame | None = field(default=None, repr=False)
    comparison: ControlComparison | None = field(default=None, repr=False)
    catchments: gpd.GeoDataFrame | None = field(default=None, repr=False)
    tests: Mapping[str, TestResult] = field(default_factory=dict, repr=False)
    record: Mapping[str, object] = field(default_factory=dict, repr=False)

    @property
    def profile(self) -> Profile:
        """``"internal"``."""
        return "internal"


@dataclass(frozen=True, kw_only=True, eq=False)
class PublicRelease(Release):
    """For anyone: areas large enough, counts that pass every rule, classes of excess.

    Only :func:`release` makes one. What it lets through is sealed, so that a number written into
    the table afterwards is noticed; the order of its rows and the context may change.

    Attributes
    ----------
    total : int or None
        Incidents in the whole study area. None where an area is withheld beside published ones:
        the withheld sum would follow, and who knows the rules could bound its parts.
    design_effect : float or None
        What counts were divided by before they were tested, so that several incidents of one
        person are no evidence of their own; None where persons are not known.
    seal : str
        Fingerprint of table, total and design effect as they passed the rules: a guard against
        mistakes, not against a forger.
    """

    total: int | None = None
    design_effect: float | None = None
    seal: str = field(default="", repr=False)

    def _allowed(self) -> gpd.GeoDataFrame:
        if self.context.open_data and "excess" not in self.statistics:
            return allow(self.table, OPEN_COLUMNS, results=True)
        return allow(self.table, PUBLIC_COLUMNS)

    def require_allowed(self) -> None:
        """Refuse what did not pass the rules; see :meth:`Release.require_allowed`."""
        super().require_allowed()
        if self.seal != seal(self.table, self.total, self.design_effect):
            raise DisclosureError(
                "this public release holds what release() did not let through: it was made by "
                "hand, or changed since; change the table first, then pass it through release()"
            )

    @property
    def profile(self) -> Profile:
        """``"public"``."""
        return "public"

    @property
    def withheld(self) -> pd.Series:
        """Areas without a published number, shape (n,), bool."""
        missing: pd.Series = self.table["count"].isna()
        return missing


@overload
def release(
    table: gpd.GeoDataFrame,
    *,
    rules: Rules = ...,
    profile: Literal["public"] = ...,
    reason: str | None = ...,
    recipient: str | None = ...,
    context: Context | None = ...,
) -> PublicRelease: ...
@overload
def release(
    table: gpd.GeoDataFrame,
    *,
    rules: Rules = ...,
    profile: Literal["internal"],
    reason: str | None = ...,
    recipient: str | None = ...,
    context: Context | None = ...,
    facilities: gpd.GeoDataFrame | None = ...,
    proximity: pd.DataFrame | None = ...,
    comparison: ControlComparison | None = ...,
    catchments: gpd.GeoDataFrame | None = ...,
    tests: Mapping[str, TestResult] | None = ...,
    record: Mapping[str, object] | None = ...,
) -> InternalRelease: ...
def release(
    table: gpd.GeoDataFrame,
    *,
    rules: Rules = DEFAULT_RULES,
    profile: Profile = "public",
    reason: str | None = None,
    recipient: str | None = None,
    context: Context | None = None,
    facilities: gpd.GeoDataFrame | None = None,
    proximity: pd.DataFrame | None = None,
    comparison: ControlComparison | None = None,
    catchments: gpd.GeoDataFrame | None = None,
    tests: Mapping[str, TestResult] | None = None,
    record: Mapping[str, object] | None = None,
) -> Release:
    """Let a table out through one of the two profiles.

    Parameters
    ----------
    table : GeoDataFrame, shape (n, m)
        Units with ``count`` and prefixed results, or the areas of :func:`public_areas`.
    rules : Rules
        Thresholds of the public profile.
    profile : {"public", "internal"}
        Public when none is named.
    reason, recipient : str, optional
        Why and for whom; required for an internal release.
    context : Context, optional
        Title, period, base map and method of the page.
    facilities, proximity, comparison, catchments, tests, record
        Internal only: places, their distances, how these compare with those of control sites, what
        can be reached, global tests and the record of the run.

    Returns
    -------
    PublicRelease or InternalRelease

    Raises
    ------
    DisclosureError
        If the table is one of incidents or facilities, if the profile may not hold what is given,
        if a rule cannot be checked, or if reason or recipient are missing.

    Examples
    --------
    >>> import geopandas as gpd, pandas as pd
    >>> from shapely import box
    >>> cells = gpd.GeoDataFrame(
    ...     {"count": [3], "secret": ["x"]}, geometry=[box(0, 0, 1, 1)],
    ...     index=pd.Index(["a"], name="unit_id"), crs="EPSG:32616")
    >>> out = release(cells, profile="internal", reason="example", recipient="the reader")
    >>> list(out.table.columns)
    ['count', 'geometry']
    """
    refuse_points(table)
    context = context or Context()
    if profile == "internal":
        return InternalRelease(
            table=allow(table, UNIT_COLUMNS, results=True),
            context=context,
            rules=rules,
            reason=_stated(reason, "reason"),
            recipient=_stated(recipient, "recipient"),
            facilities=None if facilities is None else allow(facilities, FACILITY_COLUMNS),
            proximity=None if proximity is None else distances(proximity),
            comparison=None if comparison is None else compared(comparison),
            catchments=None if catchments is None else allow(catchments, CATCHMENT_OF),
            tests=dict(tests or {}),
            record=dict(record or {}),
        )
    if profile != "public":
        raise DisclosureError(f"profile {profile!r} is not known; use 'public' or 'internal'")
    given = {
        "facilities": facilities,
        "proximity": proximity,
        "comparison": comparison,
        "catchments": catchments,
        "tests": tests,
        "record": record,
    }
    held = [name for name, value in given.items() if value is not None]
    if held:
        raise DisclosureError(
            f"a public release holds no {' and no '.join(held)}; "
            "leave it out, or release with profile='internal'"
        )
    if rules.weaker_than(DEFAULT_RULES):
        raise DisclosureError(
            "the rules of a public release may be stricter than DEFAULT_RULES, not weaker"
        )
    if context.open_data and statistics_in(table):
        open_table = allow(table, OPEN_COLUMNS, results=True)
        total = int(open_table["count"].sum())
        return PublicRelease(
            table=open_table, context=context, rules=rules, total=total,
            seal=seal(open_table, total, None),
        )  # fmt: skip
    return _areas(table, rules, context)


def _areas(table: gpd.GeoDataFrame, rules: Rules, context: Context) -> PublicRelease:
    """Publish areas: classes of excess of the counts that pass, or of all where data is open."""
    shown = published(table, rules)
    if context.open_data:
        shown = shown | True
    whole = pd.Series(table.attrs.get("whole", {}), dtype=float)
    effect = _design_effect(table, shown)
    out = allow(table, ("name", "population"))
    out["population"] = table["population"].where(np.isfinite(table["population"]))
    out["count"] = table["count"].astype("Int64").where(shown)
    result = excess(out["count"], out["population"], design_effect=effect or 1.0)
    out["excess_expected"], out["excess_label"] = result["expected"], result["label"]
    alone = not shown.any() and len(whole) > 0 and row_passes(dict(whole), rules)
    total = int(table["count"].sum()) if shown.all() or alone else None
    return PublicRelease(
        table=out.sort_index(),
        context=context,
        rules=rules,
        total=total,
        design_effect=effect,
        seal=seal(out, total, effect),
    )


def _design_effect(table: gpd.GeoDataFrame, shown: pd.Series) -> float | None:
    """Find the design effect of what is published; without evidence, suppose the largest."""
    if "persons" not in table.columns or table["persons"].isna().all():
        return None
    known = "person_squares" in table.columns
    effect = design_effect(pd.DataFrame(table)[shown]) if known else np.nan
    return effect if np.isfinite(effect) else float(DEFAULT_RULES.max_incidents_per_person)


def _stated(value: str | None, what: str) -> str:
    if value is None or not value.strip():
        raise DisclosureError(
            f"an internal release needs a {what}: say {what}='…' (it is written to the record)"
        )
    return value.strip()
