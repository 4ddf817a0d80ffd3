"""Every KPI: its records add up, its splits add up, and it says why where it has no value."""

from datetime import date, timedelta
from fractions import Fraction
from zoneinfo import available_timezones

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from accounts.models import Account
from crm.exceptions import Invalid
from crm.models import Company
from crm.periods import Grain, Period, day_bounds, periods_between
from metrics import engine
from metrics.catalogue import KPIS
from metrics.expenses import part_of
from tests.factories import DealFactory, LeadFactory, UserFactory
from tests.metrics import lives
from tests.metrics.selling import at, build

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 15)
QUARTER = Period(date(2026, 1, 1), date(2026, 4, 1), "quarter")
APRIL = Period(date(2026, 4, 1), date(2026, 5, 1), "month")
ALL = sorted(KPIS)


def test_records_and_splits_add_up_for_every_kpi():
    build()
    for slug, kpi in KPIS.items():
        for period in (QUARTER, APRIL):
            whole = engine.answer(kpi, period, today=TODAY)
            for dimension in ("", *kpi.dimensions):
                with CaptureQueriesContext(connection) as queries:
                    found = engine.split(kpi, period, dimension, today=TODAY)
                assert len(queries) <= 15, slug
                check_records(kpi, period, dimension, found)
                if "numerator" in kpi.parts and not any(figure.reason for figure in found.values()):
                    assert sum(figure.numerator for figure in found.values()) == whole.numerator, (slug, dimension)


def check_records(kpi, period, dimension, found):
    for member, figure in found.items():
        if figure.reason and figure.value is not None:
            continue  # the mean age instead of a lifespan
        for part, stored in (("numerator", figure.numerator), ("denominator", figure.denominator)):
            if part in kpi.parts:
                behind = engine.members(kpi, part, period, dimension=dimension, member=member, today=TODAY)
                assert engine.added(behind) == stored, (kpi.slug, part, dimension, member)
                assert sum(record.adds for record in behind) == stored


@pytest.mark.parametrize("slug", ALL)
def test_empty_company_has_no_value_but_a_reason(slug):
    figure = engine.answer(KPIS[slug], QUARTER, today=TODAY)
    assert (figure.value is None) == (figure.denominator == 0)
    assert figure.value == 0 or str(figure.reason)


@pytest.mark.parametrize("slug", ALL)
def test_period_to_come_has_no_exception(slug):
    figure = engine.answer(KPIS[slug], Period(date(2027, 1, 1), date(2028, 1, 1), "year"), today=TODAY)
    assert figure.is_provisional and figure.numerator == 0
    assert figure.value == 0 or str(figure.reason)


@pytest.mark.parametrize("slug", ALL)
def test_segment_without_records_has_no_value_but_a_reason(slug):
    kpi = KPIS[slug]
    figure = engine.answer(kpi, QUARTER, dimension=kpi.dimensions[0], member="999", today=TODAY)
    assert figure.value is None and str(figure.reason) or (figure.value == 0 and figure.denominator is None)


def test_every_kpi_is_fully_declared():
    for slug, kpi in KPIS.items():
        assert slug == kpi.slug
        for text in (kpi.name, kpi.question, kpi.formula):
            assert str(text)
        assert kpi.measures and kpi.dimensions
        if kpi.over:
            assert str(kpi.over.none), slug
        for band in kpi.bands:
            assert str(band.label) and str(band.source)


def test_records_a_reader_may_not_see_are_counted_but_not_shown():
    made = build()
    visible, total, seen = engine.members_visible("leads_created", "numerator", QUARTER, made["bob"], today=TODAY)
    assert {lead.owner for lead in visible} == {made["bob"]}
    assert 0 < seen == visible.count() < total


def test_variants_are_named_and_the_company_picks_the_headline():
    assert [kpi.variant for kpi in engine.variants(engine.find("customer_churn_rate"))] == [
        "start_base",
        "early_leavers",
        "events",
    ]
    company = Company.current()
    company.churn_variant = "events"
    company.save()
    assert engine.find("customer_churn_rate").slug == "customer_churn_rate_events"
    assert engine.find("customer_churn_rate", "start_base").slug == "customer_churn_rate"
    for slug, variant in (("no_such", ""), ("mrr", "other")):
        with pytest.raises(Invalid):
            engine.find(slug, variant)


def test_unknown_dimension_and_part_are_refused():
    with pytest.raises(Invalid):
        engine.split("mrr", APRIL, "weather")
    with pytest.raises(Invalid):
        engine.members("mrr", "denominator", APRIL)


def test_quantiles_are_exact():
    ann = UserFactory()
    for days in (1, 2, 3, 4, 10):
        deal = DealFactory(owner=ann, by=ann, at=at(4, 1), value=100)
        type(deal).objects.filter(pk=deal.pk).update(
            status="won",
            closed_on=date(2026, 4, 20),
            closed_at=at(4, 20),
            first_contact_on=date(2026, 4, 20) - timedelta(days),
        )
    assert engine.answer("sales_cycle_length", APRIL, today=TODAY).value == 4
    assert engine.answer("sales_cycle_length_median", APRIL, today=TODAY).value == 3
    assert engine.answer("sales_cycle_length_p90", APRIL, today=TODAY).value == Fraction(76, 10)


def test_running_period_is_compared_with_as_many_days():
    for month, day in ((4, 2), (4, 20), (5, 2), (5, 3), (5, 30)):
        LeadFactory(at=at(month, day))
    may = Period(date(2026, 5, 1), date(2026, 6, 1), "month")
    both = engine.comparison("leads_created", may, today=date(2026, 5, 10))
    assert (both.now.value, both.before.value, both.change, both.better) == (2, 1, 1, True)
    assert both.now.is_provisional and both.before.is_provisional
    assert both.previous == Period(date(2026, 4, 1), date(2026, 4, 11))
    over = engine.comparison("leads_created", may, today=TODAY)
    assert (over.now.value, over.before.value, over.before.state) == (3, 2, "closed")


def test_cohort_stays_open_until_it_has_matured():
    period = Period(date(2026, 3, 1), date(2026, 4, 1), "month")
    for today, state in ((date(2026, 6, 29), "provisional"), (date(2026, 6, 30), "closed")):
        assert engine.answer("lead_conversion_rate", period, today=today).state == state
    assert engine.answer("leads_created", period, today=date(2026, 4, 1)).state == "closed"


def test_band_without_grain_is_shown_but_does_not_colour():
    lives.write([(None, [(0, None, 100)]), (None, [(40, None, 30)])])
    february = Period(date(2026, 2, 1), date(2026, 3, 1), "month")
    figure = engine.answer("mrr_growth_rate", february, today=TODAY)
    band = engine.bands("mrr_growth_rate", figure, grain="month")
    assert str(band.label) == "exceptional" and not band.colours
    nobody = Period(date(2025, 2, 1), date(2025, 3, 1), "month")
    assert engine.bands("cac", engine.answer("cac", nobody, today=TODAY)) is None


def test_labels_come_in_one_query(django_assert_num_queries):
    people = [UserFactory(name=f"P{n}") for n in range(5)]
    with django_assert_num_queries(1):
        found = engine.labels("owner", [*(str(person.pk) for person in people), engine.NOBODY])
    assert found[str(people[0].pk)] == "P0" and found[engine.NOBODY] == "Nobody"


@pytest.mark.parametrize("days", [1, 2, 7, 30, 365])
@pytest.mark.parametrize("amount", [0, 1, 6, 100_001])
def test_spread_costs_add_up_to_the_expense(amount, days):
    parts = [part_of(amount, days, n, n + 1) for n in range(days)]
    assert sum(parts) == amount and parts == sorted(parts, reverse=True) and parts[0] - parts[-1] <= 1
    assert part_of(amount, days, 0, days // 2) == sum(parts[: days // 2])


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Africa/Cairo", "Australia/Lord_Howe", "UTC", "America/New_York"])
def test_every_local_day_is_counted_once(zone):
    """Leads at the first and last second of each day around both changes of the clock fall on that day alone."""
    assert zone in available_timezones()
    company = Company.current()
    company.time_zone = zone
    company.save()
    changes = [date(2026, month, 1) + timedelta(days=n) for month in (3, 4, 10) for n in range(31)]
    for day in changes:
        starts, ends = day_bounds(day, zone)
        for moment in (starts, ends - timedelta(seconds=1)):
            LeadFactory._meta.model.objects.create(name="x", created_at=moment, created_on=company.day_of(moment))
    found = engine.series(
        "leads_created", periods_between(Grain.DAY, changes[0], date(2026, 11, 1), company), today=date(2026, 11, 20)
    )
    assert {start: figure.value for start, figure in found.items() if figure.value} == dict.fromkeys(changes, 2)


@pytest.mark.parametrize("grain", list(Grain))
@pytest.mark.parametrize(("fiscal", "week"), [(1, 0), (4, 6), (11, 3)])
def test_any_calendar_adds_up_to_the_days(grain, fiscal, week):
    company = Company.current()
    company.fiscal_start_month, company.week_start = fiscal, week
    company.save()
    build()
    periods = periods_between(grain, date(2025, 11, 1), date(2026, 6, 1), company)
    days = periods_between(Grain.DAY, periods[0].start, periods[-1].end, company)
    for slug in ("leads_created", "revenue_won", "net_new_mrr"):
        by_day = engine.series(slug, days, today=date(2027, 12, 1))
        for period in periods:
            total = sum(figure.numerator for start, figure in by_day.items() if start in period)
            assert engine.answer(slug, period, today=date(2027, 12, 1)).numerator == total


def test_mrr_is_what_accounts_carry():
    build()
    total = Account.objects.aggregate(total=Sum("mrr"))["total"]
    assert engine.answer("mrr", Period(date(2026, 5, 1), date(2026, 6, 1)), today=TODAY).numerator == total
