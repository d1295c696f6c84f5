"""Rows that are not what they say: tokens off by a thousand, diverged runs, work far from 6 N D."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from nextdollar.research.reading.draft import Draft
from nextdollar.research.reading.finding import Finding
from nextdollar.research.reading.refusal import counted
from nextdollar.research.reading.run_table import Flag, LeftOut
from nextdollar.research.reading.where import Mask
from nextdollar.scaling.laws.domain import FLOP_PER_PARAM_TOKEN
from nextdollar.units import FloatArray

_THOUSANDFOLD = (300.0, 3_000.0)
_MOST_TOKENS_PER_PARAM = 20_000.0
_FAR_FROM_OTHERS = 30.0
_FEW_ROWS = 5
# A run that is larger and longer than another does not end a tenth above it unless something went wrong;
# half as much again is no noise and no setting.
_SUSPECT, _CERTAIN = 1.10, 1.50
_WORSE_THAN_GUESSING_NATS = 15.0
_MOST_GRID_LINES = 2_000
_FAR_IN_DEVIATIONS, _FAR_IN_LOG_LOSS, _ENOUGH_FOR_A_TREND = 8.0, 0.10, 12
_WORK_TOLERANCE = 0.10
_STOPPED = frozenset({"crashed", "failed", "killed", "running", "pending", "preempting", "preempted",
                      "scheduled"})  # fmt: skip


def unfinished(draft: Draft, kept: Mask) -> Finding:
    """Set aside runs whose state is not finished (W&B: State; MLflow: status)."""
    states = draft.words("state")
    out = {
        int(row): LeftOut(draft.line(int(row)), "ND1270", f"runs {states[row].lower()}")
        for row in np.flatnonzero(kept)
        if states[row].lower() in _STOPPED
    }
    if not out:
        return Finding()
    words = f"{counted(len(out), 'run')} did not finish, so their tokens may not be those planned"
    flag = Flag("ND1270", draft.line(min(out)), draft.columns.names["state"], words, "set aside")
    return Finding((flag,), out)


def thousandfold_tokens(draft: Draft, kept: Mask) -> Finding:
    """Set aside rows whose tokens are a thousand times off, by their work or by all other rows."""
    rows = np.flatnonzero(kept)
    if rows.size < _FEW_ROWS:
        return Finding()
    N, D, C = (draft.values[role][rows] for role in ("params", "tokens", "flops"))  # noqa: N806
    ratio = C / (FLOP_PER_PARAM_TOKEN * N * D)
    off = ratio / np.median(ratio)
    against_work = _within(off) | _within(1 / off)
    most = np.sort(D)[-2]
    against_others = (_FAR_FROM_OTHERS * most < D) & (D / N > _MOST_TOKENS_PER_PARAM)
    out, flags = {}, []
    for found, words in (
        (against_work, "tokens are a thousand times off what params and flops say"),
        (
            against_others & ~against_work,
            f"tokens are more than {_FAR_FROM_OTHERS:g} times those of any other row, and more than "
            f"{_MOST_TOKENS_PER_PARAM:,.0f} a parameter",
        ),
    ):
        for row in rows[found]:
            line = draft.line(int(row))
            out[int(row)] = LeftOut(line, "ND1262", "tokens a thousand times off")
            shown = f"{draft.values['tokens'][row]:.3g} {words}"
            flags.append(Flag("ND1262", line, draft.columns.names.get("tokens", ""), shown, "set aside"))
    return Finding(tuple(flags), out)


def diverged(draft: Draft, kept: Mask) -> Finding:
    """Set aside runs that ended far above a smaller and shorter one; flag those somewhat above.

    A run that repeats data can end above a shorter one without having diverged, so those are flagged only.
    """
    rows = np.flatnonzero(kept)
    if rows.size < 2:
        return Finding()
    loss = draft.values["loss"][rows]
    ratio = loss / _best_of_smaller(draft, rows)
    repeats = _epochs(draft)[rows] > 1.5
    certain = ((ratio > _CERTAIN) & ~repeats) | (loss > _WORSE_THAN_GUESSING_NATS)
    suspect = (ratio > _SUSPECT) & ~certain & ~repeats
    overfitted = (ratio > _SUSPECT) & ~certain & repeats
    out = {int(row): LeftOut(draft.line(int(row)), "ND1266", "diverged runs") for row in rows[certain]}
    column = draft.columns.names.get("loss", "")
    flags = []
    for found, words, action in (
        (certain, "ended more than half above the loss of a smaller, shorter run", "set aside as diverged"),
        (suspect, "ended more than a tenth above the loss of a smaller, shorter run", "kept"),
        (
            overfitted,
            "on repeated data ended more than a tenth above a smaller, shorter run",
            "kept: over-fitted rather than diverged",
        ),
    ):
        if found.any():
            first = draft.line(int(rows[found][0]))
            text = f"{counted(int(found.sum()), 'run')} {words}"
            flags.append(Flag("ND1266", first, column, text, action))
    return Finding(tuple(flags), out)


def far_above_the_rest(draft: Draft, kept: Mask) -> Finding:
    """Flag runs that lie far above a smooth surface through the others of their family; all stay."""
    flags = []
    usual = kept & (_epochs(draft) <= 1.5)
    for rows in _grouped(np.flatnonzero(usual), draft.family):
        if rows.size < _ENOUGH_FOR_A_TREND:
            continue
        far = _residuals_above(*(np.log(draft.values[role][rows]) for role in ("params", "tokens", "loss")))
        if far.any():
            lines = [draft.line(int(row)) for row in rows[far]]
            words = f"{counted(len(lines), 'run')} more than 10 % above a smooth surface through the others"
            action = "kept; the fit says how much each moves it"
            flags.append(Flag("ND1273", lines[0], draft.columns.names.get("loss", ""), words, action))
    return Finding(tuple(flags))


def work_far_from_6nd(draft: Draft, kept: Mask) -> Finding:
    """Flag stated work that differs from 6 N D by more than a tenth."""
    if "flops" not in draft.columns.names or not kept.any():
        return Finding()
    ratio = work_ratio(draft, kept)
    far = np.abs(ratio - 1) > _WORK_TOLERANCE
    if not far.any():
        return Finding()
    rows = counted(int(far.sum()), "row")
    low, middle, high = ratio.min(), np.median(ratio), ratio.max()
    words = f"{rows} with work that is not 6 N D but {low:.3g} to {high:.3g} times it, median {middle:.3g}"
    action = "kept as stated: attention and embeddings may be counted"
    first = draft.line(int(np.flatnonzero(kept)[far][0]))
    return Finding((Flag("ND1268", first, draft.columns.names["flops"], words, action),))


def work_ratio(draft: Draft, kept: Mask) -> FloatArray:
    """Return the stated work of each kept row as a multiple of 6 N D."""
    N, D, C = (draft.values[role][kept] for role in ("params", "tokens", "flops"))  # noqa: N806
    return np.asarray(C / (FLOP_PER_PARAM_TOKEN * N * D), dtype=float)


def _within(ratio: FloatArray) -> NDArray[np.bool_]:
    return (ratio >= _THOUSANDFOLD[0]) & (ratio <= _THOUSANDFOLD[1])


def _epochs(draft: Draft) -> FloatArray:
    """Return how often each row saw its data, 1 where nothing is said."""
    unique = draft.values.get("unique_tokens")
    if unique is None:
        return np.ones(draft.n_rows)
    with np.errstate(all="ignore"):
        epochs = draft.values["tokens"] / unique
    return np.where(np.isfinite(epochs), epochs, 1.0)


def _best_of_smaller(draft: Draft, rows: NDArray[np.intp]) -> FloatArray:
    """Return the lowest loss among runs of the family (and experts) with at most these params and tokens."""
    found = draft.values["loss"][rows].copy()
    experts = draft.values.get("experts")
    keys = [(draft.family[row], 0.0 if experts is None else float(experts[row])) for row in rows]
    for members in _grouped(np.arange(rows.size), keys):
        chosen = rows[members]
        loss = draft.values["loss"][chosen]
        n, n_lines = _grid_lines(draft.values["params"][chosen])
        d, d_lines = _grid_lines(draft.values["tokens"][chosen])
        grid = np.full((n_lines, d_lines), np.inf)
        np.minimum.at(grid, (n, d), loss)
        np.minimum.accumulate(grid, axis=0, out=grid)
        np.minimum.accumulate(grid, axis=1, out=grid)
        found[members] = grid[n, d]
    return found


def _grouped(rows: NDArray[np.intp], keys: Sequence[Hashable]) -> Iterator[NDArray[np.intp]]:
    """Yield the rows of each key, keys in the order of their first row."""
    found: dict[Hashable, list[int]] = {}
    for row in rows.tolist():
        found.setdefault(keys[row], []).append(row)
    return (np.array(members) for members in found.values())


def _grid_lines(values: FloatArray) -> tuple[NDArray[np.intp], int]:
    """Return the rank of each value among the different ones, coarser where there are very many."""
    different, ranks = np.unique(values, return_inverse=True)
    coarser = max(1, -(-different.size // _MOST_GRID_LINES))
    # Within one coarse line a smaller value may count as equal; the bounds are wide enough for that.
    return ranks // coarser, (different.size - 1) // coarser + 1


def _residuals_above(x: FloatArray, y: FloatArray, z: FloatArray) -> NDArray[np.bool_]:
    """Return which points lie far above a quadratic surface through most of them."""
    x, y = (values - values.mean() for values in (x, y))
    design = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1)
    weights = np.ones_like(z)
    residual = np.zeros_like(z)
    for _ in range(20):
        surface = np.linalg.lstsq(design * weights[:, None], z * weights, rcond=None)[0]
        residual = z - design @ surface
        scale = 1.4826 * float(np.median(np.abs(residual))) + 1e-12
        weights = 1 / np.sqrt(np.maximum(1.0, np.abs(residual) / (1.5 * scale)))
    return np.asarray(residual > max(_FAR_IN_LOG_LOSS, _FAR_IN_DEVIATIONS * scale))
