"""Intake: files become validated tables in one metric CRS, and bad records go to quarantine."""
