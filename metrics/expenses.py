"""Costs by day: an expense is spread evenly over its days, the remainder one minor unit each on the first ones."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import BigIntegerField, ExpressionWrapper, F, Value
from django.db.models.functions import Greatest, Least, Mod

from metrics.measures import Days, Measure, named
from metrics.models import Expense

BIG = BigIntegerField()


def part_of(amount, days, first, last):
    """What of `amount`, spread over `days`, falls on the days number `first` up to, not including, `last`."""
    each, rest = divmod(amount, days)
    return each * (last - first) + min(last, rest) - min(first, rest)


@dataclass(frozen=True, eq=False, kw_only=True)
class Spent(Measure):
    """What expenses of some categories cost, in minor units, on the days of a period."""

    categories: tuple
    reads: tuple = (Expense,)

    def overlapping(self, start, end):
        return Expense.objects.alive().filter(category__in=self.categories, starts_on__lt=end, ends_on__gte=start)

    def totals(self, periods, dimension="", facts=None):
        columns = [self.path(dimension)] if dimension else []
        spans = self.overlapping(min(p.start for p in periods), max(p.end for p in periods))
        found = [defaultdict(int) for _ in periods]
        for amount, starts, ends, *member in spans.values_list("amount", "starts_on", "ends_on", *columns):
            days = (ends - starts).days + 1
            for place, period in enumerate(periods):
                first, last = max((period.start - starts).days, 0), min((period.end - starts).days, days)
                if first < last and (part := part_of(amount, days, first, last)):
                    found[place][named(member[0]) if dimension else ""] += part
        return found

    def members(self, period, dimension="", member=""):
        days = ExpressionWrapper(Days("starts_on", F("ends_on")) + 1, output_field=BIG)
        first = Greatest(Days("starts_on", Value(period.start)), Value(0), output_field=BIG)
        last = Least(Days("starts_on", Value(period.end)), F("days"), output_field=BIG)
        spans = self.overlapping(period.start, period.end).filter(self.of_member(dimension, member))
        spans = spans.annotate(days=days).annotate(first=first, last=last, rest=Mod("amount", "days", output_field=BIG))
        each = ExpressionWrapper((F("amount") - F("rest")) / F("days"), output_field=BIG)
        extra = Least(F("last"), F("rest"), output_field=BIG) - Least(F("first"), F("rest"), output_field=BIG)
        return spans.annotate(adds=ExpressionWrapper(each * (F("last") - F("first")) + extra, output_field=BIG))
