"""Renting, reserving, buying and an API beside each other."""
