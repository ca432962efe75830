"""Room: maps."""
