"""Next steps: something to do by a day."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import rules
from accounts.actions import records
from crm import events
from crm.exceptions import Conflict
from leads.models import Task

ABOUT = ("lead", "deal", "account", "contact")
FIELDS = ("title", "kind", "due_on", "due_time", "note", *ABOUT)


@transaction.atomic
def add(*, title, due_on, by, owner=None, at=None, **fields):
    """Due on any day, past ones too; without an owner it is the actor's own."""
    records.refuse_unknown(fields, FIELDS)
    at, _on = rules.moment_of(at)
    if fields.get("account") is None and fields.get("deal"):
        fields["account"] = fields["deal"].account
    task = Task(title=title, due_on=due_on, created_at=at, **fields)
    task.set_owner(owner or by)
    records.create(task)
    events.record("task.added", task, by=by, context=task.about, data={"title": title, "due_on": due_on.isoformat()})
    return task


@transaction.atomic
def edit(task, *, by, **changes):
    changed = records.change(task, changes, allowed=FIELDS)
    if changed:
        events.record("task.edited", task, by=by, context=task.about, data={"changes": changed})
    return task


@transaction.atomic
def assign(task, owner, *, by):
    records.assign(task, owner, by=by, context=task.about)
    return task


@transaction.atomic
def assign_many(tasks, owner, *, by):
    return sum(records.assign(task, owner, by=by, context=task.about) for task in tasks)


@transaction.atomic
def complete(task, *, by, at=None):
    at, _on = rules.moment_of(at)
    if not records.rows_of(task).filter(done_at=None).update(done_at=at, done_by=by):
        raise Conflict(_("This task is done already."), code="done")
    task.done_at, task.done_by = at, by
    events.record("task.completed", task, by=by, context=task.about, data={"title": task.title})
    return task


@transaction.atomic
def complete_many(tasks, *, by):
    """The number of tasks that were still open."""
    rows = Task.objects.open().filter(pk__in=[task.pk for task in tasks], trashed_at=None)
    count = 0
    for task in rows:
        count += bool(complete(task, by=by))
    return count


@transaction.atomic
def reopen(task, *, by):
    if not records.rows_of(task).filter(done_at__isnull=False).update(done_at=None, done_by=None):
        raise Conflict(_("This task is open."), code="open")
    task.done_at = task.done_by = None
    events.record("task.reopened", task, by=by, context=task.about, data={"title": task.title})
    return task


@transaction.atomic
def reschedule(task, due_on, *, by, due_time=None):
    """Another day (and hour, or none)."""
    if task.done_at:
        raise Conflict(_("This task is done already."), code="done")
    changed = records.change(task, {"due_on": due_on, "due_time": due_time}, allowed=("due_on", "due_time"))
    if changed:
        events.record("task.rescheduled", task, by=by, context=task.about, data={"changes": changed})
    return task
