"""What was spent, on what, over which days; days before and after a change are counted again."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions import records
from crm import events
from crm.exceptions import Invalid
from metrics.models import Expense

FIELDS = ("category", "name", "amount", "starts_on", "ends_on", "source", "campaign")
LONGEST = timedelta(days=3653)


@transaction.atomic
def add(*, by, currency=None, **fields):
    """An amount in minor units, spread evenly over the days from `starts_on` to `ends_on`, both included."""
    records.refuse_unknown(fields, FIELDS)
    fields.setdefault("ends_on", fields.get("starts_on"))
    expense = Expense(currency=records.own_currency(currency), **fields)
    refuse_impossible(expense)
    records.create(expense)
    events.record("expense.added", expense, by=by, touches=expense.touched_days(), data={"amount": expense.amount})
    return expense


@transaction.atomic
def edit(expense, *, by, **changes):
    before = Expense.objects.get(pk=expense.pk).touched_days()[Expense]
    changed = records.change(expense, changes, allowed=FIELDS, refuse=refuse_impossible)
    if changed:
        after = Expense.objects.get(pk=expense.pk).touched_days()[Expense]
        events.record("expense.edited", expense, by=by, touches={Expense: {*before, *after}}, data={"changes": changed})
    return expense


def refuse_impossible(expense):
    if expense.starts_on and expense.ends_on:
        if expense.ends_on < expense.starts_on:
            raise Invalid(_("It ends before it begins."), fields={"ends_on": [_("It ends before it begins.")]})
        if expense.ends_on - expense.starts_on > LONGEST:
            raise Invalid(_("Choose ten years at most."), fields={"ends_on": [_("Choose ten years at most.")]})
    if expense.amount is not None and expense.amount < 0:
        raise Invalid(_("An amount cannot be negative."), fields={"amount": [_("An amount cannot be negative.")]})
    if expense.campaign_id and expense.source_id and expense.campaign.source_id not in (None, expense.source_id):
        message = _("This campaign belongs to another source.")
        raise Invalid(message, fields={"campaign": [message]})
