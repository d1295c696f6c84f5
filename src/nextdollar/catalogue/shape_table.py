"""A user's table of model shapes, one row a model, as shapes that can be counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nextdollar.catalogue.model_shapes import ModelShape, model_shape
from nextdollar.catalogue.rows import Row, collect, rows
from nextdollar.compute.shapes.linear_attention import LinearAttention
from nextdollar.compute.shapes.transformer import Transformer
from nextdollar.errors import CatalogueError

_NEEDED = ("model", "layers", "d_model", "heads")
_OPTIONAL = (
    *("params_total", "params_active", "attention_layers", "d_ff", "kv_heads", "head_dim", "mla_kv_lora"),
    *("mla_rope_dim", "experts", "experts_per_token", "moe_d_ff", "shared_experts", "dense_first", "vocab"),
)
_VOCABULARY = 128_256
_UNROTATED = 128
"""Entries of a query or value head of latent attention beside the positional ones, as in DeepSeek-V3."""
_STATE = LinearAttention(16, 32, 128, 128)
"""Layers without a cache of which nothing else is said, as in Qwen3.5-35B-A3B."""


@dataclass(frozen=True, slots=True)
class TableShape:
    """A shape of a user's table, the sizes that the table states, and what was filled in, in words.

    `params` and `params_active` are those of the table; where it states none, those of the shape.
    """

    name: str
    shape: Transformer
    params: float
    params_active: float
    notes: tuple[str, ...]


def parse_shape_table(lines: Iterable[str], file: str) -> dict[str, TableShape]:
    """Shapes by name from the lines of a CSV file of models.

    Parameters
    ----------
    lines : iterable of str
        Header and rows. Columns `model`, `layers`, `d_model` and `heads` must be there; `kv_heads`,
        `head_dim`, `d_ff`, `vocab`, `attention_layers`, `mla_kv_lora`, `mla_rope_dim`, `experts`,
        `experts_per_token`, `moe_d_ff`, `shared_experts`, `dense_first`, `params_total` and
        `params_active` may be, each empty where it does not apply. Others are left alone.
    file : str
        Name for messages.

    Returns
    -------
    dict of str to TableShape
        Shapes by the name in the table. Where the catalogue knows the model and its counts are those of
        the row, the catalogue's shape is taken: it knows more than such a table can say.

    Raises
    ------
    CatalogueError
        With every fault and its line at once.
    """
    found = collect(rows(lines, file, _NEEDED, optional=_OPTIONAL), _shape_of)
    named: dict[str, TableShape] = {}
    for row, item in found:
        if item.name in named:
            raise row.fault("model", "given once", item.name)
        named[item.name] = item
    return named


def _shape_of(row: Row) -> TableShape:
    """Return the shape of a row."""
    name = row.text("model")
    notes: list[str] = []
    shape = _built(row, notes)
    known = _known(name)
    if known is not None and _same(known.shape, shape):
        shape, notes = known.shape, []
    total, active = row.optional_number("params_total"), row.optional_number("params_active")
    params = float(shape.params) if total is None else total
    shown = params if active is None and total is not None else active
    params_active = float(shape.params_active) if shown is None else shown
    if not 0 < params_active <= params:
        raise row.fault("params_active", f"above 0 and at most {params:g}", f"{params_active:g}")
    return TableShape(name, shape, params, params_active, tuple(notes))


def _built(row: Row, notes: list[str]) -> Transformer:
    """Return the shape that the cells of a row describe; what they leave out is noted."""
    n_layers, width, n_heads = (_count(row, name, None) for name in ("layers", "d_model", "heads"))
    rank, rope = _count(row, "mla_kv_lora", 0), _count(row, "mla_rope_dim", 0)
    n_experts = max(_count(row, "experts", 1), 1)
    expert_width = _count(row, "moe_d_ff", _count(row, "d_ff", 4 * width))
    seeing = _count(row, "attention_layers", n_layers)
    for column, words in (("vocab", f"{_VOCABULARY} words"), ("d_ff", "a feed-forward width of 4 d_model")):
        if not row.cells[column] and not (column == "d_ff" and row.cells["moe_d_ff"]):
            notes.append(f"{words} taken, {column} is not given")
    if seeing < n_layers:
        notes.append("layers without a cache are taken as linear attention")
    if rank:
        notes.append(f"latent heads of {_UNROTATED} entries and {rope} positional ones")
    return Transformer(
        *(n_layers, width, n_heads),
        n_kv_heads=_count(row, "kv_heads", n_heads),
        head_width=_UNROTATED + rope if rank else _count(row, "head_dim", max(width // max(n_heads, 1), 1)),
        ffn_width=_count(row, "d_ff", expert_width),
        vocabulary=_count(row, "vocab", _VOCABULARY),
        n_experts=n_experts,
        experts_per_token=max(_count(row, "experts_per_token", 1), 1),
        expert_width=expert_width if n_experts > 1 else None,
        shared_expert_width=_count(row, "shared_experts", 0) * expert_width,
        n_dense_layers=_count(row, "dense_first", 0),
        kv_rank=rank or None,
        rope_width=rope if rank else 0,
        value_head_width=_UNROTATED if rank else None,
        n_full_attention_layers=seeing if seeing < n_layers else None,
        linear_attention=_STATE if seeing < n_layers else None,
    )


def _count(row: Row, column: str, default: int | None) -> int:
    """Return a cell as a whole number, or a default where it is empty."""
    if default is not None and not row.cells[column]:
        return default
    value = row.number(column)
    if value != int(value) or value < 0:
        raise row.fault(column, "a whole number, at least 0", row.cells[column])
    return int(value)


def _known(name: str) -> ModelShape | None:
    """Return the catalogue's model of a name, None where there is none."""
    try:
        return model_shape(name)
    except CatalogueError:
        return None


def _same(ours: Transformer, theirs: Transformer) -> bool:
    """Whether two shapes agree in what a table can say of both."""
    names = ("n_layers", "width", "n_heads", "n_experts", "experts_per_token", "kv_rank")
    agree = all(getattr(ours, name) == getattr(theirs, name) for name in names)
    return agree and bool(ours.kv_bytes_per_token() == theirs.kv_bytes_per_token())
