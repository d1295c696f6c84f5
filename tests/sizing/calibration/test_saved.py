"""A calibration written and read back, and what is no calibration."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.catalogue.error_codes import error_codes
from nextdollar.catalogue.serving_calibration import serving_values
from nextdollar.compute.serving.calibration import ErrorBand
from nextdollar.errors import LogsError, OutputError
from nextdollar.sizing.calibration import (
    LogSource,
    MachineRefit,
    MeasuredTraining,
    SavedCalibration,
    ServingRefit,
    ServingScope,
    read_calibration,
    write_calibration,
)

RUN = MeasuredTraining("H100-SXM", 0.41, 0.06, 7e9, 7e9, 64.0, 4096.0, False, 600, 1.5)
SCOPE = ServingScope("H100-SXM", "Llama-3.1-70B", "vllm", 12, {"tpot": ErrorBand(0.8, 1.25)})
MACHINE = MachineRefit("H100-SXM", "vllm", "Llama-3.1-70B", dict(serving_values()))
SAVED = SavedCalibration(
    ServingRefit((MACHINE,), (SCOPE,)), (RUN,), (LogSource("bench.json", "0" * 64, "vllm-bench", 12),)
)


@pytest.fixture
def written(tmp_path):
    path = tmp_path / "cal.json"
    write_calibration(SAVED, path)
    return path


def edited(path, change):
    raw = json.loads(path.read_text(encoding="utf-8"))
    change(raw)
    path.write_text(json.dumps(raw), encoding="utf-8")
    return path


def test_reading_gives_back_what_was_written_to_the_last_digit(written):
    found = read_calibration(written)
    assert (found.serving, found.training, found.logs) == (SAVED.serving, SAVED.training, SAVED.logs)
    assert found.file == str(written) and len(found.sha256) == 64


@given(st.floats(1e-3, 1.0), st.floats(1e-3, 1.0), st.none() | st.floats(16, 1e6))
def test_any_run_comes_back_as_it_was(tmp_path_factory, mfu, sd_log, tokens):
    path = tmp_path_factory.mktemp("saved") / "cal.json"
    run = replace(RUN, mfu=mfu, sd_log=sd_log, tokens_per_sequence=tokens)
    write_calibration(SavedCalibration(None, (run,), ()), path)
    assert read_calibration(path).training == (run,)


def test_the_same_calibration_gives_the_same_bytes(written, tmp_path):
    again = tmp_path / "again.json"
    write_calibration(read_calibration(written), again)
    assert again.read_bytes() == written.read_bytes()


def test_the_source_names_the_logs_and_the_file(written):
    (source,) = read_calibration(written).sources
    assert "bench.json" in source.work and "cal.json" in source.place


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (lambda raw: raw["training"][0].update(mfu=-0.1), "training.0.mfu"),
        (lambda raw: raw["training"][0].pop("gpus"), "training.0.gpus"),
        (lambda raw: raw["logs"][0].update(sha256="abc"), "logs.0.sha256"),
        (lambda raw: raw["serving"]["scopes"][0]["bands"].update(speed={}), "serving.scopes.0.bands"),
        (lambda raw: raw["serving"]["machines"][0]["constants"][0].update(value=0), "serving.machines"),
    ],
)
def test_a_wrong_number_is_named_with_its_place(written, change, where):
    with pytest.raises(LogsError) as caught:
        read_calibration(edited(written, change))
    (fault, *_) = caught.value.faults
    assert fault.code == "ND1656" and fault.where.startswith(where) and fault.code in error_codes()


def test_every_fault_comes_at_once(written):
    def spoil(raw):
        raw["training"][0].update(mfu=-1, hours=0)
        raw["logs"][0]["n_rows"] = -3

    with pytest.raises(LogsError) as caught:
        read_calibration(edited(written, spoil))
    assert len(caught.value.faults) == 3


def test_a_missing_constant_and_one_out_of_its_domain_are_refused(written):
    with pytest.raises(LogsError, match="must have every constant"):
        read_calibration(edited(written, lambda raw: raw["serving"]["machines"][0]["constants"].pop()))
    write_calibration(SAVED, written)

    def too_good(raw):
        raw["serving"]["machines"][0]["constants"][0]["value"] = 1.5

    with pytest.raises(LogsError, match="must make a calibration"):
        read_calibration(edited(written, too_good))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "ND1655"),
        ("{", "ND1655"),
        ("[]", "ND1655"),
        ('{"schema": "nextdollar.fit/1.0"}', "ND1655"),
        ('{"schema": "nextdollar.calibration/1.0", "x": NaN}', "ND1655"),
        ('{"schema": "nextdollar.calibration/1.0"}', "ND1656"),
        ("PK\x03\x04", "ND1652"),
        ("a\x00b", "ND1652"),
    ],
)
def test_what_is_no_calibration_is_refused(tmp_path, text, code):
    path = tmp_path / "cal.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LogsError) as caught:
        read_calibration(path)
    assert {fault.code for fault in caught.value.faults} == {code}


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(LogsError) as caught:
            read_calibration(path)
        assert caught.value.faults[0].code == "ND1651"


def test_a_place_that_cannot_be_written_is_refused(tmp_path):
    with pytest.raises(OutputError):
        write_calibration(SAVED, tmp_path / "no" / "cal.json")
