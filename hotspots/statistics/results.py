"""From measures and tails to the table every local statistic returns."""

from __future__ import annotations

import inspect
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from hotspots.errors import FewDataWarning, StatisticsError
from hotspots.inference import engines, multiple, tails
from hotspots.schema import NOT_TESTABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray
    from pandas.api.extensions import ExtensionArray

    from hotspots.inference.engines import Inference
    from hotspots.inference.tails import Tails
    from hotspots.schema import Alternative, Correction, Method
    from hotspots.statistics.neighbourhoods import Neighbourhoods

LabelFrom = Literal["q_value", "p_value"]

ROUGH = (
    "P-values are from the normal approximation, which makes those of sparse or skewed counts too "
    "small: of 100 maps of 20 by 20 Poisson counts without any concentration, at least one unit "
    "had q at or below 0.05 in 54, 68 and 94 % (gi_star, local_moran, local_geary) at a mean of "
    "0.1, in 16, 21 and 76 % at 1 and in 6, 7 and 52 % at 10; use method='auto'."
)
FEW_UNITS = 30
FEW_EVENTS = 10
EVENTS = ("event", "events")


@dataclass(frozen=True)
class Options:
    """What a caller chooses about a local test; checked when made.

    Attributes
    ----------
    n_permutations : int
        Random draws R, at least 1; unused where p-values are exact or analytic.
    alternative : {"two-sided", "greater", "less"}
        Which tails count.
    correction : {"fdr_bh", "fdr_by", "bonferroni", "none"}
        How ``q_value`` corrects for many units.
    label_from : {"q_value", "p_value"}
        What labels are made of.
    method : {"auto", "exact", "permutation", "analytic"}
        Where p-values come from.
    """

    n_permutations: int
    alternative: Alternative
    correction: Correction
    label_from: LabelFrom
    method: Method = "auto"

    def __post_init__(self) -> None:
        engines.known(self.method)
        permutations(self.n_permutations, at_least=1)
        tails.known(self.alternative)
        multiple.known(self.correction)
        if self.label_from not in ("q_value", "p_value"):
            raise StatisticsError(
                f"label_from {self.label_from!r} is not known: use 'q_value' or 'p_value'"
            )

    @property
    def n_tails(self) -> int:
        """2 for a two-sided test, otherwise 1."""
        return 2 if self.alternative == "two-sided" else 1


@dataclass(frozen=True)
class Measured:
    """What one local statistic found, before p-values are corrected and labels given.

    Attributes
    ----------
    statistic, expected, z : ndarray of float, shape (n,)
        Per unit with a value. The first two become columns as they are, without a copy.
    tails : Tails
        Of the statistic.
    label : callable
        Gives the labels for a probability per unit.
    levels : mapping of str to float
        Names and levels of the labels, strictest first.
    not_testable : mapping of str to ndarray of bool
        Reason to units, first reason that applies counts.
    draws : int, optional
        Random draws behind the tails, 0 for none; as many as the options say by default.
    notes : tuple of str, optional
        What the test does not say, one sentence each.
    counted : tuple of (str, str), optional
        What one of the units' values is called, and several; events by default.
    """

    statistic: NDArray[np.float64]
    expected: NDArray[np.float64]
    z: NDArray[np.float64]
    tails: Tails
    label: Callable[[NDArray[np.float64]], ExtensionArray]
    levels: Mapping[str, float]
    not_testable: Mapping[str, NDArray[np.bool_]]
    draws: int | None = None
    notes: tuple[str, ...] = ()
    counted: tuple[str, str] = EVENTS


def engine_details(found: Inference) -> dict[str, Any]:
    """Say where p-values came from, for ``attrs["inference"]``."""
    why = {} if found.not_exact is None else {"not_exact": f"exact p-values {found.not_exact}"}
    return {"method": found.engine, **why}


def permutations(n_permutations: object, *, at_least: int, why: str = "") -> None:
    """Refuse a number of permutations that is not a whole number of some size, and say why."""
    number = n_permutations
    if isinstance(number, bool) or not isinstance(number, int | np.integer) or number < at_least:
        raise StatisticsError(
            f"n_permutations {number!r}: a whole number of at least {at_least} is needed{why}"
        )


def local_table(
    units: Neighbourhoods, found: Measured, options: Options, details: Mapping[str, Any]
) -> pd.DataFrame:
    """Correct, label and lay out what a local statistic found.

    Parameters
    ----------
    units : Neighbourhoods
        The units.
    found : Measured
        What was found at the n units with a value.
    options : Options
        Of the test.
    details : mapping
        Method and null, for ``attrs["inference"]``.

    Returns
    -------
    DataFrame
        Columns :data:`hotspots.schema.RESULT_COLUMNS`, index ``units.index``, how it was done in
        ``attrs["inference"]``.
    """
    reasons = _first_reasons(units, found.not_testable)
    untested = np.zeros(units.n, dtype=np.bool_)
    for mask in found.not_testable.values():
        untested |= mask
    p = np.where(untested, np.nan, found.tails.p_value(options.alternative))
    q = multiple.adjust(p, options.correction)
    labels = found.label(q if options.label_from == "q_value" else p)
    draws = int(options.n_permutations if found.draws is None else found.draws)
    notes = [
        *few_data(units, found.counted),
        *found.notes,
        *([ROUGH] if details["method"] == engines.ANALYTIC else ()),
        *_unreachable(p, q, found.levels, options, draws),
    ]
    table = pd.DataFrame(
        {
            "statistic": units.spread_out(found.statistic),
            "expected": units.spread_out(found.expected),
            "z": units.spread_out(np.where(untested, np.nan, found.z)),
            "p_value": units.spread_out(p),
            "q_value": units.spread_out(q),
            "label": _labels_everywhere(units, labels),
        },
        index=units.index,
        copy=False,
    )
    table.attrs["inference"] = {
        **details,
        "n_permutations": draws,
        "alternative": options.alternative,
        "correction": options.correction,
        "label_from": options.label_from,
        "label_levels": dict(found.levels),
        "n_units": len(units.index),
        "n_tested": int(np.count_nonzero(~untested)),
        "not_testable": reasons,
        "notes": notes,
    }
    return table


def few_data(units: Neighbourhoods, counted: tuple[str, str] = EVENTS) -> list[str]:
    """Say, and warn, when there are few units or few events.

    Parameters
    ----------
    units : Neighbourhoods
        The units; their values are events when all are whole numbers and none is negative.
    counted : tuple of (str, str)
        What one of them is called, and several.

    Returns
    -------
    list of str
        One sentence per shortage, each also given as :class:`FewDataWarning`.
    """
    notes = []
    if units.n < FEW_UNITS:
        have = "1 unit has" if units.n == 1 else f"{units.n} units have"
        notes.append(
            f"Only {have} a value: p-values hold, but only very strong concentrations can be "
            "found, so 'not significant' does not mean there is none."
        )
    values, (one, many) = units.values, counted
    counts = np.all(values >= 0) and np.all(values == np.floor(values))
    if counts and values.sum() == 0:
        notes.append(f"No {many}: there is nothing to concentrate, so no unit can be labelled.")
    elif counts and values.sum() < FEW_EVENTS:
        few = f"1 {one}" if values.sum() == 1 else f"{int(values.sum())} {many}"
        notes.append(
            f"Only {few}: p-values hold, but a label rests on a handful of {many}, and 'not "
            "significant' does not mean there is no concentration."
        )
    for note in notes:
        warnings.warn(note, FewDataWarning, stacklevel=levels_to_caller())
    return notes


def _labels_everywhere(units: Neighbourhoods, labels: ExtensionArray) -> ExtensionArray:
    """Put n labels at the places of all N units."""
    if units.has_value.all():
        return labels
    places = np.where(units.has_value, np.cumsum(units.has_value) - 1, -1)
    return labels.take(places, allow_fill=True, fill_value=NOT_TESTABLE)


def levels_to_caller() -> int:
    """Count the frames to the first one outside the package: the line a warning is about."""
    level, frame = 1, inspect.currentframe()
    while frame and str(frame.f_globals.get("__name__", "")).startswith("hotspots."):
        level, frame = level + 1, frame.f_back
    return level - 1


def _first_reasons(
    units: Neighbourhoods, not_testable: Mapping[str, NDArray[np.bool_]]
) -> dict[str, int]:
    counts = {"no value": int(np.count_nonzero(~units.has_value))}
    open_ = np.ones(units.n, dtype=np.bool_)
    for reason, mask in not_testable.items():
        counts[reason] = int(np.count_nonzero(mask & open_))
        open_ &= ~mask
    return {reason: count for reason, count in counts.items() if count}


def _unreachable(
    p: NDArray[np.float64],
    q: NDArray[np.float64],
    levels: Mapping[str, float],
    options: Options,
    draws: int,
) -> list[str]:
    """Name the labels that so few permutations cannot give, and how many could."""
    n_tests = int(np.count_nonzero(~np.isnan(p)))
    if n_tests == 0 or draws == 0:
        return []
    corrected = options.label_from == "q_value"
    reached = np.nanmin(q if corrected else p)
    smallest_p = options.n_tails / (draws + 1)
    smallest = max(1, int(np.count_nonzero(p <= smallest_p * (1 + 1e-12))))
    factor = multiple.penalty(n_tests, smallest, options.correction) if corrected else 1.0
    notes = []
    for name, level in levels.items():
        if reached <= level or smallest_p * factor <= level:
            continue
        needed = multiple.permutations_needed(level, factor, n_tails=options.n_tails)
        notes.append(
            f"With {draws:,} permutations no p-value is below "
            f"{smallest_p:.2g}, and after correction for {n_tests:,} units no unit can be "
            f"labelled at {name} %: at least {needed:,} permutations are needed."
        )
    return notes
