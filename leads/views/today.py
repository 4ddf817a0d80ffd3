from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from crm import notices, registry
from crm.models import Notification
from crm.models.company import Company
from leads import followup
from leads import today as sections
from leads.actions import tasks


@login_required
def today(request):
    loaded = {entry.key: (entry, entry.loader(request.user)) for entry in registry.today_sections(request.user)}
    context = {
        "title": _("Today"),
        "greeting": sections.greeting(request.user.name),
        "now": timezone.now(),
        "new_leads": loaded.get("new_leads", (None, {}))[1],
        "overdue": loaded.get("overdue", (None, {}))[1],
        "due": loaded.get("due_today", (None, {}))[1],
        "main": [rendered(request, *pair) for pair in loaded.values() if not pair[0].side and pair[1] is not None],
        "side": [rendered(request, *pair) for pair in loaded.values() if pair[0].side and pair[1] is not None],
    }
    context["first"] = first_of(context)
    return render(request, "leads/today.html", context)


def rendered(request, entry, context):
    return render_to_string(entry.template, {"section": entry} | context, request=request)


def first_of(context):
    """Where "Start with the first" leads: the longest waiting lead, then what is overdue, then what is due."""
    for key, rows in (("new_leads", "leads"), ("overdue", "tasks"), ("due", "tasks")):
        found = (context[key] or {}).get(rows)
        if found:
            return found[0].get_absolute_url()
    return ""


@login_required
@require_POST
def all_to_tomorrow(request):
    day = followup.tomorrow()
    late = list(sections.mine(request.user).overdue(Company.current().today()))
    for task in late:
        tasks.reschedule(task, due_on=day, due_time=task.due_time, by=request.user)
    text = ngettext(
        "%(count)s task moved to the next working day.", "%(count)s tasks moved to the next working day.", len(late)
    )
    notices.say(request, text % {"count": len(late)}, tone="good")
    return redirect("today")


@login_required
@require_POST
def notifications_read(request):
    Notification.objects.filter(user=request.user, read_at=None).update(read_at=timezone.now())
    return redirect("today")
