"""Log loss of the joint law of Kaplan et al."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from nextdollar.scaling.fitting.surfaces.surface import Curvature
from nextdollar.units import FloatArray


@dataclass(frozen=True)
class KaplanSurface:
    """ln L = alpha_D ln(exp(r (ln N_c - ln N)) + exp(ln D_c - ln D)), r = alpha_N / alpha_D.

    The coefficients are (ln N_c, alpha_N, ln D_c, alpha_D); `log_params` and `log_tokens` (n_points,).
    """

    log_params: FloatArray
    log_tokens: FloatArray

    names = ("log_N_c", "alpha_N", "log_D_c", "alpha_D")
    lower = np.array([-100.0, 2e-3, -100.0, 2e-3])
    upper = np.array([400.0, 5.0, 400.0, 5.0])

    def at(self, theta: FloatArray) -> KaplanJet:
        """Return log loss, slopes and curvature at coefficients (n_batch, 4)."""
        log_N_c, alpha_N, log_D_c, alpha_D = (theta[:, k, None] for k in range(4))
        above = log_N_c - self.log_params
        by_size, by_data = alpha_N / alpha_D * above, log_D_c - self.log_tokens
        log_bracket = np.logaddexp(by_size, by_data)
        return KaplanJet(alpha_N, alpha_D, above, log_bracket, np.exp(by_size - log_bracket))


@dataclass(frozen=True)
class KaplanJet:
    """The surface at one batch of coefficients; `above` is ln(N_c / N), `share` that of the size term."""

    alpha_N: FloatArray
    alpha_D: FloatArray
    above: FloatArray
    log_bracket: FloatArray
    share: FloatArray

    @cached_property
    def value(self) -> FloatArray:
        """Log loss (n_batch, n_points)."""
        return self.alpha_D * self.log_bracket

    @cached_property
    def jacobian(self) -> FloatArray:
        """Slopes (n_batch, 4, n_points)."""
        r = self.alpha_N / self.alpha_D
        return np.stack(
            [
                self.alpha_N * self.share,
                self.share * self.above,
                self.alpha_D * (1 - self.share),
                self.log_bracket - r * self.share * self.above,
            ],
            axis=1,
        )

    def curvature(self, slopes: FloatArray) -> Curvature:
        """Second derivatives, by those of the bracket in (u, v) = (r ln(N_c / N), ln(D_c / D)).

        With w = alpha_D share (1 - share): alpha_D times the second derivatives of the bracket are
        w (du - dv)^2, and alpha_D share d2u plus the cross terms with alpha_D make the rest.
        """
        r, s = self.alpha_N / self.alpha_D, self.alpha_D
        spread = slopes * s * self.share * (1 - self.share)
        difference = np.stack(
            np.broadcast_arrays(r + 0 * self.above, self.above / s, -1.0, -r * self.above / s), axis=1
        )
        matrix = (difference * spread[:, None]) @ difference.transpose(0, 2, 1)
        of_size = (slopes * self.share).sum(axis=1)
        matrix[:, 0, 1] += of_size
        matrix[:, 1, 0] += of_size
        # d2(alpha_D bracket)/d(alpha_D) dx = d(bracket)/dx + share alpha_D d2u/d(alpha_D) dx, which
        # cancels for x = ln N_c, alpha_N and alpha_D itself.
        of_data = (slopes * (1 - self.share)).sum(axis=1)
        matrix[:, 2, 3] += of_data
        matrix[:, 3, 2] += of_data
        return Curvature(matrix, np.zeros_like(slopes))
