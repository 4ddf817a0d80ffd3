"""The ledger against an oracle that works every life out day by day."""

from fractions import Fraction

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Account, Order
from crm.models import Company
from crm.periods import Grain, Period, periods_between
from metrics import engine
from metrics.catalogue import KPIS
from metrics.measures import Facts
from tests.metrics.lives import FIRST, UNIT, day, expected, owner, write

pytestmark = pytest.mark.django_db
FLOWS = ("new_mrr", "expansion_mrr", "contraction_mrr", "churned_mrr", "reactivation_mrr", "net_new_mrr")
TODAY = day(400)

spans = st.lists(
    st.tuples(st.integers(0, 110), st.one_of(st.none(), st.integers(1, 60)), st.integers(1, 9)), max_size=5
)
companies = st.lists(st.tuples(st.integers(0, 2), spans), max_size=6)
cuts = st.lists(st.integers(0, 130), min_size=2, max_size=5, unique=True).map(sorted)


def periods_of(days):
    return [Period(day(start), day(end)) for start, end in zip(days, days[1:], strict=False)]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(companies, cuts)
def test_ledger_agrees_with_daily_bookkeeping(company, days):
    periods = periods_of(days)
    with transaction.atomic():
        owners = [None, owner("a"), owner("b")]
        lives = [(owners[index], life) for index, life in company]
        write(lives)
        oracle = expected(lives, periods)
        facts = Facts(("", "owner"))  # all of it is read in one pass, as a dashboard and the night do
        for slug in ("mrr", *FLOWS):
            found = engine.split_series(slug, periods, "owner", today=TODAY, facts=facts)
            for place, period in enumerate(periods):
                wanted = {m: row[slug] * UNIT for m, row in oracle[place].items() if row[slug]}
                assert {m: figure.numerator for m, figure in found[period.start].items()} == wanted, slug
        check_rates(periods, oracle, facts)
        check_identities(periods, facts)
        transaction.set_rollback(True)


def check_rates(periods, oracle, facts):
    rates = {
        "nrr": ("retained", "start", UNIT),
        "grr": ("kept", "start", UNIT),
        "retention_rate": (lambda row: row["at_start"] - row["lost"], "at_start", 1),
        "customer_churn_rate": ("lost", "at_start", 1),
        "customer_churn_rate_early_leavers": (lambda row: row["lost"] + row["early"], "at_start", 1),
        "customer_churn_rate_events": ("losses", lambda row: row["at_start"] + row["first"], 1),
    }
    for slug, (above, below, unit) in rates.items():
        found = engine.split_series(KPIS[slug], periods, "owner", today=TODAY, facts=facts)
        for place, period in enumerate(periods):
            for member, figure in found[period.start].items():
                row = oracle[place][member]
                parts = [part(row) if callable(part) else row[part] for part in (above, below)]
                assert (figure.numerator, figure.denominator) == (parts[0] * unit, parts[1] * unit), slug


def check_identities(periods, facts):
    """For every owner and for the company: the waterfall closes, GRR ≤ 100 %, NRR ≥ GRR, owners add up."""
    asked = {"today": TODAY, "facts": facts}
    found = {slug: engine.split_series(slug, periods, "owner", **asked) for slug in ("mrr", "nrr", "grr", *FLOWS)}
    whole = {slug: engine.series(slug, periods, **asked) for slug in found}
    for number, period in enumerate(periods):
        rows = {slug: found[slug][period.start] for slug in found}
        for slug, row in rows.items():
            assert sum(figure.numerator for figure in row.values()) == whole[slug][period.start].numerator
        for member in {*(m for row in rows.values() for m in row), ""}:
            row = {s: whole[s][period.start] if member == "" else rows[s].get(member) for s in rows}
            amount = {slug: figure.numerator if figure else 0 for slug, figure in row.items()}
            moved = amount["new_mrr"] + amount["expansion_mrr"] + amount["reactivation_mrr"]
            moved -= amount["contraction_mrr"] + amount["churned_mrr"]
            assert moved == amount["net_new_mrr"]
            if number:
                before = (
                    found["mrr"][periods[number - 1].start].get(member)
                    if member
                    else whole["mrr"][periods[number - 1].start]
                )
                assert amount["mrr"] == (before.numerator if before else 0) + moved
            if row["nrr"] and row["nrr"].value is not None:
                assert row["grr"].value <= 1 and row["nrr"].value >= row["grr"].value


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(companies, cuts)
def test_records_add_up_to_ledger_numbers(company, days):
    with transaction.atomic():
        owners = [None, owner("a"), owner("b")]
        write([(owners[index], life) for index, life in company])
        period = Period(day(days[0]), day(days[1]))
        for kpi in (kpi for kpi in KPIS.values() if kpi.group in ("revenue", "customers") and kpi.parts):
            for member, figure in (
                engine.split(kpi, period, "owner", today=TODAY).items() if "owner" in kpi.dimensions else ()
            ):
                if set(kpi.parts) - {"denominator"} != {"numerator"} or figure.reason and figure.value is not None:
                    continue
                behind = engine.members(kpi, "numerator", period, dimension="owner", member=member, today=TODAY)
                assert engine.added(behind) == figure.numerator, kpi.slug
        transaction.set_rollback(True)


def test_sum_of_days_overstates_what_is_netted():
    write([(None, [(0, 40, 100), (40, 5, 150), (45, None, 100)]), (None, [(0, 50, 80), (52, None, 80)])])
    days = [Period(day(n), day(n + 1)) for n in range(31, 60)]
    month = Period(day(31), day(60))
    for slug in ("expansion_mrr", "churned_mrr", "reactivation_mrr"):
        naive = sum(figure.value for figure in engine.series(slug, days, today=TODAY).values())
        assert naive > engine.answer(slug, month, today=TODAY).value == 0


def test_return_at_another_price_is_reactivation_and_change():
    write([(None, [(0, 20, 100), (70, None, 130)])])
    march = Period(day(59), day(90))
    values = {slug: engine.answer(slug, march, today=TODAY).value for slug in FLOWS}
    assert values == {
        "new_mrr": 0,
        "expansion_mrr": 30,
        "contraction_mrr": 0,
        "churned_mrr": 0,
        "reactivation_mrr": 100,
        "net_new_mrr": 130,
    }


def test_corrected_away_history_is_no_history():
    """A first interval that was withdrawn leaves nothing: the customer is new, not returned."""
    write([(None, [(70, None, 130)])])
    assert engine.answer("new_mrr", Period(day(59), day(90)), today=TODAY).value == 130


def test_trashed_account_leaves_every_number():
    (account,) = write([(None, [(0, None, 100)])])
    Account.objects.filter(pk=account.pk).update(trashed_at="2026-03-01T00:00Z")
    period = Period(day(0), day(31))
    assert engine.answer("mrr", period, today=TODAY).value == 0
    assert engine.answer("active_customers", period, today=TODAY).value == 0
    assert not engine.members("mrr", "numerator", period, today=TODAY).exists()


@pytest.mark.parametrize("dimension", ["", "owner"])
def test_company_that_sells_by_order(dimension):
    company = Company.current()
    company.active_rule, company.active_order_days = Company.ActiveRule.ORDERS, 30
    company.save()
    stays, leaves, subscribes = write([(None, []), (None, []), (None, [(5, None, 10)])])
    for account, days in ((stays, [0, 25, 50, 75]), (leaves, [0, 8]), (subscribes, [])):
        for offset in days:
            Order.objects.create(account=account, on=day(offset), amount=100)
    Order.objects.create(account=leaves, on=day(30), amount=-100, kind=Order.Kind.REFUND)
    february = periods_between(Grain.MONTH, day(31), day(59), company)[0]
    asked = {"dimension": dimension, "member": "-" if dimension else "", "today": TODAY}
    assert engine.answer("active_customers", february, **asked).value == 2
    churn = engine.answer("customer_churn_rate", february, **asked)
    assert churn.value == Fraction(1, 3)
    lost = engine.members("customer_churn_rate", "numerator", february, today=TODAY)
    assert list(lost) == [leaves]
    events = engine.answer(KPIS["customer_churn_rate_events"], february, **asked)
    assert events.value == Fraction(1, 3)
    assert list(engine.members(KPIS["customer_churn_rate_events"], "numerator", february, today=TODAY)) == [leaves]


def test_ledger_asks_few_queries(django_assert_max_num_queries):
    write([(None, [(n, 20 + n, 5), (80, None, 7)]) for n in range(20)])
    days = periods_between(Grain.DAY, FIRST, day(120), Company.current())
    with django_assert_max_num_queries(3):
        engine.series("mrr", days, today=TODAY)
