"""The shape of a model that a text names: a catalogue name, a config.json, or a number of parameters."""

from __future__ import annotations

import re
import stat
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from nextdollar.catalogue import model_shape, model_shapes, parse_config_json
from nextdollar.compute.shapes.shape_from_size import RULE, typical_shape
from nextdollar.compute.shapes.transformer import Transformer
from nextdollar.errors import CatalogueError, DomainError
from nextdollar.sources import Source

MAX_FILE_BYTES = 4 * 2**20
_UNITS = {"": 1.0, "k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12}
_COUNT = r"(\d+\.?\d*(?:e\+?\d{1,2})?)\s*([kmbt]?)"
_PARAMS = r"(?:\s*(?:params|parameters))?"
_SIZE = re.compile(rf"{_COUNT}{_PARAMS}(?:\s*[,;]\s*{_COUNT}{_PARAMS}\s*active{_PARAMS})?", re.IGNORECASE)
_EXAMPLES = 'or write a path to a config.json, "70 B", or "671 B, 37 B active"'
_SHOWN_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class NamedModel:
    """A model that was named.

    `name` is that of the catalogue, or as given; `how` says where the shape comes from: "catalogue",
    "config.json" or "inferred". `notes` say what was assumed or left out. `source` is None where the
    shape is the user's own.
    """

    name: str
    shape: Transformer
    how: str
    notes: tuple[str, ...]
    source: Source | None


def model_named(text: str) -> NamedModel:
    """Return the shape of a model that a text names.

    Parameters
    ----------
    text : str
        A name or alias of the catalogue in any case, a path to a Hugging Face config.json, or parameters:
        "70 B", "7e9", "671 B, 37 B active" (of a mixture of experts).

    Returns
    -------
    NamedModel
        The shape; that of a size is inferred (`typical_shape`), and a note says so.

    Raises
    ------
    CatalogueError
        If nothing is known by that name, the file cannot be read or counted, or a size is too small for
        a shape to be inferred.

    Notes
    -----
    Tried in this order: size, file that exists or ends in .json, name.
    """
    given = text.strip()
    if given.casefold().endswith(".json") or (not _SIZE.fullmatch(given) and _is_file(Path(given))):
        return model_in_file(Path(given))
    return known_model(given)


def known_model(text: str) -> NamedModel:
    """Return the model of a name of the catalogue or of a size; no file is looked at. See `model_named`."""
    given = text.strip()
    size = _SIZE.fullmatch(given)
    if size is not None:
        return _inferred(given, size)
    try:
        found = model_shape(given)
    except CatalogueError:
        raise CatalogueError(_unknown(given)) from None
    return NamedModel(found.name, found.shape, "catalogue", (), found.source)


def _inferred(given: str, size: re.Match[str]) -> NamedModel:
    """Return the typical shape of a size."""
    number, unit, active, active_unit = size.groups()
    params = float(number) * _UNITS[unit.casefold()]
    params_active = None if active is None else float(active) * _UNITS[active_unit.casefold()]
    try:
        typical = typical_shape(params, params_active=params_active)
    except DomainError as error:
        raise CatalogueError(f'model "{given}" cannot be given a usual shape: {error}') from None
    return NamedModel(given, typical.shape, "inferred", (typical.said,), RULE[0])


def _unknown(given: str) -> str:
    """Return what to say of a name that nothing has."""
    spellings = [word for item in model_shapes().values() for word in (item.name, *item.aliases)]
    near = get_close_matches(given[:_SHOWN_CHARACTERS], spellings, n=3, cutoff=0.5)
    hint = f"nearest: {', '.join(near)}; {_EXAMPLES}" if near else _EXAMPLES
    shown = given if len(given) <= _SHOWN_CHARACTERS else f"{given[:_SHOWN_CHARACTERS]}..."
    return f'model must be a name of the catalogue, got "{shown}" ({hint})'


def _is_file(path: Path) -> bool:
    """Return whether a path names a file; a text that can be no path names none."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def model_in_file(path: Path) -> NamedModel:
    """Return the model of a config.json; CatalogueError if it cannot be read or counted."""
    found = parse_config_json(text_of(path, "a config.json"), str(path))
    return NamedModel(_title(path), found.shape, "config.json", found.notes, None)


def text_of(path: Path, what: str) -> str:
    """Return the text of a small file, called `what` where it is none; CatalogueError says why.

    Its kind is looked at before a byte is read.
    """
    name = str(path)
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise CatalogueError(f"{name} must be a file that holds {what}")
        with path.open("rb") as stream:
            content = stream.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        words = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise CatalogueError(f"{name} must be readable as {what}: {words.lower()}") from None
    if len(content) > MAX_FILE_BYTES:
        raise CatalogueError(f"{name} must have at most {MAX_FILE_BYTES // 2**20} MiB, as {what} has")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CatalogueError(f"{name} must be {what} in UTF-8") from None


def _title(path: Path) -> str:
    """Return what to call a file: config.json goes by its folder."""
    folder = path.absolute().parent.name
    return folder if path.stem == "config" and folder else path.stem
