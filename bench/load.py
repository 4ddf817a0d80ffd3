"""How fast `manage.py load` is, and how much memory it takes, against raw COPY of the same rows.

    DATABASE_URL=postgres://… SECRET_KEY=… python bench/load.py [rows] [rows …]

Makes a database of its own beside the given one (its name with `_bench`), and drops it. Every load is a process of its
own: its time includes starting Python, staging, records and histories; its memory is the peak the kernel has seen.
"""

import csv
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

ROOT = Path(__file__).resolve().parent.parent
MAPPING = """
name = "bench"
currency = "EUR"

[[table]]
noun = "source"
rows = [{ key = "web" }, { key = "ads" }, { key = "fair" }]
key = "key"
[table.fields]
name = "key"
key = "key"

[[table]]
noun = "lead"
file = "leads.csv"
key = "id"
[table.fields]
name = "name"
company_name = "company"
email = "email"
phone = "phone"
country = "country"
source = "source"
value = "value"
comments = "comments"
created_at = "created"
qualified_at = "qualified"
"""


@contextmanager
def fresh_database():
    """The address of an empty, migrated database beside DATABASE_URL; dropped at the end."""
    parts = urlsplit(os.environ.get("DATABASE_URL", ""))
    if not parts.scheme.startswith("postgres"):
        sys.exit("Set DATABASE_URL to a PostgreSQL database: that is where speed counts.")
    name = f"{parts.path.lstrip('/')}_bench"
    server = urlunsplit(parts._replace(path="/postgres"))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}"')
    url = urlunsplit(parts._replace(path=f"/{name}"))
    os.environ["DATABASE_URL"] = url
    try:
        manage("migrate", "-v0")
        yield url
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def manage(*arguments):
    """Run manage.py; (seconds, seconds of its own on a processor, peak memory in MB)."""
    began = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, "manage.py", *arguments, "--skip-checks"], cwd=ROOT, stdout=subprocess.DEVNULL
    )
    _pid, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"manage.py {arguments[0]} failed")
    kilobytes = usage.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    return time.perf_counter() - began, usage.ru_utime + usage.ru_stime, kilobytes / 1024


def write_leads(folder, count):
    chance = random.Random(7)
    first = date(2023, 1, 1)
    with open(folder / "leads.csv", "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(
            [
                "id",
                "name",
                "company",
                "email",
                "phone",
                "country",
                "source",
                "value",
                "comments",
                "created",
                "qualified",
            ]
        )
        for number in range(count):
            created = first + timedelta(days=chance.randrange(900))
            qualified = created + timedelta(days=chance.randrange(30)) if number % 4 == 0 else ""
            rows.writerow([
                f"L{number}", f"Person {number}", f"Company {number % 5000}", f"p{number}@example.test", "+34 600 000 000",
                "ES", chance.choice(["web", "ads", "fair"]), chance.randrange(10_000_00) / 100, "Asked for a quote.",
                f"{created} 10:30:00", qualified,
            ])  # fmt: skip
    (folder / "mapping.toml").write_text(MAPPING)


def raw_copy(url):
    """Seconds to COPY the loaded leads and their histories into empty tables with the same indexes and constraints."""
    tables = ["leads_lead", "leads_leadstagechange"]
    with tempfile.TemporaryDirectory() as folder, psycopg.connect(url, autocommit=True) as connection:
        for table in tables:
            with open(Path(folder) / table, "wb") as file, connection.cursor().copy(f"COPY {table} TO STDOUT") as copy:
                for block in copy:
                    file.write(block)
            connection.execute(f"CREATE TABLE bench_{table} (LIKE {table} INCLUDING ALL)")
        began = time.perf_counter()
        for table in tables:
            with (
                open(Path(folder) / table, "rb") as file,
                connection.cursor().copy(f"COPY bench_{table} FROM STDIN") as copy,
            ):
                while block := file.read(1 << 16):
                    copy.write(block)
        seconds = time.perf_counter() - began
        for table in tables:
            connection.execute(f"DROP TABLE bench_{table}")
    return seconds


def main():
    sizes = [int(size) for size in sys.argv[1:]] or [100_000, 400_000]
    folder = Path(tempfile.mkdtemp(prefix="tallyard-bench-"))
    print(
        "| leads | load | leads/s | of it Python | raw COPY of the same rows | ratio | peak memory |\n"
        + "|---" * 7
        + "|"
    )
    try:
        with fresh_database() as url:
            for size in sizes:
                write_leads(folder, size)
                seconds, own, memory = manage("load", str(folder / "mapping.toml"), str(folder))
                raw = raw_copy(url)
                with psycopg.connect(url, autocommit=True) as connection:
                    found = connection.execute("SELECT count(*) FROM leads_lead").fetchone()[0]
                    assert found == size, found
                    connection.execute("TRUNCATE leads_lead, leads_leadstagechange, crm_importbatch, crm_event CASCADE")
                speed = f"{seconds:.1f} s | {size / seconds:,.0f} | {own:.1f} s | {raw:.1f} s | {seconds / raw:.1f}×"
                print(f"| {size:,} | {speed} | {memory:.0f} MB |", flush=True)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
