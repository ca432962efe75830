"""The errors a user can meet.

Every message says what is wrong, how much of it there is, the id of the first row concerned and
what to do. No message carries a coordinate or the contents of a row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class HotspotsError(Exception):
    """Base of every error this package raises on purpose; the command line exits with code 2."""


class StudyError(HotspotsError):
    """A ``study.toml`` that cannot be used; the message lists every fault found."""


class InputError(HotspotsError):
    """A file or table that cannot be read: missing, unknown format, missing column, empty."""


class SchemaError(InputError):
    """A table that does not keep its contract in :mod:`hotspots.schema`."""


class CRSError(HotspotsError):
    """A coordinate reference system that is missing, geographic or not in metres."""


class AlignmentError(HotspotsError):
    """Values and graph, or two tables, whose index labels differ."""


class StatisticsError(HotspotsError):
    """Values, weights or options a statistic cannot be computed from."""


class StreetError(HotspotsError):
    """A street network that cannot be used for distances."""


class DisclosureError(HotspotsError):
    """Something that may not leave through the requested profile."""


class FewDataWarning(UserWarning):
    """Too few units or events for a firm conclusion; says what can still be concluded."""


class CoverageWarning(UserWarning):
    """Most points lie far from any street: the streets may be those of another place."""


def faults(title: str, found: Sequence[str]) -> str:
    """Format every fault of one input as a single message.

    Parameters
    ----------
    title : str
        What the faults are in, without a full stop.
    found : sequence of str
        One sentence per fault.

    Returns
    -------
    str
        ``title: fault`` for one fault, otherwise ``title: n faults`` and a line per fault.

    Examples
    --------
    >>> faults("a.csv", ["no column 'x'"])
    "a.csv: no column 'x'"
    >>> print(faults("a.csv", ["no column 'x'", "no column 'y'"]))
    a.csv: 2 faults
      - no column 'x'
      - no column 'y'
    """
    if len(found) == 1:
        return f"{title}: {found[0]}"
    return "\n".join([f"{title}: {len(found)} faults", *(f"  - {fault}" for fault in found)])
