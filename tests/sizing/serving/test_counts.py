"""Widths and numbers of instances where a row does not say, or says what cannot be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.catalogue import accelerator
from nextdollar.catalogue.serving_calibration import serving_calibration
from nextdollar.compute.serving.batch import sequences_that_fit
from nextdollar.compute.serving.calibration import ErrorBand
from nextdollar.compute.serving.precision import served_as, server_of
from nextdollar.compute.serving.prefill import prefill
from nextdollar.sizing.model_named import model_named
from nextdollar.sizing.serving.arrays import serving_arrays
from nextdollar.sizing.serving.ask import ServingAsk
from nextdollar.sizing.serving.counts import (
    READERS,
    WRITERS,
    count_spread,
    served_apart,
    widened,
    with_counts,
)
from nextdollar.sizing.serving.memory import serving_memory, with_room
from nextdollar.sizing.serving.words import Degrees

CALIBRATION = serving_calibration()
factors = st.floats(0.1, 1.0)


def asks(n_concurrent=512.0, width=8.0, *, is_open=True, **changes):
    named, chip = model_named("DeepSeek-R1"), accelerator("GB200")
    ask = ServingAsk(
        named, served_as(named.shape, "fp4"), chip, server_of(chip, "fp4"), "fp4", "trtllm",
        n_concurrent, 8192.0, 1024.0, Degrees(width, 1, 1, 1),
        readers=Degrees(4, 1, 1, 1), is_count_assumed=is_open,
    )  # fmt: skip
    return replace(ask, **changes)


class TestCounts:
    @pytest.mark.parametrize("n_concurrent", [1.0, 64.0, 4096.0, 50_000.0])
    def test_assumed_writers_hold_every_request_and_assumed_readers_keep_up(self, n_concurrent):
        arrays = with_counts(serving_arrays([asks(n_concurrent)]), CALIBRATION)
        fitting = sequences_that_fit(arrays.deployment, arrays.load.n_context_tokens)
        assert arrays.n_writers * fitting >= n_concurrent
        assert arrays.n_readers >= READERS.p50 and arrays.n_writers >= WRITERS.p50
        prompt_s = prefill(arrays.readers, arrays.load.n_prompt_tokens, calibration=CALIBRATION).shared_s
        stay_s = 1024 * served_apart(arrays, CALIBRATION).step.total_s
        # The readers are sized on the step with one of them, which with more takes longer: they keep up.
        assert n_concurrent * prompt_s / arrays.n_readers <= stay_s * 1.01

    def test_stated_numbers_stay(self):
        stated = asks(is_open=False, n_readers=2.0, n_writers=1.0)
        arrays = with_counts(serving_arrays([stated, asks()]), CALIBRATION)
        assert (arrays.n_readers[0], arrays.n_writers[0]) == (2, 1) and arrays.n_writers[1] >= 3

    def test_times_hang_on_numbers_that_are_assumed_and_on_no_others(self):
        arrays = with_counts(serving_arrays([asks(), asks(is_open=False, n_writers=3.0)]), CALIBRATION)
        spread = count_spread(arrays, CALIBRATION, served_apart(arrays, CALIBRATION))
        for low, high in ((spread.tpot_low, spread.tpot_high), (spread.ttft_low, spread.ttft_high)):
            assert low[0] < 1 <= high[0] and low[1] == high[1] == 1
        assert spread.tpot_high[0] > 1


class TestRoom:
    def test_an_instance_that_holds_nothing_is_doubled_until_its_requests_fit(self):
        # 671e9 parameters of 0.5625 bytes: 377 GB, on GPUs with 186 GB.
        arrays = serving_arrays([asks(512.0, 1.0, is_open=False, n_writers=4.0)])
        assert not serving_memory(arrays).fits[0]
        wide = with_room(arrays)
        assert wide.deployment.layout.n_gpus[0] == 4 and wide.readers.layout.n_gpus[0] == 4
        assert sequences_that_fit(wide.deployment, wide.load.n_context_tokens)[0] >= 512 / 4

    def test_an_instance_that_fits_stays_as_it_is(self):
        arrays = serving_arrays([asks(1e5)])
        np.testing.assert_array_equal(with_room(arrays).deployment.layout.n_gpus, [8.0])


class TestWidened:
    def test_a_spread_of_one_changes_nothing(self):
        band = widened(ErrorBand(0.5, 2.0), 1.0, 1.0)
        assert (band.p5_factor, band.p95_factor) == (pytest.approx(0.5), pytest.approx(2.0))

    @given(factors, factors)
    def test_logs_add_in_squares(self, one, other):
        found = widened(ErrorBand(one, 1 / one), other, 1 / other)
        assert np.log(found.p95_factor) ** 2 == pytest.approx(np.log(one) ** 2 + np.log(other) ** 2)
        assert found.p5_factor * found.p95_factor == pytest.approx(1)
