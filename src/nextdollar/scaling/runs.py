"""Training runs as arrays: what each was, and the loss that it reached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from nextdollar.errors import require
from nextdollar.scaling.laws.domain import FLOP_PER_PARAM_TOKEN, Domain
from nextdollar.units import FloatArray

NO_METRICS: Mapping[str, FloatArray] = {}


@dataclass(frozen=True, slots=True)
class Runs:
    """Training runs, one an entry of each array; all arrays are (n_runs,).

    `params` and `tokens` are counts, `flop` the training work (6 N D unless the source counts
    otherwise), `loss_nats` the loss in nats per token. Rows with the same `run` are checkpoints of
    one training run and so are not independent. `family` names runs whose losses can be compared.
    `unique_tokens` is below `tokens` where data were repeated; `experts` is above 1 for mixtures.
    `metrics` holds benchmark scores by name, nan where a run has none.
    """

    params: FloatArray
    tokens: FloatArray
    flop: FloatArray
    loss_nats: FloatArray
    run: NDArray[np.int64]
    family: tuple[str, ...] = ()
    unique_tokens: FloatArray | None = None
    experts: FloatArray | None = None
    metrics: Mapping[str, FloatArray] = field(default_factory=lambda: NO_METRICS)

    def __post_init__(self) -> None:
        for name in ("params", "tokens", "flop", "loss_nats"):
            values = getattr(self, name)
            require(values.shape == self.params.shape, name, f"of shape {self.params.shape}", values.shape)
            require(np.isfinite(values) & (values > 0), name, "finite and above 0", values)

    def __len__(self) -> int:
        return int(self.params.size)

    @property
    def n_clusters(self) -> int:
        """Number of separate training runs."""
        return int(np.unique(self.run).size)

    @property
    def domain(self) -> Domain:
        """The range that the runs span."""
        return Domain(
            params_low=float(self.params.min()),
            params_high=float(self.params.max()),
            tokens_low=float(self.tokens.min()),
            tokens_high=float(self.tokens.max()),
            flop_low=float(self.flop.min()),
            flop_high=float(self.flop.max()),
        )

    def take(self, chosen: NDArray[np.bool_] | NDArray[np.int64]) -> Runs:
        """Return the chosen runs, in the order of the choice; a mask or indices."""
        indices = np.flatnonzero(chosen) if chosen.dtype == np.bool_ else chosen
        return Runs(
            params=self.params[indices],
            tokens=self.tokens[indices],
            flop=self.flop[indices],
            loss_nats=self.loss_nats[indices],
            run=self.run[indices],
            family=tuple(self.family[i] for i in indices) if self.family else (),
            unique_tokens=None if self.unique_tokens is None else self.unique_tokens[indices],
            experts=None if self.experts is None else self.experts[indices],
            metrics={name: values[indices] for name, values in self.metrics.items()},
        )


def runs_of(params: FloatArray, tokens: FloatArray, loss_nats: FloatArray) -> Runs:
    """Return separate runs of one family whose work is 6 N D; arrays (n_runs,)."""
    N, D = np.asarray(params, dtype=float), np.asarray(tokens, dtype=float)
    return Runs(
        params=N,
        tokens=D,
        flop=FLOP_PER_PARAM_TOKEN * N * D,
        loss_nats=np.asarray(loss_nats, dtype=float),
        run=np.arange(N.size),
    )
