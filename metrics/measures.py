"""What can be counted: a thing summed over records, at a date column, with the dimensions it can be split by.

Every measure answers the same two questions. `totals(periods, dimension)` gives, period by period, `{member: integer}`
in a number of queries that depends on neither the periods nor the members; `members(period, dimension, member)` gives
the records behind one of those integers, a queryset annotated with what each one `adds`, exactly. Everything is
an integer: counts, days, minor units of the currency, or micros (monthly-normalised prices).

The roll-up classes of docs/kpis.md: F additive flow, S stock at the end of the period, P per customer over the period,
D distinct count. What lies in the trash is left out, also what belongs to an account that does.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import accumulate, groupby
from operator import itemgetter
from typing import Any

from django.db.models import Count, F, Func, IntegerField, Q, QuerySet, Sum, Value

from crm.periods import Period, add_months

NOBODY = "-"  # the member of records that have none: splits add up to the whole
COUNT, MINOR, MICROS, DAYS = "count", "minor", "micros", "days"  # what the integers are


class Days(Func):
    """Whole days from one date to another, on both databases."""

    arity = 2
    output_field = IntegerField()
    template = "(%(expressions)s)"
    arg_joiner = " - "

    def __init__(self, start, end):
        super().__init__(end, start)

    def as_sqlite(self, compiler, connection, **context):
        template = "CAST(julianday(%(expressions)s) AS INTEGER)"
        return super().as_sql(compiler, connection, template=template, arg_joiner=") - julianday(", **context)


def named(member) -> str:
    """A member as it is published: "" for the company's own row never comes here, nobody is "-"."""
    return NOBODY if member in (None, "") else str(member)


def months_before(day: date, count: int) -> date:
    """The same day `count` months earlier, or the last of that month where it has none."""
    first = add_months(day, -count)
    return min(
        date.fromordinal(first.toordinal() + day.day - 1), date.fromordinal(add_months(first, 1).toordinal() - 1)
    )


@dataclass(frozen=True, eq=False, kw_only=True)
class Measure:
    """`none` says what the period lacks where this is 0 and stands below a fraction line."""

    none: Any = ""
    scale: str = COUNT
    kind: str = "F"
    dimensions: Mapping[str, str] = field(default_factory=dict)
    reads: tuple[Any, ...] = ()  # the models whose days it depends on, as events name them
    lasts: bool = False  # a change on a day also shows in every later period (stocks, pooled and trailing measures)
    times: int = 1

    def totals(self, periods, dimension="", facts=None) -> list[dict[str, int]]:
        raise NotImplementedError

    def members(self, period, dimension="", member="") -> QuerySet:
        raise NotImplementedError

    def path(self, dimension):
        return self.dimensions[dimension] if dimension else ""

    def of_member(self, dimension, member):
        """The condition that picks one member's records."""
        if not dimension:
            return Q()
        path = self.path(dimension)
        if member != NOBODY:
            return Q(**{path: member})
        text = path.split("__")[-1] in TEXTS
        return Q(**{f"{path}__isnull": True}) | (Q(**{path: ""}) if text else Q())


TEXTS = {"country", "industry", "source", "key"}  # columns whose emptiness is ""


@dataclass(frozen=True, eq=False, kw_only=True)
class Flow(Measure):
    """Records that fall on a day: counted, or one of their integers summed. Periods and segments may be added."""

    source: Callable[[], QuerySet]
    on: str
    amount: Any = None  # a column or expression to sum; None counts

    def by_day(self, start, end, dimension=""):
        """`(day, member, amount)` in one grouped query: any grain and any fiscal start is made of this."""
        columns = [self.on, *([self.path(dimension)] if dimension else [])]
        total = Count("pk") if self.amount is None else Sum(self.amount)
        for day, *member, amount in self.between(start, end).order_by().values_list(*columns).annotate(total=total):
            yield day, named(member[0]) if dimension else "", int(amount or 0)

    def each(self):
        """What one record adds, as an expression."""
        if self.amount is None:
            return Value(1, IntegerField())
        return F(self.amount) if isinstance(self.amount, str) else self.amount

    def between(self, start, end):
        return self.source().filter(**{f"{self.on}__gte": start, f"{self.on}__lt": end})

    def totals(self, periods, dimension="", facts=None):
        edges = sorted({day for period in periods for day in (period.start, period.end)})
        upto = defaultdict(lambda: [0] * (len(edges) + 1))  # per member, what lies before each edge
        for day, member, amount in self.by_day(edges[0], edges[-1], dimension):
            upto[member][bisect_right(edges, day)] += amount
        upto = {member: list(accumulate(row)) for member, row in upto.items()}
        place = {edge: index for index, edge in enumerate(edges)}
        return [
            {member: total for member, row in upto.items() if (total := row[place[p.end]] - row[place[p.start]])}
            for p in periods
        ]

    def members(self, period, dimension="", member=""):
        records = self.between(period.start, period.end).filter(self.of_member(dimension, member))
        return records.annotate(adds=self.each())

    def distributions(self, periods, dimension=""):
        """Per period `{member: [(amount, how many), …]}` in rising order: what exact quantiles are read from."""
        starts = [period.start for period in periods]
        columns = [self.on, *([self.path(dimension)] if dimension else []), "size"]
        rows = self.between(starts[0], periods[-1].end).annotate(size=self.each()).order_by()
        sizes = [defaultdict(lambda: defaultdict(int)) for _ in periods]
        for day, *member, size, count in rows.values_list(*columns).annotate(count=Count("pk")):
            place = bisect_right(starts, day) - 1
            if day < periods[place].end:
                sizes[place][named(member[0]) if dimension else ""][size] += count
        return [{member: sorted(found.items()) for member, found in row.items()} for row in sizes]

    def trailing(self, months, **changes):
        return Trailing(inner=self, months=months, **_like(self, lasts=True, **changes))


@dataclass(frozen=True, eq=False, kw_only=True)
class Trailing(Measure):
    """Another flow, over the months up to the end of the period."""

    inner: Flow
    months: int

    def window(self, period):
        return Period(months_before(period.end, self.months), period.end)

    def totals(self, periods, dimension="", facts=None):
        return self.inner.totals([self.window(period) for period in periods], dimension)

    def members(self, period, dimension="", member=""):
        return self.inner.members(self.window(period), dimension, member)


@dataclass(frozen=True, eq=False, kw_only=True)
class Distinct(Trailing):
    """How many different accounts stand behind a flow in the months up to the end of the period."""

    kind: str = "D"
    FEW = 6  # so many periods are asked one by one; for more, one pass over the records is cheaper

    def totals(self, periods, dimension="", facts=None):
        if len(periods) <= self.FEW:
            return [self._counted(self.window(period), dimension) for period in periods]
        return self._passed(periods, dimension)

    def _counted(self, window, dimension):
        records = self.inner.between(window.start, window.end).order_by()
        count = Count("account", distinct=True)
        if not dimension:
            total = records.aggregate(total=count)["total"]
            return {"": total} if total else {}
        return {
            named(member): total for member, total in records.values_list(self.path(dimension)).annotate(total=count)
        }

    def _passed(self, periods, dimension):
        """An account counts at the ends from just after a record to the months later: spans, joined where they meet."""
        ends = [period.end for period in periods]
        starts = [self.window(period).start for period in periods]
        columns = [self.path(dimension)] if dimension else []
        records = self.inner.between(starts[0], ends[-1]).order_by(*columns, "account_id", self.inner.on)
        rows = records.values_list(*columns, "account_id", self.inner.on).distinct()
        steps = defaultdict(lambda: [0] * (len(ends) + 1))
        for (*member, _account), days in groupby(rows.iterator(chunk_size=5000), key=itemgetter(slice(0, -1))):
            row, reached = steps[named(member[0]) if dimension else ""], 0
            for *_, day in days:
                first = max(bisect_right(ends, day), reached)  # the first end after the day
                last = bisect_right(starts, day)  # the first window that begins after it
                if first < last:
                    row[first] += 1
                    row[last] -= 1
                    reached = last
        counted = {member: list(accumulate(row)) for member, row in steps.items()}
        return [{m: row[index] for m, row in counted.items() if row[index]} for index in range(len(periods))]

    def members(self, period, dimension="", member=""):
        window = self.window(period)
        behind = self.inner.between(window.start, window.end).filter(self.of_member(dimension, member))
        accounts = behind.model._meta.get_field("account").related_model
        return accounts.objects.filter(pk__in=behind.order_by().values("account")).annotate(
            adds=Value(1, IntegerField())
        )


def _like(measure, **changes):
    """The common attributes of a measure, for one that is derived from it."""
    common = {name: getattr(measure, name) for name in Measure.__dataclass_fields__ if name != "kind"}
    return common | changes


def scaled(measure, times):
    """The same measure, every amount `times` over (twelve monthly rates make a yearly one)."""
    return replace(measure, times=measure.times * times)


def amounts(measure: Measure, periods, dimension="", facts=None) -> list[dict[str, int]]:
    """`measure.totals`, scaled; read once by whoever shares `facts`."""
    facts = facts or Facts()
    found = facts.once((measure, tuple(periods), dimension), lambda: measure.totals(periods, dimension, facts))
    if measure.times == 1:
        return found
    return [{member: total * measure.times for member, total in row.items()} for row in found]


class Facts:
    """What one computation has read already, so that measures of the same records read them once."""

    def __init__(self, dimensions=()):
        self.known = {}
        self.dimensions = tuple(dimensions)  # all that will be asked for: read in one pass where that is possible

    def once(self, key, read):
        if key not in self.known:
            self.known[key] = read()
        return self.known[key]
