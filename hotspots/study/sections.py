"""The sections of ``study.toml``: what each table may say."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from hotspots.schema import Alternative, Correction, Method, Null, RateTable


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("say something")
    return text


def in_order(period: tuple[date, date] | None) -> tuple[date, date] | None:
    """Refuse a period that ends before it begins."""
    if period and period[1] < period[0]:
        raise ValueError("the last day is before the first")
    return period


Kind = Literal["group_home", "hotel", "trap_house", "other"]
Destination = Literal["group_home", "hotel", "trap_house", "other", "incident"]
Metres = Annotated[float, Field(gt=0, strict=True)]
Whole = Annotated[int, Field(gt=0, strict=True)]
Name = Annotated[str, Field(min_length=1), AfterValidator(_not_blank)]
Rate = Literal["gi_star_rate", "local_moran_rate"]
Pair = Literal[
    "local_moran_bivariate",
    "local_geary_multivariate",
    "lees_l_local",
    "local_join_count_bivariate",
    "local_join_count_colocation",
]
Statistic = Literal[
    "gi_star",
    "gi",
    "local_moran",
    "local_geary",
    "local_join_count",
    "gi_star_rate",
    "local_moran_rate",
    "local_moran_bivariate",
    "local_geary_multivariate",
    "lees_l_local",
    "local_join_count_bivariate",
    "local_join_count_colocation",
]
Closeness = Literal["two-sided", "closer", "farther"]
Count = Literal["incidents", "persons"]
Denominator = Literal["population", "baseline"]
Beside = Literal["population", "baseline", "group_home", "hotel", "trap_house", "other"]
Kernel = Literal["uniform", "triangular", "epanechnikov", "quartic", "gaussian"]
RATES: tuple[Rate, ...] = get_args(Rate)
PAIRS: tuple[Pair, ...] = get_args(Pair)
"""Statistics of two variables: what is counted, and what it is set beside."""

JOINS: tuple[Statistic, ...] = (
    "local_join_count",
    "local_join_count_bivariate",
    "local_join_count_colocation",
)


DRAWN: tuple[Statistic, ...] = (
    "local_geary",
    "local_geary_multivariate",
    "lees_l_local",
    "local_moran_rate",
)
"""Statistics without exact p-values, whatever the neighbours."""

NULLS: tuple[Statistic, ...] = ("gi_star", "gi_star_rate")
"""Statistics that take either null: the others hold the unit's own number."""

ALIKE: tuple[Statistic, ...] = ("local_moran", "local_moran_rate", "local_geary")
"""Statistics of one variable whose ``"less"`` looks for units unlike their neighbours."""


class Section(BaseModel):
    """A table of the file: unknown keys are refused, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Source(Section):
    """A file to read, with its layer and coordinate reference system where they are needed."""

    path: Path
    layer: str | None = None
    crs: str | None = None


class PointSource(Source):
    """A file of points, with the map from the schema's names to the file's columns."""

    columns: dict[str, str] = Field(default_factory=dict)


class StudySection(Section):
    """``[study]``: name, projection, boundary and period."""

    name: Name
    boundary: Source
    crs: str = "auto"
    format: Literal[1] = 1
    period: tuple[date, date] | None = None
    synthetic: bool = False

    _ordered = field_validator("period")(in_order)


class IncidentsSection(PointSource):
    """``[incidents]``: the records whose concentration is asked about."""

    where: dict[str, list[str]] = Field(default_factory=dict)
    open_data: Name | None = None


class FacilitiesSection(PointSource):
    """``[[facilities]]``: places of one kind."""

    kind: Kind


class StreetsSection(Source):
    """``[streets]``: a street network; all but ``path`` is for lines."""

    oneway: str | None = None
    highway: str | None = None


class AreasSource(Source):
    """A file of polygons with their id."""

    id: str
    name: str | None = None


class GridSection(Section):
    """``[units]`` of a regular grid; ``size_m`` is a side, or a hexagon's width flat to flat."""

    kind: Literal["square", "hex"]
    size_m: Metres


class PolygonsSection(AreasSource):
    """``[units]`` given as polygons."""

    kind: Literal["polygons"]


class ContiguitySection(Section):
    """``neighbours`` that touch, or with ``rook`` share a side."""

    kind: Literal["contiguity"] = "contiguity"
    rook: bool = False


class DistanceBandSection(Section):
    """``neighbours`` within a distance."""

    kind: Literal["distance_band"]
    distance_m: Metres


class NearestSection(Section):
    """``neighbours`` that are the k nearest."""

    kind: Literal["nearest"]
    k: Whole


class KernelSection(Section):
    """``neighbours`` weighted by distance, up to a bandwidth or to the k nearest."""

    kind: Literal["kernel"]
    kernel: Kernel = "triangular"
    bandwidth_m: Metres | None = None
    k: Whole | None = None

    @model_validator(mode="after")
    def _one_reach(self) -> Self:
        if (self.bandwidth_m is None) == (self.k is None):
            raise ValueError("give one of bandwidth_m and k")
        return self


class InverseDistanceSection(Section):
    """``neighbours`` weighted by 1 / distance ** power, up to a distance."""

    kind: Literal["inverse_distance"]
    distance_m: Metres
    power: Annotated[float, Field(gt=0, allow_inf_nan=False, strict=True)] = 1.0


UnitsSection = Annotated[GridSection | PolygonsSection, Field(discriminator="kind")]
NeighboursSection = Annotated[
    ContiguitySection
    | DistanceBandSection
    | NearestSection
    | KernelSection
    | InverseDistanceSection,
    Field(discriminator="kind"),
]


class AnalysisSection(Section):
    """``[analysis]``: what is counted, statistics and how they are tested."""

    count: Count = "incidents"
    statistics: Annotated[list[Statistic], Field(min_length=1)] = ["gi_star"]
    neighbours: NeighboursSection = ContiguitySection()
    method: Method = "auto"
    n_permutations: Annotated[int, Field(ge=99, le=999_999, strict=True)] = 99_999
    seed: Annotated[int, Field(ge=0, strict=True)] = 1
    correction: Correction = "fdr_bh"
    alternative: Alternative = "two-sided"
    null: Null | None = None
    denominator: Denominator | None = None
    rates: list[RateTable] = []
    beside: Beside | None = None

    @field_validator("statistics", "rates")
    @classmethod
    def _distinct(cls, names: list[str]) -> list[str]:
        if len(set(names)) < len(names):
            raise ValueError("a name stands more than once")
        return names


class PrimarySection(Section):
    """``primary`` of ``[proximity]``: what is tested by itself."""

    to: Destination
    statistic: Name = "median_distance_m"


class ProximitySection(Section):
    """``[proximity]``: from which places, to which, within what, and when."""

    from_: Annotated[list[Kind], Field(alias="from", min_length=1)]
    to: Annotated[list[Destination], Field(min_length=1)]
    within_m: list[Whole] = [400, 800, 1600]
    catchment_m: Whole | None = None
    as_of: date | None = None
    period: tuple[date, date] | None = None
    primary: PrimarySection | None = None
    alternative: Closeness = "two-sided"

    _ordered = field_validator("period")(in_order)

    @field_validator("from_", "to", "within_m")
    @classmethod
    def _distinct(cls, listed: list[Any]) -> list[Any]:
        if len(set(listed)) < len(listed):
            what = "distance" if isinstance(listed[0], int) else "kind"
            raise ValueError(f"a {what} stands more than once")
        return listed

    @model_validator(mode="after")
    def _one_time(self) -> Self:
        if self.as_of and self.period:
            raise ValueError("give one of as_of and period")
        return self

    @property
    def named(self) -> tuple[Destination, str]:
        """Kind and statistic tested by themselves."""
        primary = self.primary or PrimarySection(to=self.to[0])
        return primary.to, primary.statistic


class ControlsSection(Section):
    """``[controls]``: where else the places of ``[proximity]`` could stand."""

    path: Path | None = None
    layer: str | None = None
    crs: str | None = None
    columns: dict[str, str] = Field(default_factory=dict)
    where: dict[str, list[str]] = Field(default_factory=dict)
    weight: Name | None = None
    match: list[Name] = []
    match_bands: list[Name] = []
    match_arterial: bool = False
    areas: AreasSource | None = None
    n_bands: Annotated[int, Field(ge=2, strict=True)] = 4
    spacing_m: Metres | None = None
    n_sets: Annotated[int, Field(ge=99, le=99_999, strict=True)] = 999

    @model_validator(mode="after")
    def _of_a_file(self) -> Self:
        told = ("layer", "crs", "columns", "where", "weight", "match", "match_bands")
        given = [name for name in told if getattr(self, name)]
        if given and self.path is None:
            raise ValueError(
                f"{given[0]} is of a file: give its path; without one, sites stand along "
                "residential streets, by length"
            )
        twice = {*self.match} & {*self.match_bands}
        if twice:
            raise ValueError(f"{min(twice)} stands in match and in match_bands; choose one")
        return self


class PopulationSection(Source):
    """``[population]``: residents by census area."""

    column: str


class PublicSection(Section):
    """``[public]``: given areas instead of splits by population."""

    areas: AreasSource


class BasemapSection(Source):
    """``[[basemap]]``: a layer drawn behind."""

    kind: Literal["water", "park", "road", "place"]
    name: str | None = None
