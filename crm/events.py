"""The outbox: what happened is written in the transaction of the change; everything asynchronous follows from it.

``record`` appends an event. ``dispatch`` gives each new event's handlers their job rows, which ``crm.jobs`` runs. A
handler stands in an app's ``handlers.py``, is idempotent, and reads the present state again: between the event and
the handler, anything may have happened.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection, models, transaction
from django.utils import timezone

from crm import jobs
from crm.models import Event, Job
from crm.wake import wake

BATCH = 500

_gathered: ContextVar[list[Event] | None] = ContextVar("gathered", default=None)
_handlers: dict[str, list[str]] = {}  # kind, or the prefix of "prefix.*" with its dot → names of handlers


def record(
    kind: str,
    subject: models.Model,
    *,
    by=None,
    context: models.Model | None = None,
    touches: Mapping[type[models.Model], Iterable[dt.date]] | None = None,
    data: dict | None = None,
) -> Event:
    """Append an event to the transaction under way; the workers are woken once it is committed.

    ``context`` is the record whose timeline shows the event as well; ``touches`` the local days, per model, whose
    numbers must be looked at again: before and after the change.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(f"{kind} must be recorded in the transaction of its change.")
    event = Event(
        kind=kind,
        subject_label=subject._meta.label_lower,
        subject_id=subject.pk,
        context_label=context._meta.label_lower if context else "",
        context_id=context.pk if context else None,
        by=by if by is not None and by.pk else None,
        at=timezone.now(),
        touches=days_by_label(touches or {}),
        data=data or {},
    )
    if (gathered := _gathered.get()) is not None:
        gathered.append(event)
        return event
    event.save(force_insert=True)
    wake("crm.tasks.dispatch")
    return event


@contextmanager
def gathered():
    """Within the block events are collected in the list it gives, not written: for a past that is told afterwards, whose
    teller knows when they happened and writes them."""
    token = _gathered.set([])
    try:
        yield _gathered.get()
    finally:
        _gathered.reset(token)


def days_by_label(touches: Mapping[type[models.Model], Iterable[dt.date]]) -> dict[str, list[str]]:
    """``{Deal: [day, None, day]}`` as it is stored: labels, sorted days once each, no empty entries."""
    stored = {
        model._meta.label_lower: sorted({day.isoformat() for day in days if day}) for model, days in touches.items()
    }
    return {label: days for label, days in stored.items() if days}


def on(*kinds: str, sends: bool = False, atomic: bool = True, lease: dt.timedelta = jobs.LEASE):
    """Run the decorated function, with the event, for events of these kinds (``deal.*`` means every kind of deal).

    ``sends``: its effect leaves the house (mail), so it is never repeated by itself. ``atomic``: run it in one
    transaction with the completion of its job, so that its writes happen exactly once; turn it off for long work that
    commits in steps.
    """

    def register(function):
        handler = jobs.register(function, sends=sends, atomic=atomic, lease=lease)
        for kind in kinds:
            names = _handlers.setdefault(kind.removesuffix("*"), [])
            if handler.name not in names:
                names.append(handler.name)
        return function

    return register


def handlers_of(kind: str) -> list[str]:
    prefix = kind.partition(".")[0] + "."
    found = [*_handlers.get(kind, []), *_handlers.get(prefix, []), *_handlers.get("", [])]
    return list(dict.fromkeys(found))


def dispatch(limit: int = BATCH) -> int:
    """Give the handlers of new events their job rows, in batches of ``limit``; the number of events."""
    total = 0
    while Event.objects.filter(dispatched_at=None).exists():  # asked outside, to not take SQLite's write lock for it
        count = _dispatch_batch(limit)
        total += count
        if count < limit:
            break
    return total


@transaction.atomic
def _dispatch_batch(limit: int) -> int:
    """Never "ids above the last": ids commit out of order. A second dispatcher skips these rows, or finds them done."""
    waiting = Event.objects.filter(dispatched_at=None).order_by("id")
    events = list(waiting.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked)[:limit])
    now = timezone.now()
    rows = [
        Job(key=f"{handler}:{event.pk}", handler=handler, event=event, next_at=now)
        for event in events
        for handler in handlers_of(event.kind)
    ]
    Job.objects.bulk_create(rows, ignore_conflicts=True)
    Event.objects.filter(pk__in=[event.pk for event in events]).update(dispatched_at=now)
    for job_id in Job.objects.filter(key__in=[row.key for row in rows]).values_list("pk", flat=True) if rows else ():
        wake("crm.tasks.run_job", job_id)
    return len(events)
