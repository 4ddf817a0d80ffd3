"""What people did with a lead or customer. The first call, mail or meeting answers the lead."""

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts import rules
from accounts.actions import records
from crm import events
from crm.exceptions import Invalid
from leads.actions import leads
from leads.models import Activity, Deal, Lead

FIELDS = ("kind", "subject", "body", "at", "minutes", "contact")


@transaction.atomic
def log(*, kind, by, at=None, lead=None, account=None, deal=None, contact=None, subject="", body="", minutes=None):
    at, on = rules.moment_of(at)
    account = account or (deal.account if deal else None) or (contact.account if contact else None)
    if not (lead or account or deal):
        raise Invalid(_("Say what it is about: a lead, a deal or an account."))
    about = {"lead": lead, "account": account, "deal": deal, "contact": contact}
    activity = Activity(kind=kind, by=by, at=at, on=on, subject=subject, body=body, minutes=minutes, **about)
    records.create(activity)
    events.record(
        "activity.logged",
        activity,
        by=by,
        context=deal or lead or account,
        touches={Activity: [on]},
        data={"kind": kind, "subject": subject},
    )
    if kind in Activity.CONTACT_KINDS and by is not None:
        note_contact(lead=lead, deal=deal, at=at, on=on, by=by)
    return activity


@transaction.atomic
def edit(activity, *, by, **changes):
    if "at" in changes:
        changes["at"] = changes["at"] or activity.at  # left empty: as it was
        rules.moment_of(changes["at"])
    before = activity.on
    changed = records.change(activity, changes, allowed=FIELDS)
    if not changed:
        return activity
    if "at" in changed:
        records.update(activity, on=rules.moment_of(activity.at)[1])
    days = {Activity: [before, activity.on]}
    events.record("activity.edited", activity, by=by, context=activity.about, touches=days, data={"changes": changed})
    if activity.lead_id and changed.keys() & {"at", "kind"}:
        restamp(activity.lead, by=by)
    return activity


def note_contact(*, lead, deal, at, on, by):
    """A person was in touch: earlier than known so far, it is the first contact; a new lead is being worked."""
    if lead and (lead.first_contact_at is None or at < lead.first_contact_at):
        answered = max(at, lead.created_at)
        stamp(lead, answered, rules.moment_of(answered)[1], by=by)
    if lead and lead.stage == Lead.Stage.NEW:
        leads.move(lead, Lead.Stage.WORKING, by=by, at=None if at < lead.created_at else at)
    if deal and on < deal.first_contact_on:
        before = deal.first_contact_on
        if Deal.objects.filter(pk=deal.pk, first_contact_on__gt=on).update(first_contact_on=on):
            deal.first_contact_on = on
            events.record(
                "deal.contacted", deal, by=by, touches=deal.touched_days(), data={"before": before.isoformat()}
            )


def stamp(lead, at, on, *, by):
    """Write the first contact unless an earlier one is known by now."""
    known = Lead.objects.filter(pk=lead.pk).filter(Q(first_contact_at=None) | Q(first_contact_at__gt=at))
    if known.update(first_contact_at=at, first_contact_on=on):
        lead.first_contact_at, lead.first_contact_on = at, on
        events.record("lead.contacted", lead, by=by, touches=lead.touched_days(), data={"at": at.isoformat()})


@transaction.atomic
def restamp(lead, *, by=None):
    """First contact as the activities that are left say it, after one was changed, deleted or restored."""
    contacts = lead.activity_set.filter(trashed_at=None, kind__in=Activity.CONTACT_KINDS, by__isnull=False)
    first = contacts.order_by("at").values_list("at", flat=True).first()
    at = max(first, lead.created_at) if first else None
    on = rules.moment_of(at)[1] if at else None
    if at == lead.first_contact_at:
        return
    records.update(lead, first_contact_at=at, first_contact_on=on)
    events.record(
        "lead.contacted", lead, by=by, touches=lead.touched_days(), data={"at": at.isoformat() if at else None}
    )
