"""From ``study.toml`` to a :class:`Study`, with every fault said at once."""

from __future__ import annotations

import difflib
import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from hotspots.crs import is_metric, parse_crs
from hotspots.errors import CRSError, StudyError, faults
from hotspots.intake.projection import AUTO
from hotspots.intake.sample import sample_study_path
from hotspots.study.model import Study

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic_core import ErrorDetails
    from pyproj import CRS

SIMPLE = (str, int, float)
ADVICE = {
    "missing": "missing",
    "string_too_short": "say something",
    "too_short": "name at least one",
    "too_long": 'write two days: ["2013-01-01", "2016-12-31"]',
    "tuple_type": 'write two days: ["2013-01-01", "2016-12-31"]',
    "dict_type": "write a table such as { key = … }",
    "bool_type": "write true or false",
    "bool_parsing": "write true or false",
    "int_from_float": "write a whole number",
    "int_parsing": "write a whole number",
    "int_type": "write a whole number",
}


def read_study(path: str | Path) -> Study:
    """Read and check a study file; nothing it points to is opened.

    Parameters
    ----------
    path : path-like
        A ``study.toml``. Paths in it are relative to its folder.

    Returns
    -------
    Study
        Frozen, with absolute paths.

    Raises
    ------
    StudyError
        If the file is missing or unreadable, has an unknown key (the nearest known one is
        named), a wrong value, or points to files that are not there. All faults at once.

    Examples
    --------
    >>> from hotspots.intake.sample import sample_study_path
    >>> read_study(sample_study_path()).analysis.statistics[0]
    'gi_star'
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise StudyError(f"{path}: no such file; 'hotspots init DIR' writes a first one") from None
    except (OSError, UnicodeDecodeError) as error:
        raise StudyError(f"{path}: cannot be read as UTF-8 text ({type(error).__name__})") from None
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise StudyError(f"{path}: not valid TOML: {error}") from None
    found: list[str] = []
    try:
        Study.model_validate(raw)
    except ValidationError as error:
        found = [_sentence(one) for one in error.errors()]
    found += _missing_files(raw, path.parent) + _crs_faults(raw)
    if found:
        raise StudyError(faults(str(path), found))
    return Study.model_validate(_absolute(raw, path.parent.resolve()))


def sample_study() -> Study:
    """Read the embedded sample study, the invented city of Lakeport.

    Returns
    -------
    Study
        Everything in it is invented.

    Examples
    --------
    >>> sample_study().study.synthetic
    True
    """
    return read_study(sample_study_path())


def _tables(node: Any, trail: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Walk the tables of a file, with their place in it."""
    if isinstance(node, list):
        for i, one in enumerate(node, start=1):
            yield from _tables(one, f"{trail}[{i}]")
    elif isinstance(node, dict):
        yield trail, node
        for key, value in node.items():
            if key != "columns":
                yield from _tables(value, f"{trail}.{key}".lstrip("."))


def _paths(raw: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    return ((trail, table) for trail, table in _tables(raw) if isinstance(table.get("path"), str))


def _missing_files(raw: dict[str, Any], folder: Path) -> list[str]:
    return [
        f"{trail}: no file {table['path']!r} beside the study"
        for trail, table in _paths(raw)
        if not (folder / table["path"]).is_file()
    ]


def _absolute(raw: dict[str, Any], folder: Path) -> dict[str, Any]:
    for _, table in _paths(raw):
        table["path"] = str(folder / table["path"])
    return raw


def _crs_faults(raw: dict[str, Any]) -> list[str]:
    """Say which systems are unknown, and whether the study's own is not in metres."""
    found = []
    for trail, table in _tables(raw):
        try:
            crs = _given_crs(trail, table)
        except CRSError as error:
            found.append(str(error))
            continue
        if crs is not None and trail == "study" and not is_metric(crs):
            unit = crs.axis_info[0].unit_name if crs.axis_info else "unknown units"
            found.append(
                f"study.crs: {table['crs']!r} measures in {unit}, not metres; write crs = "
                '"auto", or a metric system such as "EPSG:32616"'
            )
    return found


def _given_crs(trail: str, table: dict[str, Any]) -> CRS | None:
    given = table.get("crs")
    if not isinstance(given, str) or (trail == "study" and given == AUTO):
        return None
    return parse_crs(given, what=f"{trail}.crs")


def _sentence(error: ErrorDetails) -> str:
    place = _place(error["loc"])
    where, kind, given = place.where, error["type"], error["input"]
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(str(error["loc"][-1]), place.known, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}?" if near else f"known here: {', '.join(place.known)}"
        said = f"unknown key; {hint}"
    elif kind == "union_tag_not_found":
        where, said = f"{where}.kind", "missing"
    elif kind == "union_tag_invalid":
        where, tags = f"{where}.kind", error["ctx"]["expected_tags"]
        said = f"{error['ctx']['tag']!r} is not one of {tags}"
    elif kind == "value_error":
        said = str(error["ctx"]["error"])
    else:
        said = _advice(kind, given, place) or _plain(error)
    return f"{where}: {said}" if where else said


def _advice(kind: str, given: Any, place: _Place) -> str:
    """Say what to write where something of another type stands."""
    if kind in ADVICE:
        return ADVICE[kind]
    if kind.startswith("date"):
        return f"{given!r} is not a day written as YYYY-MM-DD"
    if kind == "list_type":
        return place.brackets or f"write a list: [{_written(given)}]"
    if kind in {"model_type", "model_attributes_type"}:
        value = _written(given if isinstance(given, str) else None)
        return place.brackets or f"write a table such as {{ {place.first_key} = {value} }}"
    if kind in {"string_type", "path_type"}:
        return f"write it in quotation marks: {_written(given)}"
    return ""


def _plain(error: ErrorDetails) -> str:
    given, said = error["input"], error["msg"]
    shown = f", not {given!r}" if isinstance(given, (str, int, float, bool)) else ""
    return f"{said[0].lower()}{said[1:]}{shown}"


def _written(given: Any) -> str:
    """Write a value as the text it should be in TOML."""
    if isinstance(given, bool):
        given = str(given).lower()
    return json.dumps(str(given), ensure_ascii=False) if isinstance(given, SIMPLE) else '"…"'


@dataclass(frozen=True)
class _Place:
    """A place in the file.

    Attributes
    ----------
    where : str
        As a person would name it.
    known : list of str
        The keys known around it.
    models : list of type
        The sections it may be.
    brackets : str
        How to write it where it is a section with a header of its own, otherwise empty.
    """

    where: str
    known: list[str]
    models: list[type[BaseModel]]
    brackets: str

    @property
    def first_key(self) -> str:
        """The key one value alone would be for."""
        keys = [name for name, field in self.models[0].model_fields.items() if field.is_required()]
        return "kind" if _tags(self.models[0]) else keys[0]


def _place(trail: tuple[int | str, ...]) -> _Place:
    where = ""
    around: list[type[BaseModel]] = []
    models: list[type[BaseModel]] = [Study]
    for part in trail:
        if isinstance(part, int):
            where += f"[{part + 1}]"
            continue
        tagged = [model for model in models if part in _tags(model)]
        if tagged and len(models) > 1:
            models = tagged
            continue
        where += f".{part}"
        around = models
        field = around[0].model_fields.get(str(part)) if around else None
        models = [] if field is None else list(_models(field.annotation))
    known = around[0].model_fields if around else {}
    names = [field.alias or name for name, field in known.items()]
    return _Place(where.lstrip("."), names, models, _brackets(trail, models))


def _brackets(trail: tuple[int | str, ...], models: list[type[BaseModel]]) -> str:
    heads = [part for part in trail if isinstance(part, str)]
    if len(heads) != 1 or not models:
        return ""
    if get_origin(Study.model_fields[heads[0]].annotation) is list:
        return f"write [[{heads[0]}]] with two brackets, once for each"
    return f"write one section [{heads[0]}], in single brackets"


def _tags(model: type[BaseModel]) -> tuple[Any, ...]:
    kind = model.model_fields.get("kind")
    return get_args(kind.annotation) if kind else ()


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Find the sections an annotation speaks of, through lists, unions and optional ones."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)
