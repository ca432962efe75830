"""The sentence of an area: what it holds, what is around it, and how unusual that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotspots.presentation.asked import holds_own, side
from hotspots.presentation.families import (
    DEALT,
    DEALT_OTHER,
    DEALT_PAIRS,
    LOOKED_AT,
    MORE_OF,
    PAIRS,
    RATES,
    WITHHELD,
)
from hotspots.presentation.formats import chance, is_missing, plural
from hotspots.presentation.methods import neighbours
from hotspots.presentation.subjects import decimal, subject
from hotspots.schema import NOT_TESTABLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hotspots.presentation.families import Family

NUMBER_WITHHELD = (
    "The number is withheld to protect persons; "
    "that says nothing about how many incidents there are."
)
_NEIGHBOURS_ARE = {
    "high-high": ("above", "its neighbours are above it too"),
    "high-low": ("above", "its neighbours are below it"),
    "low-high": ("below", "its neighbours are above it"),
    "low-low": ("below", "its neighbours are below it too"),
}
_LIKENESS = {
    "high-high": "above the average, and its neighbours much the same",
    "low-low": "below the average, and its neighbours much the same",
    "similar": "its neighbours are much the same",
    "dissimilar": "its neighbours differ from it",
}
_LIKENESS_IN_BOTH = {
    "high-high": "both above the average, and its neighbours much the same in both together",
    "low-low": "both below the average, and its neighbours much the same in both together",
    "similar": "its neighbours are much the same in both together",
    "dissimilar": "its neighbours differ from it in both together",
}
_SUMS: tuple[Family, ...] = ("gi_star", "gi_star_rate", "gi")
_SIDE = {"high": "above", "low": "below"}
_MORE = {"high": "more", "low": "fewer"}
_STRENGTH = {"99": "strong evidence", "95": "good evidence", "90": "weak evidence"}


class Row:
    """The values of one area that its sentence may use.

    Parameters
    ----------
    count, other : float or None
        What was counted in it, and what that is set beside.
    statistic, expected, p : float or None
        Of the local result.
    label : str
        Its label.
    least : float
        The smallest p-value that draws can give; 0 where p-values are exact.
    """

    __slots__ = ("count", "expected", "label", "often", "other", "statistic")

    def __init__(self, *values: object, least: float = 0.0) -> None:
        *numbers, label = values
        self.count, self.other, self.statistic, self.expected, p = map(_float, numbers)
        self.label = str(label)
        self.often = "" if p is None else chance(p, least=least)


class AreaWords:
    """Writes the sentences of the areas of one statistic.

    Parameters
    ----------
    kind : Family
        Which sentences it takes.
    words : mapping of str to str
        The method in words.
    mean : float
        Mean count of all areas, NaN where it is not known.
    """

    def __init__(self, kind: Family, words: Mapping[str, str], mean: float) -> None:
        self.kind, self.mean, self.subject = kind, mean, subject(words)
        self.side, self.holds_own = side(kind, words), holds_own(kind, words)
        self.around = neighbours(words.get("Neighbours", ""))

    def sentence(self, row: Row) -> str:
        """Say of one area what was found there."""
        if row.label == WITHHELD or (self.kind == "excess" and row.count is None):
            return NUMBER_WITHHELD
        if self.kind == "excess":
            return self._excess(row)
        if row.label == NOT_TESTABLE:
            return self._untested(row)
        parts = [part for part in (*self._found(row), self._often(row)) if part]
        text = self.subject.write("; ".join(parts))
        return f"{text[0].upper()}{text[1:]}."

    def _found(self, row: Row) -> tuple[str, ...]:
        """Say what was found, in parts that semicolons join."""
        here = self._here(row)
        if self.kind in _SUMS and row.statistic is not None:
            return self._sums(row, here)
        if self.kind == "local_moran":
            return self._beside_average(row, here)
        found = {
            "local_moran_rate": self._rate,
            "local_moran_bivariate": self._more_around,
            "local_geary": self._likeness,
            "local_geary_multivariate": self._likeness,
            "lees_l_local": self._goes_with,
            **dict.fromkeys(LOOKED_AT, self._joins),
        }.get(self.kind)
        return (here or "this area", found(row) if found else "")

    def _here(self, row: Row) -> str:
        """Say what the area itself holds; ``""`` where that is not known."""
        if row.count is None:
            return ""
        other = ""
        if self.kind in PAIRS and row.other is not None:
            whole = round(row.other) if row.other >= 1 else row.other  # residents are apportioned
            other = f" and {self.subject.other.counted(whole)}"
        return f"{self.subject.counted.counted(row.count)}{other} here"

    def _sums(self, row: Row, here: str) -> tuple[str, ...]:
        found = decimal(row.statistic)
        if self.kind == "gi":
            hold = "holds" if self.around.startswith("the one") else "hold"
            return (here, f"{self.around}, without this area, {hold} {found}{self._expected(row)}")
        start = f"{here} and " if here else ""
        return (f"{start}{found} together with {self.around}{self._expected(row)}",)

    def _joins(self, row: Row) -> str:
        found = row.statistic
        if found is None:
            return ""
        held = MORE_OF[self.kind].removeprefix("neighbours with ").partition(" than")[0]
        hold = plural(found, "holds", "hold")
        return f"{decimal(found)} of {self.around} {hold} {held}{self._expected(row)}"

    def _beside_average(self, row: Row, here: str) -> tuple[str, ...]:
        side, around = _NEIGHBOURS_ARE.get(row.label, ("", ""))
        side = side or self._side(row)
        if not side:
            return (here or "this area", around)
        return (f"{here or 'this area is'}, {side} the average{self._average}", around)

    def _rate(self, row: Row) -> str:
        side, around = _NEIGHBOURS_ARE.get(row.label, ("", ""))
        return f"a rate {side} the average, and {around}" if side else ""

    def _likeness(self, row: Row) -> str:
        found = _LIKENESS.get(row.label, "")
        if found and self.kind == "local_geary_multivariate":
            return _LIKENESS_IN_BOTH[row.label]
        return found

    def _more_around(self, row: Row) -> str:
        own, _, near = row.label.partition("-")
        side = _SIDE.get(own) or self._side(row)
        average = f"{{counted}} are {side} the average{self._average}" if side else ""
        if near not in _MORE:
            return average
        return f"{average}, with {_MORE[near]} {{other}} around than {DEALT_OTHER}"

    def _goes_with(self, row: Row) -> str:
        own, _, other = row.label.partition("-")
        if own not in _SIDE:
            return ""
        return (
            f"in the neighbourhood (the area and {self.around}) {{counted}} are {_SIDE[own]} the "
            f"average, and the number of {{other}} goes the {'same' if own == other else 'other'} "
            f"way, more than {DEALT_PAIRS}"
        )

    def _expected(self, row: Row) -> str:
        if row.expected is None:
            return ""
        where, expected = ", where" + _HELD * self.holds_own, decimal(row.expected)
        if self.kind in RATES:
            others = " else" if self.holds_own else ""
            return f"{where} the same rate everywhere{others} would give {expected}"
        return f"{where} {expected} would be expected"

    @property
    def _average(self) -> str:
        return "" if is_missing(self.mean) else f" of {decimal(self.mean)} per area"

    def _side(self, row: Row) -> str:
        """Say on which side of the average an area lies; ``""`` where that is not known."""
        if row.count is None or is_missing(self.mean):
            return ""
        return "above" if row.count > self.mean else "below" if row.count < self.mean else "at"

    def _often(self, row: Row) -> str:
        """Say how often chance alone gives something so unusual, on the side that is asked."""
        if not row.often:
            return ""
        by = "dealing at random" if self.kind in DEALT else "chance alone"
        then = " would"
        if self.holds_own:
            then = f"{_HELD} would" if row.expected is None else " would then"
        what, sided = _UNUSUAL.get(self.kind, ("a result", _LARGE))
        how = {"greater": sided[0], "less": sided[1]}.get(self.side, "this unusual")
        return f"{by}{then} give {what} {how} {row.often}"

    def _untested(self, row: Row) -> str:
        here = self._here(row)
        start = f"{here}; this" if here else "This"
        if self.kind in LOOKED_AT and not self._is_looked_at(row):
            held = self.subject.write(LOOKED_AT[self.kind])
            return f"{start} area was not tested: only those with {held} are."
        return f"{start} area could not be tested."

    def _is_looked_at(self, row: Row) -> bool:
        """Say whether a join count looks around an area, as far as is known."""
        if not row.count:
            return False
        if self.kind == "local_join_count" or row.other is None:
            return True
        return bool(row.other) == (self.kind == "local_join_count_colocation")

    def _excess(self, row: Row) -> str:
        start = self.subject.counted.counted(row.count or 0.0)
        if row.expected is None or row.label == NOT_TESTABLE:
            return f"{start}; this area could not be tested."
        side, _, level = row.label.partition(" ")
        found = {"hot": "more than chance would explain", "cold": "fewer than chance would explain"}
        evidence = f"{found[side]} ({_STRENGTH[level]})" if side in found else "no clear difference"
        expected = decimal(round(row.expected, 1))
        return f"{start}, where its share of residents would give {expected}: {evidence}."


_HELD = ", with its own number as it is,"
_LARGE, _LIKE = ("this large", "this small"), ("this much like it", "this much unlike it")
_WAY = ("this far the same way", "this far the other way")
_UNUSUAL: Mapping[Family, tuple[str, tuple[str, str]]] = {
    **dict.fromkeys(_SUMS, ("a sum", _LARGE)),
    "local_moran": ("neighbours", _LIKE),
    "local_moran_rate": ("neighbouring rates", ("this much like its own", "this much unlike it")),
    "local_moran_bivariate": ("a number of {other} around it", _WAY),
    "local_geary": ("differences to its neighbours", ("this small", "this large")),
    "local_geary_multivariate": ("differences to its neighbours", ("this small", "this large")),
    "lees_l_local": ("a result", _WAY),
    **dict.fromkeys(LOOKED_AT, ("a number", _LARGE)),
}
"""What is unusual, and how it is where only more, or only fewer, is asked about."""


def _float(value: object) -> float | None:
    return None if is_missing(value) else float(value)  # type: ignore[arg-type]
