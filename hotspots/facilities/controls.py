"""Control sites: where else the places could stand, and sets of sites drawn from there."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import KDTree

from hotspots.crs import require_metric, require_points, require_same_crs
from hotspots.errors import CoverageWarning, InputError, SchemaError
from hotspots.geography.snapping import MAX_SNAP_M, snap, uncovered
from hotspots.inference.draws import generator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from hotspots.geography.streets import Streets

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

SAME_PLACE = 1.0
"""Metres within which a place stands at a candidate, and is no further one."""

BANDS = 4
"""Equal shares into which numbers to match on are cut."""

FEW_VALUES = 12
"""Different numbers up to which each is matched on by itself."""

MAX_TRIES = 1_000
"""Draws for one place before its stratum is taken to have no room left."""


@dataclass(frozen=True, eq=False, repr=False)
class ControlSets:
    """Sets of control sites, each with one site for every place.

    Attributes
    ----------
    frame : GeoDataFrame of Point
        Where a place could stand: the candidates, then the places' own sites that are none of
        them; ``weight``, and ``stratum``, a number for each combination of what is matched on.
    places : Index
        Ids of the m places.
    own : ndarray of int, shape (m,)
        The places' own sites, as positions in `frame`.
    drawn : ndarray of int, shape (n_sets, m)
        Their control sites.
    choice : mapping of str to str
        How they were drawn, in words, for the page.
    notes : tuple of str
        What was left out, or stands where no control can.
    """

    frame: gpd.GeoDataFrame
    places: pd.Index
    own: Integers
    drawn: Integers
    choice: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Say how many there are; never where."""
        n_sets, m = self.drawn.shape
        return f"<{n_sets:,} control sets for {m:,} places, from {len(self.frame):,} sites>"


def draw_controls(
    places: gpd.GeoDataFrame,
    candidates: gpd.GeoDataFrame,
    *,
    n_sets: int = 999,
    weight: str | None = None,
    match: Sequence[str] = (),
    n_bands: int = BANDS,
    spacing: float | None = None,
    streets: Streets | None = None,
    max_snap: float = MAX_SNAP_M,
    rng: int | np.random.Generator | None = None,
) -> ControlSets:
    """Draw sets of sites where the places could just as well stand.

    Each set has one site per place, from the candidates that agree with the place in what is
    matched on, with probability by weight and no site twice. The places' own sites belong to the
    frame and are drawn like any other: leaving them, or a zone around them, out would make the
    controls stand elsewhere by rule.

    Parameters
    ----------
    places : GeoDataFrame of Point
        The m places, such as group homes.
    candidates : GeoDataFrame of Point
        Where a place could stand, such as residential addresses or parcels, or what
        :func:`hotspots.street_sites` puts along residential streets.
    n_sets : int
        Sets to draw.
    weight : str, optional
        Column of `candidates`, such as dwelling units or metres of street; all alike without it.
    match : sequence of str
        Columns of `candidates` to match on, such as the district, the class of land use, or metres
        to an arterial by :func:`hotspots.distance_to_streets`; numbers with more than twelve values
        are cut into bands that hold as many candidates each. A place has the values of the
        candidate nearest to it.
    n_bands : int
        Bands, 2 or more.
    spacing : float, optional
        Metres in a straight line that a rule keeps between any two places; every set keeps it.
    streets : Streets, optional
        The network that distances will be measured over. Candidates far from any street are left
        out, and places far from any are counted; ``notes`` says how many.
    max_snap : float
        Metres to the nearest street beyond which a site is far from the network.
    rng : int, numpy.random.Generator or None
        Seed or source of randomness.

    Returns
    -------
    ControlSets

    Raises
    ------
    InputError
        If there is no candidate, or none near a street; a stratum has too few for its places;
        weights are not above 0; the places themselves stand nearer than `spacing`; or an option
        is out of range.
    SchemaError
        If a column is missing or a row is not a point.
    CRSError
        If a CRS is not metric, or not the same.

    Warns
    -----
    CoverageWarning
        If most candidates are far from any street.

    Notes
    -----
    Within a set, sites are drawn one after another without replacement, those of places in random
    order; under the hypothesis that the places were chosen so too, the places and their sets are
    exchangeable, and so the tests that compare them hold their level.

    Examples
    --------
    >>> homes = gpd.GeoDataFrame(geometry=gpd.points_from_xy([0], [0]), index=["H1"], crs=32616)
    >>> houses = gpd.GeoDataFrame(geometry=gpd.points_from_xy([5, 9], [0, 0]), crs=32616)
    >>> draw_controls(homes, houses, n_sets=99, rng=1)
    <99 control sets for 1 places, from 3 sites>
    """
    _check(places, candidates, weight=weight, match=match)
    _check_numbers(n_sets=n_sets, n_bands=n_bands, max_snap=max_snap)
    notes: list[str] = []
    if streets is not None:
        candidates, notes = _near_streets(places, candidates, streets, max_snap)
    strata, matched = _strata(candidates, match, n_bands)
    frame, own = _frame(places, candidates, strata, weight=weight)
    _require_room(frame, own)
    _require_spaced(places, spacing)
    rng = generator(rng)
    sites, of_site = np.unique(own, return_inverse=True)  # places at one site share their controls
    drawn = _draw(frame, sites, n_sets, spacing or 0.0, rng)[:, of_site]
    choice = _words(weight, matched, spacing, len(frame))
    return ControlSets(frame, places.index, own, drawn, choice, tuple(notes))


def _near_streets(
    places: gpd.GeoDataFrame, candidates: gpd.GeoDataFrame, streets: Streets, max_snap: float
) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Leave out candidates far from any street, and say how many these and such places are."""
    metres = _to_streets(candidates, streets, max_snap)
    far = metres > max_snap
    beyond = f"over {max_snap:g} m from any street"
    if far.all():
        raise InputError(
            f"candidates: all {len(far):,} lie {beyond}; give the streets of their place"
        )
    said = uncovered(pd.DataFrame({"snap_m": metres}), max_snap=max_snap)
    if said:
        warnings.warn(f"candidates: {said}", CoverageWarning, stacklevel=3)
    notes = []
    if far.any():
        notes.append(
            f"{far.sum():,} of {len(far):,} candidate sites lie {beyond}, and were left out"
        )
    lost = snap(places, streets)["snap_m"].to_numpy() > max_snap
    if lost.any():
        notes.append(
            f"{lost.sum():,} of {len(lost):,} places lie {beyond}, where no control site stands"
        )
    return candidates[~far], notes


def _to_streets(candidates: gpd.GeoDataFrame, streets: Streets, max_snap: float) -> Floats:
    """Measure to the nearest street, or for those surely near one to the nearest end of one."""
    lines = streets.segments.line
    ends = shapely.get_coordinates([shapely.get_point(lines, end) for end in (0, -1)])
    points = shapely.get_coordinates(np.asarray(candidates.geometry))
    metres = np.asarray(KDTree(ends).query(points, distance_upper_bound=max_snap)[0])
    unsure = ~(metres <= max_snap)
    metres[unsure] = snap(candidates[unsure], streets)["snap_m"]
    return metres


def _frame(
    places: gpd.GeoDataFrame,
    candidates: gpd.GeoDataFrame,
    stratum: Integers,
    *,
    weight: str | None,
) -> tuple[gpd.GeoDataFrame, Integers]:
    """Put the places' own sites among the candidates, and find them there."""
    points = np.asarray(candidates.geometry)
    here = np.asarray(places.geometry)
    (_, nearest), apart = shapely.STRtree(points).query_nearest(
        here, return_distance=True, all_matches=False
    )
    weights = candidates[weight].to_numpy(dtype="float64") if weight else np.ones(len(points))
    further = np.flatnonzero(apart > SAME_PLACE)
    unique, which = np.unique(shapely.to_wkb(here[further]), return_inverse=True)
    own = nearest.astype(np.int64)
    own[further] = len(points) + which
    like = nearest[further][[int(np.argmax(which == i)) for i in range(len(unique))]]
    frame = gpd.GeoDataFrame(
        {
            "weight": np.concatenate([weights, weights[like]]),
            "stratum": np.concatenate([stratum, stratum[like]]),
        },
        geometry=np.concatenate([points, shapely.from_wkb(unique)]),
        crs=candidates.crs,
    )
    return frame, own


def _strata(
    candidates: gpd.GeoDataFrame, match: Sequence[str], n_bands: int
) -> tuple[Integers, list[str]]:
    """Give each combination of what is matched on a number, and say what that is.

    Missing is a value of its own.
    """
    columns, words = {}, []
    for name in match:
        values = candidates[name]
        banded = pd.api.types.is_numeric_dtype(values) and values.nunique() > FEW_VALUES
        columns[name] = (
            pd.qcut(values, n_bands, labels=False, duplicates="drop") if banded else values
        )
        words.append(f"{name} in {columns[name].nunique()} bands" if banded else name)
    if not columns:
        return np.zeros(len(candidates), dtype=np.int64), words
    grouped = pd.DataFrame(columns).groupby(list(columns), dropna=False)
    return np.asarray(grouped.ngroup(), dtype=np.int64), words


def _draw(
    frame: gpd.GeoDataFrame, own: Integers, n_sets: int, spacing: float, rng: np.random.Generator
) -> Integers:
    """Draw every set, site after site; the column of a site is its position in `own`."""
    xy = shapely.get_coordinates(np.asarray(frame.geometry))
    stratum, weights = frame["stratum"].to_numpy(), frame["weight"].to_numpy()
    members = {s: np.flatnonzero(stratum == s) for s in np.unique(stratum[own])}
    shares = {s: np.cumsum(weights[i]) / weights[i].sum() for s, i in members.items()}
    turn = rng.permuted(np.tile(np.arange(len(own)), (n_sets, 1)), axis=1)
    drawn = np.full((n_sets, len(own)), -1, dtype=np.int64)
    taken = np.full_like(drawn, -1)  # in the order of drawing
    for step in range(len(own)):
        now = turn[:, step]
        open_sets = np.arange(n_sets)
        for _ in range(MAX_TRIES):
            strata = stratum[own[now[open_sets]]]
            found = _one_each(strata, members, shares, rng)
            free = _free(found, taken[open_sets, :step], xy, spacing)
            taken[open_sets[free], step] = found[free]
            open_sets = open_sets[~free]
            if not len(open_sets):
                break
        else:
            raise InputError(
                f"spacing {spacing:g} m: no room for {len(own)} sites in {len(open_sets)} sets; "
                "match on less, or give a smaller spacing"
            )
        drawn[np.arange(n_sets), now] = taken[:, step]
    return drawn


def _one_each(
    strata: Integers,
    members: dict[Any, Integers],
    shares: dict[Any, Floats],
    rng: np.random.Generator,
) -> Integers:
    """Draw one site from each stratum, by weight."""
    found = np.empty(len(strata), dtype=np.int64)
    chance = rng.random(len(strata))
    for s in np.unique(strata):
        here = strata == s
        found[here] = members[s][np.searchsorted(shares[s], chance[here], side="right")]
    return found


def _free(found: Integers, taken: Integers, xy: Floats, spacing: float) -> NDArray[np.bool_]:
    """Say which sites are not taken in their set, and no nearer to any of it than allowed."""
    free: NDArray[np.bool_] = ~(taken == found[:, None]).any(axis=1)
    if spacing and taken.shape[1]:
        apart = np.hypot(*np.moveaxis(xy[found][:, None] - xy[taken], -1, 0))
        free &= (apart >= spacing).all(axis=1)
    return free


def _words(
    weight: str | None, matched: Sequence[str], spacing: float | None, n_sites: int
) -> dict[str, str]:
    return {
        "Sites": f"{n_sites:,}, the places' own among them",
        "Chance": f"by {weight}" if weight else "the same for every site",
        "Matched on": ", ".join(matched) or "nothing",
        "Spacing": f"{spacing:,g} m in every set" if spacing else "none",
    }


def _check(
    places: gpd.GeoDataFrame,
    candidates: gpd.GeoDataFrame,
    *,
    weight: str | None,
    match: Sequence[str],
) -> None:
    advice = {
        "places": "there is nothing to compare",
        "candidates": "read residential addresses or parcels, or take street_sites(streets)",
    }
    for table, name in ((places, "places"), (candidates, "candidates")):
        require_points(table, what=name)
        if not len(table):
            raise InputError(f"{name}: none given; {advice[name]}")
        require_metric(table, what=name)
    require_same_crs(places, candidates, what="places and candidates")
    missing = [name for name in (weight, *match) if name and name not in candidates.columns]
    if missing:
        raise SchemaError(f"candidates: no column {missing[0]!r} to weight by or match on")
    if weight:
        wrong = ~(candidates[weight].to_numpy(dtype="float64") > 0)
        if wrong.any():
            raise InputError(
                f"candidates: {int(wrong.sum())} weights in {weight!r} are not above 0, first id "
                f"{candidates.index[wrong].tolist()[0]!r}; leave out sites where nobody could live"
            )


def _check_numbers(*, n_sets: int, n_bands: int, max_snap: float) -> None:
    if n_sets < 1:
        raise InputError(f"n_sets {n_sets}: draw at least one set")
    if n_bands < 2:
        raise InputError(f"n_bands {n_bands}: cut numbers into 2 or more")
    if not max_snap > 0:
        raise InputError(f"max_snap: {max_snap:g} m; give more than 0")


def _require_room(frame: gpd.GeoDataFrame, own: Integers) -> None:
    """Refuse strata that hold little more than the places' own sites."""
    stratum = frame["stratum"].to_numpy()
    sites = pd.Series(stratum).value_counts()
    asked = pd.Series(stratum[np.unique(own)]).value_counts()
    short = asked[sites.loc[asked.index] <= asked]
    if len(short):
        raise InputError(
            f"candidates: {int(short.sum())} places stand in {len(short)} strata without another "
            "site; match on less, or give more candidates"
        )


def _require_spaced(places: gpd.GeoDataFrame, spacing: float | None) -> None:
    if spacing is None:
        return
    if not spacing > 0:
        raise InputError(f"spacing {spacing:g} m: give more than 0, or leave it out")
    points = np.asarray(places.geometry)
    one, other = shapely.STRtree(points).query(points, predicate="dwithin", distance=spacing)
    near = (one < other) & (shapely.distance(points[one], points[other]) < spacing)
    if near.any():
        raise InputError(
            f"spacing {spacing:g} m: {int(near.sum())} pairs of places stand nearer, so they were "
            f"not placed by this rule, first id {places.index[one[near]].tolist()[0]!r}"
        )
