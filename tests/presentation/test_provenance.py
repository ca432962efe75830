"""What a page says about itself, and what a public one never says."""

from __future__ import annotations

import pytest

from hotspots.presentation.caveats import caveats
from hotspots.presentation.provenance import (
    banner,
    how_made,
    least_drawn,
    rows_read,
    sources,
)
from hotspots.schema import RowCounts

RECORD = {
    "rows": {
        "incidents": RowCounts(read=1000, located=990, used=940,
                               set_aside={"no coordinate": 10, "period": 50}),
        "trap_house": {"read": 1, "located": 1, "used": 1, "set_aside": {}},
    },
    "inputs": {"incidents.csv": "ab" * 32},
    "inference": {
        "gi_star": {"method": "exact", "null": "total", "n_permutations": 9999,
                    "alternative": "two-sided", "correction": "fdr_bh", "n_units": 4,
                    "n_tested": 3, "not_testable": {"no neighbours": 1}, "notes": ["Note that."]}
    },
}  # fmt: skip


def test_internal_banner_says_why_and_for_whom(internal, make_grid):
    assert banner(internal(make_grid(2))).text == (
        "CONFIDENTIAL – do not forward, publish or leave open. Reason: a review of licences. "
        "For: the licensing unit."
    )
    assert banner(internal(make_grid(2))).tone == "internal"


def test_synthetic_is_said_first_in_both_profiles(internal, public, make_grid, make_context):
    context = make_context(synthetic=True)
    for shown in (internal(make_grid(2), context=context), public(context=context)):
        assert banner(shown).tone == "synthetic"
        assert banner(shown).text.startswith("SYNTHETIC – invented data.")
    assert "CONFIDENTIAL" in banner(internal(make_grid(2), context=context)).text


def test_public_banner(public):
    assert banner(public()).tone == "public"
    assert "CONFIDENTIAL" not in banner(public()).text


def test_five_caveats_stand_on_every_page(internal, public, label, make_grid):
    starts = ("Recorded is not occurred", "Enforcement and detection shape the record",
              "Small numbers", "Not for dispatch", "Areas do not describe people")  # fmt: skip
    for shown in (internal(make_grid(2)), internal(label(make_grid(2))), public()):
        said = caveats(shown)
        assert all(text.startswith(start) for text, start in zip(said, starts, strict=False))
        assert len(said) >= 5


def test_caveats_fit_what_is_shown(internal, public, label, make_grid, proximity):
    shown = internal(label(make_grid(4)), proximity=proximity)
    assert any(text.startswith("Near is not connected") for text in caveats(shown))
    assert not any("Withheld" in text for text in caveats(shown))
    assert any(text.startswith("Withheld areas look alike") for text in caveats(public()))


def test_caveats_of_rates_beside_counts_say_which_they_are_of(
    internal, label, make_grid, make_context
):
    table = label(label(make_grid(4), "gi_star"), "gi_star_rate")
    context = make_context(method={"Rates": "of other recorded contacts"})
    said = caveats(internal(table, context=context))
    start = "For Getis-Ord Gi* chance means that every area is alike"
    assert sum(text.startswith(start) for text in said) == 1
    start = "A rate compares with other recorded contacts, and takes every incident as"
    assert sum(text.startswith(start) for text in said) == 1
    said = caveats(internal(label(make_grid(4), "gi_star")))
    assert any(text.startswith("Chance means that every area is alike") for text in said)


def test_internal_page_says_what_became_of_every_row(internal, label, make_grid):
    said = dict(how_made(internal(label(make_grid(4)), record=RECORD)))
    assert said["Rows: Incidents"] == (
        "1,000 rows read, 990 located, 940 used; set aside: 50 period and 10 no coordinate"
    )
    assert said["Rows: Locations with recorded reports"] == "1 row read, 1 located, 1 used"
    assert said["SHA-256 of incidents.csv"] == "ab" * 32
    assert said["p-values of Getis-Ord Gi*"] == (
        "Exact, two-sided, total randomisation, 9,999 permutations, false discovery rate by "
        "Benjamini-Hochberg. 3 of 4 areas tested (no neighbours: 1). Note that"
    )
    assert said["Units"] == "squares of 1,000 m"
    assert said["Coordinates"] == "WGS 84 / UTM zone 16N"
    assert said["Made"] == "1 January 2018"
    assert "numpy" in said["Software"]


def test_reasons_are_those_of_a_reader(internal, label, make_grid):
    rows = {"incidents": {"read": 9, "located": 9, "used": 1, "set_aside": {"where": 8}}}
    shown = internal(label(make_grid(4)), record={"rows": rows})
    assert rows_read(shown) == [
        ("Incidents", {"read": 9, "located": 9, "used": 1}, {"not of the chosen kind": 8})
    ]


def test_simulated_maps_are_no_permutations(internal, label, make_grid):
    drawn = {"method": "simulation", "n_permutations": 9999, "alternative": "two-sided",
             "null": "conditional", "chance": "constant risk"}  # fmt: skip
    record = {"inference": {"local_moran_rate": drawn}}
    said = dict(how_made(internal(label(make_grid(4), "local_moran_rate"), record=record)))
    found = said["p-values of Local Moran's I of rates"]
    assert found == (
        "Simulation, two-sided, constant risk, the area's own number held, up to 9,999 simulated "
        "maps"
    )


def test_the_rarest_drawn_is_known_where_p_values_are_drawn(internal, public, label, make_grid):
    shown = internal(label(make_grid(4)), record=RECORD)
    assert least_drawn(shown, "gi_star") == pytest.approx(2 / 10_000)
    assert least_drawn(shown, "local_moran") == 0
    assert least_drawn(public(), "excess") == 0


def test_public_page_says_parameters_only(public):
    terms = dict(how_made(public()))
    assert set(terms) == {"Method", "Significance", "Withheld", "Repeat persons", "Period",
                          "Areas", "Coordinates", "Made", "Software"}  # fmt: skip
    assert terms["Repeat persons"].startswith("counts are divided by 1.0 before")
    assert "fewer than 11 persons" in terms["Withheld"]
    assert terms["Made"] == "1 January 2018"


def test_open_data_is_said_in_the_footer(label, make_grid, make_context):
    from hotspots.disclosure.release import release

    context = make_context(open_data="Toyville open data")
    shown = release(label(make_grid(4)), context=context)
    assert sources(shown) == ("Published records: Toyville open data; suppression is off.",)
    assert dict(how_made(shown))["Neighbours"] == "areas that touch"
    assert not any("Withheld" in text for text in caveats(shown))


@pytest.mark.parametrize("record", [{}, {"rows": None, "inputs": None, "inference": None}])
def test_a_bare_record_says_nothing(internal, label, make_grid, record):
    terms = dict(how_made(internal(label(make_grid(4)), record=record)))
    assert not any(term.startswith(("Rows", "SHA", "p-values")) for term in terms)
