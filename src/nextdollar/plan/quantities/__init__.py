"""Numbers, ranges and distributions with their units, as a scenario writes them."""
