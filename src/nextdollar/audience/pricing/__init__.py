"""A price list on a table of real use: margins, the price to ask, and the growth that it bears."""
