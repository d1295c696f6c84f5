"""Student's t with 4 degrees of freedom, which candidates of importance sampling are dealt from.

Its tails are heavier than those of what is sampled, and its quantile has a closed form.
"""

from __future__ import annotations

import numpy as np

from nextdollar.units import FloatArray


def student_t(scores: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Student's t with 4 degrees of freedom from uniforms, and how likely they are.

    Parameters
    ----------
    scores : array (n_coordinates, n_scores)
        Uniform between 0 and 1.

    Returns
    -------
    array (n_coordinates, n_scores)
        The quantiles 2 sign(u - 1/2) sqrt(cos(acos(r) / 3) / r - 1) with r = sqrt(4 u (1 - u)) (Shaw 2006,
        Sampling Student's T distribution, J. Computational Finance 9(4), section 2).
    array (n_scores,)
        Log-density of all coordinates together; that of one is 3/8 (1 + t**2 / 4)**(-5/2).
    """
    root = np.sqrt(4 * scores * (1 - scores))
    t = np.sign(scores - 0.5) * 2 * np.sqrt(np.maximum(np.cos(np.arccos(root) / 3) / root - 1, 0.0))
    return t, np.sum(np.log(0.375) - 2.5 * np.log1p(t**2 / 4), axis=0)
