"""From a lead to an account, a contact and a deal."""

from collections import namedtuple

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import rules
from accounts.actions import accounts, contacts, records
from crm import events
from crm.exceptions import Conflict, Invalid
from leads.actions import customers, deals
from leads.models import Lead, LeadStageChange

Conversion = namedtuple("Conversion", "account contact deal")
Stage = Lead.Stage


@transaction.atomic
def convert(
    lead, *, by, at=None, account=None, account_name="", deal_name="", deal_value=None, product=None, create_deal=True
):
    """Make the lead an account (or join the given one) with a contact and an open deal. One winner: the row count says."""
    at, on = moment_after(lead, at)
    before = claim(lead, at, on)
    account = account or add_account(lead, account_name, by=by, at=at)
    contact = contacts.add(
        account=account, name=lead.name, title=lead.title, email=lead.email, phone=lead.phone, by=by, at=at
    )
    records.update(lead, account=account, contact=contact)
    LeadStageChange.objects.create(
        lead=lead, from_stage=before, to_stage=Stage.CONVERTED, at=at, on=on, owner_id=lead.owner_id, by=by
    )
    deal = None
    if create_deal:
        wanted = {"value": lead.value or 0 if deal_value is None else deal_value, "product": product or lead.product}
        people = {
            "account": account,
            "contact": contact,
            "lead": lead,
            "source": lead.source,
            "owner": lead.owner or by,
        }
        deal = deals.add(name=deal_name or account.name, by=by, at=at, **people, **wanted)
    customers.stamp(account, by=by)
    lead.refresh_from_db(fields=["customer_on"])
    events.record(
        "lead.converted",
        lead,
        by=by,
        context=account,
        touches={Lead: [lead.created_on], LeadStageChange: [on]},
        data={"account": account.pk, "contact": contact.pk, "deal": deal.pk if deal else None},
    )
    return Conversion(account, contact, deal)


def moment_after(lead, at):
    """(moment, day) of the conversion, which comes after the lead's other steps."""
    given = at is not None
    at, on = rules.moment_of(at)
    if given and lead.stage_changes.filter(at__gt=at).exists():
        message = _("This lead has taken a later step already.")
        raise Invalid(message, code="before_last_step", fields={"at": [message]})
    return at, on


def claim(lead, at, on):
    """Close the lead as converted if it is still open, and read it as it stands; the stage it came from."""
    before = Lead._base_manager.filter(pk=lead.pk).values_list("stage", flat=True).first()
    values = {"stage": Stage.CONVERTED, "converted_at": at, "converted_on": on, "next_follow_up_at": None}
    if before not in Lead.OPEN or not records.rows_of(lead).filter(stage=before).update(**values):
        raise Conflict(_("This lead has been converted, closed or deleted already."), code="closed")
    lead.refresh_from_db()
    if lead.qualified_on is None:  # qualified means that stage or any later one
        records.update(lead, qualified_on=on)
    return before


def add_account(lead, name, *, by, at):
    facts = {"phone": lead.phone, "country": lead.country, "employees": lead.employees}
    return accounts.add(
        name=name or lead.company_name or lead.name,
        by=by,
        at=at,
        owner=lead.owner,
        source=lead.source.key if lead.source_id else "",
        **facts,
    )
