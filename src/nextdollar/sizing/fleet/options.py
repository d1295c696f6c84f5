"""Configurations of instances of a model on accelerators, as arrays for the search."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from nextdollar.compute import Accelerator, Transformer
from nextdollar.compute.fleet.grid import SERVER_GPUS, InstanceLayout, concurrency_grid, instance_layouts
from nextdollar.compute.fleet.search import ServingOptions
from nextdollar.compute.serving.batch import sequences_that_fit
from nextdollar.compute.serving.calibration import ErrorBand, ServingCalibration
from nextdollar.compute.serving.inputs import Deployment, Layout, ServedModel, Server
from nextdollar.compute.serving.precision import PCIE_5_BYTES_PER_S, ServingPrecision, served_as, server_of
from nextdollar.sizing.fleet.answer import Configuration
from nextdollar.sizing.training.bill import HourPrice
from nextdollar.units import FloatArray, Floats

PartT = TypeVar("PartT", ServedModel, Server, Layout, ServingCalibration, ErrorBand)


@dataclass(frozen=True, slots=True)
class PricedAccelerator:
    """An accelerator and what an hour of it costs."""

    accelerator: Accelerator
    price: HourPrice


@dataclass(frozen=True, slots=True)
class Instance:
    """An accelerator at a precision in a layout, before a batch is chosen; `chip` counts the hardware."""

    chip: int
    precision: ServingPrecision
    layout: InstanceLayout


@dataclass(frozen=True, slots=True)
class OptionTable:
    """Instances times batches: row i of `options` is `instances[instance_of[i]]`."""

    shape: Transformer
    hardware: tuple[PricedAccelerator, ...]
    instances: tuple[Instance, ...]
    instance_of: npt.NDArray[np.intp]
    chip_of: npt.NDArray[np.intp]
    options: ServingOptions

    def configuration(self, row: int) -> Configuration:
        """Return what a row stands for."""
        instance = self.instances[self.instance_of[row]]
        layout = instance.layout
        return Configuration(
            accelerator=self.hardware[instance.chip].accelerator,
            precision=instance.precision,
            n_gpus=layout.n_gpus,
            n_attention_replicas=layout.n_attention_replicas,
            n_stages=layout.n_stages,
            n_concurrent=int(self.options.n_concurrent[row]),
        )


def instances_of(
    shape: Transformer, hardware: Sequence[PricedAccelerator], precisions: Sequence[ServingPrecision]
) -> tuple[Instance, ...]:
    """Return every instance that is tried, accelerator by accelerator."""
    has_experts = bool(np.greater(shape.n_experts, 1))
    return tuple(
        Instance(chip, precision, layout)
        for chip, item in enumerate(hardware)
        for precision in precisions
        for layout in instance_layouts(
            item.accelerator.n_scale_up or 1.0,
            has_experts=has_experts,
            has_network=item.accelerator.scale_out_bytes_per_s is not None,
        )
    )


def option_table(
    shape: Transformer,
    hardware: Sequence[PricedAccelerator],
    instances: Sequence[Instance],
    *,
    n_context_tokens: float,
    batches: FloatArray | None = None,
) -> OptionTable:
    """Instances that hold the model, each with every batch that fits into memory, and the most that does.

    Parameters
    ----------
    shape : Transformer
        The model.
    hardware, instances : sequence
        What is tried.
    n_context_tokens : float
        Tokens that a sequence holds on average.
    batches : array (n_instances, n_batches), optional
        Requests at once, at least 1; None takes the usual grid for all.
    """
    alone = _deployments(shape, hardware, instances)
    fitting = np.floor(np.broadcast_to(sequences_that_fit(alone, n_context_tokens), (len(instances),)))
    if batches is None:
        batches = np.broadcast_to(concurrency_grid(), (len(instances), concurrency_grid().size))
    most = np.minimum(fitting, batches[:, -1])[:, None]
    tried = np.concatenate([batches, most], axis=1)
    # Every replica and every stage must have a sequence of its own to work on.
    fewest = np.array([item.layout.n_attention_replicas * item.layout.n_stages for item in instances])
    keep = (tried >= fewest[:, None]) & (tried <= fitting[:, None])
    # The most that fits may stand in the grid already.
    keep[:, -1] &= ~(batches == most).any(axis=1)
    instance_of, _ = np.nonzero(keep)
    prices = np.array([item.price.spread.p50 for item in hardware])
    chip_of = np.array([item.chip for item in instances], dtype=np.intp)[instance_of]
    kept = tuple(instances)
    options = ServingOptions(
        deployment=Deployment(
            model=taken(alone.model, instance_of),
            server=taken(alone.server, instance_of),
            layout=taken(alone.layout, instance_of),
        ),
        n_concurrent=tried[keep],
        usd_per_gpu_hour=prices[chip_of],
    )
    return OptionTable(shape, tuple(hardware), kept, instance_of, chip_of, options)


def deployment_of(shape: Transformer, found: Configuration) -> Deployment:
    """Return one configuration as plain numbers."""
    layout = InstanceLayout(found.n_gpus, found.n_attention_replicas, found.n_stages)
    return Deployment(
        model=served_as(shape, found.precision),
        server=_linked(shape, found.accelerator, found.precision, layout),
        layout=Layout(float(found.n_gpus), float(found.n_attention_replicas), float(found.n_stages)),
    )


def _linked(
    shape: Transformer, chip: Accelerator, precision: ServingPrecision, layout: InstanceLayout
) -> Server:
    """Return the server with the link that the devices of a stage speak over.

    Beyond the fast link that is PCIe. Experts over several servers are reached through the network: each
    token then goes to the servers of its experts, in 8 bits, and comes back in 16, where the model counts a
    gathering and a scattering of all tokens in 16 bits; so the link is as much faster as that is less.
    """
    server = server_of(chip, precision)
    width = layout.n_gpus // layout.n_stages
    if width <= (chip.n_scale_up or 1.0):
        return server
    network = chip.scale_out_bytes_per_s
    if width > SERVER_GPUS and network is not None:
        gathered_bytes, sent_bytes = 4.0 * width, 3.0 * float(shape.experts_per_token)
        return replace(server, link_bytes_per_s=network * max(gathered_bytes / sent_bytes, 1.0))
    return replace(server, link_bytes_per_s=min(float(server.link_bytes_per_s), PCIE_5_BYTES_PER_S))


def _deployments(
    shape: Transformer, hardware: Sequence[PricedAccelerator], instances: Sequence[Instance]
) -> Deployment:
    """Return all instances as one deployment of arrays (n_instances,)."""
    models = {item.precision: served_as(shape, item.precision) for item in instances}
    model = replace(
        next(iter(models.values())),
        weight_bytes_per_param=_column(models[item.precision].weight_bytes_per_param for item in instances),
        kv_bytes_per_value=_column(models[item.precision].kv_bytes_per_value for item in instances),
    )
    servers = [
        _linked(shape, hardware[item.chip].accelerator, item.precision, item.layout) for item in instances
    ]
    server = Server(**{name: _column(getattr(one, name) for one in servers) for name in Server.__slots__})
    names = Layout.__slots__
    layout = Layout(**{name: _column(getattr(item.layout, name) for item in instances) for name in names})
    return Deployment(model, server, layout)


def taken(part: PartT, places: npt.NDArray[np.intp]) -> PartT:
    """Return rows `places` of the arrays of a dataclass; what is one number for all stays one."""
    columns = {field.name: getattr(part, field.name) for field in fields(part)}
    rows = {name: value[places] for name, value in columns.items() if np.ndim(value)}
    return replace(part, **rows) if rows else part


def _column(values: Iterable[Floats]) -> FloatArray:
    return np.array([float(value) for value in values], dtype=np.float64)
