"""A saved fit read back, bounded and checked: every fault at once, and nothing in the file is run as code.

What `nextdollar fit --json` prints is read as well: it lacks the draws, so answers have no ranges then.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from nextdollar.errors import Fault, RunsError, require
from nextdollar.research.reading.source_file import read_file, text_of
from nextdollar.research.saved_fit_shape import FIT_SCHEMA, SAVED_FIT_SCHEMA, SavedFitShape
from nextdollar.scaling import LAWS, UNBOUNDED, Domain, Law
from nextdollar.scaling.forecasting.forecast_law import ForecastLaw
from nextdollar.sources import Source

_MAX_FAULTS = 50
_A_SIZE = 1e9
"""Parameters and tokens at which a law without a range is tried."""


@dataclass(frozen=True, slots=True)
class SavedFit:
    """A law read back: its best coefficients, its draws (None where none were saved), and its origin.

    `forecast` has the draws that widen beyond the runs. `files` are the tables it was fitted to, each
    with its SHA-256; `sha256` is that of the fit's own file.
    """

    file: str
    sha256: str
    form: str
    law: Law
    draws: Law | None
    forecast: ForecastLaw | None
    files: tuple[tuple[str, str], ...]
    n_runs: int

    @property
    def sources(self) -> tuple[Source, ...]:
        """The fit itself, and its formula."""
        tables = ", ".join(Path(file).name for file, _ in self.files) or "runs that it does not name"
        own = Source(f"own fit to {tables}", f"{self.n_runs} runs, saved as {Path(self.file).name}")
        return (own, self.law.source)


def read_fit(path: Path) -> SavedFit:
    """Read a fit that `save_fit` wrote.

    Raises
    ------
    RunsError
        With every fault: no such file, too large, not JSON, or not a fit.
    """
    file = str(path)
    source = read_file(path)
    try:
        raw = json.loads(text_of(source), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise RunsError([_not_json(error, file)]) from None
    if not isinstance(raw, dict) or raw.get("schema") not in (FIT_SCHEMA, SAVED_FIT_SCHEMA):
        found = raw.get("schema") if isinstance(raw, dict) else type(raw).__name__
        hint = "`nextdollar fit RUNS --save FIT.json` writes one"
        rule = f"must be {SAVED_FIT_SCHEMA}"
        raise RunsError([Fault("ND2011", "schema", rule, _short(found), hint, file)])
    try:
        saved = SavedFitShape.model_validate(raw)
    except ValidationError as error:
        faults = [_shape_fault(details, file) for details in error.errors()[:_MAX_FAULTS]]
        raise RunsError(faults) from None
    found_faults = list(_coefficient_faults(saved, file))
    if found_faults:
        raise RunsError(found_faults)
    return _built(saved, file, source.sha256)


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is not a number of JSON")


def _not_json(error: ValueError | RecursionError, file: str) -> Fault:
    place = (error.lineno, error.colno) if isinstance(error, json.JSONDecodeError) else (0, 0)
    words = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
    hint = "save the fit again; the file is not whole"
    return Fault("ND2011", "", "a saved fit must be JSON", words.lower(), hint, file, place[0], place[1])


def _short(value: object) -> str:
    text = repr(value) if not isinstance(value, str) else value
    return text if len(text) <= 60 else f"{text[:60]}..."


def _shape_fault(details: Mapping[str, Any], file: str) -> Fault:
    where = ".".join(str(step) for step in details["loc"])
    message = str(details["msg"])
    rule = f"is wrong: {message[:1].lower()}{message[1:]}"
    value = "" if details["type"] == "missing" else _short(details["input"])
    return Fault("ND2012", where, rule, value, "save the fit again rather than editing it", file)


def _coefficient_faults(saved: SavedFitShape, file: str) -> Iterator[Fault]:
    if saved.law not in LAWS:
        known = ", ".join(LAWS)
        yield Fault("ND2012", "law", "must be a form that is known", saved.law, f"known: {known}", file)
        return
    kinds = {item.name: item for item in fields(LAWS[saved.law]) if item.name != "domain"}  # type: ignore[arg-type]
    given = {**saved.parameters, **saved.settings}
    for name in given:
        if name not in kinds:
            hint = f"{saved.law} has {', '.join(kinds)}"
            yield Fault("ND2012", f"parameters.{name}", f"is no coefficient of {saved.law}", "", hint, file)
    for name, item in kinds.items():
        if name not in given and item.default is MISSING and item.default_factory is MISSING:
            hint = "save the fit again rather than editing it"
            yield Fault("ND2012", f"parameters.{name}", "is missing", "", hint, file)
    yield from _draw_faults(saved, file)


def _draw_faults(saved: SavedFitShape, file: str) -> Iterator[Fault]:
    draws = saved.parameter_draws or {}
    sizes = {len(values) for values in draws.values()}
    hint = "one draw of each coefficient in every place"
    if len(sizes) > 1:
        rule = "must have as many draws of each coefficient"
        yield Fault("ND2012", "parameter_draws", rule, " and ".join(map(str, sorted(sizes))), hint, file)
    if 0 in sizes:
        yield Fault("ND2012", "parameter_draws", "must not be empty", "0 draws", hint, file)
    for name in draws:
        if name not in saved.parameters:
            yield Fault("ND2012", f"parameter_draws.{name}", "is no fitted coefficient", "", hint, file)


def _built(saved: SavedFitShape, file: str, sha256: str) -> SavedFit:
    kind: Any = LAWS[saved.law]
    ends = saved.domain.model_dump()
    given = {**saved.parameters, **saved.settings}
    try:
        domain = Domain(**{name: end for name, end in ends.items() if end is not None}) if ends else UNBOUNDED
        law = kind(**given, domain=domain)
        draws = None
        if saved.parameter_draws:
            arrays = {name: np.asarray(values) for name, values in saved.parameter_draws.items()}
            draws = kind(**{**given, **arrays}, domain=domain)
        wide = None if saved.forecast is None else saved.forecast.forecast_law()
        for found in (law, draws, wide):
            if found is not None:
                _require_sound(found, domain)
    except (ValueError, TypeError) as error:
        hint = "save the fit again rather than editing it"
        raise RunsError([Fault("ND2012", "parameters", "must make a law", str(error), hint, file)]) from None
    files = tuple((item.file, item.sha256) for item in saved.files)
    return SavedFit(file, sha256, saved.law, law, draws, wide, files, saved.n_runs)


def _require_sound(law: Law, domain: Domain) -> None:
    """Raise DomainError unless a law has a loss in the middle of its runs, and no draw is without one."""
    params, tokens = (
        math.sqrt(low * high) if low > 0 and math.isfinite(high) else _A_SIZE
        for low, high in ((domain.params_low, domain.params_high), (domain.tokens_low, domain.tokens_high))
    )
    try:
        with np.errstate(all="ignore"):
            loss = law.loss(params, tokens)
    except OverflowError:
        loss = math.inf
    require(np.isfinite(loss), "the loss of its runs", "finite", loss)
