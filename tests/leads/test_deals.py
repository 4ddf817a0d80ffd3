from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.actions import orders, subscriptions
from accounts.models import Movement, MrrInterval, Order, Subscription
from crm import jobs
from crm.exceptions import Conflict, Invalid
from crm.models import Event, Notification
from leads.actions import activities, deals, leads
from leads.models import Deal, DealStageChange, Pipeline
from tests.factories import (
    AccountFactory,
    ContactFactory,
    DealFactory,
    LeadFactory,
    ProductFactory,
    TeamFactory,
    UserFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("midsummer")]

PAST = datetime(2026, 3, 1, 12, tzinfo=UTC)


def later(days):
    return PAST + timedelta(days=days)


def history(deal):
    rows = deal.stage_changes.order_by("pk").values_list("to_stage__name", "status", "value", "probability", "on")
    return list(rows)


def everything():
    return (
        list(Deal.objects.order_by("pk").values()),
        *(model.objects.count() for model in (DealStageChange, Subscription, Order, Movement, Event)),
    )


def test_the_default_pipeline_is_made_on_first_need():
    deal = DealFactory()
    stages = deal.stage.pipeline.stages.order_by("position").values_list("name", "probability")
    assert list(stages) == [("Qualified", 20), ("Demo", 40), ("Proposal", 60), ("Negotiation", 80)]
    DealFactory()
    assert Pipeline.objects.count() == 1


def test_every_step_keeps_value_and_probability_of_its_moment():
    deal = DealFactory(at=PAST, value=100_00)
    stages = list(deal.stage.pipeline.stages.order_by("position"))
    deals.move(deal, stages[2], by=None, at=later(1))
    deals.edit(deal, value=80_00, by=None, at=later(2))
    deals.move(deal, stages[1], by=None, at=later(3))
    deals.lose(deal, reason="price", by=None, at=later(4))
    assert history(deal) == [
        ("Qualified", "open", 100_00, 20, date(2026, 3, 1)),
        ("Proposal", "open", 100_00, 60, date(2026, 3, 2)),
        ("Proposal", "open", 80_00, 60, date(2026, 3, 3)),
        ("Demo", "open", 80_00, 40, date(2026, 3, 4)),
        ("Demo", "lost", 80_00, 0, date(2026, 3, 5)),
    ]
    assert (deal.closed_on, deal.lost_reason) == (date(2026, 3, 5), "price")
    assert Event.objects.get(kind="deal.lost").touches["leads.deal"] == ["2026-03-01", "2026-03-05"]


def test_winning_a_plan_starts_its_subscription_at_the_value_of_a_year():
    deal = DealFactory(at=PAST, product=ProductFactory(price=100_00), value=1_100_00)
    deals.win(deal, by=None, at=later(10))
    subscription = Subscription.objects.get()
    assert (deal.subscription, subscription.started_on, subscription.price) == (subscription, date(2026, 3, 11), 91_67)
    assert Movement.objects.get().amount == 91_670_000
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("billing", "price"), [("monthly", 100_00), ("yearly", 1200_00), ("quarterly", 300_00), ("weekly", 23_08)]
)
def test_the_price_follows_the_billing_period(billing, price):
    deal = DealFactory(product=ProductFactory(billing=billing), value=1200_00)
    assert deals.win(deal, by=None).subscription.price == price


def test_winning_without_a_value_takes_the_list_price():
    deal = DealFactory(product=ProductFactory(price=100_00), quantity=3)
    assert deals.win(deal, by=None).subscription.price == 300_00


def test_winning_what_is_sold_once_writes_an_order():
    deal = DealFactory(at=PAST, product=ProductFactory(billing="once"), value=500_00)
    deals.win(deal, by=None, at=later(5))
    order = Order.objects.get()
    assert (deal.order, order.amount, order.on, order.kind) == (order, 500_00, date(2026, 3, 6), "purchase")
    assert not Subscription.objects.exists()


def test_winning_for_nothing_sells_nothing_and_still_makes_the_lead_a_customer():
    lead = LeadFactory(at=PAST)
    deal = leads.convert(lead, by=None, at=PAST).deal
    deals.win(deal, by=None, at=later(9))
    lead.refresh_from_db()
    assert lead.customer_on == date(2026, 3, 10)
    assert not Order.objects.exists() and not Subscription.objects.exists()


def test_winning_twice_or_losing_what_is_won_is_a_conflict():
    deal = DealFactory(value=100_00)
    stale = Deal.objects.get(pk=deal.pk)
    deals.win(deal, by=None)
    before = everything()
    for step in (
        lambda: deals.win(stale, by=None),
        lambda: deals.lose(stale, reason="x", by=None),
        lambda: deals.win(deal, by=None),
    ):
        with pytest.raises(Conflict):
            step()
    assert everything() == before


def test_a_deal_without_an_account_cannot_be_won_for_money():
    deal = DealFactory(account=None, value=100_00)
    before = everything()
    with pytest.raises(Invalid):
        deals.win(Deal.objects.get(pk=deal.pk), by=None)
    assert everything() == before


# Undo


def test_reopening_a_win_takes_back_subscription_customer_and_lead():
    lead = LeadFactory(at=PAST)
    account, _contact, deal = leads.convert(lead, by=None, at=PAST, product=ProductFactory(), deal_value=1200_00)
    deals.win(deal, by=None)
    deals.reopen(deal, by=None)
    account.refresh_from_db()
    lead.refresh_from_db()
    assert (account.status, account.mrr, account.first_paid_on, lead.customer_on) == ("prospect", 0, None, None)
    assert not MrrInterval.objects.exists()
    assert sum(Movement.objects.values_list("amount", flat=True)) == 0
    assert (deal.status, deal.closed_on, deal.probability, deal.subscription) == ("open", None, 20, None)
    deals.win(deal, by=None)
    assert MrrInterval.objects.count() == 1


def test_reopening_an_order_takes_it_back():
    deal = deals.win(DealFactory(value=100_00), by=None)
    deals.reopen(deal, by=None)
    assert not Order.objects.exists()
    deal.account.refresh_from_db()
    assert deal.account.status == "prospect"


@pytest.mark.parametrize("how", ["charged", "refunded", "upgraded"])
def test_what_has_been_built_upon_is_not_reopened(how):
    product = ProductFactory(billing="once" if how == "refunded" else "monthly")
    deal = deals.win(DealFactory(product=product, value=1200_00), by=None)
    if how == "charged":
        orders.charge(deal.subscription)
    elif how == "refunded":
        orders.refund(deal.order, amount=1, by=None)
    else:
        subscriptions.upgrade(deal.subscription, price=500_00, by=None)
    before = everything()
    with pytest.raises(Conflict):
        deals.reopen(Deal.objects.get(pk=deal.pk), by=None)
    assert everything() == before


def test_what_was_sold_does_not_change_behind_a_won_deal():
    deal = deals.win(DealFactory(value=100_00), by=None)
    before = everything()
    with pytest.raises(Conflict):
        deals.edit(deal, value=1, by=None)
    assert everything() == before
    deals.edit(deal, name="Other", by=None)


@pytest.mark.parametrize(
    "wrong", [{"value": -1}, {"quantity": 0}, {"value": 10**15}, {"status": "won"}, {"currency": "USD"}]
)
def test_impossible_deals_leave_no_trace(wrong):
    DealFactory()
    account = AccountFactory()
    before = everything()
    with pytest.raises(Invalid):
        deals.add(name="Deal", account=account, by=None, **wrong)
    assert everything() == before


def test_a_contact_belongs_to_the_account():
    with pytest.raises(Invalid):
        DealFactory(contact=ContactFactory())


def test_first_contact_is_its_own_then_its_leads_then_its_creation():
    rep = UserFactory()
    lead = LeadFactory(at=PAST)
    activities.log(kind="call", lead=lead, by=rep, at=later(1))
    lead.refresh_from_db()
    assert leads.convert(lead, by=None, at=later(5)).deal.first_contact_on == date(2026, 3, 2)
    deal = DealFactory(at=later(9))
    assert deal.first_contact_on == date(2026, 3, 10)
    activities.log(kind="meeting", deal=deal, by=rep, at=later(7))
    assert deal.first_contact_on == date(2026, 3, 8)
    assert DealFactory(first_contact_on=date(2026, 1, 1)).first_contact_on == date(2026, 1, 1)


# Who is told


def test_a_won_deal_is_told_to_its_team_once():
    team = TeamFactory()
    owner, mate, stranger = UserFactory(team=team), UserFactory(team=team), UserFactory(team=TeamFactory())
    boss = UserFactory()
    team.manager = boss
    team.save()
    deals.win(DealFactory(owner=owner), by=owner)
    jobs.sweep()
    jobs.sweep()
    assert set(Notification.objects.values_list("user", flat=True)) == {mate.pk, boss.pk}
    assert stranger.pk not in Notification.objects.values_list("user", flat=True)


def test_a_lead_given_on_before_the_message_came_is_not_told_to_the_one_between():
    one, two = UserFactory(), UserFactory()
    lead = LeadFactory()
    leads.assign(lead, one, by=None)
    leads.assign(lead, two, by=None)
    jobs.sweep()
    assert list(Notification.objects.values_list("user", flat=True)) == [two.pk]
