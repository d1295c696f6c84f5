"""How many instances a load needs, and what a token of it costs."""
