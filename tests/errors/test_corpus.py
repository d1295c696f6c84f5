"""Every mistake of the corpus is refused in one go, with a place, a reason and a repair that works.

The corpus is data: corpus.yaml says how each case comes about and what is to be said about it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

LEAST_SHARE_REPAIRED = 0.9
# What was found says what to do: a workbook is not a scenario, and a list has so many entries.
SAYS_IT_BY_ITS_VALUE = {"ND1105", "ND1146"}


def test_the_corpus_is_large_enough_and_names_each_case_once(corpus):
    assert len(corpus.MISTAKES) >= 150
    assert len({case.name for case in corpus.CASES}) == len(corpus.CASES)


def test_a_case_ends_as_it_should_with_one_json_object_and_never_a_traceback(case, corpus):
    as_text, as_json = corpus.answers(case)
    expected = 2 if case.is_mistake else 0
    assert (as_text.exit_code, as_json.exit_code) == (expected, expected), as_text.err
    assert "Traceback" not in as_text.out + as_text.err + as_json.out + as_json.err
    assert case.says in as_text.out
    assert as_json.err == ""
    corpus.schema("error" if case.is_mistake else "check").validate(json.loads(as_json.out))


def test_a_mistake_has_the_codes_of_all_its_faults(mistake, corpus):
    found = json.loads(corpus.answers(mistake)[1].out)
    codes = tuple(fault["code"] for fault in found["faults"])
    if mistake.code == "ND1010":
        assert (found["code"], codes) == ("ND1010", ())
    else:
        assert codes == mistake.all_codes
    assert {found["code"], *codes} <= corpus.known_codes()


def test_a_mistake_is_told_at_its_place_with_a_rule_and_help(mistake, corpus):
    faults = corpus.faults(mistake)
    for fault in faults:
        assert fault["rule"] and fault["rule"][0] == fault["rule"][0].lower()
        assert not fault["rule"].endswith(".")
        assert fault["hint"] or fault["fix"] or fault["code"] in SAYS_IT_BY_ITS_VALUE
        assert len(fault["rule"]) <= 160 and len(fault["hint"]) <= 260
    if mistake.code in corpus.FILE_CODES | corpus.COMMAND_CODES:
        return
    expected = mistake.expected_caret
    if expected is not None:
        assert corpus.caret_text(mistake, faults[0]) == expected
    if mistake.all_edits and faults[0]["file"] != "--set":
        assert faults[0]["line"] == corpus.expected_line(mistake, expected or "")


def test_a_repair_written_as_printed_makes_the_command_pass(mistake, corpus):
    assert corpus.is_repaired(mistake) == (not mistake.unfixable), corpus.answers(mistake)[0].err
    if corpus.is_repaired(mistake) and mistake.code not in corpus.COMMAND_CODES | corpus.FILE_CODES:
        assert corpus.repaired_by_hand(mistake) == corpus.repaired_by_json(mistake)


def test_nine_mistakes_in_ten_are_repaired_by_writing_what_is_printed(corpus):
    repaired = sum(corpus.is_repaired(mistake) for mistake in corpus.MISTAKES)
    share = repaired / len(corpus.MISTAKES)
    print(f"\n{repaired} of {len(corpus.MISTAKES)} mistakes ({share:.1%}) are repaired as printed")
    assert share >= LEAST_SHARE_REPAIRED


@pytest.mark.parametrize(
    "name", ["churn of 350 %", "six mistakes at once", "misspelt file", "alias bomb", "100 MB"]
)
def test_a_real_process_ends_alike(name, corpus, tmp_path):
    mistake = next(one for one in corpus.MISTAKES if one.name == name)
    command = corpus.arguments(mistake, tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "nextdollar", *command], capture_output=True, text=True, timeout=60,
        env=os.environ | {"PYTHONWARNINGS": "error"},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
    assert done.stderr.count("error[ND") == len(mistake.all_codes)
