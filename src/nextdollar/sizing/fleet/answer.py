"""The cheapest fleet for a load: which accelerators, how many, how busy, and what a token costs."""

from __future__ import annotations

from dataclasses import dataclass, field

from nextdollar.compute import Accelerator
from nextdollar.compute.fleet.instances import UseSteps
from nextdollar.compute.serving.precision import ServingPrecision
from nextdollar.compute.training.ladder import Range
from nextdollar.sizing.fleet.question import FleetQuestion
from nextdollar.sizing.training.bill import HourPrice
from nextdollar.sources import Source
from nextdollar.units import FloatArray


@dataclass(frozen=True, slots=True)
class Configuration:
    """One instance: what it runs on and how it is spread.

    `n_concurrent` is the most requests that it serves at once, the cap to set in the engine.
    """

    accelerator: Accelerator
    precision: ServingPrecision
    n_gpus: int
    n_attention_replicas: int
    n_stages: int
    n_concurrent: int

    @property
    def words(self) -> str:
        """The configuration in a few words: "8 x H100-SXM, fp8, up to 64 requests at once"."""
        spread = f", {self.n_stages} stages" if self.n_stages > 1 else ""
        replicas = (
            f", {self.n_attention_replicas} attention replicas" if self.n_attention_replicas > 1 else ""
        )
        chip = f"{self.n_gpus} x {self.accelerator.name}"
        many = "1 request" if self.n_concurrent == 1 else f"up to {self.n_concurrent} requests"
        return f"{chip}, {self.precision}{spread}{replicas}, {many} at once"


@dataclass(frozen=True, slots=True)
class FleetBill:
    """A fleet that is kept at its peak, or follows the load: size, use and cost; p5, p50 and p95 each.

    `use_steps` say where the time of the paid machines goes, at the median speed. `usd_per_seat_month`,
    `kwh_per_month` and `kg_co2_per_month` are None where they cannot be said.
    """

    autoscaled: bool
    n_peak_instances: Range
    n_peak_gpus: Range
    gpu_hours_per_month: Range
    utilisation_share: Range
    use_steps: UseSteps
    usd_per_month: Range
    usd_per_request: Range
    usd_per_mtok_input: Range
    usd_per_mtok_output: Range
    usd_per_seat_month: Range | None
    kwh_per_month: Range | None
    kg_co2_per_month: Range | None


@dataclass(frozen=True, slots=True)
class FleetHour:
    """An hour of the day: its load, the instances that it needs, and those that are paid either way.

    `utilisation_share` is that of the fleet kept at its peak.
    """

    hour: int
    requests_per_s: float
    n_needed_instances: Range
    n_autoscaled_instances: float
    n_fixed_instances: float
    utilisation_share: float


@dataclass(frozen=True, slots=True)
class FleetOption:
    """A configuration with its speed, its fleet by the hour and its cost.

    `tpot_s` and `ttft_s` are those of a full instance, `requests_per_s_per_instance` what it then answers.
    `reading_share` of its busy time goes to prompts. `bill` is that of the policy asked for. `is_measured`
    where measurements on this accelerator are among those behind the constants, or in the user's own logs.
    `usd_per_month_draws` (n_draws,) of that bill are on the same draws for every fleet and question: compare
    fleets draw by draw.
    """

    configuration: Configuration
    price: HourPrice
    tpot_s: Range
    ttft_s: Range
    requests_per_s_per_instance: Range
    output_tokens_per_s_per_gpu: Range
    bound_by: str
    is_measured: bool
    memory_used_share: float
    reading_share: float
    bill: FleetBill
    fixed: FleetBill
    autoscaled: FleetBill
    hours: tuple[FleetHour, ...]
    usd_per_month_draws: FloatArray = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class RefusedHardware:
    """An accelerator that cannot serve the load, or whose cost cannot be said, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class FleetPlan:
    """The answer: `chosen` is None where nothing meets the limits.

    `alternatives` are the best configuration of each accelerator, cheapest first, the chosen one among
    them. `n_options` configurations were tried. `closest` says, where nothing is feasible, how near it came.
    """

    question: FleetQuestion
    chosen: FleetOption | None
    alternatives: tuple[FleetOption, ...]
    refused: tuple[RefusedHardware, ...]
    closest: str
    n_options: int
    notes: tuple[str, ...]
    sources: tuple[Source, ...]

    @property
    def cheapest_measured(self) -> FleetOption | None:
        """The cheapest on an accelerator that was measured; None where there is none."""
        return next((option for option in self.alternatives if option.is_measured), None)
