"""Where a formula or a figure comes from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """A work, the place in it, and a link; reports print the sources of everything they used."""

    work: str
    place: str = ""
    link: str = ""

    def __str__(self) -> str:
        return ", ".join(part for part in (self.work, self.place, self.link) if part)
