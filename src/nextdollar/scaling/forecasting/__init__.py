"""Losses of larger runs with intervals that are meant to hold; see `forecast`."""
