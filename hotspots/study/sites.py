"""Where else the places of a study could stand, and how such sites were drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from hotspots.errors import InputError
from hotspots.facilities.candidates import street_sites
from hotspots.facilities.controls import draw_controls
from hotspots.geography.counting import locate
from hotspots.geography.streetkinds import distance_to_streets

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np

    from hotspots.facilities.controls import ControlSets
    from hotspots.study.inputs import Inputs
    from hotspots.study.model import Study

AREA = "the area it lies in"
ARTERIAL = "metres to a through street"
LENGTH = "metres of street"


def control_sets(
    study: Study,
    inputs: Inputs,
    places: gpd.GeoDataFrame,
    *,
    rng: np.random.Generator,
    one: bool = False,
) -> ControlSets:
    """Draw the control sets of a study.

    Parameters
    ----------
    study : Study
        With ``[controls]``.
    inputs : Inputs
        For its candidates, or its streets.
    places : GeoDataFrame of Point
        That sites are drawn for.
    rng : numpy.random.Generator
        Source of randomness.
    one : bool
        Draw a single set, to see that it can be done.

    Returns
    -------
    ControlSets

    Raises
    ------
    HotspotsError
        If there is nowhere to draw from.
    """
    section = study.controls
    assert section is not None  # noqa: S101 - asked for by the study
    candidates, match = candidate_sites(study, inputs)
    return draw_controls(
        places,
        candidates,
        n_sets=1 if one else section.n_sets,
        weight=section.weight if section.path else LENGTH,
        match=match,
        n_bands=section.n_bands,
        spacing=section.spacing_m,
        streets=inputs.streets,
        rng=rng,
    )


def candidate_sites(study: Study, inputs: Inputs) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Give the sites within the boundary, and the columns to match on.

    Parameters
    ----------
    study : Study
        With ``[controls]``.
    inputs : Inputs
        For its candidates, or its streets.

    Returns
    -------
    GeoDataFrame of Point
        With the columns to weight by and match on.
    list of str
        Columns to match on.

    Raises
    ------
    InputError
        If none lies within the boundary.
    """
    section = study.controls
    assert section is not None  # noqa: S101 - asked for by the study
    if inputs.candidates is not None:
        sites = inputs.candidates.table
    else:
        assert inputs.streets is not None  # noqa: S101 - the study refuses to do without
        sites = street_sites(inputs.streets).rename(columns={"length_m": LENGTH})
    area = inputs.boundary.union_all()
    shapely.prepare(area)
    sites = sites[shapely.intersects_xy(area, sites.geometry.x, sites.geometry.y)]
    if not len(sites):
        raise InputError("no site lies within the boundary")
    match = [*section.match, *section.match_bands]
    if inputs.control_areas is not None:
        sites = sites.assign(**{AREA: locate(sites, inputs.control_areas)})
        match.append(AREA)
    if section.match_arterial:
        assert inputs.streets is not None  # noqa: S101 - the study refuses to do without
        sites = sites.assign(**{ARTERIAL: distance_to_streets(sites, inputs.streets)})
        match.append(ARTERIAL)
    return sites, match


def sites_in_words(study: Study, controls: ControlSets) -> dict[str, str]:
    """Say how control sites were drawn.

    Parameters
    ----------
    study : Study
        For ``[controls]``.
    controls : ControlSets
        What was drawn.

    Returns
    -------
    dict of str to str
        Terms and texts, in the order shown.
    """
    section = study.controls
    assert section is not None  # noqa: S101 - asked for by the study
    source = "residential streets"
    if section.path:
        where = "; ".join(f"{key}: {', '.join(values)}" for key, values in section.where.items())
        source = f"{section.path.name}, {where}" if where else section.path.name
    sets = f"{controls.drawn.shape[0]:,}, seed {study.analysis.seed}"
    return {"Drawn from": source, **controls.choice, "Sets": sets}
