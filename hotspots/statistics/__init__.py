"""Where values concentrate: local statistics per unit, and global tests."""
