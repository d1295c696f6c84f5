"""Training runs of a table: hours, days, dollars, energy, layouts."""
