import datetime as dt

import pytest
from django.urls import reverse

from accounts.models import Account, Movement, MrrInterval, Order, Subscription
from accounts.views.subscriptions import minor
from crm import registry
from crm.models import Company
from tests.accounts.people import cast, customer, state
from tests.factories.accounts import AccountFactory
from tests.factories.subscriptions import OrderFactory, ProductFactory, SubscriptionFactory
from tests.factories.users import UserFactory

pytestmark = pytest.mark.django_db
LEDGER = (Subscription, Movement, MrrInterval, Account, Order)


@pytest.fixture
def people():
    return cast()


@pytest.fixture
def today():
    return Company.current().today()


@pytest.fixture
def manager():
    return UserFactory(roles=["manager"])


def get(client, user, name, *args, **kwargs):
    client.force_login(user)
    return client.get(reverse(name, args=args), kwargs)


def post(client, user, page, /, *args, **data):
    client.force_login(user)
    return client.post(reverse(page, args=args), data)


def running(owner, **kwargs):
    return SubscriptionFactory(account=AccountFactory(owner=owner), product=ProductFactory(price=149_00), **kwargs)


def change_of(subscription, **changed):
    return {"product": subscription.product_id, "quantity": 1, "billing": "monthly", "price": "149", "on": dt.date.today().isoformat(), "reason": ""} | changed  # fmt: skip


# Who sees and changes what


@pytest.mark.parametrize("name", ["subscription_list", "order_list"])
def test_lists_of_money_hold_what_each_may_read(client, people, name):
    halberd, norrby = customer(people.owner), customer(people.stranger, "Norrby Cycles")
    ours, theirs = ("subscription", "order")[name == "order_list"], None
    ours, theirs = getattr(halberd, ours), getattr(norrby, ours)
    seen = {
        who: {row["record"] for row in get(client, user, name, view="all").context["rows"]}
        for who, user in vars(people).items()
    }
    assert seen == {
        "owner": {ours},
        "teammate": set(),
        "stranger": {theirs},
        "agent": {ours, theirs},
        "manager": {ours},
        "other_manager": {theirs},
        "admin": {ours, theirs},
    }


@pytest.mark.parametrize(
    "name",
    [
        "subscription_change",
        "subscription_pause",
        "subscription_cancel",
        "subscription_keep",
        "subscription_reactivate",
    ],
)
def test_steps_are_refused_without_a_trace(client, people, name):
    subscription = customer(people.owner).subscription
    before = state(*LEDGER)
    statuses = {
        who: post(
            client, getattr(people, who), name, subscription.pk, on=dt.date.today().isoformat(), reason="Mine"
        ).status_code
        for who in ("owner", "teammate", "stranger", "agent", "other_manager")
    }
    assert statuses == {"owner": 403, "teammate": 404, "stranger": 404, "agent": 403, "other_manager": 404}
    assert state(*LEDGER) == before


def test_corrections_orders_and_refunds_are_refused_without_a_trace(client, people):
    halberd = customer(people.owner)
    movement = halberd.subscription.movements.get()
    before = state(*LEDGER)
    for who, status in {"owner": 403, "stranger": 404, "agent": 403, "other_manager": 404}.items():
        user = getattr(people, who)
        assert (
            post(client, user, "movement_correct", movement.pk, amount="1", reason="x", on="2026-01-01").status_code
            == status
        )
        assert post(client, user, "order_refund", halberd.order.pk, amount="1", on="2026-01-01").status_code == status
        assert post(client, user, "order_withdraw", halberd.order.pk).status_code == status
    assert post(client, people.owner, "subscription_start", halberd.account.pk).status_code == 403
    assert post(client, people.other_manager, "subscription_start", halberd.account.pk).status_code == 403
    data = {"account": "Halberd Optics", "kind": "purchase", "amount": "10", "on": dt.date.today().isoformat()}
    assert post(client, people.owner, "order_create", **data).status_code == 403
    assert post(client, people.other_manager, "order_create", **data).status_code == 422
    assert state(*LEDGER) == before


# The steps


def test_starting_says_what_it_does_and_then_does_it(client, manager, today):
    account, product = AccountFactory(owner=manager), ProductFactory(price=149_00)
    data = {
        "product": product.pk,
        "quantity": 2,
        "billing": "",
        "price": "",
        "on": today.isoformat(),
        "trial_ends_on": "",
    }
    before = state(*LEDGER)
    preview = post(client, manager, "subscription_start", account.pk, preview="1", **data)
    assert preview.context["will"].startswith("MRR goes from €0 to €298 on ")
    assert state(*LEDGER) == before

    response = post(client, manager, "subscription_start", account.pk, **data)
    subscription = Subscription.objects.get()
    assert response.url == subscription.get_absolute_url()
    assert (subscription.mrr, subscription.quantity, subscription.account) == (298_000_000, 2, account)


def test_changing_the_price(client, manager, today):
    subscription = running(manager)
    preview = post(
        client, manager, "subscription_change", subscription.pk, preview="1", **change_of(subscription, price="199")
    )
    assert preview.context["will"].startswith("MRR goes from €149 to €199 on ")
    post(client, manager, "subscription_change", subscription.pk, **change_of(subscription, price="199"))
    subscription.refresh_from_db()
    assert subscription.mrr == 199_000_000
    assert list(subscription.movements.order_by("pk").values_list("kind", "amount")) == [
        ("new", 149_000_000),
        ("expansion", 50_000_000),
    ]


def test_a_price_left_alone_follows_the_new_product(client, manager):
    subscription, scale = running(manager), ProductFactory(price=490_00)
    post(client, manager, "subscription_change", subscription.pk, **change_of(subscription, product=scale.pk))
    subscription.refresh_from_db()
    assert (subscription.product, subscription.mrr) == (scale, 490_000_000)


def test_prices_are_read_in_the_reader_s_language(client, manager):
    subscription = running(manager)
    client.cookies["django_language"] = "es"
    post(client, manager, "subscription_change", subscription.pk, **change_of(subscription, price="1.199,50"))
    subscription.refresh_from_db()
    assert subscription.price == 119_950


@pytest.mark.parametrize("price", ["abc", "-5", "1,2,3", "99999999999999999999", "1.999"])
def test_what_is_no_price_is_refused(client, manager, price):
    subscription = running(manager)
    before = state(*LEDGER)
    response = post(client, manager, "subscription_change", subscription.pk, **change_of(subscription, price=price))
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["price"]
    assert state(*LEDGER) == before


def test_what_the_action_refuses_comes_back_in_the_form(client, manager):
    subscription = running(manager)
    response = post(client, manager, "subscription_change", subscription.pk, **change_of(subscription))
    assert response.status_code == 422
    assert response.context["form"].non_field_errors() == ["Nothing would change."]
    response = post(
        client, manager, "subscription_change", subscription.pk, **change_of(subscription, price="9", on="2020-01-01")
    )
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["on"]


def test_pausing_and_coming_back(client, manager, today):
    subscription = running(manager)
    assert (
        get(client, manager, "subscription_pause", subscription.pk)
        .context["will"]
        .startswith("MRR goes from €149 to €0 on ")
    )
    post(client, manager, "subscription_pause", subscription.pk, on=today.isoformat())
    subscription.refresh_from_db()
    assert (subscription.status, subscription.mrr) == ("paused", 0)
    assert (
        get(client, manager, "subscription_reactivate", subscription.pk)
        .context["will"]
        .startswith("MRR goes from €0 to €149 on ")
    )
    post(client, manager, "subscription_reactivate", subscription.pk, on=today.isoformat())
    subscription.refresh_from_db()
    assert (subscription.status, subscription.mrr) == ("active", 149_000_000)


def test_cancelling_now_and_later(client, manager, today):
    now, later = running(manager), running(manager)
    ahead = today + dt.timedelta(days=30)
    post(
        client, manager, "subscription_cancel", now.pk, on=today.isoformat(), cause="involuntary", reason="Card failed"
    )
    post(
        client,
        manager,
        "subscription_cancel",
        later.pk,
        on=ahead.isoformat(),
        cause="voluntary",
        reason="Too expensive",
    )
    for subscription in (now, later):
        subscription.refresh_from_db()
    assert (now.status, now.mrr, now.movements.last().cause) == ("cancelled", 0, "involuntary")
    assert (later.status, later.mrr, later.ends_on) == ("active", 149_000_000, ahead)
    assert b"Too expensive" in get(client, manager, "subscription_detail", later.pk).content

    post(client, manager, "subscription_keep", later.pk)
    later.refresh_from_db()
    assert later.ends_on is None


def test_a_step_that_is_no_longer_possible_is_a_conflict(client, manager, today):
    subscription = running(manager)
    post(client, manager, "subscription_pause", subscription.pk, on=today.isoformat())
    before = state(*LEDGER)
    response = post(client, manager, "subscription_pause", subscription.pk, on=today.isoformat())
    assert response.status_code == 409
    assert state(*LEDGER) == before


def test_a_correction_reverses_and_writes_anew(client, manager, today):
    subscription = running(manager)
    movement = subscription.movements.get()
    preview = post(
        client,
        manager,
        "movement_correct",
        movement.pk,
        preview="1",
        on=movement.on.isoformat(),
        amount="139",
        reason="Typo",
    )
    assert preview.context["will"].startswith("+€149 on ")
    assert "becomes +€139" in preview.context["will"]

    post(client, manager, "movement_correct", movement.pk, on=movement.on.isoformat(), amount="139", reason="Typo")

    assert list(subscription.movements.order_by("pk").values_list("amount", "reverses")) == [
        (149_000_000, None),
        (-149_000_000, movement.pk),
        (139_000_000, None),
    ]
    assert b"Reversal of New" in get(client, manager, "subscription_detail", subscription.pk).content
    response = post(
        client, manager, "movement_correct", movement.pk, on=movement.on.isoformat(), amount="1", reason="Again"
    )
    assert response.status_code == 409


def test_a_correction_of_the_day_leaves_the_last_micro_alone(client, manager, today):
    yearly = ProductFactory(price=1_000_00, billing="yearly")
    subscription = SubscriptionFactory(account=AccountFactory(owner=manager), product=yearly)
    movement = subscription.movements.get()
    day = today - dt.timedelta(days=3)
    post(
        client,
        manager,
        "movement_correct",
        movement.pk,
        on=day.isoformat(),
        amount=f"{minor(movement.amount) / 100:.2f}",
        reason="Earlier",
    )
    assert subscription.movements.last().amount == movement.amount
    assert subscription.movements.last().on == day


# Orders


def test_adding_and_refunding_an_order(client, manager, today):
    AccountFactory(name="Halberd Optics", owner=manager)
    data = {
        "account": "halberd optics",
        "kind": "purchase",
        "product": "",
        "amount": "1200.50",
        "on": today.isoformat(),
        "note": "Onboarding",
    }
    post(client, manager, "order_create", **data)
    order = Order.objects.get()
    assert (order.amount, order.owner, order.on) == (120_050, manager, today)

    too_much = post(client, manager, "order_refund", order.pk, amount="1300", on=today.isoformat(), note="")
    assert too_much.status_code == 422
    post(client, manager, "order_refund", order.pk, amount="200", on=today.isoformat(), note="Half a day")
    assert list(Order.objects.order_by("pk").values_list("kind", "amount")) == [
        ("purchase", 120_050),
        ("refund", -20_000),
    ]
    page = get(client, manager, "order_detail", order.pk)
    assert page.context["left"] == 100_050
    refund = Order.objects.get(kind="refund")
    assert post(client, manager, "order_refund", refund.pk, amount="1", on=today.isoformat()).status_code == 409


def test_an_order_entered_by_mistake_is_taken_back(client, manager):
    order = OrderFactory(account=AccountFactory(owner=manager))
    post(client, manager, "order_withdraw", order.pk)
    assert Order.objects.count() == 0


@pytest.mark.parametrize("amount", ["0", "-1", "", "ten", "1e5"])
def test_what_is_no_amount_is_refused(client, manager, amount, today):
    AccountFactory(name="Halberd Optics", owner=manager)
    data = {"account": "Halberd Optics", "kind": "purchase", "amount": amount, "on": today.isoformat()}
    response = post(client, manager, "order_create", **data)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["amount"]
    assert Order.objects.count() == 0


def test_search_finds_only_what_each_may_read(people):
    halberd = customer(people.owner, "Canary Works")
    found = {
        who: {
            hit.url
            for model in ("accounts.Account", "accounts.Contact", "accounts.Subscription")
            for hit in registry._searches[model].loader("canary", user, 10)
        }
        for who, user in vars(people).items()
    }
    everywhere = {halberd.account.get_absolute_url(), halberd.contact.get_absolute_url()}
    money = {halberd.subscription.get_absolute_url()}
    readers = {"owner", "agent", "manager", "admin"}
    assert found == {who: everywhere | (money if who in readers else set()) for who in vars(people)}
