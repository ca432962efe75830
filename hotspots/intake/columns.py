"""Which column of a file holds what."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hotspots.errors import InputError, faults
from hotspots.intake.source import GEOMETRY, listing, near

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hotspots.intake.source import Source
    from hotspots.schema import TableSchema

PLANE = ("x", "y")
SPHERE = ("lon", "lat")
TEXT = (GEOMETRY,)
OWN: tuple[str, ...] = ()
SYNONYMS = {
    "lon": ("longitude", "lng", "long"),
    "lat": ("latitude",),
    GEOMETRY: ("wkt", "geom"),
}


@dataclass(frozen=True)
class Plan:
    """Where the values come from.

    Attributes
    ----------
    columns : mapping of str to str
        Name in the schema to name in the file, coordinates included.
    place : tuple of str
        ``("x", "y")``, ``("lon", "lat")``, ``("geometry",)`` for text, or empty where the file has
        shapes of its own.
    """

    columns: Mapping[str, str]
    place: tuple[str, ...]


@dataclass
class _Search:
    source: Source
    known: tuple[str, ...]
    table: str
    asked: Mapping[str, str]
    found: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    @property
    def there(self) -> str:
        return f"the file has {listing(self.source.columns)}"


def plan_columns(
    source: Source,
    schema: TableSchema,
    *,
    columns: Mapping[str, str] | None = None,
    given_crs: bool | None = None,
    needed: Mapping[str, str] | None = None,
) -> Plan:
    """Find the columns of a table of points, or of one that needs no place.

    A name in `columns` is taken at its word. Any other column is found by the schema's name, and
    coordinates by ``x, y``, ``lon, lat`` (``longitude``, ``lng``, ``latitude``) or ``geometry``
    (``wkt``) in capitals or not. Where a file has both ``x, y`` and ``lon, lat``, a
    projected crs means the former, and a geographic one, or none, the latter.

    Parameters
    ----------
    source : Source
        The file.
    schema : TableSchema
        Of the table to read.
    columns : mapping of str to str, optional
        Name in the schema to name in the file.
    given_crs : bool, optional
        Whether the crs the caller gave is projected; None without one.
    needed : mapping of str to str, optional
        Further names that must be there, and what needs them.

    Returns
    -------
    Plan

    Raises
    ------
    InputError
        With every fault: unknown, missing and repeated columns, no coordinates.
    """
    own = {"geometry", "kind"}
    known = tuple(name for name in schema.columns if name not in own)
    search = _Search(source, known, schema.name, dict(columns or {}))
    _take_asked(search)
    _take_by_name(search)
    index = {} if schema.numbered else {schema.index: ""}
    _check_needed(search, {**index, **(needed or {})})
    place = _place(search, given_crs=given_crs) if "geometry" in schema.required else OWN
    _check_repeated(search, place)
    if search.faults:
        raise InputError(faults(source.title, search.faults))
    kept = (*known, *place)
    return Plan({name: file for name, file in search.found.items() if name in kept}, place)


def _take_asked(search: _Search) -> None:
    known = (*search.known, *PLANE, *SPHERE, GEOMETRY)
    for name, file in search.asked.items():
        if name not in known:
            hint = near(name, known) or f"known are {listing(known)}"
            search.faults.append(f"columns: {search.table} have no {name!r}; {hint}")
        elif file not in search.source.columns:
            hint = near(file, search.source.columns) or search.there
            search.faults.append(f"no column {file!r} (for {name}); {hint}")
        else:
            search.found[name] = file


def _take_by_name(search: _Search) -> None:
    files = search.source.columns
    for name in search.known:
        if name in files:
            search.found.setdefault(name, name)
    small = {file.casefold(): file for file in reversed(files)} | {file: file for file in files}
    for name in (*PLANE, *SPHERE, GEOMETRY):
        spellings = (name, *SYNONYMS.get(name, ()))
        hit = next((small[one] for one in spellings if one in small), None)
        if hit is not None:
            search.found.setdefault(name, hit)


def _check_needed(search: _Search, needed: Mapping[str, str]) -> None:
    for name, why in needed.items():
        if name in search.found or name in search.asked:
            continue
        for_what = f" (for {why})" if why else ""
        search.faults.append(
            f"no column {name!r}{for_what}; say which one it is with "
            f'columns = {{{name} = "…"}}; {search.there}'
        )


def _place(search: _Search, *, given_crs: bool | None) -> tuple[str, ...]:
    asked = [place for place in (PLANE, SPHERE, TEXT) if any(n in search.asked for n in place)]
    if len(asked) > 1:
        search.faults.append(
            "columns: coordinates named twice; keep x and y, lon and lat or geometry"
        )
        return OWN
    if asked:
        return _whole(search, asked[0])
    if search.source.shapes:
        return OWN
    order = (PLANE, SPHERE, TEXT) if given_crs else (SPHERE, PLANE, TEXT)
    for place in order:
        if all(name in search.found for name in place):
            return place
    for place in order:
        if any(name in search.found for name in place):
            return _whole(search, place)
    search.faults.append(
        "no coordinates; say which columns they are with "
        f'columns = {{x = "…", y = "…"}} or {{lon = "…", lat = "…"}}; {search.there}'
    )
    return OWN


def _whole(search: _Search, place: tuple[str, ...]) -> tuple[str, ...]:
    for name in place:
        if name not in search.found and name not in search.asked:
            other = next(one for one in place if one != name)
            search.faults.append(f"column {other!r} without {name!r}; {search.there}")
    return place


def _check_repeated(search: _Search, place: tuple[str, ...]) -> None:
    used = [search.found[name] for name in (*search.known, *place) if name in search.found]
    for file in _repeated(search.source.columns):
        if file in used:
            search.faults.append(f"{file!r} names two columns; rename one")
    for file in _repeated([search.found[name] for name in place if name in search.found]):
        search.faults.append(f"column {file!r} cannot hold both {' and '.join(place)}")


def _repeated(names: tuple[str, ...] | list[str]) -> Iterator[str]:
    return (name for name in dict.fromkeys(names) if list(names).count(name) > 1)
