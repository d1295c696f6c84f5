"""The price of serving a token of a candidate on the scenario's hardware.

Where the scenario states a `serving_mfu`, serving is arithmetic at that share of the peak. Where it
states none, the cheapest way to answer at the stated speed is looked for: layouts over GPUs and requests
at once, by the serving model that was fitted to measurements. Its error is one input that all candidates
share (`hardware.serving_time`).
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import lru_cache

import numpy as np

from nextdollar.catalogue.load import accelerator
from nextdollar.catalogue.model_shapes import model_shape
from nextdollar.catalogue.override import kept
from nextdollar.catalogue.serving_calibration import serving_calibration, serving_error_band
from nextdollar.compute import Accelerator, serving_usd_per_token, typical_shape
from nextdollar.compute.fleet.grid import SERVER_GPUS, concurrency_grid, instance_layouts
from nextdollar.compute.fleet.search import ServingNeed, ServingSpeed, open_point
from nextdollar.compute.serving.batch import sequences_that_fit
from nextdollar.compute.serving.bound import tpot_bound_s
from nextdollar.compute.serving.inputs import Deployment, Layout, ServedModel, ServingLoad
from nextdollar.compute.serving.precision import ServingPrecision, served_as, server_of
from nextdollar.compute.shapes.shape_from_size import HEAD_WIDTH, VOCABULARY
from nextdollar.compute.shapes.transformer import Transformer
from nextdollar.plan.hardware_defaults import SERVING_TIME
from nextdollar.plan.named_input import Values
from nextdollar.plan.scenario import Scenario
from nextdollar.units import SECONDS_PER_HOUR, FloatArray, Floats

_LEAST_PARAMS = 1e6
_PARAMS_PER_WORD = 6.0 * HEAD_WIDTH
_USABLE_SHARE = 0.9
_CONCURRENT = concurrency_grid()
_NODES_PER_DECADE = 16


@dataclass(frozen=True, slots=True)
class Served:
    """The cheapest way to serve one model.

    `gpu_s_per_request` are seconds of GPUs that a request takes when machines are full, `least_share`
    the part of them that no machine can beat, `meets_limits` whether answers are as fast as asked for.
    Where none is, this is the fastest way there is. `sure_tokens_per_s` is what 19 of 20 answers reach.
    """

    gpu_s_per_request: float
    least_share: float
    meets_limits: bool
    sure_tokens_per_s: float
    n_gpus: float
    n_concurrent: float


@dataclass(frozen=True, slots=True)
class ServingTerms:
    """What is asked of serving, in numbers that a cache can be keyed by."""

    accelerator: Accelerator
    precision: ServingPrecision
    n_prompt_tokens: float
    n_answer_tokens: float
    least_tokens_per_s: float
    ttft_limit_s: float | None
    speed: ServingSpeed
    shape: Transformer | None = None


def derived_serving_usd_per_token(
    scenario: Scenario,
    values: Values,
    params: Floats,
    params_active: Floats | None = None,
    *,
    usd_per_gpu_hour: Floats,
    shape: str = "",
) -> Floats:
    """Return the price of serving one token, read or written, of a model of given size.

    Parameters
    ----------
    scenario : Scenario
        Its hardware is what the model is served on.
    values : mapping
        Inputs by name, certain or as draws.
    params : float or array (n_draws,)
        Size.
    params_active : float or array (n_draws,), optional
        Parameters that one token passes through; None is a dense model.
    usd_per_gpu_hour : float or array (n_draws,)
        Price of an hour.
    shape : str
        Published model that it is built like; empty for a usual shape of its size.

    Notes
    -----
    price x GPU-seconds of a request / (prompt + answer tokens) / share of the paid time in use.
    """
    hardware = scenario.hardware
    if hardware is None:
        raise ValueError("a candidate without serving cost and hardware passed the checks")
    active = params if params_active is None else params_active
    if "hardware.serving_mfu" in values:
        return serving_usd_per_token(
            active,
            accelerator(hardware.accelerator).peak_flop_per_s,
            mfu=values["hardware.serving_mfu"],
            usd_per_gpu_hour=usd_per_gpu_hour,
        )
    terms = serving_terms(scenario, values, shape)
    gpu_s, least_share = _gpu_s_per_request(params, None if params_active is None else active, terms)
    scores = np.asarray(values.get(SERVING_TIME, 0.0))
    slower = np.maximum(terms.speed.tpot_band.at(1.0, scores), least_share)[()]
    tokens = terms.n_prompt_tokens + terms.n_answer_tokens
    usd_per_s = usd_per_gpu_hour / (SECONDS_PER_HOUR * values["hardware.serving.load"])
    return usd_per_s * gpu_s * slower / tokens


def serving_terms(scenario: Scenario, values: Values, shape: str = "") -> ServingTerms:
    """Return what a scenario asks of serving."""
    hardware = scenario.hardware
    if hardware is None:
        raise ValueError("a candidate without serving cost and hardware passed the checks")
    stated = None if hardware.serving is None else hardware.serving.precision
    chip = accelerator(hardware.accelerator)
    usual: ServingPrecision = "bf16" if chip.fp8_peak_flop_per_s is None else "fp8"
    asked = {
        name: float(values[f"hardware.serving.{name}"])
        for name in ("prompt", "answer", "speed", "first_token")
        if f"hardware.serving.{name}" in values
    }
    return ServingTerms(
        chip,
        stated or usual,
        max(asked["prompt"], 1.0),
        max(asked["answer"], 1.0),
        asked["speed"],
        asked.get("first_token"),
        _speed(),
        model_shape(shape).shape if shape else None,
    )


def _gpu_s_per_request(
    params: Floats, params_active: Floats | None, terms: ServingTerms
) -> tuple[Floats, Floats]:
    """Return GPU-seconds of a request and the share of them that is physical, for one size or draws of it.

    Draws are read off a line through sizes between the least and the largest, on log axes.
    """
    if np.ndim(params) == 0 and (params_active is None or np.ndim(params_active) == 0):
        one = cheapest(float(params), None if params_active is None else float(params_active), terms)
        return one.gpu_s_per_request, one.least_share
    sizes = np.log10(np.asarray(params, dtype=np.float64))
    active_share = 1.0 if params_active is None else float(np.median(params_active / params))
    nodes = _nodes(sizes)
    found = [cheapest(10.0**node, _active(10.0**node, active_share), terms) for node in nodes]
    gpu_s = np.interp(sizes, nodes, np.log([one.gpu_s_per_request for one in found]))
    return np.exp(gpu_s), np.interp(sizes, nodes, [one.least_share for one in found])


def _nodes(log_sizes: FloatArray) -> FloatArray:
    low, high = float(log_sizes.min()), float(log_sizes.max())
    # On a fixed lattice, so that blocks of draws share what is worked out at each node.
    first, last = np.floor(low * _NODES_PER_DECADE), np.ceil(high * _NODES_PER_DECADE)
    nodes: FloatArray = np.arange(first, last + 1) / _NODES_PER_DECADE
    return nodes


def _active(params: float, active_share: float) -> float | None:
    return None if active_share == 1.0 else params * active_share


@lru_cache(maxsize=4096)
def cheapest(params: float, params_active: float | None, terms: ServingTerms) -> Served:
    """Return the cheapest way to serve a model at the speed asked for, else the fastest."""
    chip = terms.accelerator
    model = served_as(_shape(params, params_active, terms.shape), terms.precision)
    layout = _layouts(model, chip)
    deployment = Deployment(model, server_of(chip, terms.precision), layout)
    need = ServingNeed(np.ones(1), terms.n_prompt_tokens, terms.n_answer_tokens)
    speed = terms.speed
    load = ServingLoad(_CONCURRENT, terms.n_prompt_tokens, terms.n_answer_tokens)
    point = open_point(need, deployment, n_concurrent=_CONCURRENT, speed=speed)
    stay_s = point.ttft_s + (terms.n_answer_tokens - 1.0) * point.tpot_s
    gpu_s = layout.n_gpus * stay_s / _CONCURRENT
    fits = sequences_that_fit(deployment, load.n_context_tokens) >= _CONCURRENT
    slow_s = point.tpot_s * speed.tpot_band.p95_factor
    meets = fits & (slow_s * terms.least_tokens_per_s <= 1.0)
    if terms.ttft_limit_s is not None:
        meets &= point.ttft_s * speed.ttft_band.p95_factor <= terms.ttft_limit_s
    sought = np.where(meets, gpu_s, np.inf) if meets.any() else np.where(fits, stay_s, np.inf)
    place = np.unravel_index(int(np.argmin(sought)), sought.shape)
    bound_s = tpot_bound_s(deployment, load, n_decoding=point.n_decoding)
    shape = gpu_s.shape
    return Served(
        float(gpu_s[place]),
        float(min(np.broadcast_to(bound_s / point.tpot_s, shape)[place], 1.0)),
        bool(meets.any()),
        1.0 / float(np.broadcast_to(slow_s, shape)[place]),
        float(np.broadcast_to(layout.n_gpus, shape)[place]),
        float(np.broadcast_to(_CONCURRENT, shape)[place]),
    )


def _shape(params: float, params_active: float | None, published: Transformer | None) -> Transformer:
    if published is not None:
        return published
    size = max(params, _LEAST_PARAMS)
    active = None if params_active is None else min(max(params_active, _LEAST_PARAMS), size)
    words = min(VOCABULARY, int((size if active is None else active) / _PARAMS_PER_WORD))
    return typical_shape(size, params_active=active, vocabulary=words).shape


def _layouts(model: ServedModel, chip: Accelerator) -> Layout:
    """Return layouts (n_layouts, 1): the usual ones, and pipelines of as many servers as the weights need."""
    has_experts = bool(np.any(np.greater(model.n_experts, 1)))
    tried = instance_layouts(
        chip.n_scale_up or SERVER_GPUS,
        has_experts=has_experts,
        has_network=chip.scale_out_bytes_per_s is not None,
    )
    found = [(one.n_gpus, one.n_attention_replicas, one.n_stages) for one in tried]
    weights_bytes = float(model.params * model.weight_bytes_per_param)
    servers = weights_bytes / (chip.memory_bytes * _USABLE_SHARE * SERVER_GPUS)
    # A pipeline has no more stages than the model has layers; each is then several servers wide.
    stages = min(2.0 ** np.ceil(np.log2(max(servers, 1.0)) + 1), float(model.n_layers))
    width = SERVER_GPUS * 2.0 ** np.ceil(np.log2(max(2.0 * servers / stages, 1.0)))
    columns = np.array([*found, (width * stages, 1, stages)], dtype=np.float64).T[:, :, None]
    return Layout(columns[0], columns[1], columns[2])


@kept
def _speed() -> ServingSpeed:
    """Return the constants of an engine that nobody named, as plain numbers that a cache can be keyed by."""
    found = serving_calibration()
    plain = replace(found, **{item.name: float(getattr(found, item.name)) for item in fields(found)})
    return ServingSpeed(plain, serving_error_band("tpot"), serving_error_band("ttft"))
