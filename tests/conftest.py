import os
import shutil
import socket
import subprocess
import sys
from ipaddress import ip_address
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.utils import translation
from redis import Redis

from tests.waiting import wait_until

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


# Which tests


def pytest_collection_modifyitems(config, items):
    """Tests about the other database are left out, not skipped: .ci/run runs the suite on both."""
    absent = {
        "postgresql": not settings.DATABASE_URL,
        "sqlite": bool(settings.DATABASE_URL),
        "redis": not settings.REDIS_URL,
    }
    elsewhere = [item for item in items if any(absent[name] for name in absent if item.get_closest_marker(name))]
    if elsewhere:
        config.hook.pytest_deselected(items=elsewhere)
        items[:] = [item for item in items if item not in set(elsewhere)]


def pytest_terminal_summary(terminalreporter):
    skipped = terminalreporter.stats.get("skipped", [])
    if skipped and os.environ.get("TALLYARD_NO_SKIPS") == "1":
        terminalreporter.write_line(f"{len(skipped)} skipped, and TALLYARD_NO_SKIPS=1 allows none.", red=True)
        terminalreporter._session.exitstatus = pytest.ExitCode.TESTS_FAILED


# Only this machine


def _loopback(host):
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@pytest.fixture(scope="session", autouse=True)
def only_loopback():
    """A test that talks to another machine fails."""
    connect = socket.socket.connect

    def guarded(self, address):
        if self.family in {socket.AF_INET, socket.AF_INET6} and not _loopback(address[0]):
            pytest.fail(f"This test tried to reach {address[0]}.")
        return connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


@pytest.fixture(autouse=True)
def empty_cache():
    cache.clear()


@pytest.fixture(scope="session", autouse=True)
def tidy_redis():
    yield
    if settings.REDIS_URL:
        with Redis.from_url(settings.REDIS_URL) as redis:
            for key in redis.scan_iter(f"{settings.VAR}:*"):
                redis.delete(key)


@pytest.fixture(autouse=True)
def own_language():
    """A request leaves its language behind in the thread; a test must not read another one's."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture(scope="session")
def real_data():
    """The folder of public data sets that the mappings in tests/real/ are written for."""
    folder = Path(os.environ.get("CRM_REAL_DATA") or settings.BASE_DIR.parent / "shared" / "data")
    if not (folder / "expected.json").exists():
        pytest.skip(f"no real data in {folder}: set CRM_REAL_DATA")
    return folder


# Processes


@pytest.fixture
def start_worker(transactional_db, tmp_path):
    """Start real Celery workers on the test's database and broker: start_worker() returns the process."""
    started = []

    def start():
        log = tmp_path / f"worker-{len(started)}.log"
        name = str(connection.settings_dict["NAME"])
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "TALLYARD_TEST_DATABASE": name,
            "TALLYARD_LOG_LEVEL": "DEBUG",
        }
        command = [sys.executable, "-m", "celery", "--app=crm.celery", "worker", "--pool=threads", "--concurrency=2"]
        with log.open("w") as output:
            worker = subprocess.Popen(
                [*command, "--without-gossip", "--without-mingle", "--without-heartbeat"],
                cwd=settings.BASE_DIR,
                env=environment,
                stdout=output,
                stderr=output,
            )
        started.append(worker)
        wait_until(lambda: " ready." in log.read_text() or worker.poll() is not None, seconds=30)
        assert worker.poll() is None, log.read_text()
        return worker

    yield start
    for worker in started:
        worker.terminate()
    for worker in started:
        try:
            worker.wait(10)
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()


# The browser


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import sync_playwright

    chromium = os.environ.get("TALLYARD_CHROMIUM") or next(
        filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None
    )
    mac = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
    if not chromium and mac.exists():
        chromium = str(mac)
    if not chromium:
        pytest.skip("no Chromium on this machine: install one or set TALLYARD_CHROMIUM")
    # Playwright keeps an event loop running in this thread, which Django takes for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def browser_page(live_server, browser):
    """A page on the live server; a script error or a refusal by the CSP fails the test."""
    complaints = []
    context = browser.new_context(base_url=live_server.url, locale="en-US", viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda message: "Content Security Policy" in message.text and complaints.append(message.text),
    )
    yield page
    context.close()
    assert complaints == []
