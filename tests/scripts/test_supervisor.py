"""scripts/run.py: what dies is started again, and one signal stops all."""

import os
import signal
import subprocess
import sys

import pytest
from django.conf import settings

from tests.waiting import wait_until

CHILD = "import os, time; open({file!r}, 'a').write(f'{{os.getpid()}}\\n'); time.sleep(600)"
SUPERVISOR = (
    "import sys; sys.path.insert(0, 'scripts'); import run; run.supervise([run.Process('child', *{command})], 1)"
)


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def supervisor(tmp_path):
    """A supervisor of one child, which writes its process id to tmp_path/pids whenever it starts."""
    command = [sys.executable, "-c", CHILD.format(file=str(tmp_path / "pids"))]
    process = subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR.format(command=command)],
        cwd=settings.BASE_DIR,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    yield process
    process.terminate()
    process.communicate()


def test_dead_child_is_started_again_and_all_stop_together(supervisor, tmp_path):
    def pids():
        return [int(line) for line in (tmp_path / "pids").read_text().split()] if (tmp_path / "pids").exists() else []

    wait_until(lambda: len(pids()) == 1)
    os.kill(pids()[0], signal.SIGKILL)
    wait_until(lambda: len(pids()) == 2)
    assert is_alive(pids()[1])
    supervisor.terminate()
    assert supervisor.wait(10) == 0
    assert not is_alive(pids()[1])
