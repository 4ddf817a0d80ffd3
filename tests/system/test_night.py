"""The night as it is run: by a real worker, woken over the broker, also one that is killed while it publishes."""

import datetime as dt
import os
import signal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actions import subscriptions
from crm.models import Company, Event
from crm.wake import publish
from metrics.models import Snapshot
from tests.factories import AccountFactory, ProductFactory, SubscriptionFactory, TeamFactory, UserFactory
from tests.metrics.published_rows import fresh_rebuild, rows
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def months():
    """The first days of the month before the last one, of the last one, and of this one."""
    this = Company.current().today().replace(day=1)
    last = (this - dt.timedelta(days=1)).replace(day=1)
    return (last - dt.timedelta(days=1)).replace(day=1), last, this


@pytest.fixture
def manager(transactional_db):
    return UserFactory(roles=["manager"], team=TeamFactory())


@pytest.fixture
def upgrade(manager, months):
    """Of one of three customers, in the last month, from €100 to €250."""
    before_last, last, _this = months
    rep = UserFactory(roles=["rep"], team=manager.team)
    plan, big = ProductFactory(name="Small", price=100_00), ProductFactory(name="Big", price=250_00)
    for n, owner in enumerate([rep, manager, None]):
        on = before_last + dt.timedelta(days=n)
        at = dt.datetime.combine(on, dt.time(1), dt.UTC)
        account = AccountFactory(name=f"Customer {n}", owner=owner, by=manager, at=at)
        last_one = SubscriptionFactory(account=account, product=plan, on=on, by=manager)
        if n == 0:
            subscriptions.upgrade(last_one, product=big, price=250_00, on=last + dt.timedelta(days=4), by=manager)
            found = last_one.movements.latest("id")
    return found


def everything():
    """Every published row, also those that were replaced, but for when it was computed."""
    places = ("kpi", "grain", "start", "dimension", "member", "revision")
    values = ("pk", "numerator", "denominator", "state", "is_current", "version", "end")
    return {tuple(row[: len(places)]): row[len(places) :] for row in Snapshot.objects.values_list(*places, *values)}


def differing(before, after):
    return {key for key in before | after if before.get(key) != after.get(key)}


def the_night_runs():
    """One message, and wait until it has done what there was to do."""
    assert publish("metrics.tasks.nightly")
    wait_until(lambda: not Event.objects.filter(counted_at=None).exists(), seconds=60)


def value_shown(client, slug, start):
    """(what the KPI's page says for that month, the accounts behind its numerator)."""
    page = client.get(reverse("kpi_detail", args=[slug]), {"grain": "month", "start": start, "part": "numerator"})
    rows = page.context["records"]["rows"]
    return page.context["figure"].value, sorted(row[0]["text"] for row in rows)


def tile_shown(client, name, start):
    tiles = client.get(reverse("dashboard"), {"grain": "month", "start": start}).context["tiles"]
    return next(tile["value"] for tile in tiles if tile["name"] == name)


def test_a_backdated_movement_changes_exactly_what_a_rebuild_finds_different(start_worker, manager, months, upgrade):
    (before_last, last, _this), customers = months, ["Customer 0", "Customer 1", "Customer 2"]
    client = Client()
    client.force_login(manager)
    rebuilt_before = fresh_rebuild()
    Event.objects.update(counted_at=timezone.now())
    published_before = everything()
    assert tile_shown(client, "MRR", before_last) == 300
    assert value_shown(client, "expansion_mrr", last) == (150, ["Customer 0"])
    assert value_shown(client, "new_mrr", before_last) == (300, customers)
    subscriptions.correct(upgrade, by=manager, on=before_last + dt.timedelta(days=9), reason="Typed the wrong month")
    assert everything() == published_before, "published before the night"

    start_worker()
    the_night_runs()

    published_after, current = everything(), rows()
    assert tile_shown(client, "MRR", before_last) == 450
    assert value_shown(client, "expansion_mrr", last) == (0, [])
    assert value_shown(client, "new_mrr", before_last) == (450, customers), (
        "upgraded in its first month: all of it is new"
    )
    restated = Snapshot.objects.filter(kpi="mrr", grain="month", start=before_last, dimension="").order_by("revision")
    assert [(row.revision, row.state, row.is_current, row.numerator // 10**6) for row in restated] == [
        (1, "closed", False, 300),
        (2, "restated", True, 450),
    ]
    assert current == fresh_rebuild()
    expected = differing(rebuilt_before, current)
    assert {place[0] for place in expected} >= {"mrr", "expansion_mrr", "net_new_mrr"}
    assert {place[:5] for place in differing(published_before, published_after)} == expected


def test_a_worker_killed_while_it_publishes_leaves_what_a_rebuild_gives(start_worker, upgrade):
    first = start_worker()
    assert publish("metrics.tasks.nightly")
    wait_until(Snapshot.objects.exists, seconds=30)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    half = Snapshot.objects.count()
    assert Event.objects.filter(counted_at=None).exists(), "it had ended before it could be killed"
    start_worker()
    the_night_runs()
    found = rows()
    assert len(found) > half
    assert found == fresh_rebuild()
