"""Shapes of the runs of a table: stated by the row, found by its model's name, or usual for its size."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nextdollar.catalogue import ModelShape, model_shapes
from nextdollar.catalogue.rows import folded
from nextdollar.catalogue.table_file import shown
from nextdollar.errors import CatalogueError
from nextdollar.sizing.cells import CellReader
from nextdollar.sizing.model_named import NamedModel, model_named
from nextdollar.sizing.serving.shapes import ServingShapes, serving_shapes

_SAME_SIZE_SHARE = 0.05
"""Sizes of a row and of the published model of its name may differ by so much, as rounded ones do."""
_MOST_UNKNOWN = 50
"""Names that nobody knows for which the nearest ones are looked up: each takes milliseconds."""


@dataclass(frozen=True, slots=True)
class RunShape:
    """The shape of a row's model; `is_stated` where the user named it, so that the work is counted on it."""

    model: NamedModel
    is_stated: bool


class RunShapes:
    """Finds the shape of each row: column `shape`, the user's table or config.json, the name in `model`."""

    def __init__(self, path: Path | str | None) -> None:
        self._given: ServingShapes = serving_shapes(path)
        self._unknown: dict[str, str] = {}
        self._read: dict[str, NamedModel] = {}
        self._known: dict[str, ModelShape] = {
            folded(word): item for item in model_shapes().values() for word in (item.name, *item.aliases)
        }

    def of(self, cells: CellReader) -> RunShape | None:
        """Return the shape of a row, None where nothing but its size is known; a wrong one is refused."""
        stated = cells.text("shape")
        if stated:
            return self._stated(stated, cells)
        if self._given.config is not None:
            return RunShape(self._given.config, is_stated=True)
        name = cells.text("model")
        if name.casefold().endswith(".json"):
            return self._stated(name, cells)
        if name in self._given.table:
            return RunShape(self._given.named(name), is_stated=True)
        found = self._known.get(folded(name)) if name else None
        if found is None:
            return None
        model = NamedModel(found.name, found.shape, "catalogue", (), found.source)
        return RunShape(model, is_stated=False)

    @property
    def files(self) -> list[tuple[str, str]]:
        """The user's file of shapes, if there is one, with the digest of its bytes."""
        file = self._given.file
        return [(file, hashlib.sha256(Path(file).read_bytes()).hexdigest())] if file else []

    def _stated(self, text: str, cells: CellReader) -> RunShape | None:
        """Return the shape that a cell names: of the user's table, a config.json, a model, or a size."""
        if text in self._unknown or (len(self._unknown) >= _MOST_UNKNOWN and not self._may_be_known(text)):
            cells.refused.append(self._unknown.get(text, f"shape: {shown(text)} is no name of the catalogue"))
            return None
        try:
            if text not in self._read and text.casefold().endswith(".json"):
                self._read[text] = model_named(text)
            model = self._read[text] if text in self._read else self._given.named(text)
        except CatalogueError as error:
            self._unknown.setdefault(text, f"shape: {error}")
            cells.refused.append(self._unknown[text])
            return None
        cells.notes += model.notes
        return RunShape(model, is_stated=True)

    def _may_be_known(self, text: str) -> bool:
        """Whether it is worth asking for the shape of a name."""
        is_file_or_size = text.casefold().endswith(".json") or text[:1].isdigit()
        return is_file_or_size or text in self._given.table or folded(text) in self._known


def agrees(shape: RunShape, params: float) -> bool:
    """Whether a model has as many parameters as a row says."""
    return abs(float(shape.model.shape.params) / params - 1) <= _SAME_SIZE_SHARE


def has_routed_experts(shape: RunShape) -> bool:
    """Whether a token passes through a part of the model only."""
    return bool(np.any(np.greater(shape.model.shape.n_experts, 1)))
