"""Public areas are drawn with an eye on the incidents; the test of their excess must bear that."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import box

from hotspots.disclosure.areas import public_areas
from hotspots.disclosure.excess import excess
from hotspots.disclosure.rules import design_effect

N_MAPS = 60
CRS = "EPSG:32616"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("n_persons", "repeats", "at_home"),
    [(60, 0.0, 1.0), (300, 0.0, 1.0), (231, 0.5, 1.0), (231, 0.5, 0.6), (231, 0.5, 0.0)],
)
def test_constant_risk_gives_no_more_false_positives_than_the_level(n_persons, repeats, at_home):
    """Splits stop where a half has too few persons, so they follow the incidents a little.

    With `repeats`, persons have a geometric number of incidents, `at_home` of them in one block
    and the others anywhere.
    """
    rng = np.random.default_rng(11)
    city = gpd.GeoDataFrame(geometry=[box(0, 0, 8000, 6000)], crs=CRS)
    cells = [box(x, y, x + 200, y + 200) for x in range(0, 8000, 200) for y in range(0, 6000, 200)]
    residents = rng.integers(0, 600, len(cells))
    blocks = gpd.GeoDataFrame({"population": residents}, geometry=cells, crs=CRS)
    corner = blocks.geometry.bounds[["minx", "miny"]].to_numpy()
    p_values = []
    for _ in range(N_MAPS):
        person = np.repeat(np.arange(n_persons), rng.geometric(1 - repeats, n_persons))
        share = residents / residents.sum()
        block = rng.choice(len(blocks), n_persons, p=share)[person]
        away = rng.random(len(person)) > at_home
        block[away] = rng.choice(len(blocks), away.sum(), p=share)
        x, y = (corner[block] + rng.uniform(1, 199, (len(person), 2))).T
        incidents = gpd.GeoDataFrame(
            {"person_id": person}, geometry=gpd.points_from_xy(x, y), crs=CRS
        )
        areas = public_areas(incidents, city, population=blocks)
        result = excess(areas["count"], areas["population"], design_effect=design_effect(areas))
        p_values.append(result["p_value"].dropna())
    p = pd.concat(p_values).to_numpy()
    assert len(p) > 5 * N_MAPS / 2
    for level in (0.1, 0.05, 0.01):
        assert np.mean(p <= level) <= level + 3 * np.sqrt(level * (1 - level) / len(p))
