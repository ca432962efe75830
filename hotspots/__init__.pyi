from .disclosure.areas import public_areas as public_areas
from .disclosure.release import Context as Context
from .disclosure.release import InternalRelease as InternalRelease
from .disclosure.release import PublicRelease as PublicRelease
from .disclosure.release import Release as Release
from .disclosure.release import release as release
from .disclosure.rules import Rules as Rules
from .errors import HotspotsError as HotspotsError
from .facilities.candidates import street_sites as street_sites
from .facilities.colocation import ColocationQuotient as ColocationQuotient
from .facilities.colocation import colocation_quotient as colocation_quotient
from .facilities.colocation_controls import colocation_with_controls as colocation_with_controls
from .facilities.colocation_local import local_colocation_quotient as local_colocation_quotient
from .facilities.comparison import ControlComparison as ControlComparison
from .facilities.comparison import compare_with_controls as compare_with_controls
from .facilities.controls import ControlSets as ControlSets
from .facilities.controls import draw_controls as draw_controls
from .facilities.decay import Decay as Decay
from .facilities.exposure import exposure as exposure
from .facilities.licensing import licensing_sheet as licensing_sheet
from .facilities.periods import days_together as days_together
from .facilities.placement import placement_bands as placement_bands
from .facilities.proximity import proximity as proximity
from .facilities.timeliness import timeliness as timeliness
from .geography.apportionment import apportion as apportion
from .geography.catchments import catchments as catchments
from .geography.catchments import reached_streets as reached_streets
from .geography.counting import count as count
from .geography.counting import locate as locate
from .geography.grids import hexagons as hexagons
from .geography.grids import squares as squares
from .geography.journeys import distances_over_streets as distances_over_streets
from .geography.journeys import nearest_over_streets as nearest_over_streets
from .geography.journeys import within_over_streets as within_over_streets
from .geography.neighbours import contiguity as contiguity
from .geography.neighbours import distance_band as distance_band
from .geography.neighbours import nearest_neighbours as nearest_neighbours
from .geography.snapping import snap as snap
from .geography.streetkinds import distance_to_streets as distance_to_streets
from .geography.streets import Streets as Streets
from .geography.streets import read_streets as read_streets
from .geography.weights import inverse_distance as inverse_distance
from .geography.weights import kernel_weights as kernel_weights
from .inference.envelopes import Envelope as Envelope
from .inference.envelopes import global_envelope as global_envelope
from .inference.multiple import adjust as adjust
from .intake.candidates import read_candidates as read_candidates
from .intake.facilities import read_facilities as read_facilities
from .intake.incidents import read_incidents as read_incidents
from .intake.missing_reports import read_missing_reports as read_missing_reports
from .intake.polygons import read_boundary as read_boundary
from .intake.polygons import read_layer as read_layer
from .intake.polygons import read_polygons as read_polygons
from .intake.polygons import read_population as read_population
from .maps.exploring import explore as explore
from .maps.page import HotspotMap as HotspotMap
from .maps.page import hotspot_map as hotspot_map
from .presentation.figures import plot as plot
from .presentation.groups import groups as groups
from .presentation.sentences import headline as headline
from .reports.report import report_html as report_html
from .reports.report import write_report as write_report
from .reports.tables import write_proximity as write_proximity
from .reports.tables import write_public_areas as write_public_areas
from .reports.tables import write_results as write_results
from .schema import Table as Table
from .schema import TestResult as TestResult
from .statistics.excess_risk import excess_risk as excess_risk
from .statistics.getis_ord import gi as gi
from .statistics.getis_ord import gi_star as gi_star
from .statistics.global_tests import geary as geary
from .statistics.global_tests import general_g as general_g
from .statistics.global_tests import moran as moran
from .statistics.join_counts import join_count as join_count
from .statistics.lees_l import lees_l as lees_l
from .statistics.lees_l_local import lees_l_local as lees_l_local
from .statistics.local_geary import local_geary as local_geary
from .statistics.local_join_counts import local_join_count as local_join_count
from .statistics.local_moran import local_moran as local_moran
from .statistics.local_moran_bivariate import local_moran_bivariate as local_moran_bivariate
from .statistics.local_rates import gi_star_rate as gi_star_rate
from .statistics.local_rates import local_moran_rate as local_moran_rate
from .statistics.moran_rate import moran_rate as moran_rate
from .statistics.rates import eb_rates as eb_rates
from .statistics.rates import eb_standardised as eb_standardised
from .study.file import read_study as read_study
from .study.file import sample_study as sample_study
from .study.model import Study as Study
from .study.run import Run as Run
from .study.run import run as run

__version__: str
__all__ = [
    "ColocationQuotient",
    "Context",
    "ControlComparison",
    "ControlSets",
    "Decay",
    "Envelope",
    "HotspotMap",
    "HotspotsError",
    "InternalRelease",
    "PublicRelease",
    "Release",
    "Rules",
    "Run",
    "Streets",
    "Study",
    "Table",
    "TestResult",
    "adjust",
    "apportion",
    "catchments",
    "colocation_quotient",
    "colocation_with_controls",
    "compare_with_controls",
    "contiguity",
    "count",
    "days_together",
    "distance_band",
    "distance_to_streets",
    "distances_over_streets",
    "draw_controls",
    "eb_rates",
    "eb_standardised",
    "excess_risk",
    "explore",
    "exposure",
    "geary",
    "general_g",
    "gi",
    "gi_star",
    "gi_star_rate",
    "global_envelope",
    "groups",
    "headline",
    "hexagons",
    "hotspot_map",
    "inverse_distance",
    "join_count",
    "kernel_weights",
    "lees_l",
    "lees_l_local",
    "licensing_sheet",
    "local_colocation_quotient",
    "local_geary",
    "local_join_count",
    "local_moran",
    "local_moran_bivariate",
    "local_moran_rate",
    "locate",
    "moran",
    "moran_rate",
    "nearest_neighbours",
    "nearest_over_streets",
    "placement_bands",
    "plot",
    "proximity",
    "public_areas",
    "reached_streets",
    "read_boundary",
    "read_candidates",
    "read_facilities",
    "read_incidents",
    "read_layer",
    "read_missing_reports",
    "read_polygons",
    "read_population",
    "read_streets",
    "read_study",
    "release",
    "report_html",
    "run",
    "sample_study",
    "snap",
    "squares",
    "street_sites",
    "timeliness",
    "within_over_streets",
    "write_proximity",
    "write_public_areas",
    "write_report",
    "write_results",
]
