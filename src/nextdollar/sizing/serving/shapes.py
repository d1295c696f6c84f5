"""Shapes of the models of a table: the user's own first, then the catalogue, then what a size suggests."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from nextdollar.catalogue import TableShape, parse_shape_table
from nextdollar.compute.serving.inputs import ServedModel
from nextdollar.compute.serving.precision import ServingPrecision, served_as
from nextdollar.errors import CatalogueError
from nextdollar.sizing.model_named import NamedModel, known_model, model_in_file, text_of
from nextdollar.sources import Source


@dataclass(slots=True)
class ServingShapes:
    """Looks shapes up by name; each is worked out once.

    `table` holds shapes of the user's table by name, `config` the one of a config.json, which then is that
    of every row. `file` is what they were read from, empty where there are none.
    """

    table: dict[str, TableShape] = field(default_factory=dict)
    config: NamedModel | None = None
    file: str = ""
    _named: dict[str, NamedModel | CatalogueError] = field(default_factory=dict)
    _served: dict[tuple[str, str, ServingPrecision], ServedModel] = field(default_factory=dict)

    def named(self, text: str) -> NamedModel:
        """Return the model of a cell; CatalogueError where nothing is known of it."""
        if text not in self._named:
            try:
                self._named[text] = self._found(text)
            except CatalogueError as error:
                self._named[text] = error
        found = self._named[text]
        if isinstance(found, CatalogueError):
            raise found
        return found

    def served(self, named: NamedModel, precision: ServingPrecision) -> ServedModel:
        """Return what serving needs of a model at a precision; sizes that the user's table states count."""
        key = (named.how, named.name, precision)
        if key not in self._served:
            model = served_as(named.shape, precision)
            own = self.table.get(named.name)
            if own is not None and named.how == "shapes":
                model = replace(model, params=own.params, params_active=own.params_active)
            # Plain floats: what was inferred comes as arrays of no dimension, which no dictionary takes.
            plain = {name: float(getattr(model, name)) for name in ServedModel.__slots__}
            self._served[key] = ServedModel(**plain)
        return self._served[key]

    def _found(self, text: str) -> NamedModel:
        if self.config is not None:
            return self.config
        own = self.table.get(text)
        if own is None:
            return known_model(text)
        return NamedModel(
            own.name, own.shape, "shapes", own.notes, Source("shapes given by the user", self.file)
        )


def serving_shapes(path: Path | str | None) -> ServingShapes:
    """Return shapes of a file; None takes those of the catalogue.

    The file is a CSV table with the columns `model`, `layers`, `d_model`, `heads` and others (see
    `parse_shape_table`), or a Hugging Face config.json, whose shape is then that of every row.

    Raises
    ------
    CatalogueError
        If the file cannot be read, with every fault and its line.
    """
    if path is None:
        return ServingShapes()
    file = str(path)
    if Path(path).suffix.casefold() == ".json":
        return ServingShapes(config=model_in_file(Path(path)), file=file)
    lines = text_of(Path(path), "a table of shapes").splitlines(keepends=True)
    return ServingShapes(table=parse_shape_table(lines, file), file=file)
