"""The report: one HTML page that opens anywhere, asks nothing of the network and prints well."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from hotspots.disclosure.release import InternalRelease, Release
from hotspots.errors import DisclosureError
from hotspots.presentation.caveats import caveats
from hotspots.presentation.classes import colour_means, strength
from hotspots.presentation.formats import one_line
from hotspots.presentation.headlines import headline
from hotspots.presentation.methods import references
from hotspots.presentation.overall import gate
from hotspots.presentation.provenance import banner, how_made, sources
from hotspots.reports import comparison, distances, sections
from hotspots.reports.files import write_text

if TYPE_CHECKING:
    from pathlib import Path

    from jinja2 import Template

NAMESPACE = ' xmlns="http://www.w3.org/2000/svg"'


def write_report(release: Release, path: str | Path) -> None:
    """Write the report of a release.

    Parameters
    ----------
    release : Release
        Internal or public; the page says which in its first line.
    path : path-like
        Where to.

    Raises
    ------
    DisclosureError
        For anything that is not a release.
    """
    write_text(report_html(release), path)


def report_html(release: Release) -> str:
    """Make the report of a release.

    Parameters
    ----------
    release : Release
        Internal or public.

    Returns
    -------
    str
        A whole HTML page without script and without any address beyond itself. The same release
        gives the same text.

    Raises
    ------
    DisclosureError
        For anything that is not a release.
    """
    from markupsafe import Markup

    if not isinstance(release, Release):
        raise DisclosureError(
            f"a report is made of a release, not of a {type(release).__name__}; "
            "pass the table through release(…) first"
        )
    release.require_allowed()
    internal = isinstance(release, InternalRelease)
    style = _style(internal=internal)
    found = sections.findings(release)
    answer = comparison.answer(release)
    return _template().render(
        answer=answer,
        answer_svg=None if answer is None else Markup(_inline(answer.svg)),  # noqa: S704 - as below
        banner=banner(release),
        caveats=caveats(release),
        data_grids=sections.data_grids(release),
        data_sentences=sections.data_sentences(release),
        facilities=distances.facilities(release),
        findings=[
            (
                entry,
                Markup(_inline(entry.svg)),  # noqa: S704 - made by Matplotlib, which escapes text
                f"{colour_means(release, name)} {strength(release, name)}".rstrip(),
            )
            for entry, name in zip(found, release.statistics, strict=True)
        ],
        headline=found[0].sentence if found else headline(release),
        how_made=[(one_line(term), one_line(text)) for term, text in how_made(release)],
        internal=internal,
        question=sections.question(release),
        references=references(release.statistics),
        sources=sources(release),
        style=Markup(style),  # noqa: S704 - our own file
        style_hash=_hash(style),
        test_grids=sections.test_grids(release),
        test_sentences=gate(release),
        title=one_line(release.context.title, longest=200),
    )


def _inline(svg: str) -> str:
    return svg.replace(NAMESPACE, "", 1)


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined
    )
    text = files("hotspots.reports").joinpath("report.html.j2").read_text(encoding="utf-8")
    return environment.from_string(text)


@cache
def _style(*, internal: bool) -> str:
    text = files("hotspots.reports").joinpath("report.css").read_text(encoding="utf-8")
    text = "\n".join(text.splitlines()) + "\n"
    marked = '@page { @top-right { content: "CONFIDENTIAL"; color: #8a1212; font-weight: 700 } }\n'
    return text + marked if internal else text


def _hash(style: str) -> str:
    digest = hashlib.sha256(style.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"
