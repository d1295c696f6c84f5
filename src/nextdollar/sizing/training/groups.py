"""Shapes of many runs as arrays: rows of one kind of shape are counted together."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nextdollar.compute.shapes.shape_from_size import HEAD_WIDTH, VOCABULARY, typical_shape
from nextdollar.compute.shapes.transformer import Transformer
from nextdollar.compute.training.mfu_model import USUAL_TOKENS_PER_SEQUENCE, attention_over_matrices
from nextdollar.sizing.training.shapes import RunShape
from nextdollar.units import FloatArray

# A usual shape wants three times its two tables at a width of 128.
_PARAMS_PER_WORD = 3 * 2 * HEAD_WIDTH


@dataclass(frozen=True, slots=True)
class ShapeGroup:
    """Rows that are counted together: their places, and a shape whose counts are arrays, one entry a row."""

    shape: Transformer
    places: NDArray[np.intp]
    is_stated: bool


def shape_groups(
    shapes: Sequence[RunShape | None], params: FloatArray, params_active: FloatArray
) -> tuple[ShapeGroup, ...]:
    """Group rows by the kind of their shape; those without one get a usual one for their size.

    Parameters
    ----------
    shapes : sequence of RunShape or None, n_runs long
        What is known of each row.
    params, params_active : array (n_runs,)
        Sizes of each row, above 0.
    """
    by_kind: dict[Hashable, list[int]] = {}
    of_row = [None if found is None or found.model.how == "inferred" else found for found in shapes]
    for place, found in enumerate(of_row):
        if found is not None:
            by_kind.setdefault((_kind(found.model.shape), found.is_stated), []).append(place)
    groups = []
    for places in by_kind.values():
        kept = [found for found in (of_row[place] for place in places) if found is not None]
        shape = _stacked([found.model.shape for found in kept])
        groups.append(ShapeGroup(shape, np.array(places), kept[0].is_stated))
    unknown = np.array([found is None for found in of_row])
    for has_experts in (False, True):
        left = np.flatnonzero(unknown & ((params > params_active) == has_experts))
        if left.size:
            usual = _usual(params[left], params_active[left] if has_experts else None)
            groups.append(ShapeGroup(usual, left, is_stated=False))
    return tuple(groups)


def _kind(shape: Transformer) -> Hashable:
    """Return what shapes that are counted together have in common: all but their counts."""
    values = (getattr(shape, field.name) for field in fields(shape))
    has_experts = bool(np.any(np.greater(shape.n_experts, 1)))
    return has_experts, tuple(_COUNT if _is_count(value) else value for value in values)


_COUNT = "a count"


def _is_count(value: object) -> bool:
    """Whether a field is a number, not a flag or a part."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _stacked(shapes: Sequence[Transformer]) -> Transformer:
    """Return shapes of one kind as one whose counts are arrays."""
    first = shapes[0]
    if all(shape is first for shape in shapes):
        return first
    rows = {field.name: [getattr(shape, field.name) for shape in shapes] for field in fields(first)}
    counts: dict[str, Any] = {
        name: np.array(values, dtype=np.float64) for name, values in rows.items() if _is_count(values[0])
    }
    return replace(first, **counts)


def _usual(params: FloatArray, params_active: FloatArray | None) -> Transformer:
    """Return usual shapes; the vocabulary of a small model is smaller."""
    visited = params if params_active is None else params_active
    vocabulary = np.clip(np.floor(visited / _PARAMS_PER_WORD), 1.0, VOCABULARY)
    return typical_shape(params, params_active=params_active, vocabulary=vocabulary).shape


def attention_ratios(
    groups: Sequence[ShapeGroup], params_active: FloatArray, tokens_per_sequence: FloatArray
) -> FloatArray:
    """Work of attention over that of the matrices, array (n_runs,).

    Counted on the shapes that the user stated; of all others as the constants were fitted, on a usual shape.
    """
    ratios = np.array(attention_over_matrices(params_active, tokens_per_sequence), dtype=np.float64)
    for group in groups:
        if group.is_stated:
            shape, places = group.shape, group.places
            work = shape.forward_flop_per_token(tokens_per_sequence[places]) - 2.0 * shape.params_multiplied
            ratios[places] = work / (2.0 * params_active[places])
    return ratios


def tokens_or_usual(tokens_per_sequence: float | None) -> float:
    """Return the length of a sequence; the usual one where none is stated."""
    return USUAL_TOKENS_PER_SEQUENCE if tokens_per_sequence is None else tokens_per_sequence
