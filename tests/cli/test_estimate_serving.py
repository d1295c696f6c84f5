"""`nextdollar estimate serving`: what it prints, writes and refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import nextdollar
from nextdollar.cli.entry import run
from nextdollar.report.schemas import SCHEMAS, shipped_schema
from nextdollar.report.sizing.serving.view import serving_view

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "compute"
ROWS = (
    "row_id,model,gpu,precision,engine,isl,osl,concurrency,tp,tpot_ms\n"
    "llama,Llama-3.1-70B,H100,fp8,vllm,1024,512,64,4,21\n"
    "odd,no-such,H100,fp8,vllm,1024,512,64,4,\n"
    "too-good,Llama-3.1-8B,H100,bf16,vllm,1024,512,8,1,2.1\n"
    "size,34 B,A100,,,2048,256,32,,\n"
)


@pytest.fixture
def rows(tmp_path) -> Path:
    path = tmp_path / "rows.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


def printed(capsys, *arguments, exit_code=0):
    assert run(["estimate", "serving", *map(str, arguments)]) == exit_code
    return capsys.readouterr()


def test_the_twin_gives_what_the_command_prints(capsys, rows):
    shown = json.loads(printed(capsys, rows, "--json").out)
    assert shown == json.loads(json.dumps(serving_view(nextdollar.estimate_serving(rows))))


def test_what_is_printed_has_the_shape_that_is_registered(capsys, rows):
    shown = json.loads(printed(capsys, rows, "--json").out)
    assert shown["schema"] == "nextdollar.estimate-serving/1.0"
    Draft202012Validator(shipped_schema("estimate-serving")).validate(shown)
    model = SCHEMAS["estimate-serving"].model_validate(shown)
    assert json.loads(model.model_dump_json(by_alias=True)) == shown


def test_text_answers_first_and_names_what_was_refused_assumed_and_impossible(capsys, rows):
    text = printed(capsys, rows).out
    assert text.startswith("3 of 4 rows estimated; most per GPU, ")
    assert "refused: line 3, odd" in text
    assert "impossible: line 4, too-good: tpot_ms of 2.1 is less than" in text
    assert "line 5, size: precision is empty: 16 bit is assumed" in text
    assert "no server of A100-SXM-80 was measured" in text
    assert text.rstrip().splitlines()[-1].startswith("next: nextdollar estimate serving")


def test_one_row_is_answered_in_one_sentence(capsys, tmp_path):
    path = tmp_path / "one.csv"
    path.write_text("".join(ROWS.splitlines(keepends=True)[:2]), encoding="utf-8")
    first = printed(capsys, path).out.splitlines()[0]
    assert first.startswith("llama on 4 x H100-SXM writes ") and first.endswith(" ms per token.")


def test_a_report_holds_the_page_its_charts_and_its_tables(capsys, rows, tmp_path):
    printed(capsys, rows, "--out", tmp_path / "report")
    page = (tmp_path / "report" / "index.html").read_text(encoding="utf-8")
    assert "3 of 4 rows estimated" in page and "1 of 2 reported ms per token lie in their 90 % range" in page
    files = {path.name for path in (tmp_path / "report" / "data").iterdir()}
    assert {"serving.csv", "refused.csv", "flags.csv", "notes.csv", "bounds.csv"} <= files
    charts = {path.name for path in (tmp_path / "report" / "charts").iterdir()}
    assert {"ms-per-token.svg", "first-token.png", "tokens-per-second.svg"} <= charts


def test_a_picture_of_many_rows_holds_the_first_and_the_last_and_rows_between(capsys, tmp_path):
    head, line = ROWS.splitlines()[:2]
    many = [line.replace("llama,", f"c{n},").replace(",64,4,21", f",{n},4,") for n in range(1, 61)]
    path = tmp_path / "many.csv"
    path.write_text("\n".join([head, *many]) + "\n", encoding="utf-8")
    text = printed(capsys, path, "--out", tmp_path / "report").out
    assert "and 30 more rows" in text
    drawn = (tmp_path / "report" / "data" / "ms-per-token.csv").read_text(encoding="utf-8").splitlines()[1:]
    names = [row.split(",")[0] for row in drawn]
    assert len(names) == 20 and (names[0], names[-1]) == ("c60", "c1")


def test_rows_whose_requests_are_queued_have_throughput_alone(capsys, tmp_path):
    path = tmp_path / "queued.csv"
    path.write_text(
        "model,gpu,parallel,precision,isl,osl,out_tok_s_per_gpu\nDeepSeek-R1,B200,DEP4,fp4,1000,1000,6463\n",
        encoding="utf-8",
    )
    (row,) = json.loads(printed(capsys, path, "--json", "--engine", "trtllm").out)["rows"]
    assert row["tpot_ms"] is row["ttft_ms"] is None and row["engine"] == "trtllm"
    assert {item["figure"] for item in row["missing"]} == {"tpot_ms", "ttft_ms"}
    assert row["load"]["concurrency"] is None
    text = printed(capsys, path, "--out", tmp_path / "report").out
    assert "6 460" in text and "ms/token" not in text


def test_where_no_row_can_be_estimated_the_command_ends_with_3(capsys, tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("model,gpu,isl,osl\nno-such,H100,1,1\n", encoding="utf-8")
    shown = printed(capsys, path, "--out", tmp_path / "report", exit_code=3)
    assert shown.out.startswith("No row can be estimated.")


def test_missing_columns_are_refused_with_their_codes(capsys, tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    shown = json.loads(printed(capsys, path, "--json", exit_code=2).out)
    assert shown["code"] == "ND1600" and len(shown["faults"]) == 4


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--engine", "abacus"), "--engine must be one of vllm"),
        (("--shapes", "none.csv"), "none.csv must be readable as a table of shapes"),
        (("--calibration", "none.json"), "none.json"),
    ],
)
def test_an_option_that_cannot_be_used_is_refused(capsys, rows, options, words):
    shown = printed(capsys, rows, *options, exit_code=2)
    assert shown.out == "" and words in shown.err


@pytest.mark.parametrize("name", ["inference_points.csv", "inference_max_throughput.csv"])
def test_every_row_of_the_shared_tables_has_what_its_mode_defines(capsys, name):
    path = SHARED / name
    if not path.is_file():
        pytest.skip(f"no shared table {name} beside the repository")
    shown = json.loads(printed(capsys, path, "--json").out)
    with path.open(encoding="utf-8") as file:
        assert shown["n_answered"] == len(shown["rows"]) == sum(1 for _ in file) - 1
    for row in shown["rows"]:
        missing = {item["figure"] for item in row["missing"]}
        for figure in ("tpot_ms", "ttft_ms", "out_tok_s_per_gpu"):
            assert (row[figure] is None) == (figure in missing)
        assert row["bound_by"] is not None and row["fits"] is not None


def test_the_shared_table_of_shapes_gives_what_the_catalogue_gives_to_its_printed_digits():
    shapes, path = SHARED / "model_architectures.csv", SHARED / "inference_points.csv"
    if not shapes.is_file():
        pytest.skip("no shared table model_architectures.csv beside the repository")
    own = nextdollar.estimate_serving(path, shapes=shapes).rows
    known = nextdollar.estimate_serving(path).rows
    assert sum(item.row.ask.named.how == "shapes" for item in own) > 3000
    for one, other in zip(own, known, strict=True):
        # The least exact of its sizes is "10 B" active parameters of MiniMax-M2.5: half a unit of ten.
        assert one.tpot_ms.p50 == pytest.approx(other.tpot_ms.p50, rel=0.5 / 10)
