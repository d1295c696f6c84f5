"""What does it take to train and to serve? Work, machine time, and its cost."""

from nextdollar.compute.accelerator import Accelerator, Precision
from nextdollar.compute.activation_memory import activation_bytes_per_layer, training_state_bytes
from nextdollar.compute.cost import serving_cost_usd, training_cost_usd, usd_per_flop
from nextdollar.compute.flop import inference_flop_per_token, training_flop
from nextdollar.compute.kv_cache import decode_attention_flop_per_token, kv_cache_bytes, kv_copies
from nextdollar.compute.linear_attention import LinearAttention
from nextdollar.compute.mixture_of_experts import experts_read, params_read
from nextdollar.compute.ownership import (
    INTERCONNECT_SHARE,
    LOAD_SHARE,
    SERVER_FACTOR,
    break_even_utilisation_share,
    electricity_usd_per_gpu_hour,
    owned_usd_per_gpu_hour,
)
from nextdollar.compute.serving import gpus_to_hold, serving_usd_per_token
from nextdollar.compute.shape_from_size import TypicalShape, typical_shape
from nextdollar.compute.training import (
    gpu_hours,
    gpu_seconds,
    gpus_for_deadline,
    wall_clock_s,
    whole_gpus_for_deadline,
)
from nextdollar.compute.transformer import Transformer

__all__ = [
    "INTERCONNECT_SHARE",
    "LOAD_SHARE",
    "SERVER_FACTOR",
    "Accelerator",
    "LinearAttention",
    "Precision",
    "Transformer",
    "TypicalShape",
    "activation_bytes_per_layer",
    "break_even_utilisation_share",
    "decode_attention_flop_per_token",
    "electricity_usd_per_gpu_hour",
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
