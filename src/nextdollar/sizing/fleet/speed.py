"""Constants and error bands behind a fleet: the catalogue's, or those of the user's own logs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from nextdollar.catalogue.serving_calibration import UNKNOWN_ENGINE, serving_calibration
from nextdollar.compute.fleet.search import ServingSpeed
from nextdollar.sizing.calibration import calibration_for, error_band_for
from nextdollar.sizing.calibration.saved import MachineRefit
from nextdollar.sizing.fleet.options import OptionTable, taken
from nextdollar.sizing.fleet.question import FleetQuestion

MEASURED = ("H100-SXM", "H200-SXM", "B200", "B300", "GB200", "GB300", "RTX-PRO-6000")
"""Accelerators whose measurements are among those that the constants were fitted to."""


def speed_on(question: FleetQuestion, accelerators: str | npt.NDArray[np.str_]) -> ServingSpeed:
    """Return constants and bands for one accelerator by its name, or for an array (n,) of names.

    CatalogueError for an engine that is unknown.
    """
    serving_calibration(question.engine.strip().casefold())
    saved, model = question.calibration, question.model.name
    engines: str | npt.NDArray[np.str_]
    if isinstance(accelerators, str):
        engines = engine_on(question, accelerators)
    else:
        engines = np.array([engine_on(question, str(name)) for name in accelerators], dtype=np.str_)
        if saved is None:
            # One number for all rows instead of an array: the search runs over thousands of them.
            engines = str(engines.flat[0])
    bands = [
        error_band_for(saved, name, engines=engines, accelerators=accelerators, models=model)
        for name in ("tpot", "ttft")
    ]
    return ServingSpeed(
        calibration=calibration_for(saved, engines=engines, accelerators=accelerators, models=model),
        tpot_band=bands[0],
        ttft_band=bands[1],
        speculation=question.speculation,
    )


def speed_of_rows(question: FleetQuestion, table: OptionTable) -> ServingSpeed:
    """Return constants and bands for every row of a table."""
    names = np.array([item.accelerator.name for item in table.hardware], dtype=np.str_)
    by_chip = speed_on(question, names)
    return ServingSpeed(
        calibration=taken(by_chip.calibration, table.chip_of),
        tpot_band=taken(by_chip.tpot_band, table.chip_of),
        ttft_band=taken(by_chip.ttft_band, table.chip_of),
        speculation=by_chip.speculation,
    )


def engine_on(question: FleetQuestion, accelerator: str) -> str:
    """Return the engine on an accelerator: as asked, else the one that the user's own logs are of."""
    asked = question.engine.strip().casefold()
    own = [machine.engine for machine in _machines(question, accelerator)]
    return own[0] if own and asked == UNKNOWN_ENGINE else asked


def is_calibrated(question: FleetQuestion, accelerator: str) -> bool:
    """Return whether the user's own logs speak of the model on an accelerator with the engine asked for."""
    engine = engine_on(question, accelerator)
    return any(machine.engine == engine for machine in _machines(question, accelerator))


def _machines(question: FleetQuestion, accelerator: str) -> tuple[MachineRefit, ...]:
    """Return what the user's own logs say of the model on an accelerator."""
    saved, wanted = question.calibration, (accelerator.casefold(), question.model.name.casefold())
    if saved is None or saved.serving is None:
        return ()
    return tuple(
        machine
        for machine in saved.serving.machines
        if (machine.accelerator.casefold(), machine.model.casefold()) == wanted
    )
