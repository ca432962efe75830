"""Refresh or check the exact pins in ``pyproject.toml``.

``uv.lock`` records registry addresses, so it stays out of git; the pins stand in
``pyproject.toml`` instead, as uv constraints with markers. One universal resolution gives them,
for every supported Python and platform at once.

    uv run scripts/refresh_constraints.py           # resolve anew, rewrite the lists
    uv run scripts/refresh_constraints.py --check   # every dependency pinned, once, as resolved
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
PYPROJECT = ROOT / "pyproject.toml"
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
PLATFORMS = (("linux", "Linux", "posix"), ("darwin", "Darwin", "posix"), ("win32", "Windows", "nt"))
LISTS = {
    "constraint-dependencies": ("--all-groups",),
    "build-constraint-dependencies": ("--only-group", "build"),
}


def write_pins(text: str, key: str, pins: list[str]) -> str:
    """Replace one list of `text`, the contents of ``pyproject.toml``."""
    lines = "".join(f'  "{pin.replace(chr(34), chr(39))}",\n' for pin in pins)
    changed, n = re.subn(
        rf"^{key} = \[\n(?:  .*\n)*\]$", lambda _: f"{key} = [\n{lines}]", text, flags=re.MULTILINE
    )
    if n != 1:
        raise SystemExit(f"pyproject.toml: expected one list '{key} = [', found {n}")
    return changed


def resolve(text: str) -> dict[str, list[str]]:
    """Resolve the newest versions for every list, in a copy of the project without pins."""
    for key in LISTS:
        text = write_pins(text, key, [])
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        (copy / "pyproject.toml").write_text(text, encoding="utf-8")
        for name in ("README.md", "LICENSE", "hotspots/__init__.py"):
            (copy / name).parent.mkdir(exist_ok=True)
            shutil.copy(ROOT / name, copy / name)
        _uv("lock", "--upgrade", cwd=copy)
        return {key: _export(copy, groups) for key, groups in LISTS.items()}


def _export(project: Path, groups: tuple[str, ...]) -> list[str]:
    bare = ("--no-hashes", "--no-header", "--no-annotate", "--no-emit-project")
    listed = _uv("export", "--frozen", *groups, *bare, cwd=project)
    return [line.strip() for line in listed.splitlines() if "==" in line]


def _uv(*arguments: str, cwd: Path) -> str:
    environment = {k: v for k, v in os.environ.items() if k != "VIRTUAL_ENV"}
    done = subprocess.run(
        ["uv", *arguments], cwd=cwd, env=environment, text=True, capture_output=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"uv {' '.join(arguments)} failed:\n{done.stderr}")
    return done.stdout


def refresh() -> None:
    """Rewrite the lists in ``pyproject.toml``, in one step."""
    text = PYPROJECT.read_text(encoding="utf-8")
    for key, pins in resolve(text).items():
        text = write_pins(text, key, pins)
        print(f"{key}: {len(pins)} pins")
    tomllib.loads(text)
    draft = PYPROJECT.with_suffix(".toml.new")
    draft.write_text(text, encoding="utf-8", newline="\n")
    draft.replace(PYPROJECT)


def environments() -> Iterator[dict[str, str]]:
    """Give the marker values of every supported Python on every supported platform."""
    for python, (sys_platform, system, os_name) in product(PYTHONS, PLATFORMS):
        yield {
            "python_version": python,
            "python_full_version": f"{python}.7",
            "sys_platform": sys_platform,
            "platform_system": system,
            "os_name": os_name,
            "implementation_name": "cpython",
            "platform_python_implementation": "CPython",
        }


def faults(project: dict[str, Any], lock: dict[str, Any] | None) -> list[str]:
    """Find what is wrong with the pins of a parsed ``pyproject.toml``.

    Parameters
    ----------
    project : dict
        ``pyproject.toml``.
    lock : dict or None
        ``uv.lock`` as uv made it from that file, if it is there.

    Returns
    -------
    list of str
        One sentence per fault.
    """
    pins = [Requirement(pin) for pin in project["tool"]["uv"]["constraint-dependencies"]]
    found = [f"{pin} is not an exact pin" for pin in pins if not _exact(pin)]
    for environment in environments():
        active = [pin for pin in pins if pin.marker is None or pin.marker.evaluate(environment)]
        where = f"Python {environment['python_version']} on {environment['platform_system']}"
        wanted = [w for w in _direct(project) if w.marker is None or w.marker.evaluate(environment)]
        found += _faults_for(wanted, active, where)
    if lock is not None:
        resolved = {(p["name"], p["version"]) for p in lock["package"] if "version" in p}
        pinned = {(canonicalize_name(p.name), str(p.specifier)[2:]) for p in pins}
        own = canonicalize_name(project["project"]["name"])
        found += [f"{n} {v} is resolved but not pinned" for n, v in resolved - pinned if n != own]
    return sorted(set(found))


def _exact(pin: Requirement) -> bool:
    return pin.url is None and [spec.operator for spec in pin.specifier] == ["=="]


def _direct(project: dict[str, Any]) -> list[Requirement]:
    groups = project["dependency-groups"].values()
    listed = [entry for group in groups for entry in group if isinstance(entry, str)]
    return [Requirement(text) for text in [*project["project"]["dependencies"], *listed]]


def _faults_for(direct: list[Requirement], pins: list[Requirement], where: str) -> Iterator[str]:
    versions: dict[str, str] = {}
    for pin in pins:
        name = canonicalize_name(pin.name)
        if name in versions:
            yield f"{name} is pinned twice for {where}"
        versions[name] = str(pin.specifier).removeprefix("==")
    for wanted in direct:
        version = versions.get(canonicalize_name(wanted.name))
        if version is None:
            yield f"{wanted.name} is not pinned for {where}"
        elif not wanted.specifier.contains(version, prereleases=True):
            yield f"{wanted.name} is pinned at {version}, outside {wanted.specifier}"


def check() -> int:
    """Print what is wrong with the pins; return the exit code."""
    project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))
    lock_file = ROOT / "uv.lock"
    lock = tomllib.loads(lock_file.read_text(encoding="utf-8")) if lock_file.exists() else None
    found = faults(project, lock)
    for fault in found:
        print(fault)
    against = "the resolution in uv.lock" if lock else "the declared dependencies (no uv.lock)"
    print(f"pins checked against {against}: {len(found)} faults")
    return min(len(found), 1)


def main() -> int:
    """Refresh, or check with ``--check``."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 on a fault")
    if parser.parse_args().check:
        return check()
    refresh()
    return 0


if __name__ == "__main__":
    sys.exit(main())
