"""Two nights at once, a night that is killed, and a change in the middle of one: the numbers equal a fresh rebuild."""

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import date

import pytest
from django.conf import settings
from django.db import connection, connections

from accounts.actions import subscriptions
from crm.models import Event
from metrics.actions import snapshots
from metrics.models import Snapshot
from tests.factories import LeadFactory
from tests.metrics.published_rows import fresh_rebuild, rows
from tests.metrics.selling import at, build

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = date.today()  # one day for all of it, should midnight pass meanwhile
NIGHT = f"""
import django; django.setup()
from datetime import date
from metrics.actions import snapshots
snapshots.catch_up(date.fromisoformat("{TODAY}"))
"""


def night():
    snapshots.catch_up(TODAY)


def in_threads(*functions):
    errors = []

    def run(function):
        try:
            function()
        except Exception as error:  # shown by the assertion below
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[function]) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_two_nights_at_once():
    build()
    in_threads(night, night)
    assert not Event.objects.filter(counted_at=None).exists()
    assert not Snapshot.objects.filter(revision__gt=1).exists()
    assert rows() == fresh_rebuild(TODAY)


@pytest.mark.postgresql
def test_older_computation_never_wins_over_a_newer_one(monkeypatch):
    """One night holds the lock of a period while a movement is corrected; the second, which waits, reads what is true."""
    made = build()
    snapshots.catch_up(TODAY)
    LeadFactory(at=at(3, 11))
    computed, replaced = threading.Event(), threading.Event()
    real = snapshots.computed
    calls = []

    def slow(grain, periods, kpis, today):
        found = real(grain, periods, kpis, today)
        calls.append(grain)
        if len(calls) == 1:  # the first night has read, and now dawdles before it writes
            computed.set()
            replaced.wait(timeout=2)
        return found

    def second():
        computed.wait(timeout=10)
        upgrade = made["subscriptions"][0].movements.get(amount=150_000_000)
        subscriptions.correct(upgrade, by=made["ann"], amount=90_000_000, reason="typing error")
        LeadFactory(at=at(3, 12))
        snapshots.catch_up(TODAY)
        replaced.set()

    monkeypatch.setattr(snapshots, "computed", slow)
    in_threads(night, second)
    monkeypatch.undo()
    snapshots.catch_up(TODAY)
    assert not Event.objects.filter(counted_at=None).exists()
    assert rows() == fresh_rebuild(TODAY)


@pytest.mark.postgresql
@pytest.mark.parametrize("after", [0.3, 1.0])
def test_killed_night_is_finished_by_the_next(after):
    build()
    name = connection.settings_dict
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "crm.settings",
        "SECRET_KEY": settings.SECRET_KEY,
        "DATABASE_URL": f"postgres://{name['USER']}:{name['PASSWORD']}@{name['HOST']}:{name['PORT'] or 5432}/{name['NAME']}",
    }
    process = subprocess.Popen([sys.executable, "-c", NIGHT], env=environment, cwd=settings.BASE_DIR)
    deadline = time.monotonic() + 60
    while not Snapshot.objects.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)  # until the first chunk is committed
    time.sleep(after)
    was_running = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    if after < 1:
        assert was_running, "the night was over before it could be killed"
    snapshots.catch_up(TODAY)
    assert not Event.objects.filter(counted_at=None).exists()
    assert rows() == fresh_rebuild(TODAY)
