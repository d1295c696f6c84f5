"""What one look at a table found: flags, and the rows that it sets aside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from nextdollar.research.reading.run_table import Flag, LeftOut

_NOTHING: Mapping[int, LeftOut] = {}


@dataclass(frozen=True, slots=True)
class Finding:
    """Flags, and rows to leave out, by their index."""

    flags: tuple[Flag, ...] = ()
    out: Mapping[int, LeftOut] = field(default_factory=lambda: _NOTHING)
