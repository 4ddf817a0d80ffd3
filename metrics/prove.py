"""Every worked example of the catalogue, entered as real records through the actions people use, and asked back.

A scene enters the records and returns the period to ask for. Each runs in a transaction of its own that is taken back,
so scenes never see each other. `manage.py prove` runs them in a temporary database.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from fractions import Fraction

from django.db import transaction

from accounts.actions import accounts, orders, products, subscriptions
from accounts.models import User
from crm.models import Company
from crm.periods import Grain, Period, period_of
from leads.actions import deals, leads
from metrics import engine
from metrics.actions import expenses
from metrics.catalogue import KPIS
from metrics.models import Expense

YEAR = 2024  # long over, so that its figures are closed
CENTS = 100


@dataclass(frozen=True)
class Proof:
    slug: str
    words: str
    expected: Fraction
    found: Fraction | None

    @property
    def holds(self):
        return self.found == self.expected


class Scene:
    """A small company in which somebody enters records."""

    def __init__(self):
        self.by = User.objects.create_user("prove@tallyard.invalid", name="Prove", roles=["admin"])
        self.plan = products.add(name="Plan of the proof", price=CENTS, by=self.by)
        self.count = 0

    def account(self, on):
        self.count += 1
        return accounts.add(name=f"Customer {self.count}", by=self.by, at=moment(on))

    def subscriber(self, on, price=1):
        """A new customer who pays `price` a month from `on`."""
        return subscriptions.start(self.account(on), self.plan, by=self.by, on=on, price=price * CENTS)

    def leaves(self, subscription, on):
        subscriptions.cancel(subscription, by=self.by, on=on)

    def buys(self, account, on, price, times=1):
        for _time in range(times):
            orders.add(account, amount=price * CENTS, by=self.by, on=on)


def moment(day):
    return datetime.combine(day, time(12), tzinfo=Company.current().zone)


def month(number):
    return period_of(Grain.MONTH, date(YEAR, number, 1), Company.current())


def fifty_to_sixty_thousand(scene) -> Period:
    for _customer in range(5):
        scene.subscriber(date(YEAR, 1, 10), price=10_000)
    scene.subscriber(date(YEAR, 2, 10), price=10_000)
    return month(2)


def twenty_five_of_five_hundred(scene) -> Period:
    there = [scene.subscriber(date(YEAR, 1, 10)) for _customer in range(500)]
    for subscription in there[:25]:
        scene.leaves(subscription, date(YEAR, 2, 20))
    return month(2)


def five_hundred_for_a_hundred_thousand(scene) -> Period:
    cost = {"starts_on": date(YEAR, 1, 1), "ends_on": date(YEAR, 1, 31), "by": scene.by}
    expenses.add(name="Salaries", category=Expense.Category.SALES, amount=60_000 * CENTS, **cost)
    expenses.add(name="Campaigns", category=Expense.Category.MARKETING, amount=40_000 * CENTS, **cost)
    expenses.add(name="Support", category=Expense.Category.RETENTION, amount=5_000 * CENTS, **cost)
    for _customer in range(500):
        scene.subscriber(date(YEAR, 1, 10))
    return month(1)


def a_hundred_orders(scene) -> Period:
    for _customer in range(20):
        scene.buys(scene.account(date(YEAR, 1, 5)), date(YEAR, 1, 20), 100, times=5)
    return month(1)


def a_third_leave(scene) -> Period:
    """Three customers, one of whom is followed by another in mid-year: 36 months at the start, one lost."""
    first, second, third = (scene.subscriber(date(YEAR - 1, 12, 1)) for _customer in range(3))
    scene.leaves(third, date(YEAR, 6, 15))
    scene.subscriber(date(YEAR, 6, 15))
    for customer in (first.account, second.account):
        scene.buys(customer, date(YEAR, 3, 1), 1_000)
        scene.buys(customer, date(YEAR, 9, 1), 1_000)
    return year()


def a_fifth_leave(scene) -> Period:
    """Five customers, one of whom is followed by another: 60 months at the start, one lost, four of five kept."""
    there = [scene.subscriber(date(YEAR - 1, 12, 1)) for _customer in range(5)]
    scene.leaves(there.pop(), date(YEAR, 6, 15))
    scene.subscriber(date(YEAR, 6, 15))
    for subscription in there:
        scene.buys(subscription.account, date(YEAR, 3, 1), 100, times=4)
    return year()


def year():
    return Period(date(YEAR, 1, 1), date(YEAR + 1, 1, 1))


def twenty_of_a_hundred_leads(scene) -> Period:
    created, later = moment(date(YEAR, 1, 10)), moment(date(YEAR, 2, 10))
    there = [leads.add(name=f"Lead {number}", by=scene.by, at=created, owner=scene.by) for number in range(100)]
    for lead in there[:20]:
        deal = leads.convert(lead, by=scene.by, at=later, deal_value=500 * CENTS).deal
        deals.win(deal, by=scene.by, at=moment(date(YEAR, 2, 20)))
    return month(1)


SCENES: dict[str, Callable[[Scene], Period]] = {
    "mrr_growth_rate": fifty_to_sixty_thousand,
    "customer_churn_rate": twenty_five_of_five_hundred,
    "cac": five_hundred_for_a_hundred_thousand,
    "apv": a_hundred_orders,
    "clv": a_third_leave,
    "cltv_retention_weighted": a_fifth_leave,
    "lead_conversion_rate": twenty_of_a_hundred_leads,
}


def provable() -> list[str]:
    return [slug for slug, kpi in KPIS.items() if kpi.example]


def prove(slug) -> Proof:
    """Enter the worked example of a KPI, ask the engine, take the records back."""
    kpi = KPIS[slug]
    with transaction.atomic():
        period = SCENES[slug](Scene())
        found = engine.answer(kpi, period).value
        transaction.set_rollback(True)
    assert kpi.example is not None, f"{slug} has a scene but no worked example"
    return Proof(slug, kpi.example.words, kpi.example.value, found)
