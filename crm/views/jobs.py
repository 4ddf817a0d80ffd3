"""The page of failures: what the workers could not do, why, and a button to try again."""

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from crm import jobs, lists, notices
from crm.exceptions import Forbidden
from crm.models import Job
from crm.views.lists import ListView

TONES = {
    Job.State.PENDING: "ring",
    Job.State.RUNNING: "accent",
    Job.State.DONE: "good",
    Job.State.FAILED: "bad",
    Job.State.UNCERTAIN: "warn",
}


def short_name(job) -> str:
    """`leads.handlers.notify_team` is read as "leads: notify team"."""
    app, _dot, rest = job.handler.partition(".")
    return f"{app}: {rest.rpartition('.')[2].replace('_', ' ')}"


def last_line(job) -> str:
    return Truncator(job.last_error.strip().rpartition("\n")[2]).chars(60)


def next_attempt(job):
    return job.next_at if job.state == Job.State.PENDING else None


def retry(records, value, by):
    for job in records:
        jobs.retry(job, by=by)
    count = len(records)
    return ngettext("%(count)s job runs again.", "%(count)s jobs run again.", count) % {"count": count}


def dismiss(records, value, by):
    for job in records:
        jobs.dismiss(job, by=by)
    return ngettext("%(count)s job is closed.", "%(count)s jobs are closed.", len(records)) % {"count": len(records)}


class JobList(lists.List):
    model = Job
    title = gettext_lazy("Jobs")
    related = ("event__by",)
    columns = [
        lists.Column("handler", gettext_lazy("job"), value=short_name),
        lists.Column("event", gettext_lazy("because of"), value="event.kind", phone="note"),
        lists.Column("by", gettext_lazy("by"), kind="person", value="event.by"),
        lists.Column("state", gettext_lazy("state"), kind="pill", tone=lambda job: TONES[job.state], phone="end"),
        lists.Column("attempts", gettext_lazy("attempts"), kind="number"),
        lists.Column("last_error", gettext_lazy("last error"), value=last_line, export="last_error", phone="note"),
        lists.Column("next_at", gettext_lazy("next attempt"), kind="moment", value=next_attempt),
        lists.Column("created_at", gettext_lazy("since"), kind="moment", sort="newest"),
    ]
    filters = [lists.Choice("state", Job.State.choices, gettext_lazy("state"))]
    sorts = {"newest": ["-id"]}
    views = {
        "trouble": lists.View(gettext_lazy("In trouble"), {"state": ["failed", "uncertain"]}),
        "running": lists.View(gettext_lazy("Running"), {"state": ["running"]}),
        "waiting": lists.View(gettext_lazy("Waiting"), {"state": ["pending"]}),
    }
    default_view = "trouble"
    actions = [
        lists.Action("retry", gettext_lazy("Try again"), retry, letter="r", roles=frozenset({"admin"})),
        lists.Action("dismiss", gettext_lazy("Close without running"), dismiss, roles=frozenset({"admin"})),
    ]
    can_export = False
    calm = True
    blank_title = gettext_lazy("Nothing has gone wrong")
    blank_text = gettext_lazy("Jobs that fail are listed here, with their error and a way to try again.")


class JobListView(ListView):
    list_class = JobList


@login_required
@require_POST
def settle(request, pk, verb):
    """Retry or dismiss one job."""
    job = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    if not Job.objects.changeable_by(request.user).filter(pk=pk).exists():
        raise Forbidden(_("Only administrators may retry or close jobs."))
    match verb:
        case "retry":
            jobs.retry(job, by=request.user)
            notices.say(request, _("The job runs again."), tone="good")
        case "dismiss":
            jobs.dismiss(job, by=request.user)
            notices.say(request, _("The job is closed."))
        case _:
            raise Http404
    return redirect("job_list")
