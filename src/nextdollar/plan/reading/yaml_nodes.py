"""Guarded YAML events put together into nodes, each with its place and its anchor resolved."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ruamel.yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from nextdollar.errors import Fault
from nextdollar.plan.reading.place import NumberedText, Place
from nextdollar.plan.reading.printable import quoted
from nextdollar.plan.reading.yaml_guard import guarded_events

_PROPERTIES = re.compile(r"(?:[&!]\S*[ \t]+)+")
_TAG = re.compile(r"!\S*[ \t]*")
_COMMENT = re.compile(r"\s#+(.*)$")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


@dataclass(slots=True)
class ScalarNode:
    """A word or a quoted text; `plain` when it stands without quotes."""

    place: Place
    text: str
    plain: bool


@dataclass(slots=True)
class ListNode:
    """A list; `in_brackets` when it is written [a, b]."""

    place: Place
    in_brackets: bool
    items: list[Node] = field(default_factory=list)


@dataclass(slots=True)
class MappingNode:
    """A mapping; `in_brackets` when it is written {a: 1}."""

    place: Place
    in_brackets: bool
    entries: list[tuple[Node, Node]] = field(default_factory=list)


@dataclass(slots=True)
class AliasNode:
    """A use of an anchored node; `target` is None when there is no such anchor."""

    place: Place
    target: Node | None


Node = ScalarNode | ListNode | MappingNode | AliasNode


@dataclass(frozen=True, slots=True)
class NodeTree:
    """The nodes of a text (`root` is None for an empty one), its faults so far, and its comments.

    `comments` maps a line number (from 1) to what stands behind the `#` at its end.
    """

    root: Node | None
    faults: list[Fault]
    comments: dict[int, str]


def compose(source: NumberedText) -> NodeTree:
    """Read a text into nodes.

    Raises
    ------
    ScenarioError
        If the text is not YAML or breaks a limit. Tags and broken aliases are returned as faults,
        so that they are reported together with the faults that are found later.
    """
    return _Composer(source).compose()


class _Composer:
    def __init__(self, source: NumberedText) -> None:
        self.source = source
        self.events = guarded_events(source)
        self.faults: list[Fault] = []
        self.anchors: dict[str, Node] = {}
        self.open_anchors: set[str] = set()
        # Line number (from 0) -> column behind the last word or bracket of the line.
        self.content_ends: dict[int, int] = {}

    def compose(self) -> NodeTree:
        """Return the nodes of the whole text."""
        root: Node | None = None
        for event in self.events:
            if isinstance(event, DocumentStartEvent):
                root = self._node(next(self.events))
        if isinstance(root, ScalarNode) and root.plain and not root.text:
            root = None
        return NodeTree(root, self.faults, self._comments())

    def _node(self, event: Event) -> Node:
        if isinstance(event, AliasEvent):
            return self._alias(event)
        anchor = self._opened_anchor(event)
        node: Node
        if isinstance(event, SequenceStartEvent):
            node = self._list(event)
        elif isinstance(event, MappingStartEvent):
            node = self._mapping(event)
        else:
            node = self._scalar(event)
        if anchor is not None:
            self.open_anchors.discard(anchor)
            self.anchors[anchor] = node
        return node

    def _alias(self, event: AliasEvent) -> AliasNode:
        place = self._place(event)
        target = self.anchors.get(event.anchor)
        if event.anchor in self.open_anchors:
            self.faults.append(place.fault("ND1133", "an alias must not stand inside its own anchor"))
            target = None
        elif target is None:
            self.faults.append(
                place.fault(
                    "ND1133",
                    "an alias must repeat an anchor (&name) above it",
                    value=quoted(f"*{event.anchor}"),
                    hint="a text that begins with * must stand in quotes",
                )
            )
        return AliasNode(place, target)

    def _opened_anchor(self, event: Event) -> str | None:
        """Report the tag and a repeated anchor of a node, and open its anchor."""
        line, column = event.start_mark.line, event.start_mark.column
        if getattr(event, "ctag", None) is not None:
            tag = _TAG.search(self.source.line(line), column)
            start, end = tag.span() if tag else (column, column)
            place = self.source.place(line, start, end)
            shown = quoted(place.source_line[start:end].strip())
            hint = "values are written as they are; put a text that begins with ! in quotes"
            self.faults.append(
                place.fault("ND1131", "a value must carry no tag", value=shown, hint=hint, replacement="")
            )
        anchor: str | None = getattr(event, "anchor", None)
        if anchor is not None:
            if anchor in self.anchors or anchor in self.open_anchors:
                place = self.source.place(line, column, column + len(anchor) + 1)
                rule = "an anchor must stand once"
                self.faults.append(place.fault("ND1134", rule, value=quoted(f"&{anchor}")))
            self.open_anchors.add(anchor)
        return anchor

    def _scalar(self, event: Event) -> ScalarNode:
        style = getattr(event, "style", None)
        text: str = getattr(event, "value", "")
        place = self._place(event, one_line=style not in ("|", ">"))
        if _UNPRINTABLE.search(text):
            hint = "an escape in double quotes makes it"
            self.faults.append(
                place.fault(
                    "ND1108", "a value must not hold hidden characters", value=quoted(text), hint=hint
                )
            )
        return ScalarNode(place, text, not style)

    def _list(self, start: SequenceStartEvent) -> ListNode:
        items: list[Node] = []
        event = next(self.events)
        while not isinstance(event, SequenceEndEvent):
            items.append(self._node(event))
            event = next(self.events)
        return ListNode(self._collection_place(start, event, items), bool(start.flow_style), items)

    def _mapping(self, start: MappingStartEvent) -> MappingNode:
        entries: list[tuple[Node, Node]] = []
        event = next(self.events)
        while not isinstance(event, MappingEndEvent):
            key = self._node(event)
            value = self._node(next(self.events))
            if isinstance(value, ScalarNode) and value.place.column == value.place.end_column:
                value.place = self._behind_colon(key.place) or value.place
            entries.append((key, value))
            event = next(self.events)
        place = self._collection_place(start, event, [key for key, _ in entries])
        return MappingNode(place, bool(start.flow_style), entries)

    def _behind_colon(self, key: Place) -> Place | None:
        """Return the place of a value that is not written; the parser puts it at the next word."""
        text = key.source_line
        colon = text.find(":", key.end_column - 1)
        if colon < 0 or text[key.end_column - 1 : colon].strip():
            return None
        return self.source.place(key.line - 1, colon + 1, colon + 1)

    def _place(self, event: Event, *, one_line: bool = True) -> Place:
        """Return the place of a word, without its anchor and tag, and note where its lines end."""
        start, end = event.start_mark, event.end_mark
        text = self.source.line(start.line)
        column = start.column
        if text[column : column + 1] in ("&", "!"):
            properties = _PROPERTIES.match(text, column)
            column = properties.end() if properties else column
        if not one_line:
            self._note_end(start.line, column + 1)
            return self.source.place(start.line, column, column + 1)
        if start.line == end.line:
            self._note_end(end.line, end.column)
            return self.source.place(start.line, min(column, end.column), end.column)
        self._note_end(start.line, len(text))
        self._note_end(end.line, end.column)
        return self.source.place(start.line, column, len(text.rstrip()))

    def _collection_place(self, start: CollectionStartEvent, end: Event, parts: list[Node]) -> Place:
        """Return a bracket up to its partner or the end of its line, a block up to its first name."""
        line, column = start.start_mark.line, start.start_mark.column
        if start.flow_style:
            self._note_end(end.end_mark.line, end.end_mark.column)
            column = start.end_mark.column - 1
            line = start.end_mark.line
            same_line = end.end_mark.line == line
            end_column = end.end_mark.column if same_line else len(self.source.line(line).rstrip())
            return self.source.place(line, column, end_column)
        if parts and parts[0].place.line == line + 1:
            return self.source.place(line, column, parts[0].place.end_column - 1)
        return self.source.place(line, column, column + 1)

    def _note_end(self, line: int, column: int) -> None:
        self.content_ends[line] = max(self.content_ends.get(line, 0), column)

    def _comments(self) -> dict[int, str]:
        comments = {}
        for line, end in self.content_ends.items():
            text = self.source.line(line)
            found = _COMMENT.search(text, end) if "#" in text else None
            comment = found.group(1).strip() if found else ""
            if comment:
                comments[line + 1] = comment
        return comments
