"""What it costs once to distil a model into a smaller one."""

from __future__ import annotations

from nextdollar.catalogue.training_calibration import failures, mfu_calibration
from nextdollar.compute.fleet.levers import distillation_flop
from nextdollar.compute.flop import training_flop
from nextdollar.compute.training.ladder import Range, training_ladder
from nextdollar.compute.training.mfu_model import TrainingRun
from nextdollar.sizing.fleet.answer import FleetOption
from nextdollar.sizing.levers.lever import LeverAssumption
from nextdollar.sizing.model_named import NamedModel
from nextdollar.sizing.spread import Spread, product_range


def distillation_usd(
    teacher: NamedModel, student: NamedModel, *, tokens: LeverAssumption, on: FleetOption
) -> Range:
    """Cost of training a student on a teacher's outputs, on the hardware and at the price of a fleet.

    Parameters
    ----------
    teacher, student : NamedModel
        The two models.
    tokens : LeverAssumption
        Tokens that both read, above 0.
    on : FleetOption
        Whose accelerator and price of an hour are taken.

    Returns
    -------
    Range
        USD, once; experiments, data and an evaluation come on top.

    Notes
    -----
    Billed hours of training the student alone (`training_ladder`), times the work of both over its own;
    the logs of hours, tokens and price are independent and normal.
    """
    chip, price = on.configuration.accelerator, on.price.spread
    spread = Spread(tokens.low, tokens.high)
    run = TrainingRun(
        params_active=float(student.shape.params_active),
        params=float(student.shape.params),
        tokens=spread.p50,
        peak_flop_per_s=chip.peak_flop_per_s,
        bandwidth_bytes_per_s=chip.bandwidth_bytes_per_s,
    )
    ladder = training_ladder(run, mfu_calibration(), failures())
    sizes = float(teacher.shape.params_active), float(student.shape.params_active)
    both = float(distillation_flop(sizes[0], sizes[1], spread.p50))
    alone = float(training_flop(sizes[1], spread.p50))
    middle = float(ladder.gpu_hours.p50) * both / alone * price.p50
    return product_range(middle, float(ladder.sd_log), price.sd_log, spread.sd_log)
