"""The cheapest fleet for a load, with its bill."""
