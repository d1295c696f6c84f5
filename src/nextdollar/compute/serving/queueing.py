"""Waiting: requests in a closed loop, prompts before a server, and the first rush."""

from __future__ import annotations

import numpy as np

from nextdollar.errors import require
from nextdollar.units import Floats

MOST_UTILISATION_SHARE = 0.95
"""A closed loop never fills its server: the formula of an open one is cut off here."""


def interrupted_tpot_s(
    step_s: Floats, prompt_s: Floats, *, n_running: Floats, n_output_tokens: Floats, waiting_s: Floats
) -> Floats:
    """Seconds per output token when prompts of other requests interrupt decoding.

    Parameters
    ----------
    step_s : float or array (...)
        Step of decode without prompts, above 0.
    prompt_s : float or array (...)
        Time that the server spends on a prompt, at least 0.
    n_running : float or array (...)
        Requests in flight, above 0.
    n_output_tokens : float or array (...)
        Tokens of an answer, at least 1.
    waiting_s : float or array (...)
        What a request spends before its first token, at least 0.

    Returns
    -------
    float or array (...)
        Seconds, at least `step_s`.

    Raises
    ------
    DomainError
        If an argument leaves its domain.

    Notes
    -----
    The fixed point of t = step / (1 - lambda prompt) with lambda = n / (n_out t + waiting), which is a
    quadratic in t. With no waiting it is step + n / n_out x prompt: so many prompts arrive in a step.
    """
    require(np.greater(step_s, 0), "step_s", "above 0", step_s)
    require(np.greater_equal(prompt_s, 0), "prompt_s", "at least 0", prompt_s)
    require(np.greater(n_running, 0), "n_running", "above 0", n_running)
    require(np.greater_equal(n_output_tokens, 1), "n_output_tokens", "at least 1", n_output_tokens)
    require(np.greater_equal(waiting_s, 0), "waiting_s", "at least 0", waiting_s)
    answer_s = step_s * n_output_tokens
    b = answer_s + n_running * prompt_s - waiting_s
    root = np.sqrt(b * b + 4.0 * answer_s * waiting_s)
    # Rounding must not put the root below the step it contains.
    return np.maximum((b + root) / (2.0 * n_output_tokens), step_s)


def prompt_queue_s(prompt_s: Floats, utilisation_share: Floats) -> Floats:
    """Mean wait before a server of fixed service time, in seconds: rho / (2 (1 - rho)) x service.

    Pollaczek and Khinchine, M/D/1. `prompt_s` is the service time in seconds, at least 0;
    `utilisation_share` in [0, 1], cut off at `MOST_UTILISATION_SHARE`, since a closed loop stops
    sending when it waits.
    """
    ok = np.greater_equal(utilisation_share, 0) & np.less_equal(utilisation_share, 1)
    require(ok, "utilisation_share", "at least 0 and at most 1", utilisation_share)
    require(np.greater_equal(prompt_s, 0), "prompt_s", "at least 0", prompt_s)
    rho = np.minimum(utilisation_share, MOST_UTILISATION_SHARE)
    return prompt_s * (0.5 * rho / (1.0 - rho))
