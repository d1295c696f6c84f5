"""What does it take to train and to serve? Work, machine time, and its cost."""

from nextdollar.compute.accelerator import Accelerator, Precision
from nextdollar.compute.cost import serving_cost_usd, training_cost_usd, usd_per_flop
from nextdollar.compute.energy import carbon_kg, electricity_usd_per_gpu_hour, energy_kwh
from nextdollar.compute.flop import inference_flop_per_token, training_flop
from nextdollar.compute.ownership.owned_hour import (
    INTERCONNECT_SHARE,
    break_even_utilisation_share,
    owned_usd_per_gpu_hour,
)
from nextdollar.compute.serving.arithmetic_price import gpus_to_hold, serving_usd_per_token
from nextdollar.compute.shapes.activation_memory import activation_bytes_per_layer, training_state_bytes
from nextdollar.compute.shapes.kv_cache import decode_attention_flop_per_token, kv_cache_bytes, kv_copies
from nextdollar.compute.shapes.linear_attention import LinearAttention
from nextdollar.compute.shapes.mixture_of_experts import experts_read, params_read
from nextdollar.compute.shapes.shape_from_size import TypicalShape, typical_shape
from nextdollar.compute.shapes.transformer import Transformer
from nextdollar.compute.training.machine_time import (
    gpu_hours,
    gpu_seconds,
    gpus_for_deadline,
    wall_clock_s,
    whole_gpus_for_deadline,
)

__all__ = [
    "INTERCONNECT_SHARE",
    "Accelerator",
    "LinearAttention",
    "Precision",
    "Transformer",
    "TypicalShape",
    "activation_bytes_per_layer",
    "break_even_utilisation_share",
    "carbon_kg",
    "decode_attention_flop_per_token",
    "electricity_usd_per_gpu_hour",
    "energy_kwh",
    "experts_read",
    "gpu_hours",
    "gpu_seconds",
    "gpus_for_deadline",
    "gpus_to_hold",
    "inference_flop_per_token",
    "kv_cache_bytes",
    "kv_copies",
    "owned_usd_per_gpu_hour",
    "params_read",
    "serving_cost_usd",
    "serving_usd_per_token",
    "training_cost_usd",
    "training_flop",
    "training_state_bytes",
    "typical_shape",
    "usd_per_flop",
    "wall_clock_s",
    "whole_gpus_for_deadline",
]
