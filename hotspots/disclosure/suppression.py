"""Which areas are published: primary and complementary suppression."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotspots.disclosure.rules import passes

if TYPE_CHECKING:
    import pandas as pd

    from hotspots.disclosure.rules import Rules


def published(areas: pd.DataFrame, rules: Rules) -> pd.Series:
    """Choose the areas whose number may be published.

    Areas that fail a rule are withheld (primary). Where others pass, the one of these with the
    fewest residents is withheld with them (complementary), so that no withheld count follows from
    a total that is known elsewhere: at least two areas are withheld together, with a sum of at
    least `k`. This alone is not enough against someone who knows the rules, and with them which of
    the two passes; a public release therefore names no total beside withheld areas. The choice
    looks at rule outcomes and residents only, never at a withheld count, and both sorts of
    withheld area look the same.

    Parameters
    ----------
    areas : DataFrame, shape (n, m)
        With the columns of :data:`hotspots.disclosure.rules.EVIDENCE`.
    rules : Rules
        The thresholds.

    Returns
    -------
    Series of bool, shape (n,)

    References
    ----------
    .. [1] Hundepool, A. et al. (2012). Statistical Disclosure Control. Wiley.
       https://doi.org/10.1002/9781118348239

    Examples
    --------
    >>> import pandas as pd
    >>> from hotspots.disclosure.rules import DEFAULT_RULES
    >>> areas = pd.DataFrame(
    ...     {"count": [90, 5, 80, 70], "persons": [40, 3, 30, 30], "premises": 20,
    ...      "largest_premises": 2, "population": [9000, 8000, 6000, 7000]}, index=list("abcd"))
    >>> published(areas, DEFAULT_RULES).to_dict()
    {'a': True, 'b': False, 'c': False, 'd': True}
    """
    passing = passes(areas, rules)
    if passing.all() or not passing.any():
        return passing
    shown = passing.copy()
    candidates = areas.loc[passing, ["population"]].assign(unit=areas.index[passing].astype(str))
    shown[candidates.sort_values(["population", "unit"]).index[0]] = False
    return shown
