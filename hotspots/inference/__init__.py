"""P-values: tails, shared random draws, and correction for many tests."""
