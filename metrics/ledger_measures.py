"""Measures read from the ledger: P per customer over the period, S at one of its ends. See `metrics.ledger`.

A segment is the account's present owner, team, source, country or industry.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import accumulate

from django.db.models import BigIntegerField, Case, Count, Exists, F, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Cast, Coalesce, Greatest, Least

from accounts.models import Account, Movement, MrrInterval, Order
from crm.periods import Period, add_months
from metrics import ledger
from metrics.measures import Days, Facts, Measure, named

OF_ACCOUNT = {"owner": "owner", "team": "team", "source": "source", "country": "country", "industry": "industry"}
COLUMNS = OF_ACCOUNT | {"owner": "owner_id", "team": "team_id"}
BIG = BigIntegerField()


@dataclass(frozen=True, eq=False, kw_only=True)
class Ledger(Measure):
    """`read(row, i)` picks the integer of period i from a segment's row of `ledger.walk`; `behind(period)` is the same
    quantity as an expression on the account."""

    read: Callable[[dict, int], int]
    behind: Callable[[Period], object]
    kind: str = "P"
    dimensions: dict = field(default_factory=lambda: OF_ACCOUNT)
    reads: tuple = (Movement, MrrInterval, Order)
    lasts: bool = True

    def totals(self, periods, dimension="", facts=None):
        facts = facts or Facts()
        found = []
        for run in consecutive(periods):
            table = walked((*(p.start for p in run), run[-1].end), dimension, facts)
            rows = [
                {named_or_whole(m, dimension): self.read(row, i) for m, row in table.items()} for i in range(len(run))
            ]
            found += [{member: total for member, total in row.items() if total} for row in rows]
        return found

    def members(self, period, dimension="", member=""):
        accounts = with_ends(Account.objects.alive().filter(self.of_member(dimension, member)), period)
        return accounts.annotate(adds=Cast(self.behind(period) * self.times, BIG)).exclude(adds=0)


@dataclass(frozen=True, eq=False, kw_only=True)
class Pooled(Ledger):
    """A ledger measure summed over the twelve whole calendar months up to the end of the period: Σ over monthly values."""

    months: int = 12

    def totals(self, periods, dimension="", facts=None):
        facts = facts or Facts()
        ends = [period.end.replace(day=1) for period in periods]
        first = add_months(min(ends), -self.months)
        count = (max(ends).year - first.year) * 12 + max(ends).month - first.month
        edges = tuple(add_months(first, index) for index in range(count + 1))
        found = [{} for _ in periods]
        for member, row in walked(edges, dimension, facts).items():
            upto = [0, *accumulate(self.read(row, index) for index in range(count))]
            for place, end in enumerate(ends):
                index = edges.index(end)
                if total := upto[index] - upto[index - self.months]:
                    found[place][named_or_whole(member, dimension)] = total
        return found

    def members(self, period, dimension="", member=""):
        end = period.end.replace(day=1)
        months = [Period(add_months(end, -n - 1), add_months(end, -n)) for n in range(self.months)]
        total = sum((self.behind(month) for month in months[1:]), self.behind(months[0]))
        accounts = Account.objects.alive().filter(self.of_member(dimension, member))
        return accounts.annotate(adds=Cast(total * self.times, BIG)).exclude(adds=0)


@dataclass(frozen=True, eq=False, kw_only=True)
class CustomerAge(Measure):
    """Days since the first paid day, of the customers active at the end of the period."""

    kind: str = "S"
    dimensions: dict = field(default_factory=lambda: OF_ACCOUNT)
    reads: tuple = (Movement, MrrInterval, Order, Account)
    lasts: bool = True

    def totals(self, periods, dimension="", facts=None):
        return [self._at(period, dimension) for period in periods]

    def _at(self, period, dimension):
        age = Sum(Days("first_paid_on", Value(period.end)))
        active = ledger.active_before(period.end).order_by()
        if not dimension:
            return {"": int(active.aggregate(total=age)["total"] or 0)}
        rows = active.values_list(self.path(dimension)).annotate(total=age)
        found = defaultdict(int)
        for member, total in rows:
            found[named(member)] += int(total or 0)
        return found

    def members(self, period, dimension="", member=""):
        active = ledger.active_before(period.end).filter(self.of_member(dimension, member))
        return active.annotate(adds=Days("first_paid_on", Value(period.end)) * self.times)


def walked(edges, dimension, facts):
    """The table of `ledger.walk` by one dimension; all the dimensions that `facts` will be asked for in one pass."""
    wanted = facts.dimensions if dimension in facts.dimensions else (dimension,)
    paths = tuple(COLUMNS.get(name, "") for name in wanted)
    tables = facts.once(("walk", edges, wanted), lambda: ledger.walk(edges, paths))
    return tables[wanted.index(dimension)]


def named_or_whole(member, dimension):
    return named(member) if dimension else ""


def consecutive(periods):
    """Runs of periods that follow each other without a gap."""
    runs = []
    for period in periods:
        if runs and runs[-1][-1].end == period.start:
            runs[-1].append(period)
        else:
            runs.append([period])
    return runs


# The same quantities as expressions on the account, for the records behind a number


def with_ends(accounts, period):
    """Accounts with what they paid at both ends of the period, and, for who returned, before they had left."""
    return accounts.annotate(
        opening=mrr_before(period.start), closing=mrr_before(period.end), old_price=last_price(period.start)
    )


def mrr_before(day):
    """MRR of the account before a day begins, in micros."""
    spans = MrrInterval.objects.filter(account=OuterRef("pk"), start_on__lt=day, end_on__gte=day)
    total = spans.order_by().values("account").annotate(total=Sum("mrr")).values("total")
    return Cast(Coalesce(Subquery(total), 0, output_field=BIG), BIG)


def last_price(day):
    """What an account that pays nothing before `day` paid when it last left; null before its first paid day."""
    ended = MrrInterval.objects.filter(account=OuterRef("pk"), end_on__lt=day)
    totals = ended.order_by().values("end_on").annotate(total=Sum("mrr")).order_by("-end_on").values("total")
    return Cast(Subquery(totals[:1], output_field=BIG), BIG)


def when(amount, *conditions, **lookups):
    """The amount where the conditions hold, else 0."""
    return Case(When(Q(*conditions, **lookups), then=amount), default=Value(0), output_field=BIG)


def opening(period):
    return F("opening")


def closing(period):
    return F("closing")


def net(period):
    return F("closing") - F("opening")


def new(period):
    return when(F("closing"), opening=0, old_price=None)


def reactivation(period):
    return when(F("old_price"), opening=0, closing__gt=0, old_price__isnull=False)


# What a rise or fall is measured from: the opening MRR, or the old price of a customer who returned.
BASE = Case(When(opening__gt=0, then=F("opening")), default=Coalesce(F("old_price"), F("closing")), output_field=BIG)


def expansion(period):
    return when(Greatest(F("closing") - BASE, Value(0), output_field=BIG), closing__gt=0)


def contraction(period):
    return when(Greatest(BASE - F("closing"), Value(0), output_field=BIG), closing__gt=0)


def churn(period):
    return when(F("opening"), closing=0)


def retained(period):
    return when(F("closing"), opening__gt=0)


def kept(period):
    return Least(F("opening"), F("closing"), output_field=BIG)


def active_at_start(period):
    return when(Value(1), ledger.is_active_before(period.start))


def active_at_end(period):
    return when(Value(1), ledger.is_active_before(period.end))


def lost(period):
    return when(Value(1), ledger.is_active_before(period.start), ~ledger.is_active_before(period.end))


def stayed(period):
    return when(Value(1), ledger.is_active_before(period.start), ledger.is_active_before(period.end))


def first(period):
    return when(Value(1), ledger.was_active_before(period.end), ~ledger.was_active_before(period.start))


def lost_or_early(period):
    began, ended = ledger.is_active_before(period.start), ledger.is_active_before(period.end)
    return when(
        Value(1), ~ended, began | (ledger.was_active_before(period.end) & ~ledger.was_active_before(period.start))
    )


def start_or_first(period):
    return active_at_start(period) + first(period)


def losses(period):
    """How often the account went from active to not active within the period."""
    if ledger.by_order():
        return times_lost(period)
    still = MrrInterval.objects.filter(
        account=OuterRef("account"), start_on__lte=OuterRef("end_on"), end_on__gt=OuterRef("end_on")
    )
    ended = MrrInterval.objects.filter(account=OuterRef("pk"), end_on__gte=period.start, end_on__lt=period.end)
    count = (
        ended.filter(~Exists(still)).order_by().values("account").annotate(n=Count("end_on", distinct=True)).values("n")
    )
    return Coalesce(Subquery(count), 0, output_field=BIG)


def times_lost(period):
    """`losses` where orders count as well: their ends are no column, so the walk tells the accounts."""
    (table,) = ledger.walk((period.start, period.end), ("pk",))
    cases = [When(pk=account, then=Value(count)) for account, row in table.items() if (count := row[ledger.LOSSES][0])]
    return Case(*cases, default=Value(0), output_field=BIG)
