"""A change that makes serving cheaper: what is assumed of it, what it saves, and what it does to answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, get_args

from nextdollar.catalogue.serving_levers import lever_fact, lever_facts
from nextdollar.compute.training.ladder import Range
from nextdollar.errors import DomainError, require
from nextdollar.sizing.model_named import NamedModel
from nextdollar.sources import Source

LeverKind: TypeAlias = Literal[
    "quantise", "distil", "prefix", "repeat", "route", "batch", "speculate", "device", "together"
]
LEVER_KINDS: tuple[LeverKind, ...] = get_args(LeverKind)
ASSUMPTIONS = (
    *("distil.params_share", "distil.tokens", "prefix.hit_share", "repeat.hit_share", "route.small_share"),
    *("route.params_share", "batch.waiting_share", "speculate.acceptance_share"),
    *("speculate.draft_cost_share", "device.share"),
)
"""What can be stated instead of assumed, by name."""
_LESS_SAVES_MORE = ("distil.params_share", "route.params_share", "speculate.draft_cost_share")


@dataclass(frozen=True, slots=True)
class LeverAssumption:
    """How far a lever reaches: its 5 % and 95 % quantiles, what it is of, its grade and its source.

    A stated one has the grade "stated" and no source.
    """

    name: str
    low: float
    high: float
    words: str
    grade: str
    source: Source | None

    @property
    def middle(self) -> float:
        """Halfway between the ends."""
        return 0.5 * (self.low + self.high)

    @property
    def by_effect(self) -> tuple[float, float, float]:
        """The end that saves least, the middle, and the end that saves most."""
        ends = (self.low, self.middle, self.high)
        return ends[::-1] if self.name in _LESS_SAVES_MORE else ends


@dataclass(frozen=True, slots=True)
class Quality:
    """What a lever does to answers: in words, what those rest on, and where they are printed."""

    words: str
    grade: str
    source: Source | None


@dataclass(frozen=True, slots=True)
class Lever:
    """A lever and what it does; each figure with its range, None where it cannot be said.

    Parameters
    ----------
    kind : str
        One of `LEVER_KINDS`.
    title : str
        What is done, in a few words.
    assumptions : tuple of LeverAssumption
        What the saving hangs on.
    usd_per_month, saving_usd_per_month, saving_share : Range or None
        Cost with the lever, and what it saves against the fleet without: below 0 where it costs more.
    ttft_s, tpot_s : Range or None
        Times with the lever; of the slowest fleet where there are several.
    kwh_per_month : Range or None
        Energy with the lever, halfway of what it may reach; None where no power is published.
    fleet_words : str
        What it then runs on.
    one_off_usd : Range or None
        Paid once; None where that is not known. `one_off_words` say what it is.
    payback_months : Range or None
        Until the one-off cost is saved again.
    quality : Quality
        What happens to the answers.
    notes : tuple of str
        What was assumed or left out.
    refused : str
        Why there is no figure; empty where there is.
    """

    kind: LeverKind
    title: str
    assumptions: tuple[LeverAssumption, ...]
    usd_per_month: Range | None
    saving_usd_per_month: Range | None
    saving_share: Range | None
    ttft_s: Range | None
    tpot_s: Range | None
    kwh_per_month: Range | None
    fleet_words: str
    one_off_usd: Range | None
    one_off_words: str
    payback_months: Range | None
    quality: Quality
    notes: tuple[str, ...]
    refused: str

    @property
    def sources(self) -> tuple[Source, ...]:
        """Where assumptions and words on quality are from."""
        found = (*(item.source for item in self.assumptions), self.quality.source)
        return tuple(source for source in found if source is not None and source.link)


@dataclass(frozen=True, slots=True)
class LeverSettings:
    """What a user states of the levers in place of what is published.

    Parameters
    ----------
    stated : mapping of str to (float, float)
        5 % and 95 % quantiles by name of `ASSUMPTIONS`; equal ends are one number.
    small_model, student : NamedModel, optional
        The model to route easy requests to, and what the model is distilled into; None infers one.
    kinds : tuple of str
        Levers to try, of `LEVER_KINDS`.
    n_draws : int
        Draws behind each fleet that is tried.

    Raises
    ------
    DomainError
        If a name is unknown, or an assumption leaves its domain.
    """

    stated: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    small_model: NamedModel | None = None
    student: NamedModel | None = None
    kinds: tuple[LeverKind, ...] = LEVER_KINDS
    n_draws: int = 256

    def __post_init__(self) -> None:
        for name, (low, high) in self.stated.items():
            if name not in ASSUMPTIONS:
                raise DomainError(f"assumption must be one of {', '.join(ASSUMPTIONS)}, got {name}")
            require(high >= low, name, "from low to high", f"{low:g} to {high:g}")
            if name == "distil.tokens":
                require(low > 0, name, "above 0", low)
            else:
                require(low >= 0 and high <= 1, name, "at least 0 and at most 1", f"{low:g} to {high:g}")

    def assumption(self, name: str) -> LeverAssumption:
        """Return what is stated of an assumption, else what is published."""
        fact = lever_fact(name)
        if name in self.stated:
            low, high = self.stated[name]
            return LeverAssumption(name, low, high, fact.words, "stated", None)
        low, high = (0.0 if end is None else end for end in (fact.low, fact.high))
        return LeverAssumption(name, low, high, fact.words, fact.grade, fact.source)


def quality_of_lever(name: str) -> Quality:
    """Return what is published of a lever's effect on answers, by the name of its row without "quality."."""
    key = f"quality.{name}"
    if key not in lever_facts():
        return Quality("not known", "D", None)
    fact = lever_fact(key)
    return Quality(fact.words, fact.grade, fact.source)
