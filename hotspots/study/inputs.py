"""The first step: read and validate every file of a study; compute nothing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pandas as pd
import shapely

from hotspots.crs import require_true_to_scale
from hotspots.errors import InputError, StreetError, faults
from hotspots.geography.snapping import snap, uncovered
from hotspots.geography.streets import read_streets
from hotspots.intake.candidates import read_candidates
from hotspots.intake.facilities import read_facilities
from hotspots.intake.incidents import read_incidents
from hotspots.intake.polygons import read_boundary, read_polygons, read_population
from hotspots.study.backdrop import read_basemap
from hotspots.study.sections import AreasSource

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import geopandas as gpd

    from hotspots.geography.streets import Streets
    from hotspots.schema import RowCounts, Table
    from hotspots.study.model import Study

NEAR_M = 1000


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What was read, in the study's metric CRS.

    Attributes
    ----------
    boundary : GeoDataFrame
        The study area, one row.
    incidents : Table
        Validated incidents.
    facilities : mapping of str to Table
        By the file's place in the study, such as ``"facilities[1] group_home"``.
    baseline : Table, optional
        Other police contacts.
    streets, population, areas, units : optional
        Where the study names them.
    candidates : Table, optional
        Where else places could stand, from the file that ``[controls]`` names.
    control_areas : GeoDataFrame, optional
        Areas that control sites are matched on.
    basemap : mapping of str to GeoDataFrame
        Layers drawn behind, by kind.
    """

    boundary: gpd.GeoDataFrame = field(repr=False)
    incidents: Table
    facilities: Mapping[str, Table] = field(default_factory=dict)
    baseline: Table | None = None
    streets: Streets | None = field(default=None, repr=False)
    population: gpd.GeoDataFrame | None = field(default=None, repr=False)
    areas: gpd.GeoDataFrame | None = field(default=None, repr=False)
    units: gpd.GeoDataFrame | None = field(default=None, repr=False)
    candidates: Table | None = None
    control_areas: gpd.GeoDataFrame | None = field(default=None, repr=False)
    basemap: Mapping[str, gpd.GeoDataFrame] = field(default_factory=dict, repr=False)

    @property
    def tables(self) -> dict[str, Table]:
        """Every table of points by its name in the record."""
        baseline = {"baseline": self.baseline} if self.baseline else {}
        controls = {"controls": self.candidates} if self.candidates else {}
        return {"incidents": self.incidents, **baseline, **self.facilities, **controls}

    @property
    def rows(self) -> dict[str, RowCounts]:
        """Rows read, located, used and set aside, by table."""
        return {name: table.counts for name, table in self.tables.items()}

    @property
    def notes(self) -> list[str]:
        """Choices made while reading that a file did not settle."""
        notes = {name: table.notes for name, table in self.tables.items()}
        for name in ("boundary", "population", "areas", "units", "control_areas"):
            shapes = getattr(self, name)
            notes[name] = () if shapes is None else shapes.attrs.get("notes", ())
        if self.streets is not None:
            notes["streets"] = (*self.streets.notes, *self._streets_away())
        return [f"{name}: {note}" for name, several in notes.items() for note in several]

    def _streets_away(self) -> list[str]:
        """Say that most facilities are far from any street, if so."""
        places = self.all_facilities()
        if places is None or self.streets is None:
            return []
        return list(filter(None, [uncovered(snap(places, self.streets))]))

    @property
    def quarantine(self) -> pd.DataFrame:
        """Every bad record: ``table``, ``row``, ``reason``."""
        parts = [
            table.quarantine.assign(table=name)[["table", "row", "reason"]]
            for name, table in self.tables.items()
        ]
        return pd.concat(parts, ignore_index=True)

    def all_facilities(self) -> gpd.GeoDataFrame | None:
        """Put the facilities of every file into one table, or None where there are none."""
        if not self.facilities:
            return None
        return pd.concat([table.table for table in self.facilities.values()])


def read_inputs(study: Study) -> Inputs:
    """Read every file of a study.

    Parameters
    ----------
    study : Study
        From :func:`read_study`.

    Returns
    -------
    Inputs

    Raises
    ------
    HotspotsError
        For the first file that cannot be used; a file with faults names them all.
    """
    section = study.study.boundary
    boundary = read_boundary(
        section.path, layer=section.layer, crs=section.crs, to_crs=study.study.crs
    )
    require_true_to_scale(boundary, what="[study] crs")
    inputs = Inputs(
        boundary=boundary,
        incidents=_incidents(study, boundary),
        facilities=dict(_facilities(study, boundary)),
        baseline=_baseline(study, boundary),
        streets=_streets(study, boundary),
        population=_population(study, boundary),
        areas=_areas(study, boundary),
        units=_polygons(study.units, boundary),
        candidates=_candidates(study, boundary),
        control_areas=_polygons(study.controls and study.controls.areas, boundary),
    )
    _refuse_repeated(inputs)
    places = {name: table for name, table in inputs.tables.items() if name != "controls"}
    return replace(inputs, basemap=read_basemap(study, boundary, places))


def input_hashes(study: Study) -> dict[str, str]:
    """Hash every file the study names.

    Parameters
    ----------
    study : Study
        With absolute paths.

    Returns
    -------
    dict of str to str
        File name, with its folder where two files share a name, to SHA-256.
    """
    hashes = {}
    paths = list(dict.fromkeys(_files(study)))
    names = [path.name for path in paths]
    for path in paths:
        alone = names.count(path.name) == 1
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        hashes[path.name if alone else f"{path.parent.name}/{path.name}"] = digest
    return hashes


def _files(study: Study) -> Iterator[Path]:
    yield study.study.boundary.path
    yield study.incidents.path
    yield from (section.path for section in study.facilities)
    optional = (study.streets, study.baseline, study.population)
    yield from (section.path for section in optional if section)
    if isinstance(study.units, AreasSource):
        yield study.units.path
    if study.controls and study.controls.path:
        yield study.controls.path
    if study.controls and study.controls.areas:
        yield study.controls.areas.path
    if study.public:
        yield study.public.areas.path
    yield from (section.path for section in study.basemap)


def _incidents(study: Study, boundary: gpd.GeoDataFrame) -> Table:
    section = study.incidents
    return read_incidents(
        section.path,
        layer=section.layer,
        crs=section.crs,
        columns=section.columns or None,
        where=section.where or None,
        period=study.study.period,
        boundary=boundary,
        to_crs=boundary.crs,
    )


def _baseline(study: Study, boundary: gpd.GeoDataFrame) -> Table | None:
    section = study.baseline
    if section is None:
        return None
    return read_incidents(
        section.path,
        layer=section.layer,
        crs=section.crs or study.incidents.crs,
        columns=section.columns or None,
        period=study.study.period if "time" in section.columns else None,
        boundary=boundary,
        to_crs=boundary.crs,
    )


def _facilities(study: Study, boundary: gpd.GeoDataFrame) -> Iterator[tuple[str, Table]]:
    several = len({section.kind for section in study.facilities}) < len(study.facilities)
    for i, section in enumerate(study.facilities, start=1):
        name = f"{section.kind}[{i}]" if several else section.kind
        yield (
            name,
            read_facilities(
                section.path,
                kind=section.kind,
                layer=section.layer,
                crs=section.crs,
                columns=section.columns or None,
                boundary=boundary,
                to_crs=boundary.crs,
            ),
        )


def _candidates(study: Study, boundary: gpd.GeoDataFrame) -> Table | None:
    section = study.controls
    if section is None or section.path is None:
        return None
    return read_candidates(
        section.path,
        weight=section.weight,
        classes=section.match,
        bands=section.match_bands,
        where=section.where or None,
        layer=section.layer,
        crs=section.crs,
        columns=section.columns or None,
        boundary=boundary,
        to_crs=boundary.crs,
    )


def _streets(study: Study, boundary: gpd.GeoDataFrame) -> Streets | None:
    section = study.streets
    if section is None:
        return None
    streets = read_streets(
        section.path,
        layer=section.layer,
        oneway=section.oneway,
        highway=section.highway,
        crs=section.crs,
        to_crs=boundary.crs,
    )
    area = boundary.union_all()
    if not len(streets.edges.sindex.query(area, predicate="dwithin", distance=NEAR_M)):
        raise StreetError(
            f"{section.path.name}: none of {len(streets.edges)} streets lies within 1 km of the "
            "boundary; is it the network of this place, and is its crs right?"
        )
    return streets


def _population(study: Study, boundary: gpd.GeoDataFrame) -> gpd.GeoDataFrame | None:
    section = study.population
    if section is None:
        return None
    census = read_population(
        section.path,
        column=section.column,
        layer=section.layer,
        crs=section.crs,
        to_crs=boundary.crs,
    )
    lived_in = census[census["population"] > 0]
    inner = lived_in.geometry.representative_point()
    if not shapely.intersects_xy(boundary.union_all(), inner.x, inner.y).any():
        raise InputError(
            f"[population] {section.path.name}: none of {census['population'].sum():,.0f} "
            f"residents in {len(census):,} areas lives within the boundary; is it the "
            "census of this place, and is its crs right?"
        )
    return census


def _areas(study: Study, boundary: gpd.GeoDataFrame) -> gpd.GeoDataFrame | None:
    areas = _polygons(study.public and study.public.areas, boundary)
    if areas is not None and not areas.intersection(boundary.union_all()).area.any():
        raise InputError(
            f"[public] areas: none of {len(areas):,} areas lies within the boundary; are they "
            "those of this place, and is their crs right?"
        )
    return areas


def _polygons(section: object, boundary: gpd.GeoDataFrame) -> gpd.GeoDataFrame | None:
    if not isinstance(section, AreasSource):
        return None
    return read_polygons(
        section.path,
        id=section.id,
        layer=section.layer,
        crs=section.crs,
        name=section.name,
        to_crs=boundary.crs,
    )


def _refuse_repeated(inputs: Inputs) -> None:
    facilities = inputs.all_facilities()
    if facilities is None:
        return
    found = []
    for kind, group in facilities.groupby("kind", sort=False):
        repeated = group.index[group.index.duplicated()]
        if len(repeated):
            found.append(
                f"{len(repeated)} ids of {kind} stand in more than one file, "
                f"the first is {repeated[0]!r}; make ids unique within a kind"
            )
    if found:
        raise InputError(faults("facilities", found))
