from datetime import date

import pytest

from accounts.actions import subscriptions
from accounts.models import Movement
from crm.exceptions import Conflict, Invalid
from crm.models import Event
from crm.periods import FOREVER
from tests.accounts.test_subscriptions import APR, EURO, FEB, JAN, MAR, intervals, ledger, nothing_written
from tests.factories import OrderFactory, SubscriptionFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("midsummer")]


def test_correcting_an_amount_reverses_and_writes_anew():
    subscription = SubscriptionFactory(on=JAN)
    movement = Movement.objects.get()
    again = subscriptions.correct(movement, amount=80 * EURO, by=None, reason="typing error")
    assert ledger(subscription.account) == [("new", JAN, 100), ("new", JAN, -100), ("new", JAN, 80)]
    assert Movement.objects.get(reverses=movement).amount == -movement.amount
    assert again.amount == 80 * EURO
    assert intervals(subscription.account) == [(JAN, FOREVER, 80)]
    subscription.refresh_from_db()
    assert (subscription.mrr, subscription.price) == (80 * EURO, 80_00)


def test_correcting_a_day_touches_both_days_and_the_first_paid_one():
    subscription = SubscriptionFactory(on=MAR)
    subscriptions.correct(Movement.objects.get(), on=FEB, by=None, reason="paid earlier")
    assert intervals(subscription.account) == [(FEB, FOREVER, 100)]
    event = Event.objects.get(kind="subscription.corrected")
    assert event.touches == {"accounts.movement": ["2026-02-01", "2026-03-01"]}
    first_paid = Event.objects.filter(kind="account.first_paid").latest("pk")
    assert first_paid.touches == {"accounts.account": ["2026-02-01", "2026-03-01"]}
    subscription.account.refresh_from_db()
    subscription.refresh_from_db()
    assert subscription.account.first_paid_on == subscription.started_on == FEB


def test_correcting_the_amount_of_what_ended_corrects_its_end_too():
    subscription = SubscriptionFactory(on=JAN)
    subscriptions.cancel(subscription, on=APR, by=None)
    subscriptions.correct(Movement.objects.get(kind="new"), amount=130 * EURO, by=None, reason="price list")
    assert intervals(subscription.account) == [(JAN, APR, 130)]
    subscription.refresh_from_db()
    assert subscription.mrr == 0


def test_correcting_the_day_of_an_end_moves_the_end():
    subscription = SubscriptionFactory(on=JAN)
    subscriptions.cancel(subscription, on=APR, by=None)
    subscriptions.correct(Movement.objects.get(kind="churn"), on=MAR, by=None, reason="left earlier")
    assert intervals(subscription.account) == [(JAN, MAR, 100)]
    subscription.refresh_from_db()
    assert subscription.ends_on == MAR


def test_a_correction_that_would_go_below_nothing_is_refused_without_a_trace():
    subscription = SubscriptionFactory(on=JAN)
    subscriptions.cancel(subscription, on=FEB, by=None)
    before = nothing_written(subscription.account)
    with pytest.raises(Invalid) as refusal:
        subscriptions.correct(Movement.objects.get(kind="new"), on=MAR, by=None, reason="wrong")
    assert refusal.value.code == "negative_mrr"
    assert nothing_written(subscription.account) == before


def test_a_movement_is_corrected_once_and_reversals_never():
    SubscriptionFactory(on=JAN)
    movement = Movement.objects.get()
    subscriptions.correct(movement, amount=90 * EURO, by=None, reason="one")
    for row in (movement, Movement.objects.get(reverses=movement)):
        with pytest.raises(Conflict):
            subscriptions.correct(row, amount=70 * EURO, by=None, reason="two")
    assert Movement.objects.count() == 3


def test_a_correction_needs_a_reason_and_a_difference():
    SubscriptionFactory(on=JAN)
    movement = Movement.objects.get()
    for wrong in ({"amount": 80 * EURO, "reason": ""}, {"amount": movement.amount, "reason": "same"}):
        with pytest.raises(Invalid):
            subscriptions.correct(movement, by=None, **wrong)


def test_withdrawing_a_fresh_start_leaves_no_customer():
    subscription = SubscriptionFactory(on=date(2026, 6, 15))
    subscriptions.withdraw(subscription, by=None)
    assert intervals(subscription.account) == []
    subscription.account.refresh_from_db()
    assert (subscription.account.status, subscription.account.first_paid_on) == ("prospect", None)


def test_withdrawing_what_was_built_upon_is_a_conflict():
    charged = SubscriptionFactory(on=JAN)
    OrderFactory(account=charged.account, subscription=charged, on=JAN)
    changed = SubscriptionFactory(on=JAN)
    subscriptions.upgrade(changed, price=200_00, on=FEB, by=None)
    for subscription in (charged, changed):
        with pytest.raises(Conflict):
            subscriptions.withdraw(subscription, by=None)
