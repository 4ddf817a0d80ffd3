"""What movements mean and what follows from them: pure functions over the ledger, and the moments of actions."""

from collections import namedtuple
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models.movement import Movement
from accounts.models.product import MICROS, PER_MONTH, Billing
from crm.exceptions import Invalid
from crm.models import Company
from crm.periods import FOREVER

MOST_PRICE = 10**12  # minor units; beyond it, sums of micros would leave 64 bits
MOST_QUANTITY = 1_000_000
CLOCKS_DIFFER = timedelta(minutes=5)

Interval = namedtuple("Interval", "start_on end_on mrr product_id")


# Moments


def moment_of(at=None):
    """(moment, its company-local day) of an action: now, or an aware moment in the past."""
    now = timezone.now()
    company = Company.current()
    if at is None:
        return now, company.day_of(now)
    if timezone.is_naive(at):
        raise Invalid(
            _("A moment needs a time zone."), code="naive_moment", fields={"at": [_("A moment needs a time zone.")]}
        )
    if at > now + CLOCKS_DIFFER:
        raise Invalid(
            _("This moment lies in the future."), code="future", fields={"at": [_("This moment lies in the future.")]}
        )
    return at, company.day_of(at)


def day_of(on=None, *, future=False):
    """The company-local day of an action: today, or the given one, which may lie ahead only where `future`."""
    today = Company.current().today()
    if on is None:
        return today
    if on > today and not future:
        raise Invalid(
            _("This day lies in the future."), code="future", fields={"on": [_("This day lies in the future.")]}
        )
    return on


# The ledger


def running(movements):
    """[(day, MRR at its end, product)] for every day with movements; `movements` are (on, amount, product_id) in order.

    Movements are netted per day; the product is the last one named, None where none has been."""
    days = []
    mrr, product = 0, None
    for on, amount, product_id in sorted(movements, key=lambda movement: movement[0]):
        mrr += amount
        product = product_id or product
        if days and days[-1][0] == on:
            days.pop()
        days.append((on, mrr, product))
    return days


def intervals(movements, product_id):
    """The intervals that movements imply: half-open, positive, a new one wherever the MRR or the product changes.

    `product_id` is the subscription's own, for what was written without naming one."""
    found = []
    for on, mrr, product in running(movements):
        product = product or product_id
        if found and found[-1].end_on == FOREVER:
            last = found.pop()
            if (last.mrr, last.product_id) == (mrr, product):
                found.append(last)
                continue
            found.append(last._replace(end_on=on))
        if mrr > 0:
            found.append(Interval(on, FOREVER, mrr, product))
    return found


def first_negative_day(movements):
    """The first day at whose end the running sum is below zero, or None."""
    return next((on for on, mrr, _product in running(movements) if mrr < 0), None)


def kind_of(amount, *, before, ever_paid):
    """What a change by `amount` is for a customer whose MRR was `before` (all subscriptions together)."""
    if amount > 0:
        if before > 0:
            return Movement.Kind.EXPANSION
        return Movement.Kind.REACTIVATION if ever_paid else Movement.Kind.NEW
    return Movement.Kind.CONTRACTION if before + amount > 0 else Movement.Kind.CHURN


def price_of(mrr, billing, exponent):
    """The price per billing period whose monthly normal is `mrr` micros: the inverse of `monthly_micros`."""
    times, over = PER_MONTH[Billing(billing)]
    numerator = mrr * over * 10**exponent
    denominator = times * MICROS
    return (2 * numerator + denominator) // (2 * denominator)


def price_of_year(value, billing):
    """The price per billing period of which a year comes to `value`, rounded half up."""
    times, over = PER_MONTH[Billing(billing)]
    return (2 * value * over + 12 * times) // (24 * times)


# Status


def status_of(*, first_paid_on, mrr, has_subscribed, last_order_on, company):
    """Prospect until the first paid day; former once nothing makes a customer active any more.

    Somebody who has only ever ordered stays a customer where the company goes by subscriptions."""
    from accounts.models.account import Account  # leaf: the model needs nothing from here

    if first_paid_on is None:
        return Account.Status.PROSPECT
    if mrr > 0:
        return Account.Status.CUSTOMER
    if company.active_rule == company.ActiveRule.ORDERS:
        counts_from = company.today() - timedelta(days=company.active_order_days)
        ordered_lately = last_order_on is not None and last_order_on > counts_from
        return Account.Status.CUSTOMER if ordered_lately else Account.Status.FORMER
    return Account.Status.FORMER if has_subscribed else Account.Status.CUSTOMER
