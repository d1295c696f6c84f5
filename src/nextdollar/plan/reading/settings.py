"""`--set customers.pro.churn="5 %/month"`: one value, put at a path from outside the file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from nextdollar.errors import Fault, ScenarioError
from nextdollar.plan.reading.place import Key, KeyPath, NumberedText, Place, path_text, refuse
from nextdollar.plan.reading.printable import quoted
from nextdollar.plan.reading.tree import Tree, hang
from nextdollar.plan.reading.yaml_guard import MAX_DEPTH, check_characters, check_size
from nextdollar.plan.reading.yaml_nodes import ListNode, MappingNode, compose
from nextdollar.plan.reading.yaml_tree import plain_tree

SETTING_FILE = "--set"
_EXAMPLE = '--set customers.pro.churn="5 %/month"'
_STEP = re.compile(
    r"""(?P<dot>\.)?(?:(?P<quote>["'])(?P<quoted>.*?)(?P=quote)|(?P<bare>[^.\[\]"'=]+))|\[(?P<position>\d{1,6})\]"""
)


@dataclass(frozen=True, slots=True)
class _Step:
    """One step of a path: a bare number can be a name or a position, [3] only a position."""

    key: Key
    may_be_position: bool
    place: Place


def set_values(tree: Tree, settings: Sequence[str]) -> None:
    """Put each `PATH=VALUE` into the tree, the later ones last; changes `tree`.

    Raises
    ------
    ScenarioError
        With the faults of all settings.
    """
    faults: list[Fault] = []
    for setting in settings:
        try:
            _set_value(tree, setting)
        except ScenarioError as error:
            faults += error.faults
    if faults:
        raise ScenarioError(faults)


def _set_value(tree: Tree, setting: str) -> None:
    check_size(setting, SETTING_FILE)
    source = NumberedText(SETTING_FILE, setting, (setting,))
    if any(sign in setting for sign in "\n\r\t"):
        hint = f"for example {_EXAMPLE}"
        refuse(
            [
                source.place(0, 0, len(setting)).fault(
                    "ND1145", "a setting must be one line without tabs", hint=hint
                )
            ]
        )
    check_characters(source)
    steps, offset = _steps(source)
    path = _walked(tree, steps)
    last = steps[-1].place
    key_place = tree.keys.get(path, last)
    branch = _value(source, path, offset)
    hang(tree, path, branch, branch.data)
    if isinstance(path[-1], str):
        tree.keys[path] = key_place


def _steps(source: NumberedText) -> tuple[list[_Step], int]:
    """Return the steps of the path before the `=`, and the column (from 0) at which the value begins."""
    setting = source.text
    steps: list[_Step] = []
    position = 0
    while position < len(setting) and setting[position] != "=":
        found = _STEP.match(setting, position)
        is_position = found is not None and found["position"] is not None
        # The first step is a name without a dot; the others have a dot or are positions.
        if found is None or (bool(found["dot"]) or is_position) != bool(steps):
            _refuse_path(source, position)
        place = source.place(0, position + bool(found["dot"]), found.end())
        bare = (found["bare"] or "").strip()
        if is_position:
            steps.append(_Step(int(found["position"]), True, place))
        elif bare or found["quoted"]:
            may_be_position = bare.isascii() and bare.isdigit() and len(bare) <= 6
            steps.append(_Step(bare or found["quoted"], may_be_position, place))
        else:
            _refuse_path(source, position)
        position = found.end()
    if not steps or position == len(setting):
        _refuse_path(source, position)
    if len(steps) > MAX_DEPTH:
        rule = f"a path must have at most {MAX_DEPTH} steps"
        refuse([steps[MAX_DEPTH].place.fault("ND1145", rule, hint="limit MAX_DEPTH")])
    if steps[0].key == "extends":
        rule, hint = "must stand in the file itself", "write `extends: base.yaml` into the scenario"
        refuse([steps[0].place.fault("ND1148", rule, where="extends", hint=hint)])
    return steps, position + 1


def _refuse_path(source: NumberedText, position: int) -> NoReturn:
    place = source.place(0, position, position + 1)
    hint = f"for example {_EXAMPLE}; a name with dots stands in quotes"
    rule = "a setting must read PATH=VALUE"
    refuse([place.fault("ND1145", rule, value=quoted(source.text), hint=hint)])


def _walked(tree: Tree, steps: Sequence[_Step]) -> KeyPath:
    """Return the path of the steps; mappings that are missing on the way are created in the tree."""
    path: KeyPath = ()
    here: Any = tree.data
    for step in steps:
        key = _key_in(here, step, path)
        path = (*path, key)
        if step is steps[-1]:
            break
        if isinstance(here, dict) and here.get(str(key)) is None:
            here[str(key)] = {}
            tree.values[path] = step.place
            tree.keys.setdefault(path, step.place)
        here = here[key]
    return path


def _key_in(here: Any, step: _Step, path: KeyPath) -> Key:
    """Return the key that a step means in the data at `path`, or refuse the step."""
    if isinstance(here, list):
        if step.may_be_position and int(step.key) < len(here):
            return int(step.key)
        rule = f"has {len(here)} entries, [0] to [{len(here) - 1}]" if here else "is an empty list"
    elif isinstance(here, dict):
        if isinstance(step.key, str):
            return step.key
        rule = "holds names, not positions"
    else:
        rule = "is one value and holds no others"
    shown = quoted(step.place.source_line[step.place.column - 1 : step.place.end_column - 1])
    fault = step.place.fault("ND1146", rule, where=path_text(path), value=shown)
    refuse([fault])


def _value(source: NumberedText, path: KeyPath, offset: int) -> Tree:
    """Return the value behind the `=` as a tree that hangs at `path`."""
    # Blanks in place of the path keep the columns, and keep `---` and `%` from meaning anything.
    blanked = NumberedText(source.file, " " * offset + source.text[offset:], source.shown_lines)
    nodes = compose(blanked)
    if isinstance(nodes.root, (ListNode, MappingNode)) and not nodes.root.in_brackets:
        rule, hint = "the value must be one value", "put it in quotes, or a list in [], named values in {}"
        place = blanked.place(0, offset, len(source.text))
        refuse([place.fault("ND1147", rule, value=quoted(source.text[offset:]), hint=hint)])
    tree = plain_tree(nodes, blanked, path)
    tree.values.setdefault(path, source.place(0, offset, len(source.text)))
    if 1 in nodes.comments:
        tree.comments.setdefault(path, nodes.comments[1])
    return tree
