"""crm.settings in a folder of its own, with what only makes tests slow turned down."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

if "TALLYARD_TEST_VAR" not in os.environ:
    os.environ["TALLYARD_TEST_VAR"] = tempfile.mkdtemp(prefix="tallyard-test-")
    atexit.register(shutil.rmtree, os.environ["TALLYARD_TEST_VAR"], ignore_errors=True)
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
os.environ["TALLYARD_VAR"] = str(Path(os.environ["TALLYARD_TEST_VAR"]) / WORKER)
os.environ["TALLYARD_STATIC_ROOT"] = str(Path(os.environ["TALLYARD_VAR"]) / "static")
os.environ.setdefault("SECRET_KEY", "only for tests, only for tests, only for tests")

from crm.settings import *  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"]["BACKEND"] = PLAIN_STATIC
CACHES = {
    # Not in the database, where it would blur the counts of queries.
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "database": DATABASE_CACHE,
}
DATABASES["default"].pop("CONN_MAX_AGE", None)  # a thread that keeps its connection keeps the database from going
if not DATABASE_URL:
    DATABASES["default"]["OPTIONS"]["init_command"] += " PRAGMA synchronous=OFF;"  # no test survives a power cut
    # A file: the connections of several threads really compete, as they do in the product.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR / "test.sqlite3")}
if name := os.environ.get("TALLYARD_TEST_DATABASE"):  # a process that a test started works in the test's database
    DATABASES["default"]["NAME"] = name
if REDIS_URL:
    CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"] = f"{VAR}:"
