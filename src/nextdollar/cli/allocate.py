"""`nextdollar allocate`: the best split of a budget."""

from __future__ import annotations

import shlex
from typing import cast

import numpy as np

from nextdollar.cli.answer import give
from nextdollar.cli.budget_options import MachineWords, as_options, law_option, machine_option, work_in_time
from nextdollar.cli.budget_verbs import AllocateOptions
from nextdollar.cli.option_quantities import BYTES, SERVED_TOKENS, USD, WORK, OptionReader, option_text
from nextdollar.errors import OptionsError
from nextdollar.plan.quantities.kinds import POSITIVE, TOKENS
from nextdollar.report.research.allocate_report import allocate_story
from nextdollar.report.research.allocate_text import allocate_text
from nextdollar.report.research.allocate_view import allocate_view
from nextdollar.report.write import check_folder
from nextdollar.research.allocation import AllocationAnswer, allocate
from nextdollar.research.allocation_plan import Covers, Demand
from nextdollar.research.machine import Machine
from nextdollar.scaling.constraints import ADAM_BYTES_PER_PARAM, params_in_memory

_OPTIONS = {
    "law": "--law",
    "flop": "--flop",
    "usd": "--usd",
    "flop or usd": "--flop or --usd",
    "machine": "--hardware",
}


def run_allocate(options: AllocateOptions) -> int:
    """Print the best split of a budget; with `out`, write a report."""
    if options.out is not None:
        check_folder(options.out)
    found = _allocated(options)
    return give(
        allocate_view(found),
        text=lambda safe: allocate_text(safe, next_command=_next(options, found)),
        tell=allocate_story,
        out=options.out,
        as_json=options.as_json,
    )


def _allocated(options: AllocateOptions) -> AllocationAnswer:
    reader = OptionReader()
    law = law_option(reader, options.law)
    flop, usd = reader.number("--flop", options.flop, WORK), reader.number("--usd", options.usd, USD)
    _one_budget(reader, options)
    words = MachineWords(options.hardware, options.price, options.mfu, options.serving_mfu)
    owner = machine_option(reader, words)
    demand = _demand(reader, options, owner)
    reader.done()
    if law is None:
        raise ValueError("an option that was refused passed the checks")
    try:
        return allocate(law, flop=flop, usd=usd, machine=owner, demand=demand)
    except OptionsError as error:
        raise as_options(error, _OPTIONS) from None


def _one_budget(reader: OptionReader, options: AllocateOptions) -> None:
    """Refuse a budget that is not stated, or stated twice, or in dollars of no machine."""
    if options.flop is None and options.usd is None:
        hint = 'for example --flop 5.76e23, or --usd "5 MUSD" --hardware H100-SXM'
        reader.refuse("--flop or --usd", "must be given", hint=hint)
    if options.flop is not None and options.usd is not None:
        given = f"--flop {options.flop} and --usd {options.usd}"
        reader.refuse("--flop or --usd", "must be one of the two", given, "leave one of them out")
    if options.usd is not None and options.hardware is None:
        reader.refuse("--usd", "needs --hardware beside it", options.usd, "for example --hardware H100-SXM")


def _demand(reader: OptionReader, options: AllocateOptions, owner: Machine | None) -> Demand:
    served = reader.number("--inference-tokens", options.inference_tokens, SERVED_TOKENS)
    unique = reader.number("--unique-tokens", options.unique_tokens, TOKENS)
    if options.covers not in ("training", "lifetime"):
        reader.refuse("--covers", "must be training or lifetime", options.covers)
    if options.covers == "lifetime" and options.inference_tokens is None:
        hint = 'tokens to serve are what a lifetime adds to training: --inference-tokens "2 T"'
        reader.refuse("--covers", "needs --inference-tokens beside it", options.covers, hint)
    _, deadline_flop = work_in_time(
        reader,
        option="--deadline",
        time=options.deadline,
        gpus=options.gpus,
        owner=owner,
        has_hardware=options.hardware is not None,
    )
    return Demand(
        inference_tokens=0.0 if served is None else served,
        covers=cast(Covers, options.covers),
        unique_tokens=np.inf if unique is None else unique,
        params_most=_params_most(reader, options),
        deadline_flop=np.inf if deadline_flop is None else deadline_flop,
    )


def _params_most(reader: OptionReader, options: AllocateOptions) -> float:
    memory = reader.number("--memory", options.memory, BYTES)
    per_param = reader.number("--bytes-per-param", options.bytes_per_param, POSITIVE)
    if options.bytes_per_param is not None and options.memory is None:
        hint = 'for example --memory "640 GB"'
        reader.refuse("--bytes-per-param", "needs --memory beside it", options.bytes_per_param, hint)
    if memory is None:
        return np.inf
    each = ADAM_BYTES_PER_PARAM if per_param is None else per_param
    most = float(params_in_memory(memory, bytes_per_param=each))
    if most < 1:
        reader.refuse("--memory", f"must hold a parameter, {each:g} bytes", options.memory or "")
    return most


def _next(options: AllocateOptions, found: AllocationAnswer) -> str:
    """Return the command that looks at the plan as a run."""
    words = ["nextdollar", "diagnose", "--law", str(options.law)]
    words += ["--params", option_text(float(found.best.params))]
    words += ["--tokens", option_text(float(found.best.tokens))]
    for option, text in (
        ("--inference-tokens", options.inference_tokens),
        ("--unique-tokens", options.unique_tokens),
    ):
        words += [option, text] if text is not None else []
    return shlex.join(words)
