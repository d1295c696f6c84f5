"""Tables of machines' work in; hours, days, dollars, energy and speed out, each with its range."""

from nextdollar.sizing.serving.estimate import ServingEstimate, ServingEstimates, estimate_serving
from nextdollar.sizing.throughput.estimate import ThroughputEstimate, ThroughputEstimates, estimate_throughput
from nextdollar.sizing.training.answers import TrainingEstimate
from nextdollar.sizing.training.estimate import TrainingEstimates, estimate_training

__all__ = [
    "ServingEstimate",
    "ServingEstimates",
    "ThroughputEstimate",
    "ThroughputEstimates",
    "TrainingEstimate",
    "TrainingEstimates",
    "estimate_serving",
    "estimate_throughput",
    "estimate_training",
]
