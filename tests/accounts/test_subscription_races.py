from datetime import date

import pytest

from accounts.actions import orders, subscriptions, users
from accounts.models import Account, Movement, MrrInterval, Order, RoleGrant, Subscription
from crm.models import Event
from tests.factories import AccountFactory, OrderFactory, ProductFactory, SubscriptionFactory, UserFactory
from tests.racing import assert_one_winner, race

pytestmark = pytest.mark.django_db(transaction=True)

JAN, FEB = date(2026, 1, 1), date(2026, 2, 1)


def own_copy(record):
    return type(record)._base_manager.get(pk=record.pk)


def test_two_cancel_the_same_subscription():
    subscription = SubscriptionFactory(on=JAN)
    copies = [own_copy(subscription) for _ in range(3)]
    assert_one_winner(race(*[lambda copy=copy: subscriptions.cancel(copy, on=FEB, by=None) for copy in copies]))
    assert list(Movement.objects.order_by("pk").values_list("kind", flat=True)) == ["new", "churn"]
    assert Event.objects.filter(kind="subscription.cancelled").count() == 1


def test_subscriptions_of_one_customer_started_at_once_are_one_new_and_the_rest_expansion():
    account, product = AccountFactory(), ProductFactory()
    outcomes = race(*[lambda: subscriptions.start(own_copy(account), product, on=JAN, by=None)] * 3)
    assert all(isinstance(outcome, Subscription) for outcome in outcomes), outcomes
    assert sorted(Movement.objects.values_list("kind", flat=True)) == ["expansion", "expansion", "new"]
    assert Account.objects.get().mrr == 300_000_000 == sum(MrrInterval.objects.values_list("mrr", flat=True))
    assert Event.objects.filter(kind="account.first_paid").count() == 1


def test_both_of_two_subscriptions_ended_at_once_leave_one_churn():
    account = AccountFactory()
    both = [SubscriptionFactory(account=account, on=JAN) for _ in range(2)]
    race(*[lambda one=one: subscriptions.cancel(own_copy(one), on=FEB, by=None) for one in both])
    assert sorted(Movement.objects.filter(on=FEB).values_list("kind", flat=True)) == ["churn", "contraction"]
    account.refresh_from_db()
    assert (account.mrr, account.status) == (0, "former")


def test_a_movement_is_corrected_once():
    SubscriptionFactory(on=JAN)
    movement = Movement.objects.get()
    assert_one_winner(
        race(
            *[
                lambda amount=amount: subscriptions.correct(own_copy(movement), amount=amount, by=None, reason="x")
                for amount in (50_000_000, 60_000_000)
            ]
        )
    )
    assert Movement.objects.count() == 3


def test_a_subscription_charged_by_two_is_charged_once():
    subscription = SubscriptionFactory(on=JAN)
    outcomes = race(*[lambda: orders.charge(own_copy(subscription), on=FEB)] * 3)
    assert {outcome.pk for outcome in outcomes} == {Order.objects.get().pk}
    assert Event.objects.filter(kind="order.charged").count() == 1


def test_two_refunds_do_not_exceed_the_order():
    order = OrderFactory(amount=100_00, on=JAN)
    race(*[lambda: orders.refund(own_copy(order), amount=60_00, by=None)] * 2)
    assert list(Order.objects.filter(kind="refund").values_list("amount", flat=True)) == [-60_00]


def test_two_administrators_do_not_remove_each_other():
    one, two = UserFactory(roles=["admin"]), UserFactory(roles=["admin"])
    race(
        lambda: users.set_roles(own_copy(one), ["rep"], by=own_copy(two)),
        lambda: users.set_roles(own_copy(two), ["rep"], by=own_copy(one)),
    )
    assert RoleGrant.objects.filter(role="admin").count() == 1
