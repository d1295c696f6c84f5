"""Measured or asked serving points of a table: times and throughput."""
