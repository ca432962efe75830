"""What is said where something else than a table with a geometry is given."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point, box

import hotspots as hs
from hotspots.crs import require_points
from hotspots.errors import InputError, SchemaError
from hotspots.schema import RowCounts, Table

CRS = "EPSG:32616"
CITY = gpd.GeoSeries([box(0, 0, 1000, 1000)], crs=CRS)


def places(kind):
    return gpd.GeoDataFrame(
        {"kind": [kind]},
        geometry=[Point(100, 100)],
        index=pd.Index(["a"], name="facility_id"),
        crs=CRS,
    )


def read(table):
    return Table(table, pd.DataFrame(), RowCounts(read=1, located=1, used=1, set_aside={}))


def test_a_forgotten_table_is_named():
    cells = hs.squares(CITY, size=500)
    found = r"points and units: .* this is a Table; pass its \.table"
    with pytest.raises(InputError, match=found):
        hs.count(read(places("hotel")), cells)
    with pytest.raises(InputError, match=r"units: .* this is a Table; pass its \.table"):
        hs.count(places("hotel"), read(cells))
    with pytest.raises(InputError, match=r"units: .* this is a Table; pass its \.table"):
        hs.contiguity(read(cells))
    with pytest.raises(InputError, match=r"origins: .* this is a Table; pass its \.table"):
        hs.proximity(read(places("group_home")), places("hotel"))
    with pytest.raises(InputError, match=r"destinations: .* this is a Table; pass its \.table"):
        hs.proximity(places("group_home"), read(places("hotel")))


def test_a_bare_shape_and_a_bare_table_are_named():
    with pytest.raises(InputError, match=r"boundary: .* this is a Polygon; wrap it: geopandas\."):
        hs.hexagons(CITY.iloc[0], size=500)
    for bare in (pd.DataFrame({"x": [1]}), gpd.GeoDataFrame({"x": [1]})):
        with pytest.raises(
            InputError, match=r"boundary: .* this is a \w+; .*\.set_geometry\('…'\)"
        ):
            hs.hexagons(bare, size=500)
    with pytest.raises(InputError, match=r"boundary: .* this is a str; read it with geopandas"):
        hs.hexagons("city.gpkg", size=500)


@pytest.mark.parametrize("size", ["500", None])
def test_a_size_that_is_no_number_is_named(size):
    with pytest.raises(InputError, match=rf"size: {size!r} is not a number of metres"):
        hs.hexagons(CITY, size=size)


def test_rows_that_are_no_points_are_counted():
    shapes = gpd.GeoSeries([Point(1, 2), box(0, 0, 1, 1), Point(), None], index=list("abcd"))
    with pytest.raises(SchemaError, match=r"^hotels: 3 rows are not points, first id 'b'; leave"):
        require_points(shapes, what="hotels")
    require_points(shapes.iloc[:1], what="hotels")
    with pytest.raises(InputError, match="hotels: a GeoDataFrame with a geometry is needed"):
        require_points(pd.DataFrame({"x": [1.0]}), what="hotels")
