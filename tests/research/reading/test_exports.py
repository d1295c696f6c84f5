"""What trackers export: W&B tables, charts and histories, MLflow tables and folders, Parquet."""

from __future__ import annotations

import builtins
import json
import os

import numpy as np
import pytest

from nextdollar.errors import RunsError
from nextdollar.research.reading import read_runs


def codes(path, **options):
    with pytest.raises(RunsError) as caught:
        read_runs(path, **options)
    return [fault.code for fault in caught.value.faults]


class TestWeightsAndBiases:
    # A table of runs has "Name", what the app knows of a run, then config and summary columns.
    RUNS = (
        '"Name","State","Notes","User","Tags","Created","Runtime","Sweep","model/n_params","lr",'
        '"train/loss","train_tokens","_step","_runtime"\n'
        '"brisk-pond-1","finished","-","ann","","2026-10-02T08:11:09.000Z","3600","","124000000","0.001",'
        '"3.20123","2480000000","4730","3600.2"\n'
        '"calm-lake-2","finished","-","ann","","2026-10-03T08:11:09.000Z","7200","","354000000","0.001",'
        '"2.90123","7080000000","13504","7200.9"\n'
        '"odd-hill-3","crashed","-","ann","","2026-10-04T08:11:09.000Z","100","","774000000","0.001",'
        '"NaN","15480000000","12","100.4"\n'
    )

    def test_a_table_of_runs_is_read(self, table):
        found = read_runs(table(self.RUNS))
        np.testing.assert_array_equal(found.runs.params, [124e6, 354e6])
        np.testing.assert_array_equal(found.runs.loss_nats, [3.20123, 2.90123])
        assert found.labels == ("brisk-pond-1", "calm-lake-2")
        assert found.conventions.columns["params"] == "model/n_params"
        assert dict(found.runs.metrics) == {}

    def test_training_and_evaluation_loss_side_by_side_are_a_choice(self, table):
        text = self.RUNS.replace('"_step"', '"eval/loss"')
        assert codes(table(text)) == ["ND1221"]

    def test_the_export_of_a_chart_is_refused_with_what_to_export(self, table):
        text = (
            '"Step","brisk-pond-1 - train/loss","brisk-pond-1 - train/loss__MIN",'
            '"brisk-pond-1 - train/loss__MAX"\n"0","10.8","10.8","10.8"\n'
        )
        with pytest.raises(RunsError, match="must have a column for") as caught:
            read_runs(table(text))
        assert "export the table of runs" in caught.value.faults[0].hint

    HISTORY = "".join(
        json.dumps({"_step": step, "_runtime": step * 0.8, "_timestamp": 1.79e9 + step,
                    "tokens": step * 524288, "eval/loss": None if step % 200 else 8 - step / 1000,
                    "grads": {"_type": "histogram"}}) + "\n"
        for step in range(0, 3001, 100)
    )  # fmt: skip

    def test_a_history_as_json_lines_is_checkpoints_of_one_run(self, table):
        path = table(self.HISTORY, "history.jsonl")
        found = read_runs(path, columns={"params": "124e6"}, keep="checkpoints")
        assert (found.runs.n_clusters, found.n_rows) == (1, 31)
        assert found.left_out_counts() == {"without tokens": 1, "without loss": 15}
        last = read_runs(path, columns={"params": "124e6"})
        np.testing.assert_allclose(last.runs.tokens, [3000 * 524288])

    def test_the_same_history_as_a_list_reads_the_same(self, table):
        rows = [json.loads(line) for line in self.HISTORY.splitlines()]
        found = read_runs(
            table(json.dumps(rows, indent=1), "history.json"), columns={"params": "124e6"}, keep="all"
        )
        assert len(found.runs) == 15

    def test_runs_with_config_and_summary_inside_are_flattened(self, table):
        runs = [
            {"name": "a", "config": {"n_params": {"value": 1e8, "desc": None}, "lr": 1e-3},
             "summary": {"train_tokens": 2e9, "val_loss": 3.1123, "epochs": [1, 2]}},
            {"name": "b", "config": {"n_params": 2e8, "lr": 1e-3},
             "summary": {"train_tokens": 4e9, "val_loss": 2.9123}},
        ]  # fmt: skip
        found = read_runs(table(json.dumps({"runs": runs}), "runs.json"))
        np.testing.assert_array_equal(found.runs.params, [1e8, 2e8])
        assert found.labels == ("a", "b")


class TestJson:
    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("", "ND1210"),
            ("[]", "ND1210"),
            ("{", "ND1208"),
            ('{"a": 1', "ND1208"),
            ("[1, 2]", "ND1208"),
            ("3", "ND1208"),
            ('"text"', "ND1208"),
            ("[" * 100_000, "ND1208"),
            ('{"a":' * 100_000 + "1" + "}" * 100_000, "ND1208"),
            ('{"params": 1, "params": 2}', "ND1211"),
            ('{"params": 1e400, "tokens": 1e9, "loss": 3}', "ND1230"),
            ('{"params": "1_000", "tokens": 1e9, "loss": 3}', "ND1230"),
            ('{"params": ' + "9" * 20_000 + ', "tokens": 1e9, "loss": 3}', "ND1204"),
        ],
        ids=range(13),
    )
    def test_that_is_no_table_is_refused(self, table, text, code):
        assert codes(table(text, "runs.jsonl")) == [code]

    def test_keeps_numbers_as_they_are_written(self, table):
        text = '{"params": 123456789012345678901, "tokens": 1E9, "loss": 3.1000}\n'
        found = read_runs(table(text, "runs.jsonl"))
        assert found.runs.params[0] == 123456789012345678901.0

    def test_nan_and_infinity_set_a_row_aside(self, table):
        text = (
            '{"params": 1e8, "tokens": 1e9, "loss": 3.1}\n{"params": 1e8, "tokens": 2e9, "loss": NaN}\n'
            '{"params": 1e8, "tokens": 3e9, "loss": Infinity}\n'
        )
        assert read_runs(table(text, "runs.jsonl")).left_out_counts() == {"without loss": 2}


class TestMlflow:
    def test_a_table_of_search_runs_is_read(self, table):
        # mlflow.search_runs() returns run_id, experiment_id, status, artifact_uri, start_time, end_time,
        # then metrics.*, params.* and tags.*.
        text = (
            "run_id,experiment_id,status,artifact_uri,start_time,end_time,metrics.loss,params.N,params.tokens,"
            "params.lr,tags.mlflow.runName\n"
            "0a1,7,FINISHED,s3://x,2026-10-01,2026-10-02,3.1123,1e8,2e9,1e-3,small\n"
            "0b2,7,FINISHED,s3://y,2026-10-01,2026-10-02,2.9123,2e8,4e9,1e-3,large\n"
            "0c3,7,FAILED,s3://z,2026-10-01,2026-10-02,5.1,4e8,8e9,1e-3,broken\n"
        )
        found = read_runs(table(text))
        assert found.labels == ("small", "large")
        assert found.left_out_counts() == {"runs failed": 1}

    @pytest.fixture
    def store(self, tmp_path):
        """Two runs as mlflow/store/tracking/file_store.py keeps them."""
        for run, n, status in (("aa11", 1e8, 3), ("bb22", 2e8, 3)):
            folder = tmp_path / "mlruns" / "7" / run
            for name in ("params", "metrics/eval", "tags", "artifacts"):
                (folder / name).mkdir(parents=True)
            (folder / "meta.yaml").write_text(f"lifecycle_stage: active\nstatus: {status}\n")
            (folder / "params" / "n_params").write_text(f"{n:.0f}")
            (folder / "tags" / "mlflow.runName").write_text(f"run {run}")
            (folder / "metrics" / "eval" / "loss").write_text(
                "".join(f"17900000000{k} {5 - k + (n < 2e8) * 0.2:.4f} {k}\n" for k in (1, 2))
            )
            (folder / "metrics" / "tokens").write_text("1 1000000000 1\n2 2000000000 2\n")
        return tmp_path / "mlruns"

    @pytest.mark.parametrize("inner", ["", "7", "7/aa11"])
    def test_a_folder_is_read_from_any_level(self, store, inner):
        found = read_runs(store / inner)
        assert len(found.runs) == (1 if "aa11" in inner else 2)
        assert found.labels[0] == "run aa11"
        np.testing.assert_array_equal(found.runs.tokens, [2e9] * len(found.runs))

    def test_checkpoints_of_a_folder_are_clustered(self, store):
        found = read_runs(store, keep="checkpoints")
        assert (len(found.runs), found.runs.n_clusters) == (4, 2)

    def test_the_digest_follows_every_file(self, store):
        before = read_runs(store).sha256
        (store / "7" / "aa11" / "params" / "n_params").write_text("100000001")
        assert read_runs(store).sha256 != before

    @pytest.mark.parametrize("line", ["1 2 3 4", "1", "1 2 x"])
    def test_a_malformed_metric_is_refused_with_its_line(self, store, line):
        (store / "7" / "aa11" / "metrics" / "tokens").write_text(f"1 1000 1\n{line}\n")
        with pytest.raises(RunsError) as caught:
            read_runs(store)
        assert (caught.value.faults[0].code, caught.value.faults[0].line) == ("ND1208", 2)

    def test_links_are_not_followed(self, store, tmp_path):
        outside = tmp_path / "outside"
        outside.mkdir()
        (outside / "secret").write_text("1 2 3\n")
        (store / "7" / "aa11" / "metrics" / "linked").symlink_to(outside)
        (store / "7" / "aa11" / "params" / "secret").symlink_to(outside / "secret")
        assert "secret" not in " ".join(read_runs(store).runs.metrics)


class TestParquet:
    @pytest.fixture
    def written(self, tmp_path):
        pa = pytest.importorskip("pyarrow")
        pq = pytest.importorskip("pyarrow.parquet")

        def write(columns, name="runs.parquet"):
            pq.write_table(pa.table(columns), tmp_path / name)
            return tmp_path / name

        return write

    COLUMNS = {  # noqa: RUF012
        "params": [100_000_000, 200_000_000],
        "tokens": [2e9, 4e9],
        "metrics.loss": [3.1123, 2.9123],
        "layers_of": [[1, 2], [3]],
        "good": [True, None],
        "mmlu": [0.25, None],
    }

    def test_is_read_like_a_csv_of_the_same_numbers(self, written, table):
        found = read_runs(written(self.COLUMNS))
        plain = read_runs(table("params,tokens,loss\n1e8,2e9,3.1123\n2e8,4e9,2.9123\n"))
        np.testing.assert_array_equal(found.runs.loss_nats, plain.runs.loss_nats)
        np.testing.assert_array_equal(found.runs.params, plain.runs.params)
        np.testing.assert_array_equal(found.runs.metrics["mmlu"], [0.25, np.nan])

    def test_overflown_integers_are_mended(self, written):
        product = int(np.multiply(np.int64(6 * 10**9), np.int64(10**11), dtype=np.int64))
        columns = {"params": [10**9], "tokens": [10**11], "flops": [product], "loss": [2.2345]}
        assert read_runs(written(columns)).runs.flop[0] == 6e20

    def test_that_is_damaged_is_refused(self, written):
        path = written(self.COLUMNS)
        content = path.read_bytes()
        for end in range(4, len(content), 97):
            path.write_bytes(content[:end])
            assert codes(path) == ["ND1208"]

    def test_with_a_flipped_byte_is_refused_or_read(self, written):
        path = written(self.COLUMNS)
        content = bytearray(path.read_bytes())
        for position in range(4, len(content), 61):
            content[position] ^= 0x55
            path.write_bytes(bytes(content))
            try:
                read_runs(path)
            except RunsError as error:
                assert error.faults
            content[position] ^= 0x55

    def test_with_too_many_rows_is_refused_by_its_footer(self, written):
        path = written({"params": np.ones(300_000), "tokens": np.ones(300_000), "loss": np.ones(300_000)})
        assert codes(path) == ["ND1204"]

    def test_without_pyarrow_is_refused_with_what_to_install(self, written, monkeypatch):
        path = written(self.COLUMNS)
        usual = builtins.__import__

        def without_pyarrow(name, *rest, **named):
            if name.startswith("pyarrow"):
                raise ImportError(name)
            return usual(name, *rest, **named)

        monkeypatch.setattr(builtins, "__import__", without_pyarrow)
        with pytest.raises(RunsError) as caught:
            read_runs(path)
        (fault,) = caught.value.faults
        assert fault.code == "ND1207"
        assert "pip install 'nextdollar[parquet]'" in fault.hint


def test_folders_that_may_not_be_looked_into_are_no_store_of_mlflow(tmp_path, monkeypatch):
    (tmp_path / "locked" / "inner").mkdir(parents=True)
    usual = os.stat

    def stat_or_refuse(path, *rest, **named):
        if "locked" in str(path):
            raise PermissionError(13, "Permission denied", str(path))
        return usual(path, *rest, **named)

    monkeypatch.setattr(os, "stat", stat_or_refuse)
    assert codes(tmp_path) == ["ND1202"]
    assert codes(tmp_path / "locked" / "runs.csv") == ["ND1203"]
