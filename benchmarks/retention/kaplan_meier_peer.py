"""The share left of a million customers by lifelines, in a process of its own, if it is installed.

It is no dependency. An interpreter that has it is named by hand:

    python -m venv peers && peers/bin/pip install lifelines
    python benchmarks/customers.py --peers peers/bin/python
"""

from __future__ import annotations

import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

TIMEOUT_S = 300

_LIFELINES = """
import sys, time
import numpy as np
import lifelines
data = np.load(sys.argv[1])
best = float("inf")
for _ in range(5):
    start = time.process_time()
    fitter = lifelines.KaplanMeierFitter().fit(data["ages"], data["has_left"])
    best = min(best, time.process_time() - start)
curve = fitter.survival_function_.iloc[:, 0]
np.savez(sys.argv[2], ages=curve.index.to_numpy(), share=curve.to_numpy(), cpu_s=best)
print(lifelines.__version__)
"""


@dataclass(frozen=True)
class Peer:
    """What a peer found and how long it took; `reason` says why there is nothing."""

    name: str
    cpu_s: float
    ages: np.ndarray
    share: np.ndarray
    reason: str = ""


def lifelines(interpreter: str, ages: np.ndarray, has_left: np.ndarray) -> Peer:
    """Return the curve of lifelines on the same customers."""
    nothing = np.zeros(0)
    with tempfile.TemporaryDirectory() as folder:
        given, found = Path(folder) / "given.npz", Path(folder) / "found.npz"
        np.savez(given, ages=ages, has_left=has_left)
        asked = [interpreter, "-c", _LIFELINES, str(given), str(found)]
        done = subprocess.run(asked, capture_output=True, text=True, timeout=TIMEOUT_S)
        if done.returncode != 0:
            reason = (done.stderr.strip().splitlines() or ["no answer"])[-1]
            return Peer("lifelines", float("nan"), nothing, nothing, reason)
        with np.load(found) as answer:
            name = f"lifelines {done.stdout.strip()}"
            return Peer(name, float(answer["cpu_s"]), answer["ages"], answer["share"])
