"""What a form of a scaling law tells the fitter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from nextdollar.scaling.fitting.surfaces.surface import Surface
from nextdollar.scaling.laws.law import Law
from nextdollar.scaling.runs import Runs
from nextdollar.units import FloatArray


@dataclass(frozen=True, slots=True)
class Need:
    """So many distinct values of a quantity are needed to know some coefficients.

    `quantity` is params, tokens, flop, tokens_per_param, passes or experts.
    """

    quantity: str
    distinct: int
    coefficients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """How a law is fitted.

    `coefficients` are the fields of the law; `surface(runs, centred)` its log loss over runs;
    `starts(surface, loss_nats, floor_nats)` first guesses (n_starts, p), with the floor where it is
    pinned and None where it is fitted; `law_coefficients(surface, theta)` the fields at (n_batch, p),
    each an array (n_batch,); `uncentred(surface, theta)` the same law on the surface that is not
    centred, and `profiled` the column there that each coefficient rises with, where it depends on no
    other. `has_floor` says whether column 0 is a floor in nats.
    """

    name: str
    coefficients: tuple[str, ...]
    needs: tuple[Need, ...]
    surface: Callable[[Runs, bool], Surface]
    starts: Callable[[Surface, FloatArray, float | None], FloatArray]
    law_coefficients: Callable[[Surface, FloatArray], dict[str, FloatArray]]
    uncentred: Callable[[Surface, FloatArray], FloatArray]
    law: Callable[[Mapping[str, FloatArray] | Mapping[str, float], Runs], Law]
    profiled: Mapping[str, int]
    has_floor: bool = True
