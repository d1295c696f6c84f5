"""The shape of `nextdollar serve-plan --json`, version 1.0."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from nextdollar.report.plan_schema import SourceShape
from nextdollar.report.research.envelope import Envelope, Shape
from nextdollar.report.sizing.shapes import RangeShape


class ServedModelShape(Shape):
    """What is served."""

    name: str
    params: float
    params_active: float
    how: str = Field(description="where the shape is from: catalogue, config.json, or inferred from the size")


class ServingLoadShape(Shape):
    """What is asked for, and how fast it must come."""

    how: str = Field(description="table, usual day, stated peak, or given")
    requests_per_day: float
    requests_per_month: float
    peak_multiple: float = Field(description="busiest hour over the mean hour")
    requests_per_s_by_hour: list[float]
    n_prompt_tokens: float
    n_output_tokens: float
    cached_prompt_share: float
    ttft_limit_s: float | None
    tpot_limit_s: float | None
    requests_per_seat_month: float | None
    autoscaled: bool = Field(description="whether `bill` is that of a fleet that follows the load")
    least_instances: float


class UseStepsShape(Shape):
    """Where the time of paid machines goes, at the median speed: the three multiply to their use."""

    chance_share: float = Field(description="left after room for requests that arrive by chance")
    whole_share: float = Field(description="left after instances are whole")
    kept_share: float = Field(description="left after machines that wait for a busier hour")


class FleetBillShape(Shape):
    """A fleet kept at its peak or following the load: size, use and cost."""

    autoscaled: bool
    use_steps: UseStepsShape
    n_peak_instances: RangeShape
    n_peak_gpus: RangeShape
    gpu_hours_per_month: RangeShape
    utilisation_share: RangeShape = Field(description="requests served over what the paid instances could")
    usd_per_month: RangeShape
    usd_per_request: RangeShape
    usd_per_mtok_input: RangeShape
    usd_per_mtok_output: RangeShape
    usd_per_seat_month: RangeShape | None
    kwh_per_month: RangeShape | None
    kg_co2_per_month: RangeShape | None


class FleetOptionShape(Shape):
    """A configuration of an instance, and the fleet of them that serves the load."""

    accelerator: str
    precision: str
    gpus_per_instance: int
    attention_replicas: int
    pipeline_stages: int
    most_concurrent: int = Field(description="most requests that an instance serves at once")
    words: str
    ttft_s: RangeShape = Field(description="of a full instance")
    tpot_s: RangeShape = Field(description="of a full instance")
    requests_per_s_per_instance: RangeShape
    out_tok_s_per_gpu: RangeShape
    bound_by: str
    is_measured: bool = Field(description="whether measurements on this accelerator stand behind the speeds")
    memory_used_share: float
    reading_share: float = Field(description="share of busy time that goes to prompts: how cost is split")
    usd_per_gpu_hour: RangeShape
    price_from: str
    bill: FleetBillShape = Field(description="of the policy that was asked for")
    fixed: FleetBillShape
    autoscaled: FleetBillShape


class FleetHourShape(Shape):
    """One hour of the load and the instances in it."""

    hour: int
    requests_per_s: float
    needed_instances: RangeShape
    autoscaled_instances: float
    fixed_instances: float
    utilisation_share: float = Field(description="of the fleet kept at its peak")


class RefusedHardwareShape(Shape):
    """An accelerator that is not among the alternatives, and why."""

    accelerator: str
    reason: str


class LeverAssumptionShape(Shape):
    """How far a lever reaches; `--assume NAME=RANGE` states it."""

    name: str
    p5: float
    p95: float
    words: str
    grade: str = Field(description="A proof, B measured, C observed, D assumed; or stated")
    source: SourceShape | None


class LeverQualityShape(Shape):
    """What a lever does to answers."""

    words: str
    grade: str
    source: SourceShape | None


class MonthsShape(Shape):
    """Months; null is never."""

    p5: float | None
    p50: float | None
    p95: float | None


class LeverShape(Shape):
    """A change that makes serving cheaper, or not; its figures are null where it is refused."""

    kind: Literal[
        "quantise", "distil", "prefix", "repeat", "route", "batch", "speculate", "device", "together"
    ]
    title: str
    usd_per_month: RangeShape | None
    saving_usd_per_month: RangeShape | None = Field(description="below 0 where it costs more")
    saving_share: RangeShape | None
    ttft_s: RangeShape | None
    tpot_s: RangeShape | None
    kwh_per_month: RangeShape | None
    fleet: str
    one_off_usd: RangeShape | None = Field(description="null where it is not known")
    one_off: str = Field(description="what is paid once")
    payback_months: MonthsShape | None
    quality: LeverQualityShape
    assumptions: list[LeverAssumptionShape]
    notes: list[str]
    refused: str = Field(description="why there are no figures; empty where there are")


class CandidateFleetShape(Shape):
    """The same load served by a model of another size of the scenario."""

    name: str
    params: float | None
    fleet: str
    usd_per_month: RangeShape | None
    usd_per_mtok_output: RangeShape | None
    reason: str


class ServePlanShape(Envelope):
    """Everything that `nextdollar serve-plan --json` prints."""

    schema_: Literal["nextdollar.serve-plan/1.0"] = Field(alias="schema")
    model: ServedModelShape
    load: ServingLoadShape
    chosen: FleetOptionShape | None = Field(description="cheapest; null where nothing meets the limits")
    closest: str = Field(description="how near the best came, where nothing meets the limits")
    hours: list[FleetHourShape]
    electricity_usd_per_month: RangeShape | None
    alternatives: list[FleetOptionShape] = Field(description="the best of each accelerator, cheapest first")
    refused: list[RefusedHardwareShape]
    levers: list[LeverShape]
    candidates: list[CandidateFleetShape]
    n_options: int = Field(description="configurations that were tried")
    engine: str
