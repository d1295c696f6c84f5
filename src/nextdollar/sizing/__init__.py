"""Tables of machines' work in; hours, days, dollars, energy and speed out, each with its range."""

from nextdollar.sizing.throughput import ThroughputEstimate, ThroughputEstimates, estimate_throughput
from nextdollar.sizing.training import TrainingEstimate, TrainingEstimates, estimate_training

__all__ = [
    "ThroughputEstimate",
    "ThroughputEstimates",
    "TrainingEstimate",
    "TrainingEstimates",
    "estimate_throughput",
    "estimate_training",
]
