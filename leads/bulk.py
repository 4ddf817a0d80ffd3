"""What can be done to several rows at once, and to one cell in its place. Rows arrive already narrowed to those the
user may change."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.bulk import owners
from crm.exceptions import Invalid
from crm.lists import Action
from leads.actions import deals, leads, tasks
from leads.models import Lead, Stage


def _owners(user):
    return [(person.pk, str(person)) for person in owners(user)]


def person(value, by):
    person = owners(by).filter(pk=value).first() if str(value).isascii() and str(value).isdigit() else None
    if not person:
        raise Invalid(_("Please choose somebody you can assign to."), fields={"value": [_("Please choose somebody.")]})
    return person


def way_back(records, by):
    """The address that gives them back; a rep who gives a record away can no longer take it."""
    if not by.has_role("manager", "admin"):
        return ""
    pairs = ",".join(f"{record.pk}-{record.owner_id}" for record in records if record.owner_id)
    return f"{reverse(f'{type(records[0])._meta.model_name}_give_back')}?owners={pairs}" if pairs else ""


def assign_leads(records, value, by):
    owner = person(value, by)
    back = way_back(records, by)
    leads.assign_many(records, owner, by=by)
    said = ngettext(
        "%(count)s lead now belongs to %(name)s.", "%(count)s leads now belong to %(name)s.", len(records)
    ) % {
        "count": len(records),
        "name": owner,
    }
    return (said, back) if back else said


def move_leads(records, value, by):
    if value not in Lead.OPEN:
        raise Invalid(_("Please choose one of the open stages."), fields={"value": [_("Please choose a stage.")]})
    for lead in records:
        leads.move(lead, value, by=by)
    return ngettext("%(count)s lead is now %(stage)s.", "%(count)s leads are now %(stage)s.", len(records)) % {
        "count": len(records),
        "stage": str(Lead.Stage(value).label).lower(),
    }


def assign_deals(records, value, by):
    owner = person(value, by)
    back = way_back(records, by)
    deals.assign_many(records, owner, by=by)
    said = ngettext(
        "%(count)s deal now belongs to %(name)s.", "%(count)s deals now belong to %(name)s.", len(records)
    ) % {
        "count": len(records),
        "name": owner,
    }
    return (said, back) if back else said


def move_deals(records, value, by):
    stage = (
        Stage.objects.visible_to(by).filter(pk=value).first() if str(value).isascii() and str(value).isdigit() else None
    )
    if not stage:
        raise Invalid(_("Please choose one of the stages."), fields={"value": [_("Please choose a stage.")]})
    for deal in records:
        deals.move(deal, stage, by=by)
    return ngettext("%(count)s deal moved to %(stage)s.", "%(count)s deals moved to %(stage)s.", len(records)) % {
        "count": len(records),
        "stage": stage,
    }


def assign_tasks(records, value, by):
    owner = person(value, by)
    back = way_back(records, by)
    tasks.assign_many(records, owner, by=by)
    said = ngettext(
        "%(count)s task now belongs to %(name)s.", "%(count)s tasks now belong to %(name)s.", len(records)
    ) % {
        "count": len(records),
        "name": owner,
    }
    return (said, back) if back else said


def complete_tasks(records, value, by):
    count = tasks.complete_many(records, by=by)
    return ngettext("%(count)s task is done.", "%(count)s tasks are done.", count) % {"count": count}


def trash(records, value, by):
    """Into the trash, with an undo for all of them."""
    for record in records:
        record.trash(by)
    model = type(records[0])._meta.model_name
    said = ngettext("%(count)s record is in the trash.", "%(count)s records are in the trash.", len(records))
    ids = ",".join(str(record.pk) for record in records)
    return said % {"count": len(records)}, f"{reverse(f'{model}_restore_many')}?ids={ids}"


def _open_stages(user):
    return [(str(stage), stage.label) for stage in Lead.OPEN]


def _stages(user):
    return [(stage.pk, str(stage)) for stage in Stage.objects.visible_to(user).order_by("pipeline__name", "position")]


TRASH = Action("trash", _("Trash"), trash)
LEADS = [
    Action("assign", _("Assign"), assign_leads, options=_owners, letter="a"),
    Action("move", _("Status"), move_leads, options=_open_stages, letter="s"),
    TRASH,
]
DEALS = [
    Action("assign", _("Assign"), assign_deals, options=_owners, letter="a"),
    Action("move", _("Stage"), move_deals, options=_stages, letter="s"),
    TRASH,
]
TASKS = [
    Action("complete", _("Done"), complete_tasks, letter="d"),
    Action("assign", _("Assign"), assign_tasks, options=_owners, letter="a"),
    TRASH,
]
