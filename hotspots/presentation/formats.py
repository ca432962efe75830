"""Numbers, dates and plurals as a reader meets them."""

from __future__ import annotations

import calendar
import math
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

MISSING = "not known"
RAREST = 1_000_000


def number(value: float | None, *, decimals: int = 0) -> str:
    """Write a number with thousands separators.

    Parameters
    ----------
    value : float or None
        None and NaN are written as "not known".
    decimals : int
        Digits after the point.

    Returns
    -------
    str

    Examples
    --------
    >>> number(1730), number(-2.5, decimals=1), number(-0.01), number(None)
    ('1,730', '−2.5', '0', 'not known')
    """
    if is_missing(value):
        return MISSING
    text = f"{float(value):,.{decimals}f}"  # type: ignore[arg-type]
    if text.startswith("-"):
        text = text[1:] if not text.strip("-0.,") else "−" + text[1:]
    return text


def figures(value: float | None, *, n: int = 3) -> str:
    """Write a number with so many figures that count, without an exponent.

    Parameters
    ----------
    value : float or None
        None and NaN are written as "not known".
    n : int
        Figures that count; at most five digits stand after the point.

    Returns
    -------
    str

    Examples
    --------
    >>> figures(0.45569), figures(-0.00022962), figures(1.0), figures(1234.5), figures(2e-9)
    ('0.456', '−0.00023', '1', '1,234', '0')
    """
    if is_missing(value) or not value:
        return number(value)
    decimals = min(5, max(0, n - 1 - math.floor(math.log10(abs(value)))))
    text = number(value, decimals=decimals)
    return (text.rstrip("0").rstrip(".") if decimals else text) or "0"


def is_missing(value: object) -> bool:
    """Say whether a value is None, NaN, NA or NaT.

    Examples
    --------
    >>> is_missing(None), is_missing(float("nan")), is_missing(0), is_missing("")
    (True, True, False, False)
    """
    if value is None:
        return True
    try:
        return bool(value != value)  # noqa: PLR0124 - true of NaN and NaT only
    except TypeError:  # pandas.NA has no truth value
        return True


def counted(n: float, one: str, many: str | None = None) -> str:
    """Write a number with its noun in the right form.

    Parameters
    ----------
    n : float
        How many.
    one, many : str
        The noun; `many` adds an s where it is not given.

    Returns
    -------
    str

    Examples
    --------
    >>> counted(1, "area"), counted(1730, "area"), counted(0, "category", "categories")
    ('1 area', '1,730 areas', '0 categories')
    """
    return f"{number(n)} {plural(n, one, many)}"


def plural(n: float, one: str, many: str | None = None) -> str:
    """Choose between the singular and the plural form.

    Examples
    --------
    >>> plural(1, "lies", "lie"), plural(0, "lies", "lie")
    ('lies', 'lie')
    """
    return one if n == 1 else (many or f"{one}s")


def listed(items: Sequence[str]) -> str:
    """Join words as in a sentence.

    Examples
    --------
    >>> listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])
    ('a', 'a and b', 'a, b and c')
    """
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def distance(metres: float | None) -> str:
    """Write a distance as a planner would say it.

    Up to a kilometre to the 10 m, beyond to the 100 m.

    Examples
    --------
    >>> distance(638.2), distance(4), distance(1249), distance(None)
    ('640 m', 'under 10 m', '1.2 km', 'not known')
    """
    if is_missing(metres):
        return MISSING
    value = float(metres)  # type: ignore[arg-type]
    if value < 5:
        return "under 10 m"
    if value < 995:
        return f"{_round(value, 10):,.0f} m"
    return f"{_round(value, 100) / 1000:,.1f} km"


def one_line(text: object, *, longest: int | None = None) -> str:
    """Write a value of the data as one printable line.

    Parameters
    ----------
    text : object
        Such as a name from a file.
    longest : int, optional
        Cut to so many characters, the last an ellipsis.

    Returns
    -------
    str
        Without line breaks, control characters and halves of surrogate pairs.

    Examples
    --------
    >>> one_line(f"North{chr(0)}{chr(10)} End"), one_line("Riverside", longest=6)
    ('North End', 'River…')
    """
    kept = " ".join(
        "".join(c for c in str(text) if c.isspace() or unicodedata.category(c) not in _UNPRINTABLE)
        .split()
    )  # fmt: skip
    return kept if longest is None or len(kept) <= longest else f"{kept[: longest - 1]}…"


def day(value: date) -> str:
    """Write a date in words.

    Examples
    --------
    >>> from datetime import date
    >>> day(date(2016, 12, 3))
    '3 December 2016'
    """
    return f"{value.day} {_MONTHS[value.month]} {value.year}"


def period(first_last: tuple[date, date]) -> str:
    """Write a period in words; both days are included.

    Examples
    --------
    >>> from datetime import date
    >>> period((date(2013, 1, 1), date(2016, 12, 31)))
    '2013–2016'
    >>> period((date(2016, 2, 1), date(2016, 2, 29)))
    'February 2016'
    >>> period((date(2016, 2, 1), date(2016, 3, 4)))
    '1 February 2016 to 4 March 2016'
    """
    first, last = first_last
    whole_months = first.day == 1 and last.day == calendar.monthrange(last.year, last.month)[1]
    if whole_months and (first.month, last.month) == (1, 12):
        return str(first.year) if first.year == last.year else f"{first.year}–{last.year}"
    if whole_months and (first.year, first.month) == (last.year, last.month):
        return f"{_MONTHS[first.month]} {first.year}"
    if first == last:
        return day(first)
    return f"{day(first)} to {day(last)}"


def chance(p_value: float, *, least: float = 0.0) -> str:
    """Say how often chance alone gives something, from its p-value.

    Parameters
    ----------
    p_value : float
        In (0, 1].
    least : float
        The smallest p-value that the draws behind it can give, see :func:`least_p`; 0 where none
        were drawn. A p-value there says no more than "at most".

    Returns
    -------
    str
        Rounded to two figures, and never rarer than one time in a million.

    Examples
    --------
    >>> chance(0.004), chance(0.00137), chance(1e-12)
    ('about 1 time in 250', 'about 1 time in 730', 'less than 1 time in 1,000,000')
    >>> chance(0.42), chance(0.98), chance(0.002, least=0.002)
    ('about 4 times in 10', 'nearly always', 'at most 1 time in 500')
    """
    if p_value < 1 / RAREST:
        return f"less than 1 time in {number(RAREST)}"
    if p_value < 0.15:
        times = 1 / p_value
        step = 10 ** max(0, math.floor(math.log10(times)) - 1)
        about = "at most" if p_value <= least * (1 + 1e-9) else "about"
        return f"{about} 1 time in {number(_round(times, step))}"
    if p_value >= 0.95:
        return "nearly always"
    return f"about {math.floor(10 * p_value + 0.5)} times in 10"


def least_p(n_draws: int, alternative: str) -> float:
    """Give the smallest p-value that so many permutations or simulations can give.

    Parameters
    ----------
    n_draws : int
        0 where p-values are not drawn.
    alternative : str
        ``"two-sided"`` counts both tails.

    Returns
    -------
    float
        0 where nothing is drawn.

    Examples
    --------
    >>> least_p(999, "two-sided"), least_p(999, "greater"), least_p(0, "two-sided")
    (0.002, 0.001, 0.0)
    """
    tails = 2 if alternative == "two-sided" else 1
    return tails / (n_draws + 1) if n_draws else 0.0


def p_value(value: float | None) -> str:
    """Write a p- or q-value for analysts.

    Examples
    --------
    >>> p_value(0.0421), p_value(0.00004), p_value(None)
    ('0.042', '< 0.0001', 'not known')
    """
    if is_missing(value):
        return MISSING
    number_ = float(value)  # type: ignore[arg-type]
    return "< 0.0001" if number_ < 0.0001 else f"{number_:.2g}"


def _round(value: float, step: float) -> float:
    """Round half up to a multiple of `step`, as readers expect."""
    return math.floor(value / step + 0.5) * step


_UNPRINTABLE = frozenset({"Cc", "Cs", "Cn", "Co"})
_MONTHS = (
    "",
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
"""English whatever the machine's locale, so that the same data gives the same page."""
