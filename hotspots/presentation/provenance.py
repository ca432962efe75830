"""What a page says about itself: handling, sources and how it was made."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Literal

from hotspots.disclosure.release import InternalRelease, PublicRelease
from hotspots.intake.selection import WHERE
from hotspots.presentation.asked import CHANCE
from hotspots.presentation.formats import counted, day, least_p, listed, number, period, plural
from hotspots.presentation.markers import MARKERS
from hotspots.presentation.methods import method, method_words
from hotspots.presentation.reach import tested
from hotspots.presentation.subjects import BESIDE, COUNTED, UNTESTED_TERM
from hotspots.statistics import lees_l_local, local_moran_bivariate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hotspots.disclosure.release import Release
    from hotspots.disclosure.rules import Rules

SYNTHETIC = "SYNTHETIC – invented data"
CONFIDENTIAL = "CONFIDENTIAL – do not forward, publish or leave open"
TABLES = {
    "incidents": "Incidents",
    "baseline": "Other contacts",
    "population": "Residents",
    "controls": "Sites that control sites are drawn from",
}
UNIT_TERMS = frozenset(
    {
        *("Units", "Neighbours", "Statistics", "Permutations", "P-values", "Significance"),
        *("Rates", COUNTED, BESIDE, CHANCE, UNTESTED_TERM),
    }
)
"""Parameters that describe the internal units; published areas are of another making."""
CORRECTIONS = {
    "fdr_bh": "false discovery rate by Benjamini-Hochberg",
    "fdr_by": "false discovery rate by Benjamini-Yekutieli",
    "bonferroni": "Bonferroni correction",
    "none": "not corrected for the number of areas",
}
REASONS = {
    WHERE: "not of the chosen kind",
    "the unit has no part in the join": "nothing to join",
    "null distribution is a single value": "only one result possible",
    "the unit's value is the mean": "exactly average",
}
"""What readers are told of a reason that is written for those who write the study."""
CAVEATS = frozenset({local_moran_bivariate.NOT_RELATED, lees_l_local.NOT_RELATED})
"""Notes that every page says above, in :mod:`hotspots.presentation.caveats`."""
LIBRARIES = ("numpy", "scipy", "pandas", "geopandas", "shapely", "libpysal")


@dataclass(frozen=True)
class Banner:
    """The line that stands above everything and is printed with it.

    Attributes
    ----------
    text : str
        What it says.
    tone : {"internal", "synthetic", "public"}
        How it is coloured: internal is red.
    """

    text: str
    tone: Literal["internal", "synthetic", "public"]


def banner(release: Release) -> Banner:
    """Say how a page must be handled.

    Parameters
    ----------
    release : Release
        What is shown.

    Returns
    -------
    Banner
    """
    parts = [SYNTHETIC] if release.context.synthetic else []
    if isinstance(release, InternalRelease):
        parts += [CONFIDENTIAL, f"Reason: {release.reason}", f"For: {release.recipient}"]
    elif release.context.open_data:
        parts.append("Made from published records")
    else:
        parts.append("Made for the public: numbers that could point to a person are withheld")
    text = " ".join(part if part.endswith((".", "!", "?")) else f"{part}." for part in parts)
    return Banner(text, "synthetic" if release.context.synthetic else release.profile)


def sources(release: Release) -> tuple[str, ...]:
    """List where the records come from, for the foot of a page.

    Parameters
    ----------
    release : Release
        What is shown.

    Returns
    -------
    tuple of str
    """
    context, out = release.context, []
    if context.open_data:
        out.append(f"Published records: {context.open_data}; suppression is off.")
    if context.synthetic:
        out.append("Invented data: no person, place or incident is real.")
    if "Sources" in context.method:
        out.append(context.method["Sources"])
    return tuple(out)


def how_made(release: Release) -> list[tuple[str, str]]:
    """List how a page was made, as terms and texts.

    A public page says parameters only. An internal page also says what became of every row, and
    the hashes of the inputs.

    Parameters
    ----------
    release : Release
        What is shown.

    Returns
    -------
    list of tuple of (str, str)
    """
    context, crs = release.context, release.table.crs
    out = [("Method", _methods(release))] if release.statistics else []
    suppressed = isinstance(release, PublicRelease) and not context.open_data
    hidden = UNIT_TERMS if "excess" in release.statistics else frozenset()
    out += [(term, text) for term, text in context.method.items() if term not in hidden]
    if "excess" in release.statistics:
        out.append(("Significance", "two-sided, exact; false discovery rate by Benjamini-Hochberg"))
    if suppressed:
        out.append(("Withheld", _rules(release.rules)))
    if suppressed and isinstance(release, PublicRelease) and release.design_effect is not None:
        out.append(("Repeat persons", _repeats(release.design_effect)))
    if isinstance(release, InternalRelease):
        out += [*_inference(release), *_computed(release), *_controls(release)]
    if context.period and "Period" not in context.method:
        out.append(("Period", f"{period(context.period)}, both ends included"))
    out.append(("Areas", counted(len(release.table), "area")))
    if crs is not None:
        out.append(("Coordinates", crs.name))
    if isinstance(release, InternalRelease):
        out += [*_rows(release), *_hashes(release)]
    out.append(("Made", day(context.made.date())))
    out.append(("Software", _software(release)))
    return out


def _methods(release: Release) -> str:
    words = release.context.method
    return " ".join(
        f"{method(name).name}. {method_words(name, words)}" for name in release.statistics
    )


def _rules(rules: Rules) -> str:
    return (
        f"numbers that rest on fewer than {number(rules.k)} persons (where persons are not known, "
        f"on fewer than {number(rules.min_incidents)} incidents), on fewer than "
        f"{number(rules.min_premises)} places, on one place for more than "
        f"{number(100 * rules.max_premises_share)} % of the incidents, or on fewer than "
        f"{number(rules.min_residents)} residents; and one further area, so that nothing follows "
        "by subtraction"
    )


def _repeats(design_effect: float) -> str:
    return (
        f"counts are divided by {number(design_effect, decimals=1)} before they are tested, "
        "because several incidents of one person in one area are not independent"
    )


def _inference(release: InternalRelease) -> Iterator[tuple[str, str]]:
    found = release.record.get("inference")
    for name, details in found.items() if isinstance(found, dict) else ():
        yield f"p-values of {method(str(name)).name}", ". ".join(_tested(dict(details)))


def _computed(release: InternalRelease) -> Iterator[tuple[str, str]]:
    """Say how rates without a test were made, from their ``attrs["rates"]``."""
    found = release.record.get("rates")
    for name, details in found.items() if isinstance(found, dict) else ():
        said = [f"{details['method']}, {details['family']}"]
        if "confidence" in details:
            said.append(f"Intervals of {number(100 * details['confidence'])} %")
        left_out = [f"{why}: {number(n)}" for why, n in details.get("left_out", {}).items()]
        if left_out:
            said.append(f"Areas left out: {listed(left_out)}")
        said += [str(note).rstrip(".") for note in details.get("notes", ())]
        yield method(str(name)).name, ". ".join(said)


def _controls(release: InternalRelease) -> Iterator[tuple[str, str]]:
    """Say how control sites were drawn, and what was left out of the comparison."""
    found = release.record.get("controls")
    if not isinstance(found, dict) or not found:
        return
    choice = [f"{term}: {text}" for term, text in found.get("choice", {}).items()]
    yield "Control sites", ". ".join(choice)


def _tested(details: dict[str, Any]) -> Iterator[str]:
    """Say how one result was tested, from its ``attrs["inference"]``."""
    engine = [str(details[key]) for key in ("method", "alternative") if key in details]
    if "chance" in details:
        held = ", the area's own number held" if details.get("null") == "conditional" else ""
        engine.append(f"{details['chance']}{held}")
    elif "null" in details:
        engine.append(f"{details['null']} randomisation")
    if details.get("n_permutations"):
        simulated = details.get("method") == "simulation"  # which stops where p is large
        drawn = counted(details["n_permutations"], "simulated map" if simulated else "permutation")
        engine.append(f"up to {drawn}" if simulated else drawn)
    if "correction" in details:
        engine.append(CORRECTIONS.get(details["correction"], str(details["correction"])))
    if engine:
        yield ", ".join([engine[0].capitalize(), *engine[1:]])
    if "n_tested" in details and "n_units" in details:
        reasons = listed(
            [
                f"{REASONS.get(why, why)}: {number(n)}"
                for why, n in details.get("not_testable", {}).items()
            ]
        )
        tested = f"{number(details['n_tested'])} of {number(details['n_units'])} areas tested"
        yield tested + (f" ({reasons})" if reasons else "")
    if "not_exact" in details:
        yield str(details["not_exact"]).capitalize()
    said = (str(note).rstrip(".") for note in details.get("notes", ()) if note not in CAVEATS)
    yield from said


def least_drawn(release: Release, statistic: str) -> float:
    """Give the smallest p-value that the draws behind a local result can give.

    Parameters
    ----------
    release : Release
        An internal one, or one of open data, says how results were tested.
    statistic : str
        Name of the local result.

    Returns
    -------
    float
        0 where its p-values are not drawn.
    """
    details = tested(release, statistic)
    return least_p(details.get("n_permutations", 0), details.get("alternative", "two-sided"))


def rows_read(release: InternalRelease) -> list[tuple[str, dict[str, int], dict[str, int]]]:
    """List what became of the rows of each input.

    Parameters
    ----------
    release : InternalRelease
        ``record["rows"]`` holds :class:`~hotspots.schema.RowCounts`, or mappings like it.

    Returns
    -------
    list of tuple of (str, dict, dict)
        The table's name; ``read``, ``located`` and ``used``; and reason, in words, to rows set
        aside, most first.
    """
    tables = release.record.get("rows")
    out = []
    for name, counts in tables.items() if isinstance(tables, dict) else ():
        entry: Mapping[str, object] = counts if isinstance(counts, dict) else vars(counts)
        numbers = {key: int(entry[key]) for key in ("read", "located", "used")}  # type: ignore[call-overload]
        aside: dict[str, int] = dict(entry.get("set_aside") or {})  # type: ignore[call-overload]
        ordered = {
            REASONS.get(reason, reason): n
            for reason, n in sorted(aside.items(), key=lambda item: (-item[1], item[0]))
        }
        out.append((table_words(str(name)), numbers, ordered))
    return out


def table_words(name: str) -> str:
    """Say what a table of the study is called on a page.

    Examples
    --------
    >>> table_words("incidents"), table_words("trap_house")
    ('Incidents', 'Locations with recorded reports')
    """
    kind = name.removeprefix("facilities.").removeprefix("facilities_")
    if kind in MARKERS:
        return MARKERS[kind].plural
    return TABLES.get(name, name.replace("_", " ").capitalize())


def _rows(release: InternalRelease) -> Iterator[tuple[str, str]]:
    for name, numbers, aside in rows_read(release):
        said = f"{number(numbers['read'])} {plural(numbers['read'], 'row')} read"
        said += f", {number(numbers['located'])} located, {number(numbers['used'])} used"
        reasons = listed([f"{number(n)} {reason}" for reason, n in aside.items()])
        yield f"Rows: {name}", said + (f"; set aside: {reasons}" if reasons else "")


def _hashes(release: InternalRelease) -> Iterator[tuple[str, str]]:
    inputs = release.record.get("inputs")
    for name, digest in inputs.items() if isinstance(inputs, dict) else ():
        yield f"SHA-256 of {name}", str(digest)


def _software(release: Release) -> str:
    from hotspots import __version__

    own = f"hotspots {__version__}"
    if isinstance(release, PublicRelease):
        return own
    return ", ".join([own, *(f"{name} {version(name)}" for name in LIBRARIES)])
