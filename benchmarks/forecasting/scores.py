"""How good a forecast was, once the larger runs are known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from forecasting.peers import intervals, peers_of
from forecasting.studies import Split

from nextdollar.catalogue.study_fits import pooled_prior
from nextdollar.scaling.forecasting.forecast import Forecast, predict
from nextdollar.scaling.forecasting.forecast_law import forecast_law

SEED = 20261121
N_DRAWS = 4096


@dataclass(frozen=True)
class Score:
    """Scores of one split; errors, widths and interval scores are percents of the loss.

    `peer_errors` by peer; `cover_50` to `cover_90` are shares of larger runs inside our intervals,
    `peer_cover` and `peer_cover_residuals` inside the peers' 90 %. Interval scores are those of 90 %
    intervals: width, plus 20 times what a run lies outside (Winkler 1972).
    """

    name: str
    group: str
    factor: float
    n_small: int
    n_large: int
    error: float
    bias: float
    peer_errors: dict[str, float]
    cover_50: float
    cover_80: float
    cover_90: float
    half_width: float
    interval_score: float
    peer_cover: float
    peer_cover_residuals: float
    peer_score_residuals: float
    cannot_say_share: float

    @property
    def best_peer_error(self) -> float:
        """Least error of any peer on this split, chosen with hindsight."""
        return min(self.peer_errors.values())


def score(cut: Split) -> Score:
    """Forecast the larger runs of a split, with everything of its group left out of the prior."""
    law = forecast_law(
        cut.small, pooled_prior(cut.study.group), n_draws=N_DRAWS, generator=np.random.default_rng(SEED)
    )
    forecast = predict(law, cut.large.params, cut.large.tokens)
    truth = np.log(cut.large.loss_nats)
    generator = np.random.default_rng(SEED)
    peers = peers_of(cut.small, cut.large, generator)
    bootstrap, with_residuals = intervals(peers, 0.9, generator)
    miss = truth - np.log(forecast.p50)
    ours = np.log([forecast.p5, forecast.p95])
    return Score(
        name=cut.study.name,
        group=cut.study.group,
        factor=cut.factor,
        n_small=len(cut.small),
        n_large=len(cut.large),
        error=_percent(np.abs(miss)),
        bias=_percent(-miss),
        peer_errors={name: _percent(np.abs(truth - point)) for name, point in peers.points.items()},
        cover_50=_share_inside(truth, np.log([forecast.p25, forecast.p75])),
        cover_80=_share_inside(truth, np.log([forecast.p10, forecast.p90])),
        cover_90=_share_inside(truth, ours),
        half_width=_percent((ours[1] - ours[0]) / 2),
        interval_score=_percent(interval_score(truth, ours)),
        peer_cover=_share_inside(truth, bootstrap),
        peer_cover_residuals=_share_inside(truth, with_residuals),
        peer_score_residuals=_percent(interval_score(truth, with_residuals)),
        cannot_say_share=float(forecast.cannot_say.mean()),
    )


def forecast_of(cut: Split) -> Forecast:
    """Return the forecast of the larger runs of a split."""
    prior = pooled_prior(cut.study.group)
    law = forecast_law(cut.small, prior, n_draws=N_DRAWS, generator=np.random.default_rng(SEED))
    return predict(law, cut.large.params, cut.large.tokens)


def interval_score(truth: np.ndarray, ends: np.ndarray, share: float = 0.9) -> np.ndarray:
    """Width of each interval, plus 2 / (1 - share) times how far the truth lies outside; (n,)."""
    outside = np.maximum(ends[0] - truth, 0) + np.maximum(truth - ends[1], 0)
    return np.asarray(ends[1] - ends[0] + 2 / (1 - share) * outside)


def _share_inside(truth: np.ndarray, ends: np.ndarray) -> float:
    return float(np.mean((truth >= ends[0]) & (truth <= ends[1])))


def _percent(values: np.ndarray) -> float:
    return float(100 * np.mean(values))
