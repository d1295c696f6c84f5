"""What an accelerator can do at most, by its data sheet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from nextdollar.errors import DomainError, require
from nextdollar.sources import Source

Precision: TypeAlias = Literal["bf16", "fp8"]

GIVEN = Source("given by the user")
"""Source of an accelerator that is not a row of the catalogue."""


@dataclass(frozen=True, slots=True)
class Accelerator:
    """Peak rates, memory and power of one accelerator.

    Rates are dense: data sheets often print twice the figure, "with sparsity", that no training
    run reaches. `peak_flop_per_s` is bf16 and is the peak that an MFU is a share of.
    `power_watts` is None where the vendor publishes none, `fp8_peak_flop_per_s` where there is no
    fp8.
    """

    name: str
    peak_flop_per_s: float
    memory_bytes: float
    bandwidth_bytes_per_s: float
    power_watts: float | None = None
    fp8_peak_flop_per_s: float | None = None
    aliases: tuple[str, ...] = ()
    source: Source = GIVEN

    def __post_init__(self) -> None:
        require(self.peak_flop_per_s > 0, "peak_flop_per_s", "above 0", self.peak_flop_per_s)
        require(self.memory_bytes > 0, "memory_bytes", "above 0", self.memory_bytes)
        require(
            self.bandwidth_bytes_per_s > 0, "bandwidth_bytes_per_s", "above 0", self.bandwidth_bytes_per_s
        )
        for name in ("power_watts", "fp8_peak_flop_per_s"):
            value = getattr(self, name)
            require(value is None or value > 0, name, "above 0 or not given", value)

    def peak(self, precision: Precision = "bf16") -> float:
        """Dense peak in FLOP/s at a precision; DomainError where the accelerator does not have it."""
        if precision == "bf16":
            return self.peak_flop_per_s
        if self.fp8_peak_flop_per_s is None:
            raise DomainError(
                f"precision must be bf16 on {self.name}, which has no fp8 peak, got {precision}"
            )
        return self.fp8_peak_flop_per_s
