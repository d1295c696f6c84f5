"""Plain data with the place of every part, and how one such tree is laid over another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from nextdollar.plan.reading.place import KeyPath, Place


@dataclass(slots=True)
class Tree:
    """Plain data (dict, list, str, int, float, bool, None) and where each part stands.

    `values` and `keys` give the place of every value and of every name in a mapping; `comments`
    what stands behind the `#` on the line of a name or of a list item.
    """

    data: Any
    values: dict[KeyPath, Place] = field(default_factory=dict)
    keys: dict[KeyPath, Place] = field(default_factory=dict)
    comments: dict[KeyPath, str] = field(default_factory=dict)


def copied(tree: Tree) -> Tree:
    """Return a tree that can be changed without touching `tree`."""
    return Tree(_copied_data(tree.data), dict(tree.values), dict(tree.keys), dict(tree.comments))


def hang(tree: Tree, path: KeyPath, branch: Tree, value: Any) -> None:
    """Put `value` at a path whose parent exists, with the places that `branch` knows below that path.

    Changes `tree`. What hung there before goes, with its places.
    """
    parent: Any = tree.data
    for key in path[:-1]:
        parent = parent[key]
    last: Any = path[-1]
    if isinstance(parent, list) or last in parent:
        for gone in paths_below(parent[last], path):
            for places in (tree.values, tree.keys, tree.comments):
                places.pop(gone, None)
    parent[last] = _copied_data(value)
    for here in paths_below(value, path):
        _take_place(tree, branch, here)


def _take_place(tree: Tree, branch: Tree, path: KeyPath) -> None:
    if path in branch.values:
        tree.values[path] = branch.values[path]
    if path in branch.keys:
        tree.keys[path] = branch.keys[path]
    if path in branch.comments:
        tree.comments[path] = branch.comments[path]


def overlaid(base: Tree, over: Tree) -> Tree:
    """Return `base` with `over` on top: mappings are merged at every depth, all else is replaced."""
    merged = copied(base)
    _take_place(merged, over, ())
    _overlay(merged, over, over.data, ())
    return merged


def _overlay(merged: Tree, over: Tree, data: dict[str, Any], path: KeyPath) -> None:
    below: Any = merged.data
    for key in path:
        below = below[key]
    for key, value in data.items():
        here = (*path, key)
        if isinstance(value, dict) and isinstance(below.get(key), dict):
            _take_place(merged, over, here)
            _overlay(merged, over, value, here)
        else:
            hang(merged, here, over, value)


def paths_below(data: Any, path: KeyPath) -> Iterator[KeyPath]:
    """Yield `path` and the path of everything inside its data."""
    yield path
    if isinstance(data, dict):
        for key, value in data.items():
            yield from paths_below(value, (*path, key))
    elif isinstance(data, list):
        for position, value in enumerate(data):
            yield from paths_below(value, (*path, position))


def _copied_data(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _copied_data(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_copied_data(value) for value in data]
    return data
