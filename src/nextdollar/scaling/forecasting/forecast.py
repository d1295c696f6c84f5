"""The loss of models not yet trained: mean, intervals, and whether any can be given."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nextdollar.scaling.forecasting.forecast_law import ForecastLaw
from nextdollar.scaling.laws.law import require_model
from nextdollar.units import FloatArray

MOST_DISAGREEMENT_SHARE = 0.10
"""Where laws that fit the same runs part by more than this share of the loss, none is believed."""

_SHARES = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)


@dataclass(frozen=True, slots=True)
class Forecast:
    """Losses of runs yet to be made, in nats per token; every array is (n_targets,).

    `p5` to `p95` are quantiles of the draws: p5 to p95 is meant to hold nine runs of ten. `distance` is
    how many decades a target lies beyond the runs, 0 inside. `law_disagreement_share` is how far the
    furthest rival form lies from the law, as a share of its loss; `cannot_say` is true where that is
    more than `MOST_DISAGREEMENT_SHARE`.
    """

    params: FloatArray
    tokens: FloatArray
    mean: FloatArray
    p5: FloatArray
    p10: FloatArray
    p25: FloatArray
    p50: FloatArray
    p75: FloatArray
    p90: FloatArray
    p95: FloatArray
    cannot_say: NDArray[np.bool_]
    distance: FloatArray
    law_disagreement_share: FloatArray

    def __len__(self) -> int:
        return int(self.params.size)


def predict(law: ForecastLaw, N: FloatArray, D: FloatArray) -> Forecast:
    """Losses of models by the draws of a law.

    Parameters
    ----------
    law : ForecastLaw
        The law with its draws.
    N, D : array (n_targets,) or float
        Parameters and training tokens, above 0.

    Returns
    -------
    Forecast
        One entry a target; a target's entry does not depend on the other targets.

    Raises
    ------
    DomainError
        If a size is 0 or less.

    Notes
    -----
    Quantiles are those of the inverse empirical distribution: always a draw.
    """
    require_model(N, D)
    params, tokens = (
        np.array(x, dtype=float) for x in np.broadcast_arrays(np.atleast_1d(N), np.atleast_1d(D))
    )
    draws = np.asarray(law.loss(params[:, None], tokens[:, None]))
    quantiles = np.quantile(draws, _SHARES, axis=1, method="inverted_cdf")
    central = law.width.central.loss(params, tokens)
    apart = [np.abs(rival.loss(params, tokens) / central - 1) for rival in law.rivals]
    disagreement = np.max(apart, axis=0) if apart else np.zeros_like(params)
    p5, p10, p25, p50, p75, p90, p95 = quantiles
    return Forecast(
        params=params,
        tokens=tokens,
        mean=draws.mean(axis=1),
        p5=p5,
        p10=p10,
        p25=p25,
        p50=p50,
        p75=p75,
        p90=p90,
        p95=p95,
        cannot_say=disagreement > MOST_DISAGREEMENT_SHARE,
        distance=np.asarray(law.distance(params, tokens)),
        law_disagreement_share=disagreement,
    )
