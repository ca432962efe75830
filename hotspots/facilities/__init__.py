"""Facilities: how places relate to each other, over the streets and in a straight line."""
