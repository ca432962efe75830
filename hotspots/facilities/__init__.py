"""Room: facilities."""
