"""What estimates of machine time look like: as JSON, as text, as a page."""
