"""The base map of a study is published: no file of places may be in it, under whatever name."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely import MultiPoint

from hotspots.errors import DisclosureError
from hotspots.study.file import read_study
from hotspots.study.inputs import read_inputs

CRS = "EPSG:32616"


def add(folder, path, *, kind="place", more=""):
    """Add a layer to the base map of the study, and read it."""
    with (folder / "study.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[[basemap]]\nkind = "{kind}"\npath = "{path}"\n{more}')
    return read_inputs(read_study(folder / "study.toml"))


def points(folder, name):
    table = pd.read_csv(folder / name)
    at = gpd.points_from_xy(table["x"], table["y"], crs=CRS)
    return gpd.GeoDataFrame({"name": table["id"]}, geometry=at)


def quiet(message):
    return not any(part in message for part in ("h001", "POINT", "40", "48"))


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("homes.csv", "[[facilities]] group_home"),
        ("incidents.csv", "[incidents]"),
        ("contacts.csv", "[baseline]"),
    ],
)
def test_a_file_of_places_is_no_base_map(own_town, file, said):
    with pytest.raises(DisclosureError, match="a base map is published") as caught:
        add(own_town, file, more='crs = "EPSG:32616"\n')
    assert said in str(caught.value)


def test_another_layer_of_the_same_file_may_be_drawn(own_town):
    """The lake lies in the file of the boundary and the blocks."""
    points(own_town, "homes.csv").to_file(own_town / "town.gpkg", layer="homes")
    path = own_town / "study.toml"
    text = path.read_text(encoding="utf-8").replace(
        'path = "homes.csv"\ncrs = "EPSG:32616"\ncolumns = { facility_id = "id", x = "x", y = "y", '
        'operator_id = "operator" }',
        'path = "town.gpkg"\nlayer = "homes"\ncolumns = { facility_id = "name" }',
    )
    path.write_text(text, encoding="utf-8")
    assert len(read_inputs(read_study(path)).basemap["water"]) == 1
    with pytest.raises(DisclosureError, match=r"it is also \[\[facilities\]\] group_home"):
        add(own_town, "town.gpkg", more='layer = "homes"\n')


@pytest.mark.parametrize("file", ["homes.csv", "hotels.csv", "incidents.csv", "contacts.csv"])
@pytest.mark.parametrize("kind", ["place", "park"])
def test_a_copy_of_a_file_of_places_is_no_base_map(own_town, file, kind):
    """Nor 0.5 m beside them, as another projection and back may give."""
    copy = points(own_town, file)
    copy.geometry = copy.translate(0.3, 0.4)
    copy.to_file(own_town / "copy.gpkg")
    n = len(copy)
    with pytest.raises(DisclosureError, match=f"{n} of its {n} points are places in") as caught:
        add(own_town, "copy.gpkg", kind=kind)
    assert quiet(str(caught.value).replace(f"{n} ", ""))


def test_half_of_a_layer_or_half_of_the_homes_is_too_much(own_town):
    homes = points(own_town, "homes.csv")
    far = homes.set_geometry(homes.translate(10, 0))
    pd.concat([homes[:3], far[:3]]).to_file(own_town / "half_layer.gpkg")
    pd.concat([homes[:6], far, far]).to_file(own_town / "half_homes.gpkg")
    for name, said in {"half_layer": "3 of its 6 points", "half_homes": "6 of its 30"}.items():
        with pytest.raises(DisclosureError, match=said):
            add(own_town, f"{name}.gpkg")
        text = (own_town / "study.toml").read_text(encoding="utf-8")
        (own_town / "study.toml").write_text(text[: text.rindex("[[basemap]]")], encoding="utf-8")


def test_a_few_that_coincide_and_points_nearby_are_drawn(own_town):
    homes = points(own_town, "homes.csv")
    far = homes.set_geometry(homes.translate(10, 0))
    pd.concat([homes[:5], far]).to_file(own_town / "few.gpkg")
    assert len(add(own_town, "few.gpkg").basemap["place"]) == 17


def test_points_within_one_shape_are_found(own_town):
    one = MultiPoint(list(points(own_town, "homes.csv").geometry))
    gpd.GeoDataFrame(geometry=[one], crs=CRS).to_file(own_town / "one.gpkg")
    with pytest.raises(DisclosureError, match="12 of its 12 points are places in group_home"):
        add(own_town, "one.gpkg")


def test_points_that_are_no_names_of_places_are_refused_while_reading(own_town):
    homes = points(own_town, "homes.csv")
    homes.set_geometry(homes.translate(10, 0)).to_file(own_town / "far.gpkg")
    with pytest.raises(DisclosureError, match=r"far\.gpkg: 12 of 12 shapes are points"):
        add(own_town, "far.gpkg", kind="water")
