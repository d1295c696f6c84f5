"""A scenario as it is written: plain data, and the line and column of every name and value.

Nothing here knows what a scenario means; `plan/load.py` checks that.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nextdollar.errors import Fault, ScenarioError
from nextdollar.plan.reading.place import Key, KeyPath, NumberedText, Place, numbered, path_text, refuse
from nextdollar.plan.reading.printable import quoted
from nextdollar.plan.reading.settings import set_values
from nextdollar.plan.reading.text_file import FILE_CODES, read_text_file, with_line_feeds
from nextdollar.plan.reading.tree import Tree, copied, overlaid
from nextdollar.plan.reading.yaml_guard import MAX_TEXT_BYTES, check_characters, check_size
from nextdollar.plan.reading.yaml_nodes import compose
from nextdollar.plan.reading.yaml_tree import plain_tree

__all__ = [
    "Document",
    "Key",
    "KeyPath",
    "Place",
    "apply_settings",
    "parse_document",
    "path_text",
    "read_document",
]

MAX_EXTENDS_DEPTH = 8
MAX_FILES = 20


@dataclass(frozen=True, slots=True)
class Document:
    """What a scenario file says, and where.

    Attributes
    ----------
    file : str
        Name of the file, as the user gave it.
    data : dict
        Names, lists, text, numbers, true, false and None. A whole number can have 400 digits, and a
        float can be infinite or nan: who reads a number decides.
    values, keys : mapping from path to Place
        Where each value and each name stands. The empty path is the whole document.
    comments : mapping from path to str
        What stands behind the `#` on the line of a name or a list item.
    files : tuple of (file, sha256)
        Every file that was read, first the document itself, with the digest of its bytes.
    """

    file: str
    data: dict[str, Any]
    values: Mapping[KeyPath, Place]
    keys: Mapping[KeyPath, Place]
    comments: Mapping[KeyPath, str]
    files: tuple[tuple[str, str], ...]

    def place_of(self, path: KeyPath) -> Place:
        """Return the place of a value; of the nearest name or value around it, if it does not exist."""
        if path in self.values:
            return self.values[path]
        for length in range(len(path), 0, -1):
            around = path[:length]
            place = self.keys.get(around) or self.values.get(around)
            if place is not None:
                return place
        return self.values[()]


def parse_document(text: str, file: str) -> Document:
    """Read a scenario from a text; `file` names it in messages.

    `extends` is left in the data as it stands: a text has no folder to look in.

    Raises
    ------
    ScenarioError
        With every fault, or with the first one that keeps the rest from being read.
    """
    check_size(text, file)
    tree = _parsed(numbered(with_line_feeds(text), file))
    digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
    return _document(tree, file, ((file, digest),))


def read_document(path: Path) -> Document:
    """Read a scenario file and the files that it extends.

    `extends: base.yaml` (or a list of names, relative to the file) lays the file over others:
    mappings are merged at every depth, everything else is replaced, and of several files the later
    one wins. Places point into the file that a value came from.

    Raises
    ------
    ScenarioError
        If a file cannot be read or is not YAML, or if the chain of files is a ring or too long.
    """
    chain = _Chain()
    tree = chain.read(Path(path), str(path))
    return _document(tree, str(path), tuple(chain.files.values()))


def apply_settings(document: Document, settings: Sequence[str]) -> Document:
    """Return the document with `PATH=VALUE` settings on top, the later ones last.

    `customers.pro.churn=5 %/month` puts the value at the path. VALUE is written as in the file, on
    one line. Names that do not exist yet are created; positions in a list are [0] or .0; names with
    dots stand in quotes. Places of such values have the file name `--set`.

    Raises
    ------
    ScenarioError
        With every setting that cannot be read or leads nowhere.
    """
    if not settings:
        return document
    tree = Tree(document.data, dict(document.values), dict(document.keys), dict(document.comments))
    tree = copied(tree)
    set_values(tree, settings)
    return _document(tree, document.file, document.files)


def _document(tree: Tree, file: str, files: tuple[tuple[str, str], ...]) -> Document:
    return Document(file, tree.data, tree.values, tree.keys, tree.comments, files)


def _parsed(source: NumberedText) -> Tree:
    check_characters(source)
    tree = plain_tree(compose(source), source)
    if tree.data is None:
        hint = "start from a complete scenario: nextdollar init"
        refuse([source.place(0, 0, 0).fault("ND1109", "the scenario must not be empty", hint=hint)])
    if not isinstance(tree.data, dict):
        place = tree.values[()]
        kind = "a list" if isinstance(tree.data, list) else quoted(str(tree.data))
        hint = "write `name: value`, one a line, with a space after the colon"
        refuse([place.fault("ND1110", "the scenario must hold named values", value=kind, hint=hint)])
    return tree


class _Chain:
    """The files of one scenario: each is read once, all together within the limits of one text."""

    def __init__(self) -> None:
        self.trees: dict[str, Tree] = {}
        self.files: dict[str, tuple[str, str]] = {}
        self.open: list[str] = []
        self.bytes_left = MAX_TEXT_BYTES

    def read(self, path: Path, file: str) -> Tree:
        """Return a file laid over the files that it extends."""
        real = _identity(path)
        if real in self.trees:
            return self.trees[real]
        found = read_text_file(path, file, self.bytes_left)
        self.bytes_left -= found.size_bytes
        self.files[real] = (file, found.sha256)
        tree = _parsed(numbered(found.text, file))
        if "extends" in tree.data:
            self.open.append(real)
            tree = self._extended(tree, path, file)
            self.open.pop()
        self.trees[real] = tree
        return tree

    def _extended(self, tree: Tree, path: Path, file: str) -> Tree:
        names = _base_names(tree)
        below: Tree | None = None
        for name, place in names:
            base_path = path.parent / name
            base_file = os.path.join(os.path.dirname(file), name)
            self._check_chain(base_path, place)
            try:
                base = self.read(base_path, base_file)
            except ScenarioError as error:
                raise ScenarioError(_placed(error.faults, place)) from None
            below = base if below is None else overlaid(below, base)
        del tree.data["extends"]
        for places in (tree.values, tree.keys, tree.comments):
            for gone in [path for path in places if path[:1] == ("extends",)]:
                del places[gone]
        return tree if below is None else overlaid(below, tree)

    def _check_chain(self, path: Path, place: Place) -> None:
        real = _identity(path)
        if real in self.open:
            hint = "take one `extends` of the ring out"
            rule = "files must not extend each other in a ring"
            refuse([place.fault("ND1141", rule, where="extends", value=quoted(path.name), hint=hint)])
        if len(self.open) > MAX_EXTENDS_DEPTH or (real not in self.files and len(self.files) >= MAX_FILES):
            rule = f"files must extend each other at most {MAX_EXTENDS_DEPTH} deep, {MAX_FILES} in all"
            hint = "limits MAX_EXTENDS_DEPTH and MAX_FILES; merge some of the files"
            refuse([place.fault("ND1142", rule, where="extends", hint=hint)])


def _identity(path: Path) -> str:
    """Return one name for a file however it is reached; a name that no file can have stays as it is."""
    try:
        return os.path.realpath(path)
    except (OSError, ValueError):
        return str(path)


def _base_names(tree: Tree) -> list[tuple[str, Place]]:
    """Return the names that `extends` gives, each with its place."""
    value = tree.data["extends"]
    place = tree.values[("extends",)]
    listed = value if isinstance(value, list) else [value]
    well_formed = all(isinstance(name, str) and name.strip() for name in listed)
    if not well_formed or not 1 <= len(listed) <= MAX_FILES:
        hint = "write `extends: base.yaml` or `extends: [base.yaml, prices.yaml]`"
        rule = f"must be the name of a file, or a list of up to {MAX_FILES}"
        refuse([place.fault("ND1140", rule, where="extends", hint=hint)])
    if isinstance(value, list):
        return [(name, tree.values["extends", position]) for position, name in enumerate(value)]
    return [(value, place)]


def _placed(faults: Sequence[Fault], place: Place) -> list[Fault]:
    """Give the faults of a whole file the place at which the file is named."""
    return [
        dataclasses.replace(
            fault,
            where="extends",
            file=place.file,
            line=place.line,
            column=place.column,
            end_column=place.end_column,
            source_line=place.source_line,
        )
        if fault.line == 0 and fault.code in FILE_CODES
        else fault
        for fault in faults
    ]
