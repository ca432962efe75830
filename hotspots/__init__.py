"""Geospatial hotspot analysis: where incidents concentrate, and what is near what over the streets.

The public names live in one flat namespace, ``import hotspots as hs``, and are loaded when first
used: importing the package pulls in no geopandas, folium, osmnx or matplotlib. The list of names
is ``__init__.pyi``.
"""

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
