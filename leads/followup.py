"""What usually comes after a task: ideas for the next step, offered when one is done."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from crm import formats
from crm.models.company import Company
from leads.models import Task


@dataclass(frozen=True)
class Idea:
    title: str
    kind: str
    due_on: dt.date

    @property
    def when(self):
        return formats.due(self.due_on)[0]


def tomorrow():
    return working_day(1)


def working_day(ahead):
    """The company's next open day that many days ahead, or the first one after it."""
    company = Company.current()
    day = company.today() + dt.timedelta(days=ahead)
    for _try in range(7):
        if not company.open_weekdays or day.weekday() in company.open_weekdays:
            return day
        day += dt.timedelta(days=1)
    return day


def ideas(task):
    """Two next steps that fit what was just done."""
    kind = Task.Kind
    return {
        kind.CALL: [Idea(_("Meet"), kind.MEETING, working_day(2)), Idea(_("Send offer"), kind.MAIL, working_day(1))],
        kind.MEETING: [
            Idea(_("Send offer"), kind.MAIL, working_day(1)),
            Idea(_("Call back"), kind.CALL, working_day(7)),
        ],
        kind.MAIL: [
            Idea(_("Call to follow up"), kind.CALL, working_day(3)),
            Idea(_("Write again"), kind.MAIL, working_day(7)),
        ],
    }.get(
        task.kind,
        [
            Idea(pgettext("verb", "Call"), kind.CALL, working_day(1)),
            Idea(pgettext("verb", "Call"), kind.CALL, working_day(7)),
        ],
    )


def about(task):
    """What the next step is about: what the last one was about."""
    return {"lead": task.lead_id, "deal": task.deal_id, "account": task.account_id, "contact": task.contact_id}
