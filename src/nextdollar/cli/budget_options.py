"""What `allocate` and `diagnose` read from their options: the law, the machine, time and memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from nextdollar.cli.option_quantities import MACHINES, USD_PER_GPU_HOUR, OptionReader
from nextdollar.errors import CatalogueError, Fault, OptionsError, RunsError
from nextdollar.plan.quantities.kinds import POSITIVE_DURATION, POSITIVE_SHARE
from nextdollar.research.laws import NamedLaw, named_law
from nextdollar.research.machine import Machine, machine
from nextdollar.scaling.constraints import flop_by_deadline
from nextdollar.units import DAYS_PER_MONTH, HOURS_PER_DAY, SECONDS_PER_HOUR


@dataclass(frozen=True, slots=True)
class MachineWords:
    """The options that describe a machine, as typed."""

    hardware: str | None
    price: str | None
    mfu: str | None
    serving_mfu: str | None = None


def law_option(reader: OptionReader, text: str | None) -> NamedLaw | None:
    """Return the law of `--law`; None where it is not given or refused."""
    if text is None:
        published = "a published law such as hoffmann-2022 or epoch-2024"
        own = "the file of `nextdollar fit RUNS --save FIT.json`"
        reader.refuse("--law", "must be given", hint=f"{published}, or {own}")
        return None
    try:
        return named_law(text)
    except CatalogueError as error:
        _, _, hint = str(error).partition("(")
        reader.refuse("--law", "must be a law of the catalogue or a FIT.json", text, hint.replace(")", ""))
    except RunsError as error:
        reader.faults += error.faults
    return None


def machine_option(reader: OptionReader, words: MachineWords) -> Machine | None:
    """Return the machine of `--hardware` and what stands beside it; None where there is none."""
    price = reader.number("--price", words.price, USD_PER_GPU_HOUR)
    mfu = reader.number("--mfu", words.mfu, POSITIVE_SHARE)
    serving_mfu = reader.number("--serving-mfu", words.serving_mfu, POSITIVE_SHARE)
    if words.hardware is None:
        given = {"--price": words.price, "--mfu": words.mfu, "--serving-mfu": words.serving_mfu}
        for option, text in given.items():
            if text is not None:
                reader.refuse(option, "needs --hardware beside it", text, "for example --hardware H100-SXM")
        return None
    try:
        stated = 1.0 if words.price is not None and price is None else price
        return machine(words.hardware, usd_per_gpu_hour=stated, mfu=mfu, serving_mfu=serving_mfu)
    except CatalogueError as error:
        is_price = "must have a price" in str(error)
        rule = "has no price in the catalogue" if is_price else "must be an accelerator of the catalogue"
        hint = "state it, for example --price 2.5" if is_price else str(error).partition("(")[2].rstrip(")")
        reader.refuse("--hardware", rule, words.hardware, hint)
        return None


def work_in_time(
    reader: OptionReader,
    *,
    option: str,
    time: str | None,
    gpus: str | None,
    owner: Machine | None,
    has_hardware: bool,
) -> tuple[float | None, float | None]:
    """Return (GPU-seconds, FLOP) of `--gpus` over the time of an option; None where not given or refused.

    Both need each other, and the FLOP need a machine; without one the GPU-seconds stand alone.
    """
    months = reader.number(option, time, POSITIVE_DURATION)
    n_gpus = reader.number("--gpus", gpus, MACHINES)
    if (time is None) != (gpus is None):
        given, other, text = (option, "--gpus", time) if gpus is None else ("--gpus", option, gpus)
        example = "--gpus 2048" if gpus is None else f'{option} "38 days"'
        reader.refuse(given, f"needs {other} beside it", text or "", f"for example {example}")
    if time is not None and not has_hardware:
        reader.refuse(option, "needs --hardware beside it", time, "for example --hardware H100-SXM")
    if months is None or n_gpus is None:
        return None, None
    seconds = months * DAYS_PER_MONTH * HOURS_PER_DAY * SECONDS_PER_HOUR
    if owner is None:
        return n_gpus * seconds, None
    peak = owner.accelerator.peak_flop_per_s
    flop = flop_by_deadline(n_gpus, seconds, peak_flop_per_s=peak, mfu=owner.mfu)
    return n_gpus * seconds, float(flop)


def as_options(error: OptionsError, names: Mapping[str, str]) -> OptionsError:
    """Return faults of arguments under the names of the options that they came from."""
    faults: list[Fault] = [
        replace(fault, where=names.get(fault.where, fault.where)) for fault in error.faults
    ]
    return OptionsError(faults)
