"""What is asked of a plan for a fleet."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from nextdollar.compute.fleet.instances import FleetPolicy
from nextdollar.compute.fleet.search import ServingNeed
from nextdollar.compute.serving.precision import ServingPrecision
from nextdollar.compute.serving.speculative import NO_DRAFTS, Speculation
from nextdollar.sizing.calibration import SavedCalibration
from nextdollar.sizing.model_named import NamedModel

ALL_HARDWARE = "all"
USUAL_PRECISIONS: tuple[ServingPrecision, ...] = ("bf16", "fp8")
"""Precisions that are tried where nobody says: those that change what a model answers least."""


@dataclass(frozen=True, slots=True)
class FleetQuestion:
    """A model, a load, and what may be used to serve it; change a field with `dataclasses.replace`.

    Parameters
    ----------
    model : NamedModel
        From `model_named`.
    need : ServingNeed
        Load by the hour, lengths and limits.
    hardware : tuple of str
        Names or aliases of accelerators; ("all",) takes every one of the catalogue that has a price.
    precisions : tuple of str
        Of `SERVING_PRECISIONS`; an accelerator that lacks the products of one still stores weights in it.
    usd_per_gpu_hour : float or (float, float), optional
        Price of an hour, or its 5 % and 95 % quantiles, above 0; None takes the catalogue's list prices.
    engine : str
        Engine of `serving_engines()`; "unknown" is the one of the user's own logs, else the mean of all.
    calibration : SavedCalibration, optional
        From the user's own logs; it holds on the accelerators that they measured.
    policy : FleetPolicy
        Whether the fleet follows the load; both ways are in the answer, this one decides what is cheapest.
    speculation : Speculation
        Drafts checked in each step; none by default.
    requests_per_seat_month : float, optional
        Requests of one seat in a month, above 0, for a cost per seat.
    kg_per_kwh : (float, float), optional
        Carbon intensity of the grid, its 5 % and 95 % quantiles; None leaves carbon out.
    n_draws : int
        Draws behind the ranges.
    as_of : date, optional
        Day of the list prices; None takes the newest.
    n_alternatives : int, optional
        Accelerators that are worked out to the end, those that are cheapest on average; None takes all.
    """

    model: NamedModel
    need: ServingNeed
    hardware: tuple[str, ...] = (ALL_HARDWARE,)
    precisions: tuple[ServingPrecision, ...] = USUAL_PRECISIONS
    usd_per_gpu_hour: float | tuple[float, float] | None = None
    engine: str = "unknown"
    calibration: SavedCalibration | None = None
    policy: FleetPolicy = field(default_factory=FleetPolicy)
    speculation: Speculation = NO_DRAFTS
    requests_per_seat_month: float | None = None
    kg_per_kwh: tuple[float, float] | None = None
    n_draws: int = 2048
    as_of: date | None = None
    n_alternatives: int | None = None
