"""A load killed with -9 between records and their histories: running it again gives what a single run gives."""

import os
import signal
import subprocess
import sys
import time

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from crm.models import Event, ImportBatch
from tests.imports import company

LOADER = """
import sys, time, django
django.setup()
from django.core.management import call_command
from crm.imports import writing

insert, calls = writing.insert, []

def insert_and_wait(records):
    insert(records)
    calls.extend(type(record).__name__ for record in records[:1])
    if calls[-1:] == [sys.argv[3]] and calls.count(sys.argv[3]) == 2:
        print("in the middle", flush=True)
        time.sleep(60)

writing.insert = insert_and_wait
call_command("load", sys.argv[1], sys.argv[2], batch_size=4, verbosity=0, skip_checks=True)
"""


@pytest.fixture
def killed(tmp_path):
    """Start a load in a process of its own and kill it when it has written its second batch of a noun, no histories yet."""

    def kill(noun):
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "TALLYARD_TEST_DATABASE": str(connection.settings_dict["NAME"]),
        }
        loader = subprocess.Popen(
            [sys.executable, "-c", LOADER, str(tmp_path / "mapping.toml"), str(tmp_path), noun],
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            while (line := loader.stdout.readline().strip()) != "in the middle":
                assert line or loader.poll() is None, "the load ended before it could be killed"
        finally:
            os.kill(loader.pid, signal.SIGKILL)
            loader.wait(10)
            loader.stdout.close()
        time.sleep(0.2)  # until the server notices

    return kill


@pytest.mark.django_db(transaction=True)
def test_a_killed_load_is_finished_by_running_it_again(folder, killed):
    path = folder(**company.files(), **{"mapping.toml": company.MAPPING})
    arguments = ("load", str(path / "mapping.toml"), str(path))
    options = {"batch_size": 4, "verbosity": 0, "skip_checks": True}
    call_command(*arguments, **options)
    single = company.picture()
    touches = Event.objects.get().touches
    call_command(*arguments, undo=True, **options)
    Event.objects.all().delete()
    ImportBatch.objects.all().delete()

    for noun in ("Account", "Subscription", "Lead", "Deal"):
        killed(noun)
        assert ImportBatch.objects.get().state == "applying"
        assert not Event.objects.exists()
    half = company.picture()
    assert half != single and any(half.values())

    call_command(*arguments, **options)
    assert company.picture() == single
    assert Event.objects.get().touches == touches
    assert ImportBatch.objects.get().state == "finished"

    call_command(*arguments, undo=True, **options)
    assert not any(company.picture().values())
