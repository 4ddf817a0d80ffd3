"""5,000 subscriptions, many at once per account: MRR at the ends of months, NRR and GRR, as counted independently."""

from datetime import date, timedelta

import pytest

from accounts.models import Movement, MrrInterval, Subscription
from crm.models import Company
from crm.periods import Grain, Period, periods_between
from metrics import engine

DECEMBER = Period(date(2024, 12, 1), date(2025, 1, 1), Grain.MONTH)
YEAR = Period(date(2024, 1, 1), date(2025, 1, 1), Grain.YEAR)


@pytest.fixture(scope="module")
def figures(load):
    return load("ravenstack", currency="USD")


def test_ravenstack_mrr(figures):
    months = periods_between(Grain.MONTH, date(2023, 1, 1), date(2025, 1, 1), Company.current())
    found = engine.series("mrr", months)
    at_end = {str(period.end - timedelta(days=1)): found[period.start].value for period in months}
    expected = {day: row["mrr"] for day, row in figures["month_end"].items()}
    assert expected["2024-11-30"] == 8460824 and expected["2024-12-31"] == 10159608
    assert {day: at_end[day] for day in expected} == expected


@pytest.mark.parametrize(
    ("period", "key"),
    [(DECEMBER, "dec2024_account_retention"), (YEAR, "y2024_account_retention")],
    ids=["month", "year"],
)
def test_ravenstack_retention(figures, period, key):
    assert float(engine.answer("nrr", period).value) == pytest.approx(figures[key]["NRR"], abs=5e-5)
    assert float(engine.answer("grr", period).value) == pytest.approx(figures[key]["GRR"], abs=5e-5)
    retention = engine.answer("retention_rate", period)
    assert retention.denominator == figures[key]["accounts_start"]
    assert retention.value == figures[key]["logo_retention"]


def test_ravenstack_waterfall_adds_up(figures):
    def value(slug):
        return engine.answer(slug, DECEMBER).value

    start = engine.answer("mrr", Period(date(2024, 11, 1), date(2024, 12, 1), Grain.MONTH)).value
    change = value("new_mrr") + value("expansion_mrr") + value("reactivation_mrr")
    assert start + change - value("contraction_mrr") - value("churned_mrr") == value("mrr")


def test_ravenstack_ledger_and_rows_agree(figures):
    trials = Subscription.objects.filter(price=0)
    assert trials.count() == figures["trials"]
    assert not Movement.objects.filter(subscription__in=trials).exists()
    assert Subscription.objects.filter(status="cancelled").count() == figures["subs_ended"]
    moved, spans = {}, {}
    for account, amount in Movement.objects.values_list("account", "amount"):
        moved[account] = moved.get(account, 0) + amount
    for account, mrr in MrrInterval.objects.filter(end_on__year=9999).values_list("account", "mrr"):
        spans[account] = spans.get(account, 0) + mrr
    assert moved == spans
    kinds = list(Movement.objects.filter(kind="new").values_list("account", flat=True))
    assert len(kinds) == len(set(kinds)), "nobody is new twice"
