"""Layers that keep a state of fixed size instead of a cache of keys and values."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import ClassVar

import numpy as np

from nextdollar.errors import require
from nextdollar.sources import Source
from nextdollar.units import Floats

_STATE_FLOP_PER_VALUE = 6.0
"""Read the state with a key, write the correction, read it with the query: a multiply and an add each."""


@dataclass(frozen=True, slots=True)
class LinearAttention:
    """Gated delta rule: a state of key width x value width for each value head.

    Counts are numbers or arrays (...), all at least 1: key and value heads and their entries, and
    the taps of the short convolution before them.
    """

    n_key_heads: Floats
    n_value_heads: Floats
    n_key_entries: Floats
    n_value_entries: Floats
    n_taps: Floats = 4

    source: ClassVar[Source] = Source(
        "Yang et al. 2024, Gated delta networks", "section 3", "https://arxiv.org/abs/2412.06464"
    )

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            require(np.greater_equal(value, 1), item.name, "at least 1", value)

    def params(self, n_stream_entries: Floats) -> Floats:
        """Parameters of one layer on a residual stream of that many entries.

        Query, key, value and output gate in, two gates per value head, the convolution, the output
        matrix, and the decay, its bias and the norm of the heads.
        """
        keys, values = self.n_key_heads * self.n_key_entries, self.n_value_heads * self.n_value_entries
        inward = n_stream_entries * (2 * keys + 2 * values + 2 * self.n_value_heads)
        convolution = (2 * keys + values) * self.n_taps
        return (
            inward + convolution + values * n_stream_entries + 2 * self.n_value_heads + self.n_value_entries
        )

    def state_values(self) -> Floats:
        """Entries of the state of one layer and one sequence, with the taps of the convolution."""
        keys, values = self.n_key_heads * self.n_key_entries, self.n_value_heads * self.n_value_entries
        state = self.n_value_heads * self.n_key_entries * self.n_value_entries
        return state + (2 * keys + values) * (self.n_taps - 1)

    def state_flop_per_token(self) -> Floats:
        """Work on the state of one layer in FLOP per token, which does not depend on the context."""
        return _STATE_FLOP_PER_VALUE * self.n_value_heads * self.n_key_entries * self.n_value_entries
