"""How the parameters of a study are written on a page."""

from __future__ import annotations

from hotspots.study.context import context
from hotspots.study.file import sample_study
from hotspots.study.inputs import read_inputs


def test_lengths_have_thousands_separators_as_counts_have():
    study = sample_study()
    assert study.analysis.neighbours.distance_m == 1250
    assert context(study, read_inputs(study)).method["Neighbours"] == "areas within 1,250 m"
