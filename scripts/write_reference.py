"""Write the reference pages from the package: models, kinds, catalogue, verbs.

Run: python scripts/write_reference.py           writes docs/reference/
     python scripts/write_reference.py --check   writes nothing; ends with 1 if a page is out of date
"""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Callable
from pathlib import Path

from reference_pages.catalogue import errors_page, figures_page, laws_and_hardware_page
from reference_pages.commands import commands_page, exit_codes_page
from reference_pages.scenario import scenario_page

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "reference"
PAGES: dict[str, Callable[[], str]] = {
    "scenario.md": scenario_page,
    "commands.md": commands_page,
    "errors.md": errors_page,
    "figures.md": figures_page,
    "laws-and-hardware.md": laws_and_hardware_page,
    "exit-codes.md": exit_codes_page,
}
_LINES_SHOWN = 40


def main() -> int:
    """Write the pages, or say which are out of date."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if a page is out of date")
    if not parser.parse_args().check:
        FOLDER.mkdir(parents=True, exist_ok=True)
        for name, made in PAGES.items():
            (FOLDER / name).write_text(made(), encoding="utf-8", newline="\n")
        return 0
    stale = [name for name, made in PAGES.items() if _is_stale(FOLDER / name, made())]
    if stale:
        print(f"out of date: {', '.join(stale)}\nrun: python scripts/write_reference.py")
    return int(bool(stale))


def _is_stale(path: Path, wanted: str) -> bool:
    """Whether a page differs from what it should be; prints the first differences."""
    found = path.read_text(encoding="utf-8") if path.exists() else ""
    if found == wanted:
        return False
    lines = list(difflib.unified_diff(found.splitlines(), wanted.splitlines(), path.name, "wanted", n=0))
    print("\n".join(lines[:_LINES_SHOWN]))
    return True


if __name__ == "__main__":
    sys.exit(main())
