"""Places of a study beside their control sites: what is read, compared, said and withheld."""

import json

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import cdist

from hotspots.errors import HotspotsError, InputError, StreetError, StudyError
from hotspots.study.check import check
from hotspots.study.file import read_study
from hotspots.study.inputs import read_inputs
from hotspots.study.nearness import near
from hotspots.study.run import run

STATED = {"profile": "internal", "reason": "a test", "recipient": "the tester"}
WEST, SOUTH = 400_000.0, 4_800_000.0

CONTROLS = """
[controls]
path = "addresses.csv"
crs = "EPSG:32616"
where = { use = ["home"] }
weight = "units"
n_sets = 99
"""
ASKED = 'within_m = [400, 800]\ncatchment_m = 500\nprimary = { to = "hotel" }\n' + CONTROLS


def write_addresses(folder):
    """Write a house every 100 m; every fourth is a shop, where nobody can live."""
    x, y = np.meshgrid(np.arange(50, 4000, 100), np.arange(50, 3000, 100))
    table = pd.DataFrame({"x": WEST + x.ravel(), "y": SOUTH + y.ravel()})
    shop = table.index % 4 == 0
    table["use"] = np.where(shop, "shop", "home")
    table["units"] = np.where(shop, 0, 1 + table.index % 3)
    table.to_csv(folder / "addresses.csv", index=False)


@pytest.fixture
def with_controls(own_town):
    """Give a function that adds ``[controls]`` to the small study, changes it and reads it."""
    write_addresses(own_town)
    path = own_town / "study.toml"
    plain = path.read_text(encoding="utf-8")

    def read(*changes, text=ASKED):
        written = plain.replace("within_m = [400, 800]\n", text)
        for old, new in changes:
            assert old in written
            written = written.replace(old, new)
        path.write_text(written, encoding="utf-8")
        return read_study(path)

    return read


def public_bytes(out):
    return {path.name: path.read_bytes() for path in (out / "public").iterdir()}


def test_a_run_compares_homes_with_control_sites(with_controls, own_town, tmp_path):
    study = with_controls()
    done = run(study, tmp_path / "out", **STATED)
    folder = tmp_path / "out/internal"
    table = pd.read_csv(folder / "CONFIDENTIAL-controls.csv")
    assert table["to_kind"].unique().tolist() == ["hotel"]
    primary = table.set_index("statistic").loc["median_distance_m"]
    homes = pd.read_csv(folder / "CONFIDENTIAL-proximity.csv")
    assert primary["observed"] == pytest.approx(homes["distance_m"].median(), rel=1e-5)
    assert homes["share_farther"].between(0, 1).all()
    assert {"days_open", "decayed", "within_400m", "expected_within_400m"} <= set(homes)
    record = json.loads((tmp_path / "out/run.json").read_text(encoding="utf-8"))
    said = record["controls"]
    assert said["primary"] == {"to": "hotel", "statistic": "median_distance_m"}
    assert said["p_value"] == pytest.approx(primary["p_value"], rel=1e-5)
    assert (said["n_sets"], said["seed"]) == (99, 1)
    assert said["choice"]["Drawn from"] == "addresses.csv, use: home"
    assert said["choice"]["Chance"] == "by units"
    assert "addresses.csv" in record["inputs"]
    assert record["rows"]["controls"]["used"] == 900
    report = (folder / "CONFIDENTIAL-report.html").read_text(encoding="utf-8")
    ratio = f"{primary['ratio']:.2f} times as far, over the streets, from the nearest hotel"
    assert ratio in report
    assert "addresses.csv, use: home" in report
    assert "addresses.csv, use: home" in (folder / "CONFIDENTIAL-map.html").read_text("utf-8")
    drawn = gpd.read_file(folder / "CONFIDENTIAL-results.gpkg", layer="catchments")
    assert drawn["origin"].tolist() == done.internal.catchments["origin"].tolist()
    assert len(drawn) == 12


def test_the_same_seed_gives_the_same_comparison(with_controls):
    study = with_controls()
    inputs = read_inputs(study)
    one, two = near(study, inputs), near(study, inputs)
    pd.testing.assert_frame_equal(one.comparison.statistics, two.comparison.statistics)
    pd.testing.assert_frame_equal(one.table, two.table)


def test_nothing_of_a_comparison_reaches_the_public_files(own_town, tmp_path, with_controls):
    """Neither that there is one, nor where its sites are, nor what it found."""
    run(read_study(own_town / "study.toml"), tmp_path / "none")
    study = with_controls()
    run(study, tmp_path / "one")
    assert public_bytes(tmp_path / "one") == public_bytes(tmp_path / "none")
    table = pd.read_csv(own_town / "addresses.csv")
    table.sample(frac=0.3, random_state=1).to_csv(own_town / "addresses.csv", index=False)
    again = run(with_controls(("n_sets = 99", "n_sets = 199")), tmp_path / "two")
    assert public_bytes(tmp_path / "two") == public_bytes(tmp_path / "none")
    assert again.public is not None
    text = b"".join(public_bytes(tmp_path / "two").values()).decode()
    for never in ("ontrol site", "control set", "group home", "addresses.csv"):
        assert never not in text


def test_incidents_are_a_destination_but_no_incident_is_named(with_controls):
    study = with_controls(
        ('to = ["hotel"]', 'to = ["hotel", "incident"]'),
        ('[streets]\npath = "streets.graphml"\n', ""),
        ("catchment_m = 500\n", ""),
    )
    inputs = read_inputs(study)
    found = near(study, inputs)
    rows = found.table[found.table["to_kind"] == "incident"]
    assert rows["nearest_id"].isna().all()
    assert rows["distance_m"].isna().all()
    places = (inputs.facilities["group_home"].table, inputs.incidents.table)
    apart = cdist(*(table.geometry.get_coordinates() for table in places))
    assert np.allclose(rows["straight_m"], apart.min(axis=1))
    statistics = found.comparison.statistics
    assert statistics["to_kind"].unique().tolist() == ["hotel", "incident"]
    mean = statistics[statistics["statistic"] == "mean_distance_m"].set_index("to_kind")
    assert mean.loc["incident", "observed"] == pytest.approx(apart.min(axis=1).mean())


def test_only_what_was_there_at_the_same_time_counts(with_controls, own_town):
    """The hotel beside a home closed on the day before the study begins."""
    hotels = pd.read_csv(own_town / "hotels.csv")
    hotels.loc[0, ["x", "y"]] = pd.read_csv(own_town / "homes.csv").loc[0, ["x", "y"]]
    hotels["closed"] = ["2019-12-31"] + ["2022-01-01"] * (len(hotels) - 1)
    hotels.to_csv(own_town / "hotels.csv", index=False)
    columns = 'columns = { facility_id = "id", x = "x", y = "y" }\n\n[streets]'
    dated = (columns, columns.replace('y = "y"', 'y = "y", closed = "closed"'))
    study = with_controls(dated)
    table = near(study, read_inputs(study), compare=False).table
    assert "t001" not in set(table["nearest_id"])
    before = with_controls(dated, ("catchment_m = 500", 'as_of = "2019-12-31"'))
    assert "t001" in set(near(before, read_inputs(before), compare=False).table["nearest_id"])
    never = with_controls(dated, ("catchment_m = 500", 'as_of = "2023-06-01"'))
    with pytest.raises(InputError, match=r"\[controls\] destinations: none was open"):
        near(never, read_inputs(never))


def kinds_of_streets(folder, kind):
    graph = nx.read_graphml(folder / "streets.graphml")
    for _, _, data in graph.edges(data=True):
        data["highway"] = kind
    nx.write_graphml(graph, folder / "streets.graphml")


def test_without_addresses_sites_stand_along_residential_streets(with_controls, own_town):
    kinds_of_streets(own_town, "residential")
    asked = "within_m = [400]\n\n[controls]\nn_sets = 99\n"
    study = with_controls(text=asked)
    found = near(study, read_inputs(study))
    assert found.choice["Drawn from"] == "residential streets"
    assert found.choice["Chance"] == "by metres of street"
    kinds_of_streets(own_town, "primary")
    with pytest.raises(StreetError, match=r"\[controls\] streets: none is residential"):
        check(study)


def test_sites_are_matched_on_areas_classes_and_bands(with_controls, own_town):
    kinds_of_streets(own_town, "primary")
    table = pd.read_csv(own_town / "addresses.csv")
    table["zone"] = np.where(table["x"] < WEST + 2000, "a", "b")
    table["lot"] = table.index
    table.to_csv(own_town / "addresses.csv", index=False)
    more = (
        'match = ["zone"]\nmatch_bands = ["lot"]\nmatch_arterial = true\nn_bands = 2\n'
        'areas = { path = "town.gpkg", layer = "limits", id = "name" }\nn_sets = 99'
    )
    study = with_controls(("n_sets = 99", more))
    found = near(study, read_inputs(study))
    assert found.choice["Matched on"] == (
        "zone, lot in 2 bands, the area it lies in, metres to a through street in 2 bands"
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('to = ["hotel"]', 'to = ["group_home"]', "primary is to hotel, which stands not in to"),
        ('{ to = "hotel" }', '{ to = "hotel", statistic = "mean" }', "'mean' is not known; use"),
        ('from = ["group_home"]', 'from = ["group_home", "hotel"]', "one kind of place"),
        ("n_sets = 99", "n_sets = 50", "greater than or equal to 99"),
        ("catchment_m = 500", 'as_of = "2020-01-01"\nperiod = ["2020-01-01", "2020-02-01"]',
         "give one of as_of and period"),
        ('path = "addresses.csv"\n', "", "crs is of a file: give its path"),
        ('[streets]\npath = "streets.graphml"\n', "", "catchment_m is what can be reached"),
        ("within_m = [400, 800]", "within_m = [400, 400]", "a distance stands more than once"),
        ('weight = "units"', 'weight = "flats"', "no column 'flats'"),
        ('use = ["home"]', 'use = ["castle"]', "no record with use 'castle'"),
        ('weight = "units"', "spacing_m = 5000", "nearer, so they were not placed by this rule"),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_said_by_check(with_controls, old, new, said):
    with pytest.raises(HotspotsError) as caught:
        check(with_controls((old, new)))
    assert said in str(caught.value)
    assert "4800" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('within_m = [400]\nprimary = { to = "hotel" }\n', "add a section [controls], or drop it"),
        ('within_m = [400]\nalternative = "closer"\n', "alternative is about a comparison"),
    ],
)
def test_a_comparison_needs_controls(with_controls, text, said):
    with pytest.raises(StudyError) as caught:
        with_controls(text=text)
    assert said in str(caught.value)


def test_controls_need_proximity(with_controls, own_town):
    path = own_town / "study.toml"
    text = path.read_text(encoding="utf-8")
    start, end = text.index("[proximity]"), text.index("[population]")
    path.write_text(text[:start] + CONTROLS + text[end:], encoding="utf-8")
    with pytest.raises(StudyError, match=r"\[controls\] needs a section \[proximity\]"):
        read_study(path)


def test_parcels_stand_for_a_point_inside_and_those_without_homes_are_left_out(
    with_controls, own_town
):
    table = pd.read_csv(own_town / "addresses.csv")
    points = gpd.GeoSeries.from_xy(table["x"], table["y"], crs="EPSG:32616")
    parcels = gpd.GeoDataFrame(table[["units"]], geometry=points.buffer(20, cap_style="square"))
    parcels.to_file(own_town / "parcels.gpkg")
    study = with_controls(
        ('path = "addresses.csv"\ncrs = "EPSG:32616"\nwhere = { use = ["home"] }\n',
         'path = "parcels.gpkg"\n'),
    )  # fmt: skip
    found = read_inputs(study).candidates
    assert found.counts.set_aside == {"no weight": 300}
    assert not len(found.quarantine)
    chosen = points[table["units"] > 0]
    assert np.allclose(found.table.geometry.get_coordinates(), chosen.get_coordinates(), atol=20)
    assert (found.table.geom_type == "Point").all()
