"""Units as people write them, and the unit that they most likely mean."""

from __future__ import annotations

import pytest

from nextdollar.plan.quantities import kinds
from nextdollar.plan.quantities.unit_words import currency_of, likely_unit


@pytest.mark.parametrize(
    ("kind", "written", "meant"),
    [
        (kinds.PRICE_PER_MONTH, "USD", "USD/month"),
        (kinds.PRICE_PER_MONTH, "$/mo", "USD/month"),
        (kinds.PRICE_PER_MONTH, "dollars a month", "USD/month"),
        (kinds.PRICE_PER_MONTH, "USD p.a.", "USD/year"),
        (kinds.PRICE_PER_MONTH, "k$/yr", "KUSD/year"),
        (kinds.PRICE_PER_MONTH, "USD/user/month", "USD/month"),
        (kinds.CHURN, "%", "%/month"),
        (kinds.CHURN, "percent yearly", "%/year"),
        (kinds.CHURN, "% MoM", "%/month"),
        (kinds.DISCOUNT, "%", "%/year"),
        (kinds.SHARE, "per cent", "%"),
        (kinds.TOKENS_PER_MONTH, "mtok/month", "Mtok/month"),
        (kinds.TOKENS_PER_MONTH, "million tokens per month", "Mtok/month"),
        (kinds.TOKENS_PER_MONTH, "M", "Mtok/month"),
        (kinds.MONEY, "M", "MUSD"),
        (kinds.MONEY, "billion dollars", "BUSD"),
        (kinds.PARAMS, "bn", "B"),
        (kinds.PARAMS, "billion params", "B params"),
        (kinds.TOKENS, "trillion", "T"),
        (kinds.COUNT, "thousand users", "K customers"),
        (kinds.GPU_HOUR_PRICE, "USD/gpu-hr", "USD/gpu-hour"),
        (kinds.GPU_HOUR_PRICE, "$/h", "USD/gpu-hour"),
        (kinds.TOKEN_PRICE, "USD/million tokens", "USD/Mtok"),
        (kinds.ELECTRICITY_PRICE, "USD/KWH", "USD/kWh"),
        (kinds.LOSS, "nats/token", "nats"),
        (kinds.DURATION, "yrs", "years"),
        (kinds.DURATION, "mnoths", "months"),
    ],
)
def test_the_likely_unit_is_one_that_the_field_takes(kind, written, meant):
    assert likely_unit(written, kind) == meant
    assert kind.unit(meant) is not None


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        (kinds.PRICE_PER_MONTH, "USD/hour"),
        (kinds.PRICE_PER_MONTH, "EUR/month"),
        (kinds.PRICE_PER_MONTH, "bananas/month"),
        (kinds.CHURN, "%/week"),
        (kinds.TOKENS_PER_MONTH, "Mtok/hour"),
        (kinds.MONEY, "USD/month"),
        (kinds.GPU_HOUR_PRICE, "EUR/gpu-hour"),
        (kinds.LOSS, "bits"),
        (kinds.DURATION, "fortnights"),
    ],
)
def test_a_unit_of_another_size_is_never_taken_for_one_of_the_field(kind, written):
    assert likely_unit(written, kind) == ""


@pytest.mark.parametrize(
    ("unit", "code"),
    [("EUR/month", "EUR"), ("MEUR", "EUR"), ("\u20ac/month", "EUR"), ("$", "USD"), ("%", ""), ("Mtok", "")],
)
def test_the_currency_of_a_unit_is_its_code(unit, code):
    assert currency_of(unit) == code
