"""/healthz: this process answers. /readyz: what it needs is there.

An app adds a check in its module ``health``, which is looked for in every app:

    health.register("snapshots", last_snapshot_age)

A check takes nothing and returns a Check. Only a check that *fails* makes /readyz answer 503; a degraded one
is told and lets the pages go on, for they work without it.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import structlog
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Min
from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis import Redis
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

OK, DEGRADED, FAILED = "ok", "degraded", "failed"
OUTBOX_LAG_ALLOWED = 120  # seconds: the sweep comes by every 30


@dataclass(frozen=True)
class Check:
    state: str
    detail: str = ""
    value: int | None = None


_checks: dict[str, Callable[[], Check]] = {}


@cache
def discover() -> None:
    autodiscover_modules("health")


def register(name: str, check: Callable[[], Check]) -> None:
    _checks[name] = check


@never_cache
@require_safe
def healthz(request):
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def readyz(request):
    discover()
    results = {"database": database()}
    if results["database"].state != FAILED:
        results["migrations"] = migrations()
    if not any(result.state == FAILED for result in results.values()):
        results |= {name: check() for name, check in _checks.items()}
    results["broker"] = broker()
    states = {result.state for result in results.values()}
    worst = next(state for state in (FAILED, DEGRADED, OK) if state in states)
    answer = {name: _shown(result) for name, result in results.items()}
    return JsonResponse({"state": worst, "checks": answer}, status=503 if worst == FAILED else 200)


def _shown(result):
    return {name: value for name, value in vars(result).items() if value not in ("", None)}


def database():
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        log.error("readyz.database", error=repr(error))
        return Check(FAILED, "The database does not answer.")
    return Check(OK, connection.vendor)


def migrations():
    executor = MigrationExecutor(connection)
    missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if missing:
        return Check(FAILED, f"{missing} migrations are not applied: run manage.py migrate.", missing)
    return Check(OK)


def broker():
    """Degraded at worst: what has to be done waits in the database and is found once the broker is back."""
    if not settings.REDIS_URL:
        if os.access(settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_out"], os.W_OK):
            return Check(OK, "filesystem")
        return Check(DEGRADED, "The folder of the broker cannot be written to.")
    try:
        with Redis.from_url(settings.REDIS_URL, socket_connect_timeout=0.2, socket_timeout=0.2) as redis:
            redis.ping()
    except RedisError as error:
        log.warning("readyz.broker", error=repr(error))
        return Check(DEGRADED, "Redis does not answer. Pages work, and jobs wait for it.")
    return Check(OK, "redis")


def outbox():
    """How long the oldest event has been waiting to be dispatched."""
    from crm.models import Event  # the app registry is not ready when this module is first imported

    oldest = Event.objects.filter(dispatched_at=None).aggregate(oldest=Min("at"))["oldest"]
    lag = int((timezone.now() - oldest).total_seconds()) if oldest else 0
    if lag > OUTBOX_LAG_ALLOWED:
        return Check(DEGRADED, "Events have been waiting for a dispatcher: is a worker running?", lag)
    return Check(OK, "seconds the oldest event has been waiting", lag)


register("outbox", outbox)
