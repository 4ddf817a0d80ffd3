"""How periods and segments are called on screens."""

import re
from datetime import timedelta
from decimal import Decimal

from babel.dates import format_date, format_skeleton
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm import formats
from crm.periods import Grain

DIMENSIONS = {
    "owner": gettext_lazy("Owner"),
    "team": gettext_lazy("Team"),
    "source": gettext_lazy("Source"),
    "product": gettext_lazy("Product"),
    "country": gettext_lazy("Country"),
    "industry": gettext_lazy("Industry"),
}
GROUPS = {
    "revenue": gettext_lazy("Revenue"),
    "customers": gettext_lazy("Customers"),
    "sales": gettext_lazy("Sales"),
}


def group_label(group):
    return GROUPS.get(group, group)


def period_label(period, company):
    """Q4 2026, Nov 2026, 2026, 16–22 Nov; fiscal quarters and years say so where they are not the calendar's."""
    start = period.start
    is_calendar = company.fiscal_start_month == 1
    fiscal_year = start.year if is_calendar else start.year + 1
    match period.grain:
        case Grain.DAY:
            return formats.day(start, year=True)
        case Grain.MONTH:
            return format_skeleton("yMMM", start, locale=formats.locale())
        case Grain.QUARTER if is_calendar:
            return format_date(start, "QQQ y", locale=formats.locale())
        case Grain.QUARTER:
            quarter = (start.month - company.fiscal_start_month) % 12 // 3 + 1
            return _("Q%(quarter)s of fiscal %(year)s") % {"quarter": quarter, "year": fiscal_year}
        case Grain.YEAR:
            return str(start.year) if is_calendar else _("fiscal %(year)s") % {"year": fiscal_year}
    return span_label(period)


def short_label(period):
    """What stands under a point of a chart: Nov, or Jan 26 at the turn of a year."""
    start, locale = period.start, formats.locale()
    match period.grain:
        case Grain.MONTH:
            return format_date(start, "MMM yy" if start.month == 1 else "MMM", locale=locale)
        case Grain.QUARTER:
            return format_date(start, "QQQ yy", locale=locale)
        case Grain.YEAR:
            return str(start.year)
    return format_date(start, "d MMM", locale=locale)


def span_label(period):
    """1 Oct – 18 Nov: first and last day."""
    last = period.end - timedelta(days=1)
    if last <= period.start:
        return formats.day(period.start)
    return f"{formats.day(period.start)} – {formats.day(last)}"


def progress_label(period, today, company):
    """How far an open period is: "Q4 2026, 49 of 92 days"; a closed one is just called."""
    label = period_label(period, company)
    if not period.start <= today < period.end:
        return label
    gone = (today - period.start).days + 1
    return _("%(period)s, %(gone)s of %(days)s days") % {"period": label, "gone": gone, "days": period.days}


def example_words(kpi):
    """A worked example with its numbers as the reader writes them: 100 × 0,8 = 80."""

    def retold(found):
        number = Decimal(found[0].replace(",", ""))
        return formats.number(number, max(0, -number.as_tuple().exponent))

    return re.sub(r"\d[\d,]*(?:\.\d+)?", retold, kpi.example.words) if kpi.example else ""
