"""Predictions for the rows of each family from constants fitted to all others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from serving_accuracy.measurements import Disaggregated, Measured, take, take_asked

from nextdollar.catalogue.serving_calibration import serving_priors
from nextdollar.compute.serving.continuous_batching import serve
from nextdollar.compute.serving.fit import OfflineEvidence, ServingEvidence, calibration_of, fit_serving
from nextdollar.compute.serving.offline_throughput import offline_tokens_per_s_per_gpu
from nextdollar.sizing.serving.counts import served_apart, with_counts
from nextdollar.units import FloatArray

Constants = dict[tuple[str, str], float]
RELATIVES = (("DeepSeek", "Kimi"),)
"""Families of one architecture, left out together in the stricter table."""


@dataclass(frozen=True)
class Predicted:
    """Predictions in the order of the rows, none of them from a fit that saw the row's family."""

    tpot_s: FloatArray
    ttft_s: FloatArray
    offline_tokens_per_s_per_gpu: FloatArray
    disaggregated_tpot_s: FloatArray
    disaggregated_ttft_s: FloatArray


def family_weights(families: NDArray[np.str_]) -> FloatArray:
    """One vote for each family: a new family is what is asked for. They sum to the number of rows."""
    counts = {family: int(np.sum(families == family)) for family in np.unique(families)}
    weights = np.array([1.0 / counts[family] for family in families])
    return weights / weights.mean()


def fit_to(served: Measured, queued: Measured) -> Constants:
    """Constants fitted to aggregated rows with a known concurrency and to offline rows."""
    rows = take(served, served.load.n_concurrent > 1)
    evidence = ServingEvidence(
        deployment=rows.deployment,
        load=rows.load,
        engines=rows.engines,
        tpot_s=rows.tpot_s,
        ttft_s=rows.ttft_s,
        weights=family_weights(rows.families),
    )
    offline = OfflineEvidence(
        deployment=queued.deployment,
        n_prompt_tokens=queued.load.n_prompt_tokens,
        n_output_tokens=queued.load.n_output_tokens,
        engines=queued.engines,
        tokens_per_s_per_gpu=queued.tokens_per_s_per_gpu,
        weights=np.ones(len(queued.names)),
    )
    return fit_serving(serving_priors(), served=evidence, offline=offline)


def leave_one_family_out(
    served: Measured, queued: Measured, split: Disaggregated, *, together: bool = False
) -> Predicted:
    """Predict each family from the others; `together` leaves relatives out with it."""
    tables = (served, served, queued, split.measured, split.measured)
    found = Predicted(*(np.full(len(table.names), np.nan) for table in tables))
    families = np.unique(np.concatenate([served.families, queued.families]))
    for family in families:
        left = {family}
        for kin in RELATIVES if together else ():
            left |= set(kin) if family in kin else set()
        out = sorted(left)
        constants = fit_to(
            take(served, ~np.isin(served.families, out)), take(queued, ~np.isin(queued.families, out))
        )
        _predict(family, constants, found, (served, queued, split))
    return found


def _predict(
    family: str, constants: Constants, found: Predicted, tables: tuple[Measured, Measured, Disaggregated]
) -> None:
    """Fill in the rows of a family."""
    served, queued, split = tables
    own = served.families == family
    if own.any():
        rows = take(served, own)
        calibration = calibration_of(constants, rows.engines)
        point = serve(rows.deployment, rows.load, calibration=calibration)
        found.tpot_s[own], found.ttft_s[own] = point.tpot_s, point.ttft_s
    own = queued.families == family
    if own.any():
        found.offline_tokens_per_s_per_gpu[own] = predict_offline(take(queued, own), constants)
    own = split.measured.families == family
    if own.any():
        rows = take(split.measured, own)
        calibration = calibration_of(constants, rows.engines)
        asked = with_counts(take_asked(split.asked, own), calibration)
        point = served_apart(asked, calibration)
        found.disaggregated_tpot_s[own], found.disaggregated_ttft_s[own] = point.tpot_s, point.ttft_s


def predict_offline(rows: Measured, constants: Constants) -> FloatArray:
    """Throughput with a full queue."""
    return offline_tokens_per_s_per_gpu(
        rows.deployment,
        rows.load.n_prompt_tokens,
        n_output_tokens=rows.load.n_output_tokens,
        calibration=calibration_of(constants, rows.engines),
    )
