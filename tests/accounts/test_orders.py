from datetime import date

import pytest
from django.db import IntegrityError, transaction

from accounts.actions import orders, subscriptions
from accounts.models import Account, Movement, Order
from crm.exceptions import Conflict, Invalid
from crm.models import Event
from tests.factories import AccountFactory, OrderFactory, SubscriptionFactory, TeamFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("midsummer")]

JAN, FEB = date(2026, 1, 1), date(2026, 2, 1)


def test_first_order_makes_a_customer_and_no_mrr():
    account = AccountFactory()
    orders.add(account, kind="purchase", amount=500_00, on=JAN, by=None)
    account.refresh_from_db()
    assert (account.status, account.first_paid_on, account.mrr) == ("customer", JAN, 0)
    assert Event.objects.get(kind="order.added").touches == {"accounts.order": ["2026-01-01"]}
    assert not Movement.objects.exists()


def test_an_earlier_order_moves_the_first_paid_day():
    account = OrderFactory(on=FEB).account
    orders.add(account, amount=1, on=JAN, by=None)
    account.refresh_from_db()
    assert account.first_paid_on == JAN


def test_orders_carry_owner_and_team_of_their_day():
    owner = UserFactory(team=TeamFactory(), roles=["rep"])
    order = OrderFactory(account=AccountFactory(owner=owner))
    assert (order.owner, order.team) == (owner, owner.team)


def test_a_subscription_is_charged_once_a_day():
    subscription = SubscriptionFactory(on=JAN)
    first = orders.charge(subscription, on=FEB)
    assert orders.charge(subscription, on=FEB) == first
    assert list(Order.objects.values_list("amount", "kind")) == [(100_00, "recurring")]
    with pytest.raises(IntegrityError), transaction.atomic():
        Order.objects.create(account=first.account, subscription=subscription, on=FEB, kind="recurring", amount=1)


def test_what_does_not_run_is_not_charged():
    subscription = SubscriptionFactory(on=JAN)
    subscriptions.pause(subscription, on=FEB, by=None)
    with pytest.raises(Conflict):
        orders.charge(subscription, on=FEB)
    assert not Order.objects.exists()


def test_refunds_are_negative_and_never_above_the_order():
    order = OrderFactory(amount=100_00, on=JAN)
    orders.refund(order, amount=60_00, on=FEB, by=None)
    for amount in (40_01, 0, -1):
        with pytest.raises(Invalid):
            orders.refund(order, amount=amount, on=FEB, by=None)
    orders.refund(order, amount=40_00, on=FEB, by=None)
    assert list(Order.objects.order_by("pk").values_list("amount", flat=True)) == [100_00, -60_00, -40_00]
    assert not Movement.objects.exists()


def test_refunds_come_after_their_order_and_are_not_refunded():
    order = OrderFactory(amount=100_00, on=FEB)
    with pytest.raises(Invalid):
        orders.refund(order, amount=1, on=JAN, by=None)
    with pytest.raises(Invalid):
        orders.refund(orders.refund(order, amount=1, on=FEB, by=None), amount=1, by=None)


@pytest.mark.parametrize(
    "wrong",
    [{"amount": -1}, {"amount": 10**13}, {"amount": 1, "kind": "refund"}, {"amount": 1, "on": date(2026, 6, 16)}],
)
def test_impossible_orders_leave_no_trace(wrong):
    account = AccountFactory()
    before = Event.objects.count()
    with pytest.raises(Invalid):
        orders.add(account, by=None, **wrong)
    account.refresh_from_db()
    assert (Order.objects.count(), Event.objects.count(), account.status) == (0, before, Account.Status.PROSPECT)
