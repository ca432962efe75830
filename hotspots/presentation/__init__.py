"""Room: presentation."""
