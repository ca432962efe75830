"""Make the Lakeport study anew: ``python data/lakeport/build.py [--out DIR]``, about a minute."""

from __future__ import annotations

import argparse
from pathlib import Path

from make import facilities, files, frame, incidents, people, places, planted, streets

HERE = Path(__file__).resolve().parent


def build(out: Path) -> None:
    """Invent Lakeport and write every data file of the study.

    Parameters
    ----------
    out : Path
        Folder, made where it is missing. ``study.toml``, README and LICENSE are written by hand.
    """
    out.mkdir(parents=True, exist_ok=True)
    network = streets.build()
    print(f"streets: {len(network.graph):,} corners, {network.graph.number_of_edges():,} pieces")
    city = places.settle(network)
    print(f"addresses: {len(city.addresses):,}")
    known = people.invent()
    open_places = facilities.open_up(city.addresses)
    reports = incidents.place_reports(known, city.addresses, open_places)
    contacts = incidents.contacts(city.addresses)
    missing = incidents.missing_reports(known, open_places)
    files.write_streets(out / "streets.graphml.gz", network)
    files.write_geography(out / "geography.gpkg", city.layers)
    files.write_tables(out, city, open_places, known)
    files.write_table(out / "incidents.csv", reports[files.REPORT_COLUMNS])
    files.write_table(out / "contacts.csv.gz", contacts)
    files.write_table(out / "missing_reports.csv", missing)
    files.write_json(out / "truth.json", planted.truth(reports, contacts))
    print(f"{frame.WATERMARK}; written to {out}")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Make the Lakeport study anew.")
    parser.add_argument("--out", type=Path, default=HERE, help="folder to write to")
    build(parser.parse_args().out)


if __name__ == "__main__":
    main()
