"""Co-location quotients: which labels stand next to which more often than chance gives."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hotspots.errors import FewDataWarning
from hotspots.facilities.colocation_labels import (
    FEW_OF_LABEL,
    FEW_PERSONS,
    Dealing,
    Labelled,
)
from hotspots.facilities.colocation_meetings import Meetings, expected_meetings, over
from hotspots.facilities.colocation_neighbours import Links, near
from hotspots.geography.snapping import MAX_SNAP_M
from hotspots.inference import multiple, tails
from hotspots.inference.draws import generator
from hotspots.inference.permutation import TIE, simulated_tails
from hotspots.statistics.results import levels_to_caller, permutations

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from hotspots.geography.streets import Streets
    from hotspots.schema import Alternative, Correction

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

LEVEL = 0.05


@dataclass(frozen=True, eq=False, repr=False)
class ColocationQuotient:
    """How often records stand next to records of each label, beside chance.

    Attributes
    ----------
    quotient : float
        Of all labels together: neighbours with the same label, over those expected. NaN with `by`.
    p_value : float
        Of `quotient`; NaN where there are too few to test.
    pairs : DataFrame
        One row per ordered pair: ``from_label``, of the records that look around (of `by` where
        given), and ``to_label``, of their neighbours; ``n_from, n_to``, records that have them;
        ``observed``, neighbours found, those tied sharing one place; ``expected``, their exact
        mean over all ways to deal the labels; ``quotient``; ``p_value``, NaN where there are too
        few to test; and ``q_value``, corrected for the number of pairs.
    n_points, n_persons : int
        Records that took part, and the persons they are of.
    n_permutations : int
        Times the labels were dealt; 0 where nothing was tested.
    notes : tuple of str
        What was left out, what could not be tested, and what the result cannot show.
    """

    quotient: float
    p_value: float
    pairs: pd.DataFrame
    n_points: int
    n_persons: int
    n_permutations: int
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Say what was found; nothing about any one record."""
        return (
            f"<ColocationQuotient of {self.n_points:,} records of {self.n_persons:,} persons: "
            f"{self.quotient:.3g}, p {self.p_value:.3g}; see .pairs, .notes>"
        )


def colocation_quotient(
    points: gpd.GeoDataFrame,
    label: str,
    *,
    by: str | None = None,
    streets: Streets | None = None,
    k: int = 1,
    bandwidth: float | None = None,
    persons: str | None = "person_id",
    max_snap: float = MAX_SNAP_M,
    n_permutations: int = 999,
    alternative: Alternative = "two-sided",
    correction: Correction = "fdr_bh",
    rng: int | np.random.Generator | None = None,
) -> ColocationQuotient:
    """Ask which labels stand next to which: the co-location quotient, tested by random labelling.

    Only for labels of one process, such as confirmed or believed reports, or juveniles and
    adults: what is tested is whether the labels have to do with where the records are. Kinds of
    place are refused; see :func:`hotspots.compare_with_controls`.

    Parameters
    ----------
    points : GeoDataFrame of Point
        Records, such as incidents, in a metric CRS.
    label : str
        Column of `points` with two to twenty different labels; missing ones are left out.
    by : str, optional
        Another column, such as the type of place: its values look around, and stay where they
        are, while `label` is dealt anew.
    streets : Streets, optional
        Measure over these streets; straight lines without it.
    k : int
        Neighbours looked at. Those tied for the last share its weight.
    bandwidth : float, optional
        Metres: look at all records no further, alike, instead of the `k` nearest.
    persons : str, optional
        Column that says whom a record is of. A person's records are no neighbours of each other,
        and keep together when labels are dealt. Without it every record is a person of its own.
    max_snap : float
        Metres to the nearest street beyond which a record is left out.
    n_permutations : int
        Times the labels are dealt, R; the smallest two-sided p-value is 2 / (R + 1).
    alternative : {"two-sided", "greater", "less"}
        More or fewer neighbours than chance gives, more only, fewer only.
    correction : {"fdr_bh", "fdr_by", "bonferroni", "none"}
        How ``q_value`` corrects for many pairs, see :func:`hotspots.adjust`.
    rng : int, numpy.random.Generator or None
        Seed or source of randomness.

    Returns
    -------
    ColocationQuotient
        Without p-values below 10 persons, and for labels of fewer than 5 persons; that of
        `quotient` needs two labels that are tested.

    Raises
    ------
    InputError
        For labels of places, a label with fewer than two or more than twenty values, or `k`,
        `bandwidth` or `max_snap` not above 0.
    SchemaError
        If a column is missing or a row is not a point.
    StatisticsError
        For an unknown option.
    CRSError
        If a CRS is not metric, or not that of the streets.

    Warns
    -----
    FewDataWarning
        Where something is not tested because there is too little of it.
    CoverageWarning
        If most points are far from any street.

    Notes
    -----
    Labels are dealt by person: each person gets all the labels of another with as many records, in
    the order of the table. So the number of records of each label stays as it is, and so does how
    the labels of one person hang together; what is tested holds whatever ties persons' records to
    each other. Dealing among all persons would also need the labels to have nothing to do with
    how many records a person has.

    The expected number of neighbours is exact under this dealing, hence the quotient has mean 1.
    With one record for each person and n records it is N_A N_B / (n - 1), with N_B less one where
    both labels are the same, and the quotient is that of Leslie and Kronenfeld.

    A quotient says that labels keep together, not why: all that one operation found keeps
    together too.

    References
    ----------
    Leslie & Kronenfeld (2011), doi:10.1111/j.1538-4632.2011.00821.x; Cromley, Hanink & Bentley
    (2014), doi:10.1080/00330124.2013.768130.

    Examples
    --------
    Two a and two b far from each other, side by side. Of an a's three others one is an a.

    >>> import geopandas as gpd
    >>> import warnings
    >>> sites = gpd.points_from_xy([0, 1, 500, 501], [0] * 4, crs=32616)
    >>> points = gpd.GeoDataFrame({"tier": list("aabb")}, geometry=sites)
    >>> with warnings.catch_warnings(action="ignore"):
    ...     found = colocation_quotient(points, "tier", persons=None, rng=1)
    >>> found.quotient
    3.0
    >>> found.pairs[["from_label", "to_label", "observed", "expected", "quotient"]].round(3)
      from_label to_label  observed  expected  quotient
    0          a        a       2.0     0.667       3.0
    1          a        b       0.0     1.333       0.0
    2          b        a       0.0     1.333       0.0
    3          b        b       2.0     0.667       3.0
    """
    permutations(n_permutations, at_least=1)
    tails.known(alternative)
    multiple.known(correction)
    source = generator(rng)
    given = Labelled.of(points, label, streets=streets, persons=persons, max_snap=max_snap)
    look = Meetings.of(given, points, by)
    found = near(given.records, k, bandwidth)
    links = Links.of(given.records, found, found.shared())
    dealing = Dealing.of(given.records.person)
    observed = look.count(links, np.arange(links.n)[:, None])[:, 0]
    expected = expected_meetings(look, links, dealing)
    tested, few = _enough(given, look)
    p = np.full(observed.size, np.nan)
    if tested.any():
        simulated = np.concatenate(
            [look.count(links, who) for who in dealing.draws(n_permutations, source)], axis=1
        )
        p = simulated_tails(observed, simulated, tolerance=TIE * links.n).p_value(alternative)
        p[~tested] = np.nan
    pairs = look.table(observed, expected).assign(
        p_value=p[:-1], q_value=multiple.adjust(p[:-1], correction)
    )
    for note in few:
        warnings.warn(note, FewDataWarning, stacklevel=levels_to_caller())
    n_tails = 2 if alternative == "two-sided" else 1
    reach = _reach(dealing.arrangements(given.codes), n_permutations, n_tails, p[:-1], correction)
    alone = int((~links.linked()).sum())
    return ColocationQuotient(
        quotient=float(over(observed[-1:], expected[-1:])[0]),
        p_value=float(p[-1]),
        pairs=pairs,
        n_points=links.n,
        n_persons=given.n_persons,
        n_permutations=n_permutations if tested.any() else 0,
        notes=(
            *given.notes,
            *([f"{alone:,} of {links.n:,} have no neighbour in reach."] if alone else ()),
            *dealing.notes(),
            *few,
            *(reach if tested.any() else ()),
        ),
    )


def _enough(given: Labelled, look: Meetings) -> tuple[NDArray[np.bool_], list[str]]:
    """Say which pairs, and whether all together, are many enough to be tested, and why not."""
    n_from, n_to = len(look.from_names), len(look.names)
    if given.n_persons < FEW_PERSONS:
        few = f"Only {given.counted(given.n_persons)}: nothing was tested"
        note = f"{few}; at least {FEW_PERSONS} are needed."
        return np.zeros(n_from * n_to + 1, dtype=np.bool_), [note]
    looking = given.n_with(look.from_codes, n_from)
    met = given.n_with(look.codes, n_to)
    short = [
        *(_short(look.from_names, looking, given) if look.fixed else ()),
        *_short(look.names, met, given),
    ]
    tested = (looking >= FEW_OF_LABEL)[:, None] & (met >= FEW_OF_LABEL)
    both = not look.fixed and np.count_nonzero(met >= FEW_OF_LABEL) > 1
    return np.append(tested.ravel(), both), short


def _short(names: pd.Index, n: Integers, given: Labelled) -> list[str]:
    return [
        f"Only {given.counted(count)} with {name!r}: its pairs were not tested; {FEW_OF_LABEL} "
        "are needed."
        for name, count in zip(names.tolist(), n.tolist(), strict=True)
        if count < FEW_OF_LABEL
    ]


def _reach(
    arrangements: float,
    n_permutations: int,
    n_tails: int,
    p: Floats,
    correction: Correction,
) -> Sequence[str]:
    """Say which p-values so few ways, or so few permutations, cannot give."""
    if arrangements <= n_permutations:
        if arrangements == 1:
            return ["There is only one way to deal the labels: every p-value is 1."]
        smallest = min(1.0, n_tails / arrangements)
        note = (
            f"Only {arrangements:,.0f} ways to deal the labels: no exact p-value is below "
            f"{smallest:.2g}, and dealing them more often does not change that."
        )
        return [note]
    n_tests = int(np.count_nonzero(~np.isnan(p)))
    factor = multiple.penalty(n_tests, 1, correction)
    smallest = n_tails / (n_permutations + 1)
    if smallest * factor <= LEVEL:
        return []
    needed = multiple.permutations_needed(LEVEL, factor, n_tails=n_tails)
    note = (
        f"With {n_permutations:,} permutations no p-value is below {smallest:.2g}, and after "
        f"correction for {n_tests} pairs one alone cannot come to {LEVEL}: at least {needed:,} "
        "permutations are needed."
    )
    return [note]
