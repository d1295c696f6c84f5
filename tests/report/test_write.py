from __future__ import annotations

import csv
import io
import subprocess
import sys
from pathlib import Path

import pytest

from nextdollar.errors import OutputError
from nextdollar.report.write import check_folder, made_report, write_files, write_report

MADE = {"index.html": b"page", "data/a.csv": b"1,2\n", "charts/a.svg": b"<svg/>"}


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_a_folder_is_made_with_everything_in_it(tmp_path):
    written = write_files(MADE, tmp_path / "new" / "report")
    assert written.page == tmp_path / "new" / "report" / "index.html"
    assert contents(tmp_path / "new" / "report") == MADE
    assert set(written.files) == set(MADE)
    assert written.files[-1] == "index.html"


def test_an_earlier_report_is_replaced_and_other_files_are_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_bytes(b"mine")
    write_files(dict.fromkeys(MADE, b"old"), tmp_path)
    write_files(MADE, tmp_path)
    assert contents(tmp_path) == {**MADE, "notes.txt": b"mine"}


def test_a_file_in_the_place_of_the_folder_is_refused_and_kept(tmp_path):
    place = tmp_path / "report"
    place.write_text("mine")
    with pytest.raises(OutputError, match="is a file, not a folder"):
        check_folder(place)
    with pytest.raises(OutputError, match="cannot be written"):
        write_files(MADE, place)
    assert place.read_text() == "mine"


def test_a_folder_below_a_file_is_refused_with_a_sentence(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(
        OutputError, match=r"cannot be written to .*: Not a directory; nothing there was changed"
    ):
        write_files(MADE, tmp_path / "file" / "report")
    assert contents(tmp_path) == {"file": b"mine"}


def test_a_folder_in_the_place_of_a_file_leaves_the_earlier_report_whole(tmp_path):
    write_files(dict.fromkeys(MADE, b"old"), tmp_path)
    (tmp_path / "data" / "a.csv").unlink()
    (tmp_path / "data" / "a.csv").mkdir()
    with pytest.raises(OutputError, match=r"data/a\.csv is a folder there"):
        write_files(MADE, tmp_path)
    assert contents(tmp_path) == {"index.html": b"old", "charts/a.svg": b"old"}


FULL_DISK = """\
import resource, signal, sys
from pathlib import Path
from nextdollar.errors import OutputError
from nextdollar.report.write import write_files
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write_files({"index.html": b"x", "data/large.csv": 2000 * b"x"}, Path(sys.argv[1]))
except OutputError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are a thing of POSIX")
@pytest.mark.parametrize("was_there", [True, False])
def test_where_the_disk_is_full_nothing_is_changed_and_nothing_is_left(tmp_path, was_there):
    folder = tmp_path / "report"
    if was_there:
        write_files(MADE, folder)
    child = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(folder)], capture_output=True, text=True, timeout=60
    )
    assert "cannot be written" in child.stdout, child.stderr
    assert "nothing there was changed" in child.stdout
    assert (contents(folder) == MADE) if was_there else not folder.exists()


def test_a_report_holds_a_page_and_every_table_and_every_chart_twice(made_reports):
    names = set(made_reports["hostile"])
    charts = {name.rsplit(".", 1)[0] for name in names if name.startswith("charts/")}
    assert len(charts) >= 7
    assert all(f"{chart}.{kind}" in names for chart in charts for kind in ("png", "svg"))
    assert "data/npv.csv" in names


def test_every_file_that_a_page_links_to_is_there(made_reports):
    for made in made_reports.values():
        page = made["index.html"].decode()
        links = {part.split('"')[0] for part in page.split('href="')[1:]}
        linked = {link for link in links if link.startswith(("data/", "charts/"))}
        assert linked and linked <= set(made)


def test_no_cell_of_any_file_starts_a_formula(made_reports):
    for made in made_reports.values():
        for name, content in made.items():
            if not name.endswith(".csv"):
                continue
            for row in csv.reader(io.StringIO(content.decode(), newline="")):
                for cell in row:
                    if cell.startswith(("=", "+", "-", "@", "\t", "\r")):
                        float(cell)


def test_file_names_are_plain_whatever_the_candidates_are_called(made_reports):
    for name in made_reports["hostile"]:
        assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-./"), name


def test_the_same_plan_makes_the_same_bytes(case_study, made_reports):
    again = made_report([case_study["article"]])
    assert [name for name, content in again.items() if content != made_reports["article"][name]] == []


def test_a_plan_is_written_where_it_should_be(case_study, tmp_path):
    view = dict(case_study["article"], churn_sensitivity=[], drivers=[], frontier=None)
    written = write_report([view], tmp_path / "report")
    assert written.page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert set(contents(tmp_path / "report")) == set(written.files)
