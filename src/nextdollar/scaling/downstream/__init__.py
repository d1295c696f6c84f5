"""From loss to a benchmark metric: laws of metrics, thresholds, and what a point more costs."""
