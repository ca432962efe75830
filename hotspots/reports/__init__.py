"""Room: reports. A release as a page to print, and as files for other software."""
