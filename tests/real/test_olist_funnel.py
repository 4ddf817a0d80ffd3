"""Conversion of 8,000 real leads, counted by our engine, is what an independent count of the files says."""

from datetime import date

import pytest

from crm.models import Company, Event, Job, Notification
from crm.periods import Grain, Period, add_months, periods_between
from leads.models import Deal, Lead, LeadStageChange
from metrics import engine

EVER = Period(date(2017, 1, 1), date(2019, 1, 1))
BLANK = "(blank)"


@pytest.fixture(scope="module")
def figures(load):
    return load("olist_funnel", currency="BRL", time_zone="America/Sao_Paulo")


def test_olist_conversion(figures):
    conversion = engine.answer("lead_conversion_rate", EVER)
    assert (conversion.numerator, conversion.denominator) == (figures["closed"], figures["mqls"])
    assert float(conversion.value) == pytest.approx(figures["conversion"], abs=5e-5)
    won = engine.answer("deals_won", EVER)
    assert won.numerator == figures["closed"]


def test_olist_conversion_by_origin_has_a_bucket_for_blank(figures):
    found = engine.split("lead_conversion_rate", EVER, "source")
    expected = {
        engine.NOBODY if origin == BLANK else origin.replace(" ", "-"): (row["won"], row["leads"])
        for origin, row in figures["by_origin"].items()
    }
    assert {member: (each.numerator, each.denominator) for member, each in found.items()} == expected


def test_olist_conversion_by_month(figures):
    months = periods_between(Grain.MONTH, date(2017, 6, 1), date(2018, 6, 1), Company.current())
    found = engine.series("lead_conversion_rate", months)
    assert {f"{start:%Y-%m}": {"leads": each.denominator, "won": each.numerator} for start, each in found.items()} == (
        figures["by_first_contact_month"]
    )


def test_olist_deals_won_by_month(figures):
    won = {
        f"{start:%Y-%m}": each.numerator for start, each in engine.series("deals_won", _months(2017, 12, 12)).items()
    }
    assert won == figures["won_by_won_month"]


def _months(year, month, count):
    first = date(year, month, 1)
    return periods_between(Grain.MONTH, first, add_months(first, count), Company.current())


def test_olist_days_to_close(figures):
    cycle = engine.answer("sales_cycle_length", EVER)
    assert float(cycle.value) == pytest.approx(figures["days_to_close_calendar"]["mean"], abs=5e-5)
    assert engine.answer("sales_cycle_length_median", EVER).value == figures["days_to_close_calendar"]["median"]


def test_olist_histories_carry_their_dates(figures):
    assert LeadStageChange.objects.filter(to_stage="new").count() == figures["mqls"]
    converted = LeadStageChange.objects.filter(to_stage="converted")
    assert converted.count() == figures["closed"]
    assert Deal.objects.won().filter(lead__stage="converted").count() == figures["closed"]
    first, last = figures["first_contact_range"]
    days = Lead.objects.order_by("created_on").values_list("created_on", flat=True)
    assert (str(days[0]), str(days[len(days) - 1])) == (first, last)


def test_olist_sets_nothing_off(figures):
    assert list(Event.objects.values_list("kind", flat=True)) == ["import.finished"]
    assert not Job.objects.exists()
    assert not Notification.objects.exists()
    touches = Event.objects.get().touches
    days = {f"{day:%Y-%m-%d}" for day in Lead.objects.values_list("created_on", flat=True)}
    assert days <= set(touches["leads.lead"])
    assert {f"{day:%Y-%m-%d}" for day in Deal.objects.values_list("closed_on", flat=True)} <= set(touches["leads.deal"])
