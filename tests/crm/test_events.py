"""The outbox: written with the change, dispatched once, whoever asks and however often."""

import datetime as dt
import threading

import pytest
from django.db import close_old_connections, connection, transaction

from crm import events, jobs
from crm.models import Event, Holiday, Job


@pytest.fixture
def heard(monkeypatch):
    """Handlers of this test only; what they were called with."""
    monkeypatch.setattr(events, "_handlers", {})
    monkeypatch.setattr(jobs, "_registry", {})
    calls = []

    @events.on("holiday.added")
    def first(event):
        calls.append(("first", event.pk))

    @events.on("holiday.*", "user.joined")
    def second(event):
        calls.append(("second", event.pk))

    return calls


def add(on="2026-12-25", kind="holiday.added", **kwargs):
    with transaction.atomic():
        holiday = Holiday.objects.create(on=on, name="Free")
        return events.record(kind, holiday, **kwargs)


@pytest.mark.django_db(transaction=True)
def test_record_refuses_to_run_outside_a_transaction():
    holiday = Holiday.objects.create(on="2026-12-25", name="Free")
    with pytest.raises(transaction.TransactionManagementError):
        events.record("holiday.added", holiday)
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_touched_days_are_stored_once_sorted_and_by_label():
    day, before = dt.date(2026, 3, 2), dt.date(2026, 3, 1)
    event = add(touches={Holiday: [day, None, before, day], Event: []}, data={"amount": 1})
    event.refresh_from_db()
    assert event.touches == {"crm.holiday": ["2026-03-01", "2026-03-02"]}
    assert (event.subject_label, event.context_label, event.dispatched_at) == ("crm.holiday", "", None)


@pytest.mark.django_db
def test_an_event_vanishes_with_its_transaction():
    with pytest.raises(RuntimeError), transaction.atomic():
        add()
        raise RuntimeError
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_each_handler_of_the_kind_gets_one_job(heard):
    event = add()
    assert events.dispatch() == 1
    names = sorted(job.handler.rpartition(".")[2] for job in Job.objects.filter(event=event))
    assert names == ["first", "second"]
    event.refresh_from_db()
    assert event.dispatched_at is not None
    assert events.dispatch() == 0
    assert Job.objects.count() == 2


@pytest.mark.django_db
def test_an_event_without_handlers_is_dispatched_too(heard):
    add(kind="nothing.hears")
    assert events.dispatch() == 1
    assert not Job.objects.exists()
    assert not Event.objects.filter(dispatched_at=None).exists()


@pytest.mark.django_db
def test_a_second_dispatch_of_the_same_event_adds_no_job(heard):
    add()
    events.dispatch()
    Event.objects.update(dispatched_at=None)  # as if the first dispatcher's stamp had been lost
    events.dispatch()
    assert Job.objects.count() == 2


@pytest.mark.django_db
def test_dispatch_goes_on_in_batches(heard):
    for day in range(1, 8):
        add(on=dt.date(2026, 1, day))
    assert events.dispatch(limit=3) == 7
    assert Job.objects.count() == 14


@pytest.mark.django_db
def test_an_event_with_a_lower_id_that_commits_later_is_not_missed(heard):
    late = add(on="2026-01-01")
    add(on="2026-01-02")
    Event.objects.filter(pk=late.pk).update(dispatched_at="2026-01-01T00:00Z")  # not visible yet
    events.dispatch()
    Event.objects.filter(pk=late.pk).update(dispatched_at=None)  # now it is
    events.dispatch()
    assert Job.objects.filter(event=late).count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_dispatchers_at_once_have_one_effect(heard):
    for day in range(1, 29):
        add(on=dt.date(2026, 1, day))
    start = threading.Barrier(4)
    errors = []

    def work():
        try:
            start.wait(10)
            events.dispatch(limit=5)
        except Exception as error:  # noqa: BLE001 shown by the assertion
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    close_old_connections()
    assert errors == []
    events.dispatch()
    assert not Event.objects.filter(dispatched_at=None).exists()
    assert Job.objects.count() == 56


@pytest.mark.django_db
def test_the_commit_wakes_the_dispatcher_once(django_capture_on_commit_callbacks, monkeypatch):
    published = []
    monkeypatch.setattr("crm.wake.publish", lambda task, *args: published.append((task, args)))
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        for holiday in (Holiday.objects.create(on="2026-01-01"), Holiday.objects.create(on="2026-01-02")):
            events.record("holiday.added", holiday)
    assert published == [("crm.tasks.dispatch", ())]
