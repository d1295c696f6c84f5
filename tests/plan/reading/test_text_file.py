"""Files that are no scenario: each is refused by name, and none holds us up."""

from __future__ import annotations

import codecs
import os
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from nextdollar.errors import ScenarioError
from nextdollar.plan.reading.document import read_document

NOBODY = 65534


def refused(path):
    start = time.process_time()
    with pytest.raises(ScenarioError) as raised:
        read_document(path)
    assert time.process_time() - start < 1.0
    (fault,) = raised.value.faults
    assert fault.file == str(path)
    assert (fault.headline() + fault.hint).isprintable()
    return fault


def written(folder, content, name="scenario.yaml"):
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "code", "word"),
    [
        (b"", "ND1109", "empty"),
        (b"\n\n", "ND1109", "empty"),
        (b"# only a comment\n", "ND1109", "empty"),
        (codecs.BOM_UTF16_LE + "a: 1".encode("utf-16-le"), "ND1106", "UTF-16"),
        (codecs.BOM_UTF16_BE + "a: 1".encode("utf-16-be"), "ND1106", "UTF-16"),
        ("title: x\n".encode("utf-16-le"), "ND1106", "UTF-16"),
        ("title: x\n".encode("utf-16-be"), "ND1106", "UTF-16"),
        (codecs.BOM_UTF32_LE + "a: 1".encode("utf-32-le"), "ND1106", "UTF-32"),
        (b"PK\x03\x04\x14\x00\x06\x00", "ND1105", "workbook"),
        (b"\x1f\x8b\x08\x00abc", "ND1105", "gzip"),
        (b"%PDF-1.7\n", "ND1105", "PDF"),
        (b"\x80\x81\x00\x01\x02\xff" * 20, "ND1105", "binary"),
        (b"a: 1\x00\n", "ND1105", "NUL"),
        (b"a: \x1b[31m\n", "ND1108", r"\x1b"),
        (b"- a\n- b\n", "ND1110", "list"),
        (b"x" * 256_001, "ND1104", "256 kB"),
    ],
)
def test_a_file_that_is_no_scenario_is_refused_by_name(tmp_path, content, code, word):
    fault = refused(written(tmp_path, content))
    assert fault.code == code
    assert word in f"{fault.rule} {fault.value} {fault.hint}"


def test_a_byte_of_another_encoding_is_named_with_its_place(tmp_path):
    fault = refused(written(tmp_path, "a: 1\r\ntitle: caf\xe9 noir\n".encode("latin-1")))
    assert (fault.code, fault.line, fault.column, fault.value) == ("ND1107", 2, 11, "byte 0xe9")
    assert "é" in fault.hint
    assert fault.source_line.startswith("title: caf")


@pytest.mark.parametrize(
    "content", [b"a: 1\r\nb: 2\r\n", b"a: 1\rb: 2\r", b"\xef\xbb\xbfa: 1\nb: 2\n", b"a: 1\r\nb: 2"]
)
def test_line_ends_of_all_systems_and_a_byte_order_mark_are_read(tmp_path, content):
    document = read_document(written(tmp_path, content))
    assert document.data == {"a": 1, "b": 2}
    assert [(place.line, place.column) for place in document.keys.values()] == [(1, 1), (2, 1)]


def test_a_missing_file_names_its_nearest_neighbours(tmp_path):
    written(tmp_path, b"a: 1", "scenario.yaml")
    written(tmp_path, b"a: 1", "runs.csv")
    fault = refused(tmp_path / "Scenaro.yaml")
    assert fault.code == "ND1101"
    assert fault.hint == "near it: scenario.yaml"


def test_a_missing_file_unlike_any_other_names_the_scenarios_of_the_folder(tmp_path):
    written(tmp_path, b"a: 1", "llama.yaml")
    written(tmp_path, b"a: 1", "runs.csv")
    assert refused(tmp_path / "qqq").hint == "near it: llama.yaml"


def test_a_missing_folder_is_said(tmp_path):
    assert "there is no folder" in refused(tmp_path / "no" / "scenario.yaml").hint


def test_a_file_used_as_a_folder_does_not_exist(tmp_path):
    assert refused(written(tmp_path, b"a: 1") / "x.yaml").code == "ND1101"


def test_standard_input_is_not_read():
    assert "standard input" in refused(Path("-")).hint


def test_a_neighbour_with_hidden_characters_is_shown_spelled_out(tmp_path):
    written(tmp_path, b"a: 1", "scen\x1b[31m.yaml")
    assert r"\x1b" in refused(tmp_path / "scen.yaml").hint


def test_a_folder_is_no_file(tmp_path):
    assert (refused(tmp_path).code, refused(tmp_path).value) == ("ND1102", "a folder")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_a_pipe_is_refused_without_waiting_for_a_writer(tmp_path):
    os.mkfifo(tmp_path / "pipe.yaml")
    assert refused(tmp_path / "pipe.yaml").value == "a pipe"


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="this system has no /dev/zero")
def test_a_device_is_refused_also_through_a_link(tmp_path):
    (tmp_path / "link.yaml").symlink_to("/dev/zero")
    assert refused(tmp_path / "link.yaml").value == "a device"


def test_a_link_to_a_scenario_is_followed(tmp_path):
    written(tmp_path, b"a: 1")
    (tmp_path / "link.yaml").symlink_to("scenario.yaml")
    assert read_document(tmp_path / "link.yaml").data == {"a": 1}


def test_a_ring_of_links_is_refused(tmp_path):
    (tmp_path / "a.yaml").symlink_to("b.yaml")
    (tmp_path / "b.yaml").symlink_to("a.yaml")
    assert refused(tmp_path / "a.yaml").code == "ND1103"


def test_a_huge_file_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "huge.yaml"
    with path.open("wb") as stream:
        stream.truncate(100_000_000)
    fault = refused(path)
    assert (fault.code, fault.value) == ("ND1104", "100.0 MB")


@pytest.mark.parametrize("name", ["a\0b", "x" * 5000])
def test_a_name_that_no_file_can_have_is_refused(tmp_path, name):
    assert refused(tmp_path / name).code == "ND1103"


@contextmanager
def not_as_root():
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="this system has no such permissions")
def test_a_file_without_permission_is_refused(tmp_path):
    path = written(tmp_path, b"a: 1")
    path.chmod(0)
    with not_as_root():
        fault = refused(path)
    assert (fault.code, fault.value) == ("ND1103", "no permission")
