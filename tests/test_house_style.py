"""The source keeps its sizes, its names, its units and its words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
PACKAGE = REPOSITORY / "src" / "nextdollar"
MODULES = sorted(PACKAGE.rglob("*.py"))

MAX_FILE_LINES, MAX_FUNCTION_LINES, MAX_PARAMETERS = 300, 40, 8
NAMES_THAT_SAY_NOTHING = {
    *{"utils", "util", "helpers", "helper", "common", "misc", "tools", "base", "manager"},
}

# Where every number of a public signature names its unit. Law files keep the letters of their paper.
PILLARS = ("scaling", "compute", "customers", "finance", "ledger", "portfolio")
UNIT = re.compile(
    r"(^|_)(usd|eur|flop|tflop|bytes|gib|gb|s|hours|days|periods|months|years|decades|nats|watts|joules|kwh"
    r"|percent|share|multiple|factor|log)$"
    r"|(^|_)per_[a-z]+(_[a-z]+)*$"
)
PURE_NUMBERS = {
    # counts, and places in a count
    *{"params", "params_active", "tokens", "customers", "seats", "gpus", "count", "month", "period"},
    *{"least_instances", "peak_hour"},
    *{
        "N",
        "D",
        "unique_tokens",
        "inference_tokens",
        "served_tokens",
        "justified_tokens",
        "experts",
        "epochs",
    },
    # ratios that the field calls by one word, and levels of probability
    *{"mfu", "pue", "level", "confidence"},
    # decades of work beyond the data
    *{"distance"},
    # elasticities: per cent by per cent, and the exponent of a law
    *{"params_elasticity", "tokens_elasticity", "exponent"},
    # logs, and the coordinates in which a law is fitted, with what is taken of them
    *{"log_params", "log_tokens", "theta", "slopes", "value", "jacobian", "curvature", "shape", "covariance"},
    # statistics of whatever the class is about
    *{"mean", "sd", "draws", "p5", "p10", "p25", "p50", "p75", "p90", "p95"},
    # weights, chances and standard scores
    *{"weights", "likelihood", "misfit", "scores", "saturation"},
    *{"normal_scores", "jump_uniforms", "jump_scores", "trend_scores"},
    *{"tpot_scores", "ttft_scores"},
    # a benchmark's own unit: what it is, what it must reach, and how far it moves
    *{"metric", "threshold", "from_value", "to_value", "start", "span", "residual", "noise"},
    # numbers of whatever unit the caller's are
    *{"quantity", "reach"},
    *{"low", "high", "sign_high", "output", "tolerance", "coefficients"},
}
NUMBER_TYPES = {"float", "int", "Floats", "FloatArray", "NDArray[np.float64]"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def place(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(REPOSITORY)}:{getattr(node, 'lineno', 1)}"


def functions(tree: ast.Module) -> Iterator[Function]:
    for node in ast.walk(tree):
        if isinstance(node, Function):
            yield node


def public_definitions(tree: ast.Module) -> Iterator[Function | ast.ClassDef]:
    """Yield public functions and classes of a module, and public methods of public classes."""
    for node in tree.body:
        if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                for member in node.body:
                    if isinstance(member, Function) and not member.name.startswith("_"):
                        yield member


def parameters(function: Function) -> list[ast.arg]:
    spec = function.args
    return [
        argument
        for argument in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs)
        if argument.arg not in ("self", "cls")
    ]


def code_lines(function: Function) -> int:
    """Lines of a function below its signature and docstring."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def is_number(annotation: ast.expr | None) -> bool:
    if annotation is None:
        return False
    written = annotation.value if isinstance(annotation, ast.Constant) else ast.unparse(annotation)
    parts = {part.strip() for part in str(written).split("|")} - {"None"}
    return bool(parts) and parts <= NUMBER_TYPES


def names_its_unit(name: str) -> bool:
    return name in PURE_NUMBERS or name.startswith("n_") or UNIT.search(name) is not None


def numbers_of(node: Function | ast.ClassDef) -> Iterator[tuple[ast.AST, str]]:
    if isinstance(node, ast.ClassDef):
        for member in node.body:
            if isinstance(member, ast.AnnAssign) and is_number(member.annotation):
                yield member, ast.unparse(member.target)
    else:
        for argument in parameters(node):
            if is_number(argument.annotation):
                yield argument, argument.arg


def test_no_module_has_a_name_that_says_nothing():
    found = [
        path
        for path in MODULES
        if NAMES_THAT_SAY_NOTHING & set(path.relative_to(PACKAGE).with_suffix("").parts)
    ]
    assert not found


def test_files_are_short():
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    found = [f"{place(path, parsed(path))}: {n} lines" for path, n in lengths.items() if n > MAX_FILE_LINES]
    assert not found, "\n".join(found)


def test_functions_are_short_and_take_few_parameters():
    found = []
    for path in MODULES:
        for function in functions(parsed(path)):
            n_lines, n_parameters = code_lines(function), len(parameters(function))
            if n_lines > MAX_FUNCTION_LINES:
                found.append(f"{place(path, function)}: {function.name} has {n_lines} lines")
            if n_parameters > MAX_PARAMETERS:
                found.append(f"{place(path, function)}: {function.name} takes {n_parameters} parameters")
    assert not found, "\n".join(found)


def test_what_is_public_is_documented_and_annotated():
    found = []
    for path in MODULES:
        tree = parsed(path)
        for node in (tree, *public_definitions(tree)):
            name = getattr(node, "name", "the module")
            if not ast.get_docstring(node):
                found.append(f"{place(path, node)}: {name} has no docstring")
            if isinstance(node, Function):
                bare = [argument.arg for argument in parameters(node) if argument.annotation is None]
                if bare or node.returns is None:
                    found.append(f"{place(path, node)}: {name} is not annotated: {bare or 'result'}")
    assert not found, "\n".join(found)


def test_nothing_is_checked_with_assert_and_no_error_is_swallowed():
    found = []
    for path in MODULES:
        outermost_edge = path.relative_to(PACKAGE).parts[0] in ("cli", "web", "__main__.py")
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Assert):
                found.append(f"{place(path, node)}: assert")
            if isinstance(node, ast.ExceptHandler) and not outermost_edge:
                caught = ast.unparse(node.type) if node.type else "everything"
                if caught in ("everything", "Exception", "BaseException"):
                    found.append(f"{place(path, node)}: except {caught}")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", [name for name in PILLARS if (PACKAGE / name).is_dir()])
def test_every_public_number_names_its_unit(name):
    found = []
    for path in sorted((PACKAGE / name).rglob("*.py")):
        if {"laws", "fitting"} & set(path.relative_to(PACKAGE).parts):
            continue
        for definition in public_definitions(parsed(path)):
            for node, number in numbers_of(definition):
                if not names_its_unit(number):
                    found.append(f"{place(path, node)}: {number} of {definition.name} has no unit")
    assert not found, "\n".join(found)


def test_an_init_file_holds_re_exports_and_nothing_else():
    found = []
    for path in MODULES:
        if path.name != "__init__.py" or path == PACKAGE / "__init__.py":
            continue
        for number, node in enumerate(parsed(path).body):
            is_docstring = number == 0 and isinstance(node, ast.Expr)
            # __all__, and the dict of the variants that live in the folder.
            is_table = isinstance(node, ast.Assign | ast.AnnAssign) and not any(
                isinstance(part, ast.Lambda | ast.ListComp | ast.DictComp) for part in ast.walk(node)
            )
            if not (is_docstring or is_table or isinstance(node, ast.Import | ast.ImportFrom)):
                found.append(f"{place(path, node)}: {ast.unparse(node).splitlines()[0]}")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", ["cost", "price", "data", "mem_mb", "time", "rate", "tokens_m"])
def test_a_number_without_a_unit_is_found(name):
    assert not names_its_unit(name)


@pytest.mark.parametrize("name", ["cost_usd", "usd_per_gpu_hour", "loss_nats", "flop", "n_draws", "gpu_s"])
def test_a_unit_is_recognised(name):
    assert names_its_unit(name)
