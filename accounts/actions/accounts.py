"""Accounts: adding, editing, assigning; and keeping what the ledger says about a customer on its row."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, F, Max, Min, OuterRef, Sum
from django.utils.translation import gettext as _

from accounts import rules
from accounts.actions import records
from accounts.models import Account, MrrInterval, Order
from crm import events
from crm.exceptions import Conflict
from crm.models import Company

FIELDS = ("name", "website", "phone", "industry", "country", "city", "employees", "parent", "description")


@transaction.atomic
def add(*, name, by, owner=None, at=None, source="", **fields):
    records.refuse_unknown(fields, FIELDS)
    at, on = rules.moment_of(at)
    account = Account(name=name, created_at=at, created_on=on, source=source, **tidied(fields))
    account.set_owner(owner)
    records.create(account)
    events.record("account.added", account, by=by, touches={Account: [on]})
    return account


@transaction.atomic
def edit(account, *, by, **changes):
    changed = records.change(account, tidied(changes), allowed=FIELDS)
    if changed:
        # Stocks are split by the account's present attributes: nothing of the past changes with them.
        events.record("account.edited", account, by=by, data={"changes": changed})
    return account


@transaction.atomic
def assign(account, owner, *, by):
    records.assign(account, owner, by=by)
    return account


def tidied(fields):
    """Countries are written in capitals."""
    if fields.get("country"):
        return fields | {"country": fields["country"].strip().upper()}
    return fields


def claim(account_id):
    """Take the account's row for the rest of this transaction, so that changes of its ledger queue up one by one.

    An update rather than a lock: it works on every database, and the row count says whether the account is there."""
    if not Account._base_manager.filter(pk=account_id, trashed_at=None).update(mrr=F("mrr")):
        raise Conflict(_("This account is in the trash."), code="gone")
    return Account._base_manager.get(pk=account_id)


def settle(account, *, by):
    """Bring MRR, first paid day and status of a claimed account in line with its intervals and orders."""
    paid = MrrInterval.objects.filter(account=account).aggregate(first=Min("start_on"))
    ordered = Order.objects.filter(account=account, amount__gt=0).exclude(kind=Order.Kind.REFUND)
    orders = ordered.aggregate(first=Min("on"), last=Max("on"))
    first_paid_on = min((day for day in (paid["first"], orders["first"]) if day), default=None)
    mrr = account.movements.aggregate(sum=Sum("amount"))["sum"] or 0
    status = rules.status_of(
        first_paid_on=first_paid_on,
        mrr=mrr,
        has_subscribed=paid["first"] is not None,
        last_order_on=orders["last"],
        company=Company.current(),
    )
    before = account.first_paid_on
    records.update(account, mrr=mrr, first_paid_on=first_paid_on, status=status)
    if before != first_paid_on:
        data = {"before": records.plain(before), "after": records.plain(first_paid_on)}
        events.record("account.first_paid", account, by=by, touches={Account: [before, first_paid_on]}, data=data)


def lapse():
    """Where orders make customers: those whose last order no longer counts become former ones. Safe to run twice."""
    company = Company.current()
    if company.active_rule != company.ActiveRule.ORDERS:
        return 0
    counts_from = company.today() - timedelta(days=company.active_order_days)
    recent = Order.objects.filter(account=OuterRef("pk"), amount__gt=0, on__gt=counts_from).exclude(
        kind=Order.Kind.REFUND
    )
    lapsed = Account.objects.customers().filter(~Exists(recent), mrr=0, trashed_at=None)
    return lapsed.update(status=Account.Status.FORMER)
