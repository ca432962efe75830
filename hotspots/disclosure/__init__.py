"""Room: disclosure."""
