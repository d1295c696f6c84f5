"""What a precision of serving means: bytes of weights and cache, and which peak multiplies them."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

from nextdollar.compute.accelerator import Accelerator
from nextdollar.compute.serving.inputs import ServedModel, Server, served_model
from nextdollar.compute.shapes.transformer import Transformer
from nextdollar.errors import DomainError

ServingPrecision: TypeAlias = Literal["bf16", "fp8", "int8", "fp4", "int4"]
SERVING_PRECISIONS: tuple[ServingPrecision, ...] = get_args(ServingPrecision)

FOUR_BIT_BYTES = 0.5625
"""Half a byte, and a scale of 8 bits for 16 values (NVFP4) or of 16 bits for 32."""
WEIGHT_BYTES: dict[ServingPrecision, float] = {
    "bf16": 2.0,
    "fp8": 1.0,
    "int8": 1.0,
    "fp4": FOUR_BIT_BYTES,
    "int4": FOUR_BIT_BYTES,
}
"""Bytes of a weight, its part of a scale included."""
PCIE_5_BYTES_PER_S = 64e9
"""One direction of 16 lanes of PCIe 5: the link of a card that has no other."""


def served_as(shape: Transformer, precision: ServingPrecision) -> ServedModel:
    """Return what serving needs of a shape at a precision.

    16 bits keep a cache of 16, narrower weights one of 8, as engines are set up in measurements.
    """
    kv_bytes = 2.0 if checked(precision) == "bf16" else 1.0
    return served_model(shape, weight_bytes_per_param=WEIGHT_BYTES[precision], kv_bytes_per_value=kv_bytes)


def server_of(accelerator: Accelerator, precision: ServingPrecision) -> Server:
    """Return one accelerator as a server at a precision.

    The peak is that of the widest products that the chip has for it: fp4 falls back to fp8, and fp8,
    int8 and int4 to bf16, where only the weights are narrow. Attention runs in bf16.
    """
    half = accelerator.peak_flop_per_s
    eighth = accelerator.fp8_peak_flop_per_s
    peaks = {
        "bf16": half,
        "int4": half,
        "int8": accelerator.int8_peak_op_per_s or half,
        "fp8": eighth or half,
        "fp4": accelerator.fp4_peak_flop_per_s or eighth or half,
    }
    return Server(
        peak_flop_per_s=peaks[checked(precision)],
        attention_flop_per_s=half,
        bandwidth_bytes_per_s=accelerator.bandwidth_bytes_per_s,
        memory_bytes=accelerator.memory_bytes,
        link_bytes_per_s=accelerator.scale_up_bytes_per_s or PCIE_5_BYTES_PER_S,
    )


def checked(precision: str) -> ServingPrecision:
    """Return a precision that is known; DomainError for any other."""
    for known in SERVING_PRECISIONS:
        if precision == known:
            return known
    raise DomainError(f"precision must be one of {', '.join(SERVING_PRECISIONS)}, got {precision}")
