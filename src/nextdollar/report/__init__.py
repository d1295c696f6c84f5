"""Part of nextdollar."""
