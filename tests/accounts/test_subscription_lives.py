"""Random lives of customers with several subscriptions, checked day by day against what the movements say."""

from collections import defaultdict
from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.actions import subscriptions
from accounts.models import Account, Movement, MrrInterval, Subscription
from crm.exceptions import DomainError
from tests.factories import AccountFactory, ProductFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("midsummer")]

BEGIN = date(2026, 1, 1)
DAYS = 160  # all before the tests' today
DAY = st.integers(0, DAYS).map(lambda n: BEGIN + timedelta(days=n))
PRICE = st.integers(0, 40).map(lambda n: n * 10_00)
WHICH = st.integers(0, 2)

STEP = st.one_of(
    st.tuples(st.just("start"), DAY, PRICE, WHICH),
    st.tuples(st.just("change"), DAY, PRICE, WHICH),
    st.tuples(st.just("pause"), DAY, PRICE, WHICH),
    st.tuples(st.just("reactivate"), DAY, PRICE, WHICH),
    st.tuples(st.just("cancel"), DAY, PRICE, WHICH),
    st.tuples(st.just("product"), DAY, PRICE, WHICH),
    st.tuples(st.just("correct_amount"), DAY, PRICE, WHICH),
    st.tuples(st.just("correct_day"), DAY, PRICE, WHICH),
)

TOLD = ("start", "change", "pause", "reactivate", "cancel")


def take(step, on, price, which, account, plans):
    mine = list(account.subscriptions.order_by("pk"))
    if step == "start":
        if len(mine) < 3:
            subscriptions.start(account, plans[0], on=on, price=price, by=None)
        return
    if not mine:
        return
    chosen = mine[which % len(mine)]
    movements = list(chosen.movements.order_by("pk"))
    if step == "change":
        subscriptions.change(chosen, on=on, price=price, by=None)
    elif step == "product":
        subscriptions.change(chosen, on=on, product=plans[1], price=chosen.price, by=None)
    elif step == "correct_amount" and movements:
        subscriptions.correct(movements[which % len(movements)], amount=price * 10_000, by=None, reason="x")
    elif step == "correct_day" and movements:
        subscriptions.correct(movements[which % len(movements)], on=on, by=None, reason="x")
    elif step == "reactivate":
        subscriptions.reactivate(chosen, on=on, price=price, by=None)
    elif step in ("pause", "cancel"):
        getattr(subscriptions, step)(chosen, on=on, by=None)


def by_day(rows):
    """MRR at the end of each day, from (day, amount)."""
    sums, running, found = defaultdict(int), 0, {}
    for on, amount in rows:
        sums[on] += amount
    for n in range(DAYS + 1):
        day = BEGIN + timedelta(days=n)
        running += sums[day]
        found[day] = running
    return found


def check_subscription(subscription):
    expected = by_day(subscription.movements.values_list("on", "amount"))
    spans = list(MrrInterval.objects.filter(subscription=subscription).values_list("start_on", "end_on", "mrr"))
    for day, mrr in expected.items():
        assert mrr >= 0
        assert sum(amount for start, end, amount in spans if start <= day < end) == mrr
    subscription.refresh_from_db()
    assert subscription.mrr == expected[BEGIN + timedelta(days=DAYS)]
    if not subscription.is_running:
        assert subscription.mrr == 0


def check_customer(account):
    account.refresh_from_db()
    mrr = by_day(account.movements.values_list("on", "amount"))
    assert account.mrr == mrr[BEGIN + timedelta(days=DAYS)]
    paid = [day for day, amount in mrr.items() if amount > 0]
    assert account.first_paid_on == (paid[0] if paid else None)
    expected = "prospect" if not paid else "customer" if account.mrr else "former"
    assert account.status == expected


def check_waterfall(account, start, end):
    """end = start + new + expansion + reactivation − contraction − churn, for any period."""
    rows = list(account.movements.values_list("kind", "on", "amount"))
    opening = sum(amount for _kind, on, amount in rows if on < start)
    closing = sum(amount for _kind, on, amount in rows if on < end)
    kinds = defaultdict(int)
    for kind, on, amount in rows:
        if start <= on < end:
            kinds[kind] += amount
    K = Movement.Kind
    assert (
        closing
        == opening + kinds[K.NEW] + kinds[K.EXPANSION] + kinds[K.REACTIVATION] + kinds[K.CONTRACTION] + kinds[K.CHURN]
    )
    held = MrrInterval.objects.filter(
        account=account, start_on__lte=end - timedelta(days=1), end_on__gt=end - timedelta(days=1)
    )
    assert sum(held.values_list("mrr", flat=True)) == closing


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, min_size=1, max_size=14), start=DAY, length=st.integers(1, 60))
def test_ledger_intervals_and_customer_agree_whatever_happens(steps, start, length):
    with transaction.atomic():
        account = AccountFactory()
        plans = [ProductFactory(), ProductFactory()]
        for step in steps:
            before = Movement.objects.count()
            try:
                take(*step, account, plans)
            except DomainError:
                assert Movement.objects.count() == before
            for subscription in Subscription.objects.filter(account=account):
                check_subscription(subscription)
            check_customer(Account.objects.get(pk=account.pk))
        check_waterfall(account, start, start + timedelta(days=length))
        transaction.set_rollback(True)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP.filter(lambda step: step[0] in TOLD), min_size=1, max_size=14))
def test_kinds_are_what_the_customer_sees(steps):
    """Told in order, without corrections and swaps: the kinds follow from the customer's total alone."""
    with transaction.atomic():
        account = AccountFactory()
        plans = [ProductFactory(), ProductFactory()]
        for step in sorted(steps, key=lambda step: step[1]):
            try:
                take(*step, account, plans)
            except DomainError:
                continue
        total, paid_before, days = 0, False, {}
        for row in account.movements.order_by("pk"):
            paid_before = paid_before or any(day < row.on and mrr > 0 for day, mrr in days.items())
            if row.amount > 0:
                wanted = "expansion" if total else "reactivation" if paid_before else "new"
            else:
                wanted = "contraction" if total + row.amount else "churn"
            assert row.kind == wanted
            total += row.amount
            days[row.on] = total
        transaction.set_rollback(True)
