"""Waking costs a request at most 300 ms when the broker is away, once, and never raises."""

import socket
import time

import pytest
from django.db import transaction
from kombu import Connection

from crm import wake
from crm.celery import app


@pytest.fixture
def broker(monkeypatch):
    """Point the hints at another broker."""

    def use(url):
        wake.forget_connections()
        monkeypatch.setattr(app, "connection_for_write", lambda *args, **kwargs: Connection(url, **kwargs))

    yield use
    wake.forget_connections()


def seconds(function):
    start = time.monotonic()
    result = function()
    return result, time.monotonic() - start


def test_a_broker_that_refuses_costs_nearly_nothing(broker, caplog):
    broker("redis://127.0.0.1:1/0")
    sent, took = seconds(lambda: wake.publish("crm.tasks.sweep"))
    assert sent is False
    assert took < 0.3
    assert any("refused" in str(record.msg) for record in caplog.records)


def test_a_broker_that_never_answers_costs_one_time_out_then_nothing(broker):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(8)
        broker(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        sent, took = seconds(lambda: wake.publish("crm.tasks.sweep"))
        assert sent is False
        assert 0.15 < took < 0.6  # 200 ms, and the first import of the client
        sent, took = seconds(lambda: [wake.publish("crm.tasks.sweep") for _ in range(100)])
        assert not any(sent)
        assert took < 0.05


def test_the_breaker_closes_again(broker, monkeypatch):
    broker("redis://127.0.0.1:1/0")
    assert wake.publish("crm.tasks.sweep") is False
    broker("memory://")
    assert wake.publish("crm.tasks.sweep") is False
    monkeypatch.setattr(wake, "_closed_until", time.monotonic() - 1)
    assert wake.publish("crm.tasks.sweep") is True


@pytest.mark.django_db(transaction=True)
def test_a_transaction_commits_though_the_broker_is_away(broker, people):
    from crm import apikeys
    from crm.models import ApiKey, Event

    broker("redis://127.0.0.1:1/0")
    _result, took = seconds(lambda: apikeys.create(people["rep"], name="x", scope="read", by=people["rep"]))
    assert took < 0.5
    assert ApiKey.objects.count() == Event.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_transaction_wakes_nobody(monkeypatch):
    published = []
    monkeypatch.setattr(wake, "publish", lambda task, *args: published.append(task))
    with pytest.raises(RuntimeError), transaction.atomic():
        wake.wake("a")
        raise RuntimeError
    with transaction.atomic():
        with pytest.raises(RuntimeError), transaction.atomic():
            wake.wake("b")
            raise RuntimeError
        wake.wake("b")  # the first one went with its savepoint
        wake.wake("b")
    assert published == ["b"]


@pytest.mark.redis
def test_a_hint_arrives_at_redis():
    assert wake.publish("crm.tasks.sweep") is True
