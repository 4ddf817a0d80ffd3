"""Writing the ledger: movements, the intervals they imply, and the MRR kept beside them.

Called by `subscriptions` with the account's row claimed, so that nobody else writes to the same customer meanwhile.
"""

from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts import rules
from accounts.actions import accounts
from accounts.models import Account, Movement, MrrInterval, Subscription
from crm import events
from crm.exceptions import Conflict, Invalid


def take(subscription, *statuses):
    """Claim the customer, read the subscription anew, and refuse it in any other state than these."""
    account = accounts.claim(subscription.account_id)
    subscription.refresh_from_db()
    subscription.account = account
    if subscription.status not in statuses:
        raise Conflict(
            _("This subscription is %(status)s.") % {"status": subscription.get_status_display().lower()},
            code="wrong_status",
        )


def finish(kind, subscription, written, *, by, data=None, days=(), **columns):
    """Write the row beside its movements, settle the customer, tell everybody."""
    written = [movement for movement in written if movement]
    if "product" in columns:
        subscription.product = columns["product"]  # its intervals name it
    mrr, _product = rebuild(subscription)
    save(subscription, **columns, mrr=mrr)
    accounts.settle(subscription.account, by=by)
    moved = [{"kind": movement.kind, "amount": movement.amount, "on": movement.on.isoformat()} for movement in written]
    events.record(
        kind,
        subscription,
        by=by,
        context=subscription.account,
        touches={Movement: [*days, *(movement.on for movement in written)]},
        data=(data or {}) | {"movements": moved, "mrr": mrr},
    )


def write(subscription, amount, *, on, by, product=None, cause="", reason="", kind="", reverses=None):
    """Append one movement, its kind as the customer sees it on that day unless it is given; None where nothing changes."""
    if amount == 0:
        return None
    if not kind:
        before = mrr_of_customer(subscription, on)
        kind = rules.kind_of(amount, before=before, ever_paid=before > 0 or has_paid(subscription, on))
    return Movement.objects.create(
        account_id=subscription.account_id,
        subscription=subscription,
        kind=kind,
        on=on,
        amount=amount,
        product=product,
        cause=cause,
        reason=reason,
        reverses=reverses,
        by=by,
    )


def write_change(subscription, mrr, *, on, by, product, reason):
    """From the present MRR to another one; where only the product changes, its money goes out and comes in again."""
    how = {"on": on, "by": by, "reason": reason}
    if mrr == subscription.mrr and product.pk != subscription.product_id:
        Kind = Movement.Kind
        return [
            write(subscription, -mrr, kind=Kind.CONTRACTION, **how),
            write(subscription, mrr, kind=Kind.EXPANSION, product=product, **how),
        ]
    return [write(subscription, mrr - subscription.mrr, product=product, **how)]


def mrr_of_customer(subscription, on):
    """The customer's MRR on that day, all subscriptions together, with what has been written so far."""
    movements = Movement.objects.filter(account=subscription.account_id, on__lte=on)
    return movements.aggregate(sum=Sum("amount"))["sum"] or 0


def has_paid(subscription, on):
    """Whether the customer has ever paid before that day."""
    return MrrInterval.objects.filter(account=subscription.account_id, start_on__lt=on).exists()


def entries(subscription):
    """(day, amount, product named) in order; a reversed movement no longer names a product."""
    rows = subscription.movements.order_by("on", "id").values_list("on", "amount", "product_id", "reversed_by")
    return [(on, amount, None if reversed_by else product_id) for on, amount, product_id, reversed_by in rows]


def rebuild(subscription):
    """Replace the subscription's intervals by what its movements say; (MRR, product) as they stand at the end."""
    found = entries(subscription)
    if day := rules.first_negative_day(found):
        raise Invalid(
            _("On %(day)s this subscription would bring in less than nothing. Correct the later movements first.")
            % {"day": day.isoformat()},
            code="negative_mrr",
        )
    intervals = rules.intervals(found, subscription.product_id)
    MrrInterval.objects.filter(subscription=subscription).delete()
    MrrInterval.objects.bulk_create(
        MrrInterval(account_id=subscription.account_id, subscription=subscription, **interval._asdict())
        for interval in intervals
    )
    days = rules.running(found)
    return (days[-1][1], days[-1][2]) if days else (0, None)


def refuse_before_last(subscription, on):
    """A new movement comes after those there are: in between, what follows would mean something else."""
    last = subscription.movements.order_by("-on").values_list("on", flat=True).first()
    if on < subscription.started_on or (last and on < last):
        day = max(last or subscription.started_on, subscription.started_on)
        message = _(
            "This subscription has last changed on %(day)s: choose that day or a later one, or correct that change."
        )
        raise Invalid(
            message % {"day": day.isoformat()},
            code="before_last_movement",
            fields={"on": [message % {"day": day.isoformat()}]},
        )


def save(subscription, **values):
    """Write the row, unless somebody has been faster: the row count says so."""
    rows = Subscription._base_manager.filter(pk=subscription.pk, status=subscription.status, mrr=subscription.mrr)
    if not rows.update(**values):
        raise Conflict(_("This subscription has been changed meanwhile. Look at it again."))
    for name, value in values.items():
        setattr(subscription, name, value)


def old_mrr(subscription):
    """What it brought in before it stopped."""
    return next((mrr for _on, mrr, _product in reversed(rules.running(entries(subscription))) if mrr > 0), 0)


def copy_settled(account, other):
    """Let the caller's own copy of the account know as well."""
    if other is not account and isinstance(other, Account):
        other.mrr, other.status, other.first_paid_on = account.mrr, account.status, account.first_paid_on
