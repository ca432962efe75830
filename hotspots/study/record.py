"""``run.json``: what was done to what, for the analyst; never published."""

from __future__ import annotations

import importlib.metadata
import json
import math
import os
import platform
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hotspots.study.nearness import days_asked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hotspots.study.analysis import Analysis
    from hotspots.study.model import Study
    from hotspots.study.nearness import Near

LIBRARIES = ("numpy", "scipy", "pandas", "geopandas", "shapely", "libpysal", "osmnx", "folium")


def record(
    study: Study,
    analysis: Analysis,
    *,
    hashes: Mapping[str, str],
    seconds: Mapping[str, float],
    released: Mapping[str, Any],
) -> dict[str, Any]:
    """Collect the record of a run.

    Parameters
    ----------
    study : Study
        Its parameters are written in full, with file names instead of paths.
    analysis : Analysis
        For rows, global tests and how each result was tested.
    hashes : mapping of str to str
        SHA-256 of the inputs.
    seconds : mapping of str to float
        Duration of each step.
    released : mapping
        Profile, reason, recipient, clock and files.

    Returns
    -------
    dict
        Ready for JSON.
    """
    return {
        "study": study.model_dump(by_alias=True, exclude_none=True),
        "released": dict(released),
        "rows": {name: asdict(counts) for name, counts in analysis.rows.items()},
        "notes": list(analysis.notes),
        "inputs": dict(hashes),
        "seed": study.analysis.seed,
        "tests": {name: asdict(test) for name, test in analysis.tests.items()},
        "inference": {name: dict(details) for name, details in analysis.inference.items()},
        "rates": {name: dict(details) for name, details in analysis.rates.items()},
        "controls": controls(study, analysis.near),
        "versions": versions(),
        "seconds": {name: round(value, 3) for name, value in seconds.items()},
    }


def shown(study: Study, analysis: Analysis, hashes: Mapping[str, str]) -> dict[str, Any]:
    """Collect what internal pages say of the record.

    Parameters
    ----------
    study : Study
        Its parameters.
    analysis : Analysis
        Rows, notes and how results were made.
    hashes : mapping of str to str
        SHA-256 of the inputs.

    Returns
    -------
    dict
    """
    return {
        "rows": analysis.rows,
        "inputs": hashes,
        "inference": analysis.inference,
        "rates": analysis.rates,
        "notes": analysis.notes,
        "persons": analysis.n_persons,
        "controls": controls(study, analysis.near),
    }


def controls(study: Study, near: Near) -> dict[str, Any]:
    """Say how places were compared with control sites, and what came out for all together.

    Parameters
    ----------
    study : Study
        For the seed, the days and the alternative.
    near : Near
        With its comparison; without one there is nothing to say.

    Returns
    -------
    dict
        Nothing about any one place.
    """
    found, section = near.comparison, study.proximity
    if found is None or section is None:
        return {}
    days = days_asked(study)
    kind, statistic = found.primary
    return {
        "choice": dict(near.choice),
        "of": section.from_[0],
        "over_streets": study.streets is not None,
        "days": None if days is None else [day.isoformat() for day in days],
        "primary": {"to": kind, "statistic": statistic},
        "alternative": section.alternative,
        "p_value": found.p_value,
        "p_value_others": found.p_value_others,
        "n_sets": found.n_sets,
        "seed": study.analysis.seed,
        "notes": list(found.notes),
    }


def earlier(path: Path) -> list[Any]:
    """List what earlier runs into the same folder released, so that no reason is forgotten.

    Parameters
    ----------
    path : Path
        An earlier ``run.json``, if there is one.

    Returns
    -------
    list of dict
        Oldest first; empty where there is no readable record.
    """
    try:
        old = json.loads(path.read_text(encoding="utf-8"))
        return [*old.get("earlier", []), old["released"]]
    except (OSError, ValueError, KeyError, AttributeError):
        return []


def versions() -> dict[str, str]:
    """List the versions of Python, this package and what it computes with.

    Returns
    -------
    dict of str to str
    """
    from hotspots import __version__

    found = {name: importlib.metadata.version(name) for name in LIBRARIES}
    return {"hotspots": __version__, "python": platform.python_version(), **found}


def write_record(content: Mapping[str, Any], path: Path) -> None:
    """Write the record, replacing an old one only when the new one is complete.

    Parameters
    ----------
    content : mapping
        From :func:`record`.
    path : Path
        Usually ``run.json``.
    """
    draft = path.with_name(f".{path.name}.part")
    text = json.dumps(_plain(content), indent=2, ensure_ascii=False, allow_nan=False)
    draft.write_text(text + "\n", encoding="utf-8", newline="\n")
    os.replace(draft, path)


def _plain(value: Any) -> Any:
    """Turn a value into what JSON holds; of a path only the file's name, of NaN null."""
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if value is None or isinstance(value, (str, int)):
        return value
    return value.name if isinstance(value, Path) else str(value)
