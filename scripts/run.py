"""Tallyard on this machine: web, one worker and the scheduler under one supervisor (`make run`).

First everything they need is brought up to date: front-end files, translations, static files, database, demo company.
Then the three are started, started again when they die, and stopped together on Ctrl-C or SIGTERM.
"""

import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import messages
import vendor

ROOT = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("TALLYARD_VAR") or ROOT / "var").absolute()
BIN = Path(sys.executable).parent
PREPARED = VAR / "prepared"
MANAGE = [sys.executable, str(ROOT / "manage.py")]
DEMO_USERS = ["admin", "manager", "rep", "agent"]


# Bringing things up to date


def fingerprint():
    """Changes when static files, migrations, translations or the database's place do."""
    parts = [sys.version, os.environ.get("DATABASE_URL", ""), os.environ["TALLYARD_DEMO"]]
    for pattern in ["static/**/*", "*/migrations/*.py", "requirements.txt", "package-lock.json", "*/static/**/*"]:
        for file in sorted(ROOT.glob(pattern)):
            status = file.stat()
            parts.append(f"{file} {status.st_mtime_ns} {status.st_size}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def is_prepared(now):
    has_database = bool(os.environ.get("DATABASE_URL")) or (VAR / "tallyard.sqlite3").exists()
    return has_database and (ROOT / "staticfiles").exists() and PREPARED.exists() and PREPARED.read_text() == now


def prepare():
    """On a new machine the demo company is told while the front-end files come: the two have nothing to do with each
    other."""
    messages.main()
    if is_prepared(fingerprint()):
        vendor.main()
        return
    print("Bringing the database up to date, and the demo company if there is none yet …", flush=True)
    database = subprocess.Popen([sys.executable, str(ROOT / "scripts" / "database.py")], cwd=ROOT)
    try:
        vendor.main()
        subprocess.run([*MANAGE, "collectstatic", "--noinput", "--clear", "--verbosity=0"], cwd=ROOT, check=True)
    except BaseException:
        database.terminate()
        raise
    finally:
        failed = database.wait()
    if failed:
        sys.exit(failed)
    PREPARED.write_text(fingerprint())


# Keeping things running


class Process:
    """One command that is started again when it dies, after a pause that grows while it keeps dying."""

    CALM = 60  # seconds of running after which the pause is short again

    def __init__(self, name, *command):
        self.name, self.command = name, command
        self.child, self.pause, self.started, self.start_at = None, 0.5, 0.0, 0.0

    def tend(self):
        """Start it if it is due; notice if it died."""
        now = time.monotonic()
        if self.child is None:
            if now >= self.start_at:
                # In a session of its own: Ctrl-C reaches the supervisor only, which stops them in order.
                self.child = subprocess.Popen(self.command, cwd=ROOT, start_new_session=True)
                self.started = now
        elif (code := self.child.poll()) is not None:
            self.pause = 1 if now - self.started > self.CALM else min(self.pause * 2, 30)
            print(f"{self.name} ended ({code}), starting again in {self.pause} s.", file=sys.stderr, flush=True)
            self.child, self.start_at = None, now + self.pause

    def ask_to_stop(self):
        if self.child and self.child.poll() is None:
            self.child.terminate()

    def make_sure(self, deadline):
        if not self.child:
            return
        try:
            self.child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(self.child.pid, signal.SIGKILL)
            self.child.wait()


def supervise(processes, port):
    stopping = []
    for name in [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]:
        signal.signal(name, lambda number, frame: stopping.append(number))
    announced = False
    while not stopping:
        for process in processes:
            process.tend()
        if not announced and answers(port):
            announced = True
            announce(port)
            catch_up()
        time.sleep(0.2)
    print("\nStopping …", flush=True)
    for process in processes:
        process.ask_to_stop()
    deadline = time.monotonic() + 10
    for process in processes:
        process.make_sure(deadline)


def catch_up():
    """Ask for the nights that were missed while nothing ran, rather than wait for the scheduler's next quarter."""
    call = [str(BIN / "celery"), "--app=crm.celery", "--quiet", "call", "metrics.tasks.nightly"]
    subprocess.Popen(call, cwd=ROOT, stdout=subprocess.DEVNULL)


def answers(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=0.5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def announce(port):
    lines = [f"Tallyard is at http://127.0.0.1:{port}  (Ctrl-C stops it; for passkeys use http://localhost:{port})"]
    if os.environ["TALLYARD_DEMO"] == "1":
        logins = ", ".join(f"{name}@demo.test" for name in DEMO_USERS)
        lines.append(f"Sign in as {logins} with the password: demo")
    print("\n" + "\n".join(lines) + "\n", flush=True)


def refuse_taken_port(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((os.environ["HOST"], port))
        except OSError as error:
            sys.exit(f"Port {port} cannot be used ({error.strerror}). Choose another: make run PORT=8001")


def chosen_port():
    value = os.environ.get("PORT") or "8000"
    if not (value.isascii() and value.isdigit() and 0 < int(value) < 65536):
        sys.exit(f"PORT={value} makes no sense: set it to a number from 1 to 65535.")
    return int(value)


def main():
    os.chdir(ROOT)
    port = chosen_port()
    os.environ.update(DJANGO_SETTINGS_MODULE="crm.settings", PORT=str(port), HOST=os.environ.get("HOST", "127.0.0.1"))
    os.environ.setdefault("TALLYARD_DEMO", "1")
    os.environ.setdefault("TALLYARD_LOG_LEVEL", "WARNING")
    os.environ.setdefault("PYTHONWARNINGS", "ignore:You're running the worker with superuser privileges")
    refuse_taken_port(port)
    VAR.mkdir(parents=True, exist_ok=True)
    prepare()
    celery = [str(BIN / "celery"), "--app=crm.celery", "--quiet"]
    quiet = ["--loglevel=warning"]
    worker = ["--pool=threads", "--concurrency=2", "--without-gossip", "--without-mingle", "--without-heartbeat"]
    supervise(
        [
            Process("web", str(BIN / "gunicorn")),
            Process("worker", *celery, "worker", *worker, *quiet),
            Process("scheduler", *celery, "beat", "--pidfile=", *quiet),
        ],
        port,
    )


if __name__ == "__main__":
    main()
