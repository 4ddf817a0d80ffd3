"""Putting the ledger right: a correction is a reversing row on the same day and a new one, never an edit."""

from itertools import groupby
from operator import attrgetter

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import rules
from accounts.actions import ledger
from accounts.models import Movement, Subscription
from crm.exceptions import Conflict, Invalid
from crm.money import exponent

Status = Subscription.Status


@transaction.atomic
def correct(movement, *, by, on=None, amount=None, reason):
    """Another day or amount (micros, signed; 0 takes it back) for a movement. The row that now holds, or the reversal.

    Where the subscription stopped later, that later movement is corrected along: what has stopped brings in nothing."""
    if not reason:
        raise Invalid(_("Say why."), fields={"reason": [_("Say why.")]})
    subscription = movement.subscription
    ledger.take(subscription, *Status)
    movement = Movement.objects.get(pk=movement.pk)
    new_on = rules.day_of(on) if on else movement.on
    new_amount = movement.amount if amount is None else amount
    if (new_on, new_amount) == (movement.on, movement.amount):
        raise Invalid(_("Nothing would change."), code="no_change")
    refuse_done(movement)
    stop = next_stop(movement) if new_amount != movement.amount else None
    written = replace(movement, new_amount, on=new_on, by=by, reason=reason)
    if stop:
        difference = new_amount - movement.amount
        written += replace(stop, stop.amount - difference, on=stop.on, by=by, reason=reason)
    ledger.finish(
        "subscription.corrected",
        subscription,
        written,
        by=by,
        data={"reason": reason},
        **columns(subscription, movement, new_on),
    )
    return written[1] if new_amount else written[0]


def refuse_done(movement):
    if movement.reverses_id or Movement.objects.filter(reverses=movement).exists():
        raise Conflict(
            _("This movement has been corrected already: correct the row that replaced it."), code="corrected"
        )


def replace(movement, amount, *, on, by, reason):
    """Reverse it on its day and write it anew; it stays of its kind as long as day and direction stay."""
    alike = on == movement.on and amount * movement.amount > 0
    same = {"by": by, "reason": reason, "cause": movement.cause}
    subscription, kind = movement.subscription, movement.kind
    written = [ledger.write(subscription, -movement.amount, on=movement.on, kind=kind, reverses=movement, **same)]
    if amount:
        kind = kind if alike else ""
        written.append(ledger.write(subscription, amount, on=on, kind=kind, product=movement.product, **same))
    return written


def next_stop(movement):
    """The movement by which the subscription next came down to nothing at the end of a day, if it did."""
    live = movement.subscription.movements.filter(reverses=None, reversed_by=None).order_by("on", "id")
    mrr = 0
    for on, rows in groupby(live, key=attrgetter("on")):
        rows = list(rows)
        mrr += sum(row.amount for row in rows)
        if on > movement.on and mrr == 0:
            return next(row for row in reversed(rows) if row.amount < 0)
    return None


def columns(subscription, movement, new_on):
    """What else on the row follows from the corrected ledger; refuses what the status contradicts."""
    days = rules.running(ledger.entries(subscription))
    _on, mrr, product_id = days[-1]
    found = {}
    if mrr and not subscription.is_running:
        raise Invalid(_("This subscription has stopped: it cannot bring in anything afterwards."), code="stopped")
    if subscription.is_running and mrr != subscription.mrr:
        found["price"] = rules.price_of(mrr, subscription.billing, exponent(subscription.currency))
        if product_id:
            found["product_id"] = product_id
    if movement.on == subscription.started_on and movement.amount > 0 or new_on < subscription.started_on:
        found["started_on"] = new_on
    if subscription.status == Status.CANCELLED and movement.on == subscription.ends_on and movement.amount < 0:
        found["ends_on"] = new_on
    return found


@transaction.atomic
def withdraw(subscription, *, by):
    """Take back a subscription that has just been started, as long as nothing has been built on it."""
    ledger.take(subscription, *Status)
    movements = list(subscription.movements.all())
    untouched = (
        subscription.status in (Status.ACTIVE, Status.TRIAL) and not subscription.ends_on and len(movements) <= 1
    )
    if not untouched or subscription.orders.exists():
        raise Conflict(_("The subscription has gone on since: cancel it instead."), code="built_upon")
    written = []
    for movement in movements:
        written += replace(movement, 0, on=movement.on, by=by, reason=_("Taken back"))
    ledger.finish(
        "subscription.withdrawn", subscription, written, by=by, status=Status.CANCELLED, ends_on=subscription.started_on
    )
    return subscription
