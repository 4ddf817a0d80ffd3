import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm import money
from crm.exceptions import Invalid


@pytest.mark.parametrize(
    ("text", "locale", "currency", "minor"),
    [
        ("1.234,56", "es", "EUR", 123456),
        ("1,234.56", "en", "EUR", 123456),
        ("1 234,56 €", "fr", "EUR", 123456),
        ("1\u202f234,56", "fr", "EUR", 123456),
        ("€ 5", "en", "EUR", 500),
        ("-12,5", "es", "EUR", -1250),
        ("−12.50", "en", "EUR", -1250),
        ("(7.00)", "en", "USD", -700),
        ("1,500", "en", "JPY", 1500),
        ("1.234", "en", "KWD", 1234),
        (".5", "en", "EUR", 50),
        ("EUR 3", "en", "EUR", 300),
        ("0", "en", "EUR", 0),
    ],
)
def test_amounts_are_read_as_their_locale_writes_them(text, locale, currency, minor):
    assert money.parse(text, currency, locale=locale) == minor


@pytest.mark.parametrize(
    ("text", "locale", "currency"),
    [
        ("", "en", "EUR"),
        ("free", "en", "EUR"),
        ("1.234,56", "en", "EUR"),
        ("1,23,456.00", "en", "EUR"),
        ("12,34", "en", "EUR"),
        ("1.2.3", "en", "EUR"),
        ("1e9", "en", "EUR"),
        ("٣", "en", "EUR"),
        ("NaN", "en", "EUR"),
        ("1.005", "en", "EUR"),
        ("0.5", "en", "JPY"),
        ("9" * 25, "en", "EUR"),
        ("9" * 400, "en", "EUR"),
        ("\x00", "en", "EUR"),
    ],
)
def test_what_is_not_surely_an_amount_is_refused(text, locale, currency):
    with pytest.raises(Invalid):
        money.parse(text, currency, locale=locale)


@given(st.integers(-(10**15), 10**15), st.integers(1, 400))
def test_even_parts_add_up_and_differ_by_one_at_most(amount, parts):
    found = money.split_evenly(amount, parts)
    assert sum(found) == amount
    assert max(found) - min(found) <= 1
    assert [abs(part) for part in found] == sorted((abs(part) for part in found), reverse=True)


@given(st.integers(-(10**12), 10**12), st.lists(st.integers(0, 1000), min_size=1, max_size=20).filter(any))
def test_weighted_shares_add_up_and_are_within_one_of_their_proportion(amount, weights):
    found = money.split(amount, weights)
    assert sum(found) == amount
    for share, weight in zip(found, weights, strict=True):
        assert abs(share - amount * weight / sum(weights)) < 1 + 1e-3
        assert weight or not share
