"""Memory and layouts of the runs of a table."""

from __future__ import annotations

import pytest

from nextdollar.catalogue import accelerator
from nextdollar.sizing import estimate_training

HEADER = "id,params_total,params_active,tokens,hardware,accel_count,seq_len,model,shape\n"


def one(table, line, **options):
    (item,) = estimate_training(table(HEADER + line), **options).rows
    return item


def test_bytes_by_use_add_up_and_fit(table):
    memory = one(table, "r,70e9,,15e12,H100-SXM,512,8192,,\n").memory
    parts = (memory.weights_bytes, memory.gradients_bytes, memory.optimiser_bytes, memory.activations_bytes)
    assert memory.total_bytes == pytest.approx(sum(parts))
    assert memory.fits and memory.total_bytes <= 0.9 * accelerator("H100-SXM").memory_bytes


def test_the_layout_takes_all_gpus_where_a_cut_divides_them(table):
    layout = one(table, "r,405e9,,15e12,H100-SXM,16384,8192,,\n").memory.layout
    assert layout.n_tensor * layout.n_pipeline * layout.n_data == layout.gpus == 16_384


def test_a_run_that_does_not_fit_says_so_and_names_the_fewest_that_hold_it(table):
    item = one(table, "r,405e9,,15e12,H100-SXM,64,8192,,\n")
    assert not item.memory.fits
    # 16 bytes a parameter, arXiv:1910.02054: 6.5 TB of state against 72 GB for each GPU.
    assert item.memory.fewest_gpus >= 16 * 405e9 / 72e9
    assert any("does not fit on 64 GPUs" in note for note in item.notes)
    assert item.accel_hours is not None


def test_where_nobody_states_a_count_it_is_one_that_holds_the_model(table):
    # 1e9 tokens are little work: the usual count for it would be eight.
    item = one(table, "r,405e9,,1e9,H100-SXM,,8192,,\n")
    assert item.is_count_assumed and item.memory.fits
    assert item.ladder.gpus == item.memory.layout.gpus > 8
    assert any("the fewest that hold the model" in note for note in item.notes)


def test_gpus_that_no_cut_divides_are_idle_and_said_so(table):
    item = one(table, "r,70e9,,15e12,H100-SXM,73,4096,,\n")
    assert item.memory.layout.gpus < 73
    assert any("of 73 GPUs" in note for note in item.notes)


def test_experts_are_spread_over_copies(table):
    layout = one(table, "r,671e9,37e9,14.8e12,H800-SXM,2048,4096,,DeepSeek-V3\n").memory.layout
    assert layout.n_expert > 1


def test_no_sequence_that_fits_nowhere_is_promised_a_number_of_gpus(table):
    item = one(table, "r,405e9,,15e12,H100-SXM,1024,100000000,,\n")
    assert not item.memory.fits and item.memory.fewest_gpus is None
    assert any("on no million, sequences not cut over GPUs" in note for note in item.notes)


def test_every_published_run_with_a_known_count_fits(shared_table):
    found = estimate_training(shared_table("training_runs.csv"))
    stated = [item for item in found.answered if not item.is_count_assumed]
    assert len(stated) >= 10
    assert all(item.memory.fits for item in stated)


class TestShapes:
    def test_a_published_model_is_known_by_the_name_in_the_column_model(self, table):
        item = one(table, "r,8.03e9,,15e12,H100-SXM,512,8192,Llama 3.1 8B,\n")
        assert item.row.shape.model.how == "catalogue"
        assert not item.row.shape.is_stated

    def test_a_name_whose_size_is_another_is_not_taken_for_the_published_model(self, table):
        assert one(table, "r,13e9,,15e12,H100-SXM,512,8192,Llama-3.1-8B,\n").row.shape is None

    def test_a_shape_says_the_sizes_that_a_row_leaves_out(self, table):
        item = one(table, "r,,,15e12,H100-SXM,512,4096,,DeepSeek-V3\n")
        # arXiv:2412.19437, abstract: 671 B parameters, 37 B of them active.
        assert item.row.run.params == pytest.approx(671e9, rel=0.01)
        assert item.row.run.params_active == pytest.approx(37e9, rel=0.03)

    def test_a_mixture_of_experts_known_by_name_is_not_trained_as_if_it_were_dense(self, table):
        item = one(table, "r,46.7e9,,1e12,H100-SXM,512,4096,Mixtral-8x7B,\n")
        # mistral.ai, Mixtral of experts: 12.9 B parameters per token.
        assert item.row.run.params_active == pytest.approx(12.9e9, rel=0.01)

    def test_the_work_of_attention_is_counted_on_a_shape_that_is_stated(self, table):
        usual = one(table, "r,27e9,,1e12,H100-SXM,512,131072,,\n")
        # Gemma 3, arXiv:2503.19786, section 2: five of six layers see 1,024 tokens only.
        windowed = one(table, "r,27e9,,1e12,H100-SXM,512,131072,,Gemma-3-27B\n")
        assert windowed.ladder.flop < 0.7 * usual.ladder.flop
        assert windowed.ladder.flop > 6 * 27e9 * 1e12

    def test_a_size_in_words_is_a_shape_and_said_to_be_inferred(self, table):
        item = one(table, 'r,,,1e12,H100-SXM,512,4096,,"70 B"\n')
        assert item.row.run.params == pytest.approx(70e9, rel=0.01)
        assert any("inferred" in note for note in item.notes)

    def test_an_unknown_shape_refuses_its_row_alone(self, table):
        path = table(HEADER + "r,7e9,,1e12,H100,8,,,no-such-model\nq,7e9,,1e12,H100,8,,,\n")
        refused, answered = estimate_training(path).rows
        assert any("shape: model must be a name" in reason for reason in refused.row.refused)
        assert answered.accel_hours is not None

    def test_a_shape_of_another_size_is_kept_and_said(self, table):
        item = one(table, "r,7e9,,1e12,H100,8,,,Llama-3.1-70B\n")
        assert item.row.run.params == 7e9
        assert any("the row says 7e+09" in note for note in item.notes)

    def test_a_table_of_shapes_of_the_user_comes_first_and_is_named(self, table, tmp_path):
        shapes = tmp_path / "shapes.csv"
        shapes.write_text(
            "model,layers,d_model,heads,kv_heads,d_ff,vocab\nours,80,8192,64,8,28672,32000\n",
            encoding="utf-8",
        )
        path = table(HEADER + "r,,,1e12,H100-SXM,512,4096,,ours\n")
        found = estimate_training(path, shapes=shapes)
        assert found.rows[0].row.run.params == pytest.approx(69e9, rel=0.01)
        assert [file for file, _ in found.files] == [str(shapes)]

    @pytest.mark.parametrize("cells", ["{config},", ",{config}"], ids=["model", "shape"])
    def test_a_config_json_may_stand_in_either_column(self, table, tmp_path, cells):
        config = tmp_path / "config.json"
        config.write_text(
            '{"model_type": "llama", "num_hidden_layers": 32, "hidden_size": 4096, "num_attention_heads": 32,'
            ' "num_key_value_heads": 8, "intermediate_size": 14336, "vocab_size": 128256}',
            encoding="utf-8",
        )
        item = one(table, f"r,,,1e12,H100-SXM,512,4096,{cells.format(config=config)}\n")
        # Llama 3 8B has 8,030,261,248.
        assert item.row.run.params == 8_030_261_248

    def test_many_shapes_at_once_give_what_each_gives_alone(self, table):
        shapes = ("Llama-3.1-8B", "DeepSeek-V3", "Gemma-3-27B", "gpt-oss-20b", "Qwen3.5-35B-A3B", "MPT-7b")
        lines = [f"r,,,1e12,H100-SXM,512,8192,,{name}\n" for name in (*shapes, *shapes[::-1], "30 B")]
        together = estimate_training(table(HEADER + "".join(lines))).rows
        for item, line in zip(together, lines, strict=True):
            alone = one(table, line)
            assert item.memory.layout == alone.memory.layout
            assert item.memory.total_bytes == pytest.approx(alone.memory.total_bytes, rel=1e-12)
            assert item.accel_hours.p50 == pytest.approx(alone.accel_hours.p50, rel=1e-12)

    def test_hundreds_of_unknown_names_are_each_refused(self, table):
        lines = "".join(f"r,7e9,,1e12,H100,8,,,mine-{number}\n" for number in range(300))
        found = estimate_training(table(HEADER + lines + "q,,,1e12,H100,8,,,Llama-3.1-8B\n"))
        assert [bool(item.row.refused) for item in found.rows] == [True] * 300 + [False]
        assert found.rows[299].row.refused == ('shape: "mine-299" is no name of the catalogue',)
