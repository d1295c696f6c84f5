"""Training steps of a table: utilisation and tokens per second."""
