"""Many questions as one deployment of arrays, so that a whole table is a few calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from nextdollar.compute.serving.inputs import Deployment, Layout, ServedModel, Server, ServingLoad
from nextdollar.compute.serving.layout_labels import layout_of_labels
from nextdollar.compute.serving.speculative import NO_DRAFTS, Speculation, tokens_per_step
from nextdollar.sizing.serving.ask import ServingAsk
from nextdollar.sizing.serving.words import Degrees
from nextdollar.units import FloatArray, Floats

_Part = TypeVar("_Part", ServedModel, Server)


@dataclass(frozen=True, slots=True)
class ServingArrays:
    """Questions of one mode; every field an array (n_asks,), or made of such.

    `deployment` is the instance that writes answers, and the one that reads prompts where these are one;
    `readers` else, with their numbers. `load` is that of all instances together where readers and writers
    differ, and that of one instance where they do not. `is_count_assumed` marks those of which nobody
    says how many instances there are. `speculation` is plain where no question drafts tokens. `engines`,
    `accelerators` and `models` are names.
    """

    deployment: Deployment
    load: ServingLoad
    readers: Deployment | None
    n_readers: FloatArray
    n_writers: FloatArray
    is_count_assumed: NDArray[np.bool_]
    speculation: Speculation
    cached_prompt_share: FloatArray
    engines: NDArray[np.str_]
    accelerators: NDArray[np.str_]
    models: NDArray[np.str_]

    @property
    def tokens_per_step(self) -> Floats:
        """Tokens of a sequence that a step yields on average: 1 without drafts."""
        return tokens_per_step(self.speculation.n_drafts, self.speculation.acceptance_share)


def serving_arrays(asks: Sequence[ServingAsk]) -> ServingArrays:
    """Stack questions; either all of them have readers of their own or none."""
    model, server = _stacked([ask.model for ask in asks]), _stacked([ask.server for ask in asks])
    n_writers = np.array([ask.n_writers for ask in asks])
    n_concurrent = np.array([ask.n_concurrent for ask in asks])
    reading = [ask.readers for ask in asks if ask.readers is not None]
    readers = Deployment(model, server, layout_of(reading)) if reading else None
    each = n_concurrent if reading else np.maximum(n_concurrent / n_writers, 1.0)
    load = ServingLoad(
        each,
        np.array([ask.n_prompt_tokens for ask in asks]),
        np.array([ask.n_output_tokens for ask in asks]),
    )
    return ServingArrays(
        deployment=Deployment(model, server, layout_of([ask.writers for ask in asks])),
        load=load,
        readers=readers,
        n_readers=np.array([ask.n_readers for ask in asks]),
        n_writers=n_writers,
        is_count_assumed=np.array([ask.is_count_assumed for ask in asks], dtype=np.bool_),
        speculation=_speculation(asks),
        cached_prompt_share=np.array([ask.shortcuts.cached_prompt_share for ask in asks]),
        engines=np.array([ask.engine for ask in asks], dtype=np.str_),
        accelerators=np.array([ask.accelerator.name for ask in asks], dtype=np.str_),
        models=np.array([ask.named.name for ask in asks], dtype=np.str_),
    )


def _speculation(asks: Sequence[ServingAsk]) -> Speculation:
    """Return how tokens are drafted; plain where none are, which takes half of the time to work out."""
    if not any(ask.shortcuts.n_drafts for ask in asks):
        return NO_DRAFTS
    return Speculation(
        n_drafts=np.array([ask.shortcuts.n_drafts for ask in asks]),
        acceptance_share=np.array([ask.shortcuts.acceptance_share for ask in asks]),
        draft_cost_share=np.array([ask.shortcuts.draft_cost_share for ask in asks]),
    )


def layout_of(degrees: Sequence[Degrees]) -> Layout:
    """Return layouts of instances as arrays (n,): exact degrees as they are, others as tables write them."""
    tensor, attention, experts, stages = (
        np.array([getattr(each, name) for each in degrees], dtype=np.float64)
        for name in ("tensor", "attention", "experts", "stages")
    )
    is_exact = np.array([each.is_exact for each in degrees], dtype=np.bool_)
    read = layout_of_labels(tensor, attention, n_expert_shards=experts, n_stages=stages)
    return Layout(
        n_gpus=np.where(is_exact, tensor * attention * stages, read.n_gpus),
        n_attention_replicas=np.where(is_exact, attention, read.n_attention_replicas),
        n_stages=stages,
    )


def _stacked(parts: Sequence[_Part]) -> _Part:
    """Return one part of arrays; what many questions share is read once."""
    distinct = {id(part): part for part in parts}
    places = {key: place for place, key in enumerate(distinct)}
    index = np.array([places[id(part)] for part in parts], dtype=np.intp)
    columns = {
        name: np.array([getattr(part, name) for part in distinct.values()], dtype=np.float64)[index]
        for name in type(parts[0]).__slots__
    }
    return type(parts[0])(**columns)
