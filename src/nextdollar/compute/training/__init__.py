"""How long training takes, on how many machines, in which layout."""
