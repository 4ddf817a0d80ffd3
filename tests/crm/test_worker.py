"""A real Celery worker, on the broker of the profile under test."""

import os
import signal

from django.utils import timezone

from crm.models import Event
from crm.wake import publish
from tests.waiting import wait_until


def waiting_event():
    return Event.objects.create(kind="test.waiting", subject_label="crm.company", subject_id=1, at=timezone.now())


def is_dispatched(event):
    return lambda: Event.objects.filter(pk=event.pk, dispatched_at__isnull=False).exists()


def test_worker_dispatches_when_woken(start_worker):
    start_worker()
    event = waiting_event()
    assert publish("crm.tasks.dispatch")
    wait_until(is_dispatched(event))


def test_killed_worker_is_replaced_without_loss(start_worker):
    first = start_worker()
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    event = waiting_event()
    start_worker()
    assert publish("crm.tasks.sweep")
    wait_until(is_dispatched(event))
