"""What each statistic is called, does and rests on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from hotspots.presentation.asked import holds_own
from hotspots.presentation.families import Family, family
from hotspots.presentation.subjects import subject

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_ORD_GETIS = (
    "Ord, J. K. & Getis, A. (1995). Local spatial autocorrelation statistics: distributional "
    "issues and an application. Geographical Analysis 27, 286–306. "
    "doi:10.1111/j.1538-4632.1995.tb00912.x"
)
_ANSELIN = (
    "Anselin, L. (1995). Local indicators of spatial association – LISA. Geographical Analysis "
    "27, 93–115. doi:10.1111/j.1538-4632.1995.tb00338.x"
)
_ANSELIN_2019 = (
    "Anselin, L. (2019). A local indicator of multivariate spatial association: extending "
    "Geary's c. Geographical Analysis 51, 133–150. doi:10.1111/gean.12164"
)
_GARWOOD = (
    "Garwood, F. (1936). Fiducial limits for the Poisson distribution. Biometrika 28, 437–442. "
    "doi:10.1093/biomet/28.3-4.437"
)
_MARSHALL = (
    "Marshall, R. J. (1991). Mapping disease and mortality rates using empirical Bayes "
    "estimators. Applied Statistics 40, 283–294. doi:10.2307/2347593"
)
_ASSUNCAO_REIS = (
    "Assunção, R. M. & Reis, E. A. (1999). A new proposal to adjust Moran's I for population "
    "density. Statistics in Medicine 18, 2147–2162. "
    "doi:10.1002/(SICI)1097-0258(19990830)18:16<2147::AID-SIM179>3.0.CO;2-I"
)
_WARTENBERG = (
    "Wartenberg, D. (1985). Multivariate spatial correlation: a method for exploratory "
    "geographical analysis. Geographical Analysis 17, 263–283. "
    "doi:10.1111/j.1538-4632.1985.tb00849.x"
)
_LEE = (
    "Lee, S.-I. (2001). Developing a bivariate spatial association measure: an integration of "
    "Pearson's r and Moran's I. Journal of Geographical Systems 3, 369–385. "
    "doi:10.1007/s101090100064"
)
_ANSELIN_LI = (
    "Anselin, L. & Li, X. (2019). Operational local join count statistics for cluster detection. "
    "Journal of Geographical Systems 21, 189–210. doi:10.1007/s10109-019-00299-x"
)
_CLOPPER_PEARSON = (
    "Clopper, C. J. & Pearson, E. S. (1934). The use of confidence or fiducial limits illustrated "
    "in the case of the binomial. Biometrika 26, 404–413. doi:10.1093/biomet/26.4.404"
)
_BENJAMINI_HOCHBERG = (
    "Benjamini, Y. & Hochberg, Y. (1995). Controlling the false discovery rate. Journal of the "
    "Royal Statistical Society B 57, 289–300. doi:10.1111/j.2517-6161.1995.tb02031.x"
)
_CASTRO_SINGER = (
    "Caldas de Castro, M. & Singer, B. H. (2006). Controlling the false discovery rate: a new "
    "application to account for multiple and dependent tests in local statistics of spatial "
    "association. Geographical Analysis 38, 180–208. doi:10.1111/j.0016-7363.2006.00682.x"
)


@dataclass(frozen=True)
class Method:
    """A statistic in words.

    Attributes
    ----------
    name : str
        As analysts call it.
    words : str
        What it does, for everybody: a template for what was counted and beside what.
    references : tuple of str
        Where it comes from, each with its DOI.
    """

    name: str
    words: str
    references: tuple[str, ...]


METHODS: Mapping[Family, Method] = MappingProxyType(
    {
        "gi_star": Method(
            "Getis-Ord Gi*",
            "The {counted} of each area and its neighbours are summed, and the sum is compared "
            "with what would be expected if the counts of all areas were shuffled.",
            (_ORD_GETIS, _BENJAMINI_HOCHBERG, _CASTRO_SINGER),
        ),
        "gi": Method(
            "Getis-Ord Gi",
            "The {counted} of each area's neighbours, without its own, are summed, and the sum is "
            "compared with what would be expected if the counts of the other areas were shuffled.",
            (_ORD_GETIS, _BENJAMINI_HOCHBERG, _CASTRO_SINGER),
        ),
        "local_moran": Method(
            "Local Moran's I",
            "Each area's count is held, and the mean count of its neighbours is compared with what "
            "would be expected if the counts of all other areas were shuffled.",
            (_ANSELIN, _BENJAMINI_HOCHBERG, _CASTRO_SINGER),
        ),
        "local_geary": Method(
            "Local Geary's c",
            "Each area's count is held, and the squared differences to its neighbours are compared "
            "with what would be expected if the counts of all other areas were shuffled.",
            (_ANSELIN, _BENJAMINI_HOCHBERG, _CASTRO_SINGER),
        ),
        "gi_star_rate": Method(
            "Getis-Ord Gi* of rates",
            "The {counted} of each area and its neighbours are summed, and the sum is compared "
            "with their share of all {counted} if the rate were the same everywhere.",
            (_ORD_GETIS, _BENJAMINI_HOCHBERG, _CASTRO_SINGER),
        ),
        "local_moran_rate": Method(
            "Local Moran's I of rates",
            "Each area's rate, with less weight where few are at risk, is compared with those of "
            "its neighbours, and with what {counted} at the same rate everywhere would give on "
            "simulated maps; areas with larger p-values need fewer of these, and stop sooner.",
            (_ASSUNCAO_REIS, _ANSELIN, _BENJAMINI_HOCHBERG, _CASTRO_SINGER),
        ),
        "local_moran_bivariate": Method(
            "Bivariate local Moran's I",
            "Each area's own numbers are held, and the mean number of {other} of its neighbours is "
            "compared with what would be expected if those of all other areas were shuffled. It is "
            "about {other} around an area, beside its own {counted}; not the other way round.",
            (_WARTENBERG, _ANSELIN, _BENJAMINI_HOCHBERG, _CASTRO_SINGER),
        ),
        "local_geary_multivariate": Method(
            "Local Geary's c of two numbers",
            "Each area's numbers of {counted} and {other} are held, and their squared differences "
            "to those of its neighbours, each in its own standard deviations and the two together, "
            "are compared with what would be expected if the pairs of numbers of all other areas "
            "were shuffled.",
            (_ANSELIN_2019, _BENJAMINI_HOCHBERG, _CASTRO_SINGER),
        ),
        "lees_l_local": Method(
            "Local Lee's L",
            "The {counted} and the {other} of each area are averaged with those of its neighbours, "
            "and how far the two averages go together is compared with what would be expected if "
            "the pairs of numbers of all other areas were shuffled.",
            (_LEE, _BENJAMINI_HOCHBERG, _CASTRO_SINGER),
        ),
        "local_join_count": Method(
            "Local join count",
            "Around each area with {counted}, the neighbours that hold {counted} too are counted, "
            "however many each holds, and their number is compared with what would be expected if "
            "such areas lay anywhere.",
            (_ANSELIN_LI, _BENJAMINI_HOCHBERG, _CASTRO_SINGER),
        ),
        "local_join_count_bivariate": Method(
            "Bivariate local join count",
            "Around each area with {counted} but no {other}, the neighbours with {other} but no "
            "{counted} are counted, and their number is compared with what would be expected if "
            "such areas lay anywhere.",
            (_ANSELIN_LI, _BENJAMINI_HOCHBERG, _CASTRO_SINGER),
        ),
        "local_join_count_colocation": Method(
            "Local join count of co-location",
            "Around each area with both {counted} and {other}, the neighbours with both are "
            "counted, and their number is compared with what would be expected if such areas lay "
            "anywhere.",
            (_ANSELIN_LI, _BENJAMINI_HOCHBERG, _CASTRO_SINGER),
        ),
        "excess_risk": Method(
            "Excess risk",
            "The {counted} of each area are divided by what the same rate everywhere would give, "
            "with the exact interval of a Poisson count. Each area is looked at by itself: nothing "
            "is tested or corrected.",
            (_GARWOOD,),
        ),
        "eb_rates": Method(
            "Smoothed rates",
            "Each area's rate of {counted} is drawn towards the overall rate, the more so the "
            "fewer people it rests on (empirical Bayes). For a calmer picture of rates; nothing is "
            "tested.",
            (_MARSHALL,),
        ),
        "excess": Method(
            "Exact binomial excess",
            "Each published count is compared with the area's share of the residents of all "
            "published areas.",
            (_CLOPPER_PEARSON, _BENJAMINI_HOCHBERG),
        ),
    }
)


_HELD_WORDS: Mapping[Family, str] = MappingProxyType(
    {
        "gi_star": (
            "The {counted} of each area and its neighbours are summed, and the sum is compared "
            "with what would be expected if the area's own count were held and the counts of all "
            "other areas were shuffled, so that none stands out by its own count alone."
        ),
        "gi_star_rate": (
            "The {counted} of each area and its neighbours are summed, and the sum is compared "
            "with what would be expected if the area's own were held and all others fell on the "
            "people of the other areas at one rate, so that none stands out by its own alone."
        ),
    }
)
"""What those that take either null do where it is conditional."""


def method(statistic: str) -> Method:
    """Find a statistic's name, words and references.

    Examples
    --------
    >>> method("gi_star").name
    'Getis-Ord Gi*'
    """
    return METHODS.get(family(statistic), Method(statistic, "", ()))


def method_words(statistic: str, words: Mapping[str, str]) -> str:
    """Say what a statistic does.

    Parameters
    ----------
    statistic : str
        Name of the local result.
    words : mapping of str to str
        The method in words, ``release.context.method``, for what was counted.

    Returns
    -------
    str

    Examples
    --------
    >>> method_words("local_join_count", {})[:41]
    'Around each area with recorded incidents,'
    """
    kind = family(statistic)
    said = _HELD_WORDS[kind] if holds_own(kind, words) else method(statistic).words
    return subject(words).write(said)


def references(statistics: Sequence[str]) -> tuple[str, ...]:
    """List what the methods of some statistics rest on, each work once, by author.

    Examples
    --------
    >>> [text.split(",")[0] for text in references(["excess"])]
    ['Benjamini', 'Clopper']
    """
    return tuple(sorted({text for name in statistics for text in method(name).references}))


def neighbours(words: str) -> str:
    """Say which areas belong to a neighbourhood, from the method's own words.

    Parameters
    ----------
    words : str
        ``context.method["Neighbours"]``, such as "areas that touch" or "areas within 500 m".

    Returns
    -------
    str
        To stand after "the area and".

    Examples
    --------
    >>> [neighbours(text) for text in ("areas that touch", "areas that share a side", "")]
    ['those touching it', 'those sharing a side with it', 'its neighbours']
    >>> [neighbours(text) for text in ("areas within 1,500 m", "the 8 nearest areas")]
    ['those within 1,500 m', 'its 8 nearest']
    >>> neighbours("the nearest area")
    'the one nearest to it'
    """
    text = words.casefold()
    within = re.search(r"within ([\d.,]*\d) ?(k?m)\b", text)
    if within:
        return f"those within {within[1]} {within[2]}"
    nearest = re.search(r"(\d+) nearest", text)
    if nearest:
        return f"its {nearest[1]} nearest"
    if "the nearest area" in text:
        return "the one nearest to it"
    if "side" in text or "rook" in text:
        return "those sharing a side with it"
    if "touch" in text or "contigu" in text or "queen" in text:
        return "those touching it"
    return "its neighbours"
