"""A price list whose demand rests on a test of prices: from a file or a table, and how far it carries."""

from __future__ import annotations

import numpy as np
import pytest

from nextdollar.audience.pricing.notes import price_notes
from nextdollar.audience.pricing.price import price_usage
from nextdollar.audience.pricing.price_test_rows import read_price_test
from nextdollar.cli.price_model import parse_price_model
from nextdollar.errors import RowsError, ScenarioError
from nextdollar.report.audience.pricing.view import refusal_words

MODEL = "model: {per_token: {input: 2 USD/Mtok, output: 8 USD/Mtok}}\n"
COST = "serving: {input: 1 USD/Mtok, output: 4 USD/Mtok}\n"
ROWS = "customer,prompt_tokens,output_tokens\nann,4000000,1000000\nbob,9000000,500000\n"
HEAD = "price_usd,offered,bought"
# An elasticity of 2 at half the cost: the best price is the list, cost x 2 / (2 - 1).
STEEP = ("20,90000,9000", "25,90000,5760", "30,90000,4000")
LIMIT = "retention: {churn: 2 %/month, limit: 5 %/month, response: 12 months}\n"


@pytest.fixture
def answer(tmp_path, table_file):
    def work_out(arms, demand="", more=""):
        usage = tmp_path / "usage.csv"
        usage.write_text(ROWS, encoding="utf-8")
        table = None if arms is None else read_price_test(table_file(HEAD, *arms))
        return price_usage(usage, parse_price_model(MODEL + COST + demand + more, test=table))

    return work_out


def stated(arms, extra=""):
    """Return the demand of a file that states a test."""
    names = HEAD.split(",")
    cells = (", ".join(f"{n}: {c}" for n, c in zip(names, a.split(","), strict=True)) for a in arms)
    listed = ", ".join(f"{{{cell}}}" for cell in cells)
    return f"demand: {{price_test: {{arms: [{listed}]{extra}}}}}\n"


def faults_of(error, work_out, *arguments):
    with pytest.raises(error) as refused:
        work_out(*arguments)
    return [(fault.code, fault.line) for fault in refused.value.faults]


def test_a_large_test_advises_the_price_of_lerner_at_its_elasticity(answer):
    found = answer(STEEP)
    assert found.advice.refused_share == 0.0
    assert np.median(found.advice.response.volume_per_price) == pytest.approx(2.0, abs=0.02)
    assert found.advice.advised.price_multiple == pytest.approx(0.5 * 2 / (2 - 1), rel=0.02)


def test_a_test_in_the_file_is_that_of_the_table(answer):
    table, file = answer(STEEP), answer(None, stated(STEEP))
    np.testing.assert_array_equal(
        file.advice.response.volume_per_price, table.advice.response.volume_per_price
    )
    assert table.case.files[-1][0].endswith("table.csv") and len(file.case.files) == 1


def test_a_small_test_gives_no_price_with_the_share_of_draws_at_one_or_less(answer):
    found = answer(("20,400,40", "30,400,22"))
    # Two arms: ln(q1 / q2) / ln 1.5 is near normal(1.47, 0.62), below 1 with 22 %.
    assert found.advice.refused_share == pytest.approx(0.22, abs=0.03)
    assert found.advice.advised is None and not found.has_answer
    assert "the elasticity is at most 1" in refusal_words(found)


def test_a_stated_least_elasticity_is_ruled_out_and_said(answer):
    found = answer(None, stated(("20,400,40", "30,400,22"), ", min: 1.05"))
    assert found.advice.response.volume_per_price.min() >= 1.05
    assert found.has_answer
    assert any("elasticities under 1.05 are ruled out by `min`" in note for note in price_notes(found))


def test_what_a_test_of_new_people_does_not_say_is_always_said(answer):
    notes = list(price_notes(answer(STEEP)))
    assert any("shown a price for the first time; customers who already pay" in note for note in notes)
    assert any("`today_usd` is not stated" in note for note in notes)


def test_a_price_outside_those_tested_is_named(answer):
    near = answer(None, stated(STEEP, ", today_usd: 25"))
    far = answer(None, stated(STEEP, ", today_usd: 50"))
    assert not any("outside those tested" in note for note in price_notes(near))
    assert any("outside those tested, 0.4 to 0.6 times today's" in note for note in price_notes(far))


def test_counts_that_follow_no_such_curve_give_no_price(answer):
    found = answer(("20,5000,900", "25,5000,890", "30,5000,200"))
    assert found.case.test.misses_form and not found.has_answer
    assert "do not lie on one curve of the form constant" in refusal_words(found)
    limited = answer(("20,5000,900", "25,5000,890", "30,5000,200"), "", LIMIT)
    assert not limited.has_answer


def test_prices_too_close_to_tell_bound_nothing_and_give_no_price(answer):
    found = answer(("20,1000,100", "20.01,1000,90"), "", LIMIT)
    assert not found.has_answer and found.advice.response.volume_per_price.max() <= 20
    assert "leaves open how strongly demand responds" in refusal_words(found)


def test_a_dearer_price_that_sold_more_is_taken_as_no_response_and_said(answer):
    found = answer(("20,400,40", "30,400,44"), "", LIMIT)
    assert found.advice.response.volume_per_price.min() == 0.0
    assert any("the dearer price sold more, by chance" in note for note in price_notes(found))


@pytest.mark.parametrize(
    ("arms", "words"),
    [
        (("20,4000,400", "30,4000,520"), "the dearer price sold more, beyond chance"),
        (("20,100,5", "30,100,4"), "cannot tell whether a dearer price drives anybody away"),
    ],
)
def test_a_test_that_shows_no_response_bears_no_price_even_under_a_churn_limit(answer, arms, words):
    found = answer(arms, "", LIMIT)
    assert not found.has_answer and words in refusal_words(found)


def test_rows_of_one_price_are_added_up_whatever_their_week(answer):
    weeks = ("20,45000,4500", "20,45000,4500", *STEEP[1:])
    assert [arm.offered for arm in answer(weeks).case.test.rows.arms] == [90_000] * 3
    np.testing.assert_array_equal(
        answer(weeks).advice.response.volume_per_price, answer(STEEP).advice.response.volume_per_price
    )


def test_a_line_means_the_elasticity_of_today(answer):
    # 1 - e (p / 25 - 1): 15, 10 and 5 % at 20, 25 and 30 are e = 2.5.
    arms = ("20,90000,13500", "25,90000,9000", "30,90000,4500")
    text = stated(arms, ", today_usd: 25").replace("demand: {", "demand: {form: linear, ")
    found = answer(None, text).advice
    assert np.median(found.response.volume_per_price) == pytest.approx(2.5, abs=0.03)


class TestWhatIsRefused:
    def test_of_a_table_everything_at_once(self, table_file):
        path = table_file(HEAD, "0,10,1", "20,ten,1", "20,10,11", "30,0,0", "30,10,-1", "40,10,2.5")
        found = faults_of(RowsError, read_price_test, path)
        assert found == [("ND1795", line) for line in range(2, 8)]

    def test_columns_that_are_missing(self, table_file):
        assert faults_of(RowsError, read_price_test, table_file("price,n\n1,2")) == [("ND1794", 1)] * 3

    @pytest.mark.parametrize("rows", [("20,10,5", "30,10,0"), ("20,10,5", "20,10,5")])
    def test_a_test_in_which_nobody_bought_at_a_second_price(self, table_file, answer, rows):
        assert faults_of(RowsError, read_price_test, table_file(HEAD, *rows)) == [("ND1796", 1)]
        assert [code for code, _ in faults_of(ScenarioError, answer, None, stated(rows))] == ["ND1796"]

    @pytest.mark.parametrize(
        ("arms", "demand", "code"),
        [
            (STEEP, "demand: {elasticity: 2}\n", "ND1797"),
            (STEEP, stated(STEEP), "ND1797"),
            (None, "demand: {price_test: {today_usd: 3}}\n", "ND1797"),
            (STEEP, "demand: {form: linear}\n", "ND1796"),
            (None, stated(STEEP, ", min: 9"), "ND1796"),
            (None, stated(("20,10,11", "30,10,2")), "ND1795"),
        ],
    )
    def test_what_is_said_twice_or_cannot_tell(self, answer, arms, demand, code):
        assert [found for found, _ in faults_of(ScenarioError, answer, arms, demand)] == [code]
