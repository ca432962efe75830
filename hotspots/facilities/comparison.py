"""The set question: do places stand nearer to destinations than control sites do."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import pandas as pd

from hotspots.crs import require_geo, require_points, require_same_crs
from hotspots.errors import FewDataWarning, InputError, SchemaError
from hotspots.facilities.measures import (
    LEVEL,
    MEDIAN,
    cluster_samples,
    measures,
    ratio,
    ratio_interval,
    shares_within,
)
from hotspots.facilities.reach import Sites, reach
from hotspots.facilities.together import INCIDENT, facilities_together, incidents_together
from hotspots.geography.paths import ROUNDING
from hotspots.inference.draws import generator
from hotspots.inference.envelopes import global_envelope
from hotspots.inference.intervals import clopper_pearson
from hotspots.inference.permutation import simulated_tails

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    import geopandas as gpd
    from numpy.typing import NDArray

    from hotspots.facilities.controls import ControlSets
    from hotspots.facilities.reach import Reach
    from hotspots.geography.streets import Streets
    from hotspots.schema import Alternative

    Floats = NDArray[np.float64]

Closeness = Literal["two-sided", "closer", "farther"]
SIDES: dict[Closeness, Alternative] = {
    "two-sided": "two-sided",
    "closer": "greater",
    "farther": "less",
}

FEW_PLACES = 10
OWN_WITHIN = 1.0
"""Metres up to which an incident is at a site."""

CURVE_POINTS = 40


@dataclass(frozen=True, eq=False, repr=False)
class ControlComparison:
    """Places beside their control sites.

    Attributes
    ----------
    statistics : DataFrame
        One row per kind of destination and statistic: ``to_kind, statistic, observed``;
        ``expected``, the mean over the control sets; ``ratio`` of the two with ``ratio_lower``
        and ``ratio_upper``, a 95 % interval by resampling operators; ``p_value``, of the primary
        statistic alone; ``lower, upper``, of all others, their global envelope.
    curves : DataFrame
        One row per kind and ``distance_m``: the share of places whose nearest destination is no
        further, ``observed``, ``expected``, and ``lower, upper`` of the same envelope.
    places : DataFrame
        One row per place and kind: ``facility_id, to_kind, distance_m``; ``share_farther``, the
        share of its control sites that are farther from their nearest (ties count half), with a
        95 % interval ``share_lower, share_upper``; the destinations within each limit, and
        ``expected_within_400m`` …, the mean of its controls. NaN where none was open.
    primary : tuple of (str, str)
        The kind and the statistic that are tested by themselves.
    p_value : float
        Of the primary statistic.
    p_value_others : float
        Of all other statistics and the curves together.
    n_sets : int
        Control sets compared with.
    notes : tuple of str
        What was left out, and what the result cannot show.
    nearest : mapping of str to ndarray of float, shape (1 + n_sets, m)
        By kind, metres to the nearest destination of the places and, row by row, of the sets;
        infinite where none is reached. What `places` sums up.
    """

    statistics: pd.DataFrame
    curves: pd.DataFrame
    places: pd.DataFrame
    primary: tuple[str, str]
    p_value: float
    p_value_others: float
    n_sets: int
    notes: tuple[str, ...] = ()
    nearest: Mapping[str, Floats] = field(default_factory=dict)

    def __repr__(self) -> str:
        """Say what was found; nothing about any one place."""
        kind, statistic = self.primary
        return (
            f"<ControlComparison of {self.places['facility_id'].nunique()} places with "
            f"{self.n_sets:,} control sets: {statistic} to {kind}, p {self.p_value:.3g}>"
        )


def compare_with_controls(
    places: gpd.GeoDataFrame,
    destinations: gpd.GeoDataFrame | None,
    controls: ControlSets,
    *,
    incidents: gpd.GeoDataFrame | None = None,
    streets: Streets | None = None,
    within: Sequence[float] = (400, 800, 1600),
    primary: tuple[str, str] | None = None,
    alternative: Closeness = "two-sided",
    period: tuple[date | str, date | str] | None = None,
    operators: str = "operator_id",
    n_bootstraps: int = 999,
    rng: int | np.random.Generator | None = None,
) -> ControlComparison:
    """Ask whether places stand nearer to destinations than where they could just as well stand.

    Parameters
    ----------
    places : GeoDataFrame of Point
        The m places that `controls` were drawn for.
    destinations : GeoDataFrame of Point, or None
        With ``kind``, one or several. A place among them is never a destination of itself, nor of
        its own controls. None where only incidents are asked about.
    controls : ControlSets
        See :func:`hotspots.draw_controls`.
    incidents : GeoDataFrame of Point, optional
        One more kind of destination, ``"incident"``. Those with the place in ``facility_id``
        count neither for it nor for its controls; those within 1 m of a site, a place's or a
        control's, not for that site: they may say how much is reported there, not what is around.
    streets : Streets, optional
        The network; without it distances are straight lines.
    within : sequence of float
        Metres to count destinations within.
    primary : tuple of (str, str), optional
        Kind and statistic to be tested by themselves, named before the data are looked at; by
        default ``median_distance_m`` to the first kind. Others are ``mean_distance_m``, and for
        each limit ``share_within_400m``, of places with any destination that near, and
        ``mean_within_400m``, destinations per place.
    alternative : {"two-sided", "closer", "farther"}
        What is extreme; shorter distances and more destinations are closer.
    period : tuple of two dates, optional
        First and last day. A destination counts for a place where both were open on one day of
        it, and controls have the dates of their place; an incident, where it may have happened on
        such a day while the place was open.
    operators : str
        Column of `places` that is resampled for intervals; without it places are.
    n_bootstraps : int
        Samples behind the intervals; none are given where it is 0.
    rng : int, numpy.random.Generator or None
        Seed or source of randomness for the intervals.

    Returns
    -------
    ControlComparison

    Raises
    ------
    InputError
        If `controls` are of other places, `primary` or `alternative` is not known, or no
        destination was open at the same time as a place.
    SchemaError
        If `kind` is missing, or a place closes before it opens.
    CRSError
        If a CRS differs.

    Warns
    -----
    FewDataWarning
        Below 10 places.

    Notes
    -----
    The p-value of the primary statistic is (1 + sets at least as extreme) / (1 + n_sets), twice
    the smaller tail where two-sided. All other statistics and the distribution of distances share
    one global envelope, so that looking at many does not find something by chance.

    References
    ----------
    Davison & Hinkley (1997), doi:10.1017/CBO9780511802843; Myllymäki, Mrkvička, Grabarnik, Seijo &
    Hahn (2017), doi:10.1111/rssb.12172.
    """
    _check(places, destinations, incidents, controls, alternative)
    sites = Sites.of(controls, streets)
    found: dict[str, Reach] = {}
    if destinations is not None:
        together = facilities_together(places, destinations, period)
        for kind in pd.unique(destinations["kind"].astype(str)):
            of_kind = np.asarray(destinations["kind"] == kind)
            found[kind] = reach(sites, destinations[of_kind], together[:, of_kind], limits=within)
    if incidents is not None:
        together = incidents_together(places, incidents, period)
        found[INCIDENT] = reach(sites, incidents, together, limits=within, beyond=OWN_WITHIN)
    notes = [*sites.notes, *_notes(found), *_few(places)]
    compared = {kind: reached.opened() for kind, reached in found.items() if reached.open.any()}
    if not compared:
        raise InputError("destinations: none was open while a place was; look at their dates")
    named = primary or (next(iter(compared)), MEDIAN)
    asked, sets = _asked(compared, within)
    is_primary = np.asarray((asked["to_kind"] == named[0]) & (asked["statistic"] == named[1]))
    if not is_primary.any():
        known = ", ".join(measure.name for measure in measures(within))
        raise InputError(
            f"primary {named!r} is not known: give one of {', '.join(compared)} and one of {known}"
        )
    asked, p_value, p_others = _tested(asked, sets, is_primary, SIDES[alternative])
    clusters = _clusters(places, operators)
    samples = cluster_samples(clusters, n_bootstraps, generator(rng))
    asked = asked.join(_intervals(compared, within, samples))
    on_curve = asked["distance_m"].notna()
    limits = [f"{limit:g}m" for limit in within]
    return ControlComparison(
        statistics=asked[~on_curve].drop(columns="distance_m"),
        curves=asked.loc[on_curve, ["to_kind", "distance_m", "observed", "expected", "lower",
                                    "upper"]].reset_index(drop=True),
        places=pd.concat(
            [_of_places(places.index, kind, reached, limits) for kind, reached in found.items()],
            ignore_index=True,
        ),
        primary=named,
        p_value=p_value,
        p_value_others=p_others,
        n_sets=len(sets) - 1,
        notes=tuple(notes),
        nearest={kind: reached.nearest for kind, reached in found.items()},
    )  # fmt: skip


def _asked(found: Mapping[str, Reach], within: Sequence[float]) -> tuple[pd.DataFrame, Floats]:
    """List all that is asked of the sets, and every set's answer, shape (1 + n_sets, n_asked).

    Statistics come first, then the points of the curves, which have a ``distance_m``.
    """
    rows, answers = [], []
    for kind, reached in found.items():
        for measure in measures(within):
            rows.append((kind, measure.name, measure.closer, np.nan))
            answers.append(measure.of(measure.each(reached))[0])
    for kind, reached in found.items():
        at = _distances(reached.nearest, within)
        rows += [(kind, "share_within", 1, metres) for metres in at]
        answers += list(shares_within(reached.nearest, at).T)
    asked = pd.DataFrame(rows, columns=["to_kind", "statistic", "closer", "distance_m"])
    return asked, np.column_stack(answers)


def _distances(nearest: Floats, within: Sequence[float]) -> Floats:
    """Choose the distances of a curve: round, and from none to nearly all of the controls."""
    known = nearest[1:][np.isfinite(nearest[1:])]
    furthest = np.quantile(known, 0.99) if known.size else max(within, default=1.0)
    digits = int(np.floor(np.log10(max(furthest, 1.0) / CURVE_POINTS)))
    step = np.ceil(furthest / CURVE_POINTS / 10.0**digits) * 10.0**digits
    return np.asarray(step * np.arange(1, CURVE_POINTS + 1))


def _tested(
    asked: pd.DataFrame, sets: Floats, is_primary: NDArray[np.bool_], side: Alternative
) -> tuple[pd.DataFrame, float, float]:
    """Test the primary statistic by itself, and all others together."""
    closer = asked["closer"].to_numpy()
    closeness = sets * closer
    primary = np.nan_to_num(closeness[:, is_primary])  # sets that reach nothing are ties
    tails = simulated_tails(primary[0], primary[1:].T, tolerance=0.0)
    p_value = float(tails.p_value(side)[0])
    envelope = global_envelope(closeness[0, ~is_primary], closeness[1:, ~is_primary],
                               alternative=side)  # fmt: skip
    bounds = np.full((2, len(asked)), np.nan)
    bounds[:, ~is_primary] = np.sort(
        np.stack([envelope.lower, envelope.upper]) * closer[~is_primary], axis=0
    )
    known = np.isfinite(sets[1:])
    n = known.sum(axis=0)
    total = np.where(known, sets[1:], 0.0).sum(axis=0)
    table = asked.drop(columns="closer").assign(
        observed=sets[0],
        expected=np.divide(total, n, out=np.full(len(asked), np.nan), where=n > 0),
        ratio=ratio(sets.T),
        p_value=np.where(is_primary, p_value, np.nan),
        lower=bounds[0],
        upper=bounds[1],
    )
    return table, p_value, envelope.p_value


def _intervals(
    found: Mapping[str, Reach], within: Sequence[float], samples: Floats
) -> pd.DataFrame:
    """Give the interval of every statistic's ratio, in the order asked."""
    rows = [
        ratio_interval(measure, measure.each(reached), samples[:, reached.open])
        for reached in found.values()
        for measure in measures(within)
    ]
    return pd.DataFrame(rows, columns=["ratio_lower", "ratio_upper"])


def _of_places(ids: pd.Index, kind: str, reached: Reach, limits: Sequence[str]) -> pd.DataFrame:
    """Place each place among its own controls."""
    own, controls = reached.nearest[0], reached.nearest[1:]
    farther = (controls > own + ROUNDING).sum(axis=0)
    not_nearer = (controls >= own - ROUNDING).sum(axis=0)
    lower, upper = clopper_pearson(farther, len(controls), highest=not_nearer, confidence=LEVEL)
    table = pd.DataFrame(
        {
            "facility_id": ids,
            "to_kind": kind,
            "distance_m": np.where(np.isfinite(own), own, np.nan),
            "share_farther": (farther + not_nearer) / 2 / len(controls),
            "share_lower": lower,
            "share_upper": upper,
        }
    )
    for i, name in enumerate(limits):
        table[f"within_{name}"] = reached.within[0, :, i]
        table[f"expected_within_{name}"] = reached.within[1:, :, i].mean(axis=0)
    table.loc[~reached.open, table.columns[2:]] = np.nan
    return table


def _clusters(places: gpd.GeoDataFrame, operators: str) -> NDArray[np.int64]:
    """Give each operator a number; a place without one is a cluster of its own."""
    if operators not in places:
        return np.arange(len(places))
    codes, known = pd.factorize(places[operators])
    alone = codes < 0
    codes[alone] = len(known) + np.arange(int(alone.sum()))
    return np.asarray(codes, dtype=np.int64)


def _check(
    places: gpd.GeoDataFrame,
    destinations: gpd.GeoDataFrame | None,
    incidents: gpd.GeoDataFrame | None,
    controls: ControlSets,
    alternative: str,
) -> None:
    """Refuse what does not fit together."""
    if alternative not in get_args(Closeness):
        raise InputError(
            f"alternative {alternative!r} is not known: use one of {', '.join(get_args(Closeness))}"
        )
    require_geo(places, what="places")
    require_same_crs(places, controls.frame, what="places and control sites")
    if not places.index.equals(controls.places):
        raise InputError("controls: drawn for other places; draw them for these")
    given = {"destinations": destinations, "incidents": incidents}
    tables = {what: table for what, table in given.items() if table is not None}
    for what, table in tables.items():
        require_points(table, what=what)
        require_same_crs(places, table, what=f"places and {what}")
    if destinations is not None and "kind" not in destinations.columns:
        raise SchemaError("destinations: no column 'kind'; say what each of them is")
    if not sum(map(len, tables.values())):
        raise InputError("destinations: none given, so there is nothing to compare")


def _notes(found: Mapping[str, Reach]) -> list[str]:
    """Say which places take no part."""
    notes = []
    for kind, reached in found.items():
        alone, n = int((~reached.open).sum()), len(reached.open)
        if alone:
            notes.append(f"{alone} of {n} places were never open while a {kind} was, and left out")
        lost = int(np.isinf(reached.nearest[0, reached.open]).sum())
        if lost:
            notes.append(f"{lost} of {n} places reach no {kind} over the streets")
    return notes


def _few(places: gpd.GeoDataFrame) -> list[str]:
    if len(places) >= FEW_PLACES:
        return []
    few = f"{len(places)} places, below {FEW_PLACES}: only a very large difference can show"
    warnings.warn(few, FewDataWarning, stacklevel=3)
    return [few]
