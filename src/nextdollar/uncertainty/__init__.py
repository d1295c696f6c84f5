"""Uncertain numbers: what they may be, how they are drawn, and what their draws say."""

from nextdollar.uncertainty.composed import Mixture, Truncated
from nextdollar.uncertainty.correlation import (
    Correlations,
    correlate,
    correlations_from_pairs,
    nearest_correlation,
    pearson_from_spearman,
    spearman_from_pearson,
)
from nextdollar.uncertainty.discrete import Bernoulli, Constant, Discrete
from nextdollar.uncertainty.distributions import (
    Distribution,
    LogNormal,
    Normal,
    Triangular,
    Uniform,
    interval_90,
)
from nextdollar.uncertainty.gamma_and_beta import Beta, Gamma, Pert
from nextdollar.uncertainty.quantiles import Quantiles
from nextdollar.uncertainty.sampling import Design, draw, uniforms
from nextdollar.uncertainty.summary import (
    ReachedSummary,
    Summary,
    confidence_interval,
    quantiles,
    replicate_error,
    summarise,
    summarise_reached,
)

__all__ = [
    "Bernoulli",
    "Beta",
    "Constant",
    "Correlations",
    "Design",
    "Discrete",
    "Distribution",
    "Gamma",
    "LogNormal",
    "Mixture",
    "Normal",
    "Pert",
    "Quantiles",
    "ReachedSummary",
    "Summary",
    "Triangular",
    "Truncated",
    "Uniform",
    "confidence_interval",
    "correlate",
    "correlations_from_pairs",
    "draw",
    "interval_90",
    "nearest_correlation",
    "pearson_from_spearman",
    "quantiles",
    "replicate_error",
    "spearman_from_pearson",
    "summarise",
    "summarise_reached",
    "uniforms",
]
