"""Published shapes of models."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from nextdollar.catalogue.model_shapes import Printed, model_shape, model_shapes, parse_model_shapes
from nextdollar.catalogue.rows import read
from nextdollar.compute.shapes.shape_from_size import typical_shape
from nextdollar.errors import CatalogueError


@pytest.mark.parametrize("name", model_shapes())
class TestEveryModel:
    def test_has_its_published_number_of_parameters(self, name):
        found = model_shape(name)
        params = float(found.shape.params)
        if found.printed_with and not found.params_printed.agrees_with(params):
            # The printed number holds a tower of under 2 % beside the language model.
            assert params <= found.params_printed.params <= 1.02 * params
        elif "," in found.params_printed.text and not found.params_printed.text.endswith("M"):
            assert params == found.params_printed.params
        else:
            assert found.params_printed.agrees_with(params)

    def test_has_its_published_active_parameters(self, name):
        found = model_shape(name)
        assert (found.shape.n_experts > 1) == (found.params_active_printed is not None)
        if found.params_active_printed is not None:
            # Some makers count the input embedding as active, others do not.
            counted = (found.shape.params_active, found.shape.params_multiplied)
            assert any(found.params_active_printed.agrees_with(float(params)) for params in counted)

    def test_says_where_it_was_read(self, name):
        found = model_shape(name)
        assert found.source.work and found.source.place and found.printed_in
        assert found.source.link.startswith("https://")

    def test_is_found_by_every_alias_and_in_any_case(self, name):
        found = model_shape(name)
        for spelling in (name.upper(), name.replace("-", " "), *found.aliases):
            assert model_shape(spelling) is found


def test_bytes_of_cache_and_layers_agree_with_the_shared_table(shared_data):
    with (shared_data / "compute" / "model_architectures.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 13
    for row in rows:
        shape = model_shape(row["model"]).shape
        assert shape.kv_bytes_per_token(2.0) == float(row["kv_bytes_per_token_16bit"])
        assert (shape.n_layers, shape.width) == (int(row["layers"]), int(row["d_model"]))
        assert shape.n_heads == int(row["heads"])
        assert shape.vocabulary == int(row["vocab"])
        assert shape.n_experts == int(row["experts"] or 1)


@pytest.mark.parametrize(
    "table", ["inference_points", "inference_max_throughput", "training_throughput", "model_architectures"]
)
def test_every_model_of_a_shared_table_of_measurements_is_known(shared_data, table):
    with (shared_data / "compute" / f"{table}.csv").open(newline="", encoding="utf-8") as file:
        names = {row["model"] for row in csv.DictReader(file)}
    assert names
    for name in names:
        assert model_shape(name)


def test_benchmarked_models_have_the_parameters_that_the_benchmark_counts(shared_data):
    # training_throughput.csv counts the positions of each sequence length; the catalogue has 2,048.
    with (shared_data / "compute" / "training_throughput.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["seq_len"] == "2048"]
    assert len(rows) > 20
    for row in rows:
        assert model_shape(row["model"]).shape.params == float(row["params"])


def test_shapes_from_the_size_alone_miss_the_published_ones_by_what_their_notes_say():
    # Medians over the catalogue, as `typical_shape` states them: work 1 % (dense) and 4 % (experts),
    # width 13 and 23 %, depth 18 and 24 %.
    limits = {False: (0.01, 0.13, 0.19), True: (0.04, 0.23, 0.245)}
    for with_experts, (work, width, depth) in limits.items():
        ratios = []
        for found in model_shapes().values():
            shape = found.shape
            if (shape.n_experts > 1) != with_experts:
                continue
            typical = typical_shape(
                float(shape.params),
                params_active=float(shape.params_active) if with_experts else None,
                vocabulary=shape.vocabulary,
                tied_embeddings=shape.tied_embeddings,
            ).shape
            flop = typical.forward_flop_per_token(4096) / shape.forward_flop_per_token(4096)
            ratios.append((flop, typical.width / shape.width, typical.n_layers / shape.n_layers))
        errors = np.exp(np.median(np.abs(np.log(ratios)), axis=0)) - 1
        assert (errors <= (work, width, depth)).all()


@pytest.mark.parametrize(
    ("text", "low", "high"), [("70B", 65e9, 80e9), ("70.55B", 70.545e9, 70.56e9), ("1T", 0.5e12, 2e12)]
)
def test_a_printed_number_holds_what_rounds_or_cuts_to_it(text, low, high):
    row = read("models.csv")
    header, first = row[0], row[1].replace("671B", text)
    printed = parse_model_shapes([header, first], "own.csv")["DeepSeek-V3"].params_printed
    assert printed.agrees_with(low) and printed.agrees_with(high * (1 - 1e-9))
    assert not printed.agrees_with(low * 0.999) and not printed.agrees_with(high)


def test_digits_written_out_are_exact():
    printed = Printed("8,030,261,248", 8_030_261_248.0, 1.0)
    assert printed.agrees_with(8_030_261_248) and not printed.agrees_with(8_030_261_247)


def test_an_unknown_model_is_refused_with_the_nearest_ones():
    with pytest.raises(
        CatalogueError, match=r"model must be a name .*, got Llama-3\.1-71B \(nearest: Llama-3"
    ):
        model_shape("Llama-3.1-71B")


def test_every_fault_of_a_file_is_named_with_its_line_at_once():
    header, good = read("models.csv")[:2]
    lines = [
        header,
        good,
        good.replace("DeepSeek-V3,", "A,").replace(",61,7168,", ",61.5,7168,"),
        good.replace("DeepSeek-V3,", "B,").replace("671B", "many"),
        good.replace("DeepSeek-V3,", "C,").replace(",256,8,2048,", ",256,300,2048,"),
    ]
    with pytest.raises(CatalogueError) as caught:
        parse_model_shapes(lines, "own.csv")
    assert str(caught.value).split("; ") == [
        "own.csv:3: n_layers must be a whole number, got 61.5",
        "own.csv:4: params_printed must be a number such as 70.55B or 8,030,261,248, got many",
        "own.csv:5: experts_per_token must be at most n_experts, got 300",
    ]
    with pytest.raises(
        CatalogueError, match=r"own\.csv:3: name and aliases must be unlike those of DeepSeek"
    ):
        parse_model_shapes([header, good, good], "own.csv")
