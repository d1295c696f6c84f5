from __future__ import annotations

import math

import numpy as np
import pytest

from nextdollar.errors import EXIT_BAD_INPUT, InputError, RunsError
from nextdollar.report.fault_text import error_object, fault_text
from nextdollar.research.reading import read_runs

GOOD = "params,tokens,loss\n1e8,2e9,3.1123\n2e8,4e9,2.9123\n4e8,8e9,2.7123\n"


def refused(path, **options):
    with pytest.raises(RunsError) as caught:
        read_runs(path, **options)
    return caught.value.faults


def codes(path, **options):
    return [fault.code for fault in refused(path, **options)]


class TestAPlainTable:
    def test_gives_its_numbers_and_takes_work_as_6nd(self, table):
        found = read_runs(table(GOOD))
        np.testing.assert_array_equal(found.runs.params, [1e8, 2e8, 4e8])
        np.testing.assert_array_equal(found.runs.tokens, [2e9, 4e9, 8e9])
        np.testing.assert_array_equal(found.runs.loss_nats, [3.1123, 2.9123, 2.7123])
        np.testing.assert_allclose(found.runs.flop, 6 * found.runs.params * found.runs.tokens)
        assert (found.n_rows, found.left_out, found.flags) == (3, (), ())
        assert found.conventions.flop_from == "6 N D"
        assert found.conventions.columns == {"params": "params", "tokens": "tokens", "loss": "loss"}

    @pytest.mark.parametrize(
        "text",
        [
            "\ufeff" + GOOD,
            GOOD.replace("\n", "\r\n"),
            GOOD.replace("\n", "\r"),
            GOOD.rstrip("\n"),
            GOOD.replace("\n", "\n\n"),
            GOOD.replace(",", " , "),
            '"params","tokens","loss"\n"1e8","2e9","3.1123"\n2e8,4e9,2.9123\n+4e8,8.e9,2.7123\n',
        ],
        ids=["BOM", "CR LF", "CR", "no last line feed", "blank lines", "spaces", "quotes"],
    )
    def test_reads_the_same_however_it_is_written(self, table, text):
        found, plain = read_runs(table(text)), read_runs(table(GOOD, "plain.csv"))
        np.testing.assert_array_equal(found.runs.params, plain.runs.params)
        np.testing.assert_array_equal(found.runs.loss_nats, plain.runs.loss_nats)

    @pytest.mark.parametrize(
        "header", ["N,D,L", "n_params,train_tokens,eval_loss", "Model Params,tokens-seen,val/loss"]
    )
    def test_knows_the_names_that_papers_and_trainers_use(self, table, header):
        assert len(read_runs(table(GOOD.replace("params,tokens,loss", header))).runs) == 3

    def test_with_tabs_is_read_from_a_tsv(self, table):
        assert len(read_runs(table(GOOD.replace(",", "\t"), "runs.tsv")).runs) == 3

    def test_written_with_its_index_has_a_column_without_a_name(self, table):
        assert len(read_runs(table(",N,D,loss\n0,1e8,2e9,3.111\n1,2e8,4e9,2.911\n")).runs) == 2

    def test_names_its_file_and_its_digest(self, table):
        path = table(GOOD)
        found = read_runs(path)
        assert found.file == str(path)
        assert len(found.sha256) == 64

    def test_labels_runs_by_name_and_else_by_line(self, table):
        assert read_runs(table(GOOD)).labels == ("line 2", "line 3", "line 4")
        named = read_runs(table("name,N,D,loss\na,1e8,2e9,3.111\nb,2e8,4e9,2.911\n"))
        assert named.labels == ("a", "b")


class TestColumns:
    TWO = "params,tokens,loss,val_loss\n1e8,2e9,3.0123,3.1123\n2e8,4e9,2.8123,2.9123\n"

    def test_two_that_could_be_the_loss_are_refused_with_the_choice(self, table):
        (fault,) = refused(table(self.TWO))
        assert fault.code == "ND1221"
        assert "loss, val_loss" in fault.rule
        assert fault.hint == "for example --columns loss=val_loss"

    def test_a_stated_one_is_taken_and_reported(self, table):
        found = read_runs(table(self.TWO), columns={"loss": "val_loss"})
        np.testing.assert_array_equal(found.runs.loss_nats, [3.1123, 2.9123])
        assert found.conventions.columns["loss"] == "val_loss"

    def test_two_with_the_same_numbers_are_no_choice(self, table):
        text = "params,N,tokens,loss\n1e8,100000000,2e9,3.0123\n2e8,2e8,4e9,2.8123\n"
        assert len(read_runs(table(text)).runs) == 2

    def test_a_number_can_stand_for_every_row(self, table):
        found = read_runs(table("tokens,loss\n1e9,3.111\n2e9,2.911\n"), columns={"params": "1.3e9"})
        np.testing.assert_array_equal(found.runs.params, [1.3e9, 1.3e9])

    def test_that_are_not_there_are_named_with_what_is_near(self, table):
        faults = refused(table(GOOD), columns={"loss": "losss", "tokns": "tokens"})
        assert [fault.hint for fault in faults] == ["near it: loss", "did you mean tokens?"]

    def test_that_are_missing_are_asked_for(self, table):
        (fault,) = refused(table("params,tokens,seconds\n1e8,2e9,3\n"))
        assert (fault.code, fault.hint) == ("ND1220", "name it: --columns loss=COLUMN")

    def test_that_are_missing_are_all_named_at_once(self, table):
        assert codes(table("seconds,watts\n1,2\n")) == ["ND1220", "ND1220", "ND1220"]

    def test_of_words_under_the_right_name_are_wrong_in_every_cell(self, table):
        faults = refused(table("params,tokens,loss\nsmall,2e9,3.1\nlarge,4e9,2.9\n"))
        assert [(fault.code, fault.line) for fault in faults] == [("ND1230", 2), ("ND1230", 3)]

    def test_of_words_are_not_the_params(self, table):
        text = "param_count,params,tokens,loss\nstandard,1e8,2e9,3.1123\nstandard,2e8,4e9,2.9123\n"
        np.testing.assert_array_equal(read_runs(table(text)).runs.params, [1e8, 2e8])

    @pytest.mark.parametrize(
        ("header", "row", "params", "tokens"),
        [
            ("flops,params,loss", "6e17,1e8,3.1", 1e8, 1e9),
            ("flops,tokens,loss", "6e17,1e9,3.1", 1e8, 1e9),
            ("params,tokens_per_param,loss", "1e8,20,3.1", 1e8, 2e9),
        ],
    )
    def test_two_of_params_tokens_and_work_give_the_third(self, table, header, row, params, tokens):
        found = read_runs(table(f"{header}\n{row}\n"))
        assert (found.runs.params[0], found.runs.tokens[0]) == pytest.approx((params, tokens))

    def test_counts_without_embeddings_are_carried_as_such(self, table):
        text = GOOD.replace("params", "non_embedding_params")
        assert read_runs(table(text)).conventions.params_counted == "without embeddings"
        both = "params,params_no_embed,tokens,loss\n1e8,8e7,2e9,3.112\n"
        assert read_runs(table(both)).conventions.params_counted == "with embeddings"


class TestCells:
    @pytest.mark.parametrize(
        ("cell", "hint"),
        [
            ('"1.234,56"', "a comma may mark"),
            ('"2,5"', "a comma may mark"),
            ("$0.5", "write the bare number"),
            ("5%", "write the bare number"),
            ("1_000", "write 1000"),
            ("1e400", "write digits"),
            ("7B", "write 7e9"),
            ("7.5 M", "write 7.5e6"),
            ("0x10", "write digits"),
            ("lots", "write digits"),
            ("1e", "write digits"),
            ("\u0661\u0662", "write digits"),
        ],
    )
    def test_in_other_notations_are_refused_with_line_column_and_how_to_write_them(self, table, cell, hint):
        (fault,) = refused(table(f"params,tokens,loss\n1e8,2e9,3.1\n{cell},4e9,2.9\n"))
        assert (fault.code, fault.line, fault.column) == ("ND1230", 3, 1)
        assert fault.hint.startswith(hint)

    def test_all_faults_come_at_once_and_long_lists_are_cut(self, table):
        rows = "\n".join(f"1e8,{number}x,3.1" for number in range(50))
        faults = refused(table(f"params,tokens,loss\n{rows}\n"))
        assert [fault.line for fault in faults[:20]] == list(range(2, 22))
        assert (len(faults), faults[-1].code) == (21, "ND1249")
        assert faults[-1].rule == "30 more faults are not shown"

    @pytest.mark.parametrize("cell", ["", "nan", "NaN", "inf", "-Infinity", "None", "null", "NA", "0"])
    def test_that_are_empty_or_not_finite_set_their_row_aside(self, table, cell):
        found = read_runs(table(f"{GOOD}8e8,16e9,{cell}\n"))
        assert (len(found.runs), found.n_rows) == (3, 4)
        assert [(item.row, item.reason) for item in found.left_out] == [(5, "without loss")]
        assert found.accounting() == "4 rows: 3 used; 1 without loss"

    @pytest.mark.parametrize("row", ["-1e8,2e9,3.1", "1e8,-2147483648,3.1", "1e8,2e9,-3.1"])
    def test_below_zero_are_refused(self, table, row):
        (fault,) = refused(table(f"{GOOD}{row}\n"))
        assert (fault.code, fault.line) == ("ND1231", 5)

    def test_that_are_faulty_do_not_matter_in_rows_that_are_not_chosen(self, table):
        found = read_runs(table(f"{GOOD}lots,2e9,3.1\n"), where="params > 0")
        assert len(found.runs) == 3

    @pytest.mark.parametrize("factor", ["1e-9", "1e-6"])
    def test_counts_in_billions_or_millions_are_refused(self, table, factor):
        rows = [f"{n * float(factor):g},{20 * n * float(factor):g},3.1" for n in (1e8, 1e9)]
        assert codes(table("params,tokens,loss\n" + "\n".join(rows) + "\n")) == ["ND1232"]


class TestTheFormOfAFile:
    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("", "ND1210"),
            ("\n\n", "ND1210"),
            ("params,tokens,loss\n", "ND1210"),
            ("params,tokens,loss,params\n1,2,3,4\n", "ND1211"),
            ("params,tokens,loss\n1e8,2e9\n", "ND1212"),
            ("params,tokens,loss\n1e8,2e9,3.1,5\n", "ND1212"),
            ('params,tokens,loss\n"1e8,2e9,3.1\n', "ND1213"),
            ('params,tokens,loss\n"1"e8,2e9,3.1\n', "ND1213"),
            ("params;tokens;loss\n1,5;2;3\n", "ND1214"),
            ("params\ttokens\tloss\n1\t2\t3\n", "ND1214"),
            ("params,tokens,loss\n" + "9" * 20_000 + ",1,1\n", "ND1204"),
            ("params,tokens,loss\n" + "9" * 200_000 + ",1,1\n", "ND1204"),
            (",".join(f"c{n}" for n in range(3_000)) + "\n", "ND1204"),
            ("params,tokens,loss\n1e8,2e9,\x00\n", "ND1205"),
        ],
    )
    def test_is_refused_by_what_is_wrong_with_it(self, table, text, code):
        assert code in codes(table(text))

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (GOOD.encode("utf-16"), "ND1206"),
            ("params,tokens,loss,note\n1,2,3,caf\xe9\n".encode("latin-1"), "ND1206"),
            (b"\x1f\x8b\x08\x00", "ND1205"),
            (b"PK\x03\x04rest", "ND1205"),
            (b"PAR1 and then nothing of the kind", "ND1208"),
        ],
        ids=["UTF-16", "Latin-1", "gzip", "workbook", "broken Parquet"],
    )
    def test_in_bytes_is_refused_by_name(self, tmp_path, content, code):
        path = tmp_path / "runs.csv"
        path.write_bytes(content)
        assert codes(path) == [code]

    def test_missing_files_are_answered_with_their_neighbours(self, table):
        path = table(GOOD)
        (fault,) = refused(path.with_name("rums.csv"))
        assert (fault.code, fault.hint) == ("ND1201", "near it: runs.csv")

    def test_folders_pipes_and_devices_are_not_read(self, tmp_path):
        import os

        os.mkfifo(tmp_path / "pipe.csv")
        assert codes(tmp_path) == ["ND1202"]
        assert codes(tmp_path / "pipe.csv") == ["ND1202"]
        assert codes("/dev/zero") == ["ND1202"]

    def test_too_many_rows_are_refused_before_they_are_kept(self, table):
        assert codes(table("params,tokens,loss\n" + "1,2,3\n" * 200_001)) == ["ND1204"]


class TestTheError:
    def test_is_an_input_error_that_ends_with_2(self, table):
        with pytest.raises(InputError) as caught:
            read_runs(table(""))
        assert caught.value.exit_code == EXIT_BAD_INPUT

    def test_is_shown_with_its_line_and_a_caret_under_the_cell(self, table):
        (fault,) = refused(table("params,tokens,loss\n1e8,2e9,3.1\n2e8,4 B,2.9\n"))
        shown = fault_text(fault).splitlines()
        assert shown[0] == 'error[ND1230]: tokens must be a number, got "4 B"'
        assert shown[1].endswith("runs.csv:3:5")
        assert shown[3:5] == [" 3 | 2e8,4 B,2.9", "   |     ^^^ write 4e9"]

    def test_is_one_object_with_every_fault(self, table):
        with pytest.raises(RunsError) as caught:
            read_runs(table("params,tokens,loss\nx,2e9,3.1\n2e8,y,2.9\n"))
        found = error_object(caught.value)
        assert [fault["line"] for fault in found["faults"]] == [2, 3]

    @pytest.mark.parametrize("text", ["params,tokens,loss\n\x1b[31mred,2e9,3.1\n", "\u202e,b\n1,2\n"])
    def test_spells_out_what_a_terminal_would_obey(self, table, text):
        for fault in refused(table(text)):
            assert "\x1b" not in fault_text(fault)
            assert "\u202e" not in fault_text(fault)


class TestUnitsOfLoss:
    def test_perplexity_is_turned_into_nats_where_it_is_stated(self, table):
        text = "params,tokens,loss\n1e8,2e9,20.0855\n2e8,4e9,18.1741\n"
        found = read_runs(table(text), loss_unit="perplexity")
        np.testing.assert_allclose(found.runs.loss_nats, np.log([20.0855, 18.1741]))
        assert found.conventions.loss_unit == "perplexity"
        assert [flag.code for flag in found.flags] == ["ND1276"]

    def test_a_column_named_after_its_unit_states_it(self, table):
        found = read_runs(table("params,tokens,val_ppl\n1e8,2e9,20.0855\n"))
        assert found.runs.loss_nats[0] == pytest.approx(math.log(20.0855))

    def test_bits_per_byte_need_the_bytes_of_a_token(self, table):
        path = table("params,tokens,bpb\n1e8,2e9,1.0125\n")
        assert codes(path) == ["ND1233"]
        found = read_runs(path, bytes_per_token=4.0)
        assert found.runs.loss_nats[0] == pytest.approx(1.0125 * math.log(2) * 4)

    def test_a_perplexity_below_one_is_no_loss(self, table):
        found = read_runs(table("params,tokens,ppl\n1e8,2e9,20.0855\n2e8,4e9,0.5\n"))
        assert found.left_out_counts() == {"without loss": 1}

    def test_a_loss_above_that_of_guessing_is_not_converted_in_silence(self, table):
        assert codes(table("params,tokens,loss\n1e8,2e9,20.0855\n2e8,4e9,18.17\n")) == ["ND1233"]

    def test_an_unknown_unit_is_refused(self, table):
        assert codes(table(GOOD), loss_unit="bananas") == ["ND1233"]


class TestMeasures:
    TEXT = (
        "params,tokens,loss,mmlu,lr\n1e8,2e9,3.112,0.25,1e-3\n2e8,4e9,2.912,,1e-3\n4e8,8e9,2.712,0.4,1e-3\n"
    )

    def test_are_the_other_columns_of_numbers_that_are_no_settings(self, table):
        found = read_runs(table(self.TEXT)).runs.metrics
        assert list(found) == ["mmlu"]
        np.testing.assert_array_equal(found["mmlu"], [0.25, np.nan, 0.4])

    def test_asked_for_by_name_set_rows_without_it_aside(self, table):
        found = read_runs(table(self.TEXT), metric="mmlu")
        assert (len(found.runs), found.left_out_counts()) == (2, {"without mmlu": 1})

    def test_that_do_not_exist_are_refused(self, table):
        (fault,) = refused(table(self.TEXT), metric="mmul")
        assert fault.hint == "near it: mmlu"
