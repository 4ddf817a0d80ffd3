"""The MRR ledger, read: what customers paid at both ends of each period, and what happened to each in between.

A span says that an account paid `mrr` micros a month from `start` up to, not including, `end` (`MrrInterval`, which the
movements imply). The state *before* a day D is that of all spans with `start < D <= end`, so a period `[S, E)` opens with
the state before S and closes with the state before E, and

    closing = opening + new + expansion + reactivation − contraction − churn

holds for every customer, hence for every segment. Within a period a customer is netted: up and down shows once, left
and returned not at all. A return at another price is reactivation at the old price plus expansion or contraction.

Where the company sells by order (`Company.active_rule`), an order makes its account active for so many days: such spans
count for being a customer and carry no MRR.

`walk` needs one aggregate for the opening state and one ordered pass over the spans of those accounts
alone that changed; customers who merely stayed cost nothing, and memory holds one account at a time.
"""

from bisect import bisect_right
from collections import defaultdict
from datetime import timedelta
from itertools import accumulate, groupby
from operator import itemgetter

from django.db.models import Count, Exists, OuterRef, Q, Sum

from accounts.models import Account, MrrInterval, Order
from crm.models import Company

# What happened to customers within a period. Money in micros, never negative; the others count customers.
NEW, EXPANSION, CONTRACTION, CHURN, REACTIVATION = "new", "expansion", "contraction", "churn", "reactivation"
JOINED, REDUCED = "joined", "reduced"  # closing MRR of who opened with none; MRR the start cohort gave up
LOST, EARLY, LOSSES, FIRST = "lost", "early", "losses", "first"
FLOWS = (NEW, EXPANSION, CONTRACTION, CHURN, REACTIVATION, JOINED, REDUCED, LOST, EARLY, LOSSES, FIRST)
MRR, CUSTOMERS = "mrr", "customers"  # stocks


def walk(edges, paths=("",)):
    """What the periods between consecutive `edges` hold, per segment.

    `paths` are columns of the account ("" for the company). Returns, per path, `{member: {column: [per period]}}`; the
    stocks `mrr` and `customers` have one entry per edge: the state before that day.
    """
    tables = _opening(edges, paths)
    for account in _changing(edges, paths):
        for index, deltas in _happened(account["spans"], edges):
            for table, member in zip(tables, account["members"], strict=True):
                row = table[member]
                for column, amount in deltas.items():
                    row[column][index] += amount
    for table in tables:
        for row in table.values():
            for stock in (MRR, CUSTOMERS):
                row[stock] = list(accumulate(row[stock]))
    return tables


def _opening(edges, paths):
    """Per path a table that knows the state before the first edge. Stocks hold changes until the walk is over."""

    def blank():
        row = {column: [0] * (len(edges) - 1) for column in FLOWS}
        return row | {stock: [0] * len(edges) for stock in (MRR, CUSTOMERS)}

    tables = [defaultdict(blank) for _ in paths]
    attributes = [path for path in paths if path]
    places = [attributes.index(path) if path else None for path in paths]

    def rows(queryset, prefix, **aggregates):
        """One query for all paths: an account has one owner and one team, so the smallest groups add up."""
        columns = [prefix + path for path in attributes]
        for row in _grouped(queryset.order_by(), columns, **aggregates):
            members, amounts = row[: len(columns)], row[len(columns) :]
            yield [table[None if n is None else members[n]] for table, n in zip(tables, places, strict=True)], amounts

    by_order = _order_days() is not None
    for segments, (mrr, customers) in rows(
        spans_before(edges[0]), "account__", mrr=Sum("mrr"), customers=Count("account", distinct=True)
    ):
        for row in segments:
            row[MRR][0] += int(mrr or 0)
            row[CUSTOMERS][0] += 0 if by_order else customers
    if by_order:
        for segments, (customers,) in rows(active_before(edges[0]), "", customers=Count("pk")):
            for row in segments:
                row[CUSTOMERS][0] += customers
    return tables


def _grouped(queryset, columns, **aggregates):
    if columns:
        return queryset.values_list(*columns).annotate(**aggregates)
    return [tuple(queryset.aggregate(**aggregates).values())]


def _changing(edges, paths):
    """Account by account, the whole life up to the last edge of those whose state changes between the edges."""
    attributes = [path for path in paths if path]
    for members, spans in groupby(_spans_of_changed(edges, attributes), key=itemgetter(0)):
        named = dict(zip(attributes, members[1:], strict=True))
        yield {"members": [named.get(path) for path in paths], "spans": [span[1] for span in spans]}


def _spans_of_changed(edges, attributes):
    first, last = edges[0], edges[-1]
    columns = ["account_id", *(f"account__{path}" for path in attributes)]
    moved = MrrInterval.objects.filter(
        Q(start_on__gte=first, start_on__lt=last) | Q(end_on__gte=first, end_on__lt=last)
    ).values("account")
    days = _order_days()
    if not days:
        return _rows(intervals().filter(account__in=moved, start_on__lt=last), columns, "start_on", "end_on", "mrr")
    ordered = (
        orders().filter(Q(on__gte=first, on__lt=last) | Q(on__gte=first - days, on__lt=last - days)).values("account")
    )
    either = Q(account__in=moved) | Q(account__in=ordered)
    paid = _rows(intervals().filter(either, start_on__lt=last), columns, "start_on", "end_on", "mrr")
    bought = ((key, (on, on + days, 0)) for key, (on,) in _rows(orders().filter(either, on__lt=last), columns, "on"))
    return _merged(paid, bought)


def _rows(queryset, columns, *fields):
    """`(account and its attributes, fields)` in the order of accounts."""
    width = len(columns)
    rows = queryset.order_by("account_id", fields[0]).values_list(*columns, *fields)
    return ((row[:width], row[width:]) for row in rows.iterator(chunk_size=5000))


def _merged(*streams):
    from heapq import merge

    return merge(*streams, key=lambda row: row[0][0])


def _happened(spans, edges):
    """`(period, {column: amount})` for each period in which this account's state changed."""
    steps = defaultdict(lambda: [0, 0])
    for start, end, mrr in spans:
        steps[start][0] += mrr
        steps[start][1] += 1
        if end < edges[-1]:
            steps[end][0] -= mrr
            steps[end][1] -= 1
    mrr = held = 0
    price = None  # what the customer paid when it last left; None before its first paid day
    known = False  # was ever active
    days = sorted(steps)
    for index, inside in groupby(days, key=lambda day: bisect_right(edges, day) - 1):
        opening, opened, old_price, was_known = mrr, held, price, known
        losses = 0
        for day in inside:
            before, before_held = mrr, held
            mrr += steps[day][0]
            held += steps[day][1]
            known = known or held > 0
            if before and not mrr:
                price = before
            losses += bool(before_held) and not held
        if index >= 0:
            deltas = _classified(opening, mrr, old_price)
            deltas[CUSTOMERS] = (held > 0) - (opened > 0)
            deltas[LOST] = int(opened > 0 and held == 0)
            deltas[FIRST] = int(known and not was_known)
            deltas[EARLY] = int(known and not was_known and held == 0)
            deltas[LOSSES] = losses
            stocks = {stock: deltas.pop(stock) for stock in (MRR, CUSTOMERS)}
            yield index, deltas
            yield index + 1, stocks


def _classified(opening, closing, old_price):
    """The netted movement of one customer over one period, in micros."""
    deltas = {MRR: closing - opening}
    base = opening
    if not opening:
        deltas[JOINED] = closing
        if closing and old_price is None:
            return deltas | {NEW: closing}
        if closing:
            deltas[REACTIVATION] = base = old_price
    elif not closing:
        return deltas | {CHURN: opening, REDUCED: opening}
    else:
        deltas[REDUCED] = max(opening - closing, 0)
    deltas[EXPANSION] = max(closing - base, 0)
    deltas[CONTRACTION] = max(base - closing, 0)
    return deltas


def untrashed():
    """Belongs to an account that is not in the trash. Asks for the few that are: a join would read every account that
    ever was."""
    return ~Q(account__in=Account._base_manager.filter(trashed_at__isnull=False).values("pk"))


def intervals():
    """Spans of accounts that are not in the trash."""
    return MrrInterval.objects.filter(untrashed())


def orders():
    """Orders that were paid for (refunds are none) of accounts that are not in the trash."""
    return Order.objects.exclude(kind=Order.Kind.REFUND).filter(untrashed(), amount__gt=0)


def spans_before(day):
    """The spans that make up the state before `day`."""
    return intervals().filter(start_on__lt=day, end_on__gte=day)


def active_before(day):
    """The accounts that are active customers before `day` begins, by the company's rule."""
    return Account.objects.alive().filter(is_active_before(day))


def is_active_before(day):
    own = {"account": OuterRef("pk")}
    paying = Exists(MrrInterval.objects.filter(start_on__lt=day, end_on__gte=day, **own))
    days = _order_days()
    if not days:
        return Q(paying)
    return Q(paying) | Q(Exists(orders().filter(on__lt=day, on__gte=day - days, **own)))


def was_active_before(day):
    """Whether the account was ever active on a day before `day`."""
    own = {"account": OuterRef("pk")}
    paid = Q(Exists(MrrInterval.objects.filter(start_on__lt=day, **own)))
    return paid | Q(Exists(orders().filter(on__lt=day, **own))) if _order_days() else paid


def by_order():
    return _order_days() is not None


def _order_days():
    """How long an order makes its account active; nothing where only subscriptions do."""
    company = Company.current()
    by_order = company.active_rule == Company.ActiveRule.ORDERS
    return timedelta(days=company.active_order_days) if by_order else None
