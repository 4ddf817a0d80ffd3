"""Jobs: claimed by one, finished once, never lost, and what failed is kept for people."""

import datetime as dt
import threading

import pytest
import time_machine
from django.db import connection, transaction
from django.utils import timezone

from crm import events, jobs
from crm.exceptions import Conflict
from crm.models import Event, Holiday, Job

NOON = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def registry(monkeypatch):
    monkeypatch.setattr(events, "_handlers", {})
    monkeypatch.setattr(jobs, "_registry", {})


def job_of(function, *, sends=False, atomic=True, **fields):
    """A job of this handler, due now."""
    handler = jobs.register(function, sends=sends, atomic=atomic)
    defaults = {"key": f"{handler.name}:1", "next_at": timezone.now(), "args": {}}
    return Job.objects.create(handler=handler.name, **(defaults | fields))


def writes(**kwargs):
    Holiday.objects.create(on="2026-12-25", name="Free")


def breaks(**kwargs):
    Holiday.objects.create(on="2026-12-25", name="Free")
    raise ValueError("no such thing\x00")


@pytest.mark.django_db
def test_a_job_runs_once_however_often_it_is_asked_for():
    job = job_of(writes)
    assert [jobs.run(job.pk) for _ in range(3)] == [True, False, False]
    job.refresh_from_db()
    assert (job.state, job.attempts, job.lease_until, job.last_error) == ("done", 1, None, "")
    assert Holiday.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_of_many_workers_gets_the_job():
    job = job_of(writes, atomic=False)
    start, won = threading.Barrier(6), []

    def work():
        try:
            start.wait(10)
            won.append(jobs.run(job.pk))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(won) == [False] * 5 + [True]
    assert Holiday.objects.count() == 1


@pytest.mark.django_db
def test_a_failing_job_leaves_no_trace_but_its_error_and_is_tried_later():
    job = job_of(breaks)
    with time_machine.travel(NOON, tick=False):
        Job.objects.update(next_at=NOON)
        jobs.run(job.pk)
        job.refresh_from_db()
        assert (job.state, job.attempts, job.lease_until) == ("pending", 1, None)
        assert "no such thing" in job.last_error
        assert not Holiday.objects.exists()
        assert NOON + dt.timedelta(seconds=8) <= job.next_at <= NOON + dt.timedelta(seconds=12)
        assert jobs.run(job.pk) is False


@pytest.mark.django_db
def test_a_job_fails_for_good_after_its_attempts_and_people_can_retry_it(people):
    job = job_of(breaks)
    for _ in range(jobs.MAX_ATTEMPTS):
        Job.objects.update(next_at=timezone.now())
        jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("failed", jobs.MAX_ATTEMPTS)
    jobs.retry(job, by=people["admin"])
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("pending", 0)
    with pytest.raises(Conflict):
        jobs.retry(job, by=people["admin"])
    assert Event.objects.filter(kind="job.retried", by=people["admin"]).count() == 1


def test_pauses_double_up_to_an_hour():
    pauses = [jobs.pause(attempts).total_seconds() for attempts in (1, 2, 3, 20)]
    for pause, expected in zip(pauses, (10, 20, 40, 3600), strict=True):
        assert expected * 0.8 <= pause <= expected * 1.2


@pytest.mark.django_db
def test_the_lease_of_a_dead_worker_runs_out():
    past = timezone.now() - dt.timedelta(seconds=1)
    job = job_of(writes, state="running", attempts=1, lease_until=past)
    alive = job_of(breaks, key="b", state="running", attempts=1, lease_until=timezone.now() + jobs.LEASE)
    jobs.sweep()
    job.refresh_from_db()
    alive.refresh_from_db()
    assert (job.state, job.attempts) == ("done", 2)
    assert alive.state == "running"


@pytest.mark.django_db
def test_a_worker_that_dies_while_sending_leaves_it_uncertain_and_nobody_sends_again():
    sent = []
    job = job_of(
        lambda **kwargs: sent.append(1),
        sends=True,
        state="running",
        attempts=1,
        lease_until=timezone.now() - dt.timedelta(seconds=1),
    )
    jobs.sweep()
    jobs.sweep()
    job.refresh_from_db()
    assert (job.state, sent) == ("uncertain", [])


@pytest.mark.django_db
def test_an_error_while_sending_is_uncertain_unless_the_handler_knows_better():
    def times_out(**kwargs):
        raise TimeoutError

    def refused(**kwargs):
        raise jobs.Retry("connection refused")

    first, second = job_of(times_out, sends=True), job_of(refused, sends=True, key="b")
    jobs.run(first.pk)
    jobs.run(second.pk)
    assert list(Job.objects.order_by("pk").values_list("state", flat=True)) == ["uncertain", "pending"]


@pytest.mark.django_db
def test_a_job_that_kills_its_worker_every_time_ends_failed():
    past = timezone.now() - dt.timedelta(seconds=1)
    job = job_of(writes, state="running", attempts=jobs.MAX_ATTEMPTS, lease_until=past)
    jobs.sweep()
    job.refresh_from_db()
    assert (job.state, job.last_error) == ("failed", jobs.DIED)


@pytest.mark.django_db
def test_work_that_outlives_its_lease_is_rolled_back():
    def is_overtaken(**kwargs):
        writes()
        Job.objects.update(state="running", lease_until=timezone.now() + dt.timedelta(hours=1))  # another worker

    job = job_of(is_overtaken)
    jobs.run(job.pk)
    assert not Holiday.objects.exists()
    job.refresh_from_db()
    assert job.state == "running"  # as this worker had left it: the update above was rolled back with its work


@pytest.mark.django_db
def test_a_job_whose_handler_is_unknown_waits_for_a_newer_worker():
    job = Job.objects.create(key="gone:1", handler="leads.handlers.gone", next_at=timezone.now())
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.state == "pending"
    assert "leads.handlers.gone" in job.last_error


@pytest.mark.django_db
def test_the_sweep_does_everything_that_no_message_arrived_for():
    seen = []

    @events.on("holiday.added")
    def handler(event):
        seen.append((event.kind, event.pk))

    with transaction.atomic():
        event = events.record("holiday.added", Holiday.objects.create(on="2026-12-25", name="Free"))
    jobs.sweep()
    jobs.sweep()
    assert seen == [("holiday.added", event.pk)]


@pytest.mark.django_db
def test_enqueue_takes_a_key_once():
    @jobs.handler()
    def remind(number):
        Holiday.objects.create(on=f"2026-01-{number:02}", name="Free")

    assert jobs.enqueue(remind, key="1", args={"number": 1}) is True
    assert jobs.enqueue(remind, key="1", args={"number": 2}) is False
    jobs.sweep()
    assert [str(holiday.on) for holiday in Holiday.objects.all()] == ["2026-01-01"]


@pytest.mark.django_db
def test_a_job_for_later_waits():
    @jobs.handler()
    def remind():
        writes()

    jobs.enqueue(remind, key="1", at=timezone.now() + dt.timedelta(hours=1))
    assert jobs.sweep() == 0
    with time_machine.travel(timezone.now() + dt.timedelta(hours=1, seconds=1)):
        assert jobs.sweep() == 1


@pytest.mark.django_db
def test_done_jobs_are_forgotten_after_a_month_failed_ones_are_not():
    old = timezone.now() - dt.timedelta(days=31)
    for key, state in (("a", "done"), ("b", "failed")):
        Job.objects.create(key=key, handler="x", state=state, next_at=old, finished_at=old)
    jobs.purge()
    assert [job.key for job in Job.objects.all()] == ["b"]
