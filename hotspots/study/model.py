"""The study: what ``study.toml`` says, one frozen section per room, and what must go together."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from hotspots.study.comparing import incomparable, without_streets
from hotspots.study.sections import (
    DRAWN,
    JOINS,
    NULLS,
    PAIRS,
    RATES,
    AnalysisSection,
    BasemapSection,
    Beside,
    ControlsSection,
    Denominator,
    FacilitiesSection,
    IncidentsSection,
    InverseDistanceSection,
    KernelSection,
    Kind,
    Pair,
    PointSource,
    PopulationSection,
    ProximitySection,
    PublicSection,
    Rate,
    Section,
    StreetsSection,
    StudySection,
    UnitsSection,
)


class Study(Section):
    """A whole study, read by :func:`read_study`; paths are absolute.

    Attributes
    ----------
    study, incidents, units, analysis
        Always there.
    facilities, streets, proximity, controls, population, baseline, public, basemap
        Where the file names them.
    """

    study: StudySection
    incidents: IncidentsSection
    units: UnitsSection
    analysis: AnalysisSection = AnalysisSection()
    facilities: list[FacilitiesSection] = Field(default_factory=list)
    streets: StreetsSection | None = None
    proximity: ProximitySection | None = None
    controls: ControlsSection | None = None
    population: PopulationSection | None = None
    baseline: PointSource | None = None
    public: PublicSection | None = None
    basemap: list[BasemapSection] = Field(default_factory=list)

    @property
    def name(self) -> str:
        """The study's name."""
        return self.study.name

    @property
    def rates(self) -> tuple[Rate, ...]:
        """The statistics of rates that are asked for."""
        return tuple(name for name in self.analysis.statistics if name in RATES)

    @property
    def per_head(self) -> tuple[str, ...]:
        """All that divides by people: statistics of rates, and rates without a test."""
        return (*self.rates, *self.analysis.rates)

    @property
    def denominator(self) -> Denominator:
        """What rates are taken of: as said, otherwise residents where they are known."""
        return self.analysis.denominator or ("population" if self.population else "baseline")

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """The statistics of two variables that are asked for."""
        return tuple(name for name in self.analysis.statistics if name in PAIRS)

    @property
    def beside(self) -> Beside | None:
        """What incidents are set beside, where a statistic of two variables is asked for."""
        return self.analysis.beside if self.pairs else None

    @property
    def kinds(self) -> set[Kind]:
        """The kinds of facilities that are listed."""
        return {section.kind for section in self.facilities}

    @model_validator(mode="after")
    def _kinds_listed(self) -> Self:
        if self.proximity:
            unlisted = {*self.proximity.from_, *self.proximity.to} - self.kinds - {"incident"}
            if unlisted:
                names = ", ".join(sorted(unlisted))
                raise ValueError(f"[proximity] names {names}, but no [[facilities]] has that kind")
        return self

    @model_validator(mode="after")
    def _streets_there(self) -> Self:
        if self.streets is None:
            for wrong in without_streets(self.proximity, self.controls):
                raise ValueError(f"{wrong}, and there is no section [streets]")
        return self

    @model_validator(mode="after")
    def _comparable(self) -> Self:
        wrong = next(incomparable(self.proximity, self.controls), None)
        if wrong:
            raise ValueError(wrong)
        return self

    @model_validator(mode="after")
    def _has_denominator(self) -> Self:
        if self.per_head and getattr(self, self.denominator) is None:
            section = self.analysis.denominator or "population] or [baseline"
            raise ValueError(
                f"[analysis] {self.per_head[0]} divides by a section [{section}], not there"
            )
        return self

    @model_validator(mode="after")
    def _has_second(self) -> Self:
        beside = self.analysis.beside
        if beside is None:
            if self.pairs:
                raise ValueError(
                    f"[analysis] {self.pairs[0]} needs something to set beside: say beside = "
                    '"population", "baseline", or a kind of [[facilities]]'
                )
            return self
        if beside in ("population", "baseline"):
            if getattr(self, beside) is None:
                raise ValueError(f"[analysis] beside names a section [{beside}], not there")
        elif beside not in self.kinds:
            raise ValueError(f"[analysis] beside names {beside}, but no [[facilities]] is of it")
        return self

    @model_validator(mode="after")
    def _neighbours_fit(self) -> Self:
        near, asked = self.analysis.neighbours, self.analysis.statistics
        once = [name for name in asked if name in (*RATES, *JOINS)]
        if once and isinstance(near, KernelSection | InverseDistanceSection):
            raise ValueError(
                f"[analysis] {once[0]} counts every neighbour once; choose neighbours of kind "
                "contiguity, distance_band or nearest"
            )
        itself = [name for name in asked if name in ("gi_star", "lees_l_local")]
        if itself and isinstance(near, InverseDistanceSection):
            other = "gi, or " if itself[0] == "gi_star" else ""
            raise ValueError(
                f"[analysis] {itself[0]} counts the unit itself, which has no inverse distance; "
                f"choose {other}neighbours of kind kernel"
            )
        return self

    @model_validator(mode="after")
    def _null_fits(self) -> Self:
        if self.analysis.null and not set(NULLS) & set(self.analysis.statistics):
            raise ValueError(
                f"[analysis] null is for {' and '.join(NULLS)}, and neither is asked for; all "
                "other statistics hold the unit's own number: leave it out"
            )
        return self

    @model_validator(mode="after")
    def _method_fits(self) -> Self:
        if self.analysis.method != "exact":
            return self
        near, asked = self.analysis.neighbours, self.analysis.statistics
        drawn = [name for name in asked if name in DRAWN]
        if drawn:
            raise ValueError(
                f'[analysis] method = "exact": {drawn[0]} has no exact p-values; say method = '
                '"auto", which is exact where that can be'
            )
        one_way = [name for name in asked if name not in RATES]
        if one_way and isinstance(near, KernelSection | InverseDistanceSection):
            raise ValueError(
                f'[analysis] method = "exact": {one_way[0]} has no exact p-values with neighbours '
                f"of kind {near.kind}; choose contiguity, distance_band or nearest, or say method "
                '= "auto"'
            )
        if "local_moran_bivariate" in asked and self.analysis.beside == "population":
            raise ValueError(
                '[analysis] method = "exact": local_moran_bivariate has no exact p-values beside '
                "population, whose shares are no whole numbers; say method = "
                '"auto"'
            )
        return self

    @model_validator(mode="after")
    def _persons_unpublished(self) -> Self:
        if self.analysis.count == "persons" and self.incidents.open_data is not None:
            raise ValueError(
                '[analysis] count = "persons" does not go with [incidents] open_data: published '
                "records show the units themselves, and who is the same person is not published; "
                "count incidents, or take open_data out"
            )
        return self
