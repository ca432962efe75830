"""Statistics that share their sentences, and the words of their legends."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, get_args

from hotspots.schema import NOT_SIGNIFICANT, NOT_TESTABLE

if TYPE_CHECKING:
    from collections.abc import Mapping

WITHHELD = "withheld"

Family = Literal[
    "gi_star",
    "gi",
    "gi_star_rate",
    "local_moran",
    "local_moran_rate",
    "local_moran_bivariate",
    "local_geary",
    "local_geary_multivariate",
    "lees_l_local",
    "local_join_count",
    "local_join_count_bivariate",
    "local_join_count_colocation",
    "excess",
    "excess_risk",
    "eb_rates",
    "hot_cold",
]
"""Which sentences a statistic takes; ``hot_cold`` is any other with hot and cold labels."""

RATES: frozenset[Family] = frozenset({"gi_star_rate", "local_moran_rate"})
UNTESTED_RATES: frozenset[Family] = frozenset({"excess_risk", "eb_rates"})
"""Rates that are shown without a test."""

PAIRS: frozenset[Family] = frozenset(
    {
        "local_moran_bivariate",
        "local_geary_multivariate",
        "lees_l_local",
        "local_join_count_bivariate",
        "local_join_count_colocation",
    }
)
"""Statistics of two variables."""

DEALT: frozenset[Family] = frozenset(
    {"local_moran_bivariate", "local_geary_multivariate", "lees_l_local"}
)
"""Statistics of two variables whose chance deals their numbers to areas."""

_MORAN_WORDS = {
    "high-high": "High among high – above the average, and so are its neighbours",
    "high-low": "High among low – above the average, its neighbours below",
    "low-high": "Low among high – below the average, its neighbours above",
    "low-low": "Low among low – below the average, and so are its neighbours",
}
_RATE_WORDS = {
    "high-high": "High among high – a rate above the average, as at its neighbours",
    "high-low": "High among low – a rate above the average, below it at its neighbours",
    "low-high": "Low among high – a rate below the average, above it at its neighbours",
    "low-low": "Low among low – a rate below the average, as at its neighbours",
}
_GEARY_WORDS = {
    "high-high": "Alike and high – above the average, and its neighbours much the same",
    "low-low": "Alike and low – below the average, and its neighbours much the same",
    "similar": "Alike – its neighbours much the same, across the average",
    "dissimilar": "Unlike – differs from its neighbours more than chance would explain",
}
_GEARY_PAIR_WORDS = {
    "high-high": (
        "Alike and high – {counted} and {other} above the average here and around, and much the "
        "same"
    ),
    "low-low": (
        "Alike and low – {counted} and {other} below the average here and around, and much the same"
    ),
    "similar": "Alike – its neighbours much the same in {counted} and {other} together",
    "dissimilar": "Unlike – its neighbours differ from it in {counted} and {other} together",
}
_ABOVE, _BELOW = "{counted} above the average here", "{counted} below the average here"
DEALT_OTHER = "if the numbers of {other} were dealt to areas at random"
DEALT_PAIRS = "if the areas' pairs of numbers were dealt out anew at random"
"""What chance is to statistics of two variables: whether the two are related is not asked."""

_MANY = f"more {{other}} in the areas around than {DEALT_OTHER}"
_FEW = f"fewer {{other}} in the areas around than {DEALT_OTHER}"
_MORAN_PAIR_WORDS = {
    "high-high": f"Many here, many around – {_ABOVE}, {_MANY}",
    "high-low": f"Many here, few around – {_ABOVE}, {_FEW}",
    "low-high": f"Few here, many around – {_BELOW}, {_MANY}",
    "low-low": f"Few here, few around – {_BELOW}, {_FEW}",
}
_SAME = f"the number of {{other}} goes the same way, more than {DEALT_PAIRS}"
_OTHER = f"the number of {{other}} goes the other way, more than {DEALT_PAIRS}"
_LEE_WORDS = {
    "high-high": f"Together, high – {{counted}} of the neighbourhood above the average; {_SAME}",
    "low-low": f"Together, low – {{counted}} of the neighbourhood below the average; {_SAME}",
    "high-low": f"Apart, high – {{counted}} of the neighbourhood above the average; {_OTHER}",
    "low-high": f"Apart, low – {{counted}} of the neighbourhood below the average; {_OTHER}",
}
LABEL_WORDS: Mapping[Family, Mapping[str, str]] = MappingProxyType(
    {
        "local_moran": _MORAN_WORDS,
        "local_moran_rate": _RATE_WORDS,
        "local_moran_bivariate": _MORAN_PAIR_WORDS,
        "local_geary": _GEARY_WORDS,
        "local_geary_multivariate": _GEARY_PAIR_WORDS,
        "lees_l_local": _LEE_WORDS,
    }
)
"""Statistics whose labels say how a unit and its neighbours compare, with what they say."""

PLAIN_WORDS = {
    NOT_SIGNIFICANT: "No clear difference from chance",
    NOT_TESTABLE: "Could not be tested",
    WITHHELD: "Withheld",
}
LOOKED_AT: Mapping[Family, str] = MappingProxyType(
    {
        "local_join_count": "{counted}",
        "local_join_count_bivariate": "{counted} but no {other}",
        "local_join_count_colocation": "both {counted} and {other}",
    }
)
"""Statistics that look around some units only, and what those hold."""

UNTESTED: Mapping[Family, str] = MappingProxyType(
    {
        "local_join_count": "Not tested: no {counted} here, or nothing to compare with",
        "local_join_count_bivariate": (
            "Not tested: no {counted} here, {other} too, or nothing to compare with"
        ),
        "local_join_count_colocation": (
            "Not tested: not both {counted} and {other} here, or nothing to compare with"
        ),
    }
)
"""What the other units of those statistics are called."""

MORE_OF: Mapping[Family, str] = MappingProxyType(
    {
        "gi_star_rate": "{counted} than the same rate everywhere would explain",
        "excess": "{counted} than its share of residents would explain",
        "local_join_count": "neighbours with {counted} than chance would explain",
        "local_join_count_bivariate": (
            "neighbours with {other} but no {counted} than chance would explain"
        ),
        "local_join_count_colocation": (
            "neighbours with both {counted} and {other} than chance would explain"
        ),
    }
)
"""What a hot unit has more of, where it is not simply what was counted."""

MORE = "{counted} than chance would explain"

SHORT_WORDS: Mapping[str, str] = MappingProxyType(
    {
        label: words.partition(" – ")[0]
        for label, words in {**_GEARY_WORDS, **_MORAN_WORDS, **PLAIN_WORDS}.items()
    }
)
"""What a label is called where the legend has said the rest."""


def family(statistic: str) -> Family:
    """Find which sentences a statistic takes, from its name.

    Examples
    --------
    >>> family("gi_star"), family("local_moran_2016"), family("scan")
    ('gi_star', 'local_moran', 'hot_cold')
    """
    known: tuple[Family, ...] = get_args(Family)
    for name in sorted(known, key=len, reverse=True):
        if statistic == name or statistic.startswith(f"{name}_"):
            return name
    return "hot_cold"
