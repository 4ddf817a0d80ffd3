"""When the account pays, the lead has become a customer."""

from django.db import transaction
from django.db.models import Min

from accounts.actions import records
from crm import events
from leads.models import Deal, Lead


@transaction.atomic
def stamp(account, *, by=None):
    """Bring `Lead.customer_on` of an account's leads in line with its first paid day and won deals. Safe to repeat.

    The lead of an account that was a customer before the lead came never becomes one."""
    account.refresh_from_db(fields=["first_paid_on"])
    won_on = Deal.objects.won().filter(account=account, trashed_at=None).aggregate(first=Min("closed_on"))["first"]
    day = min((day for day in (account.first_paid_on, won_on) if day), default=None)
    for lead in Lead.objects.filter(account=account, stage=Lead.Stage.CONVERTED):
        customer_on = day if day and day >= lead.created_on else None
        if customer_on == lead.customer_on:
            continue
        Lead.objects.filter(pk=lead.pk).update(customer_on=customer_on)
        data = {"before": records.plain(lead.customer_on), "after": records.plain(customer_on)}
        events.record("lead.customer", lead, by=by, context=account, touches=lead.touched_days(), data=data)
