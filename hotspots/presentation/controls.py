"""Sentences about places beside their control sites: of the set, and of each place."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hotspots.disclosure.release import InternalRelease
from hotspots.presentation.formats import (
    chance,
    counted,
    distance,
    is_missing,
    least_p,
    listed,
    number,
    one_line,
    p_value,
    plural,
)
from hotspots.presentation.markers import MARKERS, marker

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from hotspots.disclosure.release import Release
    from hotspots.facilities.comparison import ControlComparison
    from hotspots.presentation.markers import Marker

LEAST = 0.05
"""Above this p-value a sentence says that nothing is shown."""

SIDES = {
    "two-sided": "a difference this large, nearer or farther,",
    "closer": "a set this near",
    "farther": "a set this far",
}


@dataclass(frozen=True)
class Compared:
    """A comparison with control sites, and the words for it.

    Attributes
    ----------
    found : ControlComparison
        What was found.
    record : mapping of str to object
        How: ``of``, the kind of place; ``alternative``; ``over_streets``; ``choice``.
    """

    found: ControlComparison
    record: Mapping[str, Any]

    @property
    def places(self) -> Marker:
        """What the places are called."""
        return marker(str(self.record.get("of", "other")))

    @property
    def how(self) -> str:
        """Say what distances are measured over."""
        return "over the streets" if self.record.get("over_streets", True) else "in a straight line"

    @property
    def side(self) -> str:
        """Give the side that is tested."""
        return str(self.record.get("alternative", "two-sided"))

    @property
    def sets(self) -> str:
        """Count the control sets."""
        return counted(self.found.n_sets, "control set")

    def n_open(self, kind: str) -> int:
        """Count the places for which any destination of a kind counts."""
        rows = self.found.places[self.found.places["to_kind"] == kind]
        return int(rows["share_farther"].notna().sum())


def compared(release: Release) -> Compared | None:
    """Find the comparison of a release; a public one holds none.

    Parameters
    ----------
    release : Release
        Any.

    Returns
    -------
    Compared or None
    """
    if not isinstance(release, InternalRelease) or release.comparison is None:
        return None
    record = release.record.get("controls")
    return Compared(release.comparison, record if isinstance(record, dict) else {})


def set_sentences(found: Compared) -> list[str]:
    """Answer whether the places stand nearer than control sites.

    Parameters
    ----------
    found : Compared

    Returns
    -------
    list of str
        The primary statistic with its numbers; how often chance gives that; and all others.
    """
    kind, statistic = found.found.primary
    table = found.found.statistics
    row = table[(table["to_kind"] == kind) & (table["statistic"] == statistic)].iloc[0]
    return [_primary(found, row), _by_chance(found), _others(found)]


def _primary(found: Compared, row: pd.Series) -> str:
    kind, name = str(row["to_kind"]), str(row["statistic"])
    to = marker(kind)
    observed, expected = float(row["observed"]), float(row["expected"])
    homes, what = found.places.plural, to.words.lower()
    limit = _limit(name)
    tested = f"p = {p_value(found.found.p_value)}, {found.sets}"
    if not (math.isfinite(observed) and math.isfinite(expected)):
        who = homes if not math.isfinite(observed) else "Control sites"
        return (
            f"{who} mostly reach no {what} {found.how}, so their {statistic_words(name, kind)} is "
            f"not known ({tested})."
        )
    ratio, interval = known_ratio(row), _interval(row)
    so = "" if ratio is None else f"{times(ratio)} times"
    measured = "; ".join(filter(None, [interval, tested]))
    if limit is None:
        mean = name.partition("_")[0]
        start = (
            f"{homes} are {so} as far, {found.how}, from the nearest {what} as control sites are: "
            if so
            else f"How far {homes.lower()} are from the nearest {what}, {found.how}: "
        )
        return (
            f"{start}their {mean} distance is {distance(observed)}, that of control sets "
            f"{distance(expected)} on average ({measured})."
        )
    near = f"within {limit} {found.how}"
    if name.startswith("share_"):
        n = found.n_open(kind)
        have = plural(round(observed * n), "has", "have")
        beside = f"{so} the share of control sites" if so else "beside control sites"
        return (
            f"{number(observed * n)} of {counted(n, found.places.words.lower(), homes.lower())} "
            f"({percent(observed)}) {have} {_one(what)} {near}, {beside}: "
            f"{percent(expected)} of the {number(n)} in each set on average ({measured})."
        )
    many = f"{so} as many as control sites, which have" if so else "and control sites have"
    return (
        f"{homes} have {times(observed)} {to.plural.lower()} {near} on average, {many} "
        f"{times(expected)} ({measured})."
    )


def known_ratio(row: pd.Series) -> float | None:
    """Give the ratio of a statistic to that of control sets, where it is one.

    None where control sets have none, or some of them reach no destination.
    """
    ratio = row["ratio"]
    if is_missing(ratio) or not math.isfinite(ratio):
        return None
    return None if ratio == 0 and row["observed"] else float(ratio)


def _interval(row: pd.Series) -> str:
    if is_missing(row["ratio_lower"]):
        return "no interval of the ratio, as too few reach one"
    low, high = times(row["ratio_lower"]), times(row["ratio_upper"])
    return f"95 % interval of the ratio {low} to {high}"


def _by_chance(found: Compared) -> str:
    p, least = found.found.p_value, least_p(found.found.n_sets, found.side)
    often = chance(p, least=least)
    said = (
        f"If {found.places.plural.lower()} were placed as control sites are, "
        f"{SIDES.get(found.side, SIDES['two-sided'])} would come up {often}"
    )
    if p <= least * (1 + 1e-9):
        return f"{said}: no p-value from {found.sets} can be smaller."
    return f"{said}." if p <= LEAST else f"{said}; that does not show that they are placed so."


def _others(found: Compared) -> str:
    others = found.found.statistics
    others = others[others["p_value"].isna()]
    n = len(others)
    if not n:
        return ""
    p = p_value(found.found.p_value_others)
    said = (
        f"This one statistic was named beforehand. The other {counted(n, 'statistic')} and the "
        f"distances in the figure are tested together (p = {p})"
    )
    out = [row for _, row in others.iterrows() if is_outside(row)]
    names = [
        f"the {statistic_words(str(row['statistic']), str(row['to_kind']))}" for row in out
    ] + _curve_parts(found)
    if not names:
        return f"{said}; none lies outside their common 95 % envelope."
    lie = plural(len(names), "lies", "lie")
    return f"{said}; outside their common 95 % envelope {lie} {listed(names)}."


def _curve_parts(found: Compared) -> list[str]:
    """Say at which distances the curves leave the envelope."""
    out = []
    for kind, curve in found.found.curves.groupby("to_kind", sort=False):
        beyond = curve.loc[
            (curve["observed"] > curve["upper"]) | (curve["observed"] < curve["lower"]),
            "distance_m",
        ]
        if len(beyond):
            first, last = beyond.min(), beyond.max()
            at = f"at {distance(first)}" if first == last else (
                f"between {distance(first)} and {distance(last)}"
            )  # fmt: skip
            out.append(f"the share with {_one(marker(str(kind)).words.lower())} in reach {at}")
    return out


def is_outside(row: pd.Series) -> bool:
    """Say whether a statistic lies outside the common envelope."""
    observed, lower, upper = row["observed"], row["lower"], row["upper"]
    return bool(observed < lower or observed > upper)


def statistic_words(name: str, kind: str = "") -> str:
    """Write the name of a statistic, without a kind as below a heading that says it.

    Examples
    --------
    >>> statistic_words("median_distance_m", "hotel")
    'median distance to the nearest hotel'
    >>> statistic_words("share_within_400m", "hotel")
    'share with a hotel within 400 m'
    >>> statistic_words("mean_within_1600m", "hotel"), statistic_words("share_within_400m")
    ('mean number of hotels within 1,600 m', 'share with any within 400 m')
    """
    limit = _limit(name)
    one, many = (marker(kind).words.lower(), marker(kind).plural.lower()) if kind else ("", "")
    if limit is None:
        return f"{name.partition('_')[0]} distance to the nearest {one}".rstrip()
    if name.startswith("share_"):
        return f"share with {_one(one) if one else 'any'} within {limit}"
    return f"mean number of {many} within {limit}" if many else f"mean number within {limit}"


def statistic_value(name: str, value: float) -> str:
    """Write the value of a statistic in its unit.

    Examples
    --------
    >>> [statistic_value(name, 0.175) for name in ("share_within_400m", "mean_within_400m")]
    ['17.5 %', '0.17']
    >>> statistic_value("median_distance_m", 537.9), statistic_value("mean_distance_m", math.inf)
    ('540 m', 'not known')
    """
    if is_missing(value) or not math.isfinite(value):
        return number(None)
    if name.endswith("_distance_m"):
        return distance(value)
    return percent(value) if name.startswith("share_") else times(value)


def times(value: float) -> str:
    """Write a ratio, or a mean of small numbers, to two decimals.

    Examples
    --------
    >>> times(0.5665), times(12)
    ('0.57', '12.00')
    """
    return number(value, decimals=2)


def percent(share: float) -> str:
    """Write a share in percent.

    Examples
    --------
    >>> percent(0.98999), percent(1.0), percent(0)
    ('99.0 %', '100 %', '0 %')
    """
    return f"{number(100 * share, decimals=0 if share in (0, 1) else 1)} %"


def note_sentences(found: Compared) -> list[str]:
    """Write the notes of a comparison, kinds of places in words."""
    kinds = re.compile("|".join(MARKERS))
    return [
        f"{kinds.sub(lambda kind: marker(kind[0]).words.lower(), one_line(note)).rstrip('.')}."
        for note in found.found.notes
    ]


@dataclass(frozen=True)
class AmongControls:
    """One place among its control sites.

    Attributes
    ----------
    title, sentence : str
        What is shown, and what it shows.
    bins : list of int
        Control sites by distance to their nearest; the last holds all that are farther.
    step_m : float
        Width of a bin; the last begins at ``step_m * (len(bins) - 1)``.
    own_m : float
        The place's own distance; infinite where it reaches none.
    """

    title: str
    sentence: str
    bins: list[int]
    step_m: float
    own_m: float


BINS = 24
FURTHEST = 0.97
"""Share of all control sites that stand within the bins before the last."""


def among_controls(found: Compared) -> dict[tuple[str, str], AmongControls]:
    """Show every place among its control sites.

    Parameters
    ----------
    found : Compared

    Returns
    -------
    dict of (facility_id, to_kind) to AmongControls
        Bins are alike for all places of a kind, so that pictures can be laid side by side.
    """
    out = {}
    for kind, rows in found.found.places.groupby("to_kind", sort=False):
        nearest = found.found.nearest[str(kind)]
        step = _step(nearest)
        what = marker(str(kind)).words.lower()
        columns = zip(rows.to_dict("records"), nearest.T, strict=True)
        for row, metres in columns:
            if is_missing(row["share_farther"]):
                continue
            low, high = percent(row["share_lower"]), percent(row["share_upper"])
            sites = counted(len(metres) - 1, "control site")
            out[str(row["facility_id"]), str(kind)] = AmongControls(
                title=f"This place (line) among its {sites}, by distance to the nearest {what}",
                sentence=(
                    f"{percent(row['share_farther'])} of its {sites} are farther from "
                    f"{_one(what)} (95 % interval {low} to {high})."
                ),
                bins=_bins(metres[1:], step),
                step_m=step,
                own_m=float(metres[0]),
            )
    return out


def _bins(metres: NDArray[np.float64], step: float) -> list[int]:
    last = BINS - 1
    at = np.minimum(np.where(np.isfinite(metres), metres, np.inf) / step, last).astype(int)
    counts: list[int] = np.bincount(at, minlength=BINS).tolist()
    return counts


def _step(nearest: NDArray[np.float64]) -> float:
    """Choose a round width, so that most control sites stand before the last bin."""
    known = nearest[1:][np.isfinite(nearest[1:])]
    furthest = float(np.quantile(known, FURTHEST)) if known.size else 1.0
    width = max(furthest, 1.0) / (BINS - 1)
    unit = 10.0 ** math.floor(math.log10(width))
    return unit * min(n for n in (1, 2, 2.5, 5, 10) if n * unit >= width)


def _limit(name: str) -> str | None:
    found = re.search(r"within_([\d.]+)m$", name)
    return f"{number(float(found[1]))} m" if found else None


def _one(what: str) -> str:
    return f"{'an' if what[0] in 'aeiou' else 'a'} {what}"
