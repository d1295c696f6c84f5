"""Retention for people and programs."""
