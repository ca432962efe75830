"""The map as a page of its own: a folium map that needs nothing but its one file."""

from __future__ import annotations

import contextlib
import html
import os
import re
import warnings
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import folium
import jinja2
from branca.element import Figure
from folium.template import Template

from hotspots.disclosure.release import InternalRelease, PublicRelease, Release
from hotspots.errors import DisclosureError, InputError
from hotspots.maps import words
from hotspots.maps.coding import pack
from hotspots.maps.content import page_content, view
from hotspots.maps.policy import content_policy, hosts_in
from hotspots.presentation.classes import chosen
from hotspots.presentation.overall import gate
from hotspots.presentation.sentences import banner, caveats, how_made, sources

if TYPE_CHECKING:
    from collections.abc import Sequence

SCRIPTS = (
    "dom.js",
    "decode.js",
    "draw.js",
    "content.js",
    "picture.js",
    "plots.js",
    "cards.js",
    "lists.js",
    "panel.js",
    "page.js",
)
FRAME = (
    '<iframe title="{title}" srcdoc="{page}" sandbox="allow-scripts allow-modals" '
    'style="width:100%;height:{height}px;border:1px solid #d9d6cf"></iframe>'
)
FRAME_HEIGHT = 680

_NEEDS_FOLIUM_FILES = re.compile(r"\$\(|AwesomeMarkers")


class HotspotMap(folium.Map):
    """A folium map of a release, and the page around it.

    Made by :func:`hotspot_map`. Any folium layer can be added to a map of an internal release;
    layers that load files from elsewhere are said so when the map is saved.

    Parameters
    ----------
    release : Release
        What is shown.
    statistics : sequence of str
        Names of the local results; the first is shown first.
    keep : bool
        False for a map to look at only, which cannot be saved.
    """

    _template = Template(
        "{% macro script(this, kwargs) %}var {{ this.get_name() }} = hotspots.map;{% endmacro %}"
    )

    def __init__(self, release: Release, statistics: Sequence[str], *, keep: bool = True) -> None:
        bounds = view(release)
        middle = ((bounds["south"] + bounds["north"]) / 2, (bounds["west"] + bounds["east"]) / 2)
        super().__init__(location=middle, tiles=None, prefer_canvas=True)
        self._id = "hotspots"  # folium draws ids at random; the same release makes the same page
        self.default_js: list[tuple[str, str]] = []
        self.default_css: list[tuple[str, str]] = []
        self.release = release
        self.statistics = tuple(statistics)
        self.keep = keep
        self.page = _Page(self)

    def save(
        self,
        outfile: str | bytes | Path | BinaryIO,
        close_file: bool = True,  # noqa: FBT001, FBT002 - folium's signature
        **_: Any,
    ) -> None:
        """Write the page to a file, whole or not at all.

        Parameters
        ----------
        outfile : path or binary file
            Where to; missing folders are made.
        close_file : bool
            Whether to close `outfile` where it is a file.

        Raises
        ------
        DisclosureError
            If the map was made to look at only, or if layers were added to a public one.
        """
        if not self.keep:
            raise DisclosureError(
                "a map made with explore() is for looking, not for keeping; to write a file, say "
                "why and for whom: hotspot_map(release(table, profile='internal', reason='…', "
                "recipient='…')).save(path)"
            )
        added = self.page.added()
        text = self.page.document(added).encode()
        hosts = added.hosts
        if hosts:
            warnings.warn(
                f"layers added by hand make this page ask {len(hosts)} other machines for files "
                f"(first: {hosts[0]}): it will not work offline, and they learn who reads it",
                UserWarning,
                stacklevel=2,
            )
        if isinstance(outfile, (str, bytes, os.PathLike)):
            _write(Path(os.fsdecode(outfile)), text)
            return
        outfile.write(text)
        if close_file:
            outfile.close()


@dataclass(frozen=True)
class _Added:
    """What layers added by hand put into the document."""

    header: str = ""
    html: str = ""
    script: str = ""

    @property
    def hosts(self) -> list[str]:
        """Other machines they mention."""
        return hosts_in(f"{self.header} {self.html} {self.script}")


class _Page(Figure):
    """The document around a map, in place of the one folium would write."""

    def __init__(self, map_: HotspotMap) -> None:
        super().__init__(height=str(FRAME_HEIGHT))
        self.header._children.clear()  # noqa: SLF001 - our template has the meta element
        self.add_child(map_)
        self.map = map_

    def render(self, **kwargs: Any) -> str:
        """Write the whole document.

        Returns
        -------
        str
            HTML.

        Raises
        ------
        DisclosureError
            If layers were added to a map of a public release.
        """
        return self.document(self.added(**kwargs))

    def document(self, added: _Added) -> str:
        """Write the document with what :meth:`added` found."""
        release = self.map.release
        release.require_allowed()
        content = page_content(release, self.map.statistics)
        script = _own_script()
        styles = [_asset("vendor/leaflet/leaflet.css"), _asset("assets/page.css")]
        leaflet = _asset("vendor/leaflet/leaflet.js")
        inline = [leaflet, script, *filter(None, [added.script]), *_scripts(added.header)]
        return _template().render(
            language=words.LANGUAGE,
            words=words.DOCUMENT,
            policy=content_policy(inline, styles, free_styles=added != _Added(), hosts=added.hosts),
            version=_version(),
            leaflet_licence=_asset("vendor/LICENSE-leaflet.txt"),
            leaflet=leaflet,
            styles=styles,
            script=script,
            added=added,
            map_id=self.map.get_name(),
            title=release.context.title,
            banner=banner(release),
            headline=content["statistics"][0]["headline"],
            internal=isinstance(release, InternalRelease) and release.facilities is not None,
            synthetic=release.context.synthetic,
            view=view(release),
            colour_means=content["statistics"][0]["colour_means"],
            caveats=caveats(release),
            gate=gate(release),
            how_made=how_made(release),
            sources=sources(release),
            data=pack(content),
        )

    def added(self, **kwargs: Any) -> _Added:
        """Render what was added to the map by hand."""
        for child in list(self._children.values()):
            child.render(**kwargs)
        own = self.map.get_name()
        parts = {"header": self.header, "html": self.html, "script": self.script}
        names = [name for part in parts.values() for name in part._children if name != own]  # noqa: SLF001
        if not names:
            return _Added()
        if isinstance(self.map.release, PublicRelease):
            raise DisclosureError(
                f"{len(names)} elements were added to a public map (first: {_kind(names[0])}); "
                "what did not pass hs.release() cannot be published: put public geometry into "
                "Context.basemap, or release with profile='internal'"
            )
        text = {name: part.render(**kwargs).replace("\r\n", "\n") for name, part in parts.items()}
        if _NEEDS_FOLIUM_FILES.search(text["script"]):
            text["header"] = _folium_files() + text["header"]
        return _Added(**text)

    def _repr_html_(self, **kwargs: Any) -> str:
        """Show the page in a notebook, in a frame of its own."""
        page = html.escape(self.render(**kwargs))
        title = html.escape(self.map.release.context.title)
        return FRAME.format(title=title, page=page, height=FRAME_HEIGHT)


def hotspot_map(release: Release, statistic: str | None = None) -> HotspotMap:
    """Draw a release: hot and cold areas, what is near them, and what must be said with them.

    Parameters
    ----------
    release : Release
        From :func:`hotspots.release`; nothing else is drawn.
    statistic : str, optional
        Name of one local result, such as ``"gi_star"``. Without it all of the release are there
        to choose from, the first is shown first.

    Returns
    -------
    HotspotMap
        Shows itself in Jupyter; ``.save(path)`` writes one file that works offline.

    Raises
    ------
    TypeError
        If `release` is no release.
    InputError
        If there is no such result, or none at all, or no area.

    Examples
    --------
    >>> import geopandas as gpd, pandas as pd
    >>> from shapely import box
    >>> from hotspots.disclosure.release import release
    >>> cells = gpd.GeoDataFrame({"count": [3, 1], "gi_star_label": ["hot 99", "not significant"]},
    ...     geometry=[box(x, 0, x + 100, 100) for x in (0, 100)],
    ...     index=pd.Index(["a", "b"], name="unit_id"), crs="EPSG:32616")
    >>> page = hotspot_map(release(cells, profile="internal", reason="an example", recipient="you"))
    >>> page.statistics
    ('gi_star',)
    """
    if not isinstance(release, Release):
        raise TypeError(
            f"hotspot_map draws a release, not a {type(release).__name__}; pass the table through "
            "hs.release(table, …) first, or look at it with hs.explore(table)"
        )
    release.require_allowed()
    return HotspotMap(release, statistics_shown(release, statistic))


def statistics_shown(release: Release, statistic: str | None) -> tuple[str, ...]:
    """Choose the results a map offers; see :func:`hotspot_map`."""
    if release.table.empty:
        raise InputError("the release has no areas, so there is no map")
    first = chosen(release, statistic)
    if first is None:
        raise InputError(
            "the table has no result to draw; join one under its name: "
            "cells.join(hs.gi_star(…).add_prefix('gi_star_'))"
        )
    return release.statistics if statistic is None else (first,)


def _write(path: Path, text: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(text)
        part.replace(path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            part.unlink()


def _scripts(header: str) -> list[str]:
    """Find the texts of inline scripts in what layers added to the header."""
    return re.findall(r"<script>(.*?)</script>", header, flags=re.DOTALL)


def _kind(name: str) -> str:
    """Take folium's random id off an element's name."""
    return re.sub(r"_[0-9a-f]{32}$", "", name)


def _folium_files() -> str:
    """Link the files that folium's popups and icons need: jQuery, Bootstrap and others."""
    tags = [f'<script src="{url}"></script>' for name, url in folium.Map.default_js
            if name != "leaflet"]  # fmt: skip
    tags += [f'<link rel="stylesheet" href="{url}">' for name, url in folium.Map.default_css
             if name != "leaflet_css"]  # fmt: skip
    return "\n".join(tags)


@cache
def _asset(name: str) -> str:
    text = files("hotspots.maps").joinpath(*name.split("/")).read_text(encoding="utf-8")
    return (
        re.sub(r"^.*url\(images/.*\n", "", text, flags=re.MULTILINE)
        if name.endswith("leaflet.css")
        else text
    )


@cache
def _own_script() -> str:
    body = "\n".join(_asset(f"assets/{name}") for name in SCRIPTS)
    return f'"use strict";\nconst hotspots = (() => {{\n{body}\nreturn hotspots;\n}})();\n'


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    return environment.from_string(_asset("assets/page.html"))


def _version() -> str:
    from hotspots import __version__

    return __version__
