"""From ``study.toml`` to a :class:`Study`, with every fault said at once."""

from __future__ import annotations

import difflib
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel, ValidationError

from hotspots.errors import StudyError, faults
from hotspots.intake.sample import sample_study_path
from hotspots.study.model import Study

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic_core import ErrorDetails


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
    found += _missing_files(raw, path.parent)
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


def _paths(node: Any, trail: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Walk the tables that have a ``path``, with their place in the file."""
    if isinstance(node, list):
        for i, one in enumerate(node, start=1):
            yield from _paths(one, f"{trail}[{i}]")
    elif isinstance(node, dict):
        if isinstance(node.get("path"), str):
            yield trail, node
        for key, value in node.items():
            if key != "columns":
                yield from _paths(value, f"{trail}.{key}".lstrip("."))


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


def _sentence(error: ErrorDetails) -> str:
    where, known = _place(error["loc"])
    kind, given = error["type"], error["input"]
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(str(error["loc"][-1]), known, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}?" if near else f"known here: {', '.join(known)}"
        said = f"unknown key; {hint}"
    elif kind == "missing":
        said = "missing"
    elif kind == "union_tag_not_found":
        where, said = f"{where}.kind", "missing"
    elif kind == "union_tag_invalid":
        where, tags = f"{where}.kind", error["ctx"]["expected_tags"]
        said = f"{error['ctx']['tag']!r} is not one of {tags}"
    elif kind.startswith("date"):
        said = f"{given!r} is not a day written as YYYY-MM-DD"
    elif kind == "value_error":
        said = str(error["ctx"]["error"])
    else:
        shown = f", not {given!r}" if isinstance(given, (str, int, float, bool)) else ""
        said = f"{error['msg'][0].lower()}{error['msg'][1:]}{shown}"
    return f"{where}: {said}" if where else said


def _place(trail: tuple[int | str, ...]) -> tuple[str, list[str]]:
    """Name a place in the file as a person would, with the keys known around it."""
    where = ""
    around: list[type[BaseModel]] = [Study]
    for part in trail:
        if isinstance(part, int):
            where += f"[{part + 1}]"
            continue
        tagged = [model for model in around if part in _tags(model)]
        if tagged and len(around) > 1:
            around = tagged
            continue
        where += f".{part}"
        if part is not trail[-1]:
            field = around[0].model_fields.get(str(part))
            around = [] if field is None else list(_models(field.annotation))
    fields = around[0].model_fields if around else {}
    return where.lstrip("."), [field.alias or name for name, field in fields.items()]


def _tags(model: type[BaseModel]) -> tuple[Any, ...]:
    kind = model.model_fields.get("kind")
    return get_args(kind.annotation) if kind else ()


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Find the sections an annotation speaks of, through lists, unions and optional ones."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)
