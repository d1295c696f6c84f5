"""What a row of a table of serving asks, and what it says was measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nextdollar.compute import Accelerator
from nextdollar.compute.serving.inputs import ServedModel, Server
from nextdollar.compute.serving.precision import ServingPrecision
from nextdollar.sizing.model_named import NamedModel
from nextdollar.sizing.serving.words import Degrees, Mode


@dataclass(frozen=True, slots=True)
class Measured:
    """What a row says was measured: no input. Milliseconds, and tokens per second and GPU."""

    tpot_ms: float | None
    ttft_ms: float | None
    out_tok_s_per_gpu: float | None


@dataclass(frozen=True, slots=True)
class Shortcuts:
    """Work that is spared: a share of the prompt that is cached, and drafts that are checked in one step.

    `n_drafts` tokens are drafted in each step, each accepted with the chance `acceptance_share` if all
    before it were; drafting one takes `draft_cost_share` of a plain step.
    """

    cached_prompt_share: float = 0.0
    n_drafts: float = 0.0
    acceptance_share: float = 0.0
    draft_cost_share: float = 0.0


NO_SHORTCUTS = Shortcuts()
"""Every prompt is read whole, and a step writes one token of each sequence."""


@dataclass(frozen=True, slots=True)
class ServingAsk:
    """A question that can be answered: what is served, on what, spread how, and for whom.

    `writers` are the degrees of an instance, `readers` those of one that reads prompts (None where the same
    GPUs do both). `n_readers` and `n_writers` count instances, `n_concurrent` the requests at all of them;
    `is_count_assumed` where nobody says how many instances there are. `shortcuts` spare work.
    """

    named: NamedModel
    model: ServedModel
    accelerator: Accelerator
    server: Server
    precision: ServingPrecision
    engine: str
    n_concurrent: float
    n_prompt_tokens: float
    n_output_tokens: float
    writers: Degrees
    readers: Degrees | None = None
    n_readers: float = 1.0
    n_writers: float = 1.0
    is_count_assumed: bool = False
    shortcuts: Shortcuts = NO_SHORTCUTS


@dataclass(frozen=True, slots=True)
class ServingRow:
    """One row: `ask` is None where it is `refused`, with every reason; `notes` say what was assumed."""

    line: int
    name: str
    model: str
    hardware: str
    mode: Mode
    ask: ServingAsk | None
    measured: Measured
    refused: tuple[str, ...]
    notes: tuple[str, ...]


def asks_of(rows: Sequence[ServingRow], mode: Mode) -> tuple[list[int], list[ServingAsk]]:
    """Return the places of the rows of a mode that can be answered, and what they ask."""
    places = [place for place, row in enumerate(rows) if row.mode == mode and row.ask is not None]
    asks = [row.ask for row in (rows[place] for place in places) if row.ask is not None]
    return places, asks
