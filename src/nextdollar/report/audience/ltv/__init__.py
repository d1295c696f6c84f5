"""Lifetime values for people and programs."""
