"""Days and periods of the company: local dates, half-open `[start, end)`, in the company's one zone.

A local day may have 23 or 25 hours; each exists exactly once. Week start and fiscal start are company settings.
"""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext_lazy as _

FOREVER = date(9999, 12, 31)


class Grain(models.TextChoices):
    DAY = "day", _("day")
    WEEK = "week", _("week")
    MONTH = "month", _("month")
    QUARTER = "quarter", _("quarter")
    YEAR = "year", _("year")


MONTHS = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.YEAR: 12}


@dataclass(frozen=True, order=True)
class Period:
    """Local days from `start` up to, not including, `end`; `grain` is empty for an odd range."""

    start: date
    end: date
    grain: str = ""

    @property
    def days(self):
        return (self.end - self.start).days

    def __contains__(self, day):
        return self.start <= day < self.end

    def first_days(self, count):
        """The same period cut to its first `count` days, for comparing unfinished periods."""
        return Period(self.start, min(self.end, self.start + timedelta(days=count)), "")


def add_months(day, count):
    """The first of the month `count` months after `day`'s month."""
    index = day.year * 12 + day.month - 1 + count
    return date(index // 12, index % 12 + 1, 1)


def period_of(grain, day, company):
    """The period of this grain that `day` falls into, by the company's week and fiscal start."""
    if grain == Grain.DAY:
        return Period(day, day + timedelta(days=1), grain)
    if grain == Grain.WEEK:
        start = day - timedelta(days=(day.weekday() - company.week_start) % 7)
        return Period(start, start + timedelta(days=7), grain)
    length = MONTHS[Grain(grain)]
    offset = (day.month - company.fiscal_start_month) % length
    start = add_months(day, -offset)
    return Period(start, add_months(start, length), grain)


def following(period, company, count=1):
    """The period `count` places later (earlier where negative); an odd range moves by its own length."""
    if not period.grain:
        shift = timedelta(days=period.days * count)
        return Period(period.start + shift, period.end + shift)
    if period.grain in (Grain.DAY, Grain.WEEK):
        shift = timedelta(days=period.days * count)
        return Period(period.start + shift, period.end + shift, period.grain)
    length = MONTHS[Grain(period.grain)]
    start = add_months(period.start, length * count)
    return Period(start, add_months(start, length), period.grain)


def previous(period, company):
    return following(period, company, -1)


def periods_between(grain, start, end, company):
    """Every period of this grain that overlaps `[start, end)`, in order."""
    periods = []
    period = period_of(grain, start, company)
    while period.start < end:
        periods.append(period)
        period = following(period, company)
    return periods


def local_date(moment, zone):
    """The company-local date of an aware moment."""
    return moment.astimezone(ZoneInfo(zone)).date()


def day_bounds(day, zone):
    """The aware moments at which a local day begins and ends (23 to 25 hours apart, never missing, never twice)."""
    tz = ZoneInfo(zone)
    return (
        datetime.combine(day, clock.min, tzinfo=tz),
        datetime.combine(day + timedelta(days=1), clock.min, tzinfo=tz),
    )


def working_days(start, end, company, holidays):
    """Days in `[start, end)` with business hours that are not holidays (a set of dates)."""
    open_weekdays = set(company.open_weekdays)
    return [
        day
        for day in (start + timedelta(days=n) for n in range((end - start).days))
        if day.weekday() in open_weekdays and day not in holidays
    ]


def pace(period, today, company, holidays):
    """How far the period should be by the end of yesterday: (working days gone, working days in all)."""
    days = working_days(period.start, period.end, company, holidays)
    return bisect_left(days, today), len(days)
