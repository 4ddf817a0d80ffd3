"""What can be imported of accounts: teams, people, products, accounts, contacts, subscriptions and orders.

Subscriptions bring their past along: a movement on the first paid and on the first unpaid day, each of the kind it was
for the customer then, and the interval between them. All subscriptions of an account are written together.
"""

from collections import defaultdict

from babel.numbers import get_currency_precision
from django.contrib.auth.hashers import make_password
from django.db.models import Max, Min, Sum
from django.utils.translation import gettext as _

from accounts import rules
from accounts.models import (
    Account,
    Contact,
    Movement,
    MrrInterval,
    Order,
    Product,
    RoleGrant,
    Subscription,
    Team,
    User,
)
from accounts.models.product import MICROS, Billing, monthly_micros
from crm.imports import nouns
from crm.imports.nouns import Field, Noun
from crm.periods import FOREVER

RECURRING = tuple(billing for billing in Billing.values if billing != Billing.ONCE)
Status = Subscription.Status


def team_of(owner_id, run):
    """The team an owner is in now; people are few, so they are read once."""
    if owner_id is None:
        return None
    if owner_id not in run.memo.setdefault("teams", {}):
        run.memo["teams"] = dict(User.objects.values_list("pk", "team_id"))
    return run.memo["teams"].get(owner_id)


@nouns.register
class TeamNoun(Noun):
    name, model, order, natural = "team", Team, 10, "name"
    late = ("manager",)
    fields = {
        "name": Field(limit=80, required=True),
        "region": Field(limit=80),
        "manager": Field(nouns.REFERENCE, noun="user"),
    }


@nouns.register
class UserNoun(Noun):
    """People are imported without a password: an invitation or a reset gives them one."""

    name, model, order, natural = "user", User, 11, "email"
    children = {RoleGrant: "user"}
    fields = {
        "email": Field(nouns.EMAIL, limit=254, required=True),
        "name": Field(limit=120, required=True),
        "team": Field(nouns.REFERENCE, noun="team"),
        "role": Field(nouns.CHOICE, choices=tuple(RoleGrant.Role.values)),
        "is_active": Field(nouns.BOOLEAN),
    }

    def build(self, row, run):
        values = {field: value for field, value in row.items() if field != "role"}
        return User(password=make_password(None), **values)

    def histories(self, made, run):
        return [RoleGrant(user=user, role=row["role"]) for user, row in made if "role" in row]


@nouns.register
class ProductNoun(Noun):
    name, model, order, natural = "product", Product, 12, "name"
    fields = {
        "name": Field(limit=120, required=True),
        "family": Field(limit=80),
        "billing": Field(nouns.CHOICE, choices=tuple(Billing.values)),
        "price": Field(nouns.MONEY),
        "description": Field(),
        "is_active": Field(nouns.BOOLEAN),
    }

    def build(self, row, run):
        return Product(currency=run.company.currency, **row)


@nouns.register
class AccountNoun(Noun):
    name, model, order = "account", Account, 20
    late = ("parent",)
    fields = {
        "name": Field(limit=200, required=True),
        "website": Field(nouns.URL, limit=200),
        "phone": Field(limit=40),
        "industry": Field(limit=80),
        "country": Field(nouns.COUNTRY),
        "city": Field(limit=80),
        "employees": Field(nouns.INTEGER, low=0, high=2**31 - 1),
        "source": Field(limit=60),
        "description": Field(),
        "parent": Field(nouns.REFERENCE, noun="account"),
        "owner": Field(nouns.REFERENCE, noun="user"),
        "created_at": Field(nouns.MOMENT),
    }

    def check(self, row, run):
        if row.get("created_at", run.now) > run.now:
            yield "created_at", _("This lies in the future.")

    def build(self, row, run):
        account = Account(**{"created_at": run.now} | row)
        account.created_on = run.day_of(account.created_at)
        account.team_id = team_of(account.owner_id, run)
        account.fold_search_text()
        return account


@nouns.register
class ContactNoun(Noun):
    name, model, order = "contact", Contact, 21
    fields = {
        "account": Field(nouns.REFERENCE, noun="account", required=True),
        "name": Field(limit=120, required=True),
        "title": Field(limit=120),
        "email": Field(nouns.EMAIL, limit=254),
        "phone": Field(limit=40),
        "language": Field(limit=5),
        "created_at": Field(nouns.MOMENT),
    }

    def build(self, row, run):
        contact = Contact(**{"created_at": run.now} | row)
        contact.fold_search_text()
        return contact


@nouns.register
class SubscriptionNoun(Noun):
    """`price` is per billing period, `monthly` per month; one of them. `ends_on` is the first unpaid day."""

    name, model, order, group = "subscription", Subscription, 22, "account"
    children = {Movement: "subscription", MrrInterval: "subscription"}
    fields = {
        "account": Field(nouns.REFERENCE, noun="account", required=True),
        "product": Field(nouns.REFERENCE, noun="product", required=True),
        "started_on": Field(nouns.DATE, required=True),
        "ends_on": Field(nouns.DATE),
        "trial_ends_on": Field(nouns.DATE),
        "is_trial": Field(nouns.BOOLEAN),
        "quantity": Field(nouns.INTEGER, low=1, high=rules.MOST_QUANTITY),
        "billing": Field(nouns.CHOICE, choices=RECURRING, required=True),
        "price": Field(nouns.MONEY),
        "monthly": Field(nouns.MONEY),
        "end_cause": Field(nouns.CHOICE, choices=("voluntary", "involuntary")),
        "end_reason": Field(limit=200),
    }

    def check(self, row, run):
        if ("price" in row) == ("monthly" in row):
            yield "price", _("Give the price per billing period or per month, one of the two.")
        elif row.get("price", row.get("monthly")) > rules.MOST_PRICE:
            yield "price", _("This amount is too high.")
        if row["started_on"] > run.today:
            yield "started_on", _("This lies in the future.")
        for later in ("ends_on", "trial_ends_on"):
            if later in row and row[later] < row["started_on"]:
                yield later, _("It ends before it starts.")

    def build(self, row, run):
        row = dict(row)
        is_trial = row.pop("is_trial", False)
        exponent = get_currency_precision(run.company.currency)
        if "monthly" in row:
            mrr = row.pop("monthly") * MICROS // 10**exponent
            row["price"] = rules.price_of(mrr, row["billing"], exponent)
        else:
            mrr = monthly_micros(row["price"], row["billing"], exponent)
        subscription = Subscription(currency=run.company.currency, **row)
        paid_from = row.get("trial_ends_on") or row["started_on"]
        if is_trial or paid_from > run.today:
            subscription.status, mrr = Status.TRIAL, 0
        ended = subscription.ends_on is not None and subscription.ends_on <= run.today
        if ended:
            subscription.status = Status.CANCELLED
        subscription.paid = (paid_from, subscription.ends_on if ended else FOREVER, mrr)
        subscription.mrr = 0 if ended else mrr
        return subscription

    def histories(self, made, run):
        by_account = defaultdict(list)
        for subscription, _row in made:
            paid_from, until, mrr = subscription.paid
            if mrr and paid_from < until:
                by_account[subscription.account_id].append(subscription)
        before = defaultdict(list)
        written = Movement.objects.filter(account__in=by_account).order_by("on", "id")
        for account_id, on, amount in written.values_list("account_id", "on", "amount"):
            before[account_id].append((on, amount))
        for account_id, subscriptions in by_account.items():
            yield from movements(subscriptions, before[account_id], run)
            yield from map(interval, subscriptions)

    def touches(self, subscription):
        paid_from, until, mrr = subscription.paid
        days = [paid_from, until if until != FOREVER else None] if mrr and paid_from < until else []
        return {Movement: days, MrrInterval: days}

    def settles(self, subscription):
        return subscription.account_id

    def accounts_of(self, batch):
        return Subscription.objects.filter(import_batch=batch).values_list("account_id", flat=True)


def movements(subscriptions, before, run):
    """The movements of one customer's new subscriptions, each of the kind it was for the customer on that day.

    `before` are (day, amount) of the movements there are. On one day starts come first, so that who changes from one
    subscription to another neither leaves nor returns."""
    steps = [(on, 0, position, amount, None) for position, (on, amount) in enumerate(before)]
    for position, subscription in enumerate(subscriptions):
        paid_from, until, mrr = subscription.paid
        steps.append((paid_from, 1, position, mrr, subscription))
        if until != FOREVER:
            steps.append((until, 2, position, -mrr, subscription))
    total, ever_paid = 0, False
    for on, phase, _position, amount, subscription in sorted(steps, key=lambda step: step[:3]):
        if subscription is not None:
            yield Movement(
                account_id=subscription.account_id,
                subscription_id=subscription.pk,
                kind=rules.kind_of(amount, before=total, ever_paid=ever_paid),
                on=on,
                amount=amount,
                product_id=subscription.product_id if phase == 1 else None,
                cause=subscription.end_cause or Movement.Cause.VOLUNTARY if phase == 2 else "",
                reason=subscription.end_reason if phase == 2 else "",
                by_id=run.batch.by_id,
                created_at=run.now,
            )
        total += amount
        ever_paid = ever_paid or total > 0


def interval(subscription):
    start_on, end_on, mrr = subscription.paid
    return MrrInterval(
        account_id=subscription.account_id,
        subscription_id=subscription.pk,
        product_id=subscription.product_id,
        start_on=start_on,
        end_on=end_on,
        mrr=mrr,
    )


@nouns.register
class OrderNoun(Noun):
    """A refund may be written with or without its minus; it is kept negative."""

    name, model, order = "order", Order, 23
    fields = {
        "account": Field(nouns.REFERENCE, noun="account", required=True),
        "kind": Field(nouns.CHOICE, choices=tuple(Order.Kind.values)),
        "on": Field(nouns.DATE, required=True),
        "amount": Field(nouns.MONEY, required=True, negative=True),
        "product": Field(nouns.REFERENCE, noun="product"),
        "subscription": Field(nouns.REFERENCE, noun="subscription"),
        "owner": Field(nouns.REFERENCE, noun="user"),
        "note": Field(limit=200),
    }

    def check(self, row, run):
        if row["amount"] < 0 and row.get("kind") != Order.Kind.REFUND:
            yield "amount", _("The amount is negative; only a refund may be.")
        if abs(row["amount"]) > rules.MOST_PRICE:
            yield "amount", _("This amount is too high.")
        if row["on"] > run.today:
            yield "on", _("This lies in the future.")

    def build(self, row, run):
        order = Order(currency=run.company.currency, **row)
        if order.kind == Order.Kind.REFUND:
            order.amount = -abs(order.amount)
        order.team_id = team_of(order.owner_id, run)
        return order

    def touches(self, order):
        return {Order: [order.on]}

    def settles(self, order):
        return order.account_id

    def accounts_of(self, batch):
        return Order.objects.filter(import_batch=batch).values_list("account_id", flat=True)


@nouns.settle(order=10)
def settle_accounts(account_ids, run):
    """MRR, first paid day and status as they follow from intervals, movements and orders (`actions.accounts.settle`
    for many at once, without events)."""
    of_these = {"account__in": account_ids}
    paid = _by_account(MrrInterval.objects.filter(**of_these), first=Min("start_on"))
    charges = Order.objects.filter(amount__gt=0, **of_these).exclude(kind=Order.Kind.REFUND)
    ordered = _by_account(charges, first=Min("on"), last=Max("on"))
    moved = _by_account(Movement.objects.filter(**of_these), sum=Sum("amount"))
    changed, days = [], set()
    for account in Account._base_manager.filter(pk__in=account_ids):
        before = account.mrr, account.first_paid_on, account.status
        orders = ordered.get(account.pk, {})
        firsts = [paid.get(account.pk, {}).get("first"), orders.get("first")]
        account.mrr = int(moved.get(account.pk, {}).get("sum") or 0)
        account.first_paid_on = min((day for day in firsts if day), default=None)
        account.status = rules.status_of(
            first_paid_on=account.first_paid_on,
            mrr=account.mrr,
            has_subscribed=account.pk in paid,
            last_order_on=orders.get("last"),
            company=run.company,
        )
        if before != (account.mrr, account.first_paid_on, account.status):
            changed.append(account)
            days |= {before[1], account.first_paid_on}
    Account._base_manager.bulk_update(changed, ["mrr", "first_paid_on", "status"], batch_size=500)
    return {Account: days}


def _by_account(rows, **aggregates):
    columns = ["account_id", *aggregates]
    found = rows.order_by().values("account_id").annotate(**aggregates).values(*columns)
    return {row["account_id"]: row for row in found}
