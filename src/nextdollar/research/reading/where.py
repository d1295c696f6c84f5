"""`--where "flops <= 1e21 and family == 'gadre_c4_original'"`: rows chosen by a small expression.

Comparisons, `and`, `or`, `not`, `in`, parentheses, + - * / between numbers. Names are columns; a name
with other signs stands in backticks: `train/loss` < 3. The text becomes a tree by Python's own parser
and is walked here node by node: whatever is not listed is refused, and nothing is ever evaluated.
"""

from __future__ import annotations

import ast
import difflib
import math
import operator
import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from nextdollar.errors import Fault, RunsError
from nextdollar.research.reading.refusal import listed, shown
from nextdollar.units import FloatArray

MAX_CHARACTERS = 2_000
_QUOTED_NAME = re.compile(r"`([^`]*)`")
_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_PLACEHOLDER = re.compile("_quoted_([0-9]+)_")
_GRAMMAR = "compare columns with numbers or quoted words: \"flops <= 1e21 and family == 'c4'\""

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Cells:
    """A column as an expression sees it: its text, and its numbers where it has any (else nan)."""

    text: NDArray[np.object_]
    numbers: FloatArray


@dataclass(frozen=True, slots=True)
class Choice:
    """The rows that an expression chooses, and the names of the columns that it speaks of."""

    mask: Mask
    columns: frozenset[str]


_Value = float | str | FloatArray | Cells


def chosen(expression: str, columns: Mapping[str, Cells], n_rows: int) -> Choice:
    """Return the rows that an expression chooses; a cell that is no number meets no comparison with one.

    Raises
    ------
    RunsError
        If the expression is not in the language, or names something that is no column.
    """
    quoted: list[str] = []

    def placeholder(match: re.Match[str]) -> str:
        quoted.append(match[1])
        return f"_quoted_{len(quoted) - 1}_"

    if len(expression) > MAX_CHARACTERS:
        _refuse(f"must have at most {MAX_CHARACTERS:,} characters", str(len(expression)))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            tree = ast.parse(_QUOTED_NAME.sub(placeholder, expression).strip(), mode="eval")
        walk = _Walk(columns, tuple(quoted), n_rows)
        return Choice(walk.mask(tree.body), frozenset(walk.seen))
    except RunsError:
        raise
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        _refuse("must be an expression", shown(expression), _syntax_hint(expression))


def _refuse(rule: str, value: str = "", hint: str = _GRAMMAR, code: str = "ND1240") -> NoReturn:
    raise RunsError([Fault(code, "--where", rule, value, hint)])


def _syntax_hint(expression: str) -> str:
    if re.search(r"[0-9] ?[kKmMbBtT]\b", expression):
        return "write numbers with an exponent: 7e9 instead of 7B"
    if re.search(r"(?<![<>=!])=(?!=)", expression):
        return "equal is written ==, as in family == 'c4'"
    if "&&" in expression or "||" in expression or "!" in expression.replace("!=", ""):
        return "write and, or, not"
    return _GRAMMAR


class _Walk:
    """Walks a tree of allowed nodes and notes which columns it meets."""

    def __init__(self, columns: Mapping[str, Cells], quoted: tuple[str, ...], n_rows: int) -> None:
        self._columns = columns
        self._quoted = quoted
        self._n_rows = n_rows
        self.seen: set[str] = set()

    def mask(self, node: ast.expr) -> Mask:
        """Return the rows for which a condition holds."""
        if isinstance(node, ast.BoolOp):
            parts = [self.mask(value) for value in node.values]
            every = np.logical_and if isinstance(node.op, ast.And) else np.logical_or
            return np.asarray(every.reduce(parts), dtype=bool)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return ~self.mask(node.operand)
        if isinstance(node, ast.Compare):
            return self._comparison(node)
        hint = "write and, or instead of &, |" if isinstance(node, ast.BinOp) else _GRAMMAR
        _refuse("must be a condition", self._text(node), hint)

    def _comparison(self, node: ast.Compare) -> Mask:
        found = np.ones(self._n_rows, dtype=bool)
        left: ast.expr = node.left
        for sign, right in zip(node.ops, node.comparators, strict=True):
            if isinstance(sign, ast.In | ast.NotIn):
                inside = self._is_among(left, right)
                found &= ~inside if isinstance(sign, ast.NotIn) else inside
            elif type(sign) in _COMPARISONS:
                found &= self._compared(self._value(left), sign, self._value(right))
            else:
                _refuse("must compare with < <= > >= == != or in", self._text(node))
            left = right
        return found

    def _is_among(self, left: ast.expr, right: ast.expr) -> Mask:
        if not isinstance(right, ast.Tuple | ast.List | ast.Set):
            _refuse("must list values after `in`", self._text(right), "family in ('c4', 'rpj')")
        value = self._value(left)
        equal = [self._compared(value, ast.Eq(), self._value(item)) for item in right.elts]
        return np.logical_or.reduce(equal) if equal else np.zeros(self._n_rows, dtype=bool)

    def _compared(self, left: _Value, sign: ast.cmpop, right: _Value) -> Mask:
        if isinstance(left, str) or isinstance(right, str):
            return self._compared_text(left, sign, right)
        first, second = self._numbers(left), self._numbers(right)
        both = np.isfinite(first) & np.isfinite(second)
        equal = np.asarray(_COMPARISONS[type(sign)](first, second), dtype=bool)
        return np.broadcast_to(equal & both, (self._n_rows,)).copy()

    def _compared_text(self, left: _Value, sign: ast.cmpop, right: _Value) -> Mask:
        if not isinstance(sign, ast.Eq | ast.NotEq):
            _refuse("must compare words with == or != or in", hint="a number stands without quotes")
        texts = [value.text if isinstance(value, Cells) else value for value in (left, right)]
        if not any(isinstance(value, Cells) for value in (left, right)) or not all(
            isinstance(value, Cells | str) for value in (left, right)
        ):
            _refuse("must compare words with a column", hint=_GRAMMAR)
        equal = np.asarray(texts[0] == texts[1], dtype=bool)
        return ~equal if isinstance(sign, ast.NotEq) else equal

    def _value(self, node: ast.expr) -> _Value:
        if isinstance(node, ast.Name):
            return self._column(node.id)
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return node.value
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            return self._constant(node.value)  # type: ignore[arg-type]
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
            value = self._numbers(self._value(node.operand))
            return -value if isinstance(node.op, ast.USub) else value
        if isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
            left, right = self._numbers(self._value(node.left)), self._numbers(self._value(node.right))
            with np.errstate(all="ignore"):
                return np.asarray(_ARITHMETIC[type(node.op)](left, right), dtype=float)
        _refuse("must compare columns, numbers and words", self._text(node))

    def _constant(self, value: int | float) -> FloatArray:
        try:
            found = float(value)
        except OverflowError:
            found = math.inf
        if math.isinf(found):
            _refuse("must hold numbers below 1.8e308")
        return np.asarray(found)

    def _numbers(self, value: _Value) -> FloatArray:
        if isinstance(value, str):
            _refuse("must calculate with numbers", shown(value))
        return value.numbers if isinstance(value, Cells) else np.asarray(value)

    def _column(self, name: str) -> Cells:
        if name.startswith("_quoted_"):
            name = self._quoted[int(name.removeprefix("_quoted_").removesuffix("_"))]
        if name not in self._columns:
            lowered = {known.lower(): known for known in self._columns}
            near = difflib.get_close_matches(name.lower()[:200], lowered, n=1, cutoff=0.6)
            close = lowered[near[0]] if near else ""
            hint = f"did you mean {close}?" if close else f"columns: {listed(self._columns, 12)}"
            if not near and not name.isidentifier():
                hint += "; words stand in quotes, column names with other signs in backticks"
            _refuse("must name a column", shown(name), hint, "ND1241")
        self.seen.add(name)
        return self._columns[name]

    def _text(self, node: ast.AST) -> str:
        return shown(_PLACEHOLDER.sub(lambda match: f"`{self._quoted[int(match[1])]}`", ast.unparse(node)))
