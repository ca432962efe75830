"""A whole city on one page: small enough to mail, and drawn without a request."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from hotspots.disclosure.release import Context, release
from hotspots.geography.counting import count
from hotspots.geography.grids import squares

UTM = "EPSG:32616"


@pytest.fixture
def city(shared_data):
    """Milwaukee in squares of 250 m, labelled by count alone; statistics are tested elsewhere."""
    folder = shared_data / "milwaukee"
    layers = {
        kind: gpd.read_file(folder / "geography.gpkg", layer=layer).to_crs(UTM)
        for kind, layer in (
            ("boundary", "city_limits"),
            ("water", "water"),
            ("park", "parks"),
            ("road", "freeways"),
            ("place", "neighborhoods"),
        )
    }
    boundary = layers.pop("boundary")[["geometry"]].dissolve()
    layers["place"] = layers["place"].rename(columns={"neighborhood": "name"})
    rows = pd.read_csv(folder / "incidents_robbery_2015.csv").dropna(subset=["x", "y"])
    points = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(rows["x"], rows["y"]),
        index=pd.Index(rows["id"].astype(str), name="incident_id"),
        crs="EPSG:32054",
    ).to_crs(UTM)
    units = count(points, squares(boundary, size=250))
    for name in ("gi_star", "local_moran"):
        units[f"{name}_statistic"] = units["count"].astype(float)
        units[f"{name}_expected"] = units["count"].mean()
        units[f"{name}_p_value"] = 1 / (1 + units["count"])
    units["gi_star_label"] = np.where(units["count"] > 4, "hot 95", "not significant")
    units["local_moran_label"] = np.where(units["count"] > 4, "high-high", "not significant")
    return release(
        units,
        profile="internal",
        reason="a test",
        recipient="the tests",
        context=Context(title="Milwaukee", boundary=boundary, basemap=layers),
    )


def test_a_city_is_one_page_of_less_than_a_megabyte(city, opened, tmp_path):
    page = opened(city)
    assert len(city.table) > 4000
    assert (tmp_path / "map.html").stat().st_size < 1_000_000
    assert page.evaluate("hotspots.page.content.units.length") == len(city.table)
    page.evaluate("hotspots.map.setZoom(15, { animate: false })")
    assert page.evaluate("hotspots.page.content.basemap.map(({ kind }) => kind)") == [
        "water",
        "park",
        "road",
        "place",
    ]
