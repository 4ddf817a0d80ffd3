"""A worker that is killed with -9 in the middle of a job: nothing half-written, and the work is done by the next."""

import datetime as dt
import os
import signal
import subprocess
import sys
import time

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from crm import jobs
from crm.models import Holiday, Job

WORKER = """
import django, time
django.setup()
from crm import jobs
from crm.models import Holiday, Job

def slow(**kwargs):
    Holiday.objects.create(on="2026-12-25", name="half-written")
    print("in the middle", flush=True)
    time.sleep(60)

handler = jobs.register(slow)
Job.objects.filter(key="slow:1").update(handler=handler.name)
jobs.run(Job.objects.get(key="slow:1").pk)
"""


@pytest.mark.django_db(transaction=True)
def test_a_job_killed_in_the_middle_is_rolled_back_and_done_by_the_next_worker(monkeypatch):
    monkeypatch.setattr(jobs, "_registry", {})
    job = Job.objects.create(key="slow:1", handler="?", next_at=timezone.now())
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "TALLYARD_TEST_DATABASE": str(connection.settings_dict["NAME"]),
    }
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER], cwd=settings.BASE_DIR, env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        assert worker.stdout.readline().strip() == "in the middle"
    finally:
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait(10)
        worker.stdout.close()
    time.sleep(0.2)  # until the server notices
    assert not Holiday.objects.exists()
    job.refresh_from_db()
    assert job.state == "running"

    def quick(**kwargs):
        Holiday.objects.create(on="2026-12-25", name="whole")

    Job.objects.update(
        handler=jobs.register(quick).name, lease_until=timezone.now() - dt.timedelta(seconds=1)
    )  # five minutes later
    jobs.sweep()
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("done", 2)
    assert [holiday.name for holiday in Holiday.objects.all()] == ["whole"]
