"""Job rows: the work that follows from events, each with its own state, lease, attempts and last error.

A job is claimed by a conditional update whose row count decides, so a message that comes three times has one effect.
A worker that dies leaves a lease that runs out: the job is pending again, or, where its effect leaves the house
(``sends``), uncertain, for a person to decide.
"""

import datetime as dt
import random
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.exceptions import Conflict
from crm.models import Job
from crm.wake import wake

log = structlog.get_logger(__name__)

LEASE = dt.timedelta(minutes=5)
MAX_ATTEMPTS = 8
FIRST_PAUSE, LONGEST_PAUSE = 10, 3600  # seconds between attempts: doubling, with some jitter
ERROR_LENGTH = 4000
KEEP_DONE = dt.timedelta(days=30)
DIED = "The worker died during this job."


class Retry(Exception):
    """Raised by a handler that sends, when it is certain that nothing has left the house."""


class LeaseLost(Exception):
    """The work took longer than its lease and somebody else has the job; what was written is rolled back."""


@dataclass(frozen=True)
class Handler:
    name: str
    run: Callable
    sends: bool
    atomic: bool
    lease: dt.timedelta


_registry: dict[str, Handler] = {}


def register(function, *, sends=False, atomic=True, lease=LEASE) -> Handler:
    """Make a function known as a handler, under its dotted name (which stored jobs carry: keep it when refactoring)."""
    name = f"{function.__module__}.{function.__qualname__}"
    _registry[name] = Handler(name, function, sends, atomic and not sends, lease)
    return _registry[name]


def handler(*, sends=False, atomic=True, lease=LEASE):
    """Decorate a function that ``enqueue`` runs with the given arguments (for events, see ``crm.events.on``)."""

    def decorate(function):
        register(function, sends=sends, atomic=atomic, lease=lease)
        return function

    return decorate


def enqueue(function, *, key: str, args: dict | None = None, at=None) -> bool:
    """Have a ``@handler`` run once for this key, after the commit or at ``at``; False when the key is known already."""
    name = f"{function.__module__}.{function.__qualname__}"
    now = timezone.now()
    job, is_new = Job.objects.get_or_create(
        key=f"{name}:{key}", defaults={"handler": name, "args": args or {}, "next_at": at or now}
    )
    if is_new and job.next_at <= now:
        wake("crm.tasks.run_job", job.pk)
    return is_new


def run(job_id: int) -> bool:
    """Claim and do one job; False when it was not there to be claimed."""
    lease = _claim(job_id)
    if lease is None:
        return False
    job = Job.objects.select_related("event").get(pk=job_id)
    with structlog.contextvars.bound_contextvars(job=job.key, attempt=job.attempts):
        try:
            _do(job, lease)
        except LeaseLost:
            log.warning("job.lease_lost")
        except Exception as error:  # whatever a handler raises is kept with the job, for people to read and retry
            log.warning("job.raised", exc_info=True)
            _put_back(job, lease, error)
    return True


def _claim(job_id: int):
    """The lease if this worker has the job now, else None. The row count decides between two workers."""
    now = timezone.now()
    name = Job.objects.filter(pk=job_id, state=Job.State.PENDING, next_at__lte=now).values_list("handler", flat=True)
    known = _registry.get(name.first() or "")
    lease = now + (known.lease if known else LEASE)
    claimed = Job.objects.filter(pk=job_id, state=Job.State.PENDING, next_at__lte=now).update(
        state=Job.State.RUNNING, lease_until=lease, attempts=F("attempts") + 1
    )
    return lease if claimed else None


def _do(job: Job, lease) -> None:
    known = _registry.get(job.handler)
    if known is None:
        raise LookupError(f"No handler is called {job.handler}.")  # an older worker during an update: tried again
    if known.atomic:
        with transaction.atomic():
            _call(known, job)
            _finish(job, lease)
    else:
        _call(known, job)
        _finish(job, lease)


def _call(known: Handler, job: Job) -> None:
    if job.event:
        known.run(job.event)
    else:
        known.run(**job.args)


def _finish(job: Job, lease) -> None:
    if not _mine(job, lease).update(state=Job.State.DONE, lease_until=None, last_error="", finished_at=timezone.now()):
        raise LeaseLost


def _mine(job: Job, lease):
    return Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, lease_until=lease)


def _put_back(job: Job, lease, error: Exception) -> None:
    known = _registry.get(job.handler)
    if known and known.sends and not isinstance(error, Retry):
        state = Job.State.UNCERTAIN
    elif job.attempts >= MAX_ATTEMPTS:
        state = Job.State.FAILED
    else:
        state = Job.State.PENDING
    _mine(job, lease).update(
        state=state,
        lease_until=None,
        next_at=timezone.now() + pause(job.attempts),
        last_error="".join(traceback.format_exception(error, limit=-3)).replace("\x00", "")[-ERROR_LENGTH:],
    )


def pause(attempts: int) -> dt.timedelta:
    """How long to wait after so many attempts."""
    seconds = min(FIRST_PAUSE * 2 ** max(attempts - 1, 0), LONGEST_PAUSE)
    return dt.timedelta(seconds=seconds * random.uniform(0.8, 1.2))


def release_expired() -> int:
    """Take jobs back from workers that died: their leases have run out. The number of jobs."""
    now = timezone.now()
    expired = Job.objects.filter(state=Job.State.RUNNING, lease_until__lt=now)
    if not expired.exists():  # asked first: a write would wait behind every other writer on SQLite
        return 0
    sending = Q(handler__in=[name for name, known in _registry.items() if known.sends])
    uncertain = expired.filter(sending).update(state=Job.State.UNCERTAIN, lease_until=None, last_error=DIED)
    failed = expired.filter(attempts__gte=MAX_ATTEMPTS).update(
        state=Job.State.FAILED, lease_until=None, last_error=DIED
    )
    return uncertain + failed + expired.update(state=Job.State.PENDING, lease_until=None, next_at=now, last_error=DIED)


def run_due(seconds: float = 20) -> int:
    """Run what is due until nothing is, or the time is over; the number of jobs run."""
    deadline = time.monotonic() + seconds
    count = 0
    while time.monotonic() < deadline:
        due = Job.objects.filter(state=Job.State.PENDING, next_at__lte=timezone.now())
        ids = list(due.order_by("next_at").values_list("pk", flat=True)[:50])
        if not ids:
            break
        for job_id in ids:
            if time.monotonic() >= deadline:
                break
            count += run(job_id)
    return count


def sweep(seconds: float = 20) -> int:
    """Pick up whatever no message arrived for: new events, expired leases, due jobs. The number of jobs run."""
    from crm import events  # leaf: events registers its handlers here

    events.dispatch()
    release_expired()
    return run_due(seconds)


def retry(job: Job, *, by) -> None:
    """Have a failed or uncertain job run again, on a person's word."""
    _settle(job, "job.retried", by=by, state=Job.State.PENDING, attempts=0, next_at=timezone.now())
    wake("crm.tasks.run_job", job.pk)


def dismiss(job: Job, *, by) -> None:
    """Close a failed or uncertain job without running it: a person knows that it is done, or no longer wanted."""
    _settle(job, "job.dismissed", by=by, state=Job.State.DONE, finished_at=timezone.now())


@transaction.atomic
def _settle(job: Job, kind: str, *, by, **changes) -> None:
    from crm import events  # leaf, as above

    troubled = Job.objects.filter(pk=job.pk, state__in=[Job.State.FAILED, Job.State.UNCERTAIN])
    if not troubled.update(**changes):
        raise Conflict(_("This job is no longer failed: somebody was faster, or it has run meanwhile."))
    events.record(kind, job, by=by, data={"key": job.key})


def purge() -> int:
    """Forget jobs that were done long ago; the number of them."""
    return Job.objects.filter(state=Job.State.DONE, finished_at__lt=timezone.now() - KEEP_DONE).delete()[0]
