"""What the palette finds here, each as the searcher may see it."""

from django.utils.translation import gettext as _

from crm import formats
from crm.registry import Hit
from leads import cells
from leads.lists import LEAD_TONES
from leads.models import Deal, Lead, Task


def narrowed(model, query, user):
    rows = model.objects.visible_to(user)
    for word in query.casefold().split()[:8]:
        rows = rows.filter(search_text__contains=word)
    return rows


def leads(query, user, limit):
    for lead in narrowed(Lead, query, user).order_by("-created_at", "-pk")[:limit]:
        note = _("lead at %(company)s") % {"company": lead.company_name} if lead.company_name else _("lead")
        tone = LEAD_TONES[lead.stage]
        yield Hit(
            lead.name, lead.get_absolute_url(), note, "leads", lead.get_stage_display(), tone if tone == "good" else ""
        )


def deals(query, user, limit):
    found = narrowed(Deal, query, user).select_related("account", "stage").order_by("-created_at", "-pk")
    for deal in found[:limit]:
        note = _("deal with %(account)s") % {"account": deal.account} if deal.account else _("deal")
        yield Hit(deal.name, deal.get_absolute_url(), note, "deals", formats.money(deal.value, deal.currency))


def tasks(query, user, limit):
    for task in narrowed(Task, query, user).open().order_by("due_on", "pk")[:limit]:
        when, tone = cells.due_of(task)
        yield Hit(task.title, task.get_absolute_url(), _("task"), "tasks", when, tone)
