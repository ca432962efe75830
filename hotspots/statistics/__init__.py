"""Room: statistics."""
