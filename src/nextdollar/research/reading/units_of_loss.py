"""From the unit that a table states its loss in to nats per token; converted only when somebody says so."""

from __future__ import annotations

import math
from typing import get_args

import numpy as np

from nextdollar.errors import Fault
from nextdollar.research.reading.draft import Draft
from nextdollar.research.reading.finding import Finding
from nextdollar.research.reading.refusal import refuse, shown
from nextdollar.research.reading.run_table import Flag, LossUnit
from nextdollar.research.reading.sheet import Sheet
from nextdollar.research.reading.where import Mask
from nextdollar.units import FloatArray, Floats

# A model that guesses among a quarter of a million words has 12.4 nats per token.
_MOST_NATS = 12.5
_COARSE_DECIMALS = 2
_FEW_ROWS = 3
_NATS_PER_BIT = math.log(2)


def loss_in_nats(
    draft: Draft, stated: LossUnit | str | None, bytes_per_token: float | None
) -> tuple[str, Finding]:
    """Turn the loss into nats per token, and return the unit that it was in.

    nats per token = bits per byte x ln 2 x bytes per token = ln of perplexity.

    Raises
    ------
    RunsError
        If the unit is unknown, or bits per byte are stated without the bytes of a token.
    """
    unit = stated or draft.columns.loss_unit or "nats per token"
    if unit not in get_args(LossUnit):
        hint = f"one of {', '.join(get_args(LossUnit))}"
        refuse([Fault("ND1233", "--loss-unit", "must be a unit of loss", shown(unit), hint)])
    if unit == "nats per token":
        return unit, Finding()
    per_token = draft.values.get("bytes_per_token") if bytes_per_token is None else bytes_per_token
    draft.values["loss"] = nats_per_token(draft.values["loss"], unit, per_token, draft.sheet.file)
    column = draft.columns.names.get("loss", "loss")
    flag = Flag("ND1276", 0, column, f"the loss is in {unit}", "converted to nats per token")
    return unit, Finding((flag,))


def nats_per_token(loss: FloatArray, unit: str, bytes_per_token: Floats | None, file: str) -> FloatArray:
    """Return a loss of a known unit in nats per token; RunsError if the bytes of a token are needed."""
    with np.errstate(all="ignore"):
        if unit == "perplexity":
            return np.asarray(np.log(loss), dtype=float)
        if unit == "bits per token":
            return loss * _NATS_PER_BIT
        if unit == "bits per byte":
            if bytes_per_token is None or not np.any(np.greater(bytes_per_token, 0)):
                hint = "about 4.4 for English and a vocabulary of 100,000: --bytes-per-token 4.4"
                rule = "must be known, and above 0, to turn bits per byte into nats per token"
                refuse([Fault("ND1233", "--bytes-per-token", rule, "", hint, file)])
            return np.asarray(loss * _NATS_PER_BIT * bytes_per_token, dtype=float)
    return loss


def check_unit(draft: Draft, kept: Mask) -> None:
    """Refuse a loss that cannot be in nats per token: most rows are above the loss of guessing."""
    loss = draft.values["loss"][kept]
    if loss.size and float(np.median(loss)) > _MOST_NATS:
        rule = "the loss must be in nats per token"
        value = f"a median of {float(np.median(loss)):.4g}, above that of guessing"
        hint = "if it is a perplexity: --loss-unit perplexity"
        refuse([Fault("ND1233", "", rule, value, hint, draft.sheet.file)])


def precision(sheet: Sheet, column: str | None, rows: list[int]) -> Finding:
    """Flag losses that are written with two decimals or fewer: their rounding is then part of the noise."""
    if column is None or len(rows) < _FEW_ROWS:
        return Finding()
    decimals = max(_decimals(sheet.cell(row, column).strip()) for row in rows)
    if decimals > _COARSE_DECIMALS:
        return Finding()
    half = 0.5 * 10.0**-decimals
    words = f"losses have {decimals} decimals, so each is known to +/- {half:g}"
    return Finding((Flag("ND1267", 0, column, words, "kept"),))


def _decimals(text: str) -> int:
    """Return how many decimals a number is written with."""
    digits, _, exponent = text.lower().partition("e")
    fraction = digits.partition(".")[2]
    return len(fraction) - (int(exponent) if exponent else 0)
