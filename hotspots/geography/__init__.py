"""Room: geography."""
