"""A user's table of shapes."""

from __future__ import annotations

import csv

import pytest

from nextdollar.catalogue.model_shapes import model_shape
from nextdollar.catalogue.shape_table import parse_shape_table
from nextdollar.errors import CatalogueError

HEADER = (
    "model,params_total,params_active,layers,attention_layers,d_model,d_ff,heads,kv_heads,head_dim,"
    "mla_kv_lora,mla_rope_dim,experts,experts_per_token,moe_d_ff,shared_experts,dense_first,vocab\n"
)
LLAMA = "{},70.55e9,70.55e9,80,80,8192,28672,64,8,128,,,,,,,,128256\n"


def test_the_shared_table_of_shapes_is_read_whole(shared_data):
    path = shared_data / "compute" / "model_architectures.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    found = parse_shape_table(lines, path.name)
    rows = list(csv.DictReader(lines))
    assert len(found) == len(rows) == 13
    for row in rows:
        item = found[row["model"]]
        assert item.shape is model_shape(row["model"]).shape
        assert item.shape.kv_bytes_per_token() == float(row["kv_bytes_per_token_16bit"])
        assert (item.params, item.params_active) == (float(row["params_total"]), float(row["params_active"]))
        assert item.notes == ()


def test_a_shape_that_the_catalogue_does_not_know_is_counted_from_its_cells():
    # The cells of Llama 3.1 70B under another name: 70.55 B parameters (shared table).
    item = parse_shape_table([HEADER, LLAMA.format("ours")], "own.csv")["ours"]
    assert item.shape == model_shape("Llama-3.1-70B").shape
    assert item.shape.params == pytest.approx(item.params, abs=5e6)
    assert item.notes == ()


def test_a_known_name_with_other_counts_is_taken_at_its_word():
    changed = LLAMA.format("Llama-3.1-70B").replace(",64,8,128,", ",64,16,128,")
    item = parse_shape_table([HEADER, changed], "own.csv")["Llama-3.1-70B"]
    assert item.shape.n_kv_heads == 16


def test_what_a_table_leaves_out_is_filled_in_and_said():
    lines = ["model,layers,d_model,heads,mla_kv_lora,mla_rope_dim,attention_layers\n", "a,32,4096,32,,,\n"]
    lines += ["b,32,4096,32,512,64,\n", "c,32,4096,32,,,8\n"]
    found = parse_shape_table(lines, "own.csv")
    assert found["a"].shape.ffn_width == 4 * 4096
    assert found["a"].params == found["a"].params_active == found["a"].shape.params
    assert found["a"].notes == (
        "128256 words taken, vocab is not given",
        "a feed-forward width of 4 d_model taken, d_ff is not given",
    )
    assert found["b"].shape.kv_bytes_per_token() == 32 * (512 + 64) * 2
    assert found["b"].notes[-1] == "latent heads of 128 entries and 64 positional ones"
    assert found["c"].shape.kv_bytes_per_token() == 8 * 2 * 4096 * 2
    assert found["c"].notes[-1] == "layers without a cache are taken as linear attention"


def test_a_mixture_of_experts_is_counted():
    # Qwen3-30B-A3B: 30,532,122,624 parameters; here without its norms of queries and keys.
    row = "m,30.5e9,3.3e9,48,48,2048,6144,32,4,128,,,128,8,768,,,151936\n"
    item = parse_shape_table([HEADER, row], "own.csv")["m"]
    assert item.shape.params == 30_532_122_624 - 48 * 256
    assert item.shape.params_active == model_shape("Qwen3-30B-A3B").shape.params_active - 48 * 256


def test_every_fault_is_named_with_its_line_at_once():
    good = LLAMA.format("good")
    lines = [
        HEADER,
        good,
        LLAMA.format("a").replace(",80,80,", ",many,80,"),
        LLAMA.format("b").replace(",8192,", ",81.5,"),
        LLAMA.format("c").replace(",64,8,128,", ",64,128,128,"),
        LLAMA.format("d").replace("70.55e9,70.55e9", "70.55e9,80e9"),
        LLAMA.format(""),
        LLAMA.format("e").replace(",64,8,128,", ",0,8,,"),
    ]
    with pytest.raises(CatalogueError) as caught:
        parse_shape_table(lines, "own.csv")
    assert str(caught.value).split("; ") == [
        "own.csv:3: layers must be a number, got many",
        "own.csv:4: d_model must be a whole number, at least 0, got 81.5",
        "own.csv:5: n_kv_heads must be at most n_heads, got 128",
        "own.csv:6: params_active must be above 0 and at most 7.055e+10, got 8e+10",
        "own.csv:7: model must be given, got nothing",
        "own.csv:8: n_heads must be at least 1, got 0",
    ]
    with pytest.raises(CatalogueError, match=r"own\.csv:3: model must be given once, got good"):
        parse_shape_table([HEADER, good, good], "own.csv")
    with pytest.raises(CatalogueError, match=r"own\.csv:1: header must have .*, lacks heads"):
        parse_shape_table(["model,layers,d_model\n"], "own.csv")
