"""A whole run: what is written, what it holds, and what it does not depend on."""

import json

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest

from hotspots.errors import CRSError, DisclosureError, HotspotsError, InputError, StreetError
from hotspots.schema import RESULT_COLUMNS
from hotspots.study.file import read_study
from hotspots.study.run import run

STATED = {"profile": "internal", "reason": "a test", "recipient": "the tester"}
PUBLIC = ["areas.csv", "areas.geojson", "map.html", "report.html"]
INTERNAL = [
    f"CONFIDENTIAL-{name}"
    for name in ("map.html", "proximity.csv", "quarantine.csv", "report.html", "results.gpkg")
]


def files(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.*"))


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture(scope="module")
def done(town, tmp_path_factory):
    """Run the small study once, with both profiles."""
    return run(read_study(town / "study.toml"), tmp_path_factory.mktemp("out"), **STATED)


@pytest.fixture(scope="module")
def record(done):
    return json.loads((done.folder / "run.json").read_text(encoding="utf-8"))


def test_both_profiles_are_written(done):
    assert files(done.folder) == sorted(
        [f"internal/{name}" for name in INTERNAL]
        + [f"public/{name}" for name in PUBLIC]
        + ["run.json"]
    )
    assert [path.exists() for path in done.files] == [True] * 10


def test_public_alone_writes_nothing_internal(town, tmp_path):
    run(read_study(town / "study.toml"), tmp_path / "out")
    assert files(tmp_path / "out") == [f"public/{name}" for name in PUBLIC] + ["run.json"]


def test_every_row_is_used_or_set_aside(record):
    for counts in record["rows"].values():
        assert counts["read"] == counts["used"] + sum(counts["set_aside"].values())
    assert record["rows"]["incidents"]["read"] == 300
    assert set(record["rows"]) == {"incidents", "baseline", "group_home", "hotel"}


def test_the_record_names_inputs_versions_seed_and_purpose(record):
    assert set(record["inputs"]) == {
        "town.gpkg",
        "incidents.csv",
        "homes.csv",
        "hotels.csv",
        "streets.graphml",
        "contacts.csv",
    }
    assert record["seed"] == 1
    assert record["released"]["reason"] == "a test"
    assert record["released"]["recipient"] == "the tester"
    assert "numpy" in record["versions"]
    assert record["study"]["incidents"]["path"] == "incidents.csv"


def test_units_carry_counts_and_every_result(done):
    units = gpd.read_file(done.folder / "internal/CONFIDENTIAL-results.gpkg", layer="units")
    for name in ("gi_star", "local_moran"):
        assert {f"{name}_{column}" for column in RESULT_COLUMNS} <= set(units.columns)
    assert units["count"].sum() == 300
    assert units["baseline_count"].sum() == 500
    assert (units["persons"] <= units["count"]).all()


def test_counts_agree_with_a_plain_spatial_join(done, town):
    units = gpd.read_file(done.folder / "internal/CONFIDENTIAL-results.gpkg", layer="units")
    raw = pd.read_csv(town / "incidents.csv")
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(raw.x, raw.y), crs="EPSG:32616")
    joined = points.sjoin(units[["unit_id", "geometry"]], predicate="intersects")
    joined = joined[~joined.index.duplicated()]
    expected = joined["unit_id"].value_counts().reindex(units["unit_id"]).fillna(0)
    assert units["count"].tolist() == expected.tolist()


def test_the_planted_concentration_is_hot(done):
    units = done.analysis.units
    hot = units[units["gi_star_label"].str.startswith("hot")]
    middle = gpd.GeoSeries.from_xy([401200], [4801000], crs=units.crs)[0]
    assert len(hot) > 0
    assert hot.union_all().intersects(middle)


def test_a_rerun_gives_the_same_public_bytes(done, town, tmp_path):
    run(read_study(town / "study.toml"), tmp_path / "again", **STATED)
    for name in PUBLIC:
        first = (done.folder / "public" / name).read_bytes()
        assert (tmp_path / "again" / "public" / name).read_bytes() == first


def _move(folder, name, change):
    table = pd.read_csv(folder / name)
    change(table).to_csv(folder / name, index=False)


HOMES = {
    "moved": lambda table: table.assign(x=table["x"].where(table.index != 3, 400_010.0)),
    "removed": lambda table: table.drop(index=5),
    "all but one removed": lambda table: table.head(1),
    "renamed": lambda table: table.assign(id=["CANARY" + name for name in table["id"]]),
    "bad": lambda table: table.assign(x=table["x"].where(table.index != 3, np.nan)),
}


@pytest.mark.parametrize("change", HOMES.values(), ids=HOMES)
def test_no_change_of_a_home_changes_a_public_byte(done, own_town, tmp_path, change):
    _move(own_town, "homes.csv", change)
    run(read_study(own_town / "study.toml"), tmp_path / "out")
    for name in PUBLIC:
        first = (done.folder / "public" / name).read_bytes()
        assert (tmp_path / "out" / "public" / name).read_bytes() == first


def test_the_order_and_ids_of_incidents_change_no_public_byte(done, own_town, tmp_path):
    _move(
        own_town,
        "incidents.csv",
        lambda table: table.sample(frac=1, random_state=1).assign(id=range(len(table))),
    )
    run(read_study(own_town / "study.toml"), tmp_path / "out")
    for name in PUBLIC:
        first = (done.folder / "public" / name).read_bytes()
        assert (tmp_path / "out" / "public" / name).read_bytes() == first


def test_moving_incidents_across_areas_does_change_the_public_files(done, own_town, tmp_path):
    """The positive control of the tests above."""
    _move(
        own_town,
        "incidents.csv",
        lambda table: table.assign(
            x=np.where(table.index < 30, 400_100.0 + table.index, table["x"])
        ),
    )
    run(read_study(own_town / "study.toml"), tmp_path / "out")
    for name in PUBLIC:
        first = (done.folder / "public" / name).read_bytes()
        assert (tmp_path / "out" / "public" / name).read_bytes() != first


def test_the_public_files_hold_no_id_and_no_coordinate_of_a_place(done, town):
    texts = [
        path.read_text(encoding="utf-8") for path in sorted((done.folder / "public").iterdir())
    ]
    for table in ("homes.csv", "hotels.csv", "incidents.csv"):
        raw = pd.read_csv(town / table)
        points = gpd.GeoSeries.from_xy(raw.x, raw.y, crs="EPSG:32616").to_crs(4326)
        for text in texts:
            for name, x, point in zip(raw["id"], raw["x"], points, strict=True):
                assert f'"{name}"' not in text
                assert str(x) not in text
                assert f"{point.x:.4f}, {point.y:.4f}" not in text
                assert f"{point.x:.4f},{point.y:.4f}" not in text


def test_internal_without_a_reason_writes_nothing(town, tmp_path):
    with pytest.raises(DisclosureError, match="needs a reason and a recipient"):
        run(read_study(town / "study.toml"), tmp_path / "out", profile="internal")
    assert not (tmp_path / "out").exists()


def test_calling_a_study_synthetic_states_no_reason(own_town, tmp_path):
    edit(own_town / "study.toml", "[study]\n", "[study]\nsynthetic = true\n")
    run(read_study(own_town / "study.toml"), tmp_path / "out")
    assert not (tmp_path / "out" / "internal").exists()


def test_the_record_remembers_for_whom_earlier_pages_were_made(own_town, tmp_path):
    study = read_study(own_town / "study.toml")
    run(study, tmp_path / "out", **STATED)
    run(study, tmp_path / "out")
    record = json.loads((tmp_path / "out/run.json").read_text(encoding="utf-8"))
    assert record["released"]["recipient"] is None
    assert [one["recipient"] for one in record["earlier"]] == ["the tester"]


@pytest.mark.parametrize("crs", ["EPSG:3857", "EPSG:32756", "EPSG:32633"])
def test_a_system_that_does_not_fit_the_place_is_refused(own_town, tmp_path, crs):
    edit(own_town / "study.toml", 'crs = "EPSG:32616"\nformat', f'crs = "{crs}"\nformat')
    with pytest.raises(CRSError, match=r"lengths in .* are off by up to .*use 'EPSG:32616'"):
        run(read_study(own_town / "study.toml"), tmp_path / "out")


def test_streets_of_another_place_are_refused(own_town, tmp_path):
    graph = nx.read_graphml(own_town / "streets.graphml")
    for _, data in graph.nodes(data=True):
        data["y"] = str(float(data["y"]) + 1)
    nx.write_graphml(graph, own_town / "streets.graphml")
    with pytest.raises(StreetError, match="none of 1270 streets lies within 1 km"):
        run(read_study(own_town / "study.toml"), tmp_path / "out")


def test_units_that_overlap_are_refused(own_town, tmp_path):
    blocks = gpd.read_file(own_town / "town.gpkg", layer="blocks")
    blocks.geometry = blocks.buffer(30, join_style="mitre")
    blocks.assign(cell=range(len(blocks))).to_file(own_town / "town.gpkg", layer="cells")
    given = 'kind = "polygons"\npath = "town.gpkg"\nlayer = "cells"\nid = "cell"'
    edit(own_town / "study.toml", 'kind = "square"\nsize_m = 250', given)
    with pytest.raises(InputError, match=r"units: .* pairs of areas overlap, first '0' and"):
        run(read_study(own_town / "study.toml"), tmp_path / "out")


def test_internal_files_of_an_earlier_run_are_pointed_out(own_town, tmp_path):
    study = read_study(own_town / "study.toml")
    assert not run(study, tmp_path / "out", **STATED).left_over
    assert run(study, tmp_path / "out").left_over


def test_open_data_is_open_incidents_and_nothing_else(own_town, tmp_path):
    """Neither the baseline nor persons change a byte of what is published as open data."""
    edit(own_town / "study.toml", "[incidents]\n", '[incidents]\nopen_data = "portal"\n')
    run(read_study(own_town / "study.toml"), tmp_path / "one")
    edit(own_town / "study.toml", 'person_id = "person"\n', "")
    text = (own_town / "study.toml").read_text(encoding="utf-8")
    start, end = text.index("[baseline]"), text.index("[[basemap]]")
    (own_town / "study.toml").write_text(text[:start] + text[end:], encoding="utf-8")
    run(read_study(own_town / "study.toml"), tmp_path / "two")
    for name in PUBLIC:
        one, two = ((tmp_path / out / "public" / name).read_bytes() for out in ("one", "two"))
        assert one == two


def test_records_chosen_by_person_are_refused(own_town, tmp_path):
    edit(
        own_town / "study.toml", "[incidents]\n", '[incidents]\nwhere = { person_id = ["p001"] }\n'
    )
    with pytest.raises(InputError, match="'person_id' cannot be chosen by"):
        run(read_study(own_town / "study.toml"), tmp_path / "out")


def test_the_repr_of_a_run_shows_no_record(done):
    shown = repr(done)
    assert "POINT" not in shown
    assert "POLYGON" not in shown
    assert "h001" not in shown


def test_a_fault_in_the_middle_leaves_the_old_results(own_town, tmp_path, monkeypatch):
    out = tmp_path / "out"
    study = read_study(own_town / "study.toml")
    run(study, out, **STATED)
    before = {name: (out / name).read_bytes() for name in files(out)}

    def fail(*_args, **_options):
        raise OSError("no space left")

    monkeypatch.setattr("hotspots.study.run.write_results", fail)
    with pytest.raises(OSError, match="no space"):
        run(study, out, **STATED)
    assert {name: (out / name).read_bytes() for name in files(out)} == before
    assert [path.name for path in out.iterdir() if path.name.startswith(".")] == []


def test_a_study_without_its_optional_parts_runs(own_town, tmp_path):
    text = (own_town / "study.toml").read_text(encoding="utf-8")
    start = text.index("[[facilities]]")
    units, analysis = text.index("[units]"), text.index("[proximity]")
    (own_town / "study.toml").write_text(text[:start] + text[units:analysis], encoding="utf-8")
    done = run(read_study(own_town / "study.toml"), tmp_path / "out", **STATED)
    assert "internal/CONFIDENTIAL-proximity.csv" not in files(tmp_path / "out")
    # Without residents only the whole town is published.
    assert len(done.public.table) == 1
    assert done.public.total == 300


def test_without_streets_distances_are_straight_only(own_town, tmp_path):
    edit(own_town / "study.toml", '[streets]\npath = "streets.graphml"\n', "")
    done = run(read_study(own_town / "study.toml"), tmp_path / "out", **STATED)
    assert done.analysis.proximity["distance_m"].isna().all()
    assert done.analysis.proximity["straight_m"].gt(0).all()


@pytest.mark.parametrize(
    ("units", "neighbours"),
    [
        ('kind = "hex"\nsize_m = 400', '{ kind = "distance_band", distance_m = 900 }'),
        ('kind = "square"\nsize_m = 500', '{ kind = "nearest", k = 4 }'),
        (
            'kind = "polygons"\npath = "town.gpkg"\nlayer = "cells"\nid = "cell"',
            '{ kind = "contiguity", rook = true }',
        ),
    ],
)
def test_every_kind_of_unit_and_neighbour_runs(own_town, tmp_path, units, neighbours):
    blocks = gpd.read_file(own_town / "town.gpkg", layer="blocks")
    blocks.assign(cell=range(len(blocks))).to_file(own_town / "town.gpkg", layer="cells")
    edit(own_town / "study.toml", 'kind = "square"\nsize_m = 250', units)
    edit(own_town / "study.toml", '{ kind = "contiguity" }', neighbours)
    done = run(read_study(own_town / "study.toml"), tmp_path / "out", **STATED)
    assert done.analysis.units["count"].sum() == 300
    assert done.analysis.units["gi_star_p_value"].notna().any()


def test_open_data_shows_the_units_and_says_so(own_town, tmp_path):
    edit(
        own_town / "study.toml",
        "[incidents]\n",
        '[incidents]\nopen_data = "Small Town portal"\n',
    )
    run(read_study(own_town / "study.toml"), tmp_path / "out")
    areas = pd.read_csv(tmp_path / "out/public/areas.csv")
    assert areas["count"].sum() == 300
    assert "Small Town portal" in (tmp_path / "out/public/map.html").read_text(encoding="utf-8")
    assert "Small Town portal" in (tmp_path / "out/public/report.html").read_text(encoding="utf-8")


def test_where_keeps_only_what_is_asked_for(own_town, tmp_path):
    edit(own_town / "study.toml", "[incidents]\n", '[incidents]\nwhere = { category = ["A"] }\n')
    done = run(read_study(own_town / "study.toml"), tmp_path / "out")
    raw = pd.read_csv(own_town / "incidents.csv")
    rows = done.analysis.rows["incidents"]
    assert rows.used == (raw["what"] == "A").sum()
    assert rows.read == 300


def test_incidents_outside_every_unit_are_set_aside_and_counted(own_town, tmp_path):
    _move(
        own_town,
        "incidents.csv",
        lambda table: table.assign(x=table["x"].where(table.index > 1, 399_500.0)),
    )
    done = run(read_study(own_town / "study.toml"), tmp_path / "out")
    assert done.analysis.rows["incidents"].set_aside == {"outside every unit": 2}


def test_the_same_id_in_two_files_of_one_kind_is_refused(own_town, tmp_path):
    extra = (
        '[[facilities]]\nkind = "hotel"\npath = "homes.csv"\ncrs = "EPSG:32616"\n'
        'columns = { facility_id = "id", x = "x", y = "y" }\n\n[streets]'
    )
    edit(own_town / "study.toml", "[streets]", extra)
    edit(own_town / "homes.csv", "h001", "t001")
    with pytest.raises(InputError, match="1 ids of hotel stand in more than one file"):
        run(read_study(own_town / "study.toml"), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_homes_and_hotels_may_both_be_numbered_from_one(own_town, done, tmp_path):
    """Nothing changes but the ids: each home keeps its hotel and its metres."""
    for name in ("homes.csv", "hotels.csv"):
        _move(own_town, name, lambda table: table.assign(id=range(1, len(table) + 1)))
    again = run(read_study(own_town / "study.toml"), tmp_path / "out", **STATED)
    name = "internal/CONFIDENTIAL-proximity.csv"
    expected, found = (pd.read_csv(folder / name) for folder in (done.folder, again.folder))
    for column, prefix in (("facility_id", "h"), ("nearest_id", "t")):
        expected[column] = expected[column].str.removeprefix(prefix).astype(int)
    assert found["facility_id"].tolist() == list(range(1, 13))
    pd.testing.assert_frame_equal(found, expected)
    homes, hotels = (pd.read_csv(own_town / f"{name}.csv") for name in ("homes", "hotels"))
    ends = homes.merge(found, left_on="id", right_on="facility_id").merge(
        hotels, left_on="nearest_id", right_on="id", suffixes=("", "_hotel")
    )
    apart = np.hypot(ends["x"] - ends["x_hotel"], ends["y"] - ends["y_hotel"])
    assert np.allclose(apart, ends["straight_m"], atol=1e-3)


def test_an_output_that_is_a_file_is_refused(town, tmp_path):
    (tmp_path / "out").touch()
    with pytest.raises(HotspotsError, match="cannot be written to"):
        run(read_study(town / "study.toml"), tmp_path / "out")


def test_a_path_is_no_study(tmp_path):
    with pytest.raises(HotspotsError, match=r"takes a Study, not a str: hs.run\(hs.read_study"):
        run("study.toml", tmp_path / "out")


def test_what_was_chosen_while_reading_stands_in_the_internal_report(own_town, tmp_path):
    table = pd.read_csv(own_town / "incidents.csv")
    table["when"] = pd.to_datetime(table["when"]).dt.strftime("%m/%d/%Y")
    table.to_csv(own_town / "incidents.csv", index=False)
    done = run(read_study(own_town / "study.toml"), tmp_path / "out", **STATED)
    said = "read as month/day/year"
    assert said in (done.folder / "internal/CONFIDENTIAL-report.html").read_text(encoding="utf-8")
    assert said not in (done.folder / "public/report.html").read_text(encoding="utf-8")
