"""From the text of a scenario file to plain data with the place of every name and value."""
