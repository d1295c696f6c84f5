"""YAML nodes made into plain data, with the place of every name and value."""

from __future__ import annotations

from typing import Any

from nextdollar.errors import Fault
from nextdollar.plan.reading.place import KeyPath, NumberedText, Place, path_text, refuse
from nextdollar.plan.reading.printable import quoted
from nextdollar.plan.reading.tree import Tree
from nextdollar.plan.reading.yaml_guard import MAX_DEPTH, MAX_EVENTS
from nextdollar.plan.reading.yaml_nodes import AliasNode, ListNode, MappingNode, Node, NodeTree, ScalarNode
from nextdollar.plan.reading.yaml_scalar import MAX_NUMBER_CHARACTERS, has_too_many_digits, plain_scalar


def plain_tree(nodes: NodeTree, source: NumberedText, prefix: KeyPath = ()) -> Tree:
    """Return the data of composed nodes; `prefix` is the path at which they will hang.

    Raises
    ------
    ScenarioError
        With every fault of the text at once: repeated or unusual names, tags, merge keys, broken
        aliases, numbers too long.
    """
    builder = _Builder(nodes, source)
    tree = builder.tree
    if nodes.root is not None:
        tree.data = builder.value(nodes.root, prefix, 0)
    if builder.faults:
        refuse(builder.faults)
    return tree


class _Builder:
    def __init__(self, nodes: NodeTree, source: NumberedText) -> None:
        self.source = source
        self.line_comments = nodes.comments
        self.faults: list[Fault] = list(nodes.faults)
        self.tree = Tree(None)
        self.n_values = 0

    def value(self, node: Node, path: KeyPath, depth: int) -> Any:
        """Return the data of a node, and note the places of everything in it."""
        place = node.place
        self.tree.values.setdefault(path, place)
        self.n_values += 1
        if self.n_values > MAX_EVENTS or depth > MAX_DEPTH:
            rule = f"aliases must unfold into at most {MAX_EVENTS:,} values, {MAX_DEPTH} deep"
            refuse([place.fault("ND1115", rule, hint="limits MAX_EVENTS and MAX_DEPTH")])
        if isinstance(node, AliasNode):
            # The alias itself stays the place of the value: there the user wrote it.
            return None if node.target is None else self.value(node.target, path, depth)
        if isinstance(node, ScalarNode):
            return self._scalar(node, path)
        if isinstance(node, ListNode):
            return [self._item(item, (*path, n), depth + 1) for n, item in enumerate(node.items)]
        return self._mapping(node, path, depth)

    def _item(self, node: Node, path: KeyPath, depth: int) -> Any:
        self._note_comment(path, node.place)
        return self.value(node, path, depth)

    def _scalar(self, node: ScalarNode, path: KeyPath) -> Any:
        if has_too_many_digits(node.text, plain=node.plain):
            self.faults.append(
                node.place.fault(
                    "ND1116",
                    f"must have at most {MAX_NUMBER_CHARACTERS} digits",
                    where=path_text(path),
                    value=quoted(node.text, 20),
                    hint="limit MAX_NUMBER_CHARACTERS; write large numbers with an exponent: 2e21",
                )
            )
            return None
        return plain_scalar(node.text) if node.plain else node.text

    def _mapping(self, node: MappingNode, path: KeyPath, depth: int) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value_node in node.entries:
            key = self._key(key_node)
            if key is None:
                continue
            here = (*path, key)
            if key in data:
                hint = f"the first stands in line {self.tree.keys[here].line}"
                rule = "must stand once in its mapping"
                self.faults.append(key_node.place.fault("ND1130", rule, where=path_text(here), hint=hint))
            self.tree.keys.setdefault(here, key_node.place)
            self._note_comment(here, key_node.place)
            if node.in_brackets:
                self._check_colon(key, key_node, value_node)
            data[key] = self.value(value_node, here, depth + 1)
        return data

    def _key(self, node: Node) -> str | None:
        """Return a name; None, with a fault, for what cannot be one."""
        if not isinstance(node, ScalarNode):
            rule = "a name must be written out, not as a bracket or an alias"
            self.faults.append(node.place.fault("ND1132", rule))
            return None
        text = node.text
        fault: Fault | None = None
        if node.plain and text == "<<":
            hint = "scenarios share values with `extends: base.yaml`"
            fault = node.place.fault("ND1135", "merge keys are not read", value="<<", hint=hint)
        elif not text or text != text.strip() or not text.isprintable():
            rule, hint = "a name must be made of visible characters", "delete blanks and hidden characters"
            fault = node.place.fault("ND1137", rule, value=quoted(text), hint=hint)
        elif has_too_many_digits(text, plain=node.plain):
            rule = f"a name must have at most {MAX_NUMBER_CHARACTERS} digits"
            fault = node.place.fault("ND1116", rule, value=quoted(text, 20))
        elif node.plain and not isinstance(plain_scalar(text), str):
            rule, hint = "a name must be text", "in quotes it is text"
            fault = node.place.fault("ND1132", rule, value=quoted(text), hint=hint, replacement=f'"{text}"')
        if fault is not None:
            self.faults.append(fault)
            return None
        return text

    def _check_colon(self, key: str, key_node: Node, value_node: Node) -> None:
        """Report a name in brackets that no `: ` follows: {churn:4 %} or {price: 1,000 USD}."""
        place = value_node.place
        if not isinstance(value_node, ScalarNode) or value_node.text or not value_node.plain:
            return
        if place.source_line[place.column - 2 : place.column - 1] == ":":
            return
        if ":" in key:
            name, _, rest = key.partition(":")
            self.faults.append(
                key_node.place.fault(
                    "ND1124", "a space must stand after the colon", replacement=f"{name}: {rest}"
                )
            )
            return
        hint = "a value that holds a comma must stand in quotes; for thousands write 1_000"
        rule = "a name in brackets must have a value"
        self.faults.append(key_node.place.fault("ND1136", rule, value=quoted(key), hint=hint))

    def _note_comment(self, path: KeyPath, place: Place) -> None:
        comment = self.line_comments.get(place.line)
        if comment is not None:
            self.tree.comments.setdefault(path, comment)
