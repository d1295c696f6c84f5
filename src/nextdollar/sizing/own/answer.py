"""What a comparison of renting, reserving, buying, and paying by the token has found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nextdollar.compute.training.ladder import Range
from nextdollar.sizing.own.break_even import BreakEven
from nextdollar.sizing.own.curves import Drivers
from nextdollar.sizing.own.inputs import Assumption
from nextdollar.sizing.own.question import OwnQuestion
from nextdollar.sources import Source


@dataclass(frozen=True, slots=True)
class OwnMonth:
    """Cash of an option in a month, 0 being today: means that add up, and the range of their sum, in USD."""

    month: int
    capex_usd: float
    opex_usd: float
    paid_usd: Range


@dataclass(frozen=True, slots=True)
class OwnOption:
    """What an option costs over the horizon, as of today; a figure is None where it cannot be said.

    `cheapest_share` is the share of draws in which it costs least of all that are compared, all on the
    same draws; `sampling_error_usd` that of the median.
    """

    name: str
    cost_usd: Range
    mean_usd: float
    sampling_error_usd: float
    usd_per_used_gpu_hour: Range
    usd_per_mtok: Range | None
    cheapest_share: float
    energy_kwh: Range | None
    carbon_kg: Range | None
    months: tuple[OwnMonth, ...]


@dataclass(frozen=True, slots=True)
class OwnAnswer:
    """Every option of a question, cheapest first by its median; `refused` says why others are missing.

    `use_curves` is what a used GPU-hour costs at each use of `own_curves.USES`, in USD, and `drivers` which
    inputs decide between the two best. `parts_usd` are means of what owning consists of, as of today, that
    add up to its mean; `book_value_usd` is the mean value in the books at the end of each month from 0.
    """

    question: OwnQuestion
    accelerator: str
    n_gpus: Range
    use_share: Range
    tokens_per_month: Range | None
    rent_at_end_share: Range
    cost_of_capital_per_year: float
    kg_per_kwh: float | None
    options: tuple[OwnOption, ...]
    refused: Mapping[str, str]
    break_evens: tuple[BreakEven, ...]
    use_curves: Mapping[str, tuple[Range, ...]]
    drivers: Drivers | None
    parts_usd: Mapping[str, float]
    book_value_usd: tuple[float, ...]
    assumptions: tuple[Assumption, ...]
    notes: tuple[str, ...]
    sources: tuple[Source, ...]
    n_draws: int

    @property
    def cheapest(self) -> OwnOption | None:
        """The option that costs least in most draws."""
        return max(self.options, key=lambda item: item.cheapest_share, default=None)
