"""Published shapes of models, by name and alias."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from nextdollar.catalogue.rows import SOURCE_COLUMNS, Row, by_name, collect, folded, kept, read, rows, unknown
from nextdollar.compute.shapes.linear_attention import LinearAttention
from nextdollar.compute.shapes.transformer import Transformer
from nextdollar.sources import Source

_COUNTS = ("n_layers", "width", "n_heads", "n_kv_heads", "head_width", "ffn_width", "vocabulary")
_MAY_BE_EMPTY = (
    *("n_experts", "experts_per_token", "expert_width", "shared_expert_width", "n_dense_layers"),
    *("n_full_attention_layers", "window", "kv_rank", "rope_width", "q_rank", "value_head_width"),
    *("n_ffn_matrices", "n_learned_positions", "vector_params"),
)
_LINEAR = ("linear_key_heads", "linear_value_heads", "linear_key_entries", "linear_value_entries")
_FLAGS = ("gated_attention", "tied_embeddings")
_PRINTED = ("params_printed", "params_active_printed")
_COLUMNS = (
    *("name", "aliases", *_COUNTS, *_MAY_BE_EMPTY, *_LINEAR, *_FLAGS, *_PRINTED),
    *("printed_in", "printed_with", *SOURCE_COLUMNS),
)
_UNITS = {"M": 10**6, "B": 10**9, "T": 10**12}


@dataclass(frozen=True, slots=True)
class Printed:
    """A number of parameters as it stands in print, and the size of its last significant digit.

    "70.55B" is 70.55e9 and a step of 1e7; the zero of "70B" may be no digit, so its step is 1e10.
    """

    text: str
    params: float
    step: float

    def agrees_with(self, params: float) -> bool:
        """Whether a count, rounded or cut to the digits in print, is this number."""
        return abs(params - self.params) <= self.step / 2 or 0 <= params - self.params < self.step


@dataclass(frozen=True, slots=True)
class ModelShape:
    """A published model: its shape, how many parameters its makers say it has, and where both stand.

    `printed_with` names what the printed number holds beside the language model ("vision tower").
    """

    name: str
    shape: Transformer
    params_printed: Printed | None
    params_active_printed: Printed | None
    printed_in: str
    printed_with: str
    aliases: tuple[str, ...]
    source: Source
    note: str


@kept
def model_shapes() -> Mapping[str, ModelShape]:
    """Every published shape of the catalogue, by name."""
    return MappingProxyType(parse_model_shapes(read("models.csv"), "models.csv"))


def model_shape(name: str) -> ModelShape:
    """Return the published shape of a model by name or alias, in any case.

    CatalogueError if there is none.
    """
    found = _spellings().get(folded(name))
    if found is None:
        spellings = [word for item in model_shapes().values() for word in (item.name, *item.aliases)]
        raise unknown("model", name, spellings)
    return found


def parse_model_shapes(lines: Iterable[str], file: str) -> dict[str, ModelShape]:
    """Published shapes by name from the lines of a CSV file; CatalogueError names the line of each fault."""
    found = collect(rows(lines, file, _COLUMNS), _model_of)
    spelled: dict[str, str] = {}
    for row, item in found:
        for spelling in {folded(word) for word in (item.name, *item.aliases)}:
            if spelling in spelled:
                raise row.fault("name and aliases", f"unlike those of {spelled[spelling]}", spelling)
            spelled[spelling] = item.name
    return by_name((row, item.name, item) for row, item in found)


def _model_of(row: Row) -> ModelShape:
    """Return the model of a row."""
    return ModelShape(
        name=row.text("name"),
        shape=_shape_of(row),
        params_printed=_printed(row, "params_printed"),
        params_active_printed=_printed(row, "params_active_printed"),
        printed_in=row.cells["printed_in"],
        printed_with=row.cells["printed_with"],
        aliases=tuple(word.strip() for word in row.cells["aliases"].split(";") if word.strip()),
        source=row.source(),
        note=row.cells["note"],
    )


def _shape_of(row: Row) -> Transformer:
    """Return the shape of a row; an empty cell leaves the default of the field."""
    counts = {name: _count(row, name) for name in _COUNTS}
    counts |= {name: _count(row, name) for name in _MAY_BE_EMPTY if row.cells[name]}
    linear = None
    if any(row.cells[name] for name in _LINEAR):
        linear = LinearAttention(*(_count(row, name) for name in _LINEAR))
    gated, tied = (row.cells[name] and row.one_of(name, ("yes",)) == "yes" for name in _FLAGS)
    return Transformer(
        **counts, linear_attention=linear, gated_attention=bool(gated), tied_embeddings=bool(tied)
    )


def _count(row: Row, column: str) -> int:
    """Return a cell as a whole number."""
    value = row.number(column)
    if value != int(value):
        raise row.fault(column, "a whole number", row.cells[column])
    return int(value)


def _printed(row: Row, column: str) -> Printed | None:
    """Return a printed number of parameters, None where the cell is empty."""
    text = row.cells[column]
    if not text:
        return None
    unit = _UNITS.get(text[-1], 1)
    digits = (text[:-1] if unit > 1 else text).replace(",", "")
    if not digits.replace(".", "", 1).isdigit():
        raise row.fault(column, "a number such as 70.55B or 8,030,261,248", text)
    places = len(digits.partition(".")[2])
    if places == 0 and unit > 1:
        places = len(digits.rstrip("0")) - len(digits)
    return Printed(text, float(digits) * unit, unit * 10.0**-places)


@kept
def _spellings() -> Mapping[str, ModelShape]:
    """Models by each of their names and aliases, folded."""
    known = model_shapes().values()
    return {folded(word): item for item in known for word in (item.name, *item.aliases)}
