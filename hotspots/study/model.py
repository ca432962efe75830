"""The study: what ``study.toml`` says, one frozen section per room."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("say something")
    return text


Kind = Literal["group_home", "hotel", "trap_house", "other"]
Metres = Annotated[float, Field(gt=0, strict=True)]
Whole = Annotated[int, Field(gt=0, strict=True)]
Name = Annotated[str, Field(min_length=1), AfterValidator(_not_blank)]
Statistic = Literal["gi_star", "gi", "local_moran"]


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

    @field_validator("period")
    @classmethod
    def _ordered(cls, period: tuple[date, date] | None) -> tuple[date, date] | None:
        if period and period[1] < period[0]:
            raise ValueError("the last day is before the first")
        return period


class IncidentsSection(PointSource):
    """``[incidents]``: the records whose concentration is asked about."""

    where: dict[str, list[str]] = Field(default_factory=dict)
    open_data: Name | None = None


class FacilitiesSection(PointSource):
    """``[[facilities]]``: places of one kind."""

    kind: Kind


class StreetsSection(Section):
    """``[streets]``: a street network."""

    path: Path


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


UnitsSection = Annotated[GridSection | PolygonsSection, Field(discriminator="kind")]
NeighboursSection = Annotated[
    ContiguitySection | DistanceBandSection | NearestSection, Field(discriminator="kind")
]


class AnalysisSection(Section):
    """``[analysis]``: statistics and how they are tested."""

    statistics: Annotated[list[Statistic], Field(min_length=1)] = ["gi_star"]
    neighbours: NeighboursSection = ContiguitySection()
    n_permutations: Annotated[int, Field(ge=99, le=999_999)] = 99_999
    seed: Annotated[int, Field(ge=0)] = 1

    @field_validator("statistics")
    @classmethod
    def _distinct(cls, statistics: list[Statistic]) -> list[Statistic]:
        if len(set(statistics)) < len(statistics):
            raise ValueError("a name stands more than once")
        return statistics


class ProximitySection(Section):
    """``[proximity]``: from which places, to which, within what."""

    from_: Annotated[list[Kind], Field(alias="from", min_length=1)]
    to: Annotated[list[Kind], Field(min_length=1)]
    within_m: list[Whole] = [400, 800, 1600]

    @field_validator("within_m")
    @classmethod
    def _distinct(cls, within_m: list[int]) -> list[int]:
        if len(set(within_m)) < len(within_m):
            raise ValueError("a distance stands more than once")
        return within_m


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


class Study(Section):
    """A whole study, read by :func:`read_study`; paths are absolute.

    Attributes
    ----------
    study, incidents, units, analysis
        Always there.
    facilities, streets, proximity, population, baseline, public, basemap
        Where the file names them.
    """

    study: StudySection
    incidents: IncidentsSection
    units: UnitsSection
    analysis: AnalysisSection = AnalysisSection()
    facilities: list[FacilitiesSection] = []
    streets: StreetsSection | None = None
    proximity: ProximitySection | None = None
    population: PopulationSection | None = None
    baseline: PointSource | None = None
    public: PublicSection | None = None
    basemap: list[BasemapSection] = []

    @property
    def name(self) -> str:
        """The study's name."""
        return self.study.name

    @model_validator(mode="after")
    def _kinds_listed(self) -> Self:
        if self.proximity:
            listed = {section.kind for section in self.facilities}
            unlisted = {*self.proximity.from_, *self.proximity.to} - listed
            if unlisted:
                names = ", ".join(sorted(unlisted))
                raise ValueError(f"[proximity] names {names}, but no [[facilities]] has that kind")
        return self
