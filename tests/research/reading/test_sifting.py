"""What is set aside, what is flagged, and that no row is lost in silence."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nextdollar.errors import RunsError
from nextdollar.research.reading import read_runs

SIZES = [(N, k * N) for N in (1e8, 2e8, 4e8, 8e8) for k in (10, 20, 40)]


def law(N, D):
    return 1.7 + 400 / N**0.34 + 410 / D**0.28


def rows_of_law(extra=""):
    return "".join(f"{N:.0f},{D:.0f},{law(N, D):.5f}{extra}\n" for N, D in SIZES)


def flag_codes(found):
    return [flag.code for flag in found.flags]


class TestOverflow:
    # 6 N D of 1e9 parameters and 1e11 tokens is 6e20; a 64-bit integer keeps it modulo 2**64.
    @pytest.mark.parametrize(("N", "D"), [(10**9, 10**11), (7 * 10**9, 2 * 10**12), (268304384, 10**11)])
    def test_of_64_bit_integers_is_mended(self, table, N, D):
        wrapped = int(np.multiply(np.int64(6) * np.int64(N), np.int64(D), dtype=np.int64))
        found = read_runs(table(f"params,tokens,flops,loss\n{N},{D},{wrapped},2.2345\n"))
        assert found.runs.flop[0] == pytest.approx(6 * N * D, rel=1e-12)
        assert flag_codes(found) == ["ND1261"]
        assert found.flags[0].action == "recomputed as 6 N D in floats"

    def test_is_not_suspected_of_work_that_is_stated_low(self, table):
        found = read_runs(table("params,tokens,flops,loss\n1e9,1e11,1.5e20,2.2345\n"))
        assert found.runs.flop[0] == 1.5e20
        assert flag_codes(found) == ["ND1268"]

    def test_does_not_excuse_negative_work_of_small_runs(self, table):
        with pytest.raises(RunsError, match="flops must be above 0"):
            read_runs(table("params,tokens,flops,loss\n1e6,1e7,-6e13,5.1234\n"))


class TestTokensOffByAThousand:
    def test_against_stated_work_set_the_row_aside(self, table):
        rows = "".join(f"{N:.0f},{D:.0f},{6 * N * D:.6e},{law(N, D):.5f}\n" for N, D in SIZES)
        found = read_runs(table(f"params,tokens,flops,loss\n{rows}1e9,20e12,1.2e20,2.2345\n"))
        assert found.left_out_counts() == {"tokens a thousand times off": 1}
        assert found.flags[0].row == 14

    def test_against_all_other_rows_set_the_row_aside(self, studies, tmp_path):
        # The row BTLM-3B-8k of ObsScaling has 6.27e14 tokens, where 6.27e11 are right, and work to match.
        lines = (studies / "obsscaling_base_benchmarks.csv").read_text().splitlines()
        names = lines[0].split(",")
        path = tmp_path / "with_loss.csv"
        rows = [line.split(",") for line in lines[1:]]
        for row in rows:
            row[names.index("loss")] = "2.1234"
        path.write_text("\n".join([lines[0], *map(",".join, rows)]) + "\n")
        found = read_runs(path, where="not family in ()")
        (row,) = [item.row for item in found.left_out if item.code == "ND1262"]
        assert "btlm" in lines[row - 1].lower()

    def test_leaves_a_table_with_wide_ranges_alone(self, table):
        rows = "".join(f"{10**k},{20 * 10**k},{6 - 0.3 * k:.4f}\n" for k in range(5, 12))
        assert "ND1262" not in flag_codes(read_runs(table(f"params,tokens,loss\n{rows}")))


class TestRepeatsAndSweeps:
    def test_a_row_written_twice_counts_once(self, table):
        found = read_runs(table(f"params,tokens,loss\n{rows_of_law()}{rows_of_law()}"))
        assert (len(found.runs), found.left_out_counts()) == (12, {"repeated rows": 12})

    SWEEP = (
        "params,tokens,loss,lr\n1e8,2e9,3.3123,1e-4\n1e8,2e9,3.1123,1e-3\n1e8,2e9,7.5123,1e-1\n"
        "2e8,4e9,2.9123,1e-3\n"
    )

    def test_of_a_sweep_over_learning_rates_the_best_loss_stays(self, table):
        found = read_runs(table(self.SWEEP))
        np.testing.assert_array_equal(found.runs.loss_nats, [3.1123, 2.9123])
        assert found.left_out_counts() == {"worse tries of a sweep": 2}
        assert found.rows == (3, 5)

    def test_every_try_stays_where_all_are_asked_for(self, table):
        found = read_runs(table(self.SWEEP), keep="all")
        assert flag_codes(found)[0] == "ND1264"
        assert found.n_rows == len(found.runs) + len(found.left_out)
        assert found.left_out_counts() == {"diverged runs": 1}

    def test_rows_that_differ_in_the_seed_all_stay(self, table):
        text = "params,tokens,loss,seed\n1e8,2e9,3.1123,1\n1e8,2e9,3.1154,2\n1e8,2e9,3.1101,3\n"
        found = read_runs(table(text))
        assert (len(found.runs), flag_codes(found)) == (3, ["ND1271"])

    def test_different_unique_tokens_or_experts_are_different_sizes(self, table):
        text = "params,tokens,loss,lr,unique_tokens\n1e8,2e9,3.1123,1e-3,2e9\n1e8,2e9,3.2123,1e-4,1e9\n"
        assert len(read_runs(table(text)).runs) == 2

    def test_an_unknown_way_to_keep_rows_is_refused(self, table):
        with pytest.raises(RunsError, match="--keep must be one of best, checkpoints, all"):
            read_runs(table(self.SWEEP), keep="worst")


class TestCheckpoints:
    TEXT = (
        "run,params,tokens,loss\na,1e8,1e9,3.5123\na,1e8,3e9,3.0123\na,1e8,2e9,3.2123\n"
        "b,2e8,1e9,3.4123\nb,2e8,4e9,2.8123\n"
    )

    def test_the_one_with_most_tokens_stays(self, table):
        found = read_runs(table(self.TEXT))
        assert found.rows == (3, 6)
        assert found.left_out_counts() == {"earlier checkpoints of a run": 3}

    def test_all_can_stay_and_count_as_their_runs(self, table):
        found = read_runs(table(self.TEXT), keep="checkpoints")
        assert (len(found.runs), found.runs.n_clusters) == (5, 2)
        np.testing.assert_array_equal(found.runs.run, [0, 0, 0, 1, 1])

    def test_are_known_by_settings_and_steps_where_no_column_names_the_run(self, table):
        rows = [(N, lr, step) for N in (1e8, 2e8) for lr in ("1e-3", "1e-4") for step in (100, 200, 300)]
        text = "params,peak_lr,step,tokens,loss\n" + "".join(
            f"{N:.0f},{lr},{step},{step * 1e7:.0f},{law(N, step * 1e7) + (lr == '1e-4') * 0.1:.5f}\n"
            for N, lr, step in rows
        )
        assert read_runs(table(text), keep="all").runs.n_clusters == 4
        best = read_runs(table(text), keep="checkpoints")
        assert (len(best.runs), best.runs.n_clusters) == (6, 2)

    def test_two_runs_with_the_same_settings_are_two_runs(self, table):
        text = "params,step,tokens,loss\n" + "".join(
            f"1e8,{step},{step * 1e7:.0f},{loss:.4f}\n"
            for step, loss in ((1, 4.1), (2, 3.1), (1, 4.2), (2, 3.2))
        )
        assert read_runs(table(text), keep="all").runs.n_clusters == 2


class TestDivergedRuns:
    def test_far_above_a_smaller_shorter_run_are_set_aside(self, table):
        found = read_runs(table(f"params,tokens,loss\n{rows_of_law()}16e8,64e9,7.3123\n"))
        assert found.left_out_counts() == {"diverged runs": 1}

    def test_somewhat_above_one_are_flagged_and_stay(self, table):
        found = read_runs(table(f"params,tokens,loss\n{rows_of_law()}16e8,64e9,{1.2 * law(8e8, 32e9):.5f}\n"))
        assert len(found.runs) == 13
        assert "ND1266" in flag_codes(found)

    def test_on_repeated_data_stay(self, table):
        text = "params,tokens,unique_tokens,loss\n1e8,1e9,1e9,3.5123\n1e8,4e10,1e9,6.1123\n"
        found = read_runs(table(text))
        assert len(found.runs) == 2
        assert found.flags[0].action == "kept: over-fitted rather than diverged"

    def test_worse_than_guessing_are_set_aside_alone(self, table):
        found = read_runs(table(f"params,tokens,loss\n{rows_of_law()}1e7,1e8,88.1234\n"))
        assert found.left_out_counts() == {"diverged runs": 1}

    def test_a_surface_without_outliers_has_none(self, table):
        assert read_runs(table(f"params,tokens,loss\n{rows_of_law()}")).flags == ()


class TestOtherFlags:
    def test_losses_with_two_decimals_say_so(self, table):
        found = read_runs(table("params,tokens,loss\n1e8,2e9,3.11\n2e8,4e9,2.9\n4e8,8e9,2.71\n"))
        assert [str(flag) for flag in found.flags] == [
            "losses have 2 decimals, so each is known to +/- 0.005; kept"
        ]

    def test_work_far_from_6nd_is_kept_and_said(self, table):
        found = read_runs(table("params,tokens,flops,loss\n1e8,2e9,2.4e18,3.1123\n"))
        assert flag_codes(found) == ["ND1268"]
        assert found.conventions.flop_per_param_token == pytest.approx((12, 12, 12))

    def test_runs_that_did_not_finish_are_set_aside(self, table):
        text = (
            "Name,State,N,D,loss\na,finished,1e8,2e9,3.1123\nb,crashed,2e8,4e9,4.9123\n"
            "c,running,4e8,8e9,3.3\n"
        )
        found = read_runs(table(text))
        assert found.left_out_counts() == {"runs crashed": 1, "runs running": 1}


class TestPooling:
    TEXT = "params,tokens,loss,family\n1e8,2e9,3.1123,c4\n2e8,4e9,2.9123,c4\n2e8,4e9,2.7123,rw's\n"

    def test_of_families_is_refused_with_the_expression_to_write(self, table):
        with pytest.raises(RunsError) as caught:
            read_runs(table(self.TEXT))
        (fault,) = caught.value.faults
        assert fault.code == "ND1250"
        assert fault.value == "c4 (2), rw's (1)"
        assert "--where \"family == 'c4'\"" in fault.hint

    def test_the_proposed_expression_works(self, table):
        assert len(read_runs(table(self.TEXT), where="family == 'c4'").runs) == 2
        assert len(read_runs(table(self.TEXT), where="flops > 0 and family == 'c4'").runs) == 2

    def test_a_family_can_be_named_alone(self, table):
        assert len(read_runs(table(self.TEXT), family="rw's").runs) == 1
        assert len(read_runs(table(self.TEXT), family="c4", where="params < 2e8").runs) == 1
        with pytest.raises(RunsError, match="chooses none"):
            read_runs(table(self.TEXT), family="rpj")

    @pytest.mark.parametrize("name", ["it's", "a`b`c", 'say "x"', "back\\slash", "new line"])
    def test_a_family_of_any_name_can_be_asked_for(self, table, name):
        quoted = '"' + name.replace('"', '""') + '"'
        path = table(f"params,tokens,loss,family\n1e8,2e9,3.1123,{quoted}\n2e8,4e9,2.9123,c4\n")
        assert len(read_runs(path, family=name).runs) == 1

    def test_is_allowed_and_flagged_where_the_expression_says_so(self, table):
        found = read_runs(table(self.TEXT), where="family in ('c4', \"rw's\")")
        assert (len(found.runs), flag_codes(found)[0]) == (3, "ND1272")
        assert found.runs.family == ("c4", "c4", "rw's")

    def test_an_expression_about_something_else_pools_nothing(self, table):
        with pytest.raises(RunsError) as caught:
            read_runs(table(self.TEXT), where="params > 1e8")
        assert "(params > 1e8) and family == 'c4'" in caught.value.faults[0].hint

    def test_of_conditions_is_refused_too(self, table):
        text = "params,tokens,loss,tokenizer\n1e8,2e9,3.1123,gpt2\n2e8,4e9,2.9123,llama\n"
        with pytest.raises(RunsError) as caught:
            read_runs(table(text))
        assert caught.value.faults[0].code == "ND1251"
        assert read_runs(table(text), where="tokenizer == 'llama'").conventions.tokenizer == "gpt2, llama"


@st.composite
def tables(draw):
    n_rows = draw(st.integers(1, 12))
    count = st.sampled_from(["1e8", "2e8", "0", "nan", "", "1e15"])
    loss = st.sampled_from(["3.1", "2.9123", "9", "", "inf", "99"])
    word = st.sampled_from(["a", "b", ""])
    rate = st.sampled_from(["1e-3", "1e-4"])
    rows = [",".join([draw(count), draw(count), draw(loss), draw(word), draw(rate)]) for _ in range(n_rows)]
    return "params,tokens,loss,run,lr\n" + "\n".join(rows) + "\n"


@settings(max_examples=200, deadline=None)
@given(text=tables(), keep=st.sampled_from(["best", "checkpoints", "all"]))
def test_every_row_is_used_or_accounted_for(tmp_path_factory, text, keep):
    path = tmp_path_factory.mktemp("tables") / "runs.csv"
    path.write_text(text)
    try:
        found = read_runs(path, keep=keep)
    except RunsError:
        return
    assert found.n_rows == len(found.runs) + len(found.left_out)
    assert sorted([*found.rows, *(item.row for item in found.left_out)]) == list(range(2, found.n_rows + 2))
