"""A deal's way through its pipeline until it is won or lost. Each step stands in its history with value and probability."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import rules
from accounts.actions import orders, records, subscriptions, terms
from crm import events
from crm.exceptions import Conflict, Invalid
from leads.actions import customers, pipelines
from leads.models import Deal, DealStageChange

Status = Deal.Status
FIELDS = ("name", "account", "contact", "source", "product", "quantity", "value", "expected_close_on")


@transaction.atomic
def add(
    *,
    name,
    by,
    account=None,
    at=None,
    stage=None,
    owner=None,
    lead=None,
    first_contact_on=None,
    currency=None,
    **fields,
):
    """An open deal. Its first contact is the given one, otherwise its lead's, otherwise its creation."""
    records.refuse_unknown(fields, FIELDS)
    at, on = rules.moment_of(at)
    stage = stage or pipelines.first_stage()
    contacted = first_contact_on or (lead.first_contact_on if lead else None) or on
    if fields.get("value") is None:
        fields["value"] = 0
    deal = Deal(
        name=name,
        account=account,
        lead=lead,
        stage=stage,
        probability=stage.probability,
        currency=records.own_currency(currency),
        created_at=at,
        created_on=on,
        stage_since=at,
        first_contact_on=contacted,
        **fields,
    )
    refuse_impossible(deal)
    deal.set_owner(owner or by)
    records.create(deal)
    record_step(deal, None, at=at, on=on, by=by)
    data = {"stage": stage.name, "value": deal.value}
    events.record("deal.added", deal, by=by, context=account, touches={Deal: [on], DealStageChange: [on]}, data=data)
    return deal


@transaction.atomic
def edit(deal, *, by, at=None, **changes):
    """What it is about. Another value is a step of its history too: the pipeline had that value from then on."""
    at, on = moment_after(deal, at)
    if changes.get("value", 0) is None:
        changes["value"] = 0
    changed = records.change(deal, changes, allowed=FIELDS, refuse=refuse_change)
    if "value" in changed:
        record_step(deal, deal.stage, at=at, on=on, by=by)
    if changed:
        touches = {Deal: [*deal.touched_days()[Deal], on], DealStageChange: [on]}
        events.record("deal.edited", deal, by=by, context=deal.account, touches=touches, data={"changes": changed})
    return deal


@transaction.atomic
def assign(deal, owner, *, by):
    records.assign(deal, owner, by=by, context=deal.account, touches=deal.touched_days())
    return deal


@transaction.atomic
def assign_many(deals, owner, *, by):
    """The number of deals that changed hands."""
    return sum(records.assign(deal, owner, by=by, context=deal.account, touches=deal.touched_days()) for deal in deals)


@transaction.atomic
def move(deal, stage, *, by, at=None):
    """To another stage, forward or back; the stage gives its probability."""
    at, on = moment_after(deal, at)
    refuse_closed(deal)
    if stage.pk == deal.stage_id:
        return deal
    before = deal.stage
    take_step(deal, stage=stage, probability=stage.probability, stage_since=at)
    record_step(deal, before, at=at, on=on, by=by)
    data = {"from": before.name, "to": stage.name, "value": deal.value}
    touches = {Deal: [deal.created_on, on], DealStageChange: [on]}
    events.record("deal.moved", deal, by=by, context=deal.account, touches=touches, data=data)
    return deal


@transaction.atomic
def win(deal, *, by, at=None):
    """Close it as won. A recurring product starts a subscription, anything else of value is an order."""
    at, on = moment_after(deal, at)
    refuse_closed(deal)
    close(deal, Status.WON, at=at, on=on, by=by, probability=100)
    if deal.product and deal.product.is_recurring:
        deliver_subscription(deal, on=on, by=by)
    elif deal.value:
        product = deal.product
        order = orders.add(account_of(deal), amount=deal.value, on=on, by=by, product=product, note=deal.name[:200])
        records.update(deal, order=order)
    if deal.account_id:
        customers.stamp(deal.account, by=by)
    closed(deal, "deal.won", by=by, data={"value": deal.value})
    return deal


@transaction.atomic
def lose(deal, *, reason, by, at=None):
    if not reason:
        raise Invalid(_("Say why it was lost."), fields={"reason": [_("Say why it was lost.")]})
    at, on = moment_after(deal, at)
    refuse_closed(deal)
    close(deal, Status.LOST, at=at, on=on, by=by, probability=0, lost_reason=reason)
    closed(deal, "deal.lost", by=by, data={"value": deal.value, "reason": reason})
    return deal


@transaction.atomic
def reopen(deal, *, by):
    """Take back a win or a loss. What a win has started is taken back too, while nothing has been built on it."""
    at, on = rules.moment_of()
    if deal.status == Status.OPEN:
        raise Conflict(_("This deal is open."), code="open")
    days = deal.touched_days()[Deal]
    before, subscription, order = deal.status, deal.subscription, deal.order
    reopened = {"closed_at": None, "closed_on": None, "lost_reason": "", "probability": deal.stage.probability}
    take_step(deal, status=Status.OPEN, subscription=None, order=None, **reopened)
    if subscription:
        subscriptions.withdraw(subscription, by=by)
    if order:
        orders.withdraw(order, by=by)
    if deal.account_id:
        customers.stamp(deal.account, by=by)
    record_step(deal, deal.stage, at=at, on=on, by=by)
    touches = {Deal: [*days, on], DealStageChange: [on]}
    events.record("deal.reopened", deal, by=by, context=deal.account, touches=touches, data={"was": before})
    return deal


# What every step does


def moment_after(deal, at):
    """(moment, day) of a step, which comes after the last one."""
    given = at is not None
    at, on = rules.moment_of(at)
    if given and deal.stage_changes.filter(at__gt=at).exists():
        message = _("This deal has taken a later step already.")
        raise Invalid(message, code="before_last_step", fields={"at": [message]})
    return at, on


def refuse_closed(deal):
    if deal.status != Status.OPEN:
        raise Conflict(
            _("This deal is %(status)s already.") % {"status": deal.get_status_display().lower()}, code="closed"
        )


def take_step(deal, **values):
    """From the state in hand to another; the row count says whether somebody was faster."""
    rows = records.rows_of(deal).filter(status=deal.status, stage=deal.stage_id)
    if not rows.update(**values):
        raise Conflict(_("Somebody has just changed this deal. Look at it again."))
    for name, value in values.items():
        setattr(deal, name, value)


def close(deal, status, *, at, on, by, **values):
    take_step(deal, status=status, closed_at=at, closed_on=on, **values)
    deal.refresh_from_db()  # value and product as they stand, not as they were when the page was opened
    record_step(deal, deal.stage, at=at, on=on, by=by)


def closed(deal, kind, *, by, data):
    touches = {Deal: [deal.created_on, deal.closed_on], DealStageChange: [deal.closed_on]}
    events.record(kind, deal, by=by, context=deal.account, touches=touches, data=data)


def record_step(deal, before, *, at, on, by):
    DealStageChange.objects.create(
        deal=deal,
        from_stage=before,
        to_stage=deal.stage,
        status=deal.status,
        value=deal.value,
        probability=deal.probability,
        at=at,
        on=on,
        owner_id=deal.owner_id,
        by=by,
    )


def account_of(deal):
    if deal.account is None:
        message = _("Say first which account has bought.")
        raise Invalid(message, code="no_account", fields={"account": [message]})
    return deal.account


def deliver_subscription(deal, *, on, by):
    price = price_from(deal)
    account = account_of(deal)
    subscription = subscriptions.start(account, deal.product, on=on, price=price, quantity=deal.quantity, by=by)
    records.update(deal, subscription=subscription)


def price_from(deal):
    """The price per billing period whose year is the deal's value; the list price where no value was agreed."""
    if deal.value:
        return rules.price_of_year(deal.value, deal.product.billing)
    return terms.agree(deal.product, quantity=deal.quantity).price


def refuse_impossible(deal):
    if not 0 <= deal.value <= rules.MOST_PRICE:
        message = _("This value is not possible.")
        raise Invalid(message, fields={"value": [message]})
    if not 1 <= deal.quantity <= rules.MOST_QUANTITY:
        message = _("The quantity must be between 1 and %(most)s.") % {"most": rules.MOST_QUANTITY}
        raise Invalid(message, fields={"quantity": [message]})
    if deal.contact_id and deal.contact.account_id != deal.account_id:
        message = _("This person belongs to another account.")
        raise Invalid(message, fields={"contact": [message]})


def refuse_change(deal):
    """What a closed deal has delivered no longer changes with it."""
    refuse_impossible(deal)
    sold = ("account_id", "product_id", "quantity", "value")
    stored = Deal._base_manager.filter(pk=deal.pk).values_list(*sold).first()
    if deal.status == Status.WON and stored != tuple(getattr(deal, name) for name in sold):
        raise Conflict(_("This deal is won: reopen it to change what was sold."), code="closed")
