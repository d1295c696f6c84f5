"""Rent or buy for people and programs."""
