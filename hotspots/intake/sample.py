"""Where the embedded sample study lies."""

from __future__ import annotations

from pathlib import Path

from hotspots.errors import InputError

_PACKAGE = Path(__file__).resolve().parents[1]
_PLACES = (_PACKAGE / "_lakeport", _PACKAGE.parent / "data" / "lakeport")


def sample_path() -> Path:
    """Find the folder of the sample study, Lakeport: a fictional city, synthetic throughout.

    Returns
    -------
    Path
        In an installed package or in a source checkout.

    Raises
    ------
    InputError
        If neither holds it.
    """
    for place in _PLACES:
        if (place / "study.toml").is_file():
            return place
    raise InputError(
        "the sample study is missing from this installation; install hotspots-geo again, or run "
        "from a complete checkout"
    )


def sample_study_path() -> Path:
    """Find the sample study's ``study.toml``.

    Returns
    -------
    Path

    Raises
    ------
    InputError
        If the installation lacks it.
    """
    return sample_path() / "study.toml"


def is_sample(path: Path) -> bool:
    """Say whether a file is one of the sample study's own.

    Parameters
    ----------
    path : Path
        Absolute.

    Returns
    -------
    bool
    """
    return path.parent in _PLACES
