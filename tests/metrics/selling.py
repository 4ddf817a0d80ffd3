"""A small company made by the actions people use: two owners, two sources, subscriptions, orders, leads, deals, costs."""

from datetime import UTC, date, datetime

from accounts.actions import orders, subscriptions
from leads.actions import deals, leads
from metrics.actions import expenses
from metrics.models import Expense
from tests.factories import (
    AccountFactory,
    DealFactory,
    LeadFactory,
    ProductFactory,
    SourceFactory,
    TeamFactory,
    UserFactory,
)


def at(month, day, hour=12):
    return datetime(2026, month, day, hour, tzinfo=UTC)


def build():
    """Everything between January and May 2026. Returns what tests want to get hold of, by name."""
    team = TeamFactory(name="North")
    ann, bob = UserFactory(name="Ann", team=team, roles=["rep"]), UserFactory(name="Bob", roles=["rep"])
    web, fair = SourceFactory(name="Web", key="web"), SourceFactory(name="Fair", key="fair")
    plan, big = ProductFactory(name="Small", price=100_00), ProductFactory(name="Big", price=250_00)
    made = {"ann": ann, "bob": bob, "team": team, "plan": plan, "web": web}
    customers = []
    for n, (owner, source, country) in enumerate(
        [(ann, "web", "ES"), (bob, "fair", "FR"), (ann, "", ""), (None, "web", "ES")]
    ):
        account = AccountFactory(name=f"C{n}", owner=owner, source=source, country=country, at=at(1, 2), by=ann)
        customers.append(subscriptions.start(account, plan, by=ann, on=date(2026, 1, 5 + 3 * n)))
    subscriptions.upgrade(customers[0], product=big, price=250_00, on=date(2026, 2, 10), by=ann)
    subscriptions.cancel(customers[1], on=date(2026, 3, 15), by=ann)
    subscriptions.pause(customers[2], on=date(2026, 2, 20), by=ann)
    subscriptions.reactivate(customers[2], on=date(2026, 4, 12), price=80_00, by=ann)
    made["subscriptions"] = customers
    for n, subscription in enumerate(customers):
        for month in range(1, 5):
            orders.add(subscription.account, amount=1000 * (n + month), on=date(2026, month, 20), product=plan, by=ann)
    last = customers[0].account.orders.order_by("on").last()
    orders.refund(last, amount=500, on=date(2026, 5, 3), by=ann)
    for n in range(12):
        owner, source = [(ann, web), (bob, fair), (None, None)][n % 3]
        lead = LeadFactory(owner=owner, source=source, country=["ES", "FR", ""][n % 3], at=at(1 + n % 4, 3 + n), by=ann)
        if n % 2 == 0:
            converted = leads.convert(lead, by=ann, at=at(1 + n % 4, 20), deal_value=1000 * (n + 1))
            if n % 4 == 0:
                deals.win(converted.deal, by=ann, at=at(2 + n % 4, 1 + n))
            else:
                deals.lose(converted.deal, reason="price", by=ann, at=at(2 + n % 4, 1 + n))
    made["open"] = DealFactory(owner=ann, value=5000, at=at(3, 3), by=ann)
    cost = {"starts_on": date(2026, 1, 10), "ends_on": date(2026, 4, 17), "by": ann}
    expenses.add(category=Expense.Category.SALES, name="Salaries", amount=100_001, **cost)
    expenses.add(category=Expense.Category.MARKETING, name="Fair", amount=7_003, source=fair, **cost)
    return made
