"""What the cells of a row say of cached prompts and of speculative decoding."""

from __future__ import annotations

from nextdollar.sizing.cells import CellReader
from nextdollar.sizing.serving.ask import NO_SHORTCUTS, Shortcuts
from nextdollar.sizing.serving.words import Mode

_COLUMNS = ("cached_share", "draft_tokens", "acceptance_share", "draft_cost_share")
_MOST_DRAFTS = 64


def shortcuts(cells: CellReader, mode: Mode) -> Shortcuts:
    """Return the work that a row spares; what does not fit together is refused or noted.

    `cached_share` of the prompt is already in memory (same GPUs read and write), `draft_tokens` are drafted
    in each step with `acceptance_share`, at `draft_cost_share` of a step each. Empty cells spare nothing.
    """
    if not cells.text(*_COLUMNS):
        return NO_SHORTCUTS
    cached = cells.count("cached_share", 0, 1) or 0.0
    n_drafts = cells.count("draft_tokens", 0, _MOST_DRAFTS) or 0.0
    accepted = cells.count("acceptance_share", 0, 1)
    cost = cells.count("draft_cost_share", 0, 1)
    if cached and mode != "agg":
        cells.notes.append("cached_share is counted only where the same GPUs read and write")
        cached = 0.0
    if n_drafts and mode == "offline":
        cells.notes.append("draft_tokens are not counted where every request is queued")
        n_drafts = 0.0
    if n_drafts and accepted is None:
        cells.refused.append("acceptance_share is empty: the chance that a drafted token is accepted")
    if n_drafts and cost is None:
        cells.notes.append("draft_cost_share is empty: drafting is taken as free")
    return Shortcuts(cached, n_drafts, accepted or 0.0, cost or 0.0)
