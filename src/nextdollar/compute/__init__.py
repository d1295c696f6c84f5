"""What does it take to train and to serve? Work, machine time, and its cost."""

from nextdollar.compute.accelerator import Accelerator, Precision
from nextdollar.compute.cost import serving_cost_usd, training_cost_usd, usd_per_flop
from nextdollar.compute.flop import inference_flop_per_token, training_flop
from nextdollar.compute.ownership import (
    INTERCONNECT_SHARE,
    LOAD_SHARE,
    SERVER_FACTOR,
    break_even_utilisation_share,
    electricity_usd_per_gpu_hour,
    owned_usd_per_gpu_hour,
)
from nextdollar.compute.serving import gpus_to_hold, serving_usd_per_token
from nextdollar.compute.training import (
    gpu_hours,
    gpu_seconds,
    gpus_for_deadline,
    wall_clock_s,
    whole_gpus_for_deadline,
)

__all__ = [
    "INTERCONNECT_SHARE",
    "LOAD_SHARE",
    "SERVER_FACTOR",
    "Accelerator",
    "Precision",
    "break_even_utilisation_share",
    "electricity_usd_per_gpu_hour",
    "gpu_hours",
    "gpu_seconds",
    "gpus_for_deadline",
    "gpus_to_hold",
    "inference_flop_per_token",
    "owned_usd_per_gpu_hour",
    "serving_cost_usd",
    "serving_usd_per_token",
    "training_cost_usd",
    "training_flop",
    "usd_per_flop",
    "wall_clock_s",
    "whole_gpus_for_deadline",
]
