"""What a source writes in its locale is read back exactly, or refused; never bent."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from crm.imports import parsers
from crm.imports.parsers import Source, Unreadable

LOCALES = ["en_US", "de_DE", "fr_FR", "es_ES", "de_CH", "en_IN", "pt_BR", "sv_SE"]
ZONES = ["Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Kathmandu", "UTC"]


@given(st.integers(0, 10**15), st.sampled_from(LOCALES), st.booleans())
def test_money_round_trips_in_every_locale(minor, locale, grouped):
    text = format_decimal(Decimal(minor) / 100, "#,##0.00" if grouped else "0.00", locale=locale)
    assert parsers.money(text, Source(locale=locale, currency="EUR")) == minor


@given(st.integers(0, 10**12), st.sampled_from([("JPY", 0), ("EUR", 2), ("KWD", 3)]))
def test_money_has_the_decimals_of_its_currency(minor, currency):
    code, exponent = currency
    text = format(Decimal(minor).scaleb(-exponent), "f")
    source = Source(currency=code)
    assert parsers.money(text, source) == minor
    with pytest.raises(Unreadable, match="decimals"):
        parsers.money(text + ("1" if "." in text else ".1"), source)


@pytest.mark.parametrize(
    ("text", "locale", "minor"),
    [
        ("€1,234.50", "en_US", 123450),
        ("1.234,50 €", "de_DE", 123450),
        ("1 234,50 EUR", "fr_FR", 123450),
        ("EUR 12", "en_US", 1200),
        ("0.0", "en_US", 0),
    ],
)
def test_money_signs_and_groups(text, locale, minor):
    assert parsers.money(text, Source(locale=locale)) == minor


@pytest.mark.parametrize(
    "text", ["1,23", "12,34.5", "1.234,5", "$5", "1e5", "NaN", "", " ", "٣", "--1", "1_000", "0x10", "1,2345", "9" * 40]
)
def test_money_refuses_what_is_not_written_that_way(text):
    with pytest.raises(Unreadable):
        parsers.money(text, Source(locale="en_US", currency="EUR"))


@pytest.mark.parametrize("text", ["-1", "(1.00)", "−0.01"])
def test_negative_money_is_refused_unless_asked_for(text):
    with pytest.raises(Unreadable, match="negative"):
        parsers.money(text, Source())
    assert parsers.money(text, Source(), negative=True) < 0


@given(st.text(max_size=30))
def test_no_text_breaks_a_parser(text):
    for parse in (parsers.money, parsers.integer, parsers.day, parsers.moment, parsers.duration, parsers.boolean):
        try:
            parse(text, Source())
        except Unreadable as error:
            assert str(error)


@given(
    st.dates(date(1900, 1, 1), date(2200, 12, 31)), st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%d %b %Y"])
)
def test_dates_round_trip(day, form):
    assert parsers.day(day.strftime(form), Source(formats=(form,))) == day


@given(st.datetimes(datetime(1980, 1, 1), datetime(2035, 1, 1)), st.sampled_from(ZONES))
def test_moments_are_read_on_the_clock_of_the_source_or_never_were(naive, zone):
    naive = naive.replace(microsecond=0, fold=0)
    try:
        at = parsers.moment(str(naive), Source(zone=zone))
    except Unreadable as error:
        assert "skipped" in str(error)
        near = naive.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).astimezone(ZoneInfo(zone))
        assert near.replace(tzinfo=None) != naive
    else:
        assert at.tzinfo is UTC
        assert at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == naive


@given(st.dates(date(1950, 1, 1), date(2035, 1, 1)), st.sampled_from(ZONES))
def test_a_bare_date_falls_on_that_local_day_even_where_midnight_was_skipped(day, zone):
    at = parsers.moment(day.isoformat(), Source(zone="Pacific/Auckland", home=zone))
    assert at.astimezone(ZoneInfo(zone)).date() == day


def test_the_hour_that_was_skipped_is_refused():
    with pytest.raises(Unreadable, match="skipped"):
        parsers.moment("2026-03-29 02:30:00", Source(zone="Europe/Berlin"))


@pytest.mark.parametrize(
    "text", ["2026-02-30", "31.12.2026", "1899-12-31", "2201-01-01", "0000-00-00", "12", "yesterday"]
)
def test_broken_dates_are_refused(text):
    with pytest.raises(Unreadable):
        parsers.day(text, Source())


def test_a_date_with_a_time_of_day_is_refused():
    with pytest.raises(Unreadable, match="time of day"):
        parsers.day("2026-03-31 23:30", Source())


@given(st.integers(0, 10**6))
def test_durations_round_trip(seconds):
    hours, rest = divmod(seconds, 3600)
    text = f"{hours}:{rest // 60:02d}:{rest % 60:02d}"
    assert timedelta(seconds=parsers.duration(text, Source())) == timedelta(seconds=seconds)
    assert parsers.duration(str(seconds), Source(unit="minutes")) == seconds * 60
