import json
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection
from django.test import RequestFactory
from django.utils import timezone

from crm import health
from crm.models import Event

pytestmark = pytest.mark.django_db


def readyz():
    response = health.readyz(RequestFactory().get("/readyz"))
    return response.status_code, json.loads(response.content)


def test_healthz_asks_no_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")


def test_readyz_names_every_check():
    status, answer = readyz()
    assert status == 200
    assert set(answer["checks"]) >= {"database", "migrations", "outbox", "snapshots", "broker"}
    assert answer["checks"]["database"] == {"state": "ok", "detail": connection.vendor}


def test_readyz_fails_when_the_database_is_away(monkeypatch):
    def away():
        raise DatabaseError("away")

    monkeypatch.setattr(connection, "cursor", away)
    status, answer = readyz()
    assert (status, answer["state"]) == (503, "failed")
    assert set(answer["checks"]) == {"database", "broker"}


def test_readyz_fails_when_a_migration_is_missing():
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'metrics'")
    status, answer = readyz()
    assert status == 503
    assert answer["checks"]["migrations"]["state"] == "failed"


def test_readyz_tells_how_long_events_wait():
    Event.objects.create(
        kind="test.waiting", subject_label="crm.company", subject_id=1, at=timezone.now() - timedelta(minutes=10)
    )
    status, answer = readyz()
    assert (status, answer["state"]) == (200, "degraded")
    assert answer["checks"]["outbox"]["value"] == pytest.approx(600, abs=5)


def test_readyz_goes_on_without_redis(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    status, answer = readyz()
    assert status == 200
    assert answer["checks"]["broker"]["state"] == "degraded"
