"""Layouts and batches that are worth trying for a model on an accelerator."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nextdollar.errors import require
from nextdollar.units import FloatArray

SERVER_GPUS = 8
"""Accelerators of an ordinary server: more are stages of a pipeline, but for racks that are one machine."""
RACK_GPUS = 64
MOST_STAGES = 8
MOST_EXPERT_GPUS = 128
"""Devices that share experts over a network; DeepSeek's own service spreads them over 144."""
MOST_CONCURRENT = 4096
"""More requests at once than engines are set up for."""
_STEPS_PER_DOUBLING = 3


@dataclass(frozen=True, slots=True)
class InstanceLayout:
    """How one instance is spread: whole numbers, as in `Layout`."""

    n_gpus: int
    n_attention_replicas: int = 1
    n_stages: int = 1


def instance_layouts(
    n_scale_up: float, *, has_experts: bool, has_network: bool = False
) -> tuple[InstanceLayout, ...]:
    """Layouts to try, from one device to many servers.

    Parameters
    ----------
    n_scale_up : float
        Devices that share the fast link, at least 1.
    has_experts : bool
        Whether attention is worth repeating on groups of the devices that share the experts. In a dense
        model such a group is an instance of its own.
    has_network : bool
        Whether servers are linked, so that experts may be spread over several.

    Returns
    -------
    tuple of InstanceLayout
        Powers of two up to a server or, where more devices share the link, a rack; then servers as stages,
        and servers that share the experts while each device attends to sequences of its own.

    Raises
    ------
    DomainError
        If there is less than one device.
    """
    require(n_scale_up >= 1, "n_scale_up", "at least 1", n_scale_up)
    most = RACK_GPUS if n_scale_up >= RACK_GPUS else SERVER_GPUS
    found: list[InstanceLayout] = []
    for width in _powers_of_two(most):
        replicas = _powers_of_two(width) if has_experts else (1,)
        found.extend(InstanceLayout(width, count) for count in replicas)
    if most == RACK_GPUS:
        # A rack as one machine has no need of stages.
        return tuple(found)
    for stages in _powers_of_two(MOST_STAGES)[1:]:
        replicas = (1, SERVER_GPUS) if has_experts else (1,)
        found.extend(InstanceLayout(SERVER_GPUS * stages, count, stages) for count in replicas)
    if has_experts and has_network:
        widths = [width for width in _powers_of_two(MOST_EXPERT_GPUS) if width > SERVER_GPUS]
        found.extend(InstanceLayout(width, width) for width in widths)
    return tuple(found)


def concurrency_grid(n_most: int = MOST_CONCURRENT) -> FloatArray:
    """Batches to try (n_batches,): whole numbers from 1 to `n_most`, at least 1, a quarter apart."""
    require(n_most >= 1, "n_most", "at least 1", n_most)
    steps = np.arange(np.floor(_STEPS_PER_DOUBLING * np.log2(n_most)) + 1)
    grid: FloatArray = np.unique(np.append(np.round(2.0 ** (steps / _STEPS_PER_DOUBLING)), float(n_most)))
    return grid


def _powers_of_two(most: int) -> tuple[int, ...]:
    return tuple(2**power for power in range(most.bit_length()) if 2**power <= most)
