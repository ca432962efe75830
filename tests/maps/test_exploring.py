"""A quick look is internal, and is not kept."""

from __future__ import annotations

import pytest

from hotspots.disclosure.release import Context, InternalRelease
from hotspots.errors import DisclosureError, InputError, SchemaError
from hotspots.maps.exploring import explore


def test_a_table_is_shown_under_the_internal_banner(table, facilities, proximity, page_of):
    made = explore(table, "gi_star", facilities=facilities, proximity=proximity)
    assert isinstance(made.release, InternalRelease)
    assert made.statistics == ("gi_star",)
    page = page_of(made)
    assert "CONFIDENTIAL" in page
    assert "exploration in memory" in page


def test_it_cannot_be_saved(table, tmp_path):
    with pytest.raises(DisclosureError, match=r"explore\(\) is for looking.*reason='…'"):
        explore(table).save(tmp_path / "a.html")
    assert not list(tmp_path.iterdir())


def test_a_release_is_shown_as_it_is(public, internal):
    assert explore(public).release is public
    with pytest.raises(InputError, match="brings its own"):
        explore(internal, context=Context())


def test_facilities_must_keep_their_contract(table, facilities, page_of):
    with pytest.raises(SchemaError, match="no column 'kind'"):
        page_of(explore(table, facilities=facilities.drop(columns="kind")))


def test_single_places_are_refused(facilities):
    with pytest.raises(DisclosureError, match="single places"):
        explore(facilities)
