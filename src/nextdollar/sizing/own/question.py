"""What is asked of a comparison of renting, reserving, buying, and paying by the token."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal, TypeAlias

import numpy as np

from nextdollar.catalogue.electricity import DEFAULT_REGION
from nextdollar.compute.serving.precision import ServingPrecision
from nextdollar.errors import require
from nextdollar.sizing.model_named import NamedModel

Ends: TypeAlias = tuple[float, float]
"""The 5 % and 95 % quantiles of a quantity; equal where it is one number."""
Space: TypeAlias = Literal["colocation", "building", "none"]
SPACES: tuple[Space, ...] = ("colocation", "building", "none")
USUAL_USE: Ends = (0.2, 0.6)
"""Average over peak of what is paid for, where nobody says: batch work uses more, one product less."""
USUAL_PROMPT_TOKENS, USUAL_ANSWER_TOKENS = 1000.0, 300.0
MOST_MONTHS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What the machines are for.

    Parameters
    ----------
    n_gpus : float, optional
        Machines that are needed, above 0; or leave them out and give `tokens_per_month`.
    tokens_per_month : float, optional
        Tokens read and written in a month, above 0.
    use_share : (float, float)
        Share of the hours of reserved or owned machines in which they do useful work, in (0, 1].
    rented_use_share : (float, float)
        The same of machines rented on demand, in (0, 1], and at least `use_share`: 1 where idle hours are
        given back, as batch work can; a service that waits for requests pays for some.
    model : NamedModel, optional
        What is served: gives tokens per second where `tokens_per_s_per_gpu` is not given.
    precision : str, optional
        Of `SERVING_PRECISIONS`; None is fp8 where the accelerator has it, else bf16.
    tokens_per_s_per_gpu : (float, float), optional
        Tokens read and written by a GPU at work, above 0, for machines of one's own or rented.
    n_prompt_tokens, n_answer_tokens : float
        Lengths of a request, at least 1: they split tokens into read and written.
    """

    n_gpus: float | None = None
    tokens_per_month: float | None = None
    use_share: Ends = USUAL_USE
    rented_use_share: Ends = (1.0, 1.0)
    model: NamedModel | None = None
    precision: ServingPrecision | None = None
    tokens_per_s_per_gpu: Ends | None = None
    n_prompt_tokens: float = USUAL_PROMPT_TOKENS
    n_answer_tokens: float = USUAL_ANSWER_TOKENS

    def __post_init__(self) -> None:
        both = (self.n_gpus is None) is not (self.tokens_per_month is None)
        require(both, "n_gpus or tokens_per_month", "given, one of the two", _said(self))
        for name in ("n_gpus", "tokens_per_month"):
            value = getattr(self, name)
            require(value is None or 0 < value < np.inf, name, "above 0", value)
        for name in ("n_prompt_tokens", "n_answer_tokens"):
            require(getattr(self, name) >= 1, name, "at least 1", getattr(self, name))
        check_ends(self.use_share, "use_share", most=1.0)
        check_ends(self.rented_use_share, "rented_use_share", most=1.0)
        check_ends(self.tokens_per_s_per_gpu, "tokens_per_s_per_gpu")

    @property
    def read_share(self) -> float:
        """Share of the tokens that are read."""
        return self.n_prompt_tokens / (self.n_prompt_tokens + self.n_answer_tokens)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """Prices that are known better than the catalogue knows them; None takes the catalogue's.

    Each the 5 % and 95 % quantiles, above 0: USD per GPU-hour on demand and reserved for one and three
    years, per GPU bought with its part of the server, and per million tokens of an API.
    """

    on_demand_usd_per_gpu_hour: Ends | None = None
    one_year_usd_per_gpu_hour: Ends | None = None
    three_years_usd_per_gpu_hour: Ends | None = None
    purchase_usd_per_gpu: Ends | None = None
    api_usd_per_mtok: Ends | None = None
    api_model: str | None = None

    def __post_init__(self) -> None:
        for name in self.__slots__[:-1]:
            check_ends(getattr(self, name), name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where machines of one's own stand; None takes the catalogue's figure.

    `region` names prices of electricity and carbon of the grid. `space` is colocation by the kilowatt, a
    building of one's own, or none that is paid for. `engineers` is the staff, in full-time engineers.
    """

    region: str = DEFAULT_REGION
    usd_per_kwh: Ends | None = None
    kg_per_kwh: float | None = None
    pue: Ends | None = None
    space: Space = "colocation"
    space_usd_per_kw_month: Ends | None = None
    engineers: Ends | None = None
    usd_per_engineer_year: Ends | None = None

    def __post_init__(self) -> None:
        for name in ("usd_per_kwh", "space_usd_per_kw_month", "usd_per_engineer_year"):
            check_ends(getattr(self, name), name)
        check_ends(self.engineers, "engineers", may_be_zero=True)
        check_ends(self.pue, "pue", least=1.0)
        require(self.space in SPACES, "space", f"one of {', '.join(SPACES)}", self.space)
        ok = self.kg_per_kwh is None or 0 <= self.kg_per_kwh < np.inf
        require(ok, "kg_per_kwh", "at least 0", self.kg_per_kwh)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnQuestion:
    """What is compared, on which accelerator, for how long; change it with `dataclasses.replace`.

    Parameters
    ----------
    accelerator : str
        Name or alias of the catalogue.
    work, prices, site
        What the machines are for, what is known of prices, and where they would stand.
    horizon_months : int
        From 1 to 120: how long the work lasts; what is bought is sold at its end.
    cost_of_capital_per_year : float, optional
        Rate at which later cash counts less, at least 0; None is the middle of the catalogue's range.
    value_kept_per_year : (float, float), optional
        Share of its price that a machine keeps over a year, in (0, 1].
    interconnect_share : (float, float), optional
        Share of the price of a cluster that is network, from 0 to 0.9.
    as_of : date, optional
        Leave out prices of the catalogue that came later, and say which are old by then; None takes all.
    n_draws, seed : int
        Draws behind the ranges.
    """

    accelerator: str
    work: Work
    prices: Prices = field(default_factory=Prices)
    site: Site = field(default_factory=Site)
    horizon_months: int = 36
    cost_of_capital_per_year: float | None = None
    value_kept_per_year: Ends | None = None
    interconnect_share: Ends | None = None
    as_of: date | None = None
    n_draws: int = 4096
    seed: int = 0

    def __post_init__(self) -> None:
        months_ok = 1 <= self.horizon_months <= MOST_MONTHS
        require(months_ok, "horizon_months", f"from 1 to {MOST_MONTHS}", self.horizon_months)
        rate = self.cost_of_capital_per_year
        require(rate is None or 0 <= rate < np.inf, "cost_of_capital_per_year", "at least 0", rate)
        check_ends(self.value_kept_per_year, "value_kept_per_year", most=1.0)
        check_ends(self.interconnect_share, "interconnect_share", most=0.9, may_be_zero=True)
        require(self.n_draws >= 1, "n_draws", "1 or more", self.n_draws)


def check_ends(
    ends: Ends | None, name: str, *, least: float = 0.0, most: float = np.inf, may_be_zero: bool = False
) -> None:
    """Refuse ends that are no range: not finite, the wrong way round, or outside the domain."""
    if ends is None:
        return
    low, high = ends
    require(np.isfinite(ends).all(), name, "finite", ends)
    require(low <= high, name, "from low to high", ends)
    above = low >= least if may_be_zero or least > 0 else low > least
    rule = f"at least {least:g}" if may_be_zero or least > 0 else f"above {least:g}"
    require(above, name, rule, low)
    require(high <= most, name, f"at most {most:g}", high)


def _said(work: Work) -> str:
    return "neither" if work.n_gpus is None and work.tokens_per_month is None else "both"
