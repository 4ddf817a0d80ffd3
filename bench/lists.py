"""The first page of the leads with many leads, against the same page with none: time and queries, in one run.

    DATABASE_URL=postgres://… SECRET_KEY=… python bench/lists.py [rows]

Makes a database of its own beside the given one, see bench/load.py. Pages go through every middleware (test client).
"""

import os
import sys
import tempfile
import time
from pathlib import Path

from load import ROOT, fresh_database, manage, write_leads

ROUNDS = 30
PAGES = [
    "/leads/",
    "/leads/?sort=score",
    "/leads/?stage=qualified",
    "/leads/?q=person+77",
    "/leads/?created_on_from=2024-01-01&created_on_to=2024-02-01",
]


def measured(client, path):
    """(milliseconds of the fastest round, queries) of a page; the fastest, because neighbours only ever slow one down."""
    from django.db import connection

    response = client.get(path)
    if response.status_code != 200:
        return None
    queries = []

    def count(execute, *arguments):
        queries.append(arguments[0])
        return execute(*arguments)

    with connection.execute_wrapper(count):
        response = client.get(path)
    times = []
    for _round in range(ROUNDS):
        began = time.perf_counter()
        client.get(path)
        times.append((time.perf_counter() - began) * 1000)
    return min(times), len(queries)


def main():
    size = int(sys.argv[1]) if sys.argv[1:] else 100_000
    os.environ["TALLYARD_LOG_LEVEL"] = "ERROR"
    with fresh_database():
        sys.path.insert(0, str(ROOT))
        os.environ["DJANGO_SETTINGS_MODULE"] = "crm.settings"
        import django

        django.setup()
        from django.conf import settings
        from django.db import connection
        from django.test import Client

        from accounts.models import User

        settings.ALLOWED_HOSTS = ["testserver"]
        plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
        settings.STORAGES = settings.STORAGES | {"staticfiles": plain}  # needs no collectstatic
        client = Client()
        client.force_login(
            User.objects.create_user("bench@example.test", "x", name="Bench", roles=["admin"]),
            backend="allauth.account.auth_backends.AuthenticationBackend",
        )
        empty = {path: measured(client, path) for path in PAGES}
        with tempfile.TemporaryDirectory() as folder:
            write_leads(Path(folder), size)
            manage("load", f"{folder}/mapping.toml", folder)
        connection.cursor().execute("ANALYZE")
        print(f"| page, {size:,} leads | no leads | all leads | ratio | queries |\n|---|---|---|---|---|")
        for path in PAGES:
            full = measured(client, path)
            if not (full and empty[path]):
                print(f"| `{path}` | refused | | | |")
                continue
            ratio = full[0] / empty[path][0]
            print(
                f"| `{path}` | {empty[path][0]:.0f} ms | {full[0]:.0f} ms | {ratio:.1f}× | {empty[path][1]} → {full[1]} |"
            )
        connection.close()


if __name__ == "__main__":
    main()
