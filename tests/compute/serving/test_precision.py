"""What a precision of serving means."""

from __future__ import annotations

import pytest

from nextdollar.catalogue import accelerator, accelerators, model_shape
from nextdollar.compute.accelerator import Accelerator
from nextdollar.compute.serving.precision import (
    PCIE_5_BYTES_PER_S,
    SERVING_PRECISIONS,
    WEIGHT_BYTES,
    checked,
    served_as,
    server_of,
)
from nextdollar.errors import DomainError

LLAMA = model_shape("Llama-3.1-70B").shape


def test_four_bit_weights_take_four_and_a_half_bits():
    # NVFP4: an 8-bit scale for every block of 16 values of 4 bits, 9 bytes together (NVIDIA, June 2025).
    assert WEIGHT_BYTES["fp4"] * 8 == 4 + 8 / 16


def test_llama_70b_adds_327680_bytes_of_cache_per_token_in_16_bit_and_half_of_it_in_8():
    # shared/data/compute/model_architectures.csv: 2 x 80 layers x 8 heads x 128 x 2 bytes.
    assert served_as(LLAMA, "bf16").kv_bytes(1.0) == 327_680
    assert served_as(LLAMA, "fp8").kv_bytes(1.0) == 163_840


@pytest.mark.parametrize(
    ("name", "precision", "tflop_per_s"),
    [
        # Data sheets, dense: H100 SXM 989.4 bf16 and 1,979 fp8; A100 312 and 624 int8.
        ("H100-SXM", "bf16", 989.4),
        ("H100-SXM", "fp8", 1978.9),
        ("H100-SXM", "fp4", 1978.9),
        ("H100-SXM", "int4", 989.4),
        ("A100-SXM-80", "fp8", 312.0),
        ("A100-SXM-80", "fp4", 312.0),
        ("A100-SXM-80", "int8", 624.0),
    ],
)
def test_products_run_at_the_widest_peak_that_the_chip_has_for_the_weights(name, precision, tflop_per_s):
    assert server_of(accelerator(name), precision).peak_flop_per_s == pytest.approx(tflop_per_s * 1e12)


def test_a_card_without_a_link_of_its_own_is_linked_by_pcie():
    card = Accelerator("card", 1e14, 48e9, 9e11)
    assert server_of(card, "bf16").link_bytes_per_s == PCIE_5_BYTES_PER_S


@pytest.mark.parametrize("precision", SERVING_PRECISIONS)
class TestEveryPrecision:
    def test_attention_runs_in_16_bit_on_every_accelerator(self, precision):
        for chip in accelerators().values():
            server = server_of(chip, precision)
            assert server.attention_flop_per_s == chip.peak_flop_per_s <= server.peak_flop_per_s

    def test_the_shape_keeps_its_parameters(self, precision):
        model = served_as(LLAMA, precision)
        assert model.params == LLAMA.params
        assert model.weight_bytes_per_param == WEIGHT_BYTES[precision]

    def test_it_is_known(self, precision):
        assert checked(precision) == precision


@pytest.mark.parametrize("word", ["fp32", "", "FP8", "4"])
def test_any_other_precision_is_refused_by_name(word):
    with pytest.raises(DomainError, match=r"precision must be one of bf16, fp8, int8, fp4, int4, got"):
        checked(word)
    with pytest.raises(DomainError):
        served_as(LLAMA, word)
    with pytest.raises(DomainError):
        server_of(accelerator("H100-SXM"), word)
