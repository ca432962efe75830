"""Local co-location quotients: around which records another label is common."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from hotspots.errors import FewDataWarning, InputError
from hotspots.facilities.colocation_labels import FEW_OF_LABEL, FEW_PERSONS, Dealing, Labelled
from hotspots.facilities.colocation_neighbours import Links, near
from hotspots.geography.snapping import MAX_SNAP_M
from hotspots.inference.draws import generator
from hotspots.inference.labels import HOT_COLD_LEVELS, hot_cold_labels
from hotspots.inference.permutation import TIE
from hotspots.inference.tails import Tails
from hotspots.statistics.neighbourhoods import Neighbourhoods
from hotspots.statistics.results import (
    LabelFrom,
    Measured,
    Options,
    levels_to_caller,
    local_table,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from hotspots.geography.streets import Streets
    from hotspots.schema import Alternative, Correction

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

COMPARED = 2**22  # labels dealt to neighbours compared at once


def local_colocation_quotient(
    points: gpd.GeoDataFrame,
    label: str,
    pair: tuple[object, object],
    *,
    streets: Streets | None = None,
    k: int = 10,
    bandwidth: float | None = None,
    persons: str | None = "person_id",
    max_snap: float = MAX_SNAP_M,
    n_permutations: int = 9_999,
    alternative: Alternative = "two-sided",
    correction: Correction = "fdr_bh",
    label_from: LabelFrom = "q_value",
    rng: int | np.random.Generator | None = None,
) -> pd.DataFrame:
    """Find records with one label around which another label is common, or rare.

    Only for labels of one process, see :func:`hotspots.colocation_quotient`. A row is one record
    of one person: never for the public.

    Parameters
    ----------
    points : GeoDataFrame of Point
        N records, such as incidents, in a metric CRS.
    label : str
        Column of `points` with two to twenty different labels; missing ones are left out.
    pair : tuple of two labels
        The label of the records looked around, and the one looked for; they may be the same.
    streets, persons, max_snap
        As for :func:`hotspots.colocation_quotient`.
    k : int
        Neighbours looked at, and all as near as the last; the bandwidth of a record is the
        distance to it.
    bandwidth : float, optional
        Metres, the same for every record, instead.
    n_permutations : int
        Times the labels of all other persons are dealt.
    alternative, correction, label_from, rng
        As for :func:`hotspots.local_join_count`.

    Returns
    -------
    DataFrame
        Index of `points`; columns as :func:`hotspots.gi_star`: ``statistic``, the quotient, which
        has the mean ``expected``, 1; ``z``, by the spread of the draws; ``label``, hot where the
        label looked for is more common than chance gives. Missing for all other records. How it
        was done, and what was left out, in ``attrs["inference"]``.

    Raises
    ------
    InputError, SchemaError, StatisticsError, CRSError
        As for :func:`hotspots.colocation_quotient`; InputError also for a label that nobody has.

    Warns
    -----
    FewDataWarning
        Below 30 records; below 10 persons or 5 with either label, when nothing is tested.

    Notes
    -----
    The quotient is the weighted share of neighbours with the label looked for, over the exact mean
    of that share when the person keeps its labels and all others are dealt by person. A neighbour
    d metres away weighs exp(-(d / bandwidth)² / 2), and beyond the bandwidth nothing. With one
    record for each person the mean is N_B / (n - 1), less one B where both labels are the same.

    References
    ----------
    Wang, Hu, Wang & Li (2017), doi:10.1080/00330124.2016.1157498; Cromley, Hanink & Bentley
    (2014), doi:10.1080/00330124.2013.768130.

    Examples
    --------
    Of the others of the first child, 3 of 5 are adults, and so are both that are near.

    >>> import geopandas as gpd
    >>> import warnings
    >>> sites = gpd.points_from_xy([0, 1, -1, 50, 60, 70], [0] * 6, crs=32616)
    >>> ages = ["child", "adult", "adult", "child", "child", "adult"]
    >>> points = gpd.GeoDataFrame({"age_group": ages}, geometry=sites)
    >>> with warnings.catch_warnings(action="ignore"):
    ...     found = local_colocation_quotient(points, "age_group", ("child", "adult"), k=2, rng=1)
    >>> (found.loc[0, ["statistic", "expected"]].astype(float) * 3).round(6).tolist()
    [5.0, 3.0]
    """
    options = Options(n_permutations, alternative, correction, label_from)
    source = generator(rng)
    given = Labelled.of(points, label, streets=streets, persons=persons, max_snap=max_snap)
    one, other = (_code(given, name, label) for name in pair)
    found = near(given.records, k, bandwidth)
    links = Links.of(given.records, found, found.gaussian())
    dealing = Dealing.of(given.records.person)
    around = _Around.of(links, dealing, given.codes == one, given.codes == other)
    few = _few(given, pair, (one, other))
    drawn = around.drawn(dealing, 0 if few else n_permutations, source)
    n = links.n
    with np.errstate(divide="ignore", invalid="ignore"):
        z = (around.share - around.expected) / np.sqrt(drawn.variance)
        statistic = np.where(around.expected > TIE, around.share / around.expected, np.nan)
    for note in few:
        warnings.warn(note, FewDataWarning, stacklevel=levels_to_caller())
    measured = Measured(
        statistic=around.spread(statistic, n),
        expected=around.spread(np.where(np.isnan(statistic), np.nan, 1.0), n),
        z=around.spread(np.where(np.isfinite(z), z, np.nan), n),
        tails=Tails(around.spread(drawn.upper, n), around.spread(drawn.lower, n)),
        label=partial(hot_cold_labels, upper=around.spread(drawn.upper < drawn.lower, n) > 0),
        levels=HOT_COLD_LEVELS,
        not_testable={
            "another label": given.codes != one,
            "no neighbours": ~links.linked(),
            "too few to test": np.full(n, bool(few)),
            "null distribution is a single value": around.spread(drawn.single, n) > 0,
        },
        draws=0 if few else n_permutations,
        notes=(*given.notes, *dealing.notes(), *few),
    )
    how = {"method": "permutation", "null": "random labelling, conditional on the person's own"}
    return local_table(_units(points, given), measured, options, how)


@dataclass(frozen=True, eq=False)
class _Drawn:
    """Tails and spread of the shares over the draws, and where no draw gave another share."""

    upper: Floats
    lower: Floats
    variance: Floats
    single: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class _Around:
    """The links of the m records looked around, and what is around them.

    `own` is for each link the record of the one who looks that stands where the neighbour stands
    among its person's, -1 where the two cannot change labels.
    """

    rows: Integers
    row: Integers
    neighbour: Integers
    weight: Floats
    own: Integers
    wanted: Floats
    share: Floats
    expected: Floats

    @classmethod
    def of(
        cls,
        links: Links,
        dealing: Dealing,
        looking: NDArray[np.bool_],
        wanted: NDArray[np.bool_],
    ) -> _Around:
        rows = np.flatnonzero(looking)
        row, neighbour, weight = links.between(rows)
        has = wanted.astype(np.float64)
        number, own, size = _counterparts(dealing, rows[row], neighbour)
        chance = dealing.chances(has[:, None])[:, 0][neighbour]
        with np.errstate(divide="ignore", invalid="ignore"):
            held = (chance * size - has[own]) / (size - 1)
        chance = np.where(number, held, chance)
        return cls(
            rows=rows,
            row=row,
            neighbour=neighbour,
            weight=weight,
            own=np.where(number, own, -1),
            wanted=has,
            share=np.bincount(row, weight * has[neighbour], len(rows)).astype(np.float64),
            expected=np.bincount(row, weight * chance, len(rows)).astype(np.float64),
        )

    def drawn(self, dealing: Dealing, n_permutations: int, rng: np.random.Generator) -> _Drawn:
        """Deal the labels of all others, for every record at once.

        Labels are dealt to all; then the person who looks gives what it drew to the one who drew
        its labels, and has its own again. That is one of all ways to deal the others', each alike.
        """
        m = len(self.rows)
        near = csr_array((self.weight, (self.row, self.neighbour)), shape=(m, dealing.n))
        at_least, at_most = np.zeros(m), np.zeros(m)
        total, squares = np.zeros(m), np.zeros(m)
        for who in dealing.draws(n_permutations, rng):
            share = np.asarray(near @ self.wanted[who])
            for link, draw in self._returned(who):
                instead = self.wanted[who[self.own[link], draw]] - self.wanted[self.own[link]]
                np.add.at(share, (self.row[link], draw), self.weight[link] * instead)
            apart = share - self.share[:, None]
            at_least += np.count_nonzero(apart >= -TIE, axis=1)
            at_most += np.count_nonzero(apart <= TIE, axis=1)
            total += apart.sum(axis=1)
            squares += np.einsum("ij,ij->i", apart, apart)
        draws = max(n_permutations, 1)
        return _Drawn(
            upper=(1 + at_least) / (1 + n_permutations),
            lower=(1 + at_most) / (1 + n_permutations),
            variance=np.maximum(squares / draws - (total / draws) ** 2, 0.0),
            single=(at_least == n_permutations) & (at_most == n_permutations),
        )

    def _returned(self, who: Integers) -> Iterator[tuple[Integers, Integers]]:
        """Find the links, and the draws, in which the neighbour drew the labels of who looks."""
        step = max(1, COMPARED // who.shape[1])
        for first in range(0, len(self.neighbour), step):
            some = slice(first, first + step)
            link, draw = np.nonzero(who[self.neighbour[some]] == self.own[some, None])
            yield first + link, draw

    def spread(self, values: NDArray[np.generic], n: int) -> Floats:
        """Put values at the places of all n records, NaN elsewhere."""
        everywhere = np.full(n, np.nan)
        everywhere[self.rows] = values
        return everywhere


def _counterparts(
    dealing: Dealing, record: Integers, neighbour: Integers
) -> tuple[NDArray[np.bool_], Integers, Integers]:
    """Find for links whether both persons have as many records, whose counterpart, of how many."""
    klass, line, slot = (np.empty(dealing.n, dtype=np.int64) for _ in range(3))
    for number, members in enumerate(dealing.classes):
        klass[members] = number
        line[members] = np.arange(len(members))[:, None]
        slot[members] = np.arange(members.shape[1])
    same = klass[record] == klass[neighbour]
    own = np.zeros(len(record), dtype=np.int64)
    for number, members in enumerate(dealing.classes):
        here = same & (klass[record] == number)
        own[here] = members[line[record[here]], slot[neighbour[here]]]
    size = np.array([len(members) for members in dealing.classes], dtype=np.int64)
    return same, own, size[klass[neighbour]]


def _code(given: Labelled, name: object, label: str) -> int:
    found = np.flatnonzero(given.names == name)
    if not found.size:
        known = ", ".join(repr(value) for value in given.names.tolist())
        raise InputError(f"pair: no record has the {label} {name!r}; use two of {known}")
    return int(found[0])


def _few(given: Labelled, pair: tuple[object, object], codes: tuple[int, int]) -> list[str]:
    """Say why nothing is tested, if so."""
    if given.n_persons < FEW_PERSONS:
        few = f"Only {given.counted(given.n_persons)}: nothing was tested"
        return [f"{few}; at least {FEW_PERSONS} are needed."]
    have = given.n_with(given.codes, len(given.names))
    return [
        f"Only {given.counted(have[code])} with {name!r}: nothing was tested; {FEW_OF_LABEL} "
        "are needed."
        for name, code in dict(zip(pair, codes, strict=True)).items()
        if have[code] < FEW_OF_LABEL
    ]


def _units(points: gpd.GeoDataFrame, given: Labelled) -> Neighbourhoods:
    """Describe the records as units; their values are no counts."""
    none, n = np.empty(0, dtype=np.int64), len(given.codes)
    return Neighbourhoods(
        index=points.index,
        has_value=given.kept,
        values=np.full(n, np.nan),
        focal=none,
        neighbour=none,
        weights=np.empty(0),
        own_weights=np.zeros(n),
    )
