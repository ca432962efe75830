"""What is nearest to places, beside what is nearest to their control sites."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hotspots.crs import require_geo, require_same_crs
from hotspots.errors import FewDataWarning, InputError, SchemaError
from hotspots.facilities.colocation_labels import FEW_OF_LABEL, FEW_PERSONS
from hotspots.facilities.periods import days_together
from hotspots.facilities.proximity import ROUNDING
from hotspots.facilities.reach import Sites, reach
from hotspots.inference import multiple, tails
from hotspots.inference.permutation import TIE, simulated_tails
from hotspots.statistics.results import levels_to_caller

if TYPE_CHECKING:
    from datetime import date

    import geopandas as gpd

    from hotspots.facilities.controls import ControlSets
    from hotspots.geography.streets import Streets
    from hotspots.schema import Alternative, Correction


def colocation_with_controls(
    places: gpd.GeoDataFrame,
    destinations: gpd.GeoDataFrame,
    controls: ControlSets,
    *,
    streets: Streets | None = None,
    period: tuple[date | str, date | str] | None = None,
    alternative: Alternative = "two-sided",
    correction: Correction = "fdr_bh",
) -> pd.DataFrame:
    """Ask of which kind the place nearest to each place is, beside its control sites.

    The co-location quotient for kinds of place: the places stay where they are or move to control
    sites, and no label is dealt at random. It compares kinds of destination with each other; how
    near each of them is, :func:`hotspots.compare_with_controls` says.

    Parameters
    ----------
    places : GeoDataFrame of Point
        The places that `controls` were drawn for.
    destinations : GeoDataFrame of Point
        With ``kind``, at least two different ones, none of them that of `places`.
    controls : ControlSets
        See :func:`hotspots.draw_controls`.
    streets : Streets, optional
        The network; without it distances are straight lines.
    period : tuple of two dates, optional
        As for :func:`hotspots.compare_with_controls`.
    alternative : {"two-sided", "greater", "less"}
        Nearest more or less often than at control sites, more only, less only.
    correction : {"fdr_bh", "fdr_by", "bonferroni", "none"}
        How ``q_value`` corrects for many kinds, see :func:`hotspots.adjust`.

    Returns
    -------
    DataFrame
        One row per kind of destination: ``to_kind``; ``n_to``, how many there are; ``observed``,
        places to which one of them is nearest, kinds equally near sharing the place; ``expected``,
        the mean over the control sets; ``quotient`` of the two; ``p_value``, NaN where there are
        too few to test; ``q_value``. ``attrs["inference"]`` has ``n_sets`` and ``notes``.

    Raises
    ------
    InputError
        If `controls` are of other places, destinations are of one kind, or of that of the places.
    SchemaError
        If `kind` is missing, or a place closes before it opens.
    CRSError
        If a CRS differs.
    StatisticsError
        For an unknown option.

    Warns
    -----
    FewDataWarning
        Below 10 places, or 5 destinations of a kind, when nothing, or not that kind, is tested.

    Examples
    --------
    A hotel is nearest to the home, and to one of the two other sites where it could stand.

    >>> import geopandas as gpd
    >>> from hotspots import ControlSets
    >>> import warnings
    >>> home = gpd.GeoDataFrame(geometry=gpd.points_from_xy([10], [0]), index=["H1"], crs=32616)
    >>> sites = gpd.GeoDataFrame(geometry=gpd.points_from_xy([10, 20, 90], [0] * 3), crs=32616)
    >>> controls = ControlSets(sites, home.index, np.array([0]), np.array([[1], [2]]))
    >>> others = gpd.GeoDataFrame({"kind": ["hotel", "trap_house"]},
    ...     geometry=gpd.points_from_xy([0, 100], [0, 0]), crs=32616)
    >>> with warnings.catch_warnings(action="ignore"):
    ...     found = colocation_with_controls(home, others, controls)
    >>> found[["to_kind", "observed", "expected", "quotient"]]
          to_kind  observed  expected  quotient
    0       hotel       1.0       0.5       2.0
    1  trap_house       0.0       0.5       0.0
    """
    tails.known(alternative)
    multiple.known(correction)
    kinds = _check(places, destinations, controls)
    together = days_together(places, destinations, period=period) > 0
    sites = Sites.of(controls, streets)
    of_kind = [np.asarray(destinations["kind"].astype("str") == kind) for kind in kinds]
    metres = np.stack(
        [reach(sites, destinations[of], together[:, of], limits=()).nearest for of in of_kind]
    )
    closest = metres.min(axis=0)
    first = np.isfinite(metres) & (metres <= closest + ROUNDING)
    met = (first / np.maximum(first.sum(axis=0), 1)).sum(axis=2)
    n_to = np.array([of.sum() for of in of_kind])
    tested, notes = _enough(len(places), dict(zip(kinds, n_to.tolist(), strict=True)))
    alone = int((~np.isfinite(closest[0])).sum())
    if alone:
        notes.append(f"{alone} of {len(places)} places reach nothing that was open with them.")
    found = simulated_tails(met[:, 0], met[:, 1:], tolerance=TIE * len(places))
    p = np.where(tested, found.p_value(alternative), np.nan)
    expected = met[:, 1:].mean(axis=1)
    table = pd.DataFrame(
        {
            "to_kind": kinds,
            "n_to": n_to,
            "observed": met[:, 0],
            "expected": expected,
            "quotient": np.divide(
                met[:, 0], expected, out=np.full(len(kinds), np.nan), where=expected > 0
            ),
            "p_value": p,
            "q_value": multiple.adjust(p, correction),
        }
    )
    table.attrs["inference"] = {
        "null": "control sites",
        "n_sets": met.shape[1] - 1,
        "alternative": alternative,
        "correction": correction,
        "notes": notes,
    }
    return table


def _enough(n_places: int, n_to: dict[str, int]) -> tuple[list[bool], list[str]]:
    """Say which kinds are many enough to be tested; warn of those that are not."""
    if n_places < FEW_PERSONS:
        notes = [f"Only {n_places} places: nothing was tested; at least {FEW_PERSONS} are needed."]
        tested = [False] * len(n_to)
    else:
        tested = [n >= FEW_OF_LABEL for n in n_to.values()]
        notes = [
            f"Only {n} of kind {kind!r}: not tested; at least {FEW_OF_LABEL} are needed."
            for kind, n in n_to.items()
            if n < FEW_OF_LABEL
        ]
    for note in notes:
        warnings.warn(note, FewDataWarning, stacklevel=levels_to_caller())
    return tested, notes


def _check(
    places: gpd.GeoDataFrame, destinations: gpd.GeoDataFrame, controls: ControlSets
) -> list[str]:
    """Refuse what does not fit together, and list the kinds of destinations."""
    for table, what in ((places, "places"), (destinations, "destinations")):
        require_geo(table, what=what)
    require_same_crs(places, controls.frame, what="places and control sites")
    require_same_crs(places, destinations, what="places and destinations")
    if not places.index.equals(controls.places):
        raise InputError("controls: drawn for other places; draw them for these")
    if "kind" not in destinations.columns:
        raise SchemaError("destinations: no column 'kind'; say what each of them is")
    kinds = [str(kind) for kind in pd.unique(destinations["kind"].astype("str"))]
    if len(kinds) < 2:
        raise InputError(
            "destinations: of one kind, which is then always nearest; give several kinds, or ask "
            "compare_with_controls how near they are"
        )
    if "kind" in places.columns:
        own = set(places["kind"].astype("str")) & set(kinds)
        if own:
            raise InputError(
                f"destinations: of kind {min(own)!r} like the places, which controls do not "
                "stand for; leave them out"
            )
    return kinds
