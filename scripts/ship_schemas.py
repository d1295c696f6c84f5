"""Write the JSON Schemas that ship with the package from their models.

A published minor version only ever gains fields: read the diff before committing it.
Run: python scripts/ship_schemas.py
"""

from __future__ import annotations

import json
from pathlib import Path

from nextdollar.report.schemas import SCHEMAS, VERSIONS, schema_of

FOLDER = Path(__file__).resolve().parents[1] / "src" / "nextdollar" / "report" / "json_schemas"


def main() -> None:
    """Write one file for each schema, named by its version."""
    FOLDER.mkdir(exist_ok=True)
    for name in SCHEMAS:
        file = FOLDER / f"{VERSIONS[name].replace('nextdollar.', '').replace('/', '-')}.json"
        file.write_text(json.dumps(schema_of(name), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
