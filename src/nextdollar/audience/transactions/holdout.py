"""A forecast from the first part of a log, held against what then happened."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from nextdollar.audience.transactions.answer import Holdout
from nextdollar.audience.transactions.history import History, history_of
from nextdollar.audience.transactions.log import TransactionLog, iso, rows_of
from nextdollar.customers.pay_as_you_go import fit_purchases, future_purchases, parameter_draws
from nextdollar.errors import FitError
from nextdollar.uncertainty import summarise

_KNOWN_SHARE = 2 / 3
_LEAST_PERIODS = 4
_LEAST_REPEATS = 30
_N_DRAWS = 200


def holdout(log: TransactionLog, model: str, history: History, rng: np.random.Generator) -> Holdout | None:
    """Forecast of the last third of a log from the first two, with what came; None where it is too short.

    It needs 4 periods in the last third and 30 repeat purchases in the first part; BG/BB has none.
    """
    first = float(log.at_days.min())
    days = history.period_days
    n_ahead = int((history.end_days - first) * (1 - _KNOWN_SHARE) / days)
    cut = history.end_days - n_ahead * days
    known = log.at_days <= cut
    # BG/BB counts whole periods of each customer, which do not end on one day.
    if model == "bg-bb" or n_ahead < _LEAST_PERIODS or first >= cut:
        return None
    early = replace(rows_of(log, known), spend_usd=None, notes=())
    before = history_of(early, period_days=days, until=iso(cut))
    if before.histories.n_repeats.sum() < _LEAST_REPEATS:
        return None
    try:
        fitted = fit_purchases(model, before.histories)
    except FitError:
        return None
    draws = parameter_draws(fitted, rng.standard_normal((len(fitted.theta), _N_DRAWS)))
    totals = future_purchases(fitted, draws, before.histories, n_periods=float(n_ahead), rng=rng)
    expected = summarise(totals, 1)
    came = _repeats_after(log, before, cut)
    return Holdout(iso(cut), float(n_ahead), model, expected, came, expected.p5 <= came <= expected.p95)


def _repeats_after(log: TransactionLog, before: History, cut: float) -> int:
    """Days with a purchase after the cut, of customers who were known before it."""
    known = set(before.customers)
    is_known = np.array([name in known for name in log.customers])
    later = (log.at_days > cut) & is_known[log.places]
    span = int(log.at_days.max()) + 1
    return len(np.unique(log.places[later] * span + log.at_days[later].astype(np.int64)))
