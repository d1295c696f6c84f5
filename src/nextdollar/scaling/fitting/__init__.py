"""Laws fitted to runs: the best coefficients, how sure they are, and what they hang on."""

from nextdollar.scaling.fitting.fit import fit
from nextdollar.scaling.fitting.result import Fit, Objective

__all__ = ["Fit", "Objective", "fit"]
