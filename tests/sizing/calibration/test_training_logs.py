"""From the speed of steps to a utilisation, and from that to other runs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nextdollar.catalogue import accelerator
from nextdollar.catalogue.training_calibration import mfu_calibration
from nextdollar.compute.training.ladder import training_ladder
from nextdollar.compute.training.mfu_model import TrainingRun, attention_over_matrices, step_mfu
from nextdollar.sizing.calibration import SavedCalibration, sharpened
from nextdollar.sizing.calibration.apply import delta_log
from nextdollar.sizing.calibration.measured import Facts, StepLog
from nextdollar.sizing.calibration.stated import Stated
from nextdollar.sizing.calibration.training_logs import measured_training

H100 = Stated(hardware="H100-SXM", gpus=512)


def log_of(tokens_per_s_per_gpu=9670.0, n=60, facts=None, hours=2.0):
    spans_s = np.full(n, hours * 3600 / n)
    speeds = np.full(n, tokens_per_s_per_gpu)
    known = Facts(params=6_658_859_008.0, tokens_per_sequence=2048.0) if facts is None else facts
    return StepLog("tokens_per_s_per_gpu", speeds, spans_s, n, known)


def measured(log, stated=H100):
    found, reasons = measured_training(log, file="run.log", stated=stated)
    assert not reasons
    return found


def ladder_of(params, gpus, chip="H100-SXM"):
    item = accelerator(chip)
    run = TrainingRun(
        params,
        params,
        1e12,
        item.peak_flop_per_s,
        item.bandwidth_bytes_per_s,
        gpus,
        tokens_per_sequence=2048.0,
    )
    return run, training_ladder(run, mfu_calibration())


def test_agrees_with_the_utilisation_that_llm_foundry_prints():
    # llm-foundry 8c8dd48, scripts/train/benchmarking/README.md: MPT-7b on 512 H100, 9,670 tokens per second
    # and GPU, MFU 42.2 %. It counts attention in full, twice what a causal mask needs.
    found = measured(log_of())
    causal = float(attention_over_matrices(6_658_859_008.0, 2048.0))
    assert found.measured.mfu * (1 + 2 * causal) / (1 + causal) == pytest.approx(0.422, abs=0.002)


def test_step_times_and_throughputs_of_the_same_run_show_the_same_utilisation():
    per_step = 512 * 2048.0 * 8
    facts = Facts(params=6_658_859_008.0, tokens_per_sequence=2048.0, tokens_per_step=per_step)
    by_speed = measured(log_of(facts=facts))
    seconds = np.full(60, per_step / 512 / 9670.0)
    by_time = measured(StepLog("step_s", seconds, seconds, 60, facts))
    overall = measured(StepLog("tokens_per_s", np.full(60, 9670.0 * 512), seconds, 60, facts))
    assert by_time.measured.mfu == pytest.approx(by_speed.measured.mfu, rel=1e-12)
    assert overall.measured.mfu == pytest.approx(by_speed.measured.mfu, rel=1e-12)


def test_an_hour_or_more_of_steady_steps_is_good_for_five_percent_and_less_for_less():
    sd_log = [measured(log_of(hours=hours)).measured.sd_log for hours in (0.25, 1.0, 4.0)]
    assert sd_log == pytest.approx([0.10, 0.05, 0.05])


def test_steps_that_differ_widen_the_forecast():
    log = log_of()
    noisy = replace(log, speeds=log.speeds * np.exp(np.random.default_rng(1).normal(0, 0.2, 60)))
    assert measured(noisy).measured.sd_log > measured(log).measured.sd_log


def test_fewer_than_ten_entries_are_said_to_say_little():
    found = measured(log_of(n=3))
    assert found.measured.sd_log > 0.1 and any("cannot be said" in note for note in found.notes)


def test_more_than_the_peak_is_refused_with_the_likely_cause():
    found, reasons = measured_training(log_of(40_000.0), file="run.log", stated=H100)
    assert found is None and "more GPUs or fewer tokens" in reasons[0]


def test_every_missing_fact_is_named_with_its_option():
    log = StepLog("step_s", np.ones(5), np.ones(5), 5, Facts())
    _, reasons = measured_training(log, file="run.log", stated=Stated())
    options = {reason.rpartition(": ")[2] for reason in reasons}
    assert options == {"--hardware", "--model", "--tokens-per-step"}


def test_what_is_stated_counts_before_the_log_and_fp8_needs_a_chip_that_has_it():
    found = measured(log_of(), replace(H100, gpus=8, tokens_per_sequence=4096))
    assert (found.measured.gpus, found.measured.tokens_per_sequence) == (8, 4096)
    _, reasons = measured_training(
        log_of(), file="run.log", stated=Stated(hardware="A100-SXM-80", precision="fp8")
    )
    assert "has no products in" in reasons[0]


def test_less_than_any_run_reaches_is_refused_with_the_likely_cause():
    found, reasons = measured_training(log_of(5.0), file="run.log", stated=H100)
    assert found is None and "milliseconds" in reasons[0]


def test_damaged_entries_and_facts_do_not_speak():
    log = log_of()
    spoilt = log.speeds.copy()
    spoilt[[5, 6, 7]] = np.inf, np.nan, 1e300
    found = measured(replace(log, speeds=spoilt, facts=replace(log.facts, tokens_per_step=float("inf"))))
    assert found.measured.mfu == pytest.approx(measured(log).measured.mfu)
    assert any("3 entries have no speed" in note for note in found.notes)


class TestSharpened:
    LOG = measured(log_of()).measured
    SAVED = SavedCalibration(None, (LOG,), ())

    def test_the_same_run_takes_the_measured_utilisation_by_its_precision(self):
        run, ladder = ladder_of(6_658_859_008.0, 512.0)
        found = sharpened(ladder, run, accelerators="H100-SXM", saved=self.SAVED)
        assert found.ladder == ladder.with_measured_mfu(self.LOG.mfu, self.LOG.sd_log)
        assert "weighed in" in found.notes[0]

    def test_another_run_shares_with_it_what_a_family_of_runs_shares(self):
        # Two normals of variance V whose shared part has V - r**2, one of them measured with s**2.
        run, ladder = ladder_of(70e9, 1024.0)
        found = sharpened(ladder, run, accelerators="H100-SXM", saved=self.SAVED).ladder
        V = float(ladder.sd_log) ** 2 - ladder.calendar_sd_log**2
        shared, s = V - mfu_calibration().residual_log ** 2, self.LOG.sd_log
        expected = float(step_mfu(run, 1024.0, mfu_calibration()))
        mean_log = delta_log(self.LOG) * shared / (V + s**2)
        assert np.log(found.mfu.p50 / expected) == pytest.approx(mean_log, rel=1e-9)
        variance = float(found.sd_log) ** 2 - found.calendar_sd_log**2
        assert variance == pytest.approx(V - shared**2 / (V + s**2), rel=1e-9)

    def test_the_nearer_a_run_is_to_the_log_the_surer_it_gets(self):
        sizes = [(6_658_859_008.0, 512.0), (6_658_859_008.0, 1000.0), (6_658_859_008.0, 4096.0)]
        found = []
        for params, gpus in sizes:
            run, ladder = ladder_of(params, gpus)
            sharp = sharpened(ladder, run, accelerators="H100-SXM", saved=self.SAVED).ladder
            found.append(float(sharp.sd_log / ladder.sd_log))
        assert found == sorted(found) and found[0] < 0.6 and found[-1] < 1

    def test_another_accelerator_learns_nothing(self):
        run, ladder = ladder_of(7e9, 512.0, "A100-SXM-80")
        found = sharpened(ladder, run, accelerators="A100-SXM-80", saved=self.SAVED)
        assert found.ladder is ladder and found.notes == ("",)
        assert sharpened(ladder, run, accelerators="A100-SXM-80", saved=None).ladder is ladder

    def test_many_runs_at_once_agree_with_one_call_each(self):
        params, gpus = np.array([6_658_859_008.0, 70e9, 7e9]), np.array([512.0, 1024.0, 64.0])
        chips = ["H100-SXM", "H100-SXM", "A100-SXM-80"]
        items = [accelerator(chip) for chip in chips]
        run = TrainingRun(
            params,
            params,
            1e12,
            np.array([item.peak_flop_per_s for item in items]),
            np.array([item.bandwidth_bytes_per_s for item in items]),
            gpus,
            tokens_per_sequence=2048.0,
        )
        together = sharpened(
            training_ladder(run, mfu_calibration()), run, accelerators=chips, saved=self.SAVED
        )
        for i, chip in enumerate(chips):
            one_run, ladder = ladder_of(float(params[i]), float(gpus[i]), chip)
            one = sharpened(ladder, one_run, accelerators=chip, saved=self.SAVED)
            assert together.ladder.gpu_hours.p50[i] == pytest.approx(float(one.ladder.gpu_hours.p50))
            assert together.ladder.sd_log[i] == pytest.approx(float(one.ladder.sd_log))
            assert together.notes[i] == one.notes[0]

    def test_the_calendar_stays_as_unsure_as_it_was(self):
        run, ladder = ladder_of(6_658_859_008.0, 512.0)
        found = sharpened(ladder, run, accelerators="H100-SXM", saved=self.SAVED).ladder
        assert found.sd_log >= ladder.calendar_sd_log and found.calendar_share == ladder.calendar_share
