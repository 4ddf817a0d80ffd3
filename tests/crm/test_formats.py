from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
import time_machine
from django.utils import translation

from crm import formats
from crm.models import Company

NOW = datetime(2026, 11, 18, 8, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def company(db):
    Company.objects.update_or_create(pk=1, defaults={"time_zone": "Europe/Madrid", "currency": "EUR"})
    Company.forget()
    yield
    Company.forget()


def plain(text):
    """With ordinary spaces, so that expectations stay readable."""
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("language", "expected"),
    [("en", "€5,880 −€50 €12.50"), ("es", "5.880 € −50 € 12,50 €"), ("fr", "5 880 € −50 € 12,50 €")],
)
def test_money_reads_as_the_language_writes_it(language, expected):
    with translation.override(language):
        written = " ".join(formats.money(minor, "EUR") for minor in (588000, -5000, 1250))
    assert plain(written) == expected


def test_money_knows_currencies_without_cents():
    assert formats.money(5880, "JPY") == "¥5,880"


def test_mrr_divides_by_a_million():
    assert formats.mrr(149_000_000, "EUR") == "€149"
    assert formats.signed_mrr(-50_500_000, "EUR") == "−€50.50"


def test_halves_are_rounded_up_exactly():
    assert [formats.number(Fraction(1, 8), 2), formats.number(Fraction(5, 2)), formats.number(-2.5)] == [
        "0.13",
        "3",
        "−3",
    ]


@pytest.mark.parametrize(
    ("ratio", "expected"),
    [(Fraction(36, 946), "3.8 %"), (Fraction(1, 5), "20 %"), (Fraction(5, 2), "250 %"), (None, "—")],
)
def test_percent_shows_one_decimal_where_there_is_one(ratio, expected):
    assert plain(formats.percent(ratio)) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "0 min"),
        (41 * 60, "41 min"),
        (18720, "5 h 12 min"),
        (18000, "5 h"),
        (3 * 86400 + 7200, "3 d 2 h"),
        (-600, "−10 min"),
    ],
)
def test_duration_names_its_two_largest_units(seconds, expected):
    assert plain(formats.duration(seconds)) == expected


@pytest.mark.parametrize(
    ("change", "unit", "expected"),
    [(Fraction(-6, 1000), "percent", "0.6 pt"), (210, "money", "€210"), (-3120, "duration", "52 min")],
)
def test_difference_leaves_the_sign_to_the_glyph(change, unit, expected):
    assert plain(formats.difference(change, unit, "EUR")) == expected


@time_machine.travel(NOW, tick=False)
def test_moments_are_on_the_companys_clock():
    assert formats.moment(datetime(2026, 11, 17, 23, 30, tzinfo=UTC)) == "18 Nov 00:30"
    assert formats.day(date(2025, 3, 3)) == "3 Mar 2025"
    with translation.override("es"):
        assert formats.long_day(NOW) == "Miércoles 18 de noviembre"
    with translation.override("fr"):
        assert formats.long_day(NOW) == "Mercredi 18 novembre"


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (date(2026, 11, 16), ("2 days overdue", "bad")),
        (date(2026, 11, 18), ("today", "")),
        (NOW + timedelta(hours=2), ("11:12", "")),
        (NOW - timedelta(minutes=41), ("41 min overdue", "bad")),
        (date(2026, 11, 19), ("tomorrow", "")),
        (date(2026, 11, 20), ("Fri 20 Nov", "")),
        (date(2026, 12, 20), ("20 Dec", "")),
        (None, ("Any time", "")),
    ],
)
def test_due_says_how_late(when, expected):
    text, tone = formats.due(when)
    assert (plain(text), tone) == expected


def test_initials_of_names_and_addresses():
    assert [formats.initials(name) for name in ("Nadia Ferrand", "Plato", "rep@demo.test", "")] == [
        "NF",
        "PL",
        "RT",
        "?",
    ]


def test_chart_format_puts_the_sign_where_the_language_does():
    with translation.override("es"):
        spanish = formats.chart_format("money", "EUR")
    english = formats.chart_format("money", "EUR")
    assert (english["before"], english["after"]) == ("€", "")
    assert (spanish["before"], plain(spanish["after"])) == ("", " €")


def test_french_calls_the_first_of_a_month_the_first():
    with translation.override("fr"):
        assert [formats.day(date(2026, 11, day)) for day in (1, 2, 11)] == ["1er nov", "2 nov", "11 nov"]
        assert formats.long_day(date(2026, 11, 1)) == "Dimanche 1er novembre"


def test_thousands_and_millions_have_the_letters_of_the_language():
    with translation.override("fr"):
        assert [plain(formats.compact(value)) for value in (12_400, 3_000_000)] == ["12,4 k", "3 M"]
    assert [formats.compact(value) for value in (12_400, 3_000_000)] == ["12.4k", "3m"]
