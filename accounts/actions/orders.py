"""Charges and refunds. Revenue is their sum; none of them moves MRR. The first order makes a customer as well."""

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts import rules
from accounts.actions import accounts, ledger, records
from accounts.models import Order, Subscription
from crm import events
from crm.exceptions import Conflict, Invalid

Kind = Order.Kind


@transaction.atomic
def add(account, *, amount, by, kind=Kind.PURCHASE, on=None, product=None, subscription=None, note="", currency=None):
    """A charge, in minor units net of tax; refunds belong to their order (see `refund`)."""
    if kind not in (Kind.PURCHASE, Kind.RECURRING, Kind.USAGE):
        raise Invalid(_("Choose a kind of charge."), fields={"kind": [_("A refund is made from its order.")]})
    refuse_amount(amount)
    on = rules.day_of(on)
    claimed = accounts.claim(account.pk)
    order = Order(
        account=claimed, kind=kind, on=on, amount=amount, product=product, subscription=subscription, note=note
    )
    write(order, claimed, "order.added", by=by, currency=currency)
    ledger.copy_settled(claimed, account)
    return order


@transaction.atomic
def charge(subscription, *, by=None, on=None):
    """The recurring charge of a subscription, once per day: a second call finds the first one's order."""
    on = rules.day_of(on)
    subscription = Subscription.objects.select_related("account").get(pk=subscription.pk)
    charged = Order.objects.filter(subscription=subscription, on=on, kind=Kind.RECURRING)
    if not subscription.is_running or (subscription.ends_on and on >= subscription.ends_on):
        if found := charged.first():
            return found
        raise Conflict(_("Nothing is due: this subscription is not running."), code="wrong_status")
    order = Order(
        account=subscription.account,
        kind=Kind.RECURRING,
        on=on,
        amount=subscription.price,
        product_id=subscription.product_id,
        subscription=subscription,
    )
    try:
        with transaction.atomic():
            write(order, subscription.account, "order.charged", by=by)
    except IntegrityError:  # charged before, or somebody was faster: once per day, says the constraint
        return charged.get()
    return order


@transaction.atomic
def refund(order, *, amount, by, on=None, note=""):
    """Give back some of an order (or all that is left of it), negative on its own day."""
    refuse_amount(amount)
    on = rules.day_of(on)
    account = accounts.claim(order.account_id)
    if order.kind == Kind.REFUND:
        raise Invalid(_("A refund cannot be refunded."), code="refund_of_refund")
    if on < order.on:
        raise Invalid(_("A refund comes after its order."), fields={"on": [_("Choose a later day.")]})
    left = order.amount + (order.refunds.aggregate(sum=Sum("amount"))["sum"] or 0)
    if not 0 < amount <= left:
        message = _("More than is left of this order.")
        raise Invalid(message, code="refund_too_large", fields={"amount": [message]})
    back = Order(
        account=account,
        kind=Kind.REFUND,
        on=on,
        amount=-amount,
        product_id=order.product_id,
        subscription_id=order.subscription_id,
        refund_of=order,
        note=note,
    )
    write(back, account, "order.refunded", by=by, data={"order": order.pk})
    return back


@transaction.atomic
def withdraw(order, *, by):
    """Take back an order that was entered by mistake, as long as nothing has been refunded."""
    account = accounts.claim(order.account_id)
    if order.refunds.exists() or order.kind == Kind.REFUND:
        raise Conflict(_("Something of this order has been refunded already."), code="built_upon")
    data = {"order": order.pk, "amount": order.amount, "on": order.on.isoformat()}
    if not Order.objects.filter(pk=order.pk).delete()[0]:
        raise Conflict(_("This order has been taken back already."))
    accounts.settle(account, by=by)
    events.record("order.withdrawn", account, by=by, context=account, touches={Order: [order.on]}, data=data)


def write(order, account, kind, *, by, currency=None, data=None):
    """Orders carry the owner and team their account has on that day."""
    order.currency = records.own_currency(currency)
    order.owner_id, order.team_id = account.owner_id, account.team_id
    records.create(order)
    if account.first_paid_on is None or account.first_paid_on > order.on or account.mrr == 0:
        claimed = accounts.claim(account.pk)
        accounts.settle(claimed, by=by)
        ledger.copy_settled(claimed, account)
    data = (data or {}) | {"kind": order.kind, "amount": order.amount}
    events.record(kind, order, by=by, context=account, touches={Order: [order.on]}, data=data)


def refuse_amount(amount):
    if amount < 0:
        raise Invalid(_("An amount cannot be negative."), fields={"amount": [_("An amount cannot be negative.")]})
    if amount > rules.MOST_PRICE:
        raise Invalid(_("This amount is too high."), fields={"amount": [_("This amount is too high.")]})
