"""Words of tables of serving."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.compute.serving.precision import SERVING_PRECISIONS
from nextdollar.sizing.serving.words import PRECISIONS, Degrees, degrees_in, precision_in

counts = st.integers(1, 64)


@pytest.mark.parametrize(
    ("words", "degrees"),
    [
        # As TensorRT-LLM's performance overview writes them.
        ("DEP4", (1, 4, 4, 1)),
        ("TEP8", (8, 1, 8, 1)),
        ("TP1,PP2", (1, 1, 1, 2)),
        ("tp2", (2, 1, 1, 1)),
    ],
)
def test_labels_of_a_layout_say_its_degrees(words, degrees):
    found = degrees_in(words)
    assert (found.tensor, found.attention, found.experts, found.stages) == degrees
    assert found.is_exact


@given(counts, counts, counts)
def test_the_product_of_tensor_attention_and_pipeline_degrees_is_the_gpus(tensor, attention, stages):
    found = degrees_in(f"TP{tensor} DP{attention} PP{stages}")
    assert found.product == tensor * attention * stages == Degrees(tensor, attention, 1, stages).product


@given(st.text(max_size=12))
def test_other_words_are_no_layout(text):
    found = degrees_in(text)
    assert found is None or found.product >= 1


@pytest.mark.parametrize("words", ["", "wide", "TP0", "TP", "TP8,", "8"])
def test_only_whole_labels_are_a_layout(words):
    assert (degrees_in(words) is None) == (words != "TP8,")


@pytest.mark.parametrize(
    ("name", "precision"),
    [
        ("nvidia/DeepSeek-R1-NVFP4", "fp4"),
        ("nvidia/Llama-3.1-8B-Instruct-FP8", "fp8"),
        ("Qwen2.5-72B-Instruct-AWQ", "int4"),
        ("RedHatAI/Llama-w8a8", "int8"),
        ("meta-llama/Llama-3.1-8B", None),
        ("fp80", None),
    ],
)
def test_a_name_that_ends_in_a_precision_says_it(name, precision):
    assert precision_in(name) == precision


def test_every_precision_is_written_by_its_own_name():
    assert {PRECISIONS[word] for word in SERVING_PRECISIONS} == set(SERVING_PRECISIONS)
