"""`law: {fit: runs.csv}`: a plan on the user's own runs."""

from __future__ import annotations

import csv
import shutil

import numpy as np
import pytest

from nextdollar.catalogue.study_fits import pooled_prior
from nextdollar.errors import ScenarioError
from nextdollar.plan import compare, evaluate, explain, load_scenario
from nextdollar.plan.inputs import inputs_of
from nextdollar.plan.runs_law import ranks
from nextdollar.plan.technical import law_of
from nextdollar.report.check_text import check_text, check_view
from nextdollar.research.reading import read_runs
from nextdollar.scaling.fitting import fit
from nextdollar.scaling.forecasting.forecast import predict
from nextdollar.scaling.forecasting.forecast_law import forecast_law


@pytest.fixture
def folder(scenarios, tmp_path):
    """Copy the scenario and its table into a folder of their own."""
    for name in ("from-runs.yaml", "gadre-c4-runs.csv"):
        shutil.copy(scenarios / name, tmp_path / name)
    return tmp_path


@pytest.fixture(scope="module")
def evaluation(scenarios):
    return evaluate(load_scenario(scenarios / "from-runs.yaml"))


def rewritten(folder, old, new):
    path = folder / "from-runs.yaml"
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))
    return path


def refused(path, *settings):
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path, settings)
    return caught.value.faults


class TestTheLaw:
    def test_the_losses_of_a_plan_are_those_of_the_forecast(self, evaluation, scenarios):
        runs = read_runs(scenarios / "gadre-c4-runs.csv").runs
        law = forecast_law(runs, pooled_prior(), n_draws=4096, generator=np.random.default_rng(99))
        for name, params in (("small", 1.4e9), ("large", 7e9), ("xl", 20e9)):
            found = np.quantile(evaluation.draws_of(name, "loss_nats"), [0.05, 0.5, 0.95])
            expected = predict(law, np.array([params]), np.array([20 * params]))
            # Both are samples: 1,024 laws here, 4,096 with their own scores there.
            np.testing.assert_allclose(found, [expected.p5[0], expected.p50[0], expected.p95[0]], rtol=0.006)

    def test_a_higher_rank_is_a_higher_loss_at_the_largest_candidate(self, scenarios):
        scenario = load_scenario(scenarios / "from-runs.yaml").scenario
        law = law_of(scenario, {"law.fit": ranks(), "law.misfit": 0.0})
        assert (np.diff(law.loss(20e9, 400e9)) >= 0).all()

    def test_one_draw_at_a_time_agrees_with_all_at_once(self, scenarios):
        scenario = load_scenario(scenarios / "from-runs.yaml").scenario
        rank, misfit = np.array([0.0, 0.31, 0.5, 1 - 2**-53]), np.array([-2.0, 0.0, 1.0, 3.0])
        at_once = law_of(scenario, {"law.fit": rank, "law.misfit": misfit}).loss(7e9, 140e9)
        one_by_one = [
            law_of(scenario, {"law.fit": u, "law.misfit": z}).loss(7e9, 140e9)
            for u, z in zip(rank.tolist(), misfit.tolist(), strict=True)
        ]
        np.testing.assert_array_equal(at_once, one_by_one)

    def test_what_is_typical_is_the_middle_law_without_misfit(self, evaluation):
        candidate = next(item for item in evaluation.candidates if item.name == "large")
        draws = evaluation.draws_of("large", "loss_nats")
        assert candidate.technical.loss_nats == pytest.approx(np.median(draws), rel=0.01)

    @pytest.mark.parametrize("form", ["chinchilla", "kaplan"])
    def test_of_another_form_agrees_inside_the_runs_and_parts_beyond(self, scenarios, form):
        path = scenarios / "from-runs.yaml"
        values = {"law.fit": ranks(), "law.misfit": 0.0}
        usual = law_of(load_scenario(path).scenario, values)
        other = law_of(load_scenario(path, [f"law.form={form}"]).scenario, values)
        inside, beyond = (
            abs(np.median(other.loss(N, 20 * N)) / np.median(usual.loss(N, 20 * N)) - 1) for N in (4e8, 1e13)
        )
        assert inside < 0.02 < beyond

    def test_kaplan_as_a_coupled_law_is_kaplan(self, scenarios):
        runs = read_runs(scenarios / "gadre-c4-runs.csv").runs
        best = fit(runs, "kaplan", n_draws=2, generator=np.random.default_rng(0)).law
        path = scenarios / "from-runs.yaml"
        law = law_of(
            load_scenario(path, ["law.form=kaplan"]).scenario, {"law.fit": ranks(), "law.misfit": 0.0}
        )
        # Resamples of 34 runs scatter about the best fit.
        assert np.median(law.loss(4e8, 8e9)) == pytest.approx(best.loss(4e8, 8e9), rel=0.01)

    def test_only_runs_that_saw_their_data_about_once_enter(self, folder):
        rows = list(csv.reader((folder / "gadre-c4-runs.csv").read_text().splitlines()))
        again = [[*row, "unique_tokens" if row[0] == "run" else row[2]] for row in rows]
        again += [[f"twice {row[0]}", row[1], row[2], "9.9", row[4], row[5], str(float(row[2]) / 4)]
                  for row in rows[1:]]  # fmt: skip
        with (folder / "gadre-c4-runs.csv").open("w", newline="") as stream:
            csv.writer(stream).writerows(again)
        scenario = load_scenario(folder / "from-runs.yaml").scenario
        assert scenario.law.fitted.n_used == 34


class TestTheDraws:
    def test_both_unknowns_are_dealt_like_other_inputs(self, evaluation):
        assert {"law.fit", "law.misfit"} <= set(evaluation.inputs)
        assert evaluation.values["law.fit"].shape == evaluation.values["law.misfit"].shape
        assert evaluation.values["law.misfit"].std() == pytest.approx(1, abs=0.02)
        assert "law.fit" in evaluation.drivers

    def test_a_plan_run_twice_is_the_same_and_so_is_one_with_workers(self, scenarios, evaluation):
        again = evaluate(load_scenario(scenarios / "from-runs.yaml"), workers=2, backend="threading")
        for name in ("medium", "xl"):
            np.testing.assert_array_equal(
                again.draws_of(name, "npv_usd"), evaluation.draws_of(name, "npv_usd")
            )

    @pytest.mark.slow
    def test_a_law_from_runs_reaches_other_processes(self, scenarios, evaluation):
        again = evaluate(load_scenario(scenarios / "from-runs.yaml"), workers=2)
        np.testing.assert_array_equal(again.draws_of("xl", "npv_usd"), evaluation.draws_of("xl", "npv_usd"))

    def test_another_seed_draws_other_losses_from_the_same_laws(self, scenarios, evaluation):
        other = evaluate(load_scenario(scenarios / "from-runs.yaml"), seed=8)
        one, two = (np.unique(e.values["law.fit"]) for e in (evaluation, other))
        assert not np.array_equal(one, two)
        assert np.mean(other.draws_of("xl", "loss_nats")) == pytest.approx(
            np.mean(evaluation.draws_of("xl", "loss_nats")), rel=0.002
        )

    def test_two_scenarios_are_compared_on_the_same_draws(self, scenarios):
        path = scenarios / "from-runs.yaml"
        found = compare(path, path, ["hardware.price=3 USD/gpu-hour"], n_draws=256)
        np.testing.assert_array_equal(
            found.first.draws_of("xl", "loss_nats"), found.second.draws_of("xl", "loss_nats")
        )

    def test_the_law_can_be_correlated_with_another_input(self, folder):
        path = rewritten(
            folder, "simulation:",
            "correlations: [{between: [law.fit, hardware.mfu], spearman: 0.5}]\nsimulation:",
        )  # fmt: skip
        values = evaluate(load_scenario(path), n_draws=4096).values
        ranked = [np.argsort(np.argsort(values[name])) for name in ("law.fit", "hardware.mfu")]
        assert np.corrcoef(ranked)[0, 1] == pytest.approx(0.5, abs=0.03)


class TestWhatIsSaid:
    def test_the_table_is_among_the_files_with_its_hash(self, evaluation, scenarios):
        digest = read_runs(scenarios / "gadre-c4-runs.csv").sha256
        assert (str(scenarios / "gadre-c4-runs.csv"), digest) in evaluation.file_hashes
        assert any(digest in str(source) for source in evaluation.sources)

    def test_candidates_beyond_the_runs_are_named_with_their_distance(self, evaluation):
        (said,) = [words for words in evaluation.warnings if words.startswith("beyond the runs")]
        # 6 N D of xl is 4.8e22; the largest run has 6 x 6.889e9 x 138e9 = 5.7e21: 0.93 decades.
        assert "xl by 0.9 decades" in said
        assert "large" not in said

    def test_what_cannot_be_said_is_said(self, scenarios):
        found = evaluate(
            load_scenario(scenarios / "from-runs.yaml", ["candidates.xl.params=2 T"]), n_draws=128
        )
        assert any("the loss of xl cannot be said from" in words for words in found.warnings)

    def test_what_the_table_needed_is_said(self, folder):
        with (folder / "gadre-c4-runs.csv").open("a") as stream:
            stream.write("late,1e9,2e10,nan,gadre_c4,mlfoundations/scaling\n")
        found = evaluate(load_scenario(folder / "from-runs.yaml"), n_draws=128)
        assert any("35 rows: 34 used; 1 without loss" in words for words in found.warnings)

    def test_check_shows_the_runs_at_the_line_of_the_law(self, scenarios):
        view = check_view(load_scenario(scenarios / "from-runs.yaml"))
        row = next(item for item in view["inputs"] if item["name"] == "law.fit")
        assert row["written"] == "gadre-c4-runs.csv"
        assert "34 runs" in row["reading"]
        assert row["line"] > 0
        assert "1,024 laws" in check_text(view, "nextdollar plan")

    def test_explain_knows_both_inputs_and_what_they_move(self, scenarios):
        path = scenarios / "from-runs.yaml"
        assert explain(path, "law.misfit", n_draws=256).place.endswith(":13")
        assert "law.fit" in explain(path, "candidates.xl.loss_nats", n_draws=1024).influence


class TestTheFile:
    def test_is_looked_for_beside_the_scenario(self, folder, monkeypatch, tmp_path_factory):
        monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
        assert "law.fit" in inputs_of(load_scenario(folder / "from-runs.yaml").scenario)

    def test_is_looked_for_beside_the_file_that_names_it(self, folder, tmp_path_factory):
        other = tmp_path_factory.mktemp("other") / "variant.yaml"
        other.write_text(f"extends: {folder / 'from-runs.yaml'}\ntitle: another\n")
        assert "law.fit" in inputs_of(load_scenario(other).scenario)

    def test_named_by_a_setting_is_looked_for_here(self, folder, monkeypatch, tmp_path_factory):
        here = tmp_path_factory.mktemp("here")
        shutil.copy(folder / "gadre-c4-runs.csv", here / "mine.csv")
        monkeypatch.chdir(here)
        loaded = load_scenario(folder / "from-runs.yaml", ["law.fit=mine.csv"])
        assert loaded.scenario.law.fitted.table.file == "mine.csv"

    def test_that_is_missing_is_a_fault_at_its_name(self, folder):
        path = rewritten(folder, "fit: gadre-c4-runs.csv", "fit: my/own.csv")
        (fault,) = refused(path)
        assert (fault.code, fault.where, fault.line) == ("ND1201", "law.fit", 13)
        assert "there is no folder" in fault.hint

    def test_with_faults_shows_them_in_its_own_lines_all_at_once(self, folder):
        table = folder / "gadre-c4-runs.csv"
        text = table.read_text().replace("411616256,4116162560,", "4 B,4116162560,", 1)
        table.write_text(text.replace(",3.041736734,", ',"3,041",', 1))
        faults = refused(folder / "from-runs.yaml")
        assert [(fault.file, fault.line) for fault in faults] == [(str(table), 3), (str(table), 4)]
        assert [fault.hint[:9] for fault in faults] == ["write 4e9", "a comma m"]

    def test_of_several_families_is_refused_with_the_line_to_write(self, folder):
        table = folder / "gadre-c4-runs.csv"
        table.write_text(table.read_text().replace(",gadre_c4,", ",other,", 1))
        (fault,) = refused(folder / "from-runs.yaml")
        assert (fault.code, fault.where) == ("ND1250", "law.fit")
        assert fault.fix.text.startswith("where: \"family == 'gadre_c4'\"")

    @pytest.mark.parametrize("options", ["where: \"family == 'gadre_c4'\"", "family: gadre_c4"])
    def test_can_be_narrowed_to_one_family(self, folder, options):
        table = folder / "gadre-c4-runs.csv"
        table.write_text(table.read_text().replace(",gadre_c4,", ",other,", 1))
        path = rewritten(folder, "{fit: gadre-c4-runs.csv}", f"{{fit: gadre-c4-runs.csv, {options}}}")
        assert load_scenario(path).scenario.law.fitted.n_used == 33

    def test_with_columns_of_other_names_can_be_told_which_is_which(self, folder):
        table = folder / "gadre-c4-runs.csv"
        table.write_text(table.read_text().replace("params,tokens,loss", "weights,tokens,loss", 1))
        assert [fault.code for fault in refused(folder / "from-runs.yaml")] == ["ND1220"]
        path = rewritten(
            folder, "{fit: gadre-c4-runs.csv}", "{fit: gadre-c4-runs.csv, columns: {params: weights}}"
        )
        assert load_scenario(path).scenario.law.fitted.n_used == 34

    def test_with_a_single_run_allows_no_law(self, folder):
        (fault,) = refused(folder / "from-runs.yaml", 'law.where="tokens < 6e7"')
        assert (fault.code, fault.where) == ("ND1183", "law.fit")
        assert "2 separate runs, got 1" in fault.rule

    def test_faults_of_the_scenario_itself_come_along(self, folder):
        path = rewritten(folder, "fit: gadre-c4-runs.csv", "fit: gadre-c4-run.csv")
        assert {fault.code for fault in refused(path, "today=smal")} == {"ND1162", "ND1201"}
