"""A load killed with -9 in the middle of a transaction: running it again gives what a single run gives."""

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
from crm.imports.applying import Run

keep, calls = Run.keep, []

def keep_and_wait(run):
    keep(run)
    calls.append(1)
    if len(calls) == int(sys.argv[3]):
        print("in the middle", flush=True)
        time.sleep(60)

Run.keep = keep_and_wait
call_command("load", sys.argv[1], sys.argv[2], batch_size=4, verbosity=0, skip_checks=True)
"""


@pytest.fixture
def killed(tmp_path):
    """Start a load in a process of its own and kill it within its nth transaction."""

    def kill(nth):
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "TALLYARD_TEST_DATABASE": str(connection.settings_dict["NAME"]),
        }
        loader = subprocess.Popen(
            [sys.executable, "-c", LOADER, str(tmp_path / "mapping.toml"), str(tmp_path), str(nth)],
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

    for nth in (1, 6, 9):
        killed(nth)
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
