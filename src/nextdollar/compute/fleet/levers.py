"""Arithmetic of what makes serving cheaper: caches, work that waits, drafts, smaller models."""

from __future__ import annotations

import numpy as np

from nextdollar.compute.flop import INFERENCE_FLOP_PER_PARAM_TOKEN, TRAINING_FLOP_PER_PARAM_TOKEN
from nextdollar.errors import require
from nextdollar.units import FloatArray, Floats


def off_peak_load(requests_per_s_by_hour: FloatArray, waiting_share: Floats) -> FloatArray:
    """Load of each hour when a share of the requests may wait for a quieter hour of the same curve.

    Parameters
    ----------
    requests_per_s_by_hour : array (n_hours,)
        Arrivals in each hour, at least 0.
    waiting_share : float or array (...)
        Share of every hour's requests that may wait, in [0, 1].

    Returns
    -------
    array (n_hours, ...)
        Requests per second in each hour: the same sum, and no hour above the highest before.

    Raises
    ------
    DomainError
        If an argument leaves its domain.

    Notes
    -----
    Water-filling, which keeps the highest hour as low as can be: what waits is poured onto the hours of
    what does not, up to a common level, the least over k of (pool + sum of the k lowest) / k. A request
    may wait for almost a day; a deadline of a few hours moves less.
    """
    require(
        np.greater_equal(requests_per_s_by_hour, 0),
        "requests_per_s_by_hour",
        "at least 0",
        requests_per_s_by_hour,
    )
    _require_share(waiting_share, "waiting_share")
    waiting = np.asarray(waiting_share, dtype=np.float64)
    load = np.asarray(requests_per_s_by_hour, dtype=np.float64)
    load = load.reshape(load.shape + (1,) * waiting.ndim)
    urgent = load * (1.0 - waiting)
    lowest_first = np.sort(urgent, axis=0)
    hours = np.arange(1, len(load) + 1).reshape((-1,) + (1,) * waiting.ndim)
    levels = (load.sum(axis=0) * waiting + np.cumsum(lowest_first, axis=0)) / hours
    filled: FloatArray = np.maximum(urgent, levels.min(axis=0))
    return filled


def cached_share_with(cached_share: Floats, hit_share: Floats) -> Floats:
    """Share of a prompt that is cached when a second cache finds a share of what the first one missed.

    Both in [0, 1]; DomainError otherwise. 1 - (1 - a) (1 - b): the order of the two does not matter.
    """
    _require_share(cached_share, "cached_share")
    _require_share(hit_share, "hit_share")
    return 1.0 - (1.0 - cached_share) * (1.0 - hit_share)


def distillation_flop(n_teacher_params: Floats, n_student_params: Floats, tokens: Floats) -> Floats:
    """Work of training a student on what a teacher makes of the same tokens, in FLOP.

    Parameters
    ----------
    n_teacher_params, n_student_params : float or array (...)
        Parameters that a token passes through, above 0.
    tokens : float or array (...)
        Tokens that both read, at least 0.

    Returns
    -------
    float or array (...)
        FLOP: (2 N_teacher + 6 N_student) D.

    Raises
    ------
    DomainError
        If an argument leaves its domain.

    Notes
    -----
    A forward pass of the teacher, forward and backward of the student (Kaplan et al. 2020,
    arXiv:2001.08361, section 2.1). Correcting the teacher on the data first comes on top.
    """
    for name, value in (
        ("n_teacher_params", n_teacher_params),
        ("n_student_params", n_student_params),
    ):
        require(np.greater(value, 0), name, "above 0", value)
    require(np.greater_equal(tokens, 0), "tokens", "at least 0", tokens)
    teacher_flop = INFERENCE_FLOP_PER_PARAM_TOKEN * n_teacher_params
    student_flop = TRAINING_FLOP_PER_PARAM_TOKEN * n_student_params
    return (teacher_flop + student_flop) * tokens


def payback_months(one_off_usd: Floats, saving_usd_per_month: Floats) -> Floats:
    """Months until a one-off cost is saved again, endless where nothing is saved and something is paid.

    Parameters
    ----------
    one_off_usd : float or array (...)
        Paid once, at least 0.
    saving_usd_per_month : float or array (...)
        Saved in each month; below 0 where the change costs more.

    Returns
    -------
    float or array (...)
        Months, at least 0; not discounted.

    Raises
    ------
    DomainError
        If the one-off cost is below 0.

    Notes
    -----
    One-off cost over monthly saving.
    """
    require(np.greater_equal(one_off_usd, 0), "one_off_usd", "at least 0", one_off_usd)
    saves = np.greater(saving_usd_per_month, 0)
    months = np.divide(one_off_usd, np.where(saves, saving_usd_per_month, 1.0))
    nothing = np.where(np.equal(one_off_usd, 0) & np.equal(saving_usd_per_month, 0), 0.0, np.inf)
    found: Floats = np.where(saves, months, nothing)[()]
    return found


def _require_share(value: Floats, name: str) -> None:
    ok = np.greater_equal(value, 0) & np.less_equal(value, 1)
    require(ok, name, "at least 0 and at most 1", value)
