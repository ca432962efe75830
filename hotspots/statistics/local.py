"""The local statistics under one roof."""

from hotspots.statistics.getis_ord import gi, gi_star
from hotspots.statistics.local_moran import local_moran

__all__ = ["gi", "gi_star", "local_moran"]
