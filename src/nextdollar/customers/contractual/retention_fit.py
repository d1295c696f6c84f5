"""Laws of retention fitted to what was observed, and their average for forecasts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

from nextdollar.customers.contractual.fitting.draws import Proposals, along, around, chosen, share_points
from nextdollar.customers.contractual.fitting.law_fit import LawFit, geometric_fit, law_fit, law_of, prior_fit
from nextdollar.customers.contractual.fitting.likelihood import (
    Terms,
    bdw_terms,
    bdw_value,
    dw_terms,
    dw_value,
    geometric_value,
    sbg_terms,
    sbg_value,
)
from nextdollar.customers.contractual.fitting.newton import Peak, maximise
from nextdollar.customers.contractual.fitting.prior import (
    COORDINATES,
    LAW_SHARE,
    LawName,
    prior_terms,
    prior_value,
)
from nextdollar.customers.contractual.fitting.ridge import ridge_of
from nextdollar.customers.contractual.retention_draws import RetentionDraws
from nextdollar.customers.contractual.risk_table import RiskTable
from nextdollar.errors import require
from nextdollar.units import FloatArray

Value = Callable[[FloatArray, RiskTable], FloatArray]
Shaped = Callable[[FloatArray, RiskTable], Terms]

N_SCORES = 3
"""Rows of uniforms that a fit takes, one for each coordinate of the richest law."""

_LIKELIHOOD: dict[LawName, tuple[Shaped, Value]] = {
    "sbg": (sbg_terms, sbg_value),
    "dw": (dw_terms, dw_value),
    "bdw": (bdw_terms, bdw_value),
}
# Edges of logit mu, log phi and log c; a fit that ends at one says so as its limit.
_BOX = {"mean": (-25.0, 25.0), "spread": (-9.0, 13.8), "ageing": (-3.0, 3.0)}
# Where to climb from; and, where the way back from the edge of the box is long, how far out at most.
_START = {"spread": 1.5, "ageing": 0.0}
_INSIDE = {"mean": 20.0, "spread": 6.0, "ageing": 1.5}
# Numbers in the largest array of a block of cohorts: a few caches full, whatever the number of cohorts.
_NUMBERS_AT_ONCE = 2_000_000


@dataclass(frozen=True, slots=True)
class RetentionFit:
    """What was observed of one segment, each law fitted to it, and the average of the laws.

    Attributes
    ----------
    table : RiskTable
        One row.
    laws : tuple of LawFit
        Geometric, sbg, dw and bdw at their most likely values; with the limit "prior" where these are not
        told by what was watched.
    weights : tuple of float
        Share of each law in the average: its evidence, times how likely it was held beforehand.
    candidates : tuple of Proposals
        Weighted coefficients of each law, which the ranges come from.
    draws : RetentionDraws
        The average: each draw is one law with one set of coefficients, as often as the data ask for it.
    """

    table: RiskTable
    laws: tuple[LawFit, ...]
    weights: tuple[float, ...]
    candidates: tuple[Proposals, ...]
    draws: RetentionDraws

    @property
    def main(self) -> LawFit:
        """The shifted-beta-geometric law, or where customers are not seen to differ, the geometric."""
        named = {fit.name: fit for fit in self.laws}
        return named["geometric"] if named["sbg"].limit in ("alike", "prior") else named["sbg"]

    def intervals(self, name: str, level: float = 0.9) -> Mapping[str, tuple[float, float]]:
        """Ends of the range of each coefficient of a law that holds it with a confidence of `level`."""
        place = [fit.name for fit in self.laws].index(name)  # type: ignore[arg-type]
        item = self.candidates[place]
        law, log_weight = law_of(self.laws[place].name, item.theta), item.log_weight
        ends = ((1 - level) / 2, (1 + level) / 2)
        names = self.laws[place].standard_errors
        low_high = (share_points(getattr(law, letter), log_weight, ends) for letter in names)
        return {
            letter: (float(ends[0]), float(ends[1])) for letter, ends in zip(names, low_high, strict=True)
        }


def fit_retention(table: RiskTable, scores: FloatArray, *, n_draws: int | None = None) -> RetentionFit:
    """Fit the laws of retention to one segment.

    Parameters
    ----------
    table : RiskTable
        One row (n_periods,): cohorts of different ages merged, see `merged`.
    scores : array (3, n_scores)
        Uniforms between 0 and 1, from `uncertainty.uniforms`; they deal the ranges, not the fits.
    n_draws : int, optional
        Draws of the average; as many as scores by default.

    Returns
    -------
    RetentionFit

    Raises
    ------
    DomainError
        If nobody was watched at any renewal, or the scores are no uniforms.

    Notes
    -----
    Fits are of maximum likelihood, by Newton's method with exact slopes and curvature. Ranges and the
    average over laws weight coefficients by likelihood and by the wide prior of `fitting.prior`.
    """
    require(np.ndim(table.n_at_risk) == 1, "table", "one row", np.shape(table.n_at_risk))
    whole = RiskTable(table.n_at_risk[None, :], table.n_left[None, :])
    return fit_cohorts(whole, scores, n_draws=n_draws)[0]


def fit_cohorts(
    table: RiskTable, scores: FloatArray, *, n_draws: int | None = None
) -> tuple[RetentionFit, ...]:
    """Fit the laws of retention to many segments at once, each for itself.

    `table` is (n_cohorts, n_periods), see `stacked`; the rest as of `fit_retention`. All cohorts share
    the scores: where their draws are added up, fit each with scores of its own.
    """
    require(np.ndim(table.n_at_risk) == 2, "table", "(n_cohorts, n_periods)", np.shape(table.n_at_risk))
    watched = table.n_at_risk.sum(axis=-1)
    require(watched > 0, "n_at_risk", "above 0 at one renewal or more", watched)
    require(np.shape(scores)[0] == N_SCORES, "scores", f"{N_SCORES} rows", np.shape(scores))
    require((scores > 0) & (scores < 1), "scores", "between 0 and 1", scores)
    n_scores = scores.shape[-1]
    at_once = max(1, _NUMBERS_AT_ONCE // (n_scores * (table.n_periods + 1)))
    found: list[RetentionFit] = []
    for first in range(0, watched.size, at_once):
        rows = slice(first, first + at_once)
        block = RiskTable(table.n_at_risk[rows], table.n_left[rows])
        found += _fit_block(block, scores, n_scores if n_draws is None else n_draws)
    return tuple(found)


def _fit_block(table: RiskTable, scores: FloatArray, n_draws: int) -> list[RetentionFit]:
    """Return the fits of cohorts that are worked out in one go."""
    n_left, n_stayed = table.n_left.sum(axis=-1), table.n_stayed.sum(axis=-1)
    geometric = [
        geometric_fit(left, stayed) for left, stayed in zip(n_left.tolist(), n_stayed.tolist(), strict=True)
    ]
    fits, candidates = [geometric], [_each(_geometric_candidates(table, scores[:1]))]
    start = {"mean": logit((n_left + 0.5) / (n_left + n_stayed + 1))}
    start |= {name: np.full(n_left.size, at) for name, at in _START.items()}
    has_both = (n_left > 0) & (n_stayed > 0)
    n_watched = np.where(has_both, np.count_nonzero(table.n_at_risk > 0, axis=-1), 0)
    for name in _LIKELIHOOD:
        peak, top, found = _beta_or_weibull(name, table, start, scores)
        fits.append(
            [
                _law(name, peak, top, row, one=one, is_told=watched >= len(COORDINATES[name]))
                for row, (one, watched) in enumerate(zip(geometric, n_watched, strict=True))
            ]
        )
        candidates.append(_each(found))
        if name == "sbg":
            start |= dict(zip(COORDINATES[name], peak.theta.T, strict=True))
    tables = [RiskTable(at_risk, left) for at_risk, left in zip(table.n_at_risk, table.n_left, strict=True)]
    return [
        _averaged(one, [law[row] for law in fits], [item[row] for item in candidates], n_draws)
        for row, one in enumerate(tables)
    ]


def _geometric_candidates(table: RiskTable, scores: FloatArray) -> Proposals:
    """Return candidates of the geometric law: left and stayed with one more of each, as the prior says."""
    n_left, n_stayed = table.n_left.sum(axis=-1) + 1, table.n_stayed.sum(axis=-1) + 1
    theta = logit(n_left / (n_left + n_stayed))[:, None]
    bend = -(n_left * n_stayed / (n_left + n_stayed))[:, None, None]
    flat = np.zeros(theta.shape[0])
    peak = Peak(theta, Terms(flat, theta * 0, bend), flat == 0)
    box = np.array([_BOX["mean"]])
    return around(_posterior("geometric", table, geometric_value), peak, scores, box=box)


def _beta_or_weibull(
    name: LawName, table: RiskTable, start: Mapping[str, FloatArray], scores: FloatArray
) -> tuple[Peak, Peak, Proposals]:
    """Return where likelihood and posterior of a law are highest, and candidates along its ridge."""
    shaped, value = _LIKELIHOOD[name]
    names = COORDINATES[name]
    box = np.array([_BOX[coordinate] for coordinate in names])
    inside = np.array([_INSIDE[coordinate] for coordinate in names])
    first = np.stack([start[coordinate] for coordinate in names], axis=-1)

    def likelihood(theta: FloatArray, places: NDArray[np.int64]) -> Terms:
        # One cohort stands beside any number of points as it is.
        alone = table.n_at_risk.shape[0] == 1
        return shaped(theta, table if alone else RiskTable(table.n_at_risk[places], table.n_left[places]))

    def posterior(theta: FloatArray, places: NDArray[np.int64]) -> Terms:
        return likelihood(theta, places) + prior_terms(theta, name)

    peak = maximise(likelihood, first, box=box)
    top = maximise(posterior, np.clip(peak.theta, -inside, inside), box=box, roughly=True)
    ridge = ridge_of(posterior, top, lead=names[1], box=box)
    return peak, top, along(_posterior(name, table, value), ridge, scores[: len(names)], box=box)


def _posterior(name: LawName, table: RiskTable, value: Value) -> Callable[[FloatArray], FloatArray]:
    """Return the log of likelihood times prior of candidates (n_cohorts, n_candidates, n_coordinates)."""
    beside = RiskTable(table.n_at_risk[:, None, :], table.n_left[:, None, :])
    return lambda theta: value(theta, beside) + prior_value(theta, name)


def _law(name: LawName, peak: Peak, top: Peak, row: int, *, one: LawFit, is_told: bool) -> LawFit:
    """Return the fit of a law to one cohort; `one` is that of the geometric law."""
    if not is_told:
        return prior_fit(name, top.theta[row], log_likelihood=float(peak.terms.value[row]))
    return law_fit(
        name,
        peak.theta[row],
        peak.terms.curvature[row],
        log_likelihood=float(peak.terms.value[row]),
        of_geometric=one.log_likelihood,
    )


def _each(found: Proposals) -> list[Proposals]:
    return [Proposals(theta, weight) for theta, weight in zip(found.theta, found.log_weight, strict=True)]


def _averaged(
    table: RiskTable, fits: Sequence[LawFit], candidates: Sequence[Proposals], n_draws: int
) -> RetentionFit:
    """Return the fits of one segment with their average."""
    log_shares = [float(np.log(LAW_SHARE[fit.name])) for fit in fits]
    evidence = np.array([item.log_evidence for item in candidates]) + log_shares
    weights = np.exp(evidence - evidence.max())
    log_weights = [item.log_weight + share for item, share in zip(candidates, log_shares, strict=True)]
    dealt = chosen(np.concatenate(log_weights), n_draws)
    n_scores = candidates[0].log_weight.size
    laws, places = [], []
    for number, (fit, item) in enumerate(zip(fits, candidates, strict=True)):
        at: NDArray[np.int64] = np.flatnonzero(dealt // n_scores == number)
        laws.append(law_of(fit.name, item.theta[dealt[at] % n_scores]))
        places.append(at)
    shares = tuple((weights / weights.sum()).tolist())
    return RetentionFit(
        table, tuple(fits), shares, tuple(candidates), RetentionDraws(tuple(laws), tuple(places))
    )
