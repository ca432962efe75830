"""Everything the README tells a reader to type works, word for word."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import tomllib
from pathlib import Path
from typing import get_args

import geopandas as gpd
import pandas as pd
import pytest

from hotspots.cli import main
from hotspots.schema import Alternative, Correction, Method, Null, RateTable
from hotspots.study.file import read_study
from hotspots.study.sections import (
    AnalysisSection,
    Beside,
    Count,
    Denominator,
    NeighboursSection,
    Statistic,
)
from hotspots.study.templates import write_templates
from hotspots.study.testing import MAX_DIRECT, MAX_GLOBAL

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)


PYTHON = blocks("python")
(TOML,) = blocks("toml")
COMMANDS = re.findall(r"^uv run (hotspots .*study\.toml.*)$", README, flags=re.MULTILINE)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """Give a folder that holds the sample where a checkout has it."""
    folder = tmp_path_factory.mktemp("checkout")
    shutil.copytree(ROOT / "data" / "lakeport", folder / "data" / "lakeport")
    return folder


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    """Give a folder with the study.toml of the README and the files it names."""
    sample = ROOT / "data" / "lakeport"
    folder = tmp_path_factory.mktemp("city")
    table = pd.read_csv(sample / "incidents.csv")
    points = gpd.points_from_xy(table["x"], table["y"], crs="EPSG:32616").to_crs("EPSG:4326")
    calls = pd.DataFrame(
        {"id": table["incident_id"], "when": table["time"], "lon": points.x, "lat": points.y}
    )
    calls.to_csv(folder / "calls.csv", index=False)
    limits = gpd.read_file(sample / "geography.gpkg", layer="city_limits")
    limits.to_crs("EPSG:4326").to_file(folder / "city.geojson")
    (folder / "study.toml").write_text(TOML, encoding="utf-8")
    return folder


@pytest.mark.parametrize("block", PYTHON, ids=range(len(PYTHON)))
def test_the_python_runs(block, checkout, monkeypatch):
    monkeypatch.chdir(checkout)
    names = {}
    exec(compile(block, "README.md", "exec"), names)  # noqa: S102
    paths = [Path(text) for text in re.findall(r'"(maps/[^"]*)"', block)]
    assert paths
    assert all(path.exists() for path in paths)
    if "result" in names:
        columns = re.search(r"for every statistic: (.*?) and `label`", README)[1]
        assert list(names["result"].columns) == [*re.findall(r"`(\w+)`", columns), "label"]


def test_your_own_csv_takes_ten_lines():
    assert len(TOML.splitlines()) == 10
    assert set(tomllib.loads(TOML)) == {"study", "incidents", "units"}


@pytest.mark.parametrize("command", COMMANDS)
def test_your_own_csv_runs(command, city, monkeypatch):
    monkeypatch.chdir(city)
    assert main(shlex.split(command)[1:]) == 0
    if " run " not in command:
        return
    record = json.loads((city / "results" / "run.json").read_text(encoding="utf-8"))
    assert record["rows"]["incidents"]["read"] == len(pd.read_csv(city / "calls.csv"))
    assert (city / "results" / "internal").is_dir() == ("internal" in command)


def test_all_commands_of_the_readme_are_tried():
    assert [command.split()[1] for command in COMMANDS] == ["check", "run", "run"]
    assert len(PYTHON) == 2


def test_the_readme_names_every_file_that_is_written(city, monkeypatch):
    monkeypatch.chdir(city)
    assert main(shlex.split(COMMANDS[-1])[1:]) == 0
    table = README[README.index("| written |") : README.index("## What may leave")]
    written = {p.relative_to("results") for p in Path("results").rglob("*") if p.is_file()}
    named = {part.strip("-") for part in re.findall(r"`[\w/]*?([\w.-]+\.\w+)`", table)}
    missing = [p for p in written if not any(p.name.endswith(part) for part in named)]
    assert missing == []


def test_the_readme_lists_the_commands_there_are(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    offered = set(re.findall(r"^    (\w+) ", capsys.readouterr().out, flags=re.MULTILINE))
    table = README[README.index("## Command line") : README.index("| written |")]
    assert set(re.findall(r"^\| `hotspots (\w+)", table, flags=re.MULTILINE)) == offered


NAMES = (Statistic, Method, Correction, Denominator, Beside, Count, Alternative, Null, RateTable)
CHOICES = [*map(get_args, NAMES)]
SECTIONS = get_args(get_args(NeighboursSection)[0])
KINDS = [get_args(kind.model_fields["kind"].annotation)[0] for kind in SECTIONS]
LIMITS = [str(MAX_GLOBAL), str(MAX_DIRECT)]


def test_the_readme_names_all_that_an_analysis_may_say():
    table = README[README.index("`[analysis]` says") : README.index("## Command line")]
    named = set(re.findall(r"`([\w-]+)`", table))
    assert {*AnalysisSection.model_fields, *KINDS}.union(*CHOICES) <= named
    assert set(LIMITS) <= set(re.findall(r"\d+", table))


def test_the_first_study_names_all_that_an_analysis_may_say(tmp_path):
    write_templates(tmp_path)
    text = (tmp_path / "study.toml").read_text(encoding="utf-8")
    section = text[text.index("[analysis]") : text.index("[proximity]")]
    words = set(re.findall(r"[\w-]+", section))
    assert {*AnalysisSection.model_fields, *KINDS, *LIMITS}.union(*CHOICES) <= words


RESIDENTS = '[population]\npath = "geography.gpkg"\ncolumn = "pop"\n'
OFF = re.compile(r"^# (\w+ = .*)$", flags=re.MULTILINE)


def offers():
    """Give every line of the first study's analysis that is off."""
    text = (ROOT / "hotspots" / "study" / "starter" / "study.toml").read_text(encoding="utf-8")
    return OFF.findall(text[text.index("[analysis]") : text.index("[proximity]")])


@pytest.mark.parametrize("line", offers())
def test_what_is_off_in_the_first_study_can_be_turned_on(line, tmp_path):
    write_templates(tmp_path)
    for name in ("boundary.geojson", "geography.gpkg"):
        (tmp_path / name).touch()
    path = tmp_path / "study.toml"
    text = path.read_text(encoding="utf-8").replace("# [population]", RESIDENTS)
    key = line.split(" = ")[0]
    if key == "neighbours":
        text = text.replace('["gi_star"', '["gi"')
    kept = re.sub(rf"^{key} = .*\n", "", text, flags=re.MULTILINE)
    path.write_text(kept.replace(f"# {line}", line), encoding="utf-8")
    wanted, read = tomllib.loads(line)[key], read_study(path).analysis.model_dump()[key]
    assert read.items() >= wanted.items() if isinstance(wanted, dict) else read == wanted
