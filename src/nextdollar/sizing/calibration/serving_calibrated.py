"""Errors of serving predictions before and after a refit, by model, accelerator and engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nextdollar.catalogue.serving_calibration import serving_error_band, serving_values
from nextdollar.compute.serving.calibration import ErrorBand
from nextdollar.compute.serving.fit import TTFT_WEIGHT
from nextdollar.sizing.calibration.saved import MachineRefit, ServingRefit, ServingScope
from nextdollar.sizing.calibration.serving_logs import MeasuredRow, Rows, stacked
from nextdollar.sizing.calibration.serving_refit import (
    Evidence,
    Predicted,
    errors_log,
    left_out_log,
    narrowed_band,
    refitted,
)
from nextdollar.units import PERCENT, FloatArray

_QUANTITIES = ("tpot", "ttft", "offline")
_LEAST_MOVE_LOG = 1e-3


@dataclass(frozen=True, slots=True)
class QuantityError:
    """How far predictions of a quantity are from its measurements, as medians of absolute errors in percent.

    `left_out_percent` is that of rows predicted from constants fitted to the others; None for a single row.
    """

    quantity: str
    n_rows: int
    before_percent: float
    after_percent: float
    left_out_percent: float | None
    band_before: ErrorBand
    band_after: ErrorBand


@dataclass(frozen=True, slots=True)
class RowCalibrated:
    """A measurement beside its predictions, in seconds (or output tokens per second and GPU, "offline")."""

    row: MeasuredRow
    quantity: str
    measured: float
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class ScopeCalibrated:
    """One model on one accelerator with one engine.

    `is_kept_back` where rows left out are predicted no better than with the constants of the catalogue: then
    those stay. `constants` are those that moved, as (name, engine, before, after).
    """

    scope: ServingScope
    errors: tuple[QuantityError, ...]
    is_kept_back: bool
    refit: MachineRefit
    constants: tuple[tuple[str, str, float, float], ...]
    rows: tuple[RowCalibrated, ...]


@dataclass(frozen=True, slots=True)
class ServingCalibrated:
    """What measurements of serving change; `refit` is None where there are none."""

    refit: ServingRefit | None
    scopes: tuple[ScopeCalibrated, ...]
    rows: tuple[RowCalibrated, ...]


def serving_calibrated(rows: Sequence[MeasuredRow]) -> ServingCalibrated:
    """Return what measurements of serving change.

    Parameters
    ----------
    rows : sequence of MeasuredRow
        Measurements that can be as labelled; without any the answer is empty.

    Returns
    -------
    ServingCalibrated
        Constants, bands, and errors before and after.

    Raises
    ------
    FitError
        If no constants explain the measurements.
    """
    if not rows:
        return ServingCalibrated(None, (), ())
    kin: dict[tuple[str, str, str], list[MeasuredRow]] = {}
    for row in rows:
        kin.setdefault(row.scope, []).append(row)
    found = tuple(_scope(these) for these in kin.values())
    refits = tuple(item.refit for item in found if not item.is_kept_back)
    refit = ServingRefit(refits, tuple(item.scope for item in found))
    return ServingCalibrated(refit, found, tuple(row for item in found for row in item.rows))


def _scope(rows: Sequence[MeasuredRow]) -> ScopeCalibrated:
    """Return what measurements of one scope change: nothing where they predict each other no better."""
    served = [row for row in rows if not row.is_offline]
    queued = [row for row in rows if row.is_offline]
    evidence = Evidence(stacked(served) if served else None, stacked(queued) if queued else None)
    shipped = serving_values()
    fitted = refitted(evidence)
    before, left_out = errors_log(evidence, shipped), left_out_log(evidence)
    is_kept_back = len(rows) > 1 and _size_log(left_out) >= _size_log(before)
    if is_kept_back:
        fitted, left_out = dict(shipped), before
    after = errors_log(evidence, fitted)
    chip, model, engine = rows[0].scope
    errors = tuple(
        _quantity_error(quantity, [part.of(quantity) for part in (before, after, left_out)])
        for quantity in _QUANTITIES
        if np.isfinite(before.of(quantity)).any()
    )
    bands = {item.quantity: item.band_after for item in errors}
    return ScopeCalibrated(
        ServingScope(chip, model, engine, len(rows), bands),
        errors,
        is_kept_back,
        MachineRefit(chip, engine, model, fitted),
        tuple(_moved(shipped, fitted)),
        tuple(_compared(evidence, before, after)),
    )


def _size_log(errors: Predicted) -> float:
    """Return the size of errors: the mean of |log|, a time to the first token counting as in the fit."""
    parts = ((errors.tpot_log, 1.0), (errors.offline_log, 1.0), (errors.ttft_log, TTFT_WEIGHT))
    known = [(logs[np.isfinite(logs)], weight) for logs, weight in parts]
    total = sum(weight * float(np.abs(logs).sum()) for logs, weight in known)
    return total / sum(weight * len(logs) for logs, weight in known)


def _moved(
    shipped: Mapping[tuple[str, str], float], fitted: Mapping[tuple[str, str], float]
) -> Iterator[tuple[str, str, float, float]]:
    """Yield the constants that moved by more than the digits that they are printed with."""
    for (name, engine), value in fitted.items():
        kin = [number for (other, of), number in shipped.items() if other == name and of]
        before = shipped.get((name, engine), float(np.exp(np.mean(np.log(kin)))) if kin else value)
        if abs(np.log(value / before)) > _LEAST_MOVE_LOG:
            yield name, engine, before, value


def _quantity_error(quantity: str, logs: Sequence[FloatArray]) -> QuantityError:
    """Return errors of a quantity: `logs` before, after, and left out."""
    known = np.isfinite(logs[0])
    before, after, left_out = (_median_percent(part[known]) for part in logs)
    return QuantityError(
        quantity,
        int(known.sum()),
        before,
        after,
        left_out if known.sum() > 1 else None,
        serving_error_band(quantity),
        narrowed_band(quantity, logs[2][known]),
    )


def _median_percent(logs: FloatArray) -> float:
    """Return the median of |predicted / measured - 1|."""
    return float(np.median(np.abs(np.expm1(-logs)))) / PERCENT


def _compared(evidence: Evidence, before: Predicted, after: Predicted) -> list[RowCalibrated]:
    """Return every measurement beside its predictions."""
    found = []
    for quantity in _QUANTITIES:
        rows: Rows | None = evidence.queued if quantity == "offline" else evidence.served
        if rows is None:
            continue
        values = {"tpot": rows.tpot_s, "ttft": rows.ttft_s, "offline": rows.output_tokens_per_s_per_gpu}[
            quantity
        ]
        old, new = (values / np.exp(part.of(quantity)) for part in (before, after))
        found += [
            RowCalibrated(row, quantity, float(values[i]), float(old[i]), float(new[i]))
            for i, row in enumerate(rows.rows)
            if np.isfinite(values[i])
        ]
    return found
