"""Estimates of serving for people and programs."""
