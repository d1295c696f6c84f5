"""What an accelerator can do at most, by its data sheet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from nextdollar.errors import DomainError, require
from nextdollar.sources import Source

Precision: TypeAlias = Literal["bf16", "fp8", "int8", "fp4"]

_MAY_BE_NONE = (
    *("power_watts", "fp8_peak_flop_per_s", "fp4_peak_flop_per_s", "int8_peak_op_per_s"),
    *("scale_up_bytes_per_s", "scale_out_bytes_per_s", "n_scale_up"),
)
GIVEN = Source("given by the user")
"""Source of an accelerator that is not a row of the catalogue."""


@dataclass(frozen=True, slots=True)
class Accelerator:
    """Peak rates, memory and power of one accelerator.

    Rates are dense: data sheets often print twice the figure, "with sparsity", that no training
    run reaches. `peak_flop_per_s` is bf16 (fp16 where there is no bf16) and is the peak that an MFU
    is a share of. `power_watts` is None where the vendor publishes none, another peak where the chip
    lacks that precision. `scale_up_bytes_per_s` is the link to the devices of the same node or rack
    (`n_scale_up` of them, itself among them), `scale_out_bytes_per_s` that to other nodes, both per
    device and direction. `verification` says which figures were read and which come from memory.
    """

    name: str
    peak_flop_per_s: float
    memory_bytes: float
    bandwidth_bytes_per_s: float
    power_watts: float | None = None
    fp8_peak_flop_per_s: float | None = None
    aliases: tuple[str, ...] = ()
    source: Source = GIVEN
    fp4_peak_flop_per_s: float | None = None
    int8_peak_op_per_s: float | None = None
    scale_up_bytes_per_s: float | None = None
    scale_out_bytes_per_s: float | None = None
    n_scale_up: float | None = None
    verification: str = ""

    def __post_init__(self) -> None:
        require(self.peak_flop_per_s > 0, "peak_flop_per_s", "above 0", self.peak_flop_per_s)
        require(self.memory_bytes > 0, "memory_bytes", "above 0", self.memory_bytes)
        require(
            self.bandwidth_bytes_per_s > 0, "bandwidth_bytes_per_s", "above 0", self.bandwidth_bytes_per_s
        )
        for name in _MAY_BE_NONE:
            value = getattr(self, name)
            require(value is None or value > 0, name, "above 0 or not given", value)

    def peak(self, precision: Precision = "bf16") -> float:
        """Dense peak in FLOP/s at a precision; DomainError where the accelerator does not have it."""
        peaks = {
            "bf16": self.peak_flop_per_s,
            "fp8": self.fp8_peak_flop_per_s,
            "int8": self.int8_peak_op_per_s,
            "fp4": self.fp4_peak_flop_per_s,
        }
        peak_flop_per_s = peaks.get(precision)
        if peak_flop_per_s is None:
            known = " or ".join(name for name, value in peaks.items() if value is not None)
            raise DomainError(
                f"precision must be {known} on {self.name}, which has no {precision} peak, got {precision}"
            )
        return peak_flop_per_s
