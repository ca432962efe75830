"""Where the embedded sample study is looked for."""

from __future__ import annotations

import pytest

from hotspots.errors import InputError
from hotspots.intake import sample


@pytest.mark.parametrize("installed", [True, False])
def test_the_installed_study_comes_before_the_checkouts(tmp_path, monkeypatch, installed):
    places = (tmp_path / "hotspots" / "_lakeport", tmp_path / "data" / "lakeport")
    monkeypatch.setattr(sample, "_PLACES", places)
    for place in places if installed else places[1:]:
        place.mkdir(parents=True)
        (place / "study.toml").write_text("")
    expected = places[0] if installed else places[1]
    assert sample.sample_path() == expected
    assert sample.sample_study_path() == expected / "study.toml"


def test_a_missing_study_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(sample, "_PLACES", (tmp_path,))
    with pytest.raises(InputError) as caught:
        sample.sample_study_path()
    assert str(caught.value) == (
        "the sample study is missing from this installation; install hotspots-geo again, or run "
        "from a complete checkout"
    )


def test_the_places_are_the_package_and_its_checkout(root):
    places = list(sample._PLACES)
    assert places == [root / "hotspots" / "_lakeport", root / "data" / "lakeport"]
