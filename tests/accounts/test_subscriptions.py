from datetime import date, timedelta

import pytest

from accounts.actions import subscriptions
from accounts.models import Account, Movement, MrrInterval, Subscription
from accounts.models.product import Billing
from crm.exceptions import Conflict, Invalid
from crm.models import Company, Event
from crm.periods import FOREVER
from tests.factories import AccountFactory, OrderFactory, ProductFactory, SubscriptionFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("midsummer")]

JAN, FEB, MAR, APR, MAY, JUN = (date(2026, month, 1) for month in range(1, 7))
EURO = 1_000_000  # micros


def ledger(account):
    """(kind, day, amount in euros) in the order of writing."""
    rows = Movement.objects.filter(account=account).order_by("pk").values_list("kind", "on", "amount")
    return [(kind, on, amount / EURO) for kind, on, amount in rows]


def intervals(account):
    rows = (
        MrrInterval.objects.filter(account=account).order_by("start_on", "pk").values_list("start_on", "end_on", "mrr")
    )
    return [(start, end, mrr / EURO) for start, end, mrr in rows]


def last_event(kind):
    return Event.objects.filter(kind=kind).latest("pk")


def nothing_written(account):
    return (
        list(Movement.objects.values_list("pk")),
        list(MrrInterval.objects.values_list("subscription", "start_on", "end_on", "mrr")),
        list(Subscription.objects.values("pk", "status", "mrr", "price", "ends_on")),
        list(Account.objects.values("pk", "status", "mrr", "first_paid_on")),
        Event.objects.count(),
    )


# The kinds, as the customer sees them


def test_first_subscription_is_new_and_makes_a_customer():
    account = AccountFactory()
    subscription = subscriptions.start(account, ProductFactory(price=100_00), on=JAN, by=None)
    assert ledger(account) == [("new", JAN, 100)]
    assert intervals(account) == [(JAN, FOREVER, 100)]
    account.refresh_from_db()
    assert (account.status, account.mrr, account.first_paid_on) == ("customer", 100 * EURO, JAN)
    assert last_event("account.first_paid").touches == {"accounts.account": ["2026-01-01"]}
    assert last_event("subscription.started").touches == {"accounts.movement": ["2026-01-01"]}
    assert subscription.mrr == 100 * EURO


def test_second_subscription_is_expansion_and_losing_one_of_two_contraction():
    account = AccountFactory()
    first = SubscriptionFactory(account=account, on=JAN)
    second = SubscriptionFactory(account=account, on=FEB, price=30_00)
    subscriptions.cancel(first, on=MAR, by=None)
    subscriptions.cancel(second, on=APR, by=None)
    assert ledger(account) == [
        ("new", JAN, 100),
        ("expansion", FEB, 30),
        ("contraction", MAR, -100),
        ("churn", APR, -30),
    ]
    account.refresh_from_db()
    assert (account.status, account.mrr, account.first_paid_on) == ("former", 0, JAN)


def test_return_at_another_price_is_reactivation_at_the_old_one_and_a_change():
    subscription = SubscriptionFactory(on=JAN)
    subscriptions.pause(subscription, on=FEB, by=None)
    subscriptions.reactivate(subscription, on=MAR, price=80_00, by=None)
    assert ledger(subscription.account) == [
        ("new", JAN, 100),
        ("churn", FEB, -100),
        ("reactivation", MAR, 100),
        ("contraction", MAR, -20),
    ]
    assert intervals(subscription.account) == [(JAN, FEB, 100), (MAR, FOREVER, 80)]
    assert Movement.objects.get(kind="churn").cause == Movement.Cause.PAUSED


def test_return_beside_another_running_subscription_is_expansion():
    account = AccountFactory()
    first = SubscriptionFactory(account=account, on=JAN)
    SubscriptionFactory(account=account, on=JAN, price=50_00)
    subscriptions.pause(first, on=FEB, by=None)
    subscriptions.reactivate(first, on=MAR, price=120_00, by=None)
    assert ledger(account)[2:] == [("contraction", FEB, -100), ("expansion", MAR, 120)]


def test_another_subscription_of_a_former_customer_is_reactivation():
    account = AccountFactory()
    subscriptions.cancel(SubscriptionFactory(account=account, on=JAN), on=FEB, by=None)
    SubscriptionFactory(account=account, on=APR, price=70_00)
    assert ledger(account)[-1] == ("reactivation", APR, 70)


def test_first_subscription_after_orders_is_new():
    account = AccountFactory()
    OrderFactory(account=account, on=JAN)
    SubscriptionFactory(account=account, on=MAR)
    assert ledger(account) == [("new", MAR, 100)]
    account.refresh_from_db()
    assert account.first_paid_on == JAN


# Changes


def test_upgrade_and_downgrade_take_full_effect_on_their_day():
    subscription = SubscriptionFactory(on=JAN)
    subscriptions.upgrade(subscription, price=150_00, on=FEB, by=None)
    subscriptions.downgrade(subscription, price=90_00, on=APR, by=None, reason="fewer seats")
    assert ledger(subscription.account)[1:] == [("expansion", FEB, 50), ("contraction", APR, -60)]
    assert intervals(subscription.account) == [(JAN, FEB, 100), (FEB, APR, 150), (APR, FOREVER, 90)]


@pytest.mark.parametrize(
    ("step", "price"), [("upgrade", 90_00), ("downgrade", 110_00), ("change", 100_00), ("change", -1)]
)
def test_wrong_direction_no_change_and_negative_prices_leave_no_trace(step, price):
    subscription = SubscriptionFactory(on=JAN)
    before = nothing_written(subscription.account)
    with pytest.raises(Invalid):
        getattr(subscriptions, step)(subscription, price=price, on=FEB, by=None)
    assert nothing_written(subscription.account) == before


def test_another_product_at_the_same_money_goes_out_and_comes_in():
    subscription = SubscriptionFactory(on=JAN)
    other = ProductFactory(price=100_00)
    subscriptions.change(subscription, product=other, on=MAR, by=None)
    assert ledger(subscription.account)[1:] == [("contraction", MAR, -100), ("expansion", MAR, 100)]
    rows = MrrInterval.objects.order_by("start_on").values_list("start_on", "end_on", "product")
    assert list(rows) == [(JAN, MAR, Movement.objects.first().product_id), (MAR, FOREVER, other.pk)]


def test_intervals_keep_the_plan_of_their_time():
    subscription = SubscriptionFactory(on=JAN)
    old, dear = subscription.product, ProductFactory(price=300_00)
    subscriptions.upgrade(subscription, product=dear, on=MAR, by=None)
    assert list(MrrInterval.objects.order_by("start_on").values_list("product", flat=True)) == [old.pk, dear.pk]


def test_quantity_scales_the_price():
    subscription = SubscriptionFactory(on=JAN, quantity=3)
    assert subscription.price == 300_00
    subscriptions.change(subscription, quantity=5, on=FEB, by=None)
    assert (subscription.price, subscription.mrr) == (500_00, 500 * EURO)


@pytest.mark.parametrize("quantity", [0, -1, 10**9])
def test_impossible_quantities_are_refused(quantity):
    account = AccountFactory()
    with pytest.raises(Invalid) as refusal:
        subscriptions.start(account, ProductFactory(), on=JAN, quantity=quantity, by=None)
    assert list(refusal.value.fields) == ["quantity"]
    assert not Subscription.objects.exists()


@pytest.mark.parametrize(
    ("billing", "price", "micros"),
    [
        ("yearly", 1200_00, 100 * EURO),
        ("quarterly", 100_00, 33_333_333),
        ("weekly", 10_00, 43_333_333),
        ("yearly", 100_00, 8_333_333),
    ],
)
def test_mrr_is_the_monthly_normal_in_micros(billing, price, micros):
    subscription = SubscriptionFactory(on=JAN, price=price, billing=billing)
    assert subscription.mrr == micros == Movement.objects.get().amount


def test_another_billing_period_keeps_the_money():
    subscription = SubscriptionFactory(on=JAN)
    subscriptions.change(subscription, billing=Billing.YEARLY, on=FEB, by=None)
    assert (subscription.price, subscription.mrr) == (1200_00, 100 * EURO)
    assert len(ledger(subscription.account)) == 1


def test_free_plans_have_no_mrr_and_make_no_customer():
    subscription = SubscriptionFactory(on=JAN, price=0)
    assert ledger(subscription.account) == []
    subscription.account.refresh_from_db()
    assert subscription.account.status == Account.Status.PROSPECT
    subscriptions.upgrade(subscription, price=10_00, on=FEB, by=None)
    assert ledger(subscription.account) == [("new", FEB, 10)]


def test_what_is_sold_once_is_no_subscription():
    with pytest.raises(Invalid, match="sold once"):
        subscriptions.start(AccountFactory(), ProductFactory(billing="once"), on=JAN, by=None)


def test_other_currencies_are_refused():
    with pytest.raises(Invalid) as refusal:
        subscriptions.start(AccountFactory(), ProductFactory(), on=JAN, currency="USD", by=None)
    assert refusal.value.code == "foreign_currency"
    assert not Subscription.objects.exists()


def test_future_and_earlier_days_are_refused():
    subscription = SubscriptionFactory(on=MAR)
    before = nothing_written(subscription.account)
    for day in (date(2026, 6, 16), FEB):
        with pytest.raises(Invalid):
            subscriptions.pause(subscription, on=day, by=None)
    assert nothing_written(subscription.account) == before


# Endings


def test_scheduled_end_moves_nothing_before_its_day():
    subscription = SubscriptionFactory(on=JAN)
    subscriptions.cancel(subscription, on=date(2026, 7, 1), by=None, reason="moves away")
    assert subscription.is_running and subscription.is_ending
    assert subscriptions.end_due() == 0
    assert len(ledger(subscription.account)) == 1


def test_the_night_ends_what_is_due_once():
    subscription = SubscriptionFactory(on=JAN)
    Subscription.objects.filter(pk=subscription.pk).update(ends_on=JUN, end_cause="voluntary", end_reason="moves away")
    assert subscriptions.end_due() == 1
    assert subscriptions.end_due() == 0
    assert ledger(subscription.account)[1:] == [("churn", JUN, -100)]
    assert Movement.objects.latest("pk").reason == "moves away"


def test_keeping_takes_a_scheduled_end_back():
    subscription = SubscriptionFactory(on=JAN)
    subscriptions.cancel(subscription, on=date(2026, 7, 1), by=None)
    subscriptions.keep(subscription, by=None)
    assert not subscription.is_ending
    with pytest.raises(Conflict):
        subscriptions.keep(subscription, by=None)


def test_past_due_churns_as_involuntary_on_day_30_of_the_grace():
    subscription = SubscriptionFactory(on=JAN)
    subscriptions.mark_past_due(subscription, on=date(2026, 5, 17))
    subscriptions.end_due()
    assert len(ledger(subscription.account)) == 1
    Subscription.objects.filter(pk=subscription.pk).update(past_due_since=date(2026, 5, 16))
    subscriptions.end_due()
    assert ledger(subscription.account)[1:] == [("churn", date(2026, 6, 15), -100)]
    assert Movement.objects.latest("pk").cause == Movement.Cause.INVOLUNTARY


def test_what_is_paid_in_time_stays():
    subscription = SubscriptionFactory(on=JAN)
    subscriptions.mark_past_due(subscription, on=FEB)
    subscriptions.paid(subscription, on=MAR)
    assert subscriptions.end_due() == 0
    assert subscription.status == Subscription.Status.ACTIVE


def test_trial_pays_from_the_day_it_ends():
    account = AccountFactory()
    subscription = subscriptions.start(account, ProductFactory(), on=JUN, trial_ends_on=date(2026, 6, 20), by=None)
    assert (subscription.status, ledger(account)) == ("trial", [])
    Subscription.objects.filter(pk=subscription.pk).update(trial_ends_on=date(2026, 6, 14))
    subscriptions.end_due()
    assert ledger(account) == [("new", date(2026, 6, 14), 100)]


def test_trial_that_is_cancelled_never_pays():
    subscription = SubscriptionFactory(on=JUN, trial_ends_on=date(2026, 6, 20))
    subscriptions.cancel(subscription, by=None)
    subscriptions.end_due()
    assert ledger(subscription.account) == []
    subscription.account.refresh_from_db()
    assert subscription.account.status == Account.Status.PROSPECT


def test_a_second_cancellation_is_a_conflict():
    subscription = SubscriptionFactory(on=JAN)
    stale = Subscription.objects.get(pk=subscription.pk)
    subscriptions.cancel(subscription, on=FEB, by=None)
    with pytest.raises(Conflict):
        subscriptions.cancel(stale, on=MAR, by=None)
    assert intervals(subscription.account) == [(JAN, FEB, 100)]


def test_nothing_of_a_trashed_account_changes():
    subscription = SubscriptionFactory(on=JAN)
    subscription.account.trash()
    with pytest.raises(Conflict):
        subscriptions.cancel(subscription, on=FEB, by=None)
    assert intervals(subscription.account) == [(JAN, FOREVER, 100)]


def test_order_customers_lapse_where_orders_count():
    from accounts.actions import accounts

    company = Company.current()
    company.active_rule = Company.ActiveRule.ORDERS
    company.save()
    old = OrderFactory(on=date(2026, 6, 15) - timedelta(days=364)).account
    Company.objects.update(active_order_days=30)
    Company.forget()
    accounts.lapse()
    old.refresh_from_db()
    assert old.status == Account.Status.FORMER
