"""Purchases for people and programs."""
