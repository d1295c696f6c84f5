"""Tables of the memory of training runs, and of the accelerators that finish them in time."""

from __future__ import annotations

from nextdollar.plan.words import significant
from nextdollar.report.page import Block
from nextdollar.report.research.envelope import View
from nextdollar.report.sizing.training.text import BYTES_PER_GB, answered, layout_words
from nextdollar.report.tables import Cell, Column, Table

_BYTES = (
    "total_bytes",
    "memory_bytes",
    "weights_bytes",
    "gradients_bytes",
    "optimiser_bytes",
    "activations_bytes",
)


def memory_headline(view: View) -> str:
    """Return whether the runs fit, as a heading."""
    rows = answered(view)
    n_fit = sum(1 for row in rows if row["memory"]["fits"])
    if n_fit == len(rows):
        return "Every run fits into memory" if n_fit > 1 else "The run fits into memory"
    return f"{n_fit} of {len(rows)} runs fit into memory"


def memory_block(view: View) -> Block:
    """Return how each run is cut, and what it keeps on each accelerator."""
    columns = (
        Column("name", "run"),
        Column("layout", "layout"),
        Column("total_gb", "GB filled", "number"),
        Column("held_gb", "of GB", "number"),
        Column("weights_gb", "weights", "number"),
        Column("gradients_gb", "gradients", "number"),
        Column("optimiser_gb", "optimiser", "number"),
        Column("activations_gb", "activations", "number"),
        Column("fewest_gpus", "fits from, GPUs", "count"),
        Column("shape", "shape"),
    )
    rows: list[tuple[Cell, ...]] = []
    for row in answered(view):
        memory = row["memory"]
        layout = "does not fit" if memory["layout"] is None else layout_words(memory["layout"])
        numbers = (None if memory[name] is None else memory[name] / BYTES_PER_GB for name in _BYTES)
        shape = row["model"]["name"] or "usual for its size"
        rows.append((row["name"], layout, *numbers, memory["fewest_gpus"], shape))
    words = (
        "Adam with 16 bytes per parameter, its moments spread over the copies; a micro-batch is one "
        "sequence, and nine tenths of the memory may be filled. The layout is the one with the fewest cuts "
        "that fits."
    )
    table = Table("memory", "Layouts, and gigabytes on each accelerator by use", columns, tuple(rows))
    return Block("", "", [words], tables=[table])


def deadline_headline(view: View) -> str:
    """Return how many runs can be finished in time, as a heading."""
    rows = answered(view)
    n_possible = sum(1 for row in rows if row["deadline"]["gpus"] is not None)
    days = f"{significant(view['deadline_days'])} days"
    return f"{n_possible} of {len(rows)} runs can be finished in {days} with 95 %"


def deadline_block(view: View) -> Block:
    """Return the accelerators that finish each run in time."""
    columns = (
        Column("name", "run"),
        Column("gpus", "GPUs", "count"),
        Column("accel_hours", "GPU-hours on P95 of these", "count"),
        Column("cost_usd", "USD on P95 of these", "count"),
        Column("in_time_share", "stated GPUs in time", "share"),
        Column("reason", "why not"),
    )
    names = tuple(column.key for column in columns[1:])
    rows = tuple((row["name"], *(row["deadline"][name] for name in names)) for row in answered(view))
    words = (
        "The median number of GPUs has even odds to finish in time, the upper end 95 %; hours and cost are "
        "those on the upper end: more accelerators wait for each other and fail more often."
    )
    table = Table("deadline", "Accelerators that finish in time: the median, and P5 to P95", columns, rows)
    return Block("", "", [words], tables=[table])
