"""A won deal is told to the team by the outbox and a real worker, also when the broker was away as it was won."""

import socket
import time

import pytest
from django.test import Client
from django.urls import reverse
from kombu import Connection

from crm import wake
from crm.celery import app
from crm.models import Event, Job, Notification
from leads.models import Deal
from tests.factories import DealFactory, TeamFactory, UserFactory
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def selling(transactional_db):
    """Somebody who sells, a colleague and a manager to be told, and a stranger who must not be."""
    team = TeamFactory()
    seller = UserFactory(roles=["rep"], team=team)
    told = {UserFactory(roles=["rep"], team=team).pk, UserFactory(roles=["manager"], team=team).pk}
    UserFactory(roles=["rep"], team=TeamFactory())
    client = Client()
    client.force_login(seller)
    return seller, told, client


@pytest.fixture
def broker_away():
    """Call it with an address, and hints go there instead; what it returns brings the real broker back."""
    patch = pytest.MonkeyPatch()

    def leave(address):
        wake.forget_connections()
        patch.setattr(app, "connection_for_write", lambda *args, **kwargs: Connection(address, **kwargs))
        return come_back

    def come_back():
        patch.undo()
        wake.forget_connections()
        wake._closed_until = 0.0

    yield leave
    come_back()


@pytest.fixture
def silent_port():
    """Takes connections and never says a word."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(16)
        yield silent.getsockname()[1]


def win(client, deal):
    """Win it over its page; how long that took."""
    start = time.perf_counter()
    response = client.post(reverse("deal_win", args=[deal.pk]))
    took = time.perf_counter() - start
    assert response.status_code == 302
    return took


def assert_told_once(deal, told):
    event = Event.objects.get(kind="deal.won", subject_id=deal.pk)
    jobs = Job.objects.filter(event=event)
    assert [(job.state, job.attempts, job.last_error) for job in jobs] == [("done", 1, "")] * len(jobs)
    assert [job.handler for job in jobs] == ["leads.handlers.tell_team"]
    assert sorted(Notification.objects.filter(event=event).values_list("user", flat=True)) == sorted(told)


def is_told(deal):
    job = Job.objects.filter(event__kind="deal.won", event__subject_id=deal.pk, handler="leads.handlers.tell_team")
    return lambda: job.filter(state=Job.State.DONE).exists()


def test_the_team_is_told_by_a_worker_and_nobody_else_is(start_worker, selling):
    seller, told, client = selling
    deal = DealFactory(owner=seller, by=seller)
    start_worker()
    win(client, deal)
    wait_until(is_told(deal), seconds=20)
    assert_told_once(deal, told)


def test_what_was_won_while_the_broker_was_away_is_told_once_it_is_back(start_worker, broker_away, selling):
    seller, told, client = selling
    deal = DealFactory(owner=seller, by=seller)
    back = broker_away("redis://127.0.0.1:1/0")
    win(client, deal)
    assert Deal.objects.get().status == "won"
    assert Event.objects.get(kind="deal.won").dispatched_at is None
    assert not Notification.objects.exists()
    back()
    start_worker()
    start_worker()
    for _ in range(5):  # as beat says it, and more often: two schedulers, and every message more than once
        assert wake.publish("crm.tasks.sweep")
    wait_until(is_told(deal), seconds=20)
    assert wake.publish("crm.tasks.sweep")
    wait_until(lambda: not Event.objects.filter(dispatched_at=None).exists())
    assert_told_once(deal, told)


@pytest.mark.parametrize("kind", ["refuses", "hangs"])
def test_a_request_takes_at_most_300_ms_more_when_the_broker_is_away(broker_away, selling, silent_port, kind):
    """The best of three each, since other processes want the processor as well."""
    seller, _told, client = selling
    deals = [DealFactory(owner=seller, by=seller) for _ in range(7)]
    win(client, deals.pop())  # whatever is imported and asked only once
    wake.publish("crm.tasks.sweep")
    usual = min(win(client, deals.pop()) for _ in range(3))
    broker_away(f"redis://127.0.0.1:{1 if kind == 'refuses' else silent_port}/0")
    without = []
    for deal in deals:
        wake._closed_until = 0.0
        without.append(win(client, deal))
    assert min(without) < usual + 0.3, (usual, without)
    assert wake.time.monotonic() < wake._closed_until, "nobody has tried to publish"
    assert Event.objects.filter(kind="deal.won").count() == 7
