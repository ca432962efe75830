"""``hotspots init``: a commented study file and empty tables to begin with."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from hotspots.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path


def write_templates(folder: Path) -> list[Path]:
    """Write a first ``study.toml`` and empty CSV files with the columns it maps.

    Parameters
    ----------
    folder : Path
        Made where missing.

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    InputError
        If one of the files is there already; nothing is written then.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as name:
    ...     sorted(path.name for path in write_templates(pathlib.Path(name)))
    ['group_homes.csv', 'hotels.csv', 'incidents.csv', 'study.toml', 'trap_houses.csv']
    """
    source = resources.files("hotspots.study") / "starter"
    texts = {item.name: item.read_bytes() for item in source.iterdir()}
    there = sorted(name for name in texts if (folder / name).exists())
    if there:
        raise InputError(
            f"{folder}: {', '.join(there)} already there and left as it is; choose another folder"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / name).write_bytes(text)
    except OSError as error:
        raise InputError(f"{folder}: cannot be written to ({type(error).__name__})") from None
    return [folder / name for name in sorted(texts)]
