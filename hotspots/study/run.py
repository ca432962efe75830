"""Run a whole study: the five steps, and what is written."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from hotspots.disclosure.areas import public_areas
from hotspots.disclosure.release import InternalRelease, PublicRelease, Release, release
from hotspots.errors import DisclosureError, InputError, StudyError
from hotspots.geography.counting import locate
from hotspots.intake.sample import is_sample
from hotspots.maps.page import hotspot_map
from hotspots.reports.report import write_report
from hotspots.reports.tables import (
    write_comparison,
    write_proximity,
    write_public_areas,
    write_quarantine,
    write_results,
)
from hotspots.schema import RATE_COLUMNS, RESULT_COLUMNS, statistics_in
from hotspots.study.analysis import Analysis, analyse
from hotspots.study.context import context, method
from hotspots.study.inputs import Inputs, input_hashes, read_inputs
from hotspots.study.model import Study
from hotspots.study.progress import Steps
from hotspots.study.record import earlier, record, shown, write_record

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd

    from hotspots.disclosure.release import Context
    from hotspots.schema import Profile

SAMPLE_REASON = "the sample study: everything in it is invented"
SAMPLE_RECIPIENT = "anyone"


@dataclass(frozen=True)
class Run:
    """A finished run.

    Attributes
    ----------
    folder : Path
        Where it was written.
    files : tuple of Path
        What was written, ``run.json`` last.
    analysis : Analysis
        Units, global tests, proximity and rows.
    public : PublicRelease
        What the public files are made of.
    internal : InternalRelease or None
        What the internal files are made of, where they were asked for.
    """

    folder: Path
    files: tuple[Path, ...]
    analysis: Analysis
    public: PublicRelease
    internal: InternalRelease | None

    @property
    def left_over(self) -> bool:
        """Whether internal files of an earlier run lie beside these public ones."""
        return self.internal is None and (self.folder / "internal").is_dir()


def run(
    study: Study,
    out: str | Path,
    *,
    profile: Profile = "public",
    reason: str | None = None,
    recipient: str | None = None,
) -> Run:
    """Run a study and write its maps, reports and files.

    Everything is first written to a temporary folder inside `out`, and moved into place when all
    of it is there.

    Parameters
    ----------
    study : Study
        From :func:`read_study` or :func:`sample_study`.
    out : path-like
        Folder to write to; made where missing.
    profile : {"public", "internal"}
        ``"internal"`` writes both. The sample study, being invented, always writes both.
    reason, recipient : str, optional
        Why and for whom; required for the internal profile and written to the record.

    Returns
    -------
    Run

    Raises
    ------
    HotspotsError
        If the input cannot be used or may not leave; nothing is written then.

    Examples
    --------
    >>> import hotspots as hs
    >>> done = hs.run(hs.sample_study(), "maps/lakeport")  # doctest: +SKIP
    >>> [file.name for file in done.files][-1]  # doctest: +SKIP
    'run.json'
    """
    if not isinstance(study, Study):
        raise StudyError(
            f"run takes a Study, not a {type(study).__name__}: hs.run(hs.read_study(path), out)"
        )
    if is_sample(study.incidents.path):
        profile = "internal"
        reason, recipient = reason or SAMPLE_REASON, recipient or SAMPLE_RECIPIENT
    _refuse_unstated(profile, reason, recipient)
    with Steps(7 + len(study.analysis.statistics) + len(study.analysis.rates)) as steps:
        with steps("Reading"):
            inputs = read_inputs(study)
            hashes = input_hashes(study)
        analysis = analyse(study, inputs, steps)
        with steps("Checking disclosure"):
            around = context(study, inputs)
            public = _public(study, inputs, analysis, around)
            internal = None
            if profile == "internal":
                internal = release(
                    analysis.units,
                    profile="internal",
                    reason=reason,
                    recipient=recipient,
                    context=around,
                    facilities=inputs.all_facilities(),
                    proximity=analysis.proximity,
                    comparison=analysis.near.comparison,
                    catchments=analysis.near.catchments,
                    tests=analysis.tests,
                    record=shown(study, analysis, hashes),
                )
        with steps("Writing"), _draft(Path(out)) as draft:
            _write_public(public, draft / "public")
            if internal:
                _write_internal(internal, inputs, draft / "internal")
            files = _place(draft, Path(out))
    released = {
        "profile": profile,
        "reason": reason,
        "recipient": recipient,
        "made": around.made.isoformat(),
        "files": [file.relative_to(out).as_posix() for file in files],
    }
    content = record(study, analysis, hashes=hashes, seconds=steps.seconds, released=released)
    path = Path(out) / "run.json"
    write_record({**content, "earlier": earlier(path)}, path)
    return Run(Path(out), (*files, Path(out) / "run.json"), analysis, public, internal)


def _refuse_unstated(profile: str, reason: str | None, recipient: str | None) -> None:
    if profile not in ("public", "internal"):
        raise DisclosureError(f"profile {profile!r} is not known; use 'public' or 'internal'")
    stated = {"reason": reason, "recipient": recipient}
    missing = [name for name, value in stated.items() if not (value or "").strip()]
    if profile == "internal" and missing:
        raise DisclosureError(
            f"the internal profile needs a {' and a '.join(missing)}; "
            "say why the page is made and for whom: both are written to the record"
        )


def _public(study: Study, inputs: Inputs, analysis: Analysis, around: Context) -> PublicRelease:
    """Make the public release; its pages name what they show, and nothing else."""
    if study.incidents.open_data and study.public is None:
        units = _open(study, analysis.units)
        shown = statistics_in(units)
        if shown:
            how = {name: analysis.inference[name] for name in shown}
            told = replace(around, method=method(study, shown), inference=how)
            return release(units, context=told)
    incidents = inputs.incidents.table
    areas = public_areas(
        incidents[locate(incidents, analysis.units).notna()],  # those that were used
        inputs.boundary,
        population=inputs.population,
        areas=inputs.areas,
    )
    return release(areas, context=replace(around, method=method(study, ())))


def _open(study: Study, units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Leave out what rests on facilities or other police contacts, which are not open data.

    Rates without a test never leave either: looked at one by one, areas stand out by chance.
    """
    held: list[str] = [*(study.rates if study.denominator == "baseline" else ())]
    if study.beside != "population":
        held += study.pairs
    columns = {f"{name}_{column}" for name in held for column in RESULT_COLUMNS}
    columns |= {f"{name}_{column}" for name, parts in RATE_COLUMNS.items() for column in parts}
    return units.drop(columns=[name for name in units.columns if name in columns])


def _write_public(public: PublicRelease, folder: Path) -> None:
    folder.mkdir(parents=True)
    _write_pages(public, folder, prefix="")
    write_public_areas(public, folder / "areas.csv", folder / "areas.geojson")


def _write_internal(internal: InternalRelease, inputs: Inputs, folder: Path) -> None:
    folder.mkdir(parents=True)
    prefix = "CONFIDENTIAL-"
    _write_pages(internal, folder, prefix=prefix)
    write_results(internal, folder / f"{prefix}results.gpkg")
    if internal.proximity is not None:
        write_proximity(internal, folder / f"{prefix}proximity.csv")
    if internal.comparison is not None:
        write_comparison(internal, folder / f"{prefix}controls.csv")
    write_quarantine(inputs.quarantine, folder / f"{prefix}quarantine.csv")


def _write_pages(pages: Release, folder: Path, *, prefix: str) -> None:
    hotspot_map(pages).save(folder / f"{prefix}map.html")
    write_report(pages, folder / f"{prefix}report.html")


@contextmanager
def _draft(out: Path) -> Iterator[Path]:
    """Give a temporary folder inside `out`; leave no trace of it, nor of an `out` left empty."""
    made = not out.exists()
    try:
        out.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=out))
    except OSError as error:
        raise InputError(f"{out}: cannot be written to ({type(error).__name__})") from None
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)
        if made and not any(out.iterdir()):
            out.rmdir()


def _place(draft: Path, out: Path) -> list[Path]:
    """Move finished files over old ones; remove those of an earlier run that are not made now."""
    placed = []
    for folder in sorted(path for path in draft.iterdir() if path.is_dir()):
        target = out / folder.name
        target.mkdir(exist_ok=True)
        fresh = sorted(folder.iterdir())
        for old in set(target.glob("CONFIDENTIAL-*")) - {target / file.name for file in fresh}:
            old.unlink()
        for file in fresh:
            os.replace(file, target / file.name)
            placed.append(target / file.name)
    return placed
