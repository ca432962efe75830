"""The command line: words, exit codes, and that no fault shows a trace or data."""

import os
import subprocess
import sys
import warnings

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

from hotspots import __version__
from hotspots.cli import main


def test_version(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["--version"])
    assert stopped.value.code == 0
    assert capsys.readouterr().out == f"hotspots {__version__}\n"


def test_no_command_says_which_there_are(capsys):
    with pytest.raises(SystemExit) as stopped:
        main([])
    assert stopped.value.code == 2
    assert "COMMAND" in capsys.readouterr().err


def test_a_user_fault_is_one_message_and_code_two(tmp_path, capsys):
    assert main(["run", str(tmp_path / "none.toml"), "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr()
    assert said.err == (
        f"hotspots: {tmp_path / 'none.toml'}: no such file; "
        "'hotspots init DIR' writes a first one\n"
    )
    assert said.out == ""
    assert not (tmp_path / "out").exists()


def test_init_writes_a_study_that_checks_once_it_has_data(tmp_path, capsys):
    folder = tmp_path / "new"
    assert main(["init", str(folder)]) == 0
    assert sorted(path.name for path in folder.iterdir()) == [
        "group_homes.csv",
        "hotels.csv",
        "incidents.csv",
        "study.toml",
        "trap_houses.csv",
    ]
    capsys.readouterr()
    assert main(["check", str(folder / "study.toml")]) == 2
    assert "study.boundary: no file 'boundary.geojson'" in capsys.readouterr().err


def test_init_overwrites_nothing(tmp_path, capsys):
    (tmp_path / "hotels.csv").write_text("mine", encoding="utf-8")
    assert main(["init", str(tmp_path)]) == 2
    assert "hotels.csv already there" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["hotels.csv"]
    assert (tmp_path / "hotels.csv").read_text(encoding="utf-8") == "mine"


STUDY = """
[study]
name = "Few"
boundary = { path = "city.geojson" }
[incidents]
path = "calls.csv"
[units]
kind = "square"
size_m = 500
[analysis]
statistics = ["gi_star", "local_moran"]
n_permutations = 99
"""


@pytest.fixture
def few(tmp_path):
    """Give a study of nine incidents in a small town."""
    city = gpd.GeoDataFrame(geometry=[box(-87.95, 43.0, -87.92, 43.02)], crs=4326)
    city.to_file(tmp_path / "city.geojson")
    calls = {"incident_id": range(9), "lon": -87.94, "lat": [43.001 + i / 1000 for i in range(9)]}
    pd.DataFrame(calls).to_csv(tmp_path / "calls.csv", index=False)
    (tmp_path / "study.toml").write_text(STUDY, encoding="utf-8")
    return tmp_path


def test_few_data_is_said_once_and_never_as_a_warning(few, capsys):
    with warnings.catch_warnings(record=True) as raised:
        warnings.simplefilter("always")
        code = main(["run", str(few / "study.toml"), "--out", str(few / "out")])
    assert code == 0
    assert raised == []
    said = capsys.readouterr()
    assert said.err == ""
    words = " ".join(said.out.split())
    assert words.count("Only 9 events") == 1
    assert "gi_star, local_moran: Only 9 events" in words


@pytest.mark.parametrize(
    ("options", "names"),
    [
        (["--reason", "review"], "--reason"),
        (["--recipient", "analyst"], "--recipient"),
        (["--reason", "review", "--recipient", "analyst"], "--reason and --recipient"),
    ],
)
def test_a_reason_for_public_pages_is_refused(few, capsys, options, names):
    assert main(["run", str(few / "study.toml"), "--out", str(few / "out"), *options]) == 2
    assert capsys.readouterr().err == (
        f"hotspots: {names}: only internal pages have one; add --profile internal, or leave it "
        "out\n"
    )
    assert not (few / "out").exists()


def test_an_unexpected_fault_shows_no_data(monkeypatch, capsys):
    def fail(_path):
        raise KeyError("CANARY 43.0389, -87.9065")

    monkeypatch.delenv("HOTSPOTS_DEBUG", raising=False)
    monkeypatch.setattr("hotspots.study.file.read_study", fail)
    assert main(["check", "study.toml"]) == 1
    said = capsys.readouterr().err
    assert "unexpected KeyError in test_cli.py, line" in said
    assert "CANARY" not in said
    assert "Traceback" not in said


def test_help_imports_nothing_heavy():
    code = (
        "import sys\nfrom hotspots.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'numpy', 'pandas', 'geopandas', 'folium', 'osmnx', 'matplotlib', 'pydantic'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ
    )
    assert done.stdout.splitlines()[-1] == "[]"
