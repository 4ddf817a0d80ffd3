"""The sections of Today. Each loader answers what one person has to know, or None where there is nothing to say."""

import datetime as dt

from django.db.models import Count, Exists, OuterRef, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import timeline
from crm.models import Notification
from crm.models.company import Company
from crm.periods import day_bounds
from leads.followup import ideas
from leads.models import Deal, Lead, Task

MOST = 8


def new_leads(user):
    """Their own leads that nobody has contacted, the most urgent first, with what is left of the time."""
    company = Company.current()
    limit = dt.timedelta(hours=company.lead_response_hours)
    waiting = Lead.objects.visible_to(user).unanswered().filter(owner=user)
    rows = list(waiting.select_related("source", "campaign").order_by("created_at", "pk")[: MOST + 1])
    count = waiting.count() if len(rows) > MOST else len(rows)
    for lead in rows:
        lead.left = (lead.created_at + limit - timezone.now()).total_seconds()
        lead.over = -lead.left
    return {
        "leads": rows[:MOST],
        "count": count,
        "hours": company.lead_response_hours,
        "oldest": rows[0] if rows else None,
    }


def mine(user):
    return (
        Task.objects.visible_to(user)
        .filter(owner=user)
        .select_related("lead", "account", "contact", "deal__account", "deal__stage")
    )


def overdue(user):
    tasks = mine(user).overdue(Company.current().today()).order_by("due_on", "due_time", "pk")
    rows = list(tasks[: MOST + 1])
    return {"tasks": rows[:MOST], "count": tasks.count() if len(rows) > MOST else len(rows)}


def due_today(user):
    company = Company.current()
    start, end = day_bounds(company.today(), company.time_zone)
    tasks = mine(user).due(company.today()).order_by("due_time", "pk")
    rows = list(tasks[: MOST + 1])
    done = list(mine(user).filter(done_at__gte=start, done_at__lt=end).order_by("-done_at")[: MOST + 1])
    for task in done[:1]:
        task.ideas = [] if has_next(task) else ideas(task)
    return {
        "tasks": rows[:MOST],
        "count": tasks.count() if len(rows) > MOST else len(rows),
        "done": [task for task in done[:1] if task.ideas],
        "done_count": len(done),
    }


def has_next(task):
    """Whether what a task was about has another step planned already."""
    found = task.about
    if found is None:
        return True
    if not getattr(found, "is_open", True):
        return True
    field = found._meta.model_name
    return Task.objects.alive().open().filter(**{field: found.pk}).exists()


def no_next_step(user):
    """Their open deals that have no open task."""
    deals = Deal.objects.visible_to(user).open().filter(owner=user)
    tasks = Task.objects.alive().open().filter(deal=OuterRef("pk"))
    quiet = deals.filter(~Exists(tasks)).select_related("account", "stage").order_by("-value", "pk")
    rows = list(quiet[: MOST + 1])
    sums = deals.aggregate(count=Count("pk"), value=Sum("value"))
    return {
        "deals": rows[:MOST],
        "count": quiet.count() if len(rows) > MOST else len(rows),
        "open_count": sums["count"],
        "open_value": sums["value"] or 0,
    }


def notifications(user):
    unread = (
        Notification.objects.filter(user=user, read_at=None).select_related("event__by").order_by("-event__at", "-pk")
    )
    rows = list(unread[:MOST])
    if not rows:
        return None
    return {"entries": timeline.entries([row.event for row in rows], user, user), "since": rows[-1].created_at}


def greeting(name, now=None):
    """Good morning until noon, on the company's clock."""
    hour = (now or timezone.now()).astimezone(Company.current().zone).hour
    first = str(name).split()[0] if str(name) else ""
    if hour < 12:
        return _("Good morning, %(name)s") % {"name": first}
    if hour < 18:
        return _("Good afternoon, %(name)s") % {"name": first}
    return _("Good evening, %(name)s") % {"name": first}
