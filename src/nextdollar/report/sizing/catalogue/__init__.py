"""The catalogue for people and programs."""
