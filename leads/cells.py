"""Cells of lists that take more than one column to say: the first answer, the next step, what a task is about."""

from dataclasses import dataclass

from babel.dates import format_date
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm import formats
from crm.columns import Column
from crm.models.company import Company
from leads.models import Lead

DASH = format_html('<span class="faint">{}</span>', formats.DASH)
LONGEST = 14  # letters of a next step in a cell
SOON = 1 / 6  # of the time we give ourselves: from here on waiting is worth a colour


@dataclass
class RightColumn(Column):
    """A cell made by a function, aligned like a number."""

    @property
    def is_right(self):
        return True

    @property
    def css(self):
        return "end num"


def answer(lead):
    """How long the first contact took, or how long the lead has been waiting for it."""
    limit = Company.current().lead_response_hours * 3600
    if lead.first_contact_at:
        took = max(0, (lead.first_contact_at - lead.created_at).total_seconds())
        if took > limit:
            return format_html(
                '<span class="bad">{}</span>', _("%(time)s late") % {"time": formats.duration(took - limit, short=True)}
            )
        return format_html('<span class="soft">{}</span>', formats.duration(took, short=True))
    if lead.stage not in Lead.OPEN:
        return DASH
    waited = (timezone.now() - lead.created_at).total_seconds()
    tone = "bad med" if waited > limit else "warn med" if waited > limit * SOON else "soft"
    return format_html(
        '<span class="{}">{}</span>', tone, _("waiting %(time)s") % {"time": formats.duration(waited, short=True)}
    )


def step(record):
    """The first open task of a lead or deal, red where it is late; needs `open_tasks` to be prefetched."""
    return step_text(record.open_tasks[0]) if record.open_tasks else DASH


def step_text(task):
    when, tone = brief_due_of(task)
    title = Truncator(task.title).chars(LONGEST)
    return format_html('<span class="{}" title="{}">{} · {}</span>', tone, task.title, title, when)


def brief_due_of(task):
    """The same in a cell: "2 days late", "Thu 14:00", "30 Nov"."""
    ahead = (task.due_on - Company.current().today()).days
    if ahead < 0:
        return _("%(days)s late") % {"days": late_of(task)}, "bad"
    if not 1 < ahead < 7:
        return due_of(task) if ahead < 2 else (formats.day(task.due_on), "")
    weekday = format_date(task.due_on, "EEE", locale=formats.locale()).rstrip(".")
    return (f"{weekday} {task.due_time:%H:%M}" if task.due_time else weekday), ""


def due_of(task):
    """When an open task is due, and its tone: the hour where it has one, "2 days overdue" where it is late."""
    when, tone = formats.due(task.due_on)
    if tone or not task.due_time:
        return when, tone
    clock = task.due_time.strftime("%H:%M")
    return (clock if task.due_on == Company.current().today() else f"{when} {clock}"), tone


def late_of(task):
    """For how long a task is overdue, where the heading says that it is: "2 days"."""
    days = (Company.current().today() - task.due_on).days
    return ngettext("%(count)s day", "%(count)s days", days) % {"count": formats.number(days)}


def due(task):
    if task.done_at:
        return format_html(
            '<span class="soft num">{}</span>', _("done %(day)s") % {"day": formats.moment(task.done_at)}
        )
    text, tone = due_of(task)
    return format_html('<span class="num {}">{}</span>', tone, text)


def company(lead):
    return Truncator(lead.company_name).chars(LONGEST + 6)


def account(deal):
    """The account's name, unless the deal is called by it."""
    name = str(deal.account or "")
    return "" if name in deal.name else Truncator(name).chars(LONGEST + 6)


def about(record):
    """The deal, lead or account that a task or activity concerns, linked."""
    found = record.about
    if not found:
        return DASH
    account = getattr(found, "account", None)
    return format_html(
        '<a class="name" href="{}">{}</a>{}',
        found.get_absolute_url(),
        found,
        format_html(' <span class="soft">{}</span>', account) if account and str(account) != str(found) else "",
    )


def activity(record):
    found = record.about
    url = f"{found.get_absolute_url()}?show=timeline" if found else ""
    return format_html('<a class="name" href="{}">{}</a>', url, record) if url else format_html("<b>{}</b>", record)
