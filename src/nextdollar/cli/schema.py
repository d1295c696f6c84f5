"""`nextdollar schema`: the shapes of what goes in and what comes out."""

from __future__ import annotations

import difflib

from nextdollar.cli.console import print_object
from nextdollar.errors import Fault, ScenarioError
from nextdollar.report.schemas import SCHEMAS, schema_of


def run_schema(of: str) -> int:
    """Print one JSON Schema."""
    if of not in SCHEMAS:
        close = difflib.get_close_matches(of, SCHEMAS, n=1, cutoff=0.3)
        hint = f"did you mean `--of {close[0]}`?" if close else f"schemas: {', '.join(SCHEMAS)}"
        raise ScenarioError([Fault("ND1182", "--of", "must name a schema", of, hint)])
    print_object(schema_of(of))
    return 0
