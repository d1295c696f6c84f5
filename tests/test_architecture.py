"""Who may import whom, and that arithmetic stays arithmetic."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
PACKAGE = REPOSITORY / "src" / "nextdollar"
ARITHMETIC = ("scaling", "compute", "customers", "finance", "uncertainty", "portfolio")
LINT_IMPORTS = Path(sys.executable).parent / "lint-imports"

IN_AND_OUT = {
    *{"open", "print", "input", "breakpoint", "exec", "eval", "__import__"},
    *{"read_text", "write_text", "read_bytes", "write_bytes", "tofile", "fromfile", "memmap"},
    *{"loadtxt", "savetxt", "genfromtxt", "save", "savez", "load"},
}
# scipy.stats and scipy.optimize take a second to import: only the function that needs one imports it.
SLOW_TO_IMPORT = ("scipy.stats", "scipy.optimize", "pandas", "altair", "vl_convert", "ibis", "duckdb")
# Random numbers are dealt in one place, and by the bootstrap from a Generator that it is handed.
MAY_DRAW = {"uncertainty/sampling.py"}


def lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(root / "src"), os.environ["PYTHONPATH"]])
    return subprocess.run(
        [LINT_IMPORTS, "--no-cache"],
        cwd=root,
        env=os.environ | {"PYTHONPATH": path, "COLUMNS": "120"},
        capture_output=True,
        text=True,
        timeout=120,
    )


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def arithmetic_files() -> Iterator[Path]:
    for name in ARITHMETIC:
        yield from sorted((PACKAGE / name).rglob("*.py"))


def place(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(REPOSITORY)}:{getattr(node, 'lineno', 1)}"


def imported_names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
    return []


def run_at_import(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield what runs when a module is imported: nothing inside functions or `if TYPE_CHECKING`."""
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        waiting.extend(ast.iter_child_nodes(node))


class TestTheLayers:
    def test_every_import_points_down(self):
        linted = lint_imports(REPOSITORY)
        assert linted.returncode == 0, linted.stdout + linted.stderr

    @pytest.mark.parametrize(
        ("file", "line"),
        [
            ("customers/ltv.py", "import nextdollar.finance"),
            ("uncertainty/__init__.py", "import nextdollar.customers"),
            ("units.py", "import nextdollar.errors"),
            ("finance/__init__.py", "import pathlib"),
            ("newcomer.py", ""),
        ],
    )
    def test_an_import_that_points_elsewhere_is_found(self, tmp_path, file, line):
        shutil.copytree(
            PACKAGE, tmp_path / "src" / "nextdollar", ignore=shutil.ignore_patterns("__pycache__")
        )
        shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
        broken = tmp_path / "src" / "nextdollar" / file
        text = broken.read_text(encoding="utf-8") if broken.exists() else ""
        broken.write_text(f"{text}\n{line}\n", encoding="utf-8")
        linted = lint_imports(tmp_path)
        assert linted.returncode == 1, linted.stdout + linted.stderr
        assert "1 broken" in linted.stdout


class TestArithmetic:
    def test_it_neither_reads_nor_writes(self):
        found = []
        for path in arithmetic_files():
            for node in ast.walk(parsed(path)):
                if isinstance(node, ast.Call):
                    called = node.func
                    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
                    if name in IN_AND_OUT:
                        found.append(f"{place(path, node)}: {name}()")
        assert not found, "\n".join(found)

    def test_random_numbers_come_from_one_place(self):
        found = []
        for path in arithmetic_files():
            if path.relative_to(PACKAGE).as_posix() in MAY_DRAW:
                continue
            for node in ast.walk(parsed(path)):
                name = ast.unparse(node) if isinstance(node, ast.Attribute) else ""
                if name.startswith("np.random.") and name != "np.random.Generator":
                    found.append(f"{place(path, node)}: {name}")
        assert not found, "\n".join(found)


def test_slow_libraries_are_imported_only_where_they_are_used():
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in run_at_import(parsed(path)):
            slow = [name for name in imported_names(node) if name.startswith(SLOW_TO_IMPORT)]
            if slow:
                found.append(f"{place(path, node)}: {slow[0]} is imported with the module")
    assert not found, "\n".join(found)


def test_imports_are_absolute():
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.ImportFrom) and (node.level > 0 or node.names[0].name == "*"):
                found.append(f"{place(path, node)}: {ast.unparse(node)}")
    assert not found, "\n".join(found)


def test_importing_the_package_is_cheap():
    # The public names are looked up when they are first used: `nextdollar --help` must not wait for scipy.
    code = "import sys, nextdollar; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    ).stdout.split()
    assert not {"numpy", "scipy", "pydantic", "altair", "rich", "typer"} & set(loaded)


def test_public_names_are_offered_before_they_are_loaded():
    code = "import nextdollar; print(set(nextdollar.__all__) <= set(dir(nextdollar)))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "True"
