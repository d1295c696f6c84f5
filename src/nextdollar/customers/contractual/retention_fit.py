"""Laws of retention fitted to what was observed, and their average for forecasts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

from nextdollar.customers.contractual.fitting.draws import Proposals, chosen, proposals, share_points
from nextdollar.customers.contractual.fitting.law_fit import LawFit, beta_law_fit, geometric_fit, law_of
from nextdollar.customers.contractual.fitting.likelihood import (
    Terms,
    bdw_terms,
    bdw_value,
    geometric_value,
    sbg_terms,
    sbg_value,
)
from nextdollar.customers.contractual.fitting.newton import Peak, maximise
from nextdollar.customers.contractual.fitting.prior import prior_terms, prior_value
from nextdollar.customers.contractual.retention_draws import RetentionDraws
from nextdollar.customers.contractual.risk_table import RiskTable
from nextdollar.errors import require
from nextdollar.units import FloatArray

Value = Callable[[FloatArray, RiskTable], FloatArray]
Shaped = Callable[[FloatArray, RiskTable], Terms]

N_SCORES = 3
"""Rows of uniforms that a fit takes, one for each coordinate of the richest law."""

# Edges of logit mu, log phi and log c; a fit that ends at one says so as its limit.
_BOX = np.array([[-25.0, 25.0], [-9.0, 13.8], [-3.0, 3.0]])
_START_LOG_PHI = 1.5
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
        The geometric law always, sbg and bdw where enough renewals were watched; most likely values.
    weights : tuple of float
        Share of each law in the average: its evidence, all laws being equally likely beforehand.
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
        """The shifted-beta-geometric law, or where customers do not differ, its limit: the geometric."""
        named = {fit.name: fit for fit in self.laws}
        found = named.get("sbg")
        return named["geometric"] if found is None or found.limit == "alike" else found

    def intervals(self, name: str, level: float = 0.9) -> Mapping[str, tuple[float, float]]:
        """Ends of the range of each coefficient of a law that holds it with a confidence of `level`."""
        place = [fit.name for fit in self.laws].index(name)  # type: ignore[arg-type]
        law, log_weight = law_of(self.candidates[place].theta), self.candidates[place].log_weight
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
    laws: list[list[LawFit]] = [
        [geometric_fit(left, stayed)] for left, stayed in zip(n_left.tolist(), n_stayed.tolist(), strict=True)
    ]
    candidates = [[item] for item in _each(_geometric_candidates(table, scores[:1]))]
    watched = np.count_nonzero(table.n_at_risk > 0, axis=-1)
    has_both = (n_left > 0) & (n_stayed > 0)
    start = np.stack(
        [logit((n_left + 0.5) / (n_left + n_stayed + 1)), np.full(n_left.size, _START_LOG_PHI)], -1
    )
    for least, shaped, value in ((2, sbg_terms, sbg_value), (3, bdw_terms, bdw_value)):
        rows = np.flatnonzero(has_both & (watched >= least))
        if rows.size == 0:
            continue
        part = RiskTable(table.n_at_risk[rows], table.n_left[rows])
        if start.shape[-1] < least:
            start = np.concatenate([start, np.zeros((start.shape[0], 1))], axis=-1)
        peak, found = _beta_law(part, start[rows], shaped=shaped, value=value, scores=scores[:least])
        start[rows] = peak.theta
        for place, row in enumerate(rows):
            laws[row].append(
                beta_law_fit(
                    peak.theta[place],
                    peak.terms.curvature[place],
                    log_likelihood=float(peak.terms.value[place]),
                    of_geometric=laws[row][0].log_likelihood,
                )
            )
        for row, item in zip(rows, _each(found), strict=True):
            candidates[row].append(item)
    tables = [RiskTable(at_risk, left) for at_risk, left in zip(table.n_at_risk, table.n_left, strict=True)]
    return [
        _averaged(one, fits, items, n_draws)
        for one, fits, items in zip(tables, laws, candidates, strict=True)
    ]


def _geometric_candidates(table: RiskTable, scores: FloatArray) -> Proposals:
    """Return candidates of the geometric law: left and stayed with one more of each, as the prior says."""
    n_left, n_stayed = table.n_left.sum(axis=-1) + 1, table.n_stayed.sum(axis=-1) + 1
    theta = logit(n_left / (n_left + n_stayed))[:, None]
    bend = -(n_left * n_stayed / (n_left + n_stayed))[:, None, None]
    flat = np.zeros(theta.shape[0])
    peak = Peak(theta, Terms(flat, theta * 0, bend), flat == 0)
    return proposals(_posterior(table, geometric_value), peak, scores, box=_BOX[:1])


def _beta_law(
    table: RiskTable, start: FloatArray, *, shaped: Shaped, value: Value, scores: FloatArray
) -> tuple[Peak, Proposals]:
    """Return where the likelihood of a law is highest, and candidates around where the posterior is."""
    box = _BOX[: scores.shape[0]]
    peak = maximise(lambda theta, places: shaped(theta, _part(table, places)), start, box=box)
    # From the edge of the box the way back to where the prior leads is long: start inside.
    inside = np.clip(peak.theta, [-20, -4, -1.5][: scores.shape[0]], [20, 6, 1.5][: scores.shape[0]])
    top = maximise(
        lambda theta, places: shaped(theta, _part(table, places)) + prior_terms(theta), inside, box=box
    )
    return peak, proposals(_posterior(table, value), top, scores, box=box)


def _part(table: RiskTable, places: NDArray[np.int64]) -> RiskTable:
    return RiskTable(table.n_at_risk[places], table.n_left[places])


def _posterior(table: RiskTable, value: Value) -> Callable[[FloatArray, NDArray[np.int64]], FloatArray]:
    """Return the log of likelihood times prior of candidates of the cohorts at some places."""

    def log_posterior(theta: FloatArray, places: NDArray[np.int64]) -> FloatArray:
        part = RiskTable(table.n_at_risk[places, None, :], table.n_left[places, None, :])
        return value(theta, part) + prior_value(theta)

    return log_posterior


def _each(found: Proposals) -> list[Proposals]:
    return [Proposals(theta, weight) for theta, weight in zip(found.theta, found.log_weight, strict=True)]


def _averaged(
    table: RiskTable, fits: Sequence[LawFit], candidates: Sequence[Proposals], n_draws: int
) -> RetentionFit:
    """Return the fits of one segment with their average."""
    evidence = np.array([item.log_evidence for item in candidates])
    weights = np.exp(evidence - evidence.max())
    dealt = chosen(np.concatenate([item.log_weight for item in candidates]), n_draws)
    n_scores = candidates[0].log_weight.size
    laws, places = [], []
    for number, item in enumerate(candidates):
        at: NDArray[np.int64] = np.flatnonzero(dealt // n_scores == number)
        laws.append(law_of(item.theta[dealt[at] % n_scores]))
        places.append(at)
    shares = tuple((weights / weights.sum()).tolist())
    return RetentionFit(
        table, tuple(fits), shares, tuple(candidates), RetentionDraws(tuple(laws), tuple(places))
    )
