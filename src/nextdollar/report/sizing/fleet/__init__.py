"""A fleet and its levers for people and programs."""
