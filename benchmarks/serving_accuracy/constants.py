"""Values of `catalogue/serving_calibration.csv`, as the fits give them today."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from serving_accuracy.bands import half_widths_log, peer_error
from serving_accuracy.leave_out import fit_to
from serving_accuracy.measurements import Measured
from serving_accuracy.tables import Scored

FILE = Path(__file__).resolve().parents[2] / "src" / "nextdollar" / "catalogue" / "serving_calibration.csv"


def fitted(served: Measured, queued: Measured, scores: list[Scored]) -> dict[tuple[str, str], str]:
    """Constants of all rows and bands of the rows left out, by (name, engine)."""
    found = {key: f"{number:.4g}" for key, number in fit_to(served, queued).items()}
    for score in scores:
        if "," in score.name:
            continue
        errors = np.log(score.seen / score.said)
        half = half_widths_log(errors, score.families, peer_median_error=peer_error(score.name))[""]
        found[f"{score.name}_p5_factor", ""] = f"{np.exp(-half):.3g}"
        found[f"{score.name}_p95_factor", ""] = f"{np.exp(half):.3g}"
    return found


def write(found: dict[tuple[str, str], str]) -> int:
    """Write the values into the file, the rest of a row as it is, and say how many rows there are."""
    with FILE.open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    for row in rows:
        row["value"] = found[row["name"], row["engine"]]
    with FILE.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.DictWriter(lines, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return len(rows)
