"""The life of a subscription. Every step writes its movement and interval, and settles the customer.

A day is the first on which the new state holds: the first paid day, the first day at the new price, the first unpaid
one. Steps follow each other; what lies before the last movement is changed by `correct`.
"""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import rules
from accounts.actions import accounts, ledger, records, terms
from accounts.actions.corrections import correct, withdraw
from accounts.models import Movement, Subscription
from crm import events
from crm.exceptions import Conflict, Invalid
from crm.models import Company

__all__ = [
    "begin",
    "cancel",
    "change",
    "correct",
    "downgrade",
    "end_due",
    "keep",
    "mark_past_due",
    "paid",
    "pause",
    "reactivate",
    "resume",
    "start",
    "upgrade",
    "withdraw",
]

Status = Subscription.Status
Cause = Movement.Cause


@transaction.atomic
def start(account, product, *, by, on=None, price=None, billing=None, quantity=1, trial_ends_on=None, currency=None):
    """Begin paying on `on`, or on the day the trial ends."""
    on = rules.day_of(on)
    if trial_ends_on and trial_ends_on < on:
        message = _("The trial ends before it starts.")
        raise Invalid(message, fields={"trial_ends_on": [message]})
    claimed = accounts.claim(account.pk)
    agreed = terms.agree(product, price=price, billing=billing, quantity=quantity)
    paid_from = trial_ends_on or on
    in_trial = paid_from > Company.current().today()
    subscription = Subscription.objects.create(
        account=claimed,
        product=product,
        status=Status.TRIAL if in_trial else Status.ACTIVE,
        quantity=agreed.quantity,
        price=agreed.price,
        billing=agreed.billing,
        currency=records.own_currency(currency),
        started_on=on,
        trial_ends_on=trial_ends_on,
    )
    written = [] if in_trial else [ledger.write(subscription, agreed.mrr, on=paid_from, by=by, product=product)]
    ledger.finish(
        "subscription.started", subscription, written, by=by, data={"product": product.name, "price": agreed.price}
    )
    ledger.copy_settled(subscription.account, account)
    return subscription


@transaction.atomic
def change(
    subscription, *, by, on=None, price=None, product=None, quantity=None, billing=None, reason="", direction=""
):
    """Another price, product, quantity or billing period, in full effect from `on`."""
    on = rules.day_of(on)
    ledger.take(subscription, *Subscription.RUNNING, Status.TRIAL)
    refuse_after_end(subscription, on)
    agreed = terms.renegotiate(subscription, price=price, product=product, quantity=quantity, billing=billing)
    before = terms.of(subscription)
    if agreed == before:
        raise Invalid(_("Nothing would change."), code="no_change")
    terms.refuse_direction(direction, agreed.mrr - before.mrr)
    written = []
    if subscription.status != Status.TRIAL:
        ledger.refuse_before_last(subscription, on)
        written = ledger.write_change(subscription, agreed.mrr, on=on, by=by, product=agreed.product, reason=reason)
    data = {"from": before.as_data(), "to": agreed.as_data(), "reason": reason}
    ledger.finish("subscription.changed", subscription, written, by=by, data=data, **agreed.columns())
    return subscription


def upgrade(subscription, **changes):
    """A change that brings in more; refuses any other."""
    return change(subscription, direction="up", **changes)


def downgrade(subscription, **changes):
    """A change that brings in less; refuses any other."""
    return change(subscription, direction="down", **changes)


@transaction.atomic
def pause(subscription, *, by, on=None, reason=""):
    """Stop paying for a while; counts as churn of the kind "paused"."""
    on = rules.day_of(on)
    ledger.take(subscription, *Subscription.RUNNING)
    refuse_after_end(subscription, on)
    ledger.refuse_before_last(subscription, on)
    written = [ledger.write(subscription, -subscription.mrr, on=on, by=by, cause=Cause.PAUSED, reason=reason)]
    ledger.finish("subscription.paused", subscription, written, by=by, status=Status.PAUSED, past_due_since=None)
    return subscription


@transaction.atomic
def reactivate(subscription, *, by, on=None, price=None, reason=""):
    """Pay again after a pause or an end. At another price it is the return at the old one and then the change."""
    on = rules.day_of(on)
    ledger.take(subscription, Status.PAUSED, Status.CANCELLED)
    if subscription.status == Status.CANCELLED and on < subscription.ends_on:
        message = _("This subscription has ended on %(day)s: it cannot return before.")
        raise Invalid(message % {"day": subscription.ends_on.isoformat()}, code="before_end")
    ledger.refuse_before_last(subscription, on)
    agreed = terms.renegotiate(subscription, price=price)
    old = ledger.old_mrr(subscription)
    amounts = [agreed.mrr]
    if old and ledger.mrr_of_customer(subscription, on) == 0:
        amounts = [old, agreed.mrr - old]
    written = [
        ledger.write(subscription, amount, on=on, by=by, product=agreed.product, reason=reason) for amount in amounts
    ]
    ends = {"ends_on": None, "end_cause": "", "end_reason": ""}
    ledger.finish(
        "subscription.reactivated", subscription, written, by=by, status=Status.ACTIVE, **ends, **agreed.columns()
    )
    return subscription


resume = reactivate


@transaction.atomic
def cancel(subscription, *, by, on=None, cause=Cause.VOLUNTARY, reason=""):
    """End on `on`, the first unpaid day. A day ahead is only noted; the night ends it (see `end_due`)."""
    on = rules.day_of(on, future=True)
    if cause not in (Cause.VOLUNTARY, Cause.INVOLUNTARY):
        raise Invalid(_("A cancellation is voluntary or involuntary."), fields={"cause": [_("Choose one of the two.")]})
    ledger.take(subscription, *Subscription.RUNNING, Status.TRIAL, Status.PAUSED)
    ledger.refuse_before_last(subscription, on)
    end = {"ends_on": on, "end_cause": cause, "end_reason": reason}
    if on > Company.current().today():
        ledger.save(subscription, **end)
        events.record(
            "subscription.cancellation_scheduled",
            subscription,
            by=by,
            context=subscription.account,
            touches={Subscription: [on]},
            data={"on": on.isoformat(), "cause": cause, "reason": reason},
        )
        return subscription
    written = [ledger.write(subscription, -subscription.mrr, on=on, by=by, cause=cause, reason=reason)]
    data = {"on": on.isoformat(), "cause": cause, "reason": reason}
    ledger.finish(
        "subscription.cancelled",
        subscription,
        written,
        by=by,
        data=data,
        status=Status.CANCELLED,
        past_due_since=None,
        **end,
    )
    return subscription


@transaction.atomic
def keep(subscription, *, by):
    """Take back a cancellation that is still ahead."""
    ledger.take(subscription, *Subscription.RUNNING, Status.TRIAL, Status.PAUSED)
    if not subscription.ends_on:
        raise Conflict(_("No cancellation is scheduled."))
    touches = {Subscription: [subscription.ends_on]}
    ledger.save(subscription, ends_on=None, end_cause="", end_reason="")
    events.record("subscription.kept", subscription, by=by, context=subscription.account, touches=touches)
    return subscription


@transaction.atomic
def mark_past_due(subscription, *, by=None, on=None):
    """A charge has failed. The subscription stays active for the company's days of grace."""
    on = rules.day_of(on)
    ledger.take(subscription, Status.ACTIVE)
    ledger.save(subscription, status=Status.PAST_DUE, past_due_since=on)
    events.record(
        "subscription.past_due", subscription, by=by, context=subscription.account, data={"on": on.isoformat()}
    )
    return subscription


@transaction.atomic
def paid(subscription, *, by=None, on=None):
    """What was past due has been paid."""
    on = rules.day_of(on)
    ledger.take(subscription, Status.PAST_DUE)
    ledger.save(subscription, status=Status.ACTIVE, past_due_since=None)
    events.record("subscription.paid", subscription, by=by, context=subscription.account, data={"on": on.isoformat()})
    return subscription


@transaction.atomic
def begin(subscription, *, by=None):
    """The trial is over: the first paid day has come."""
    ledger.take(subscription, Status.TRIAL)
    on = rules.day_of(subscription.trial_ends_on)
    mrr = terms.of(subscription).mrr
    written = [ledger.write(subscription, mrr, on=on, by=by, product=subscription.product)]
    ledger.finish("subscription.trial_ended", subscription, written, by=by, status=Status.ACTIVE)
    return subscription


def end_due(today=None):
    """End what is scheduled to end, what is past due for longer than the grace, and trials. Safe to run twice."""
    company = Company.current()
    today = today or company.today()
    grace = timedelta(days=company.past_due_grace_days)
    due = Subscription.objects.filter(account__trashed_at=None)
    count = 0
    for subscription in due.ending().filter(ends_on__lte=today).order_by("ends_on", "pk"):
        cause, reason = subscription.end_cause or Cause.VOLUNTARY, subscription.end_reason
        if subscription.trial_ends_on and subscription.trial_ends_on < subscription.ends_on:
            count += attempt(begin, subscription)  # paid for a while before it ends
        count += attempt(cancel, subscription, on=subscription.ends_on, cause=cause, reason=reason)
    for subscription in due.filter(status=Status.TRIAL, trial_ends_on__lte=today).order_by("pk"):
        count += attempt(begin, subscription)
    for subscription in due.filter(status=Status.PAST_DUE, past_due_since__lte=today - grace).order_by("pk"):
        count += attempt(cancel, subscription, on=subscription.past_due_since + grace, cause=Cause.INVOLUNTARY)
    return count


def attempt(step, subscription, **how):
    """Take a step of the night; somebody who was faster is no reason to stop."""
    try:
        step(subscription, by=None, **how)
    except (Conflict, Invalid):
        return False
    return True


def refuse_after_end(subscription, on):
    if subscription.ends_on and on >= subscription.ends_on:
        message = _("This subscription ends on %(day)s: keep it first.")
        raise Conflict(message % {"day": subscription.ends_on.isoformat()}, code="ending")
