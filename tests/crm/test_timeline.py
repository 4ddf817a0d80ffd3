import datetime as dt

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import Account, Product, Subscription, User
from crm import events, registry
from crm.exceptions import Invalid
from crm.models import Company
from crm.timeline import Line, Timeline

pytestmark = pytest.mark.django_db


@pytest.fixture
def kinds(monkeypatch):
    """The registered texts, free to be changed by a test."""
    monkeypatch.setattr(registry, "_timeline", {})


def person(email, *roles):
    return User.objects.create_user(email, "secret", name=email.split("@")[0].title(), roles=roles)


def account(owner=None, name="Halberd Optics"):
    return Account.objects.create(name=name, owner=owner, created_on=dt.date(2026, 3, 1))


def subscription(of, name="Team"):
    product, _made = Product.objects.get_or_create(name=name)
    return Subscription.objects.create(account=of, product=product, price=14900, started_on=dt.date(2026, 3, 1))


@transaction.atomic
def happened(kind, subject, **kwargs):
    return events.record(kind, subject, **kwargs)


def titles(record, user, **kwargs):
    return [str(entry.title) for entry in Timeline(record, user, **kwargs).entries]


def test_timeline_shows_newest_first_by_subject_and_context(kinds):
    registry.timeline("account.added", "accounts", "Account added")
    registry.timeline("subscription.started", "subscriptions", "started")
    admin, halberd = person("admin@example.com", "admin"), account()
    happened("account.added", halberd, by=admin)
    started = subscription(halberd)
    happened("subscription.started", started, context=halberd)
    happened("account.added", account(name="Another"), by=admin)

    entries = Timeline(halberd, admin).entries

    assert [(str(entry.title), str(entry.text), entry.url) for entry in entries] == [
        (str(started), "started", f"/subscriptions/{started.pk}/"),
        ("Account added", "by Admin", ""),
    ]


def test_timeline_drops_what_the_reader_may_not_see(kinds):
    """A rep reads every account, but only the subscriptions of their own."""
    registry.timeline("subscription.started", "subscriptions", lambda event: Line("CANARY", url=""))
    registry.timeline("account.added", "accounts", "Account added")
    owner, stranger = person("owner@example.com", "rep"), person("stranger@example.com", "rep")
    halberd = account(owner)
    happened("account.added", halberd, by=owner)
    happened("subscription.started", subscription(halberd), context=halberd, by=owner)

    assert titles(halberd, owner) == ["CANARY", "Account added"]
    assert titles(halberd, stranger) == ["Account added"]


def test_timeline_goes_on_where_it_stopped(kinds):
    admin, halberd = person("admin@example.com", "admin"), account()
    for number in range(5):
        registry.timeline(f"account.step{number}", "point", f"Step {number}")
        happened(f"account.step{number}", halberd)

    first = Timeline(halberd, admin, size=3)
    second = Timeline(halberd, admin, size=3, older=first.next)

    assert [entry.title for entry in first.entries + second.entries] == [
        "Step 4",
        "Step 3",
        "Step 2",
        "Step 1",
        "Step 0",
    ]
    assert second.next is None


def test_timeline_segments_hold_their_groups_and_changes_the_rest(kinds):
    registry.timeline("activity.logged", "call", "Call", group="talk")
    registry.timeline("order.added", "orders", "Order", group="money")
    admin, halberd = person("admin@example.com", "admin"), account()
    for kind in ("activity.logged", "order.added", "account.nobody_registered_this"):
        happened(kind, halberd)

    assert titles(halberd, admin, segment="talks") == ["Call"]
    assert titles(halberd, admin, segment="money") == ["Order"]
    assert titles(halberd, admin, segment="changes") == ["Account nobody registered this"]
    with pytest.raises(Invalid):
        Timeline(halberd, admin, segment="everything-else")


@pytest.mark.parametrize("item_count", [1, 3])
def test_timeline_query_count(kinds, item_count, django_assert_num_queries):
    registry.timeline("subscription.started", "subscriptions", lambda event: str(event.subject))
    admin, halberd = person("admin@example.com", "admin"), account()
    for number in range(item_count):
        happened("subscription.started", subscription(halberd, f"Plan {number}"), context=halberd, by=admin)
    assert admin.role_names and Company.current()

    with django_assert_num_queries(3):
        assert len(Timeline(halberd, admin).entries) == item_count


def test_timeline_day_is_the_company_s(kinds, settings):
    admin, halberd = person("admin@example.com", "admin"), account()
    event = happened("account.added", halberd)
    entry = Timeline(halberd, admin).entries[0]
    assert entry.day == timezone.localtime(event.at).date()
