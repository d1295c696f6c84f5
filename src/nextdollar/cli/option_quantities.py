"""Options that hold a quantity in the language of scenarios: "70 B", "38 days", "2.5 USD/gpu-hour"."""

from __future__ import annotations

from dataclasses import replace

from nextdollar.errors import Fault, OptionsError
from nextdollar.plan.quantities.kind import Kind, linear, rescaled
from nextdollar.plan.quantities.kinds import GPU_HOUR_PRICE, MONEY, TOKENS
from nextdollar.plan.quantities.quantity import Quantity, read_quantity
from nextdollar.plan.quantities.refusal import QuantityError
from nextdollar.plan.words import count

_LETTERS_END = 1e15

WORK = Kind(
    "amount of work",
    "FLOP",
    {
        "FLOP": linear(1.0),
        "FLOPs": linear(1.0),
        **{
            f"{letter}FLOP": rescaled(linear(1.0), size)
            for letter, size in (("P", 1e15), ("E", 1e18), ("Z", 1e21))
        },
    },
    "FLOP",
    1e6,
    1e34,
    plain_unit="FLOP",
    magnitudes=True,
    example="5.76e23",
    aliases={"flop": "FLOP", "flops": "FLOP"},
)
BYTES = Kind(
    "amount of memory",
    "bytes",
    {
        "bytes": linear(1.0),
        **{f"{letter}B": linear(size) for letter, size in (("M", 1e6), ("G", 1e9), ("T", 1e12))},
        **{f"{letter}iB": linear(size) for letter, size in (("M", 2.0**20), ("G", 2.0**30), ("T", 2.0**40))},
    },
    "GB",
    1.0,
    1e21,
    example="640 GB",
)
MACHINES = Kind(
    "number of GPUs",
    "",
    {"": linear(1.0), "gpus": linear(1.0)},
    "",
    1.0,
    1e8,
    plain_unit="",
    magnitudes=True,
    example="2048",
)
# The name of an option says what it is in, so that a plain number will do.
USD = replace(MONEY, low=0.01, plain_unit="USD", example="5 MUSD")
USD_PER_GPU_HOUR = replace(GPU_HOUR_PRICE, plain_unit="USD/gpu-hour", example="2.5")
SERVED_TOKENS = replace(TOKENS, low=0.0)


class OptionReader:
    """Reads options one after the other, keeps what is wrong with each, and says it all at once."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def quantity(self, option: str, text: str | None, kind: Kind) -> Quantity | None:
        """Return what an option states, a number or a range; None where it is not given or refused."""
        if text is None:
            return None
        try:
            return read_quantity(text.strip(), kind)
        except QuantityError as error:
            hint = error.hint
            if error.rewrite:
                hint = f'{hint}; write {option} "{error.rewrite}"'.removeprefix("; ")
            self.refuse(option, error.rule, text, hint, code=error.code)
            return None

    def number(self, option: str, text: str | None, kind: Kind) -> float | None:
        """Return the number of an option, in the unit used inside; a range is refused."""
        found = self.quantity(option, text, kind)
        if found is None:
            return None
        if found.is_uncertain:
            self.refuse(
                option, "must be one number here", text or "", f"for example {kind.example}", code="ND1151"
            )
            return None
        return found.typical()

    def refuse(
        self, option: str, rule: str, value: str = "", hint: str = "", *, code: str = "ND1010"
    ) -> None:
        """Note a fault of an option."""
        self.faults.append(Fault(code, option, rule, value, hint))

    def done(self) -> None:
        """Raise OptionsError if anything was refused."""
        if self.faults:
            raise OptionsError(self.faults)


def option_text(value: float) -> str:
    """Return a count as an option takes it, to three digits: "70 B"."""
    return count(value) if 1 <= value < _LETTERS_END else f"{value:.3g}".replace("+", "")
